/** Compares the positions of a source's instructions with those of its guarded text, mapped back. */
import { createMapper } from '../../src/rewrite/map.js'
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
  const positions = python.function<[string, string], [number[], number[]]>(
    'unguard.both_positions',
  )
  const [plain, guarded] = positions(source, code)
  const [same, back] = [
    createMapper(source, source, new Int32Array(0)),
    createMapper(source, code, edits),
  ]
  let differing = 0
  let first: Comparison['first']
  for (let i = 0; i < plain.length; i += 4) {
    const [line, column, endLine, endColumn] = plain.slice(i, i + 4) as [
      number,
      number,
      number,
      number,
    ]
    const [l, c, el, ec] = guarded.slice(i, i + 4) as [number, number, number, number]
    // Instructions without a column have -1.
    const expected =
      column < 0
        ? [line, column]
        : [
            same.toSource(line, column, 'start').offset,
            same.toSource(endLine, endColumn, 'end').offset,
          ]
    const mapped =
      column < 0
        ? [l, c]
        : [back.toSource(l, c, 'start').offset, back.toSource(el, ec, 'end').offset]
    if (expected[0] === mapped[0] && expected[1] === mapped[1]) continue
    differing += 1
    first ??= [...expected, ...mapped] as [number, number, number, number]
  }
  return { compared: plain.length / 4, differing, first }
}
