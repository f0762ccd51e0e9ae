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

/**
 * The source map of a rewriting: one mapping per line and two per edit, without those that repeat the one before; columns in
 * UTF-16 code units as the format wants them, attributes' names under `names`, the source itself under `sourcesContent`.
 * `filename` stands for the source. Tools take a place to the mapping before it; who needs the very column uses `createMapper`.
 */
export function sourceMap(
  source: string,
  code: string,
  edits: Int32Array,
  filename: string,
): EncodedSourceMap {
  const map = new GenMapping()
  const places = guardedPlaces(edits)
  const sourceLines = new Lines(source).starts
  const codeLines = new Lines(code).starts
  let next = 0
  sourceLines.forEach((lineStart, line) => {
    const codeStart = codeLines[line]!
    const end = sourceLines[line + 1] ?? source.length + 1
    const add = (place: number, offset: number, name?: string): void =>
      name === undefined
        ? maybeAddSegment(map, line, place - codeStart, filename, line, offset - lineStart)
        : maybeAddSegment(map, line, place - codeStart, filename, line, offset - lineStart, name)
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
  setSourceContent(map, filename, source)
  return toEncodedMap(map)
}
