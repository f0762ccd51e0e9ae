/**
 * The worker's end of what joins it to its host: the standard pipes of a process, or the port of a thread. Reading blocks: a
 * worker does one thing at a time. When the host is gone, so is the worker.
 */
import { readSync, writeSync } from 'node:fs'
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import { ELSEWHERE, headOf, ProtocolError } from '../../trusted/channel/frames.js'
import { HANDED_FD } from './handover.js'

/** A worker's end: payloads in, payloads out. A payload that is larger than allowed is a ProtocolError. */
export interface Pipe {
  /** Waits for the next payload; ends the worker when there will be none. One that is brief holds until the next. */
  read(isBrief?: boolean): Uint8Array
  write(payload: Uint8Array<ArrayBuffer>): void
  /** A `write` was begun and not ended: the other side can no longer tell frames apart. */
  readonly torn: boolean
}

/** The first command is small: it tells how large the others may be. */
const SETUP_BYTES = 4_096
/** The largest frame that is read where others were. */
const BRIEF_BYTES = 1 << 22
/** With what status a worker exits. */
export const EXIT = { hostGone: 0, failed: 1 }

/** A process: commands come from stdin, reports go to stdout. */
export class StdioPipe implements Pipe {
  torn = false
  #maxBytes = SETUP_BYTES
  #room = new Uint8Array(0)

  /** After the setup, larger commands may come. */
  allow(maxFrameBytes: number): void {
    this.#maxBytes = maxFrameBytes
  }

  read(isBrief = false): Uint8Array {
    let length = this.#number()
    const isElsewhere = length === ELSEWHERE
    if (isElsewhere) length = this.#number()
    if (length > this.#maxBytes)
      throw new ProtocolError(`a frame of ${length} bytes; at most ${this.#maxBytes} are allowed`)
    const bytes = isBrief ? this.#roomFor(length) : new Uint8Array(length)
    return isElsewhere ? this.#take(bytes, HANDED_FD) : this.#take(bytes)
  }

  #number(): number {
    return new DataView(this.#take(new Uint8Array(4)).buffer).getUint32(0, true)
  }

  /** Fills the bytes, from the pipe or from the beginning of a file: large frames are copied no more than they must be. */
  #take(bytes: Uint8Array<ArrayBuffer>, file?: number): Uint8Array<ArrayBuffer> {
    for (let at = 0; at < bytes.length; ) {
      const from = file === undefined ? null : at
      const count = retry(() => readSync(file ?? 0, bytes, at, bytes.length - at, from))
      if (count === 0) process.exit(EXIT.hostGone)
      at += count
    }
    return bytes
  }

  /** Memory that is used again: memory that is made anew costs more than what is read into it. */
  #roomFor(length: number): Uint8Array<ArrayBuffer> {
    if (length > BRIEF_BYTES) return new Uint8Array(length)
    if (this.#room.length < length) this.#room = new Uint8Array(length)
    return this.#room.subarray(0, length)
  }

  write(payload: Uint8Array<ArrayBuffer>): void {
    const bytes = new Uint8Array(4 + payload.length)
    bytes.set(headOf([payload]))
    bytes.set(payload, 4)
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
