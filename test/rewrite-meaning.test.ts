/**
 * Rewriting keeps the meaning: CPython reads the guarded text, its guards are taken out, and what is left compiles to the
 * source's own bytecode; run with guards that let everything pass, it does what the source does.
 */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Rewriting } from '../src/rewrite/rewrite.js'
import { loadCPython, type CPython } from './support/cpython.js'
import { NAMES, program } from './support/generated.js'
import { guardFixtures, loadRewrite, type Rewrite } from './support/guards.js'
import { comparePositions } from './support/positions.js'
import { FAILING, PROGRAMS } from './support/programs.js'

let rewrite: Rewrite
let python: CPython
let compare: (source: string, guarded: string) => string | undefined
let differs: (source: string, guarded: string, names?: string) => string | undefined
let outcome: (source: string) => string

beforeAll(async () => {
  ;[rewrite, python] = await Promise.all([
    loadRewrite(),
    loadCPython('unguard', 'passthrough', 'stdlib'),
  ])
  compare = python.function('unguard.compare')
  differs = python.function('passthrough.differs')
  outcome = python.function('passthrough.outcome')
})

describe('taking the guards out gives the source back', () => {
  test.each(guardFixtures())('$name', ({ source, expected }) => {
    expect(compare(source, expected)).toBeUndefined()
  })
  test.each(Object.entries({ ...PROGRAMS, ...FAILING }))('%s', (_, source) => {
    expect(compare(source, rewrite(source).code)).toBeUndefined()
  })
})

describe('a guarded program does what its source does', () => {
  test.each(Object.entries(PROGRAMS))('%s', (_, source) => {
    expect(differs(source, rewrite(source).code)).toBeUndefined()
    // It is no comparison of two failures.
    expect(outcome(source)).toMatch(/ended .*, \[\]\)$/)
  })
  test.each(Object.entries(FAILING))('failing: %s', (_, source) => {
    expect(differs(source, rewrite(source).code)).toBeUndefined()
    expect(outcome(source)).toMatch(/, \[\d+(, \d+)*\]\)$/)
  })
})

describe('where brackets nest too deeply', () => {
  test.each([
    (links: number) => `x = a${'.b'.repeat(links)}`,
    (links: number) => `x = [a${'[b]'.repeat(links - 1)}]`,
    (links: number) => `f'{a${'.b'.repeat(links - 1)}}'`,
    (links: number) => `x = a${'(*b)'.repeat(links)}`,
  ])('CPython says the same: %s', (chain) => {
    expect(rewrite(chain(200)).tooDeepAt).toBe(-1)
    expect(compare(chain(200), rewrite(chain(200)).code)).toBeUndefined()
    expect(rewrite(chain(201)).tooDeepAt).toBeGreaterThan(0)
    expect(compare(chain(201), rewrite(chain(201)).code)).toMatch('too many nested parentheses')
  })
})

describe('the standard library', () => {
  /** One in fifteen of the files: all of them take a minute and a half (REWRITE_ALL=1). */
  const every = process.env['REWRITE_ALL'] ? 1 : 15

  test('comes back from its guarded text, positions included', () => {
    const source = python.function<[string], string | undefined>('stdlib.source')
    const failures: Record<string, string> = {}
    let [files, compared, differing] = [0, 0, 0]
    for (const [index, name] of python.function<[], string[]>('stdlib.names')().entries()) {
      const text = index % every === 0 ? source(name) : undefined
      if (text === undefined) continue
      files += 1
      const rewriting = rewrite(text)
      const difference = compare(text, rewriting.code)
      if (difference !== undefined) {
        failures[name] = difference
        continue
      }
      const positions = comparePositions(python, text, rewriting)
      compared += positions.compared
      differing += positions.differing
    }
    expect(failures).toEqual({})
    expect(files).toBeGreaterThan(500 / every)
    // The texts of replacement fields with `=`, which no error points to: 19 of 1.9 million.
    expect(differing / compared).toBeLessThan(0.00003)
  }, 300_000)
})

describe('programs by chance', () => {
  test('compile, run and point to places as their sources do', () => {
    let [accepted, refused] = [0, 0]
    fc.assert(
      fc.property(program, (source) => {
        const rewriting = tryRewrite(source)
        const difference = rewriting && compare(source, rewriting.code)
        if (rewriting === undefined || difference?.startsWith('no Python')) {
          refused += 1
          return
        }
        accepted += 1
        expect(difference).toBeUndefined()
        expect(differs(source, rewriting.code, NAMES)).toBeUndefined()
        // A field that shows itself has its text in another place.
        if (!/= ?[}!:]/.test(source))
          expect(comparePositions(python, source, rewriting).first).toBeUndefined()
      }),
      { numRuns: Number(process.env['REWRITE_RUNS'] ?? 200) },
    )
    expect(refused / (accepted + refused)).toBeLessThan(0.35)
  })

  /** Undefined where tree-sitter finds an error, which some honest programs are. */
  function tryRewrite(source: string): Rewriting | undefined {
    try {
      return rewrite(source)
    } catch (error) {
      if (error instanceof SyntaxError) return undefined
      throw error
    }
  }
})
