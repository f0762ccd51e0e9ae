/**
 * The guest of a session: a worker while it is used, and a copy of its memory as of the last run that came to its end. An idle one
 * gives its worker back, and goes on from its copy. In a pool it has a worker just while something runs.
 */
import type { GuestWorker } from '../trusted/channel/worker.js'
import { Parked } from './parked.js'
import { CANCELLED, type Workers } from './tenants.js'

/** @internal */
export interface GuestHost {
  readonly pool: Workers
  /** Whether a session has a worker between its runs. */
  readonly holds: boolean
  /** It gives that worker back when it did nothing for so long. */
  readonly idleMs: number
}

/** @internal A worker for one execution. */
export interface Seat {
  readonly worker: GuestWorker
  /** Its memory is the session's already. */
  readonly isKept: boolean
}

/** @internal */
export class SessionGuest {
  readonly #host: GuestHost
  #worker: GuestWorker | undefined
  readonly #memory: Parked
  /** The worker's memory is not the session's: the next run begins with {@link #memory}. */
  #isStale = true
  /** How often the worker had been leased when this session last had it. */
  #leases = 0
  #idle: NodeJS.Timeout | undefined

  constructor(host: GuestHost, worker: GuestWorker | undefined, delta: Uint8Array | undefined) {
    this.#host = host
    this.#worker = worker
    this.#memory = new Parked(delta)
  }

  /** Whether nothing has changed its memory yet. */
  get isBase(): boolean {
    return this.#memory.isBase
  }

  /** Its memory, as a difference from the base; undefined where it is the base. */
  delta(): Promise<Uint8Array | undefined> {
    return this.#memory.delta()
  }

  /** Somebody begins something: it stays where it is. */
  wake(): void {
    clearTimeout(this.#idle)
  }

  /** Nobody uses it: in a while it gives its worker back. */
  rest(): void {
    clearTimeout(this.#idle)
    const { holds, idleMs, pool } = this.#host
    const worker = this.#worker
    if (worker === undefined || !holds) return
    this.#idle = setTimeout(() => {
      pool.release(worker)
      this.#worker = undefined
      this.#isStale = true
    }, idleMs).unref()
  }

  /** Its worker, or the spare that takes its place, for something that may leave any memory there. {@link stand} ends it. */
  async sit(signal: AbortSignal | undefined): Promise<Seat | typeof CANCELLED> {
    const worker = await this.#liveWorker(signal)
    if (worker === CANCELLED) return worker
    const isKept = !this.#isStale
    this.#isStale = true
    return { worker, isKept }
  }

  /** After an execution. */
  stand({ worker }: Seat): void {
    if (!this.#host.holds) this.#host.pool.release(worker)
  }

  /** Goes on with the memory that the last execution has left. */
  keep(memory: Uint8Array): void {
    this.#memory.keep(memory)
    this.#isStale = false
  }

  /** Gives the worker back at once, and keeps no memory. */
  end(): void {
    clearTimeout(this.#idle)
    // In a pool it is somebody else's by now, or given back by the run that has it.
    if (this.#worker && this.#host.holds) this.#host.pool.release(this.#worker)
    this.#worker = undefined
    this.#memory.keep(undefined)
  }

  async #liveWorker(signal: AbortSignal | undefined): Promise<GuestWorker | typeof CANCELLED> {
    const { pool, holds } = this.#host
    if (!holds) {
      const worker = await pool.lease('run', signal, this.#worker)
      if (worker === CANCELLED) return worker
      // It is as this session left it when nobody else had it in between.
      if (worker !== this.#worker || pool.leasesOf(worker) !== this.#leases + 1)
        this.#isStale = true
      this.#worker = worker
      this.#leases = pool.leasesOf(worker)
      return worker
    }
    if (this.#worker?.alive) return signal?.aborted ? CANCELLED : this.#worker
    if (this.#worker) pool.release(this.#worker)
    this.#worker = undefined
    this.#isStale = true
    const worker = await pool.lease('session', signal)
    if (worker !== CANCELLED) this.#worker = worker
    return worker
  }
}
