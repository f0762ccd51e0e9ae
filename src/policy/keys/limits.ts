/** `limits`: what one run may use up. The limits themselves are the rows of limits.ts. */
import * as v from 'valibot'
import { keyed, policyKey } from '../key.js'
import { DEFAULT_LIMITS, LIMIT_NAMES, LIMITS, type Limits } from '../limits.js'

/** What a policy writes. */
export interface LimitsKey {
  /** What one run may use up; each has a default and a range (`LIMITS`). */
  readonly limits?: { readonly [K in keyof Limits]?: number | undefined } | undefined
}

/** Its complete form. */
export interface ResolvedLimits {
  readonly limits: Limits
}

function limit(name: keyof Limits) {
  const { default: standard, min, max, unit, text } = LIMITS[name]
  const message = (issue: { received: string }) =>
    `must be a whole number of ${unit} from ${min} to ${max}, not ${issue.received}`
  return v.optional(
    v.pipe(
      v.number(message),
      v.integer(message),
      v.minValue(min, message),
      v.maxValue(max, message),
      v.description(`${text} In ${unit}; ${standard} when left out.`),
      v.metadata({ default: standard }),
    ),
  )
}

const entries = Object.fromEntries(LIMIT_NAMES.map((name) => [name, limit(name)])) as Record<
  keyof Limits,
  ReturnType<typeof limit>
>

/** @internal The key: what may be written for it, what holds without it, and its complete form. */
export const limits = policyKey({
  schema: keyed(entries),
  text: 'What one run may use up. Each has a default; none can be lifted.',
  standard: DEFAULT_LIMITS,
  // Limits replace those of the preset one by one.
  resolve: (written, preset) =>
    Object.freeze({ ...DEFAULT_LIMITS, ...preset, ...written } as Limits),
})
