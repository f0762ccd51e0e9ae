/**
 * The guest of a session: a worker while it is used, and a copy of its memory. A run leaves its memory in the worker, which saves it
 * there once it has answered: a run that is ended by force goes back to that. The host has its copy when the session is idle for a
 * moment, when others need the worker, or when something begins that may end the worker. Until then a worker that dies takes with it
 * what the last runs left: how many, whoever comes next is told. A session that is idle for longer gives its worker back.
 */
import type { ResolvedPolicy } from '../policy/policy.js'
import type { Keeping } from '../trusted/channel/protocol.js'
import type { GuestWorker } from '../trusted/channel/worker.js'
import { callLimits } from './execution.js'
import { filesBytes } from './files.js'
import { Parked } from './parked.js'
import { CANCELLED, type Workers } from './tenants.js'

/** @internal What the guest of a session needs of its sandbox. */
export interface GuestHost {
  readonly pool: Workers
  readonly policy: ResolvedPolicy
  /** Whether a session has a worker between its runs. */
  readonly holds: boolean
  /** It gives that worker back when it did nothing for so long. */
  readonly idleMs: number
}

/** @internal A worker for one execution, and what it begins with. */
export interface Seat {
  readonly worker: GuestWorker
  readonly begin: 'keep' | 'saved' | 'base' | Uint8Array
  /** The same memory, where the host has it. */
  readonly start: 'base' | Uint8Array
  /** How the execution is to end. */
  readonly end: Keeping
}

/** @internal What is to be executed. */
export interface SeatKind {
  /** Others than the worker may end it. */
  readonly isFragile?: boolean
  /** Nothing comes after it. */
  readonly isLast?: boolean
}

/** @internal What an execution has left: memory that the host was given, memory in the worker, or none. */
export type Left = Uint8Array | 'kept' | undefined

/** After so long without anything to do, the memory is fetched. */
const SETTLE_MS = 20
/** Without a pause, memory that was not fetched for so long is. */
const MOST_AHEAD_MS = 1_000
const NOTHING_ASKED = new Uint8Array(0)

/** @internal The guest of one session. One execution at a time sits in it. */
export class SessionGuest {
  readonly #host: GuestHost
  #worker: GuestWorker | undefined
  #isLeased: boolean
  /** Something is executed, or about to be. */
  #isSeated = false
  #hasEnded = false
  readonly #memory: Parked
  /** Where the session's memory is: in its place in the worker, among what the worker has saved, or here alone. */
  #place: 'worker' | 'saved' | 'here' = 'here'
  /** How many runs have left memory that the host does not have, since when, and whether the worker saves it. */
  #ahead = 0
  #since = 0
  #isSaved = false
  #lost = 0
  /** How often the worker had been leased when this session last had it. */
  #leases = 0
  #settling: Promise<void> | undefined
  #timers: NodeJS.Timeout[] = []

  constructor(host: GuestHost, worker: GuestWorker | undefined, delta: Uint8Array | undefined) {
    this.#host = host
    this.#worker = worker
    this.#isLeased = worker !== undefined
    this.#memory = new Parked(delta)
  }

  /** Whether nothing has changed its memory yet. */
  get isBase(): boolean {
    return this.#memory.isBase && this.#ahead === 0
  }

  /** How many runs were lost since this was asked. */
  takeLost(): number {
    const lost = this.#lost
    this.#lost = 0
    return lost
  }

  /** Its memory, as a difference from the base; undefined where it is the base. */
  async delta(): Promise<Uint8Array | undefined> {
    await this.#settle(false)
    return this.#memory.delta()
  }

  /** Somebody begins something: it stays where it is. */
  wake(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
  }

  /** Nobody uses it: soon the host has its memory, and in a while it gives its worker back. */
  rest(): void {
    this.wake()
    const { holds, idleMs } = this.#host
    if (!this.#isLeased) return
    const after = (ms: number, isLeaving: boolean): void => {
      this.#timers.push(setTimeout(() => void this.#settle(isLeaving), ms).unref())
    }
    if (!holds || this.#ahead > 0) after(SETTLE_MS, !holds)
    if (holds) after(idleMs, true)
  }

  /**
   * Its worker, or the spare that takes its place, for something that may leave any memory there. {@link stand} ends it. Before what is
   * fragile the host fetches the memory; not before what is last, with which the memory of the runs before it may end.
   */
  async sit(
    signal: AbortSignal | undefined,
    { isFragile = false, isLast = false }: SeatKind,
  ): Promise<Seat | typeof CANCELLED> {
    this.#isSeated = true
    await this.#settling
    const isOld = performance.now() - this.#since > MOST_AHEAD_MS
    if (!isLast && (isFragile || isOld || !this.#isSaved)) await this.#settle(false)
    const worker = await this.#liveWorker(signal).catch((error: unknown) => {
      this.#isSeated = false
      throw error
    })
    this.#isSeated = worker !== CANCELLED
    if (worker === CANCELLED) return worker
    const place = this.#place
    const start = (await this.#memory.delta()) ?? 'base'
    const begin = { worker: 'keep', saved: 'saved', here: start } as const
    return { worker, begin: begin[place], start, end: isFragile || isLast ? 'keep' : 'save' }
  }

  /** After an execution. */
  stand({ worker, end }: Seat, left: Left): void {
    this.#isSeated = false
    if (left === 'kept') {
      this.#place = 'worker'
      this.#isSaved = end === 'save'
      if (this.#ahead++ === 0) this.#since = performance.now()
    } else if (left === undefined) {
      // Nobody has what was there before.
      if (!this.#isSaved) this.#lose()
      this.#place = this.#ahead > 0 ? 'saved' : 'here'
    } else this.#keep(left)
    if (!worker.alive) this.#lose()
    const { holds, pool } = this.#host
    if (this.#hasEnded) this.#close()
    else if (holds) return
    else if (this.#ahead === 0) this.#leave()
    else pool.rest(worker, () => void this.#settle(true))
  }

  /** Gives the worker back once nothing is done in it, and keeps no memory. */
  end(): void {
    this.wake()
    this.#hasEnded = true
    if (this.#isSeated) return
    if (this.#settling) void this.#settling.then(() => this.#close())
    else this.#close()
  }

  #close(): void {
    this.#leave()
    this.#ahead = 0
    this.#memory.keep(undefined)
  }

  /** The host fetches the memory that it does not have; then, where the session is leaving, its worker is given back. */
  #settle(isLeaving: boolean): Promise<void> {
    this.#settling ??= this.#fetch().finally(() => {
      this.#settling = undefined
    })
    if (!isLeaving) return this.#settling
    return this.#settling.then(() => {
      if (this.#ahead === 0 && !this.#isSeated) this.#leave()
    })
  }

  async #fetch(): Promise<void> {
    const [worker, isSaved] = [this.#worker, this.#place === 'saved']
    if (this.#ahead === 0) return
    const { policy } = this.#host
    const performed = await worker?.perform({
      begin: isSaved ? 'saved' : 'keep',
      request: NOTHING_ASKED,
      limits: callLimits(policy.limits),
      filesBytes: filesBytes(policy),
      end: 'capture',
    })
    if (performed?.kind !== 'done' || !performed.delta) return this.#lose()
    this.#keep(performed.delta)
    // A run that was ended has gone on from it before: the next one is put back to it, with chance of its own.
    if (isSaved) this.#place = 'here'
  }

  #keep(delta: Uint8Array): void {
    this.#memory.keep(delta)
    this.#place = 'worker'
    this.#ahead = 0
  }

  /** What is only in the worker is gone. */
  #lose(): void {
    this.#lost += this.#ahead
    this.#ahead = 0
    this.#place = 'here'
  }

  #leave(): void {
    if (!this.#isLeased) return
    this.#isLeased = false
    this.#host.pool.release(this.#worker!)
    if (!this.#host.holds) return
    this.#worker = undefined
    this.#place = 'here'
  }

  async #liveWorker(signal: AbortSignal | undefined): Promise<GuestWorker | typeof CANCELLED> {
    const { pool, holds } = this.#host
    if (signal?.aborted) return CANCELLED
    if (this.#isLeased && this.#worker!.alive) {
      if (!holds) pool.rest(this.#worker!, undefined)
      return this.#worker!
    }
    if (this.#isLeased) {
      this.#lose()
      this.#leave()
    }
    const worker = await pool.lease(holds ? 'session' : 'run', signal, this.#worker)
    if (worker === CANCELLED) return worker
    // It is as this session left it when nobody else had it in between.
    if (worker !== this.#worker || pool.leases.times(worker) !== this.#leases + 1)
      this.#place = 'here'
    this.#worker = worker
    this.#isLeased = true
    this.#leases = pool.leases.times(worker)
    return worker
  }
}
