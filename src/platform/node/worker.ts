/**
 * The script of a worker: a jail process, which reads commands from stdin and writes reports to stdout, or a thread, which
 * does so over a port. Either way one loop that blocks: a worker does one thing at a time, and a guest that asks the host
 * for something waits for the answer in the same way. When the host is gone, so is the worker.
 */
import { writeSync } from 'node:fs'
import { isMainThread, workerData, type MessagePort } from 'node:worker_threads'
import { IMAGE_FOLDERS, openImage, type ImageName } from './image.js'
import { makeGuests } from './guests.js'
import { EXIT, PortPipe, StdioPipe, type Pipe } from './pipe.js'
import { preload } from './preload.js'
import { startQuickly } from './quick-start.js'
import { within } from './within.js'
import type { GuestImage } from '../../trusted/wall/image-facts.js'
import { ProtocolError } from '../../trusted/channel/frames.js'
import {
  CUT_OFF,
  decodeCommand,
  encodeFrame,
  type Command,
  type Report,
} from '../../trusted/channel/protocol.js'
import { Station, type Peer } from '../../trusted/channel/station.js'

/** What a thread is started with: the port, the word that is changed after each message, the one that is 1 in a pause, and the image. */
export interface ThreadData {
  readonly port: MessagePort
  readonly signal: Int32Array
  readonly paused: Int32Array
  readonly wasm: WebAssembly.Module
  readonly image: GuestImage
}

function serve(
  pipe: Pipe,
  wasm: WebAssembly.Module,
  image: GuestImage,
  { pulse, stackBytes }: Pick<Peer, 'pulse' | 'stackBytes'>,
): never {
  const next = (isBrief?: boolean): Command => decodeCommand(pipe.read(isBrief))
  const tell = (report: Report): void => pipe.write(encodeFrame(report))
  const setup = next()
  if (setup.kind !== 'setup') throw new ProtocolError('no setup')
  if (pipe instanceof StdioPipe) pipe.allow(setup.maxFrameBytes)
  const ask = (id: number, question: Uint8Array, steps: number) => {
    tell({ kind: 'ask', id, question, steps })
    return (): Uint8Array | null => {
      for (;;) {
        // An answer is taken up before anything else is asked.
        const command = next(true)
        if (command.kind !== 'answer') throw new ProtocolError('not an answer')
        if (command.id === id) return command.answer
      }
    }
  }
  const slice = (id: number, fuel: number): number => {
    tell({ kind: 'sliced', id, fuel })
    for (;;) {
      const command = next()
      if (command.kind !== 'slice') throw new ProtocolError('not a slice')
      if (command.id === id) return command.fuel
    }
  }
  const station = new Station(makeGuests(wasm, image), setup, {
    ask,
    slice,
    within,
    ...(stackBytes !== undefined && { stackBytes }),
    ...(pulse && { pulse }),
    tell: (report) => {
      // A call that was cut off within a report leaves half of it in the pipe.
      if (pipe.torn) process.exit(CUT_OFF)
      tell(report)
    },
  })
  preload()
  station.warm()
  // What starting left: ten megabytes.
  ;(globalThis as { gc?: () => void }).gc?.()
  tell({ kind: 'ready' })
  for (;;) {
    const command = next()
    if (command.kind === 'perform') station.perform(command)
    else if (command.kind === 'base') station.setBase(command.delta)
    else if (command.kind !== 'answer') throw new ProtocolError(`"${command.kind}" out of place`)
  }
}

/** The stack that this process was started with, which a system's limit may have made smaller than it was to be. */
function stackOf(flags: readonly string[]): number {
  const told = flags.map((flag) => /^--stack-size=(\d+)$/.exec(flag)?.[1]).find(Boolean)
  return Number(told ?? 984) << 10
}

if (isMainThread) {
  for (const name of Object.keys(process.env)) delete process.env[name]
  startQuickly()
  try {
    // The host checks the files meanwhile, and lets nothing run before it has.
    const [, , wasmFile, name] = process.argv
    const { wasm, image } = openImage(IMAGE_FOLDERS[name as ImageName], wasmFile)
    serve(new StdioPipe(), wasm, image, { stackBytes: stackOf(process.execArgv) })
  } catch (error) {
    // The host tells its caller: in a line, and not where in our files it was.
    writeSync(2, String(error))
    process.exit(EXIT.failed)
  }
} else {
  const { port, signal, paused, wasm, image } = workerData as ThreadData
  // A jail is stopped by a signal. A thread stops itself, at the next tick.
  serve(new PortPipe(port, signal), wasm, image, {
    pulse: () => {
      const began = performance.now()
      while (Atomics.load(paused, 0) === 1) Atomics.wait(paused, 0, 1)
      return performance.now() - began
    },
  })
}
