/** Compares the positions of a source's instructions with those of its guarded text, mapped back. */
import { createMapper, type Mapper } from '../../src/rewrite/map.js'
import type { Rewriting } from '../../src/rewrite/rewrite.js'
import type { CPython } from './cpython.js'

/** How many positions there are, and the first of the differing ones: where it should be, and where it is mapped to. */
export interface Comparison {
  readonly compared: number
  readonly differing: number
  readonly first: readonly [number, number, number, number] | undefined
}

/** `python` must have `unguard` loaded, and the guarded text must have passed its `compare`. */
export function comparePositions(
  python: CPython,
  source: string,
  { code, edits }: Rewriting,
): Comparison {
  const positions = python.function<[string, string], [Int32Array, Int32Array]>(
    'unguard.both_positions',
  )
  const [plain, guarded] = positions(source, code)
  const same = createMapper(source, source, new Int32Array(0))
  const back = createMapper(source, code, edits)
  let differing = 0
  let first: Comparison['first']
  for (let i = 0; i < plain.length; i += 4) {
    const expected = placeOf(same, plain, i)
    const mapped = placeOf(back, guarded, i)
    if (expected[0] === mapped[0] && expected[1] === mapped[1]) continue
    differing += 1
    first ??= [...expected, ...mapped]
  }
  return { compared: plain.length / 4, differing, first }
}

/** From where to where in the source. Instructions without a column have a line, and -1. */
function placeOf(mapper: Mapper, positions: Int32Array, i: number): [number, number] {
  const [line, column] = [positions[i]!, positions[i + 1]!]
  if (column < 0) return [line, column]
  return [
    mapper.toSource(line, column, 'start').offset,
    mapper.toSource(positions[i + 2]!, positions[i + 3]!, 'end').offset,
  ]
}
