/** What a host grants its guests: the options of a sandbox, checked, and the conversation that one run has about them. */
import { checkName } from '../check/host-names.js'
import type { Code } from './code.js'
import { ArgumentError } from '../errors.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import type { Granted } from '../trusted/broker/calls.js'
import { resolveModules, type GuestModule, type ResolvedModules } from './own-modules.js'
import { Awaitable, Capability } from '../trusted/broker/capability.js'
import { GUEST_ERRORS, type LATER, type EffectEvent } from '../trusted/broker/effect.js'
import type { Value } from '../trusted/channel/values.js'
import { resolveNetworking, type Networking, type NetworkingOptions } from './networking.js'

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
  readonly told: {
    readonly host?: Value
    readonly errors?: Value
    readonly own?: Value
    /** The texts of those, by the names of their files. */
    readonly texts?: Value
  }
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
      texts: {},
    },
    names: [...Object.keys(capabilities), ...Object.keys(errors), ...secrets.map(([name]) => name)],
  }
}

/** @internal The same, with the code of its modules. */
export function withCode(host: HostSide, codes: ReadonlyMap<string, Code>): HostSide {
  const compiled = [...codes].map(([name, { bytes }]) => [name, bytes] as const)
  const own = { ...(host.told.own as Record<string, Value>), ...Object.fromEntries(compiled) }
  const texts = Object.fromEntries(
    [...codes.values()].map(({ filename, text }) => [filename, text]),
  )
  return { ...host, told: { ...host.told, own, texts } }
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
