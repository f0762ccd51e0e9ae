/** `evaluate`: whether guests may evaluate text. */
import * as v from 'valibot'
import { policyKey } from '../key.js'

/** What a policy writes. */
export interface EvaluateKey {
  /**
   * Whether guests have `eval`, `exec` and `compile` of text. Each text is a question to the host: it is checked, rewritten,
   * verified and compiled apart, under this same policy, and runs in a namespace of the guest's own; one that is refused raises
   * SyntaxError. It counts among `limits.effects`, and all texts of a run together may take `limits.compileMs`. Default false; the
   * presets `agent` and `education` say true. With `language: 'full'` CPython's own are there: `true` says what holds anyway, and
   * `false` is an error.
   */
  readonly evaluate?: boolean | undefined
}

/** Its complete form. */
export interface ResolvedEvaluate {
  readonly evaluate: boolean
}

/** @internal The key: what may be written for it, what holds without it, and its complete form. */
export const evaluate = policyKey({
  schema: v.boolean((issue) => `must be true or false, not ${issue.received}`),
  text:
    'Whether guests have `eval`, `exec` and `compile` of text, which is checked and compiled under this same policy. ' +
    'false when left out.',
  standard: false as boolean,
  resolve: (written) => written,
})
