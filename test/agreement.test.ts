/**
 * The checker and the guest's verifier say the same of every statement of the rule fixtures. The checker is left out of the
 * way: what it refuses is rewritten all the same, and must be refused by the verifier; what it accepts must not be.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { createChecker, type Checker } from '../src/index.js'
import { createRewriter, type Rewriting } from '../src/rewrite/rewrite.js'
import { loadParser, type Parser } from '../src/syntax/parse.js'
import type { Tree } from '../src/syntax/tree.js'
import {
  DEFINABLE_METHODS,
  DENIED_ATTRIBUTES,
  GUARDED_DUNDERS,
  SETTABLE_DUNDERS,
} from '../src/trusted/language/language.js'
import { fixtureNames, readFixture } from './support/fixtures.js'
import { Python } from './support/python.js'

let python: Python
let checker: Checker
let parser: Parser
let rewriteTree: (tree: Tree) => Rewriting

beforeAll(async () => {
  ;[python, checker, parser] = await Promise.all([
    Python.load(),
    createChecker({ modules: 'standard' }),
    loadParser(),
  ])
  rewriteTree = createRewriter(parser)
})

const MAY_BE_GUARDED = new Set([...GUARDED_DUNDERS, ...SETTABLE_DUNDERS, ...DEFINABLE_METHODS])

/** What is decided for good at run time: builtins, modules, name strings, format strings, metaclasses. */
const AT_RUN_TIME = ['PR208', 'PR209', 'PR210', 'PR211', 'PR301', 'PR302', 'PR402']

/**
 * Refused by the checker alone. A guard called as the rewriter would call it does what it does; `print >>a, b` is a tuple,
 * which nobody means.
 */
const HARMLESS = [
  "_getattr_(x, 'y')\n",
  'print >>a, b\n',
  // Translation takes annotations of plain names off; CPython itself refuses such slots when the class is made.
  'x: _metaclass_ = 1\n',
  "class G:\n    __slots__ = ('not a name',)  # error: 17 [PR406]\n",
  // Slots are judged when the class is made.
  "class F:\n    __slots__ = ('gi_frame',)  # error: 17 [PR406]\n",
  "class I:\n    __slots__ = (*names, '__class__')  # error: 17 [PR406]\n",
]

/** Whether the checker refuses dunders alone that a policy may have guarded: then the guards of a run answer, for all policies. */
function isGuarded(statement: string, refusals: readonly string[]): boolean {
  const code = statement.replace(/#.*$/gm, '')
  return (
    refusals.every((code) => code === 'PR203' || code === 'PR204') &&
    [...code.matchAll(/\.\s*(\w+)\b/g)].every(
      ([, name]) =>
        MAY_BE_GUARDED.has(name!) ||
        !(/^__\w+__$/.test(name!) || DENIED_ATTRIBUTES.includes(name!)),
    )
  )
}

/** The module's statements, each as a source of its own. */
function statements(source: string): readonly string[] {
  const { skip, start, end, kind } = parser.parse(source)
  const comment = parser.kindId('comment')
  const found: string[] = []
  for (let child = 1; child < skip[0]!; child = skip[child]!) {
    const text = source.slice(start[child], end[child])
    if (kind[child] !== comment && text !== ';') found.push(`${text}\n`)
  }
  return found
}

describe.each(fixtureNames().filter((name) => /^PR[1-4]/.test(name)))('%s', (name) => {
  test('is judged alike, statement by statement', () => {
    let judged = 0
    for (const { source, options } of readFixture(name)) {
      if (options.mode === 'eval') continue
      for (const statement of statements(source)) {
        if (parser.parse(statement).hasError) continue
        const refusals = checker.check(statement).diagnostics.map(({ code }) => code)
        if (
          HARMLESS.includes(statement) ||
          (refusals.length > 0 && isGuarded(statement, refusals)) ||
          (refusals.length > 0 && refusals.every((code) => AT_RUN_TIME.includes(code)))
        )
          continue
        const rewritten = checker.rewrite(statement)
        const compiled = python.compile({
          text: rewritten.ok ? rewritten.code : rewriteTree(parser.parse(statement)).code,
        })
        const verdict = compiled.ok ? 'accepted' : compiled.code
        expect([statement, refusals.length > 0 ? 'refused' : 'accepted']).toEqual([
          statement,
          verdict === 'accepted' ? verdict : 'refused',
        ])
        judged += 1
      }
    }
    // That fixture is of the mode eval from end to end.
    if (name !== 'PR102-one-expression') expect(judged).toBeGreaterThan(0)
  })
})
