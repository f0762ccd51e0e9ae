/**
 * The script of a worker: a jail process, which reads commands from stdin and writes reports to stdout, or a thread, which
 * does so over a port. Either way one loop that blocks: a worker does one thing at a time, and a guest that asks the host
 * for something waits for the answer in the same way. When the host is gone, so is the worker.
 */
import { readSync, writeSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import {
  isMainThread,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
} from 'node:worker_threads'
import { IMAGE_FOLDER, openImage } from './image.js'
import { makeGuests } from './guests.js'
import { preload } from './preload.js'
import type { GuestImage } from '../../trusted/wall/image-facts.js'
import { framed, FrameReader, ProtocolError } from '../../trusted/channel/frames.js'
import {
  CUT_OFF,
  decodeCommand,
  encodeFrame,
  type Command,
  type Report,
} from '../../trusted/channel/protocol.js'
import { Station } from '../../trusted/channel/station.js'

/** What a thread is started with: the port, the word that is changed after each message, the one that is 1 in a pause, and the image. */
export interface ThreadData {
  readonly port: MessagePort
  readonly signal: Int32Array
  readonly paused: Int32Array
  readonly wasm: WebAssembly.Module
  readonly image: GuestImage
}

interface Pipe {
  /** Waits for the next payload; ends the worker when there will be none. */
  read(): Uint8Array
  write(payload: Uint8Array<ArrayBuffer>): void
  /** A `write` was begun and not ended: the other side can no longer tell frames apart. */
  readonly torn: boolean
}

/** The first command is small: it tells how large the others may be. */
const SETUP_BYTES = 4_096
const READ_BYTES = 65_536
const EXIT = { hostGone: 0, failed: 1 }

class StdioPipe implements Pipe {
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

class PortPipe implements Pipe {
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

function serve(
  pipe: Pipe,
  wasm: WebAssembly.Module,
  image: GuestImage,
  pulse?: () => number,
): never {
  const next = (): Command => decodeCommand(pipe.read())
  const tell = (report: Report): void => pipe.write(encodeFrame(report))
  const setup = next()
  if (setup.kind !== 'setup') throw new ProtocolError('no setup')
  if (pipe instanceof StdioPipe) pipe.allow(setup.maxFrameBytes)
  const ask = (id: number, question: Uint8Array): Uint8Array => {
    tell({ kind: 'ask', id, question })
    for (;;) {
      const command = next()
      if (command.kind !== 'answer') throw new ProtocolError('not an answer')
      if (command.id === id) return command.answer
    }
  }
  const station = new Station(makeGuests(wasm, image), setup, {
    ask,
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

if (isMainThread) {
  for (const name of Object.keys(process.env)) delete process.env[name]
  // Functions are compiled when they are first called: a third off the start. Where V8 has no such flags, nothing happens.
  for (const flag of ['--wasm-lazy-compilation', '--wasm-lazy-validation']) setFlagsFromString(flag)
  try {
    // The host checks the files meanwhile, and lets nothing run before it has.
    const { wasm, image } = openImage(IMAGE_FOLDER, process.argv[2])
    serve(new StdioPipe(), wasm, image)
  } catch (error) {
    // The host tells its caller: in a line, and not where in our files it was.
    writeSync(2, String(error))
    process.exit(EXIT.failed)
  }
} else {
  const { port, signal, paused, wasm, image } = workerData as ThreadData
  // A jail is stopped by a signal. A thread stops itself, at the next tick.
  serve(new PortPipe(port, signal), wasm, image, () => {
    const began = performance.now()
    while (Atomics.load(paused, 0) === 1) Atomics.wait(paused, 0, 1)
    return performance.now() - began
  })
}
