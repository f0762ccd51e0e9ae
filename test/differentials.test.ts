/**
 * Where tree-sitter and CPython read a program otherwise: each such program is refused, or its tree is set right; and where
 * they agree, what people write is accepted. CPython itself is asked as well: nodes of the same kinds at the same places.
 */
import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { NAMED } from '../src/syntax/tree.js'
import { loadCPython } from './support/cpython.js'
import { expressionOf, judge, parser } from './support/judge.js'
import { pythonish } from './support/pythonish.js'

/** One program, and what must become of it: a code under which it is refused, or nothing, and maybe its tree. */
interface Case {
  readonly what: string
  readonly source: string
  readonly refused?: string
  readonly tree?: string
}

const folder = new URL('../fixtures/differentials/', import.meta.url)
const files = readdirSync(folder).map((name) => {
  const { about, cases } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { about: string, cases: readonly Case[] }
  return { name, about, cases }
})
const all = files.flatMap(({ cases }) => cases)

describe.each(files)('$name', ({ cases }) => {
  test.each(cases)('$what: $source', ({ source, refused, tree }) => {
    expect(judge(source).map(({ code }) => code)[0]).toBe(refused)
    if (tree !== undefined) expect(expressionOf(source)).toBe(tree)
  })
})

describe('CPython', () => {
  let placesOf: (source: string) => readonly string[] | undefined
  let compiles: (source: string) => string
  let library: () => readonly string[]
  let read: (name: string) => string
  beforeAll(async () => {
    const python = await loadCPython('places')
    placesOf = python.function('places.places')
    compiles = python.function('places.refusal')
    library = python.function('places.library')
    read = python.function('places.read')
  })

  /** Undefined when both see the same; a program with characters beyond ASCII is not compared, its columns differ. */
  function disagreement(source: string): string | undefined {
    const theirs = placesOf(source)
    if (theirs === undefined) return 'CPython refuses it'
    const ours = new Set(ourPlaces(source))
    const missing = theirs.filter((place) => !ours.has(place))
    const added = [...ours].filter((place) => !theirs.includes(place))
    return missing.length + added.length === 0 ? undefined : `missing ${missing.join('; ')}, added ${added.join('; ')}`
  }

  test.each(all.filter(({ refused, source }) => refused === undefined && /^[\0-\x7f]*$/.test(source)))('sees the same nodes: $source', ({ source }) => {
    expect(disagreement(source)).toBeUndefined()
  })

  test.each(all.filter(({ refused }) => refused !== undefined && /^PR01[1-7]|^PR009/.test(refused)))('$source: is refused by CPython or read otherwise', ({ source }) => {
    expect(compiles(source) !== '' || disagreement(source) !== undefined || KNOWN_STRICTER.has(source)).toBe(true)
  })

  test('sees the same nodes in its own library, none of which is refused for its syntax', () => {
    const differing: string[] = []
    for (const name of library().filter((_, index) => index % 8 === 0)) {
      const source = read(name)
      const reported = judge(source).map(({ code, message }) => `${name}: ${code} ${message}`)
      differing.push(...reported)
      if (reported.length === 0 && source.length < 150_000 && /^[\0-\x7f]*$/.test(source)) {
        const found = disagreement(source)
        if (found !== undefined) differing.push(`${name}: ${found}`)
      }
    }
    expect(differing).toEqual([])
  }, 240_000)

  test('sees the same nodes in random text that both accept', () => {
    let accepted = 0
    fc.assert(fc.property(pythonish, (text) => {
      if (!/^[\0-\x7f]*$/.test(text) || judge(text).length > 0 || placesOf(text) === undefined) return
      accepted += 1
      expect(disagreement(text)).toBeUndefined()
    }), { numRuns: 3_000 })
    expect(accepted).toBeGreaterThan(50)
  }, 120_000)
})

/** Refused by design though both parsers could agree, or agree by chance. */
const KNOWN_STRICTER = new Set(["x = f'''{a:\n}'''\n", "x = f'{a:\\N{COLON}>9}'\n"])

const KINDS = new Map([
  ['attribute', 'Attribute'], ['member_type', 'Attribute'], ['call', 'Call'], ['subscript', 'Subscript'], ['generic_type', 'Subscript'],
  ['list_splat', 'Starred'], ['lambda', 'Lambda'],
])

/** Attributes, calls, items, stars, lambdas and statements with their places, as `places.py` lists them. Not in patterns. */
function ourPlaces(source: string): string[] {
  const tree = parser.parse(source)
  const starts = [0]
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  const place = (offset: number): string => {
    let line = starts.length
    while (starts[line - 1]! > offset) line -= 1
    return `${line}:${offset - starts[line - 1]!}`
  }
  const kindOf = (node: number): string => (node < 0 ? '' : parser.kindName(tree.kind[node]!))
  const found: string[] = []
  for (let node = 0; node < tree.count; node += 1) {
    if ((tree.flags[node]! & NAMED) === 0) continue
    const kind = kindOf(node)
    if (kind === 'case_pattern') {
      node = tree.skip[node]! - 1
      continue
    }
    const around = kindOf(tree.parent[node]!)
    const isStar = kind === 'list_splat_pattern' ? !/parameter/.test(around) : kind === 'splat_type' && !isTypeParameter(node)
    // The name of a type alias with parameters is no item.
    if (kind === 'generic_type' && parser.fieldName(tree.field[tree.parent[node]!]!) === 'left') continue
    if (KINDS.has(kind) || isStar) found.push(`${KINDS.get(kind) ?? 'Starred'} ${place(tree.start[node]!)}-${place(tree.end[node]!)}`)
    else if (/_statement$|_definition$/.test(kind) && kind !== 'decorated_definition') found.push(`${depthOf(node)} ${place(tree.start[node]!)}`)
  }
  return found

  function isTypeParameter(node: number): boolean {
    const list = tree.parent[tree.parent[node]!]!
    const owner = kindOf(tree.parent[list]!)
    return /_definition$/.test(owner) || (owner === 'generic_type' && kindOf(tree.parent[tree.parent[tree.parent[list]!]!]!) === 'type_alias_statement')
  }

  function depthOf(node: number): number {
    let depth = 0
    for (let at = node; at > 0; at = tree.parent[at]!) if (kindOf(at) === 'block' && kindOf(tree.parent[at]!) !== 'match_statement') depth += 1
    return depth
  }
}
