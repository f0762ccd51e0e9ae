/**
 * Where tree-sitter and CPython read a program otherwise: each such program is refused, or its tree is set right; and where
 * they agree, what people write is accepted. CPython itself is asked as well: nodes of the same kinds at the same places.
 */
import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadCPython } from './support/cpython.js'
import { expressionOf, judge, parser } from './support/judge.js'
import { placesOf as ourPlacesOf } from './support/places.mjs'
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
  const { about, cases } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as {
    about: string
    cases: readonly Case[]
  }
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
    const ours = new Set(ourPlacesOf(parser, source))
    const told = new Set(theirs)
    const missing = theirs.filter((place) => !ours.has(place))
    const added = [...ours].filter((place) => !told.has(place))
    return missing.length + added.length === 0
      ? undefined
      : `missing ${missing.join('; ')}, added ${added.join('; ')}`
  }

  test.each(
    all.filter(({ refused, source }) => refused === undefined && /^[\0-\x7f]*$/.test(source)),
  )('sees the same nodes: $source', ({ source }) => {
    expect(disagreement(source)).toBeUndefined()
  })

  test.each(
    all.filter(({ refused }) => refused !== undefined && /^PR01[1-7]|^PR009/.test(refused)),
  )('$source: is refused by CPython or read otherwise', ({ source }) => {
    expect(
      compiles(source) !== '' || disagreement(source) !== undefined || KNOWN_STRICTER.has(source),
    ).toBe(true)
  })

  test('sees the same nodes in its own library, none of which is refused for its syntax', () => {
    const differing: string[] = []
    for (const name of library().filter((_, index) => index % 16 === 0)) {
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
    fc.assert(
      fc.property(pythonish, (text) => {
        if (!/^[\0-\x7f]*$/.test(text) || judge(text).length > 0 || placesOf(text) === undefined)
          return
        accepted += 1
        expect(disagreement(text)).toBeUndefined()
      }),
      { numRuns: 1_500 },
    )
    expect(accepted).toBeGreaterThan(50)
  }, 120_000)
})

/** Refused by design though both parsers could agree, or agree by chance. */
const KNOWN_STRICTER = new Set(["x = f'''{a:\n}'''\n", "x = f'{a:\\N{COLON}>9}'\n"])
