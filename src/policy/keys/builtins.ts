/** `builtins`: which of the builtins that a guest may have at all it gets. */
import { nearest } from '../../check/nearest.js'
import { PolicyError } from '../../errors.js'
import { BUILTINS, DENIED_BUILTINS, GUARDED_BUILTINS } from '../../trusted/language/language.js'
import { keyed, policyKey, words } from '../key.js'

/** What a policy writes. */
export interface BuiltinsKey {
  /** Which of the permitted builtins the guest gets: only those of `allow`, without those of `deny`. Default: all. */
  readonly builtins?:
    | {
        readonly allow?: readonly string[] | undefined
        readonly deny?: readonly string[] | undefined
      }
    | undefined
}

/** Its complete form. */
export interface ResolvedBuiltins {
  /** The builtins the guest gets, sorted; guarded ones included. */
  readonly builtins: readonly string[]
}

const PERMITTED: ReadonlySet<string> = new Set([...BUILTINS, ...GUARDED_BUILTINS])

/** @internal The key: what may be written for it, what holds without it, and its complete form. */
export const builtins = policyKey({
  schema: keyed({
    allow: words(
      'The only builtins the guest gets; all permitted ones when left out. None can be added to those.',
    ),
    deny: words('Builtins the guest does not get.'),
  }),
  text: 'Which of the permitted builtins the guest gets.',
  standard: Object.freeze([...PERMITTED].sort()),
  resolve({ allow, deny = [] }) {
    for (const [index, name] of (allow ?? []).entries()) refuseUnknown('allow', index, name)
    for (const [index, name] of deny.entries()) {
      if (!Object.hasOwn(DENIED_BUILTINS, name)) refuseUnknown('deny', index, name)
    }
    const denied = new Set(deny)
    return Object.freeze(
      [...new Set(allow ?? PERMITTED)].filter((name) => !denied.has(name)).sort(),
    )
  },
})

function refuseUnknown(list: string, index: number, name: string): void {
  if (PERMITTED.has(name)) return
  const close = nearest(name, PERMITTED)
  const reason = Object.hasOwn(DENIED_BUILTINS, name)
    ? `no guest can be given "${name}"`
    : `there is no builtin "${name}"${close === undefined ? '' : `; did you mean "${close}"?`}`
  throw new PolicyError(`policy.builtins.${list}[${index}]: ${reason}`)
}
