/**
 * A guest in the caller's own thread: nothing to start, nothing to send, and nothing around it. What it runs blocks the
 * caller; the watchdog ends it all the same, from its own thread. What a guest writes is handed over when it has ended: a
 * callback of the host's within the watched stretch could be cut off in the middle.
 */
import type { GuestImage } from '../../trusted/wall/image-facts.js'
import {
  RETIRED,
  type Call,
  type GuestWorker,
  type Performed,
} from '../../trusted/channel/worker.js'
import type { Done, Report, Setup } from '../../trusted/channel/protocol.js'
import type { Guest } from '../../trusted/wall/runtime.js'
import { makeGuests } from './guests.js'
import { Station } from '../../trusted/channel/station.js'
import { preload } from './preload.js'
import { within } from './within.js'

/** What Node gives the caller's own thread. */
const DEFAULT_STACK_BYTES = 984 << 10

/**
 * A worker in the caller's own thread. A call has ended when `perform` returns: meanwhile nothing of the caller's runs
 * but what answers the guest.
 */
export class InlineWorker implements GuestWorker {
  readonly ready = Promise.resolve(true)
  readonly ended: Promise<string>
  readonly #station: Station
  #setEnded!: (reason: string) => void
  #reason: string | undefined
  #reports: Report[] = []
  #onAsk: Call['onAsk']

  constructor(wasm: WebAssembly.Module, image: GuestImage, setup: Setup) {
    preload()
    this.#station = new Station(makeGuests(wasm, image), setup, {
      stackBytes: DEFAULT_STACK_BYTES,
      ask: (_, question, steps) => {
        const answer = this.#ask(question, steps)
        return () => answer
      },
      within,
      tell: (report) => {
        this.#reports.push(report)
      },
    })
    this.ended = new Promise((resolve) => {
      this.#setEnded = resolve
    })
  }

  /** Answered in this thread, before the guest goes on. */
  #ask(question: Uint8Array, steps: number): Uint8Array | null {
    const answer = this.#onAsk?.(question, steps)
    if (answer !== null && !(answer instanceof Uint8Array))
      throw new Error('a question that this call cannot ask')
    return answer
  }

  get alive(): boolean {
    return this.#reason === undefined
  }

  setBase(delta: Uint8Array): void {
    this.#station.setBase(delta)
  }

  perform(call: Call): Promise<Performed> {
    return Promise.resolve(this.performNow(call))
  }

  /** The same, at once. */
  performNow({
    to = 'guest',
    begin,
    request,
    limits,
    end,
    files,
    onOutput,
    onAsk,
    tape = null,
  }: Call): Performed {
    if (this.#reason !== undefined) {
      return {
        kind: 'lost',
        reason: this.#reason,
        begun: false,
        usage: { wallMs: 0, fuel: 0, peakMemoryBytes: 0, outputBytes: 0 },
      }
    }
    this.#reports = []
    this.#onAsk = onAsk
    this.#station.perform({
      kind: 'perform',
      id: 0,
      to,
      begin,
      request,
      limits,
      end,
      pausable: false,
      asks: onAsk !== undefined,
      // Nobody else could end it here.
      unwatched: false,
      slice: null,
      tape,
      files: files ?? null,
    })
    let done: Done | undefined
    for (const report of this.#reports.splice(0)) {
      if (report.kind === 'output') onOutput?.(report.fd, report.bytes)
      else if (report.kind === 'done' || report.kind === 'killed') done = report
    }
    if (done!.kind === 'killed' && done!.why === 'crash') this.kill(RETIRED)
    return done!
  }

  /** {@link Station.direct}. Nothing but ticks bounds the time of `work`. What it writes goes to `onOutput`. */
  direct<T>(work: (guest: Guest) => T, onAsk?: Call['onAsk'], onOutput?: Call['onOutput']): T {
    this.#reports = []
    this.#onAsk = onAsk
    try {
      return this.#station.direct(work)
    } finally {
      for (const report of this.#reports.splice(0))
        if (report.kind === 'output') onOutput?.(report.fd, report.bytes)
    }
  }

  /** Nothing runs in this thread while the caller does. */
  pause(): void {}

  kill(reason: string): void {
    this.#reason ??= reason
    this.#setEnded(this.#reason)
  }
}
