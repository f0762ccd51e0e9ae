/**
 * Policies: all the authority a guest has, as data. `resolvePolicy` turns what a host wrote into the complete form that the
 * other layers read, and refuses whatever it does not know: a misspelt key is an error, never a field left out.
 */
import * as v from 'valibot'
import { PolicyError } from '../errors.js'
import { BUILTINS, DENIED_BUILTINS, GUARDED_BUILTINS } from '../trusted/language/language.js'
import { DEFAULT_LIMITS, LIMIT_NAMES, LIMITS, type Limits } from './limits.js'
import { NO_MODULES, resolveModules, type ModuleGrants } from './modules.js'
import { nearest } from '../check/nearest.js'
import { keyPath, plain } from './plain.js'
import { PRESETS, type PresetName } from './presets.js'
import { policySchema, type SchemaInput } from './schema.js'

/** What a policy may say. A field left out grants nothing beyond the default subset. Also a JSON file: `loadPolicy`. */
export interface Policy {
  /** Where the JSON Schema is, for editors. Ignored. */
  readonly $schema?: string | undefined
  /** A named starting point; see `PRESETS`. Fields beside it replace the preset's; limits one by one. */
  readonly preset?: PresetName | undefined
  /** Importable modules with the names each shows (`'*'`: all reviewed ones), or `'standard'`. Default: none. */
  readonly modules?: 'standard' | Readonly<Record<string, '*' | readonly string[]>> | undefined
  /** Which of the permitted builtins the guest gets: only those of `allow`, without those of `deny`. Default: all. */
  readonly builtins?:
    | {
        readonly allow?: readonly string[] | undefined
        readonly deny?: readonly string[] | undefined
      }
    | undefined
  /** `inline: false` keeps every guard a call. Default true: guards of known effect become plain Python once verified. */
  readonly guards?: { readonly inline?: boolean | undefined } | undefined
  /** What the guest reads as the time. ISO 8601: a day, or a time with `Z` or an offset. Default `'real'`. */
  readonly clock?: 'real' | { readonly fixed: string } | undefined
  /** Where the guest's randomness comes from: the host, or a seed from 0 to 2^53 - 1. Default `'real'`. */
  readonly random?: 'real' | { readonly seed: number } | undefined
  /** What one run may use up; each has a default and a range (`LIMITS`). */
  readonly limits?: { readonly [K in keyof Limits]?: number | undefined } | undefined
}

/** A policy in its complete form: checked, with nothing left out, plain frozen data that can be sent anywhere. */
export interface ResolvedPolicy {
  readonly modules: ModuleGrants
  /** The builtins the guest gets, sorted; guarded ones included. */
  readonly builtins: readonly string[]
  readonly guards: { readonly inline: boolean }
  /** `fixed` is UTC, as `toISOString` writes it. */
  readonly clock: 'real' | { readonly fixed: string }
  readonly random: 'real' | { readonly seed: number }
  readonly limits: Limits
}

/** The limits that refuse a source before it runs. */
const OF_SOURCES: ReadonlySet<keyof Limits> = new Set(['sourceBytes', 'depth', 'codeBytes'])

type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
type DeepReadonly<T> = T extends readonly (infer I)[]
  ? readonly DeepReadonly<I>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T
/** Fails to compile when the interface above and the schema no longer say the same. */
const sameAsSchema: Mutual<Policy, DeepReadonly<SchemaInput>> = true
void sameAsSchema

const PERMITTED_BUILTINS: ReadonlySet<string> = new Set([...BUILTINS, ...GUARDED_BUILTINS])

/** What holds when no policy is given: no modules, every permitted builtin, default limits. */
export const DEFAULT_POLICY: ResolvedPolicy = Object.freeze({
  modules: NO_MODULES,
  builtins: Object.freeze([...PERMITTED_BUILTINS].sort()),
  guards: Object.freeze({ inline: true }),
  clock: 'real',
  random: 'real',
  limits: DEFAULT_LIMITS,
})

/** What {@link resolvePolicy} made: known by identity, since a host could write something that looks the same. */
const resolvedPolicies = new WeakSet<object>([DEFAULT_POLICY])

/**
 * The complete form of a policy; of one that is complete already, itself.
 * @throws PolicyError for an unknown key, a value of the wrong type or out of range, a module, name or builtin that is not
 *   in the reviewed tables; the message names the path, what is known, and the nearest of it.
 */
export function resolvePolicy(policy?: Policy | ResolvedPolicy): ResolvedPolicy {
  if (policy === undefined) return DEFAULT_POLICY
  if (resolvedPolicies.has(policy)) return policy as ResolvedPolicy
  const written = validate(plain(policy, 'policy'))
  const preset = written.preset === undefined ? undefined : PRESETS[written.preset]
  const modules = written.modules ?? preset?.modules
  const resolved: ResolvedPolicy = Object.freeze({
    modules: modules === undefined ? NO_MODULES : resolveModules(modules),
    builtins: resolveBuiltins(written.builtins ?? { deny: preset?.deny ?? [] }),
    guards: Object.freeze({ inline: written.guards?.inline ?? true }),
    clock:
      typeof written.clock === 'object'
        ? Object.freeze({ fixed: new Date(written.clock.fixed).toISOString() })
        : 'real',
    random:
      typeof written.random === 'object' ? Object.freeze({ seed: written.random.seed }) : 'real',
    limits: Object.freeze({ ...DEFAULT_LIMITS, ...preset?.limits, ...written.limits }),
  })
  resolvedPolicies.add(resolved)
  return resolved
}

/**
 * The limits of one run: those given, and for the rest those of `base`.
 * @throws PolicyError for an unknown limit or a value out of range; with `ceiling`, for one above it, and for a lower one of
 *   those that decide what is compiled, which would not be looked at.
 */
export function resolveLimits(
  given: Policy['limits'],
  base: Limits = DEFAULT_LIMITS,
  ceiling?: Limits,
): Limits {
  if (given === undefined) return base
  const { limits } = validate({ limits: plain(given, 'policy.limits') })
  const complete = Object.freeze({ ...base, ...limits })
  if (ceiling === undefined) return complete
  for (const name of LIMIT_NAMES) {
    if (complete[name] > ceiling[name]) {
      throw new PolicyError(
        `policy.limits.${name}: must not exceed ${ceiling[name]} ${LIMITS[name].unit} here`,
      )
    }
    if (complete[name] < ceiling[name] && OF_SOURCES.has(name)) {
      throw new PolicyError(
        `policy.limits.${name}: bounds what is compiled, for all runs: it is the policy's alone`,
      )
    }
  }
  return complete
}

function validate(value: unknown): Policy & { readonly limits?: Partial<Limits> } {
  const parsed = v.safeParse(policySchema, value)
  if (parsed.success) return parsed.output as Policy & { readonly limits?: Partial<Limits> }
  const lines = parsed.issues.flatMap((issue) => describeIssue(issue, 'policy'))
  throw new PolicyError([...new Set(lines)].join('\n'))
}

/** `path: message`; for a choice of forms, of which one was half right, what is wrong in that one. */
function describeIssue({ path, message, issues }: v.BaseIssue<unknown>, within: string): string[] {
  const keys: readonly { readonly key: unknown }[] = path ?? []
  const at = keys.reduce(
    (to, { key }) => (typeof key === 'number' ? `${to}[${key}]` : keyPath(to, String(key))),
    within,
  )
  const deeper = issues?.filter((issue) => issue.path !== undefined) ?? []
  return deeper.length > 0
    ? deeper.flatMap((issue) => describeIssue(issue, at))
    : [`${at}: ${message}`]
}

function resolveBuiltins({ allow, deny = [] }: NonNullable<Policy['builtins']>): readonly string[] {
  for (const [list, names] of [
    ['allow', allow ?? []],
    ['deny', deny],
  ] as const) {
    for (const [index, name] of names.entries()) {
      if (PERMITTED_BUILTINS.has(name)) continue
      if (list === 'deny' && Object.hasOwn(DENIED_BUILTINS, name)) continue
      const close = nearest(name, PERMITTED_BUILTINS)
      throw new PolicyError(
        `policy.builtins.${list}[${index}]: ${
          Object.hasOwn(DENIED_BUILTINS, name)
            ? `no guest can be given "${name}"`
            : `there is no builtin "${name}"${close === undefined ? '' : `; did you mean "${close}"?`}`
        }`,
      )
    }
  }
  const denied = new Set(deny)
  return Object.freeze(
    [...new Set(allow ?? PERMITTED_BUILTINS)].filter((name) => !denied.has(name)).sort(),
  )
}
