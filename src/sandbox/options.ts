/** What a sandbox, a run and a session can be told, each checked before anything starts. */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { checkFirstLine, type Numbering } from '../check/first-line.js'
import { checkName } from '../check/host-names.js'
import { nearest } from '../check/nearest.js'
import type { Mode } from '../check/options.js'
import { ArgumentError, PolicyError } from '../errors.js'
import { resolveEffects, type EffectOptions, type HostSide } from './effects.js'
import type { GivenOptions } from './given.js'
import type { Wrap } from '../platform/node/bubblewrap.js'
import type { Limits } from '../policy/limits.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import type { Value } from '../trusted/channel/values.js'
import { resolveStates, type StatesOptions, type WaitingAnswers } from './states.js'
import { resolveTrusted, type ResolvedModule, type TrustedModule } from './exposure.js'
import { checkKeys, checkRecord } from './records.js'
import type { GivenFiles } from './files.js'
import type { OnOutput } from './output.js'
import { WorkerPool } from './worker-pool.js'

/**
 * `process`: a jail process per guest. `thread`: a thread of this process per guest; what escapes from WebAssembly is in the
 * host. `inline`: the caller's own thread; a run blocks it.
 */
export type Isolation = 'process' | 'thread' | 'inline'

const ISOLATIONS: readonly Isolation[] = ['process', 'thread', 'inline']

/** How a sandbox runs its guests, and what its host grants them. */
export interface SandboxOptions extends EffectOptions {
  /** Where guests run. Default `process`. */
  readonly isolation?: Isolation | undefined
  /** How many runs at once, at most. Default: the processor's cores, at most 8; `inline` has one. Started as they are needed, none before the first run. */
  readonly workers?: number | undefined
  /** How many workers are started ahead, so that one that was killed is replaced at once. Default 1. */
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

/** How a source is read that is compiled to be run many times. */
export interface CompileOptions extends Numbering {
  /** Default `exec`. */
  readonly mode?: Mode | undefined
  /** The only names it may read besides builtins and what it binds itself. Left out, any; a missing one is a NameError. */
  readonly parameters?: readonly string[] | undefined
  /** For tracebacks and diagnostics. Default `<guest>`. */
  readonly filename?: string | undefined
  /** The package of the host's own modules that relative imports begin in, as `python -m` has one. Default: none. */
  readonly package?: string | undefined
  /** Ends it: the outcome is `cancelled`. */
  readonly signal?: AbortSignal | undefined
}

/** Global names of a guest, with their values. */
export type Inputs = Readonly<Record<string, Value>> | ReadonlyMap<string, Value>

/** How one execution is done. */
export interface ExecuteOptions extends GivenOptions {
  /** Global names, with their values. */
  readonly inputs?: Inputs | undefined
  /** The global whose value is the program's; left out, the value of the final expression statement. */
  readonly result?: string | undefined
  /** Files that are put into the guest's first, by absolute guest path: text or bytes. They go to memory or to an overlay. */
  readonly files?: GivenFiles | undefined
  /** Ends it, waiting or running: the outcome is `cancelled`. */
  readonly signal?: AbortSignal | undefined
  /** Takes what the guest writes, as it comes. What it throws ends the run, which rejects with it. */
  readonly onOutput?: OnOutput | undefined
  /**
   * Lower limits than the policy's, for this run. Of what a source may be (`sourceBytes`, `depth`, `codeBytes`) the policy alone
   * decides: code is compiled once for all runs.
   */
  readonly limits?: { readonly [K in keyof Limits]?: number | undefined } | undefined
  /**
   * How long a program that awaits its host keeps its worker, in milliseconds from 0 to 86,400,000, each time it waits for an answer;
   * then the outcome is `waiting`. Left out, as long as anybody is at work on an answer.
   */
  readonly holdMs?: number | undefined
  /**
   * Whether all that decides the run is recorded: the outcome's `recording`. Of a session's run nothing is. Default false. A run that
   * reads more than 4 MiB of time and chance in one turn has a recording that its replay departs from.
   */
  readonly record?: boolean | undefined
  /**
   * A recording: the run does again what it did then, and nobody is asked, called or logged. The outcome is the same to the byte, its
   * `usage.wallMs` apart; where the program does otherwise it is `crashed`, and tells where. Time and chance are those of the recording.
   */
  readonly replay?: Uint8Array | undefined
}

/** How a run that waited goes on. */
export interface ResumeOptions extends Pick<ExecuteOptions, 'signal' | 'onOutput' | 'holdMs'> {
  /** Answers to the calls that it waits for, by their numbers. A call that is left out waits on; its host function is not called again. */
  readonly answers?: WaitingAnswers | undefined
  /** What the program reads from now on. Left out: what it was given whole, as text or bytes, and has not read. */
  readonly stdin?: ExecuteOptions['stdin']
}

/** How a source is read and executed. */
export interface RunOptions extends ExecuteOptions, Numbering {
  /** Default `exec`. */
  readonly mode?: Mode | undefined
  /** The parameters of a `function`, whose values are the inputs of these names. Default: the names of the inputs. */
  readonly parameters?: readonly string[] | undefined
  /** For tracebacks and diagnostics. Default `<guest>`. */
  readonly filename?: string | undefined
  /** The package of the host's own modules that relative imports begin in, as `python -m` has one. Default: none. */
  readonly package?: string | undefined
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

const MOST_WORKERS = 1_024
const DEFAULT_WORKERS = 8
const KEY_BYTES = 32
const MOST_HOLD_MS = 86_400_000
const IDLE_MS = 60_000
const LONGEST_MS = 2 ** 31 - 1

/** What every execution of a program takes. */
const EXECUTION = [
  'files',
  'result',
  'stdin',
  'argv',
  'env',
  'signal',
  'onOutput',
  'limits',
  'holdMs',
  'record',
  'replay',
] as const

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  sandbox: [
    'isolation',
    'workers',
    'spares',
    'queue',
    'sessions',
    'idleMs',
    'pool',
    'trusted',
    'wrap',
    'snapshotKey',
    'compiled',
    'capabilities',
    'modules',
    'errors',
    'approve',
    'onEffect',
    'states',
    'network',
    'secrets',
  ],
  compile: ['mode', 'parameters', 'filename', 'firstLine', 'package', 'signal'],
  formula: ['filename', 'firstLine', 'signal'],
  formulas: ['signal'],
  sheet: ['signal'],
  execute: ['inputs', ...EXECUTION],
  resume: ['answers', 'stdin', 'signal', 'onOutput', 'holdMs'],
  run: ['mode', 'parameters', 'filename', 'firstLine', 'package', 'inputs', ...EXECUTION],
  call: ['signal', 'onOutput', 'limits'],
  program: EXECUTION,
  session: ['from'],
  close: ['drain'],
  audit: ['wallMs', 'calls', 'plant'],
}

/** @internal Throws for an option that there is none of: a misspelt limit must not be a missing one. @throws ArgumentError */
export function checkOptions(options: unknown, what: keyof typeof KNOWN): void {
  checkRecord(options, 'options')
  checkKeys(options, KNOWN[what], 'options', 'option')
  const { signal, onOutput, holdMs, record, firstLine } = options as {
    signal?: unknown
    onOutput?: unknown
    holdMs?: unknown
    record?: unknown
    firstLine?: unknown
  }
  checkFirstLine(firstLine, 'options.firstLine')
  if (record !== undefined && typeof record !== 'boolean')
    throw new ArgumentError('options.record: must be true or false')
  if (holdMs !== undefined) count('options.holdMs', holdMs as number, 0, 0, MOST_HOLD_MS)
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new ArgumentError('options.signal: must be an AbortSignal')
  if (onOutput !== undefined && typeof onOutput !== 'function')
    throw new ArgumentError('options.onOutput: must be a function')
}

/** @internal @throws ArgumentError */
export function checkParameters(parameters: unknown): void {
  if (!Array.isArray(parameters)) throw new ArgumentError('parameters: must be a list of names')
  for (const name of parameters as unknown[]) checkName(name, 'parameters')
  if (new Set(parameters).size !== parameters.length)
    throw new ArgumentError('parameters: a name is there twice')
}

/** @internal The parameters of a run's function body: as told, or the names of its inputs. @throws ArgumentError */
export function formalsOf(
  parameters: readonly string[] | undefined,
  inputs: Inputs | undefined,
): readonly string[] {
  if (parameters === undefined) {
    if (inputs instanceof Map) return [...inputs.keys()].filter((name) => typeof name === 'string')
    return typeof inputs === 'object' && inputs !== null ? Object.keys(inputs) : []
  }
  checkParameters(parameters)
  return parameters
}

/** @internal @throws ArgumentError, PolicyError */
export function resolveOptions(options: SandboxOptions, policy: ResolvedPolicy): ResolvedOptions {
  checkOptions(options, 'sandbox')
  const { pool, snapshotKey } = options
  const { isolation = pool?.isolation ?? 'process', wrap = pool?.wrap } = options
  if (!ISOLATIONS.includes(isolation)) {
    const close = typeof isolation === 'string' ? nearest(isolation, ISOLATIONS) : undefined
    const suggestion = close === undefined ? '' : `; did you mean "${close}"?`
    throw new ArgumentError(`isolation: must be one of ${ISOLATIONS.join(', ')}${suggestion}`)
  }
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
    workers:
      isolation === 'inline'
        ? 1
        : count(
            'workers',
            options.workers,
            Math.min(DEFAULT_WORKERS, availableParallelism()),
            1,
            MOST_WORKERS,
          ),
    spares: isolation === 'inline' ? 0 : count('spares', options.spares, 1, 0, MOST_WORKERS),
    queue: count('queue', options.queue, 1_000, 0, Number.MAX_SAFE_INTEGER),
    sessions: count('sessions', options.sessions, 16, 0, MOST_WORKERS),
    idleMs: count('idleMs', options.idleMs, IDLE_MS, 0, LONGEST_MS),
    pool,
    trusted: options.trusted === undefined ? [] : resolveTrusted(options.trusted),
    snapshotKey: snapshotKey?.slice(),
    compiled: options.compiled,
    host: resolveEffects(options, policy),
    states: resolveStates(options.states),
  }
}

/** @internal That processes here are jails, and a command around them is one. @throws ArgumentError, PolicyError */
export function checkWrap(wrap: Wrap | undefined, isolation: Isolation): void {
  if (
    wrap !== undefined &&
    wrap !== 'auto' &&
    !(Array.isArray(wrap) && wrap.length > 0 && wrap.every((part) => typeof part === 'string'))
  )
    throw new ArgumentError('wrap: must be a list of strings, a command first, or "auto"')
  if (wrap !== undefined && isolation !== 'process')
    throw new PolicyError(`wrap: a command goes around a process, and isolation is "${isolation}"`)
  if (wrap !== undefined && wrap !== 'auto') checkCommand(wrap[0]!)
  if (isolation === 'process') checkJail()
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

/** @throws PolicyError for a command that is not there: the first run would be the one to fail. */
function checkCommand(command: string): void {
  const folders = /[\\/]/.test(command) ? [''] : (process.env['PATH'] ?? '').split(delimiter)
  const isThere = folders.some((folder) =>
    ['', '.exe'].some((ending) => existsSync(join(folder, `${command}${ending}`))),
  )
  if (!isThere) throw new PolicyError(`wrap: there is no command "${command}"`)
}

/** @throws PolicyError where a process would be no jail: the permission model is Node's. */
function checkJail(): void {
  const other = ['bun', 'deno'].find((name) => process.versions[name] !== undefined)
  if (other === undefined) return
  const name = other === 'bun' ? 'Bun' : 'Deno'
  throw new PolicyError(
    `isolation: "process" is a jail by Node's permission model, which ${name} does not have. Run this under Node, or choose ` +
      '"thread" or "inline", where WebAssembly alone holds the guest',
  )
}

/** @internal @throws ArgumentError for what is no whole number in the range */
export function count(
  name: string,
  value: number | undefined,
  otherwise: number,
  least: number,
  most: number,
): number {
  if (value === undefined) return otherwise
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new ArgumentError(`${name}: must be a whole number from ${least} to ${most}`)
  }
  return value
}
