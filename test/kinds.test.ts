/** The table of kinds is total: it lists what the grammar has, nothing else, and refuses the rest. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadKindTable, parseKindTable } from '../src/check/kinds.js'
import { RuleError } from '../src/errors.js'
import { ERROR_KIND } from '../src/syntax/tree.js'
import { judge, parser } from './support/judge.js'

const text = readFileSync(new URL('../grammar-rules/kinds.txt', import.meta.url), 'utf8')
const listed = text
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .flatMap((line) => {
    const [verdict, ...kinds] = line.match(/"[^"]+"|\S+/g) ?? []
    return verdict === 'deny' ? kinds.slice(1) : kinds
  })
const own = parser.kinds.map(({ name, named }) => (named ? name : `"${name}"`))

describe('grammar-rules/kinds.txt', () => {
  test('lists every kind of the grammar', () =>
    expect(own.filter((kind) => !listed.includes(kind))).toEqual([]))

  test('lists no kind that the grammar has not', () =>
    expect(listed.filter((kind) => !own.includes(kind))).toEqual([]))

  test('lists each once', () => expect(listed.length).toBe(new Set(listed).size))

  test('agrees with node-types.json, whose kinds a tree can hold', () => {
    const types = JSON.parse(
      readFileSync(
        new URL('../node_modules/tree-sitter-python/src/node-types.json', import.meta.url),
        'utf8',
      ),
    ) as { type: string; named: boolean; subtypes?: unknown }[]
    const kinds = types
      .filter(({ subtypes }) => subtypes === undefined)
      .map(({ type, named }) => (named ? type : `"${type}"`))
    expect(kinds.filter((kind) => !listed.includes(kind))).toEqual([])
    // An alias of an expression under `as`, which the file leaves out.
    expect(listed.filter((kind) => !kinds.includes(kind))).toEqual(['as_pattern_target'])
  })
})

describe('the table', () => {
  const table = loadKindTable(parser)
  const denial = (name: string, named = true): string | undefined => {
    const entry = table.denied[parser.kindId(name, named)]!
    return entry === 0 ? undefined : table.denials[entry]!.code
  }

  test('refuses every id that the grammar has not, and not ERROR, which is reported as such', () => {
    const known = new Set(parser.kinds.map(({ id }) => id))
    const unknown = Array.from({ length: 65536 }, (_, id) => id).filter((id) => !known.has(id))
    expect(
      unknown.filter(
        (id) => table.denials[table.denied[id]!]!.code !== 'PR018' || table.denied[id] === 0,
      ),
    ).toEqual([ERROR_KIND])
  })

  test('refuses the leftovers of Python 2 and nothing else', () => {
    const denied = parser.kinds
      .filter(({ id }) => table.denied[id] !== 0)
      .map(({ name, named }) => `${name} ${denial(name, named)}`)
    expect(denied.sort()).toEqual([
      '<> PR112',
      'chevron PR110',
      'exec PR111',
      'exec_statement PR111',
      'print PR110',
      'print_statement PR110',
    ])
  })

  test('marks what is guarded', () => {
    expect(table.guarded[parser.kindId('attribute')]).toBe(1)
    expect(table.guarded[parser.kindId('identifier')]).toBe(0)
  })

  test('reports a statement and its parts once', () => {
    expect(
      judge('print >>f, "x"\n').map(
        ({ code, span }) => `${code} ${span.start.offset}-${span.end.offset}`,
      ),
    ).toEqual(['PR110 0-14'])
  })

  test('refuses a kind that a newer grammar adds', () => {
    const newer = {
      ...parser,
      kinds: [...parser.kinds, { id: 300, name: 'goto_statement', named: true }],
    }
    expect(parseKindTable(text, newer).denied[300]).toBe(1)
  })
})

describe('an ill-formed list is refused with its line:', () => {
  const refusal = (list: string): string => {
    try {
      parseKindTable(list, parser)
    } catch (error) {
      if (error instanceof RuleError) return error.message
      throw error
    }
    return 'accepted'
  }
  test.each([
    [
      'allow module\npermit block',
      'grammar-rules/kinds.txt:2: "permit" is none of allow, guard and deny',
    ],
    ['allow goto_statement', 'grammar-rules/kinds.txt:1: the grammar has no kind goto_statement'],
    ['allow "module"', 'grammar-rules/kinds.txt:1: the grammar has no kind "module"'],
    ['allow module\n\nguard block module', 'grammar-rules/kinds.txt:3: module is listed twice'],
    ['deny PR998 module', 'grammar-rules/kinds.txt:1: no rule has the code PR998'],
    ['deny', 'grammar-rules/kinds.txt:1: a code is missing'],
  ])('%j', (list, message) => expect(refusal(list)).toBe(message))
})
