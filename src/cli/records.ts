/** `--record`, `--replay`, `--log`: what decided a run, and what it asked, in files. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { EffectEvent } from '../trusted/broker/effect.js'
import type { Arguments } from './command.js'
import { UsageError } from './status.js'

/** The three options, of `run`. */
export const RECORD_OPTIONS = {
  record: {
    argument: 'FILE',
    describe:
      'Write to a file what decides the run: what it reads, time, chance. It may hold secrets',
  },
  replay: {
    argument: 'FILE',
    describe: 'Make the run again that was recorded, with nothing read, or tell where it departs',
  },
  log: {
    argument: 'FILE',
    describe: 'Write what the program asks of its host to a file, as JSON lines',
  },
} as const

/** What of a run is kept, and where. */
export interface Records {
  readonly replay: Uint8Array | undefined
  readonly onEffect: (event: EffectEvent) => void
  /** Writes the recording of the run that has ended, and closes the files. */
  readonly end: (recording: Uint8Array | undefined) => void
}

/** Opens the files, before anything runs. @throws UsageError */
export function recordsOf(args: Arguments): Records {
  const [record, replay, log] = ['record', 'replay', 'log'].map((name) => args.value(name))
  if (record !== undefined && replay !== undefined)
    throw new UsageError('--record, --replay: what is replayed is not recorded again')
  const told =
    replay === undefined ? undefined : attempt('replay', replay, (path) => readFileSync(path))
  const [recordFile, logFile] = [open('record', record), open('log', log)]
  return {
    replay: told && new Uint8Array(told),
    // Always there: a run with a log takes the same steps as one without.
    onEffect: (event) => {
      if (logFile !== undefined) writeSync(logFile, `${JSON.stringify(event)}\n`)
    },
    end: (recording) => {
      if (recordFile !== undefined && recording) writeSync(recordFile, recording)
      for (const file of [recordFile, logFile]) if (file !== undefined) closeSync(file)
    },
  }
}

const open = (option: string, file: string | undefined): number | undefined =>
  file === undefined ? undefined : attempt(option, file, (path) => openSync(path, 'w', 0o600))

function attempt<T>(option: string, file: string, work: (file: string) => T): T {
  try {
    return work(file)
  } catch (error) {
    throw new UsageError(`--${option} ${file}: ${(error as Error).message}`)
  }
}
