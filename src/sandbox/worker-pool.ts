/**
 * A pool that many sandboxes share: so many workers for all of them together, which they take turns with. Guests of sandboxes
 * with the same language, clock, chance and memory use the same workers, one after the other, each of them pristine; a sandbox with trusted
 * modules has workers of its own kind, for which others are ended when they are idle.
 */
import { ArgumentError } from '../errors.js'
import type { Wrap } from '../platform/node/bubblewrap.js'
import type { ImageName } from '../platform/node/image.js'
import type { GuestWorker } from '../trusted/channel/worker.js'
import type { Setup } from '../trusted/channel/protocol.js'
import { Capacity } from './capacity.js'
import { CompileService } from './compile-service.js'
import { checkWrap, workersOf, type Isolation } from './isolation.js'
import { Pool, type PoolOptions } from './pool.js'
import { checkCount, checkKeys, checkRecord } from './records.js'
import { shareOf } from './share.js'
import type { Load, Workers } from './tenants.js'
import { starterOf } from './workers.js'

/** How a pool is made. */
export interface PoolSettings {
  /** Where the guests of its sandboxes run. Default `process`. */
  readonly isolation?: Exclude<Isolation, 'inline'> | undefined
  /** How many guests run at once, of all sandboxes together. Default: the processor's cores, at most 8. */
  readonly workers?: number | undefined
  /**
   * How much memory those that run at once may take together, each as much as its policy's `memoryMb` allows. Default: no bound but
   * `workers`. A guest that is allowed more than all of this runs alone.
   */
  readonly memoryMb?: number | undefined
  /** A worker that nobody used for so long is ended, in milliseconds. Default 30,000. */
  readonly idleMs?: number | undefined
  /** A command that a jail's command line is appended to, or `auto`, as of a sandbox; isolation `process` only. */
  readonly wrap?: Wrap | undefined
}

const KEYS = ['isolation', 'workers', 'memoryMb', 'idleMs', 'wrap']
const IDLE_MS = 30_000

/**
 * Makes a pool, to be given to sandboxes. It starts nothing before one of them runs something.
 * @throws ArgumentError for a setting that is none or out of its range, PolicyError for one that cannot be honoured.
 * @example
 * const pool = createPool({ workers: 2 })
 * const sandboxes = await Promise.all(tenants.map(({ policy }) => createSandbox(policy, { pool })))
 */
export function createPool(settings: PoolSettings = {}): WorkerPool {
  checkRecord(settings, 'settings')
  checkKeys(settings, KEYS, 'settings', 'setting')
  const { isolation = 'process', wrap } = settings
  if (isolation !== 'process' && isolation !== 'thread')
    throw new ArgumentError(
      'isolation: must be process or thread: an inline guest has no worker to share',
    )
  checkWrap(wrap, isolation)
  const workers = workersOf(settings.workers)
  const most = Number.MAX_SAFE_INTEGER
  const memoryMb = checkCount('memoryMb', settings.memoryMb, 1, most, most)
  const idleMs = checkCount('idleMs', settings.idleMs, 0, 2 ** 31 - 1, IDLE_MS)
  return new WorkerPool(isolation, workers, memoryMb, idleMs, wrap)
}

/** Workers for many sandboxes. Made by {@link createPool}. */
export class WorkerPool {
  /** Where its guests run. */
  readonly isolation: Exclude<Isolation, 'inline'>
  /** How many of them run at once. */
  readonly workers: number
  readonly #capacity: Capacity
  readonly #idleMs: number
  /** @internal The command around its jails, and around those that compile for its sandboxes. */
  readonly wrap: Wrap | undefined
  readonly #pools = new Map<string, Pool>()
  readonly #own = new Set<Pool>()
  /** What compiles for its sandboxes, which may come and go: it would end with the last of them. */
  readonly #compiles: CompileService
  #closing: Promise<void> | undefined

  /** @internal Use {@link createPool}. */
  constructor(
    isolation: Exclude<Isolation, 'inline'>,
    workers: number,
    memoryMb: number,
    idleMs: number,
    wrap: Wrap | undefined,
  ) {
    this.isolation = isolation
    this.workers = workers
    this.#capacity = new Capacity(workers, memoryMb)
    this.#idleMs = idleMs
    this.wrap = wrap
    this.#compiles = CompileService.open(isolation, wrap)
  }

  /** How many runs of all sandboxes wait and are running, and how many workers are ready and starting. */
  get load(): Omit<Load, 'sessions'> {
    const sum = { queued: 0, running: 0, ready: 0, starting: 0 }
    for (const { whole } of [...this.#pools.values(), ...this.#own]) {
      sum.queued += whole.queued
      sum.running += whole.running
      sum.ready += whole.ready
      sum.starting += whole.starting
    }
    return sum
  }

  /**
   * @internal A sandbox's part. `onReady` is given by one whose workers begin with a memory of their own: nobody else has them.
   * @throws ArgumentError where the pool is closed
   */
  join(
    setup: Setup,
    language: ImageName,
    queue: number,
    onReady: ((worker: GuestWorker) => void) | undefined,
  ): Workers {
    if (this.#closing) throw new ArgumentError('pool: it is closed')
    if (onReady !== undefined) {
      const pool: Pool = this.#make(setup, language, queue, {
        onReady,
        onClosed: () => this.#own.delete(pool),
      })
      this.#own.add(pool)
      return pool
    }
    const key = JSON.stringify([language, setup])
    const known = this.#pools.get(key)
    const pool = known ?? this.#make(setup, language, 0)
    this.#pools.set(key, pool)
    return shareOf(pool, queue)
  }

  /** Ends its workers, and resolves when none is left. What sandboxes run or begin to run is then `cancelled`. */
  close(): Promise<void> {
    this.#closing ??= Promise.all([
      ...[...this.#pools.values(), ...this.#own].map((pool) => pool.close()),
      this.#compiles.close(),
    ]).then(() => undefined)
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #make(
    setup: Setup,
    language: ImageName,
    queue: number,
    own: Pick<PoolOptions, 'onReady' | 'onClosed'> = {},
  ): Pool {
    return new Pool({
      workers: this.workers,
      spares: 0,
      sessions: Infinity,
      queue,
      idleMs: this.#idleMs,
      capacity: this.#capacity,
      memoryMb: setup.memoryBytes / (1 << 20),
      start: starterOf(this.isolation, setup, this.wrap, language),
      ...own,
    })
  }
}
