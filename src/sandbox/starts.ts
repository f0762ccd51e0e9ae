/**
 * The starts of a pool's workers: which are under way, when an installation is taken to be broken, and that at the end no process
 * and no thread is left.
 */
import { InstallationError, OverloadError } from '../errors.js'
import { DID_NOT_START, type GuestWorker } from '../trusted/channel/worker.js'
import { LACKING } from './workers.js'

/**
 * Workers that end before they were ever ready, in a row, after which the installation is taken to be broken: three that
 * ended themselves, two that stood still, or twenty that were ended by a signal, whose sender may have meant any worker.
 */
const MOST_FAILED_STARTS = 20
const ENDED_ITSELF = 7
/** One that did not start took half a minute for it. */
const NOT_STARTED = 10

/** @internal What becomes of a start. */
export interface Started {
  /** The worker can perform. */
  readonly ready: (worker: GuestWorker) => void
  /** One that was ready is gone. */
  readonly gone: (worker: GuestWorker) => void
  /** One that was not is gone. With an error: so many of them that there is no use in starting more. */
  readonly failed: (error: Error | undefined) => void
}

/** @internal The starts of one pool. `started` is told what becomes of each. */
export class Starts {
  readonly #starting = new Set<GuestWorker>()
  readonly #ending = new Set<Promise<unknown>>()
  #failures = 0

  constructor(
    private readonly make: () => GuestWorker,
    private readonly started: Started,
  ) {}

  /** How many workers are being started. */
  get size(): number {
    return this.#starting.size
  }

  start(): void {
    let worker: GuestWorker
    try {
      worker = this.make()
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error))
      return
    }
    this.#starting.add(worker)
    const gone = worker.ended
      .then((reason) => {
        if (this.#starting.delete(worker)) this.#failed(reason)
        else this.started.gone(worker)
      })
      .finally(() => this.#ending.delete(gone))
    this.#ending.add(gone)
    void worker.ready.then((ready) => {
      if (!ready || !this.#starting.delete(worker)) return
      this.#failures = 0
      this.started.ready(worker)
    })
  }

  /** Ends those that are being started, and resolves when every worker that was ever started is gone. */
  async close(reason: string): Promise<void> {
    for (const worker of this.#starting) worker.kill(reason)
    while (this.#ending.size > 0) await Promise.all(this.#ending)
  }

  #failed(reason: string): void {
    this.#failures += reason.startsWith('the worker ended by SIG')
      ? 1
      : reason === DID_NOT_START
        ? NOT_STARTED
        : ENDED_ITSELF
    if (this.#failures < MOST_FAILED_STARTS) return this.started.failed(undefined)
    this.#failures = 0
    const message = `no worker could be started: ${reason}`
    this.started.failed(
      LACKING.test(reason) ? new OverloadError(message) : new InstallationError(message),
    )
  }
}
