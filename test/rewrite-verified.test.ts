/**
 * What `check` accepts and `rewrite` writes, the guest's translation and verifier accept: two
 * descriptions of one restricted language, made apart. And what the verifier compiles does what the source does.
 */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createChecker, type Checker } from '../src/pipeline.js'
import { program } from './support/generated.js'
import { guardFixtures } from './support/guards.js'
import { FAILING, PROGRAMS } from './support/programs.js'
import { Python } from './support/python.js'

let checker: Checker
let python: Python

beforeAll(async () => {
  ;[checker, python] = await Promise.all([createChecker({ modules: 'standard' }), Python.load()])
})

/** Why a source is refused: by whom, under which code, with what words; undefined when both accept it. */
function refusal(source: string): string | undefined {
  const rewritten = checker.rewrite(source)
  if (!rewritten.ok) return `check ${rewritten.diagnostics[0]!.code}`
  const compiled = python.compile({ text: rewritten.code })
  return compiled.ok ? undefined : `verify ${compiled.code} ${compiled.message}`
}

describe('programs', () => {
  /** What the language leaves out on purpose. */
  const REFUSED = {
    'generic classes': 'check PR203',
    classes: 'check PR203',
    exceptions: 'check PR203',
    'globals at the start of statements': 'check PR301',
  } as Readonly<Record<string, string>>

  test.each(Object.entries({ ...PROGRAMS, ...FAILING }))('%s', (name, source) => {
    expect(refusal(source)).toBe(REFUSED[name])
  })
})

describe('lines of fixtures/guards', () => {
  const lines = guardFixtures().flatMap(({ name, source }) =>
    source
      .split('\n')
      .filter((line) => /^[^\s#@)\]}]/.test(line))
      .map((line) => ({ name, line })),
  )

  test('are accepted by the verifier wherever check accepts them', () => {
    const refused = lines
      .map(({ name, line }) => ({ name, line, why: refusal(line) }))
      .filter(({ why }) => why?.startsWith('verify'))
    expect(refused).toEqual([])
  })

  test('are mostly accepted by check', () => {
    // The others are first lines of statements that go on, or what the language leaves out.
    expect(
      lines.filter(({ line }) => refusal(line) === undefined).length / lines.length,
    ).toBeGreaterThan(0.9)
  })
})

describe('programs by chance', () => {
  test('are accepted by the verifier wherever check accepts them, unless CPython refuses the source itself', () => {
    let accepted = 0
    fc.assert(
      fc.property(program, (source) => {
        const why = refusal(source)
        if (why === undefined) accepted += 1
        // PR901 is CPython's own word, and check may not know all of its reasons.
        else if (!why.startsWith('check') && !why.startsWith('verify PR901')) expect.fail(why)
      }),
      { numRuns: 300 },
    )
    expect(accepted).toBeGreaterThan(150)
  })
})
