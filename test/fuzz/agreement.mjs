/**
 * Mutated programs to both parsers: what the syntax layers accept, CPython reads alike (the same attributes, calls, items,
 * stars and statements at the same places), or refuses by an error that only it can know of.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { loadPyodide } from 'pyodide'
import { loadKindTable, reportDeniedKind } from '../../dist/check/kinds.js'
import { createShapes } from '../../dist/check/shapes.js'
import { examine } from '../../dist/syntax/examine.js'
import { loadParser } from '../../dist/syntax/parse.js'
import { Source } from '../../dist/syntax/source.js'
import { placesOf } from '../support/places.mjs'
import { Generator } from './generator.mjs'

const PIECES = [
  '*',
  '**',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '=',
  ':=',
  '\n',
  '\n  ',
  '\n\t',
  '\\\n',
  '# c\n',
  ';',
  '.',
  'a',
  'x.y',
  'f(x)',
  '1',
  '"s"',
  "'",
  "f'{a}'",
  'f"{',
  '}"',
  "b'\\N'",
  '!r',
  ':>3',
  'lambda x: ',
  ' if a else b',
  ' for x in y',
  'async ',
  'await ',
  'yield ',
  'not ',
  ' in ',
  ' as b',
  '*f(x)',
  'type ',
  'type(x).y = ',
  'case ',
  'import ',
  'def f(',
  'class A[T = b]: ',
  'except A, B,: ',
  'with a as b: ',
  'del ',
  'raise ',
  '@',
  '-',
  '|',
  '\f',
  '\t',
]

/** Errors that need CPython's tables: names of characters, of future features; and t-strings and `except*`, which rules of names refuse. */
const ONLY_CPYTHON_KNOWS =
  /unknown Unicode character name|future feature|t-string literals|both 'except' and 'except\*'/

export async function agreement() {
  const parser = await loadParser()
  const table = loadKindTable(parser)
  const shapes = createShapes(parser)
  const python = await loadPyodide({ stderr: () => undefined })
  python.FS.writeFile('places.py', readFileSync(new URL('../support/places.py', import.meta.url)))
  python.runPython('import places')
  const [theirs, parses] = [
    python.runPython('places.places'),
    python.runPython('places.syntax_error'),
  ]
  const folder = new URL('../../fixtures/differentials/', import.meta.url)
  const seeds = readdirSync(folder).flatMap((name) =>
    JSON.parse(readFileSync(new URL(name, folder), 'utf8')).cases.map(({ source }) => source),
  )

  const isAccepted = (text) => {
    const { tree } = examine(parser, new Source(text), { sourceBytes: 1e6, depth: 1000 })
    if (tree === undefined) return false
    let accepted = true
    const report = () => (accepted = false)
    for (let node = 0; node < tree.count; node++) {
      if (table.denied[tree.kind[node]] !== 0) reportDeniedKind(table, tree, node, report)
      shapes.checks[tree.kind[node]]?.(tree, node, report)
    }
    shapes.checkLines(tree, report)
    return accepted
  }

  return (random) => {
    const words = (text) => text.match(/\w+|\s+|[^\w\s]/g) ?? []
    const seed = () => (random.chance(0.7) ? random.pick(seeds) : new Generator(random).program())
    const parts = words(seed())
    for (let edits = 1 + random.below(3); edits > 0; edits--) {
      const at = random.below(parts.length + 1)
      if (random.chance(0.25)) parts.splice(at, 1)
      else if (random.chance(0.7)) parts.splice(at, random.below(2), random.pick(PIECES))
      else {
        const other = words(seed())
        const from = random.below(other.length)
        parts.splice(at, 0, ...other.slice(from, from + 1 + random.below(5)))
      }
    }
    const text = parts.join('')
    if (!isAccepted(text)) return { kind: 'refused' }
    const error = parses(text)
    if (error !== '')
      return ONLY_CPYTHON_KNOWS.test(error)
        ? { kind: 'unknown to us' }
        : { kind: 'over-accepted', finding: `CPython: ${error}\n${JSON.stringify(text)}` }
    // Columns of CPython are bytes: comparable for ASCII only.
    if (/[^\0-\x7f]/.test(text)) return { kind: 'accepted' }
    const proxy = theirs(text)
    const [a, b] = [proxy.toJs().sort().join('\n'), placesOf(parser, text).sort().join('\n')]
    proxy.destroy()
    return a === b
      ? { kind: 'alike' }
      : { kind: 'differ', finding: `CPython:\n${a}\nwe:\n${b}\n${JSON.stringify(text)}` }
  }
}
