/** `capabilities`: how often a run may use what its host grants, how long an answer may take, and whether somebody is asked. */
import * as v from 'valibot'
import { keyed, notList, policyKey, word } from '../key.js'

/** What a policy writes. */
export interface CapabilitiesKey {
  /**
   * Caps for what the host grants, by its name (`search`, `doc.save`): `calls` in one run, `timeoutMs` for one answer (default:
   * `limits.waitMs`), and `approve`, whether the host's `approve` is asked first. It grants nothing.
   */
  readonly capabilities?:
    | Readonly<
        Record<
          string,
          {
            readonly calls?: number | undefined
            readonly approve?: boolean | undefined
            readonly timeoutMs?: number | undefined
          }
        >
      >
    | undefined
}

/** Its complete form. */
export interface ResolvedCapabilities {
  readonly capabilities: Readonly<
    Record<
      string,
      { readonly calls?: number; readonly approve?: boolean; readonly timeoutMs?: number }
    >
  >
}

const CALLS = 'must be a whole number from 0'
const TIMEOUT = 'must be a whole number of milliseconds from 1 to 86400000'

/** @internal The key: what may be written for it, what holds without it, and its complete form. */
export const capabilities = policyKey({
  schema: notList(
    v.record(
      word,
      keyed({
        calls: v.optional(v.pipe(v.number(CALLS), v.integer(CALLS), v.minValue(0, CALLS))),
        approve: v.optional(v.boolean((issue) => `must be true or false, not ${issue.received}`)),
        timeoutMs: v.optional(
          v.pipe(
            v.number(TIMEOUT),
            v.integer(TIMEOUT),
            v.minValue(1, TIMEOUT),
            v.maxValue(86_400_000, TIMEOUT),
          ),
        ),
      }),
      'must be an object of caps by name',
    ),
  ),
  text: 'Caps for what the host grants, by name: calls in one run, time for one answer, whether somebody is asked first. It grants nothing.',
  standard: Object.freeze({}) as ResolvedCapabilities['capabilities'],
  resolve: (written) =>
    Object.freeze(
      Object.fromEntries(
        Object.entries(written).map(([name, rule]) => [name, Object.freeze({ ...rule })]),
      ),
    ) as ResolvedCapabilities['capabilities'],
})
