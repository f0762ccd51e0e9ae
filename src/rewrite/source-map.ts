/** The same positions as a source map, revision 3, for tools that read those: debuggers, editors, error trackers. */
import {
  maybeAddSegment,
  GenMapping,
  setSourceContent,
  toEncodedMap,
  type EncodedSourceMap,
} from '@jridgewell/gen-mapping'
import { EDIT_SIZE, NAME } from './edits.js'
import { Lines } from './lines.js'
import { guardedPlaces } from './map.js'

export type { EncodedSourceMap } from '@jridgewell/gen-mapping'

/** Where a source begins later in its text than this, the map does not hold its text. */
const MOST_BEFORE = 1_000_000

/**
 * The source map of a rewriting: one mapping per line and two per edit, without those that repeat the one before; columns in
 * UTF-16 code units as the format wants them, attributes' names under `names`, the source itself under `sourcesContent`.
 * `filename` stands for the source, or for a text whose line
 * `firstLine` is the source's first: what stands before it there is empty, and a line that the text does not have has no mapping. Tools take a place to the mapping before it; who needs the very column uses `createMapper`.
 */
export function sourceMap(
  source: string,
  code: string,
  edits: Int32Array,
  filename: string,
  firstLine = 1,
): EncodedSourceMap {
  const map = new GenMapping()
  const places = guardedPlaces(edits)
  const sourceLines = new Lines(source).starts
  const codeLines = new Lines(code).starts
  let next = 0
  sourceLines.forEach((lineStart, line) => {
    const codeStart = codeLines[line]!
    const end = sourceLines[line + 1] ?? source.length + 1
    const row = line + firstLine - 1
    const add = (place: number, offset: number, name?: string): void => {
      const [at, column] = [place - codeStart, offset - lineStart]
      if (row < 0) return
      if (name === undefined) maybeAddSegment(map, line, at, filename, row, column)
      else maybeAddSegment(map, line, at, filename, row, column, name)
    }
    add(codeStart, lineStart)
    for (; next < places.length && edits[next * EDIT_SIZE]! < end; next += 1) {
      const at = next * EDIT_SIZE
      const [from, removed, inserted, flag] = [
        edits[at]!,
        edits[at + 1]!,
        edits[at + 2]!,
        edits[at + 3]!,
      ]
      add(places[next]!, from, flag === NAME ? source.slice(from, from + removed) : undefined)
      add(places[next]! + inserted, from + removed)
    }
  })
  setSourceContent(map, filename, contentFrom(source, sourceLines, firstLine))
  return toEncodedMap(map)
}

/** The lines from the first on; long runs of empty ones are nobody's reading. */
function contentFrom(source: string, starts: Int32Array, firstLine: number): string | null {
  if (firstLine < 1) return source.slice(starts[1 - firstLine] ?? source.length)
  return firstLine > MOST_BEFORE ? null : '\n'.repeat(firstLine - 1) + source
}
