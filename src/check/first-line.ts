/**
 * The number that a source's first line has in whatever is told of it. A host that cuts a source out of a larger text, or puts lines of its own before
 * it, counts as the source's author does.
 */
import type { Position, Span } from '../diagnostic.js'
import { ArgumentError } from '../errors.js'

const MOST = 1_000_000_000

/** Where a source's lines begin to be counted: an option of everything that reads one. */
export interface Numbering {
  /**
   * The number of the source's first line, in diagnostics, frames, tracebacks, spans and the audit log: 12 for a piece that begins in line 12 of a
   * template, -2 where three lines of your own stand before the author's (theirs begins with 1 then, and yours end with 0). Columns and
   * offsets are the source's. A whole number from -1,000,000,000 to 1,000,000,000; default 1. Text that the program itself evaluates
   * begins with line 1, and so does what full Python writes of its own tracebacks.
   */
  readonly firstLine?: number | undefined
}

/**
 * @internal Passes a line's number, which may be 0 or below, and undefined. `name` begins the error.
 * @throws ArgumentError
 */
export function checkFirstLine(firstLine: unknown, name = 'firstLine'): void {
  if (firstLine === undefined) return
  if (!Number.isSafeInteger(firstLine) || Math.abs(firstLine as number) > MOST)
    throw new ArgumentError(`${name}: must be a whole number from -${MOST} to ${MOST}`)
}

/** @internal A position whose line is counted from `firstLine`. */
export const positionFrom = (position: Position, firstLine: number): Position =>
  firstLine === 1 ? position : { ...position, line: position.line + firstLine - 1 }

/** @internal Things with spans, whose lines are counted from `firstLine`. */
export function countedFrom<T extends { readonly span: Span }>(
  things: readonly T[],
  firstLine = 1,
): readonly T[] {
  if (firstLine === 1) return things
  return things.map((thing) => ({
    ...thing,
    span: {
      start: positionFrom(thing.span.start, firstLine),
      end: positionFrom(thing.span.end, firstLine),
    },
  }))
}
