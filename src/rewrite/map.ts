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
  let tables: { sourceLines: number[]; codeLines: number[]; places: Int32Array } | undefined
  return {
    toSource(line, utf8Column, edge) {
      tables ??= {
        sourceLines: lineStarts(source),
        codeLines: lineStarts(code),
        places: guardedPlaces(edits),
      }
      const { sourceLines, codeLines, places } = tables
      const index = Math.min(Math.max(Math.trunc(line) || 1, 1), sourceLines.length) - 1
      const offset = sourceOffset(
        edits,
        places,
        offsetInLine(code, codeLines, index, utf8Column),
        edge,
      )
      // Line N is line N; the clamp is for positions of no line's text, such as a column past its end.
      const clamped = Math.min(
        Math.max(offset, sourceLines[index]!),
        lineEnd(source, sourceLines, index),
      )
      return { line: index + 1, column: clamped - sourceLines[index]! + 1, offset: clamped }
    },
  }
}

/** Offset where each line begins. */
export function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
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

function lineEnd(text: string, lines: readonly number[], index: number): number {
  return index + 1 < lines.length ? lines[index + 1]! - 1 : text.length
}

function offsetInLine(
  text: string,
  lines: readonly number[],
  index: number,
  utf8Column: number,
): number {
  let at = lines[index]!
  const end = lineEnd(text, lines, index)
  let bytes = 0
  while (at < end && bytes < utf8Column) {
    const c = text.codePointAt(at)!
    bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4
    // A column inside a character means its beginning.
    if (bytes > utf8Column) return at
    at += c < 0x10000 ? 1 : 2
  }
  return at
}
