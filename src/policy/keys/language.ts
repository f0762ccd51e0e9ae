/** `language`: which Python a guest may write. */
import * as v from 'valibot'
import { PolicyError } from '../../errors.js'
import { policyKey } from '../key.js'

/** What a policy writes. */
export interface LanguageKey {
  /**
   * Which Python. `'restricted'`: what `check`, `rewrite` and the verifier let pass, with the modules and builtins that the
   * policy grants. `'full'`: all of Python 3.14 and the whole standard library that Pyodide ships, unrewritten; what then
   * protects the host is the wall around the guest's memory, and nothing of the language can be narrowed (`modules` and
   * `builtins` are errors, and so is `evaluate: false`). Limits, capabilities and everything else hold as ever. Default `'restricted'`.
   */
  readonly language?: 'restricted' | 'full' | undefined
}

/** Its complete form. */
export interface ResolvedLanguage {
  readonly language: 'restricted' | 'full'
}

/** What only the restricted language can narrow. */
const NARROWING = ['modules', 'builtins', 'evaluate'] as const

/** @internal The key: what may be written for it, what holds without it, and its complete form. */
export const language = policyKey({
  schema: v.picklist(
    ['restricted', 'full'],
    (issue) => `must be "restricted" or "full", not ${issue.received}`,
  ),
  text: 'Which Python: "restricted", checked and rewritten, with the modules and builtins that are granted; or "full", all of Python 3.14 and its standard library, behind the same wall. "restricted" when left out.',
  standard: 'restricted' as 'restricted' | 'full',
  resolve: (written) => written,
})

/**
 * What of a policy with `language: 'full'` its preset may say: nothing that narrows.
 * @throws PolicyError where the policy itself does.
 */
export function widened<P extends { readonly [K in (typeof NARROWING)[number]]?: unknown }>(
  written: P & LanguageKey,
  preset: P & LanguageKey,
): P {
  if ((written.language ?? preset.language) !== 'full') return preset
  // To grant the evaluation of text is to say what holds.
  for (const key of NARROWING)
    if (written[key] !== undefined && !(key === 'evaluate' && written[key] === true))
      throw new PolicyError(
        `policy.${key}: cannot be narrowed where policy.language is "full": all of Python is there; leave it out, or use the restricted language`,
      )
  const { modules, builtins, evaluate, ...rest } = preset
  return rest as unknown as P
}
