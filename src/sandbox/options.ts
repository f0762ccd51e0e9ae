/** What a run, a program and a session can be told, each checked before anything starts. */
import { checkFirstLine, type Numbering } from '../check/first-line.js'
import { checkName } from '../check/host-names.js'
import type { Mode } from '../check/options.js'
import { ArgumentError } from '../errors.js'
import type { Limits } from '../policy/limits.js'
import type { Value } from '../trusted/channel/values.js'
import type { GivenFiles } from './files.js'
import type { GivenOptions } from './given.js'
import type { OnOutput } from './output.js'
import { checkCount, checkKeys, checkRecord } from './records.js'
import type { WaitingAnswers } from './states.js'

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
  /**
   * The global whose value is the program's; left out, the value of the final expression statement. `false`: none, and the value is
   * null; what the final expression makes then costs neither `limits.resultBytes` nor time.
   */
  readonly result?: string | false | undefined
  /** Whether the outcome's value is what Python shows of it, its `repr`, as a text; null where it is None. Default false. */
  readonly asText?: boolean | undefined
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

const MOST_HOLD_MS = 86_400_000

/** What every execution of a program takes. */
const EXECUTION = [
  'files',
  'result',
  'asText',
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
  const { signal, onOutput, holdMs, record, asText, result, firstLine } = options as {
    signal?: unknown
    onOutput?: unknown
    holdMs?: unknown
    record?: unknown
    asText?: unknown
    result?: unknown
    firstLine?: unknown
  }
  checkFirstLine(firstLine, 'options.firstLine')
  for (const [key, flag] of Object.entries({ record, asText }))
    if (flag !== undefined && typeof flag !== 'boolean')
      throw new ArgumentError(`options.${key}: must be true or false`)
  if (result !== undefined && result !== false) checkName(result, 'result')
  if (holdMs !== undefined) checkCount('options.holdMs', holdMs, 0, MOST_HOLD_MS)
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new ArgumentError('options.signal: must be an AbortSignal')
  if (onOutput !== undefined && typeof onOutput !== 'function')
    throw new ArgumentError('options.onOutput: must be a function')
}

/** @internal Passes a list of names, none of them twice. @throws ArgumentError */
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
