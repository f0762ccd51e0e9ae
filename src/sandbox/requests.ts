/** What is asked of the code inside a guest: requests as bytes. */
import { checkName } from '../check/host-names.js'
import type { Mode } from '../check/options.js'
import { ArgumentError, ValueError } from '../errors.js'
import type { Limits } from '../policy/limits.js'
import { ALL_GRANTS, hasFileModules, setOf } from '../policy/keys/modules.js'
import { DEFAULT_POLICY, type ResolvedPolicy } from '../policy/policy.js'
import { withField } from '../trusted/channel/encode.js'
import { encodeValue, type Value } from '../trusted/channel/values.js'
import { WireError } from '../trusted/channel/wire.js'
import type { HostSide } from './effects.js'
import type { Given } from './given.js'
import type { Exposure } from './exposure.js'
import { RESULT_NODES } from './responses.js'

const MIB = 1 << 20
/** Room for what is not the result: an exception's record, the frame around the result. */
export const RESPONSE_SLACK = 4 << 20

/** A run, as the guest is asked for it. The policy and its limits come beside it. */
export interface RunRequest {
  readonly code: Uint8Array
  readonly filename: string
  /** The number of its first line in what the guest writes of its own frames. */
  readonly firstLine?: number | undefined
  /** The package that relative imports of full Python begin in. */
  readonly package?: string | undefined
  /** Its source as written: {@link Code.text}. The guest's own tracebacks show the lines. */
  readonly text: readonly Uint8Array[]
  readonly mode: Mode
  /** From {@link encodeInputs}. */
  readonly inputs: Uint8Array
  /** The global whose value is the program's, instead of the final expression's; false for none. */
  readonly result: string | false | undefined
  /** Whether the value is its `repr`. */
  readonly isShown: boolean
  /** Whether the globals are to be there for the next run. */
  readonly keep: boolean
  /** What the host grants, when it grants anything. */
  readonly host?: HostSide | undefined
  /** What the program is given to read. */
  readonly given: Given
}

/** The request's bytes. The inputs are put in as they are: they were encoded before anything was awaited. */
export function runRequest(
  { inputs, result, host, given, firstLine = 1, package: inside, ...request }: RunRequest,
  policy: ResolvedPolicy,
  limits: Limits,
): Uint8Array {
  return withField(
    encodeValue({
      op: 'run',
      ...request,
      ...(!request.keep && { fresh: true }),
      ...(policy.language === 'full' && { package: inside ?? null }),
      ...(firstLine !== 1 && { before: firstLine - 1 }),
      result: result ?? null,
      ...granted({ policy, host }, limits, given),
      ...common(policy, limits),
    }),
    'inputs',
    inputs,
  )
}

/** What the host grants and gives, as the guest is told before its code. */
export function granted({ policy, host }: Granting, limits: Limits, given?: Given) {
  return {
    ...host?.told,
    ...given?.told,
    ...((host?.asks || given?.input || policy.evaluate) && {
      effectBytes: limits.effectBytes,
      pending: limits.pending,
    }),
  }
}

/**
 * Goes on with a program that waits: with answers (encoded rows), after so many seconds. On a clock that stands it sleeps for
 * them, so that all who read the clock see them pass.
 */
export function resumeRequest(
  answers: Uint8Array,
  elapsed: number,
  policy: ResolvedPolicy,
  limits: Limits,
): Uint8Array {
  const sleeps = policy.clock !== 'real'
  const request = { op: 'resume', elapsed, sleeps, ...common(policy, limits) }
  return withField(encodeValue(request), 'answers', answers)
}

/** What a request of a formula is told of: the policy, under its own limits, and what the host grants. */
export interface Granting {
  readonly policy: ResolvedPolicy
  readonly host: HostSide | undefined
}

/** Makes a function of an expression's code. */
export function prepareRequest(code: Uint8Array, granting: Granting): Uint8Array {
  const { policy } = granting
  const { limits } = policy
  return encodeValue({
    op: 'prepare',
    code,
    ...granted(granting, limits),
    ...common(policy, limits),
  })
}

/** The value of a function's code for these arguments, from {@link encodeArgs}. */
export function evaluateRequest(
  code: Uint8Array,
  args: Uint8Array,
  granting: Granting,
): Uint8Array {
  const { policy } = granting
  const { limits } = policy
  const told = { ...granted(granting, limits), ...common(policy, limits) }
  const request = { op: 'evaluate', fresh: true, code, ...told }
  return withField(encodeValue(request), 'args', args)
}

/** Arguments as they are now. @throws ValueError with the path of one that cannot cross. */
export function encodeArgs(args: readonly Value[], policy: ResolvedPolicy): Uint8Array {
  return encode(args as Value, 'value', 'args', policy)
}

/** Its values for rows; each column is the bytes of its floats. Without code, of the function prepared last. */
export function mapRequest(
  code: Uint8Array | undefined,
  columns: readonly Uint8Array[],
  granting: Granting,
): Uint8Array {
  const { policy } = granting
  const { limits } = policy
  const told = { ...granted(granting, limits), ...common(policy, limits) }
  const request = { op: 'map', ...(code && { code }), columns, ...told }
  return encode(request, 'value.columns', 'columns', policy)
}

/** A call of a function of a module that the guest has. */
export interface CallRequest {
  readonly module: string
  readonly function: string
  readonly args: readonly Value[]
}

/** The request's bytes. @throws ValueError with the path of an argument that cannot cross */
export function callRequest(
  request: CallRequest,
  policy: ResolvedPolicy,
  limits: Limits,
): Uint8Array {
  return encode({ op: 'call', ...request, ...common(policy, limits) }, 'value.args', 'args', policy)
}

/** Calls a function of Python of the host's in the guest's own interpreter, with the guest's globals first: the audit. */
export function inspectRequest(
  request: { readonly source: string; readonly function: string; readonly args: readonly Value[] },
  policy: ResolvedPolicy,
  limits: Limits,
): Uint8Array {
  return encodeValue({ op: 'inspect', ...request, ...common(policy, limits) })
}

/** Makes a guest one that trusted modules can be beside. To the guest, as the first of a base. */
export function attendRequest(policy: ResolvedPolicy): Uint8Array {
  return encodeValue({ op: 'attend', ...common(policy, policy.limits) })
}

/** Gives the trusted guest the standard library, an archive's bytes. */
export function fullRequest(archive: Uint8Array): Uint8Array {
  return encodeValue({ op: 'full', archive })
}

/** Loads a module in the trusted guest. */
export function loadRequest(name: string, source: string, expose: Exposure): Uint8Array {
  return encodeValue({ op: 'load', name, source, expose })
}

/** What every run and call is told of the policy. */
export function common(policy: ResolvedPolicy, limits: Limits) {
  return {
    policy: grantsOf(policy),
    ...recursionOf(policy, limits),
    resultBytes: limits.resultBytes,
    resultNodes: RESULT_NODES,
  }
}

/** Where CPython begins. */
const RECURSION = 1_000
/** As much as CPython takes. */
const UNBOUNDED = 2 ** 31 - 1_000

/** How deep calls nest at first, and at most: a program that can say how deep begins as CPython does. */
function recursionOf({ language, modules }: ResolvedPolicy, { recursion }: Limits) {
  const begins = Math.min(recursion, RECURSION)
  if (language === 'full') return { recursion: begins, most: UNBOUNDED }
  return { recursion: Object.hasOwn(modules, 'sys') ? begins : recursion, most: recursion }
}

const grants = new WeakMap<ResolvedPolicy, { readonly [key: string]: Value }>()

/** A policy's grants as the guest is told: short where they are all there is, or every run would decode 2,000 names. */
function grantsOf(policy: ResolvedPolicy): { readonly [key: string]: Value } {
  const known = grants.get(policy)
  if (known) return known
  const { modules, builtins, dunders, evaluate, filesystem } = policy
  const names = Object.entries(modules)
  const told = names.map(
    ([name, shown]) => [name, shown.length === ALL_GRANTS[name]?.length ? '*' : shown] as const,
  )
  const made = {
    modules: setOf(modules) ?? Object.fromEntries(told),
    builtins: builtins.length === DEFAULT_POLICY.builtins.length ? null : builtins,
    ...(dunders === 'guarded' && { dunders }),
    ...(evaluate && { evaluate }),
    ...((Object.keys(filesystem).length > 0 || hasFileModules(modules)) && {
      files: Object.values(filesystem).every((mount) => 'memory' in mount) ? 'memory' : 'host',
    }),
  }
  grants.set(policy, made)
  return made
}

/**
 * Inputs as they are now, so that what the host does with them while a run waits is not seen by it.
 * @throws ValueError with the path of an input that cannot cross, ArgumentError for a name that a guest could not bind.
 */
export function encodeInputs(inputs: unknown = {}, policy: ResolvedPolicy): Uint8Array {
  if (typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) {
    throw new ArgumentError('inputs: must be an object of values by name')
  }
  const entries = entriesOf(inputs)
  const checked = Object.create(null) as Record<string, Value>
  for (const [name, value] of entries) {
    checkName(name, 'inputs')
    checked[name] = value
  }
  return encode(checked, 'value', 'inputs', policy)
}

function entriesOf(inputs: object): [string, Value][] {
  try {
    return inputs instanceof Map
      ? [...(inputs as Map<string, Value>)]
      : Object.entries(inputs as Record<string, Value>)
  } catch (error) {
    throw new ValueError(`inputs: cannot be read: ${String(error)}`, { cause: error })
  }
}

/** A session's request, for memory that other guests may have begun with too: its generators are seeded anew. */
export function freshly(request: Uint8Array): Uint8Array {
  return withField(request, 'fresh', encodeValue(true))
}

/**
 * What is larger than a guest's memory would not get into it: the host hears of it, not the guest. An error names `argument` in
 * place of the `path` to it.
 */
function encode(
  value: Value,
  path: string,
  argument: string,
  { limits }: ResolvedPolicy,
): Uint8Array {
  try {
    return encodeValue(value, { bytes: limits.memoryMb * MIB })
  } catch (error) {
    // A getter's own error, a proxy that was revoked, bytes that were given away, memory of the host's that is wanting.
    if (!(error instanceof WireError))
      throw new ValueError(`${argument}: cannot be read: ${String(error)}`, { cause: error })
    const { message } = error
    throw new ValueError(
      message.startsWith(path)
        ? argument + message.slice(path.length)
        : message.replace(/^the value\b/, argument),
    )
  }
}
