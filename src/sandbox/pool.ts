/**
 * Workers of one kind: as many as may run at once, spares started ahead, and those who wait for one. A worker that ends,
 * whatever ended it, is replaced by a spare at once; nobody but the call it had notices. One that is idle for long is ended.
 *
 * A pool has one tenant, a sandbox, or many, who take turns: each waits in a bounded queue of its own. Pools of several kinds
 * may have one capacity in common.
 */
import type { Capacity } from './capacity.js'
import {
  CANCELLED,
  overload,
  tenantOf,
  waits,
  type Load,
  type Purpose,
  type Tenant,
  type Waiter,
  type Workers,
} from './tenants.js'
import { Starts } from './starts.js'
import type { GuestWorker } from '../trusted/channel/link.js'

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
  /** A worker that nobody had for so long is ended, in milliseconds. Default never. */
  readonly idleMs?: number
  /** What it shares with other pools, and how much of that one of its workers takes. Default nothing. */
  readonly capacity?: Capacity
  readonly memoryMb?: number
  /** Called when it is closed. */
  readonly onClosed?: () => void
}

/** A spare is started this long after the first lease at the latest: the first result of a process is not slowed by it. */
const SPARE_DELAY_MS = 250

const CLOSED = 'the sandbox was closed'

/** @internal */
export class Pool implements Workers {
  readonly #options: PoolOptions
  readonly #ready: GuestWorker[] = []
  readonly #starts: Starts
  readonly #leased = new Map<GuestWorker, { readonly tenant: Tenant; readonly purpose: Purpose }>()
  readonly #leases = new WeakMap<GuestWorker, number>()
  /** Tenants who wait, in the order of their turns. */
  readonly #turns = new Set<Tenant>()
  /** The tenant of a pool that has one. */
  readonly #sole: Tenant
  #arrivals = 0
  #spareTimer: NodeJS.Timeout | undefined
  #idleTimer: NodeJS.Timeout | undefined
  #wantsSpares = false
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#sole = tenantOf(options.queue, options.sessions)
    this.#starts = new Starts(options.start, {
      ready: (worker) => this.#arrived(worker),
      gone: (worker) => this.#gone(worker),
      failed: (error) => this.#failed(error),
    })
    options.capacity?.add(this)
  }

  /** A tenant's part of it. Its sessions wait as runs do. */
  share(queue: number): Workers {
    const tenant = tenantOf(queue, Infinity)
    const loadOf = (): Load => this.#loadOf(tenant)
    return {
      get load() {
        return loadOf()
      },
      warm: () => {
        if (this.#hasRoom(tenant, 'run')) this.warm()
      },
      admit: (others) => this.#admit(tenant, others),
      lease: (purpose, signal, wished) => this.#lease(tenant, purpose, signal, wished),
      leasesOf: (worker) => this.leasesOf(worker),
      release: (worker) => this.release(worker),
      refresh: () => this.refresh(),
      close: () => this.#leave(tenant),
    }
  }

  /** Starts the first worker, so that it is ready when it is wanted. */
  warm(): void {
    if (!this.#closed && this.size === 0) this.#starts.start()
  }

  /** Calls `onReady` for the workers that are ready, once more: what it does has changed. */
  refresh(): void {
    for (const worker of this.#ready) this.#options.onReady?.(worker)
  }

  /** How many runs wait and are running, how many sessions are open, and how many workers are ready and starting. */
  get load(): Load {
    return this.#loadOf(this.#sole)
  }

  /** The same of all its tenants. */
  get whole(): Omit<Load, 'sessions'> {
    let queued = 0
    for (const { waiting } of this.#turns) queued += waiting.run.size + waiting.session.size
    return {
      queued,
      running: this.#leased.size,
      ready: this.#ready.length,
      starting: this.#starts.size,
    }
  }

  /** How many workers there are. */
  get size(): number {
    return this.#ready.length + this.#starts.size + this.#leased.size
  }

  /** {@link Pool.#admit} of a pool of one tenant. @throws OverloadError */
  admit(others: number): void {
    this.#admit(this.#sole, others)
  }

  /**
   * A worker of one's own until {@link release}, or {@link CANCELLED}. First come, first served. Runs wait in the queue;
   * sessions do not, since who waits for one may be the one who holds the others. `wished` is the one given where it is ready.
   * @throws OverloadError when the queue is full or too many sessions are open, InstallationError when no
   *   worker can be started.
   */
  lease(
    purpose: Purpose,
    signal?: AbortSignal,
    wished?: GuestWorker,
  ): Promise<GuestWorker | typeof CANCELLED> {
    return this.#lease(this.#sole, purpose, signal, wished)
  }

  /** How often it was leased. Whoever finds it leased once more than when it last had it, has it as it left it. */
  leasesOf(worker: GuestWorker): number {
    return this.#leases.get(worker) ?? 0
  }

  /** Gives a worker back, alive or not. */
  release(worker: GuestWorker): void {
    const lease = this.#leased.get(worker)
    if (!lease) return
    this.#leased.delete(worker)
    lease.tenant.leased[lease.purpose]--
    const { workers, spares, capacity, memoryMb = 0 } = this.#options
    if (worker.alive) {
      if (this.#closed || this.#ready.length >= workers + spares) worker.kill('not needed')
      else this.#ready.push(worker)
    }
    capacity?.give(memoryMb)
    this.#serve()
    capacity?.serve()
    if (!this.#closed) this.#wantSpares()
    this.#rest()
  }

  /** Ends the workers that are ready and that nobody waits for. */
  giveBack(): void {
    this.#wantsSpares = false
    for (const worker of this.#ready.splice(0)) worker.kill('not needed')
  }

  /** Ends one worker that is ready, to make room for another pool's; false when none is. */
  giveUp(): boolean {
    const worker = this.#ready.shift()
    worker?.kill('not needed')
    return worker !== undefined
  }

  /** Gives a ready worker to whoever's turn it is; false when there is none, or nobody who may have one. */
  serveOne(): boolean {
    for (const tenant of this.#turns) {
      const [run, session] = (['run', 'session'] as const).map((purpose) =>
        this.#hasRoom(tenant, purpose) ? tenant.waiting[purpose].values().next().value : undefined,
      )
      const next = run && session ? (run.order < session.order ? run : session) : (run ?? session)
      if (!next) continue
      const purpose = next === run ? 'run' : 'session'
      const worker = this.#takeReady(tenant, purpose)
      if (!worker) return false
      this.#turns.delete(tenant)
      tenant.waiting[purpose].delete(next)
      if (waits(tenant)) this.#turns.add(tenant)
      next.give(worker)
      return true
    }
    return false
  }

  /** Cancels those who wait, ends every worker, and resolves when no process or thread is left. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#spareTimer)
    clearTimeout(this.#idleTimer)
    this.#options.capacity?.remove(this)
    this.#options.onClosed?.()
    for (const waiter of this.#takeWaiting()) waiter.leave()
    for (const worker of [...this.#ready.splice(0), ...this.#leased.keys()]) worker.kill(CLOSED)
    await this.#starts.close(CLOSED)
  }

  /** A tenant's end: what it has is ended. */
  async #leave(tenant: Tenant): Promise<void> {
    for (const waiting of Object.values(tenant.waiting)) {
      for (const waiter of waiting) waiter.leave()
      waiting.clear()
    }
    this.#turns.delete(tenant)
    const ended: Promise<unknown>[] = []
    for (const [worker, lease] of this.#leased) {
      if (lease.tenant !== tenant) continue
      worker.kill(CLOSED)
      ended.push(worker.ended)
    }
    await Promise.all(ended)
  }

  #loadOf(tenant: Tenant): Load {
    return {
      queued: tenant.waiting.run.size,
      running: tenant.leased.run,
      sessions: tenant.leased.session,
      ready: this.#ready.length,
      starting: this.#starts.size,
    }
  }

  /**
   * Refuses, by throwing, one more run where too many wait: `others` are on their way to this queue.
   * @throws OverloadError
   */
  #admit({ queue, waiting }: Tenant, others: number): void {
    const free = Math.max(0, this.#options.workers - this.#leasedFor('run'))
    if (others + waiting.run.size >= queue + free) throw overload('run', queue)
  }

  #lease(
    tenant: Tenant,
    purpose: Purpose,
    signal?: AbortSignal,
    wished?: GuestWorker,
  ): Promise<GuestWorker | typeof CANCELLED> {
    if (this.#closed || signal?.aborted) return Promise.resolve(CANCELLED)
    if (this.#hasRoom(tenant, purpose) && (this.#holds(purpose) || this.#turns.size === 0)) {
      const worker = this.#takeReady(tenant, purpose, wished)
      if (worker) return Promise.resolve(worker)
    }
    const { queue, sessions, waiting, leased } = tenant
    if (
      purpose === 'run'
        ? waiting.run.size >= queue
        : leased.session + waiting.session.size >= sessions
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
        waiting[purpose].delete(waiter)
        if (!waits(tenant)) this.#turns.delete(tenant)
        waiter.leave()
      }
      signal?.addEventListener('abort', cancel)
      waiting[purpose].add(waiter)
      this.#turns.add(tenant)
      this.refill()
    })
  }

  /** Whether it is had beside the runs, for as long as a session is open. */
  #holds(purpose: Purpose): boolean {
    return purpose === 'session' && this.#options.capacity === undefined
  }

  #leasedFor(purpose: Purpose): number {
    let count = 0
    for (const lease of this.#leased.values()) if (lease.purpose === purpose) count++
    return count
  }

  #takeWaiting(): Waiter[] {
    const all = [...this.#turns].flatMap(({ waiting }) => {
      const waiters = [...waiting.run, ...waiting.session]
      waiting.run.clear()
      waiting.session.clear()
      return waiters
    })
    this.#turns.clear()
    return all
  }

  #hasRoom(tenant: Tenant, purpose: Purpose): boolean {
    const { workers, capacity, memoryMb = 0 } = this.#options
    if (capacity !== undefined) return capacity.hasRoom(memoryMb)
    return purpose === 'run'
      ? this.#leasedFor('run') < workers
      : tenant.leased.session < tenant.sessions
  }

  #takeReady(tenant: Tenant, purpose: Purpose, wished?: GuestWorker): GuestWorker | undefined {
    const index = wished === undefined ? -1 : this.#ready.indexOf(wished)
    if (index >= 0) this.#ready.push(...this.#ready.splice(index, 1))
    for (;;) {
      const worker = this.#ready.pop()
      if (!worker) return undefined
      if (!worker.alive) continue
      this.#leased.set(worker, { tenant, purpose })
      this.#leases.set(worker, this.leasesOf(worker) + 1)
      tenant.leased[purpose]++
      const { capacity, memoryMb = 0 } = this.#options
      capacity?.take(memoryMb)
      if (this.#wantsSpares) this.refill()
      else this.#spareTimer ??= setTimeout(() => this.#wantSpares(), SPARE_DELAY_MS).unref()
      return worker
    }
  }

  #serve(): void {
    while (this.serveOne());
    this.refill()
  }

  #wantSpares(): void {
    clearTimeout(this.#spareTimer)
    this.#spareTimer = undefined
    this.#wantsSpares = true
    this.refill()
  }

  /** Ends the workers that are ready in a while, unless one is leased or given back before. */
  #rest(): void {
    const { idleMs = Infinity } = this.#options
    if (this.#closed || idleMs === Infinity) return
    if (this.#idleTimer) this.#idleTimer.refresh()
    else this.#idleTimer = setTimeout(() => this.giveBack(), idleMs).unref()
  }

  /** Starts as many workers as are missing: for those who wait, and to have spares. */
  refill(): void {
    if (this.#closed) return
    const { workers, spares, capacity, memoryMb = 0 } = this.#options
    let [waitingRuns, waitingSessions] = [0, 0]
    for (const { waiting } of this.#turns) {
      waitingRuns += waiting.run.size
      waitingSessions += waiting.session.size
    }
    const wanted = capacity
      ? Math.min(waitingRuns + waitingSessions, capacity.room(memoryMb))
      : Math.min(waitingRuns, workers - this.#leasedFor('run')) +
        waitingSessions +
        (this.#wantsSpares ? spares : 0)
    for (let have = this.#ready.length + this.#starts.size; have < wanted; have++) {
      capacity?.makeRoom(this)
      this.#starts.start()
    }
  }

  #arrived(worker: GuestWorker): void {
    if (this.#closed) return worker.kill(CLOSED)
    this.#options.onReady?.(worker)
    this.#ready.push(worker)
    this.#serve()
    this.#rest()
  }

  #gone(worker: GuestWorker): void {
    const index = this.#ready.indexOf(worker)
    if (index >= 0) this.#ready.splice(index, 1)
    if (!this.#closed) this.refill()
  }

  /** No worker can be started, or one could not be and is to be tried again. */
  #failed(error: Error | undefined): void {
    if (this.#closed) return
    if (error === undefined) this.refill()
    else for (const waiter of this.#takeWaiting()) waiter.fail(error)
  }
}
