/** A guest's own tracebacks lead to the places of the source that the host's lead to: `src/guest/sources.py` against `map.ts`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { utf8Edits } from '../src/rewrite/edits.js'
import { createMapper } from '../src/rewrite/map.js'
import { loadCPython } from './support/cpython.js'
import { program } from './support/generated.js'
import { guardFixtures, loadRewrite, type Rewrite } from './support/guards.js'

const MODULE = readFileSync(join(import.meta.dirname, '../src/guest/sources.py'), 'utf8')

let rewrite: Rewrite
/** The columns in bytes that a text of the module `sources.py` makes of these places, each as a start and as an end. */
let columns: (module: string, source: string, edits: string, places: string) => number[]
beforeAll(async () => {
  rewrite = await loadRewrite()
  columns = (await loadCPython('source_places')).function('source_places.columns')
})

/** Some programs by chance are beyond tree-sitter's grammar. */
function isRead(source: string): boolean {
  try {
    rewrite(source)
    return true
  } catch {
    return false
  }
}

/** Characters of two, three and four bytes among those of one; and line ends of both kinds. */
const text = fc
  .tuple(program, fc.constantFrom('s', 'é', '→', '😀é'), fc.boolean())
  .map(([written, sign, windows]) => {
    const signed = written.replaceAll('"s"', `"${sign}"`)
    return windows ? signed.replaceAll('\n', '\r\n') : signed
  })

/** Each boundary of a character in the guarded text, with where both say that it is in the source. */
function places(source: string, module = MODULE): readonly [host: unknown, guest: unknown] {
  fc.pre(isRead(source))
  const { code, edits } = rewrite(source)
  const mapper = createMapper(source, code, edits)
  const lines = source.split('\n')
  const asked: [line: number, column: number][] = []
  for (const [index, line] of code.split('\n').entries()) {
    let column = 0
    for (const character of [...line, '']) {
      asked.push([index + 1, column])
      column += Buffer.byteLength(character)
    }
  }
  const host = asked.map(([line, column]) =>
    (['start', 'end'] as const).map((edge) => {
      const at = mapper.toSource(line, column, edge).column - 1
      return Buffer.byteLength(lines[line - 1]!.slice(0, at))
    }),
  )
  const told = Buffer.from(utf8Edits(source, code, edits).buffer).toString('hex')
  const guest = columns(module, source, told, JSON.stringify(asked))
  return [host.flat(), guest]
}

test('of programs by chance', () => {
  fc.assert(
    fc.property(text, (source) => {
      const [host, guest] = places(source)
      expect(guest).toEqual(host)
    }),
    { numRuns: 150 },
  )
})

test.each(guardFixtures())('of fixtures/guards/$name', ({ source }) => {
  const [host, guest] = places(source)
  expect(guest).toEqual(host)
})

describe('a mistake by one is seen:', () => {
  test.each([
    ['at the beginning of an edit', 'bisect_right if is_start', 'bisect_left if is_start'],
    ['at its end', 'inside >= self._inserted[at]', 'inside > self._inserted[at]'],
    ['within it', 'inside > 0 and is_start', 'inside > 1 and is_start'],
    ['after it', '+ inside - self._inserted[at]', '+ inside - self._inserted[at] + 1'],
    [
      'at the beginning of a line',
      'bisect_left(self._from, start)',
      'bisect_right(self._from, start)',
    ],
    ['at the end of a line', 'self._starts[number] - 1', 'self._starts[number] - 2'],
    [
      'of a name',
      ' * (inside > 0 and is_start and not self._is_name[at])',
      ' * (inside > 0 and is_start)',
    ],
  ])('%s', (_, right, wrong) => {
    expect(MODULE.split(right)).toHaveLength(2)
    const module = MODULE.replace(right, wrong)
    const { failed } = fc.check(
      fc.property(text, (source) => {
        const [host, guest] = places(source, module)
        return JSON.stringify(guest) === JSON.stringify(host)
      }),
      { numRuns: 150, endOnFailure: true },
    )
    expect(failed).toBe(true)
  })
})
