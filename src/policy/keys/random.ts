/** `random`: where a guest's randomness comes from. */
import * as v from 'valibot'
import { keyed, policyKey } from '../key.js'

/** What a policy writes. */
export interface RandomKey {
  /** Where the guest's randomness comes from: the host, or a seed from 0 to 2^53 - 1. Default `'real'`. */
  readonly random?: 'real' | { readonly seed: number } | undefined
}

/** Its complete form. */
export interface ResolvedRandom {
  readonly random: 'real' | { readonly seed: number }
}

const SEED = 'must be a whole number from 0 to 9007199254740991'

/** @internal The key: what may be written for it, what holds without it, and its complete form. */
export const random = policyKey({
  schema: v.union(
    [
      v.literal('real'),
      keyed({ seed: v.pipe(v.number(SEED), v.safeInteger(SEED), v.minValue(0, SEED)) }),
    ],
    (issue) => `must be "real", or { "seed": 1 }, not ${issue.received}`,
  ),
  text: 'Where the guest\'s randomness comes from: the host, or a seed. "real" when left out.',
  standard: 'real' as 'real' | { readonly seed: number },
  resolve: (written) => (written === 'real' ? 'real' : Object.freeze({ seed: written.seed })),
})
