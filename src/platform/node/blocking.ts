/**
 * A worker thread that the caller's own thread stands still for: for questions of a guest that runs in that thread, which has no other
 * way to wait. What it says is decoded as if forged, as of any worker, and one that is late is ended.
 */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'
import { ProtocolError } from '../../trusted/channel/frames.js'
import {
  decodeReport,
  encodeFrame,
  type CallLimits,
  type Command,
  type Report,
  type Setup,
} from '../../trusted/channel/protocol.js'
import { STACK_SIZE_MB } from '../../trusted/wall/stack.js'
import type { GuestImage } from '../../trusted/wall/image-facts.js'
import type { ThreadData } from './worker.js'

/** How long it may take to start. */
const START_MS = 30_000
/** How long the caller's thread sleeps between two looks. */
const LOOK_MS = 1

/** How a call ended: with a response, or with none in time, or from a thread that does not answer properly. */
export type Blocked =
  | { readonly kind: 'done'; readonly response: Uint8Array }
  | { readonly kind: 'late' | 'lost' }

/** A thread, started when it is made. Whoever made it closes it. */
export class BlockingThread {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #signal = new Int32Array(new SharedArrayBuffer(4))
  readonly #exited: Promise<void>
  #isReady = false
  #id = 0

  constructor(
    wasm: WebAssembly.Module,
    image: GuestImage,
    setup: Setup,
    script: string,
    data: object,
  ) {
    const { port1, port2: port } = new MessageChannel()
    this.#port = port1
    const paused = new Int32Array(new SharedArrayBuffer(4))
    this.#worker = new Worker(script, {
      workerData: { ...data, port, signal: this.#signal, paused, wasm, image } satisfies ThreadData,
      transferList: [port],
      env: {},
      execArgv: ['--no-warnings'],
      stdout: true,
      stderr: true,
      resourceLimits: { stackSizeMb: STACK_SIZE_MB },
    })
    this.#worker.unref()
    this.#worker.on('error', () => {})
    this.#exited = new Promise((resolve) => this.#worker.on('exit', () => resolve()))
    this.#send({ kind: 'setup', files: null, ...setup })
  }

  /** Makes a call, and stands still until it has ended. After anything but a response the thread is to be closed. */
  perform(request: Uint8Array, limits: CallLimits): Blocked {
    const deadline = performance.now() + limits.wallMs
    try {
      while (!this.#isReady) {
        const report = this.#next(performance.now() + START_MS)
        if (report?.kind !== 'ready') return { kind: 'lost' }
        this.#isReady = true
      }
      const id = ++this.#id
      const none = { slice: null, tape: null, files: null } as const
      const how = {
        to: 'guest',
        begin: 'image',
        end: 'reset',
        pausable: false,
        unwatched: false,
        asks: false,
      } as const
      this.#send({ kind: 'perform', id, request, limits, ...how, ...none })
      for (;;) {
        const report = this.#next(deadline)
        if (report === undefined) return { kind: 'late' }
        if (!('id' in report) || report.id !== id) return { kind: 'lost' }
        if (report.kind === 'begun' || report.kind === 'ended') continue
        return report.kind === 'done'
          ? { kind: 'done', response: report.response }
          : { kind: 'lost' }
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      return { kind: 'lost' }
    }
  }

  /** Ends it. */
  async close(): Promise<void> {
    this.#port.close()
    void this.#worker.terminate()
    await this.#exited
  }

  #send(command: Command): void {
    const payload = encodeFrame(command)
    this.#port.postMessage(payload, [payload.buffer])
    Atomics.add(this.#signal, 0, 1)
    Atomics.notify(this.#signal, 0)
  }

  /** The next report; undefined where there is none in time. */
  #next(deadline: number): Report | undefined {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: unknown } | undefined
      if (received?.message instanceof Uint8Array) return decodeReport(received.message)
      if (received) throw new ProtocolError('a message that is not bytes')
      if (performance.now() > deadline) return undefined
      Atomics.wait(SLEEPER, 0, 0, LOOK_MS)
    }
  }
}

const SLEEPER = new Int32Array(new SharedArrayBuffer(4))
