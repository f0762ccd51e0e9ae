/**
 * Workers of one kind: as many as may run at once, spares started ahead, and those who wait for one. A worker that ends,
 * whatever ended it, is replaced by a spare at once; nobody but the call it had notices. One that is idle for long is ended.
 *
 * A pool has one tenant, a sandbox, or many, who take turns: each waits in a bounded queue of its own. Pools of several kinds
 * may have one capacity in common.
 */
import type { Capacity } from './capacity.js'
import { Leases } from './leases.js'
import { Queue } from './queue.js'
import { Starts } from './starts.js'
import {
  CANCELLED,
  overload,
  tenantOf,
  type Load,
  type Purpose,
  type Tenant,
  type Workers,
} from './tenants.js'
import type { GuestWorker } from '../trusted/channel/worker.js'

/** @internal How many workers a pool has, and how it starts them. */
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

/** Spares are started once workers have been leased for so long, or one has ended: for short programs it would be for nothing. */
const SPARE_DELAY_MS = 250

const CLOSED = 'the sandbox was closed'

/** @internal One pool. Once it is closed, whoever waits or asks is told CANCELLED. */
export class Pool implements Workers {
  readonly #options: PoolOptions
  readonly #ready: GuestWorker[] = []
  readonly #starts: Starts
  readonly leases = new Leases()
  readonly #queue = new Queue()
  readonly #sole: Tenant
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
    return this.loadOf(this.#sole)
  }

  /** The same of all its tenants. */
  get whole(): Omit<Load, 'sessions'> {
    return {
      queued: this.#queue.count('run') + this.#queue.count('session'),
      running: this.leases.size - this.leases.resting(),
      ready: this.#ready.length,
      starting: this.#starts.size,
    }
  }

  /** How many workers there are. */
  get size(): number {
    return this.#ready.length + this.#starts.size + this.leases.size
  }

  /**
   * Refuses, by throwing, one more run where too many wait: `others` are on their way to this queue.
   * @throws OverloadError
   */
  admit(others: number, { queue, waiting }: Tenant = this.#sole): void {
    const free = this.#options.workers - this.leases.count('run') + this.leases.resting()
    if (others + waiting.run.size >= queue + Math.max(0, free)) throw overload('run', queue)
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
    tenant: Tenant = this.#sole,
  ): Promise<GuestWorker | typeof CANCELLED> {
    if (this.#closed || signal?.aborted) return Promise.resolve(CANCELLED)
    if (this.hasRoom(tenant, purpose) && (this.#holds(purpose) || this.#queue.isEmpty)) {
      const worker = this.#takeReady(tenant, purpose, wished)
      if (worker) return Promise.resolve(worker)
    }
    const waiting = this.#queue.join(tenant, purpose, signal, this.leases.resting())
    this.refill()
    ;(this.#options.capacity ?? this.leases).recall()
    return waiting
  }

  /** {@link Workers.rest} */
  rest(worker: GuestWorker, recall: (() => void) | undefined): void {
    this.leases.rest(worker, recall)
    if ((this.#options.capacity ?? this).isWanted) recall?.()
  }

  /** Whether somebody waits for a worker. */
  get isWanted(): boolean {
    return !this.#queue.isEmpty
  }

  /** Gives a worker back, alive or not. */
  release(worker: GuestWorker): void {
    if (!this.leases.end(worker)) return
    const { workers, spares, capacity, memoryMb = 0 } = this.#options
    if (worker.alive) {
      if (this.#closed || this.#ready.length >= workers + spares) worker.kill('not needed')
      else this.#ready.push(worker)
    }
    capacity?.give(memoryMb)
    this.#serve()
    capacity?.serve()
    if (!worker.alive) this.#wantSpares()
    else if (this.leases.size === 0) this.#spareTimer = void clearTimeout(this.#spareTimer)
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
    const next = this.#queue.next((tenant, purpose) => this.hasRoom(tenant, purpose))
    const worker = next && this.#takeReady(next.tenant, next.purpose)
    if (!worker) return false
    this.#queue.served(next, worker)
    return true
  }

  /** Cancels those who wait, ends every worker, and resolves when no process or thread is left. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#spareTimer)
    clearTimeout(this.#idleTimer)
    this.#options.capacity?.remove(this)
    this.#options.onClosed?.()
    for (const waiter of this.#queue.takeAll()) waiter.leave()
    for (const worker of [...this.#ready.splice(0), ...this.leases.workers]) worker.kill(CLOSED)
    await this.#starts.close(CLOSED)
  }

  /** A tenant's end: what it has is ended. */
  async leave(tenant: Tenant): Promise<void> {
    this.#queue.leave(tenant)
    const workers = this.leases.of(tenant)
    for (const worker of workers) worker.kill(CLOSED)
    await Promise.all(workers.map((worker) => worker.ended))
  }

  loadOf(tenant: Tenant): Load {
    return {
      queued: tenant.waiting.run.size,
      running: tenant.leased.run - this.leases.resting(tenant),
      sessions: tenant.leased.session,
      ready: this.#ready.length,
      starting: this.#starts.size,
    }
  }

  /** Whether it is had beside the runs, for as long as a session is open. */
  #holds(purpose: Purpose): boolean {
    return purpose === 'session' && this.#options.capacity === undefined
  }

  hasRoom(tenant: Tenant, purpose: Purpose): boolean {
    const { workers, capacity, memoryMb = 0 } = this.#options
    if (capacity !== undefined) return capacity.hasRoom(memoryMb)
    return purpose === 'run'
      ? this.leases.count('run') < workers
      : tenant.leased.session < tenant.sessions
  }

  #takeReady(tenant: Tenant, purpose: Purpose, wished?: GuestWorker): GuestWorker | undefined {
    const index = wished === undefined ? -1 : this.#ready.indexOf(wished)
    if (index >= 0) this.#ready.push(...this.#ready.splice(index, 1))
    for (;;) {
      const worker = this.#ready.pop()
      if (!worker) return undefined
      if (!worker.alive) continue
      this.leases.begin(worker, tenant, purpose)
      const { capacity, memoryMb = 0 } = this.#options
      capacity?.take(memoryMb)
      if (this.#wantsSpares) queueMicrotask(() => this.refill())
      else this.#spareTimer ??= setTimeout(() => this.#wantSpares(), SPARE_DELAY_MS).unref()
      return worker
    }
  }

  #serve(): void {
    while (this.serveOne());
    this.refill()
  }

  #wantSpares(): void {
    this.#spareTimer = void clearTimeout(this.#spareTimer)
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

  /** Starts as many workers as are missing: for those who wait, and to have spares. Not while one is being served: it counts as waiting. */
  refill(): void {
    if (this.#closed) return
    const { workers, spares, capacity, memoryMb = 0 } = this.#options
    const [waitingRuns, waitingSessions] = [this.#queue.count('run'), this.#queue.count('session')]
    const wanted = capacity
      ? Math.min(waitingRuns + waitingSessions, capacity.room(memoryMb))
      : Math.min(waitingRuns, workers - this.leases.count('run')) +
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
    if (!this.#ready.includes(worker)) return this.refill()
    this.#ready.splice(this.#ready.indexOf(worker), 1)
    this.#wantSpares()
  }

  /** No worker can be started, or one could not be and is to be tried again. */
  #failed(error: Error | undefined): void {
    if (this.#closed) return
    if (error === undefined) this.refill()
    else for (const waiter of this.#queue.takeAll()) waiter.fail(error)
  }
}
