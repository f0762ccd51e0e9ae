/** Rules are data: file, fixture and emitting code agree, in all directions. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createChecker, explain, RuleError } from '../src/index.js'
import { compileRules } from '../src/rules/ruleset.js'
import { loadRules, parseRules } from '../src/rules/load.js'
import { parseQuery } from '../src/rules/query.js'
import { loadParser } from '../src/syntax/parse.js'
import { fixtureNames, readFixture } from './support/fixtures.js'

const rules = [...loadRules().values()]
const source = new URL('../src/', import.meta.url)

/** Reported by the guest's compiler, or while a file is decoded, or of what no small UTF-8 file can hold: no fixture shows these. */
const OF_OTHERS = /^PR9|^PR019|^PR020|^PR001|^PR018|^PR503/

/** Codes that occur as string literals in src/, by file, where the checks are. */
const emitted = new Set(
  readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter(
      (file) =>
        /^(check|syntax|pipeline|sandbox|trusted|cli)/.test(file) && /\.(ts|py)$/.test(file),
    )
    .flatMap((file) =>
      [...readFileSync(new URL(file, source), 'utf8').matchAll(/'(PR\d{3})'/g)].map(
        ([, code]) => code!,
      ),
    ),
)

describe('every rule', () => {
  test.each(rules.map(({ rule, hasQuery }) => ({ code: rule.code, rule, hasQuery })))(
    '$code is emitted by its query or by code',
    ({ code, hasQuery }) => {
      // PR018 is emitted under the kind table's first entry, the others by their codes.
      expect(
        hasQuery || emitted.has(code),
        `neither the file of ${code} has a query, nor does a file of src/ say '${code}'`,
      ).toBe(true)
    },
  )

  test('has a name and a code of its own', () => {
    expect(new Set(rules.map(({ rule }) => rule.name)).size).toBe(rules.length)
    expect(new Set(rules.map(({ rule }) => rule.code)).size).toBe(rules.length)
  })

  test('is explained', () => {
    for (const { rule } of rules) expect(explain(rule.code)).toBe(rule)
    expect(explain('PR998')).toBeUndefined()
    expect(explain('pr203')).toBeUndefined()
    expect(explain('__proto__')).toBeUndefined()
  })

  test.each(rules.filter(({ rule }) => !OF_OTHERS.test(rule.code)).map(({ rule }) => rule))(
    '$code has a fixture that is refused and accepted',
    ({ code, name }) => {
      const chunks = readFixture(`${code}-${name}`)
      const expected = chunks.flatMap((chunk) => chunk.expected)
      expect(expected.some((report) => report.code === code)).toBe(true)
      // Somewhere, a line of code has nothing expected of it.
      const silent = chunks.some((chunk) =>
        chunk.source
          .split('\n')
          .some(
            (line, index) =>
              line.trim() !== '' &&
              !line.trim().startsWith('#') &&
              !chunk.expected.some((report) => report.line === index + 1),
          ),
      )
      expect(silent).toBe(true)
    },
  )
})

test('every fixture has a rule', () => {
  const names = new Set(rules.map(({ rule }) => `${rule.code}-${rule.name}`))
  expect(fixtureNames().filter((name) => !names.has(name))).toEqual([])
})

test('every code that is emitted has a rule', () => {
  expect([...emitted].filter((code) => !loadRules().has(code))).toEqual([])
})

test('codes and names in src/syntax/syntax-rules.ts are those of the files', async () => {
  const { SYNTAX_RULES } = await import('../src/syntax/syntax-rules.js')
  for (const { code, name } of Object.values(SYNTAX_RULES))
    expect({ code, name }).toEqual({ code, name: explain(code)?.name })
})

test('the tables of hints speak of names that are refused', async () => {
  const hints = await import('../src/rules/hints.js')
  const { READABLE_DUNDERS, DEFINABLE_METHODS } = await import(
    '../src/trusted/language/language.js'
  )
  expect(
    Object.keys(hints.DUNDER_ATTRIBUTE_HINTS).filter((name) => READABLE_DUNDERS.includes(name)),
  ).toEqual([])
  expect(
    Object.keys(hints.SPECIAL_METHOD_HINTS).filter((name) => DEFINABLE_METHODS.includes(name)),
  ).toEqual([])
  const { MODULE_HINTS, MODULE_NAME_HINTS } = await import('../src/check/module-hints.js')
  const { FILE_MODULES, MODULES } = await import('../src/trusted/language/modules.js')
  expect(
    Object.keys(MODULE_HINTS).filter((name) =>
      Object.hasOwn({ ...MODULES, ...FILE_MODULES }, name),
    ),
  ).toEqual([])
  expect(
    Object.keys(MODULE_NAME_HINTS).filter((key) => {
      const dot = key.lastIndexOf('.')
      const names = { ...MODULES, ...FILE_MODULES }[key.slice(0, dot)]
      return names === undefined || names.includes(key.slice(dot + 1))
    }),
  ).toEqual([])
})

test('what a module does not show is told what to use instead, imported or read', async () => {
  const hinting = await createChecker({ modules: 'standard' })
  const hintsOf = (source: string): (string | undefined)[] => {
    const { diagnostics, warnings } = hinting.check(source)
    return [...diagnostics, ...warnings].map(({ hint }) => hint)
  }
  expect(hintsOf('from types import new_class')).toEqual(['write a `class` statement'])
  expect(hintsOf('import typing\ntyping.ForwardRef')).toEqual([
    'write the name of the class as a string',
  ])
  expect(hintsOf('from math import sqr')).toEqual(['did you mean `sqrt`?'])
  expect(hintsOf('import pathlib')).toEqual([
    'grant it: `"modules": { "pathlib": "*" }`, or "standard files"',
  ])
})

describe('a rule file is refused, with file and line,', () => {
  const header =
    '; PR999 made-up\n;\n; ## Denies\n; It.\n;\n; ## Why\n; It.\n;\n; ## Instead\n; It.\n\n'
  const refusal = async (text: string, name = 'PR999-made-up.scm'): Promise<string> => {
    const parser = await loadParser()
    try {
      compileRules(parseRules([[name, text]]).values(), parser)
    } catch (error) {
      if (error instanceof RuleError) return error.message
      throw error
    }
    return 'accepted'
  }
  const message = '(#set! message "no")'

  test.each([
    ['nothing', `((identifier) @deny ${message})`, 'accepted'],
    [
      'an unknown kind',
      `((identifer) @deny ${message})`,
      'grammar-rules/PR999-made-up.scm:12: the grammar has no kind "identifer"',
    ],
    [
      'an unknown token',
      `("whilst" @deny ${message})`,
      'grammar-rules/PR999-made-up.scm:12: the grammar has no token "whilst"',
    ],
    [
      'an unknown field',
      `((call callee: (identifier) @deny) ${message})`,
      'grammar-rules/PR999-made-up.scm:12: the grammar has no field "callee"',
    ],
    [
      'an anchor',
      `((call . (identifier) @deny) ${message})`,
      'grammar-rules/PR999-made-up.scm:12: expected a pattern, not "."',
    ],
    [
      'a quantifier',
      `((block (identifier)* @deny)\n${message})`,
      'grammar-rules/PR999-made-up.scm:12: "*" is outside the subset of queries that rules may use',
    ],
    [
      'a wildcard at the top',
      `((_) @deny ${message})`,
      'grammar-rules/PR999-made-up.scm:12: a pattern must begin with a kind, not with a wildcard',
    ],
    [
      'an unknown predicate',
      `((identifier) @deny\n  (#starts? @deny "a") ${message})`,
      'grammar-rules/PR999-made-up.scm:13: there is no predicate #starts?',
    ],
    [
      'an unknown table',
      `((identifier) @deny (#in? @deny guard) ${message})`,
      'grammar-rules/PR999-made-up.scm:12: there is no table of names "guard"',
    ],
    [
      'a bad pattern',
      `((identifier) @deny (#match? @deny "(") ${message})`,
      'grammar-rules/PR999-made-up.scm:12: Invalid regular expression: /(/: Unterminated group',
    ],
    [
      'an unknown capture',
      `((identifier) @deny (#eq? @x "a") ${message})`,
      'grammar-rules/PR999-made-up.scm:12: no capture @x',
    ],
    [
      'two captures compared',
      `((call (identifier) @deny (_) @x) (#eq? @deny @x) ${message})`,
      'grammar-rules/PR999-made-up.scm:12: #eq? cannot compare two captures',
    ],
    [
      'no message',
      '((identifier) @deny)',
      'grammar-rules/PR999-made-up.scm:12: the pattern sets no message',
    ],
    [
      'no @deny',
      `((identifier) @x ${message})`,
      'grammar-rules/PR999-made-up.scm:12: a pattern captures either @deny or @allow',
    ],
    [
      'an unknown property',
      `((identifier) @deny ${message} (#set! massage "no"))`,
      'grammar-rules/PR999-made-up.scm:12: #set! does not know "massage"',
    ],
    [
      'an unknown table of hints',
      `((identifier) @deny ${message} (#set! hints nowhere))`,
      'grammar-rules/PR999-made-up.scm:12: there is no table of hints "nowhere"',
    ],
    [
      'an open parenthesis',
      `((identifier) @deny ${message}`,
      'grammar-rules/PR999-made-up.scm:12: the query ends too early',
    ],
    [
      'a captured group',
      `((identifier) @deny ${message}) @x`,
      'grammar-rules/PR999-made-up.scm:12: a group cannot be captured',
    ],
  ])('for %s', async (_, query, expected) => {
    expect(await refusal(header + query)).toBe(expected)
  })

  test('for its name, its first line, its sections, a code taken', async () => {
    expect(await refusal(header, 'PR99-made-up.scm')).toBe(
      'grammar-rules/PR99-made-up.scm:1: a rule file is named PRnnn-rule-name.scm',
    )
    expect(await refusal(header, 'PR998-made-up.scm')).toBe(
      'grammar-rules/PR998-made-up.scm:1: the first line must be "; PR998 made-up"',
    )
    expect(await refusal(header.replace('## Why', '## Reason'))).toBe(
      'grammar-rules/PR999-made-up.scm:6: there is no section "Reason"',
    )
    expect(await refusal(header.replace('; ## Why\n; It.\n', ''))).toBe(
      'grammar-rules/PR999-made-up.scm:1: the header has no "## Why"',
    )
    expect(await refusal(header.replace('; ## Why\n; It.\n', '; ## Why\n'))).toBe(
      'grammar-rules/PR999-made-up.scm:1: section "Why" is empty',
    )
    expect(() =>
      parseRules([
        ['PR999-made-up.scm', header],
        ['PR999-made-up-too.scm', header.replace('made-up', 'made-up-too')],
      ]),
    ).toThrow(
      'grammar-rules/PR999-made-up.scm:1: PR999 is the code of grammar-rules/PR999-made-up-too.scm already',
    )
  })
})

test('queries are read as tree-sitter reads them', () => {
  const [query] = parseQuery(
    '; a comment\n((call function: (_) @f !alias ["(" (argument_list) @a]) (#any-of? @f "a\\"b" c) (#set! message "m\\n;"))',
    'x',
  )
  expect(query).toEqual({
    pattern: {
      type: 'node',
      kind: 'call',
      named: true,
      field: undefined,
      absentFields: ['alias'],
      captures: [],
      line: 2,
      children: [
        {
          type: 'node',
          kind: undefined,
          named: true,
          field: 'function',
          absentFields: [],
          captures: ['f'],
          children: [],
          line: 2,
        },
        {
          type: 'choice',
          field: undefined,
          captures: [],
          line: 2,
          options: [
            {
              type: 'node',
              kind: '(',
              named: false,
              field: undefined,
              absentFields: [],
              captures: [],
              children: [],
              line: 2,
            },
            {
              type: 'node',
              kind: 'argument_list',
              named: true,
              field: undefined,
              absentFields: [],
              captures: ['a'],
              children: [],
              line: 2,
            },
          ],
        },
      ],
    },
    predicates: [{ name: 'any-of?', capture: 'f', arguments: ['a"b', 'c'], line: 2 }],
    properties: { message: 'm\n;' },
  })
})

test('a rule exempts what an @allow pattern after it captures', async () => {
  const checker = await createChecker()
  expect(checker.check('super().__init__()').diagnostics).toEqual([])
  expect(checker.check('super().__class__').diagnostics.map(({ code }) => code)).toEqual(['PR203'])
})

describe('what rule files say is so', () => {
  test('codes they mention exist', () => {
    const mentioned = new Set(rules.flatMap(({ text }) => text.match(/PR\d{3}/g) ?? []))
    expect([...mentioned].filter((code) => !loadRules().has(code))).toEqual([])
  })

  const shown = rules
    .map(({ rule }) => rule)
    .filter(({ code, example }) => example !== undefined && !OF_OTHERS.test(code))
  test.each(shown)(
    '$code refuses in its example what it says, and no more',
    async ({ code, example }) => {
      const checker = await createChecker({ modules: 'standard' })
      const options = EXAMPLE_OPTIONS[code] ?? {}
      const { diagnostics, warnings } = checker.check(example!, options)
      const lines = example!
        .split('\n')
        .flatMap((line, index) => (/# (refused|raises)\b/.test(line) ? [index + 1] : []))
      const reported = [...diagnostics, ...warnings]
        .filter((report) => report.code === code)
        .map(({ span }) => span.start.line)
      expect([...new Set(reported)]).toEqual(lines)
    },
  )
})

/** How the examples that say so in words are to be read. */
const EXAMPLE_OPTIONS: Readonly<Record<string, { mode?: 'eval'; names?: string[] }>> = {
  PR102: { mode: 'eval' },
  PR209: { names: ['price', 'quantity'] },
}
