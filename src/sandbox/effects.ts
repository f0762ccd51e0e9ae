/** What a host grants its guests: the options of a sandbox, checked, and the conversation that one run has about them. */
import { checkName } from '../check/host-names.js'
import type { Code } from './compiler.js'
import { ArgumentError } from '../errors.js'
import type { Limits } from '../policy/limits.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import { Broker, type Counts } from '../trusted/broker/broker.js'
import { callEffects, Objects, type Granted } from '../trusted/broker/calls.js'
import { resolveModules, type GuestModule, type ResolvedModules } from './own-modules.js'
import { Awaitable, Capability } from '../trusted/broker/capability.js'
import { Conversation } from '../trusted/broker/conversation.js'
import { EVALUATE, evaluateEffect, type CompileText } from '../trusted/broker/evaluate.js'
import { stdinEffect, type Readable } from '../trusted/broker/stdin.js'
import { networkEffect } from '../trusted/network/network.js'
import {
  GUEST_ERRORS,
  GuestError,
  type Effect,
  type LATER,
  type EffectEvent,
  type Position,
} from '../trusted/broker/effect.js'
import { decode } from '../trusted/channel/decode.js'
import { encode, type Field, type Outward } from '../trusted/channel/encode.js'
import { INWARD, instead, PyValue, VALUES, type Value } from '../trusted/channel/values.js'
import type { GuestFunction } from '../trusted/broker/callbacks.js'
import { resolveNetworking, type Networking, type NetworkingOptions } from './networking.js'

/** The class of the guest's end of an object: as its type, an object of the host's comes back. */
const HOST_OBJECT = 'HostObject'
/** A function that the guest lends, told by its place. */
const GUEST_FUNCTION = 'GuestFunction'
/** How deep an answer may nest. */
const DEPTH = 1_000

/** Functions and objects of the host's, by the names they have in the guest. */
export type Capabilities = Readonly<Record<string, Granted>>

/** What is asked before an effect whose rule says `approve`. */
export type Asked = Omit<EffectEvent, 'decision' | 'ms' | 'bytes'>

/** Options that let a guest ask its host. */
export interface EffectOptions extends NetworkingOptions {
  /**
   * Functions and objects of the host's, as globals of the guest: a plain function (the guest waits for its promise), one made by
   * `awaitable` (a coroutine function in the guest), or an object made by `capability`.
   */
  readonly capabilities?: Capabilities | undefined
  /**
   * Modules that a guest may import, by their full names: Python, which is checked and run as the guest is, under the same policy
   * (`{ helpers: 'def f(x): …', 'pkg.part': '…' }`), or functions and objects of the host's
   * (`{ erp: { lookup, doc: capability(…) } }`; a policy calls them `erp.lookup`). They hide modules of the library's.
   */
  readonly modules?: Readonly<Record<string, GuestModule>> | undefined
  /**
   * Exception classes of the host's own, each with the built-in class it derives from. An Error of that name which a function throws
   * is raised in the guest with its message, and the guest can catch it by its name, a global.
   */
  readonly errors?: Readonly<Record<string, string>> | undefined
  /**
   * Asked before what a rule says is to be approved: `true` is a yes, `LATER` makes the run wait for who resumes it, anything else is
   * a no. Left out, all of it waits.
   */
  readonly approve?:
    | ((asked: Asked) => boolean | typeof LATER | Promise<boolean | typeof LATER>)
    | undefined
  /** Told of every effect when it has ended: the audit log. What it throws is ignored. */
  readonly onEffect?: ((event: EffectEvent) => void) | undefined
}

/** @internal The same, checked. */
export interface HostSide {
  readonly granted: Capabilities
  readonly errors: Readonly<Record<string, string>>
  readonly approve: EffectOptions['approve']
  readonly onEffect: EffectOptions['onEffect']
  /** Whether a guest has anything to ask for. */
  readonly asks: boolean
  readonly modules: ResolvedModules
  /** What the guest is told of it: `[name, kind, shown?]` of each, the exception classes, and modules, of code or of such. */
  readonly told: { readonly host?: Value; readonly errors?: Value; readonly own?: Value }
  /** Undefined: the policy allows no request. */
  readonly network: Networking | undefined
  /** Every name that is a global of the guest because of it. */
  readonly names: readonly string[]
}

/**
 * @internal What the host grants; undefined when it grants nothing.
 * @throws ArgumentError where a name cannot be a guest's, or a value is no capability.
 */
export function resolveEffects(
  options: EffectOptions,
  policy: ResolvedPolicy,
): HostSide | undefined {
  const { capabilities = {}, errors = {}, approve, onEffect } = options
  const modules = resolveModules(options.modules)
  for (const [key, value] of Object.entries({ approve, onEffect }))
    if (value !== undefined && typeof value !== 'function')
      throw new ArgumentError(`options.${key}: must be a function`)
  const host = entriesOf(capabilities, 'capabilities').map(([name, value]) => {
    checkName(name, 'options.capabilities')
    return describe(name, value, 'capabilities')
  })
  for (const [name, base] of entriesOf(errors, 'errors')) {
    checkName(name, 'options.errors')
    if (!(GUEST_ERRORS as readonly unknown[]).includes(base))
      throw new ArgumentError(
        `options.errors.${name}: must be the name of the class it derives from, one of ${GUEST_ERRORS.join(', ')}`,
      )
    if (Object.hasOwn(capabilities, name))
      throw new ArgumentError(`options.errors.${name}: a capability has the same name`)
  }
  const network = resolveNetworking(options, policy)
  const secrets = network?.placeholders ?? []
  for (const [name] of secrets)
    if (Object.hasOwn(capabilities, name) || Object.hasOwn(errors, name))
      throw new ArgumentError(`options.secrets.${name}: another option has the same name`)
  const granted: Record<string, Granted> = { ...capabilities }
  const own: Record<string, Value> = {}
  for (const [module, names] of modules.granted) {
    own[module] = Object.entries(names).map(([name, value]) => {
      granted[`${module}.${name}`] = value
      return describe(name, value, `modules.${module}`)
    })
  }
  const asks =
    Object.keys(granted).length > 0 || Object.keys(errors).length > 0 || network !== undefined
  if (!asks && modules.sources.size === 0 && !approve && !onEffect) return undefined
  return {
    granted,
    errors,
    approve,
    onEffect,
    asks,
    modules,
    network,
    told: {
      ...(asks && {
        host: [...host, ...secrets.map(([name, text]) => [name, 'text', text])],
        errors: { ...errors },
      }),
      own,
    },
    names: [...Object.keys(capabilities), ...Object.keys(errors), ...secrets.map(([name]) => name)],
  }
}

/** @internal The same, with the code of its modules. */
export function withCode(host: HostSide, codes: ReadonlyMap<string, Code>): HostSide {
  const compiled = [...codes].map(([name, { bytes }]) => [name, bytes] as const)
  const own = { ...(host.told.own as Record<string, Value>), ...Object.fromEntries(compiled) }
  return { ...host, told: { ...host.told, own } }
}

function entriesOf(value: unknown, option: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ArgumentError(`options.${option}: must be an object of values by name`)
  return Object.entries(value)
}

function describe(name: string, value: unknown, option: string): Value {
  if (value instanceof Awaitable) return [name, 'await']
  if (value instanceof Capability) return [name, 'object', shownOf(value)]
  if (typeof value === 'function') return [name, 'call']
  throw new ArgumentError(
    `options.${option}.${name}: must be a function, awaitable(function), or capability(object, …)`,
  )
}

const shownOf = ({ shown }: Capability): Value => ({ ...shown })

const NOTHING: HostSide = {
  granted: {},
  errors: {},
  approve: undefined,
  onEffect: undefined,
  asks: false,
  network: undefined,
  modules: resolveModules(),
  told: {},
  names: [],
}

/** What of an answer is not its bytes, and the most that a read is given at once. */
const ANSWER_SLACK = 64
const MOST_PIECE = 1 << 20
/** A piece of a file, and what is around it. */
const FILE_QUESTION_BYTES = MOST_PIECE + 65_536

/** @internal What one run's conversation depends on. */
export interface Conversing {
  /** What the host grants; undefined when it grants nothing. */
  readonly host: HostSide | undefined
  /** What the run is given to read. */
  readonly input: Readable | undefined
  /** Compiles text that the guest evaluates, where the policy grants that. */
  readonly compile: CompileText | undefined
  readonly policy: ResolvedPolicy
  /** The effects of the host's files, for this run. */
  readonly files: ReadonlyMap<string, Effect>
  readonly limits: Limits
  /** Whether the worker can wait for an answer that comes later. */
  readonly canWait: boolean
  /** From a place of the guarded text to the source. */
  readonly position: (line: number, column: number, file: string) => Position | undefined
  /** Of the run that goes on; left out, a new one. */
  readonly counts?: Counts | undefined
}

/** @internal A new run's conversation, and the broker to close when it is over. */
export function converse({
  host = NOTHING,
  input,
  compile,
  policy,
  files,
  limits,
  canWait,
  position,
  counts,
}: Conversing): {
  readonly conversation: Conversation
  readonly broker: Broker
  readonly encode: (value: unknown) => Uint8Array
  /** @throws WireError for a value that cannot be an answer. */
  readonly check: (value: unknown) => void
} {
  const objects = new Objects(host.granted)
  const bytes = limits.effectBytes
  const outward: Outward = (thing, isKey) =>
    thing instanceof Capability
      ? { fields: ['capability', JSON.stringify(objects.tell(thing))] }
      : instead(thing, isKey)
  const shape = { ...VALUES, references: ['uu'] }
  // An object that this run knows as a capability is never copied: what of it is not listed would be shown.
  const known = (value: object): Capability | undefined => objects.of(value)
  const write = (value: unknown): Uint8Array =>
    encode(value, { ...shape, bytes, depth: DEPTH }, outward, known)
  // Rows of answers, each of which was written and measured by itself before.
  const writeRows = (rows: unknown): Uint8Array =>
    encode(rows, { ...shape, depth: DEPTH + 3 }, outward, known)
  const timeoutMs = limits.waitMs
  const rules = policy.capabilities
  const effects = callEffects({ granted: host.granted, objects, rules, timeoutMs })
  for (const [kind, effect] of requests(host, policy, limits)) effects.set(kind, effect)
  if (input) {
    const most = Math.min(bytes - ANSWER_SLACK, MOST_PIECE)
    effects.set('stdin', stdinEffect(input, { most, timeoutMs, canWait }))
  }
  if (compile) {
    const { compileMs } = limits
    effects.set(EVALUATE, evaluateEffect(compile, { compileMs, timeoutMs }))
  }
  const broker = new Broker({
    counts: counts ?? { run: crypto.randomUUID(), seq: 0, asked: new Map() },
    effects: new Map([...effects, ...files]),
    limits,
    errors: new Set(Object.keys(host.errors)),
    approve: host.approve,
    onEffect: masked(host),
    after,
    encode: write,
  })
  const conversation = new Conversation({
    broker,
    decode: (encoded, lend) => read(encoded, objects, lend),
    encode: writeRows,
    position,
    now: () => performance.now(),
    after: (ms, then) => after(ms, then, true),
    pending: limits.pending,
    questionBytes: (effect) => (files.has(effect) ? FILE_QUESTION_BYTES : bytes),
  })
  return { conversation, broker, encode: writeRows, check: write }
}

/** The log, in which what a guest names has no secret: it may have got one from a function of the host's. */
function masked({ onEffect, network }: HostSide): HostSide['onEffect'] {
  if (onEffect === undefined || network === undefined || network.secrets.isEmpty) return onEffect
  const { secrets } = network
  return (event) => onEffect({ ...event, target: secrets.maskText(event.target) })
}

/** The effect of requests, where the policy allows any. */
function requests(
  { network }: HostSide,
  policy: ResolvedPolicy,
  limits: Limits,
): [string, Effect][] {
  if (network === undefined || policy.network === undefined) return []
  const { secrets, transport, handler } = network
  const bytes = limits.effectBytes
  const options = { rules: policy.network, secrets, transport, handler, bytes }
  return [['request', networkEffect({ ...options, timeoutMs: limits.waitMs })]]
}

/** A value of the guest's, in which an object of the host's is that object again, and a function one that can be called. */
function read(
  encoded: Uint8Array,
  objects: Objects,
  lend: ((place: number) => GuestFunction) | undefined,
): unknown {
  return decode(
    encoded,
    { ...VALUES, bytes: encoded.length },
    {
      ...INWARD,
      reference: (fields: readonly Field[]) => {
        if (fields[0] === GUEST_FUNCTION)
          return lend?.(Number(fields[1])) ?? new PyValue('function', 'a function', true)
        if (fields[0] !== HOST_OBJECT) return INWARD.reference(fields)
        const object = objects.get(String(fields[1]))
        if (object === undefined)
          throw new GuestError('PermissionError', 'an object that this run was never given')
        if (object.isRevoked)
          throw new GuestError('PermissionError', 'an object to which access was taken back')
        // The capability itself, and not what it stands for: the host may hand it on, and nothing more is shown by that.
        return object
      },
    },
  )
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** A timer; one of a run that waits keeps the process alive, as a run does. */
function after(ms: number, then: () => void, isHeld = false): () => void {
  const timer = setTimeout(then, Math.min(Math.ceil(ms), LONGEST_TIMER_MS))
  if (!isHeld) timer.unref()
  return () => clearTimeout(timer)
}
