/**
 * Writing to stdout and stderr: synchronously, so that nothing is lost when the process ends, and without stack traces when
 * the reader has gone. `process.stdout` is not used: making it costs 10 ms at start-up.
 */
import { fstatSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { visibleName } from '../report/visible.js'
import { UsageError } from './status.js'

const STDOUT = 1
const STDERR = 2
const closed = new Set<number>()

/** Writes text to stdout. Nothing happens once its reader has closed it. @throws UsageError when the disk is full, and the like. */
export function print(text: string): void {
  write(STDOUT, text)
}

/** Writes text to stderr; nothing can be done when that fails. */
export function printError(text: string): void {
  try {
    write(STDERR, text)
  } catch {
    closed.add(STDERR)
  }
}

/** One message of the program's own on stderr, made safe to show: it may quote a file's name or content. */
export function complain(message: string): void {
  printError(`pyrestrict: ${message.split('\n').map(visibleName).join('\n')}\n`)
}

/** Whether stdout's reader has gone. */
export function isOutputClosed(): boolean {
  return closed.has(STDOUT)
}

function write(fd: number, text: string): void {
  if (closed.has(fd) || text === '') return
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      // A pipe that somebody else made non-blocking is full: wait for its reader.
      if (code === 'EAGAIN') {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
      } else if (code === 'EPIPE') {
        closed.add(fd)
        return
      } else {
        closed.add(fd)
        throw new UsageError(`cannot write the output: ${message}`)
      }
    }
  }
}

/** What `--color` may be. */
export type ColourChoice = 'auto' | 'always' | 'never'

/** Whether to use colours on a stream: what was asked for, else NO_COLOR and FORCE_COLOR, else whether a terminal reads it. */
export function useColour(choice: ColourChoice, fd: 1 | 2): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  if (choice !== 'auto') return choice === 'always'
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0'
  return TERM !== 'dumb' && isTerminal(fd)
}

/** Whether a terminal reads the stream. */
export function isTerminal(fd: 0 | 1 | 2): boolean {
  try {
    if (!fstatSync(fd).isCharacterDevice()) return false
  } catch {
    return false
  }
  // Loaded only here: it brings the network stack along.
  const { isatty } = createRequire(import.meta.url)('node:tty') as typeof import('node:tty')
  return isatty(fd)
}
