/** `clock`: what a guest reads as the time. */
import * as v from 'valibot'
import { keyed, policyKey } from '../key.js'

/** What a policy writes. */
export interface ClockKey {
  /** What the guest reads as the time. ISO 8601: a day, or a time with `Z` or an offset. Default `'real'`. */
  readonly clock?: 'real' | { readonly fixed: string } | undefined
}

/** Its complete form. */
export interface ResolvedClock {
  /** `fixed` is UTC, as `toISOString` writes it. */
  readonly clock: 'real' | { readonly fixed: string }
}

/** Whole days are UTC; a time of day must say its offset, or the host's time zone would leak into the guest. */
const ISO_INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/

/** Whether the day is one of the calendar: JavaScript takes the 31st of February for a day of March. */
function exists(instant: string): boolean {
  const [year, month, day] = instant.slice(0, 10).split('-').map(Number) as [number, number, number]
  return (
    !Number.isNaN(Date.parse(instant)) &&
    new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
  )
}

const INSTANT =
  'must be an existing day as 2026-01-31, or an instant with its offset as 2026-01-31T12:00:00Z'

/** @internal The key: what may be written for it, what holds without it, and its complete form. */
export const clock = policyKey({
  schema: v.union(
    [
      v.literal('real'),
      keyed({
        fixed: v.pipe(v.string(INSTANT), v.regex(ISO_INSTANT, INSTANT), v.check(exists, INSTANT)),
      }),
    ],
    (issue) => `must be "real", or { "fixed": "2026-01-31T12:00:00Z" }, not ${issue.received}`,
  ),
  text: 'What the guest reads as the time: the host\'s clock, or one fixed instant. "real" when left out.',
  standard: 'real' as 'real' | { readonly fixed: string },
  resolve: (written) =>
    written === 'real' ? 'real' : Object.freeze({ fixed: new Date(written.fixed).toISOString() }),
})
