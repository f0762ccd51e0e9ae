/**
 * Text that is no Python: `check` says what is wrong, and what to write instead, for the mistakes that people and models make; a
 * run says what CPython's parser says where that is more; and evaluated text raises CPython's words. What CPython warns of when it
 * compiles is a warning of `check` and of the outcome.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { check, createSandbox, type Sandbox } from '../src/index.js'
import { loadCPython } from './support/cpython.js'
import { returned } from './support/outcomes.js'

let sandbox: Sandbox
let full: Sandbox
let cpythonSays: (source: string) => Record<string, unknown>
beforeAll(async () => {
  const said = (await loadCPython('syntax_errors')).function<[string], string>('syntax_errors.said')
  cpythonSays = (source) => JSON.parse(said(source)) as Record<string, unknown>
  sandbox = await createSandbox({ modules: 'standard', evaluate: true }, { isolation: 'thread' })
  full = await createSandbox({ language: 'full' }, { isolation: 'thread' })
})
afterAll(() => Promise.all([sandbox.close(), full.close()]))

const COMMA = 'invalid syntax. Perhaps you forgot a comma?'
const EQUALS = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?"
const TARGET = (what: string): string =>
  `cannot assign to ${what} here. Maybe you meant '==' instead of '='?`
/** Source, where, message, hint. */
const MISTAKES: readonly (readonly [string, string, string, string?])[] = [
  ['x = 1\nif x = 1:\n    pass', '2:4', EQUALS],
  ['x = [1 2]', '1:6', COMMA],
  ['f(a b)', '1:3', COMMA],
  ["f'}'", '1:3', "f-string: single '}' is not allowed", 'write `}}`'],
  ["f'{a'", '1:5', "f-string: expecting '}'"],
  ['print(“hi”)', '1:7', "invalid character '“' (U+201C)", 'write `"`'],
  ['x = 5 − 3', '1:7', "invalid character '−' (U+2212)", 'write `-`'],
  ['x\u00a0= 1', '1:2', 'invalid non-printable character U+00A0', 'write a space'],
  ['f() = 3', '1:1', TARGET('function call')],
  ['5 = x', '1:1', TARGET('literal')],
  ['a + 1 = 2', '1:1', TARGET('expression')],
  ['None = 1', '1:1', 'cannot assign to None'],
  ['1x = 3', '1:1', 'invalid decimal literal', 'a name does not begin with a digit'],
  ['import a from b', '1:1', "Did you mean to use 'from ... import ...' instead?"],
  [
    '```python\nprint(1)\n```',
    '1:1',
    'invalid syntax near `````',
    'this is a fence of Markdown: give what stands between the fences alone',
  ],
  [
    '>>> print(1)',
    '1:1',
    'invalid syntax near `>>>`',
    'this is the prompt of an interactive session: leave it out, and what was printed',
  ],
  [
    '%matplotlib inline',
    '1:1',
    'invalid syntax near `%matplotlib`',
    'a command of a notebook is no Python: leave it out',
  ],
  [
    '!pip install numpy',
    '1:1',
    'invalid syntax near `!pip`',
    'a command of a notebook is no Python: leave it out; `not` negates',
  ],
  ['if a && b: pass', '1:6', 'invalid syntax near `&&`', 'write `and`'],
  ['i++', '1:2', 'invalid syntax near `++`', 'write `+= 1`'],
  ['x === y', '1:3', 'invalid syntax near `===`', 'write `==`'],
  ['else if x: pass', '1:1', "expected ':' after `else`", 'write `elif`'],
  ['for i in range(3) print(i)', '1:19', "expected ':'", 'write `:` before `print`'],
  ['if x == 1 return 2', '1:11', "expected ':'", 'write `:` before `return`'],
  [
    'for = 3',
    '1:1',
    'invalid syntax near `for`',
    "`for` is a word of Python's own: write another name",
  ],
  [
    'x = 1\nelif x: pass',
    '2:1',
    'invalid syntax near `elif`',
    'no `if` is open here: look how far the lines before are indented',
  ],
  ['if x: y = 1\nelse: y = = 2', '2:11', 'invalid syntax near `=`'],
  ['if x: y = 1 print(2)', '1:11', 'invalid syntax near `1`'],
  [
    'f = lambda x: return x',
    '1:15',
    'invalid syntax near `return`',
    'a lambda holds one expression, which is what it returns: leave `return` out',
  ],
  ['a = b c', '1:7', 'invalid syntax near `c`'],
  ['foreach x in y: pass', '1:1', 'invalid syntax near `foreach`', 'write `for`'],
  ['=x + 1', '1:1', 'invalid syntax near `=`', 'leave it out: a formula begins with its value'],
  ['let x = 5', '1:1', 'invalid syntax near `let x`', 'a variable is not declared: write `x = 1`'],
  ['x = y ? 1 : 2', '1:7', 'invalid syntax near `?`', 'write `a if condition else b`'],
  [
    'Here is the code:\nprint(1)',
    '1:1',
    'invalid syntax near `Here is the code:`',
    'this reads as prose: give the code alone, or make it a comment with `#`',
  ],
]

test.each(MISTAKES)('check: %s', async (source, at, message, hint) => {
  const { diagnostics } = await check(source)
  const told = diagnostics.map(({ code, message, hint, span: { start } }) => [
    code,
    `${start.line}:${start.column}`,
    message,
    hint,
  ])
  expect(told).toEqual([['PR010', at, message, hint]])
  const outcome = await sandbox.run(source)
  expect(outcome).toMatchObject({ status: 'refused', diagnostics: [{ code: 'PR010', message }] })
})

const ANNOTATION = 'the checker cannot read what follows `a[b]` in an annotation'
const REST = (sign: string): string =>
  `the checker cannot read \`${sign}\` among the targets of an assignment`
const UNPACK = 'Python can: name the rest, `*rest, c = x`, and unpack it in a line of its own'

test.each([
  ['x: a[b](c)', '1:4', ANNOTATION, 'Python can: write `(a[b])`'],
  ['x.y: a[b].c(d) = 1', '1:6', ANNOTATION, 'Python can: write `(a[b])`'],
  ['def f(x: int) -> a[b][c]: pass', '1:18', ANNOTATION, 'Python can: write `(a[b])`'],
  ['type X = a[b](c)', '1:10', ANNOTATION, 'Python can: write `(a[b])`'],
  ['[*[a, b], c] = x', '1:2', REST('*['), UNPACK],
  ['*(a), b = x', '1:1', REST('*('), UNPACK],
  ['for *[a, b], c in x: pass', '1:5', REST('*['), UNPACK],
])('Python that the checker cannot read is called that: %s', async (source, at, message, hint) => {
  expect(cpythonSays(source)).toEqual({})
  const { diagnostics } = await check(source)
  expect(
    diagnostics.map(({ code, message, hint, span: { start } }) => [
      code,
      `${start.line}:${start.column}`,
      message,
      hint,
    ]),
  ).toEqual([['PR010', at, message, hint]])
  expect(await sandbox.run(source)).toMatchObject({
    status: 'refused',
    diagnostics: [{ code: 'PR010', message }],
  })
})

test.each([
  'x = [1, 2',
  'd = {1: 2, 3}',
  'x = 5 if y',
  'for f() in x: pass',
  'f(a.b=1)',
  "f'{}'",
  'import',
  'x = "abc',
  'def f()\n  pass',
  '[a, 1] = 3',
  '(x.y := 5)',
])('a run says what CPython says: %s', async (source) => {
  const python = cpythonSays(source)
  expect(await sandbox.run(source)).toMatchObject({
    status: 'refused',
    diagnostics: [{ code: 'PR010', message: python.msg, span: { start: { line: python.lineno } } }],
  })
})

describe('evaluated text raises what CPython raises', () => {
  test.each([
    ...MISTAKES.map(([source]) => source),
    'x = 1 +',
    '  x = 1',
    'if 1:\nx',
    'if 1:\n  x\n y',
    'return 1',
    'break',
    'print "x"',
    'def f(a, a=1, b): pass',
    'f(a=1, 2)',
    'x = 08',
    'try:\n  pass\nx = 1',
  ])('%s', async (source) => {
    const told = returned(
      await sandbox.run(
        `told = None\ntry: exec(${JSON.stringify(source)})\nexcept SyntaxError as e: told = {'type': type(e).__name__, 'msg': e.msg, 'lineno': e.lineno, 'offset': e.offset}\ntold`,
      ),
    )
    expect(told).toEqual(cpythonSays(source))
  })
})

describe('warnings of what surely is a mistake', () => {
  const source = `import re
re.findall('\\d', '1')
if re is 5: pass
assert (re, 'told')
def f():
    try: pass
    finally:
        if re:
            return 1
`

  test('check knows the common ones', async () => {
    const { ok, warnings } = await check(source, { policy: { modules: 'standard' } })
    expect([ok, warnings.map(({ code, span }) => [code, span.start.line])]).toEqual([
      true,
      [
        ['PR604', 2],
        ['PR604', 3],
        ['PR604', 4],
        ['PR604', 9],
      ],
    ])
  })

  test('each is said of what it is about, where a line has several', async () => {
    const outcome = await sandbox.run('x = 1\nprint("\\d", x is 1, x is 2)')
    expect(outcome.warnings?.map(({ message, span }) => [span.start.column, message])).toEqual([
      [
        7,
        '"\\d" is an invalid escape sequence. Such sequences will not work in the future. Did you mean "\\\\d"? A raw string is also an option.',
      ],
      [13, '"is" with \'int\' literal. Did you mean "=="?'],
      [21, '"is" with \'int\' literal. Did you mean "=="?'],
    ])
  })

  test('an outcome has all of them, with their lines', async () => {
    const lines = [2, 3, 4, 9]
    const restricted = await sandbox.run(source)
    expect(restricted.warnings?.map(({ code, span }) => [code, span.start.line])).toEqual(
      lines.map((line) => ['PR604', line]),
    )
    expect(restricted.warnings?.[1]).toEqual({
      code: 'PR604',
      rule: 'syntax-warning',
      message: '"is" with \'int\' literal. Did you mean "=="?',
      hint: 'compare with `==` or `!=`',
      span: {
        start: { line: 3, column: 4, offset: 35 },
        end: { line: 3, column: 11, offset: 42 },
      },
    })
    const told = await full.run(source)
    expect(told.warnings?.map(({ message, span }) => [span.start.line, message])).toEqual([
      [
        2,
        '"\\d" is an invalid escape sequence. Such sequences will not work in the future. Did you mean "\\\\d"? A raw string is also an option.',
      ],
      [3, '"is" with \'int\' literal. Did you mean "=="?'],
      [4, 'assertion is always true, perhaps remove parentheses?'],
      [9, "'return' in a 'finally' block"],
    ])
  })

  test('also what check warns of besides, in sessions too; nothing where there is nothing', async () => {
    await using session = await sandbox.session()
    const outcome = await session.run('import json\ntry: json.nothing\nexcept AttributeError: pass')
    expect(outcome.warnings?.map(({ code, message }) => [code, message])).toEqual([
      ['PR602', 'module `json` shows no `nothing`: reading it raises AttributeError'],
    ])
    expect('warnings' in (await session.run('1'))).toBe(false)
    expect('warnings' in (await sandbox.run('x +'))).toBe(false)
  })
})
