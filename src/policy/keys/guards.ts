/** `guards`: how the guards of the rewritten text are carried out. */
import * as v from 'valibot'
import { keyed, policyKey } from '../key.js'

/** What a policy writes. */
export interface GuardsKey {
  /** `inline: false` keeps every guard a call. Default true: guards of known effect become plain Python once verified. */
  readonly guards?: { readonly inline?: boolean | undefined } | undefined
}

/** Its complete form. */
export interface ResolvedGuards {
  readonly guards: { readonly inline: boolean }
}

/** @internal */
export const guards = policyKey({
  schema: keyed({
    inline: v.optional(
      v.pipe(
        v.boolean((issue) => `must be true or false, not ${issue.received}`),
        v.description(
          'Whether guards with a known effect become plain Python once verified. true when left out; false is slower.',
        ),
      ),
    ),
  }),
  text: 'How the guards of the rewritten text are carried out.',
  standard: Object.freeze({ inline: true }),
  resolve: ({ inline = true }) => Object.freeze({ inline }),
})
