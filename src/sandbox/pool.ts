/**
 * The workers of one sandbox: as many as may run at once, spares started ahead, and a bounded queue of those who wait. A
 * worker that ends, whatever ended it, is replaced by a spare at once; nobody but the call it had notices.
 */
import { InstallationError, OverloadError } from '../errors.js'
import { LACKING } from './workers.js'
import { DID_NOT_START, type GuestWorker } from '../trusted/channel/link.js'

/** @internal */
export interface PoolOptions {
  /** Most workers leased for runs at a time. */
  readonly workers: number
  /** Most workers leased for sessions at a time, beyond those. */
  readonly sessions: number
  /** Workers kept ready beyond those leased. */
  readonly spares: number
  /** Most callers waiting for a worker. */
  readonly queue: number
  /** Starts a worker. */
  readonly start: () => GuestWorker
  /** Called for each worker once it is ready. */
  readonly onReady?: (worker: GuestWorker) => void
}

/** @internal Waiting was ended by the caller's signal, or the pool is closed. */
export const CANCELLED = Symbol('cancelled')

/** How busy a sandbox is. */
export interface Load {
  /** Runs that wait for a worker. */
  readonly queued: number
  /** Runs that have one. */
  readonly running: number
  /** Sessions that are open. */
  readonly sessions: number
  /** Workers that are ready and idle. */
  readonly ready: number
  /** Workers that are being started. */
  readonly starting: number
}

/** @internal What a worker is leased for: one run, or a session, which holds it until it is closed. */
export type Purpose = 'run' | 'session'

interface Waiter {
  /** Who came first is served first. */
  readonly order: number
  readonly give: (worker: GuestWorker) => void
  readonly fail: (error: Error) => void
  readonly leave: () => void
}

/**
 * Workers that end before they were ever ready, in a row, after which the installation is taken to be broken: three that
 * ended themselves, two that stood still, or twenty that were ended by a signal, whose sender may have meant any worker.
 */
const MOST_FAILED_STARTS = 20
const ENDED_ITSELF = 7
/** One that did not start took half a minute for it. */
const NOT_STARTED = 10

/** A spare is started this long after the first lease at the latest: the first result of a process is not slowed by it. */
const SPARE_DELAY_MS = 250

const CLOSED = 'the sandbox was closed'

/** @internal */
export class Pool {
  readonly #options: PoolOptions
  readonly #ready: GuestWorker[] = []
  readonly #starting = new Set<GuestWorker>()
  readonly #leased = new Map<GuestWorker, Purpose>()
  readonly #leases = new WeakMap<GuestWorker, number>()
  readonly #ending = new Set<Promise<unknown>>()
  readonly #waiting: Readonly<Record<Purpose, Set<Waiter>>> = { run: new Set(), session: new Set() }
  #arrivals = 0
  #failedStarts = 0
  #spareTimer: NodeJS.Timeout | undefined
  #wantsSpares = false
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Starts the first worker, so that it is ready when it is wanted. */
  warm(): void {
    if (!this.#closed && this.#ready.length + this.#starting.size + this.#leased.size === 0)
      this.#start()
  }

  /** Calls `onReady` for the workers that are ready, once more: what it does has changed. */
  refresh(): void {
    for (const worker of this.#ready) this.#options.onReady?.(worker)
  }

  /** How many runs wait and are running, how many sessions are open, and how many workers are ready and starting. */
  get load(): Load {
    return {
      queued: this.#waiting.run.size,
      running: this.#leasedFor('run'),
      sessions: this.#leasedFor('session'),
      ready: this.#ready.length,
      starting: this.#starting.size,
    }
  }

  /**
   * Refuses, by throwing, one more run where too many wait: `others` are on their way to this queue.
   * @throws OverloadError
   */
  admit(others: number): void {
    const { workers, queue } = this.#options
    const free = Math.max(0, workers - this.#leasedFor('run'))
    if (others + this.#waiting.run.size >= queue + free) throw overload('run', queue)
  }

  /**
   * A worker of one's own until {@link release}, or {@link CANCELLED}. First come, first served. Runs wait in the queue;
   * sessions do not, since who waits for one may be the one who holds the others.
   * `wished` is the one given where it is ready.
   * @throws OverloadError when the queue is full or too many sessions are open, InstallationError when no
   *   worker can be started.
   */
  lease(
    purpose: Purpose,
    signal?: AbortSignal,
    wished?: GuestWorker,
  ): Promise<GuestWorker | typeof CANCELLED> {
    if (this.#closed || signal?.aborted) return Promise.resolve(CANCELLED)
    if (this.#hasRoom(purpose) && (purpose === 'session' || this.#waiting.run.size === 0)) {
      const worker = this.#takeReady(purpose, wished)
      if (worker) return Promise.resolve(worker)
    }
    const { queue, sessions } = this.#options
    if (
      purpose === 'run'
        ? this.#waiting.run.size >= queue
        : this.#leasedFor('session') + this.#waiting.session.size >= sessions
    ) {
      return Promise.reject(overload(purpose, purpose === 'run' ? queue : sessions))
    }
    return new Promise((resolve, reject) => {
      const settled = (): void => signal?.removeEventListener('abort', cancel)
      const waiter: Waiter = {
        order: this.#arrivals++,
        give: (worker) => {
          settled()
          resolve(worker)
        },
        fail: (error) => {
          settled()
          reject(error)
        },
        leave: () => {
          settled()
          resolve(CANCELLED)
        },
      }
      const cancel = (): void => {
        this.#waiting[purpose].delete(waiter)
        waiter.leave()
      }
      signal?.addEventListener('abort', cancel)
      this.#waiting[purpose].add(waiter)
      this.#refill()
    })
  }

  /** How often it was leased. Whoever finds it leased once more than when it last had it, has it as it left it. */
  leasesOf(worker: GuestWorker): number {
    return this.#leases.get(worker) ?? 0
  }

  /** Gives a worker back, alive or not. */
  release(worker: GuestWorker): void {
    if (!this.#leased.delete(worker)) return
    if (worker.alive) {
      if (this.#closed || this.#ready.length >= this.#options.workers + this.#options.spares)
        worker.kill('not needed')
      else this.#ready.push(worker)
    }
    this.#serve()
    if (!this.#closed) this.#wantSpares()
  }

  /** Ends the workers that are ready and that nobody waits for. */
  giveBack(): void {
    for (const worker of this.#ready.splice(0)) worker.kill('not needed')
  }

  /** Cancels those who wait, ends every worker, and resolves when no process or thread is left. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#spareTimer)
    for (const waiter of this.#takeWaiting()) waiter.leave()
    for (const worker of [...this.#ready.splice(0), ...this.#starting, ...this.#leased.keys()])
      worker.kill(CLOSED)
    while (this.#ending.size > 0) await Promise.all(this.#ending)
  }

  #leasedFor(purpose: Purpose): number {
    let count = 0
    for (const other of this.#leased.values()) if (other === purpose) count++
    return count
  }

  #takeWaiting(): Waiter[] {
    const { run, session } = this.#waiting
    const all = [...run, ...session]
    run.clear()
    session.clear()
    return all
  }

  #hasRoom(purpose: Purpose): boolean {
    return (
      this.#leasedFor(purpose) <
      (purpose === 'run' ? this.#options.workers : this.#options.sessions)
    )
  }

  #takeReady(purpose: Purpose, wished?: GuestWorker): GuestWorker | undefined {
    const index = wished === undefined ? -1 : this.#ready.indexOf(wished)
    if (index >= 0) this.#ready.push(...this.#ready.splice(index, 1))
    for (;;) {
      const worker = this.#ready.pop()
      if (!worker) return undefined
      if (!worker.alive) continue
      this.#leased.set(worker, purpose)
      this.#leases.set(worker, this.leasesOf(worker) + 1)
      if (this.#wantsSpares) this.#refill()
      else this.#spareTimer ??= setTimeout(() => this.#wantSpares(), SPARE_DELAY_MS).unref()
      return worker
    }
  }

  #serve(): void {
    for (;;) {
      const [run, session] = (['run', 'session'] as const).map((purpose) =>
        this.#hasRoom(purpose) ? this.#waiting[purpose].values().next().value : undefined,
      )
      const next = run && session ? (run.order < session.order ? run : session) : (run ?? session)
      if (!next) break
      const purpose = next === run ? 'run' : 'session'
      const worker = this.#takeReady(purpose)
      if (!worker) break
      this.#waiting[purpose].delete(next)
      next.give(worker)
    }
    this.#refill()
  }

  #wantSpares(): void {
    clearTimeout(this.#spareTimer)
    this.#wantsSpares = true
    this.#refill()
  }

  /** Starts as many workers as are missing: for those who wait, and to have spares. */
  #refill(): void {
    if (this.#closed) return
    const { workers, spares } = this.#options
    const runs = Math.min(this.#waiting.run.size, workers - this.#leasedFor('run'))
    const wanted = runs + this.#waiting.session.size + (this.#wantsSpares ? spares : 0)
    for (let have = this.#ready.length + this.#starting.size; have < wanted; have++) this.#start()
  }

  #start(): void {
    let worker: GuestWorker
    try {
      worker = this.#options.start()
    } catch (error) {
      this.#startFailed(error instanceof Error ? error.message : String(error))
      return
    }
    this.#starting.add(worker)
    const gone = worker.ended
      .then((reason) => this.#gone(worker, reason))
      .finally(() => this.#ending.delete(gone))
    this.#ending.add(gone)
    void worker.ready.then((ready) => {
      if (ready) this.#arrived(worker)
    })
  }

  #arrived(worker: GuestWorker): void {
    if (!this.#starting.delete(worker)) return
    if (this.#closed) return worker.kill(CLOSED)
    this.#failedStarts = 0
    this.#options.onReady?.(worker)
    this.#ready.push(worker)
    this.#serve()
  }

  #gone(worker: GuestWorker, reason: string): void {
    const index = this.#ready.indexOf(worker)
    if (index >= 0) this.#ready.splice(index, 1)
    const wasStarting = this.#starting.delete(worker)
    if (this.#closed) return
    if (wasStarting) this.#startFailed(reason)
    else this.#refill()
  }

  #startFailed(reason: string): void {
    this.#failedStarts += reason.startsWith('the worker ended by SIG')
      ? 1
      : reason === DID_NOT_START
        ? NOT_STARTED
        : ENDED_ITSELF
    if (this.#failedStarts < MOST_FAILED_STARTS) {
      this.#refill()
      return
    }
    const message = `no worker could be started: ${reason}`
    const error = LACKING.test(reason) ? new OverloadError(message) : new InstallationError(message)
    this.#failedStarts = 0
    for (const waiter of this.#takeWaiting()) waiter.fail(error)
  }
}

function overload(purpose: Purpose, most: number): OverloadError {
  return new OverloadError(
    purpose === 'run'
      ? `${most} runs are waiting already (option "queue")`
      : `${most} sessions are open already (option "sessions")`,
  )
}
