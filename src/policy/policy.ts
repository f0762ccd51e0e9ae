/**
 * Policies: all the authority a guest has, as data. `resolvePolicy` turns what a host wrote into the complete form that the
 * other layers read, and refuses whatever it does not know: a misspelt key is an error, never a field left out.
 */
import * as v from 'valibot'
import { PolicyError } from '../errors.js'
import type { PolicyKey } from './key.js'
import { checkArtifacts } from './keys/artifacts.js'
import { FILES_GRANTS, withDoors } from './keys/modules.js'
import { KEYS, type Keys, type PolicyKeyName, type ResolvedKeys } from './keys.js'
import { widened } from './keys/language.js'
import { DEFAULT_LIMITS, LIMIT_NAMES, LIMITS, type Limits } from './limits.js'
import { keyPath, plain } from './plain.js'
import { PRESETS, type PresetName } from './presets.js'
import { policySchema, type SchemaInput } from './schema.js'

/**
 * What a policy may say. A field left out grants nothing beyond the default subset. Also a JSON file: `loadPolicy`. Each key is
 * declared, with its schema and its meaning, in a file of `keys/`.
 */
export interface Policy extends Keys {
  /** Where the JSON Schema is, for editors. Ignored. */
  readonly $schema?: string | undefined
  /** A named starting point; see `PRESETS`. Fields beside it replace the preset's; limits one by one. */
  readonly preset?: PresetName | undefined
}

/** A policy in its complete form: checked, with nothing left out, plain frozen data that can be sent anywhere. */
export interface ResolvedPolicy extends ResolvedKeys {}

type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
type DeepReadonly<T> = T extends readonly (infer I)[]
  ? readonly DeepReadonly<I>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T
/** Fails to compile when the interface above and the schema no longer say the same. */
const sameAsSchema: Mutual<Policy, DeepReadonly<SchemaInput>> = true
void sameAsSchema

/** What holds when no policy is given: no modules, every permitted builtin, default limits. */
export const DEFAULT_POLICY: ResolvedPolicy = complete((name) => KEYS[name].standard)

/** One value for each key. */
function complete(valueOf: (name: PolicyKeyName) => unknown): ResolvedPolicy {
  const names = Object.keys(KEYS) as PolicyKeyName[]
  return Object.freeze(
    Object.fromEntries(names.map((name) => [name, valueOf(name)])),
  ) as unknown as ResolvedPolicy
}

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
  const preset = widened<Policy>(
    written,
    written.preset === undefined ? {} : PRESETS[written.preset],
  )
  const whole = complete((name) => {
    const { standard, resolve } = KEYS[name] as PolicyKey<v.GenericSchema, unknown>
    const given = written[name] ?? preset[name]
    return given === undefined ? standard : resolve(given, preset[name])
  })
  const isFull = whole.language === 'full'
  const modules = withDoors(isFull ? FILES_GRANTS : whole.modules, {
    files: Object.keys(whole.filesystem).length > 0,
    network: whole.network !== undefined,
  })
  const evaluate = whole.evaluate || isFull
  const isSame = modules === whole.modules && evaluate === whole.evaluate
  const resolved = isSame ? whole : Object.freeze({ ...whole, modules, evaluate })
  checkArtifacts(resolved)
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
  const lowered: Limits = Object.freeze({ ...base, ...limits })
  if (ceiling === undefined) return lowered
  for (const name of LIMIT_NAMES) {
    if (lowered[name] > ceiling[name]) {
      throw new PolicyError(
        `policy.limits.${name}: must not exceed ${ceiling[name]} ${LIMITS[name].unit} here`,
      )
    }
    if (lowered[name] < ceiling[name] && LIMITS[name].bounds === 'source') {
      throw new PolicyError(
        `policy.limits.${name}: bounds what is compiled, for all runs: it is the policy's alone`,
      )
    }
  }
  return lowered
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
  const inside = issues?.filter((issue) => issue.path !== undefined) ?? []
  // Of several forms, the one that was meant has keys that are known and there: what is wrong with those is what is wrong.
  const inValues = inside.filter(({ message }) => !/^(?:is missing|unknown key)/.test(message))
  const deeper = inValues.length > 0 ? inValues : inside
  return deeper.length > 0
    ? deeper.flatMap((issue) => describeIssue(issue, at))
    : [`${at}: ${message}`]
}
