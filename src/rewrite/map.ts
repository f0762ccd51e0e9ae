/**
 * From positions of the guarded text back to the source: for tracebacks, at the time somebody asks.
 *
 * A place between edits maps exactly. Inside an insertion, where a position can only mean what was inserted around, a
 * start maps to what follows and an end to what precedes: the call `_getattr_(a,'b')` maps to `a.b`, its argument to `a`.
 * Compared with CPython's own columns for the standard library this is exact but for a few positions in a million.
 *
 * Lines and columns come from a guest and may be anything: whatever they are, the result is a place in the source.
 */
import type { Position } from '../diagnostic.js'
import { ArgumentError } from '../errors.js'
import { EDIT_SIZE, PLAIN } from './edits.js'
import { Lines } from './lines.js'

/** Which side of a stretch of text a position is. */
export type Edge = 'start' | 'end'

/** Maps positions of one guarded text. */
export interface Mapper {
  /**
   * The source's place for a place in the guarded text: `line` from 1, `utf8Column` in bytes from 0, as CPython's
   * `co_positions` has them. Out of range is taken to the nearest place there is.
   */
  toSource(line: number, utf8Column: number, edge: Edge): Position
}

/**
 * A mapper for `code`, which `edits` made of `source`: the three as `rewrite` was given and gave them. Costs nothing until it is
 * asked.
 * @throws ArgumentError when they are no strings and edits.
 */
export function createMapper(source: string, code: string, edits: Int32Array): Mapper {
  if (typeof source !== 'string' || typeof code !== 'string')
    throw new ArgumentError('source and code must be strings')
  if (!(edits instanceof Int32Array) || edits.length % EDIT_SIZE !== 0) {
    throw new ArgumentError('edits must be the Int32Array of a rewritten text')
  }
  const [sourceLines, codeLines] = [new Lines(source), new Lines(code)]
  const columns = new Columns(codeLines)
  let places: Int32Array | undefined
  return {
    toSource(line, utf8Column, edge) {
      places ??= guardedPlaces(edits)
      const index = Math.min(Math.max(Math.trunc(line) || 1, 1), sourceLines.count) - 1
      const offset = sourceOffset(edits, places, columns.offset(index, utf8Column), edge)
      // Line N is line N; the clamp is for positions of no line's text, such as a column past its end.
      const start = sourceLines.starts[index]!
      const clamped = Math.min(Math.max(offset, start), sourceLines.end(index))
      return { line: index + 1, column: clamped - start + 1, offset: clamped }
    },
  }
}

/** Offset in the guarded text where each edit's text begins. */
export function guardedPlaces(edits: Int32Array): Int32Array {
  const places = new Int32Array(edits.length / EDIT_SIZE)
  let shift = 0
  for (let i = 0, at = 0; i < places.length; i += 1, at += EDIT_SIZE) {
    places[i] = edits[at]! + shift
    shift += edits[at + 2]! - edits[at + 1]!
  }
  return places
}

function sourceOffset(edits: Int32Array, places: Int32Array, offset: number, edge: Edge): number {
  let low = 0
  let high = places.length
  // The last edit at or before a start, the last before an end: what ends where an edit begins ends before it.
  while (low < high) {
    const middle = (low + high) >> 1
    const place = places[middle]!
    if (place < offset || (place === offset && edge === 'start')) low = middle + 1
    else high = middle
  }
  if (low === 0) return offset
  const at = (low - 1) * EDIT_SIZE
  const [from, removed, inserted, flag] = [
    edits[at]!,
    edits[at + 1]!,
    edits[at + 2]!,
    edits[at + 3]!,
  ]
  const inside = offset - places[low - 1]!
  if (inside >= inserted) return from + removed + inside - inserted
  return inside > 0 && edge === 'start' && flag === PLAIN ? from + removed : from
}

/**
 * Offsets for columns in bytes. A line that is asked for is gone through once, whatever asks for it again: a thousand calls on
 * one long line are a thousand frames.
 */
class Columns {
  /** For each line that is not all ASCII, the column in bytes of each of its units. */
  readonly #known = new Map<number, Int32Array | 'ASCII'>()

  constructor(private readonly lines: Lines) {}

  offset(index: number, utf8Column: number): number {
    const [start, end] = [this.lines.starts[index] ?? this.lines.text.length, this.lines.end(index)]
    const column = Math.max(0, Math.trunc(utf8Column) || 0)
    let table = this.#known.get(index)
    if (table === undefined) {
      table = columnsOf(this.lines.text, start, end)
      this.#known.set(index, table)
    }
    if (table === 'ASCII') return Math.min(start + column, end)
    // The last unit that begins at or before the column: one inside a character means its beginning.
    let low = 0
    let high = table.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (table[middle]! <= column) low = middle
      else high = middle - 1
    }
    return start + low
  }
}

function columnsOf(text: string, start: number, end: number): Int32Array | 'ASCII' {
  let at = start
  while (at < end && text.charCodeAt(at) < 0x80) at++
  if (at === end) return 'ASCII'
  const columns = new Int32Array(end - start + 1)
  let bytes = 0
  for (at = start; at < end; ) {
    columns[at - start] = bytes
    const c = text.codePointAt(at)!
    bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4
    at += 1
    // Nothing begins at the second half of a pair.
    if (c >= 0x10000) columns[at++ - start] = bytes
  }
  columns[end - start] = bytes
  return columns
}
