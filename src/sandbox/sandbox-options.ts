/** What a sandbox can be told, checked before anything starts. */
import { ArgumentError, PolicyError } from '../errors.js'
import type { Wrap } from '../platform/node/bubblewrap.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import { resolveEffects, type EffectOptions, type HostSide } from './effects.js'
import { resolveTrusted, type ResolvedModule, type TrustedModule } from './exposure.js'
import { checkIsolation, checkWrap, MOST_WORKERS, workersOf, type Isolation } from './isolation.js'
import { checkOptions } from './options.js'
import { checkCount } from './records.js'
import { resolveStates, type StatesOptions } from './states.js'
import { WorkerPool } from './worker-pool.js'

/** How a sandbox runs its guests, and what its host grants them. */
export interface SandboxOptions extends EffectOptions {
  /** Where guests run. Default `process`. */
  readonly isolation?: Isolation | undefined
  /** How many runs at once, at most. Default: the processor's cores, at most 8; `inline` has one. Started as they are needed, none before the first run. */
  readonly workers?: number | undefined
  /** How many workers are started ahead, once a run has taken a quarter of a second, so that one that was killed is replaced at once. Default 1. */
  readonly spares?: number | undefined
  /** How many runs may wait for a worker; one more is an OverloadError. Default 1,000. */
  readonly queue?: number | undefined
  /**
   * How many sessions may be open at once, each with a worker of its own while it is used. Default 16. In a pool any number may be,
   * and none has a worker but while something runs in it.
   */
  readonly sessions?: number | undefined
  /** A worker that nobody used for so long is ended, and an idle session gives its own back, in milliseconds. Default 60,000. */
  readonly idleMs?: number | undefined
  /** Workers that it shares with other sandboxes, made by `createPool`; it decides isolation, workers and `wrap`. */
  readonly pool?: WorkerPool | undefined
  /** Modules of the host's own, by name. */
  readonly trusted?: Readonly<Record<string, TrustedModule>> | undefined
  /**
   * A command that the jail's command line is appended to, as `['bwrap', …]`; isolation `process` only. `auto`: bubblewrap (`bwrap`), where
   * the machine has it and lets it be used, with no network, no other processes and no files but programs and ours; nothing elsewhere.
   * Default: none.
   */
  readonly wrap?: Wrap | undefined
  /** Secret that snapshots and compiled code are authenticated with, 32 bytes at least. Default: random, of this process. */
  readonly snapshotKey?: Uint8Array | undefined
  /**
   * What `sandbox.saveCompiled()` of another sandbox gave, under the same `snapshotKey`: its sources are not compiled again. Where
   * the policy, the trusted modules or this library are others by now, it is as if there were none.
   */
  readonly compiled?: Uint8Array | undefined
  /** Of runs that wait: who can read their states, for how long, and who sees to it that each is used once. */
  readonly states?: StatesOptions | undefined
}

/** @internal Options with nothing left out. */
export interface ResolvedOptions {
  readonly isolation: Isolation
  readonly workers: number
  readonly spares: number
  readonly queue: number
  readonly sessions: number
  readonly idleMs: number
  readonly pool: WorkerPool | undefined
  readonly trusted: readonly ResolvedModule[]
  readonly wrap: Wrap | undefined
  readonly snapshotKey: Uint8Array | undefined
  readonly compiled: Uint8Array | undefined
  /** What the host grants; undefined when it grants nothing. */
  readonly host: HostSide | undefined
  readonly states: StatesOptions
}

const KEY_BYTES = 32
const IDLE_MS = 60_000
const LONGEST_MS = 2 ** 31 - 1

/** @internal The options of a sandbox with every default filled in. @throws ArgumentError, PolicyError */
export function resolveOptions(options: SandboxOptions, policy: ResolvedPolicy): ResolvedOptions {
  checkOptions(options, 'sandbox')
  const { pool, snapshotKey } = options
  const { isolation = pool?.isolation ?? 'process', wrap = pool?.wrap } = options
  checkIsolation(isolation)
  if (pool !== undefined) checkPool(pool, options)
  checkWrap(wrap, isolation)
  if (isolation === 'inline' && options.workers !== undefined && options.workers !== 1) {
    throw new PolicyError(
      'workers: isolation "inline" runs one guest at a time, in the caller\'s own thread',
    )
  }
  if (
    snapshotKey !== undefined &&
    !(snapshotKey instanceof Uint8Array && snapshotKey.length >= KEY_BYTES)
  ) {
    throw new ArgumentError(`snapshotKey: must be ${KEY_BYTES} bytes at least`)
  }
  return {
    isolation,
    wrap,
    workers: isolation === 'inline' ? 1 : workersOf(options.workers),
    spares: isolation === 'inline' ? 0 : checkCount('spares', options.spares, 0, MOST_WORKERS, 1),
    queue: checkCount('queue', options.queue, 0, Number.MAX_SAFE_INTEGER, 1_000),
    sessions: checkCount('sessions', options.sessions, 0, MOST_WORKERS, 16),
    idleMs: checkCount('idleMs', options.idleMs, 0, LONGEST_MS, IDLE_MS),
    pool,
    trusted: options.trusted === undefined ? [] : resolveTrusted(options.trusted),
    snapshotKey: snapshotKey?.slice(),
    compiled: options.compiled,
    host: resolveEffects(options, policy),
    states: resolveStates(options.states),
  }
}

/** What a pool decides, its sandboxes do not. @throws ArgumentError */
function checkPool(pool: unknown, options: SandboxOptions): void {
  if (!(pool instanceof WorkerPool))
    throw new ArgumentError('options.pool: must be one that createPool made')
  const both = (['isolation', 'workers', 'spares', 'wrap', 'idleMs', 'sessions'] as const).find(
    (key) => options[key] !== undefined,
  )
  if (both !== undefined)
    throw new ArgumentError(`options.${both}: of a sandbox with a pool, the pool decides it`)
}
