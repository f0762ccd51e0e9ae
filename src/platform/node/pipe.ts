/**
 * The worker's end of what joins it to its host: the standard pipes of a process, or the port of a thread. Reading blocks: a
 * worker does one thing at a time. When the host is gone, so is the worker.
 */
import { readSync, writeSync } from 'node:fs'
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import { framed, FrameReader, ProtocolError } from '../../trusted/channel/frames.js'

export interface Pipe {
  /** Waits for the next payload; ends the worker when there will be none. */
  read(): Uint8Array
  write(payload: Uint8Array<ArrayBuffer>): void
  /** A `write` was begun and not ended: the other side can no longer tell frames apart. */
  readonly torn: boolean
}

/** The first command is small: it tells how large the others may be. */
const SETUP_BYTES = 4_096
/** As much as the system holds for a pipe. */
const READ_BYTES = 262_144
/** With what status a worker exits. */
export const EXIT = { hostGone: 0, failed: 1 }

/** A process: commands come from stdin, reports go to stdout. */
export class StdioPipe implements Pipe {
  torn = false
  #reader = new FrameReader(SETUP_BYTES)
  readonly #buffer = new Uint8Array(READ_BYTES)
  readonly #payloads: Uint8Array[] = []

  /** After the setup, larger commands may come. What was read beyond it is kept. */
  allow(maxFrameBytes: number): void {
    this.#reader.maxBytes = maxFrameBytes
  }

  read(): Uint8Array {
    for (;;) {
      const payload = this.#payloads.shift()
      if (payload) return payload
      const count = retry(() => readSync(0, this.#buffer))
      if (count === 0) process.exit(EXIT.hostGone)
      this.#payloads.push(...this.#reader.push(this.#buffer.slice(0, count)))
    }
  }

  write(payload: Uint8Array<ArrayBuffer>): void {
    const bytes = framed(payload)
    this.torn = true
    for (let at = 0; at < bytes.length; ) at += retry(() => writeSync(1, bytes, at))
    this.torn = false
  }
}

/** A thread: both go over a port; `signal` changes after each command. */
export class PortPipe implements Pipe {
  readonly torn = false
  constructor(
    private readonly port: MessagePort,
    private readonly signal: Int32Array,
  ) {}

  read(): Uint8Array {
    for (;;) {
      const seen = Atomics.load(this.signal, 0)
      const received = receiveMessageOnPort(this.port) as { message: unknown } | undefined
      if (received?.message instanceof Uint8Array) return received.message
      if (received) throw new ProtocolError('a message that is not bytes')
      Atomics.wait(this.signal, 0, seen)
    }
  }

  write(payload: Uint8Array<ArrayBuffer>): void {
    this.port.postMessage(payload, [payload.buffer])
  }
}

/** A system call on a pipe that a wrapper may have made non-blocking. A pipe without a reader ends the worker. */
function retry(call: () => number): number {
  for (;;) {
    try {
      return call()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE' || code === 'ECONNRESET') process.exit(EXIT.hostGone)
      if (code !== 'EAGAIN' && code !== 'EINTR') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}
