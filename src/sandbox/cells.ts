/**
 * Cells: values of formulas, or why there are none, many of them asked for in one request. A request says in how many seconds
 * the guest is to answer with those that it has; the answer tells of the first so many, in the order they were asked in.
 */
import type { Value } from '../trusted/channel/values.js'
import { encodeValue } from '../trusted/channel/values.js'
import type { Limits } from '../policy/limits.js'
import type { Code } from './code.js'
import { describeOutcome, type Outcome, type Returned, type Usage } from './outcome.js'
import { common, granted, type Granting } from './requests.js'

/** Why a cell has no value. Plain data. */
export interface CellError {
  /** How the evaluation ended, as in an outcome. */
  readonly status: Exclude<Outcome['status'], 'returned'>
  /** The exception's class, as in `ZeroDivisionError`; of what raised alone. */
  readonly type?: string
  /** The limit that ended it; of what is `exhausted` alone. */
  readonly limit?: keyof Limits
  /** In a sentence: `ZeroDivisionError: division by zero`. */
  readonly message: string
}

/** One formula's value for one row, or why it has none. */
export type Cell = { readonly value: Value } | { readonly error: CellError }

/** @internal What the guest says of a cell: its value, or the record of an exception. */
export type RawCell = { readonly value: Value } | { readonly raised: Value }

/** @internal One evaluation that is asked for. */
export interface Task {
  readonly code: Code
  /** Its arguments, encoded as they were when it was asked for. */
  readonly args: Uint8Array
  /** Whether nobody waits for it any more. */
  readonly isOver: boolean
  /** Called once, or {@link failed} is: with what the guest said of it, and its part of what the call used; or with the outcome of a run of its own. */
  told(cell: RawCell | Outcome, usage: Usage): void
  /** No worker could be had. */
  failed(error: unknown): void
}

/** @internal `codes`: what the guest does not know yet, by the number that the cells name it with. */
export function cellsRequest(
  codes: ReadonlyMap<Code, number>,
  cells: readonly (readonly [number, Uint8Array])[],
  isFresh: boolean,
  seconds: number,
  granting: Granting,
): Uint8Array {
  const { policy } = granting
  return encodeValue({
    op: 'cells',
    ...(isFresh && { fresh: true }),
    codes: [...codes].map(([code, number]) => [number, code.bytes]),
    cells: cells as unknown as Value,
    seconds,
    ...granted(granting, policy.limits),
    ...common(policy, policy.limits),
  })
}

/** @internal The cells that an answer tells of, of `count` that were asked for; none for what is no answer. */
export function readCells(value: Value, count: number): readonly RawCell[] {
  if (!Array.isArray(value) || value.length > count) return []
  const isCell = (cell: unknown): boolean =>
    typeof cell === 'object' && cell !== null && ('value' in cell || 'raised' in cell)
  return (value as unknown[]).every(isCell) ? (value as unknown as RawCell[]) : []
}

/** @internal Why a cell has no value. */
export function errorOf(outcome: Exclude<Outcome, Returned>): CellError {
  return {
    status: outcome.status,
    ...(outcome.status === 'raised' && { type: outcome.exception.type }),
    ...(outcome.status === 'exhausted' && { limit: outcome.limit }),
    message: describeOutcome(outcome),
  }
}
