/** The shape checks: what they say, of which stretch, that they are linear, and that they know their grammar. */
import { describe, expect, test } from 'vitest'
import { createShapes } from '../src/check/shapes.js'
import {
  AT_END,
  AT_FIELD,
  AT_PROBLEM,
  BYTES,
  FIELDS,
  INVALID,
  LiteralReader,
  PREFIX_SHIFT,
  RAW,
  readPrefix,
  TRIPLE,
} from '../src/check/shapes/literal-reader.js'
import { InstallationError } from '../src/errors.js'
import { judge, parser } from './support/judge.js'

/** What is reported: line, the text it is about, the message, and the hint. */
const said = (text: string): readonly string[] =>
  judge(text).map(
    ({ message, hint, span: { start, end } }) =>
      `${start.line} ⟨${text.slice(start.offset, end.offset)}⟩ ${message}${hint === undefined ? '' : ` | ${hint}`}`,
  )

describe('a report names the place, the matter and the remedy:', () => {
  test.each([
    [
      'x = 0777\n',
      '1 ⟨0777⟩ not a number in Python 3 | write octal numbers as `0o17`, and long ones without a suffix',
    ],
    ['await = 1\n', '1 ⟨await⟩ a keyword cannot be a name | choose another name'],
    ["x = ur'a'\n", "1 ⟨ur'a'⟩ `ur` is no prefix of a string in Python 3"],
    [
      "b'\\N', '#'\n",
      "1 ⟨b'\\N'⟩ readers of Python disagree about this string | double each backslash that is meant as one, or write a raw string",
    ],
    [
      "'a\\x4b' '\\x4'\n",
      "1 ⟨'\\x⟩ `\\x` needs 2 hexadecimal digits of a character | double the backslash, or write a raw string",
    ],
    ["b'é'\n", "1 ⟨b'é⟩ bytes hold ASCII characters only | write `\\xNN`, or encode a string"],
    [
      "'a' b'b'\n",
      "1 ⟨b'b'⟩ a string and bytes cannot be joined | give both the prefix `b`, or neither",
    ],
    ['x = `y`\n', '1 ⟨`y`⟩ backquotes of Python 2 | write `repr(...)`'],
    [
      "f'{x!z}'\n",
      '1 ⟨!z⟩ a conversion is one of `!r`, `!s` and `!a` | put the expression in parentheses, or compute it before the f-string',
    ],
    [
      "f'{x:\\N{COLON}>3}'\n",
      '1 ⟨:\\N⟩ `\\N{...}` cannot stand in a format | compute the format before the f-string, and insert it: `{value:{format}}`',
    ],
    ['x := 1\n', '1 ⟨x := 1⟩ an assignment expression here needs parentheses'],
    [
      'x = *a\n',
      '1 ⟨*a⟩ a starred value cannot stand here | put it in a list or a tuple: `[*values]`',
    ],
    ['[*a or b]\n', '1 ⟨a or b⟩ the value of a star here needs parentheses'],
    ['from a import b.c\n', '1 ⟨b.c⟩ what is imported from a module is a plain name'],
    [
      'from __future__ import annotations.division, division as d\n',
      '1 ⟨annotations.division⟩ what is imported from a module is a plain name',
    ],
    [
      'def f(*a: *b if c else d): pass\n',
      '1 ⟨b if c else d⟩ the value of a star here needs parentheses',
    ],
    [
      '*a = b\n',
      '1 ⟨*a⟩ a starred target must be in a list or tuple | add a comma: `*rest, = values`',
    ],
    ['a if lambda: b else c\n', '1 ⟨lambda: b⟩ a lambda here needs parentheses'],
    ['f(a as b)\n', '1 ⟨a as b⟩ `as` cannot stand here | write `name := value`, in parentheses'],
    [
      'f(a for b in c, 1)\n',
      '1 ⟨,⟩ a generator expression beside other arguments needs parentheses',
    ],
    ['[a for b in c, d]\n', '1 ⟨,⟩ a list of values here needs parentheses'],
    [
      'f(a=1, b)\n',
      '1 ⟨b⟩ a positional argument follows a keyword argument | write positional arguments first',
    ],
    ['def f(a=1, b): pass\n', '1 ⟨b⟩ a parameter without a default follows one with a default'],
    ['def f(*, **k): pass\n', '1 ⟨*⟩ named parameters must follow a bare `*`'],
    [
      'if a:\n# nothing\nb\n',
      '1 ⟨if a:⟩ an indented block must follow | write `pass` where nothing is to be done',
    ],
    [
      'if a: b\nelif c:\nd\n',
      '2 ⟨elif c:⟩ an indented block must follow | write `pass` where nothing is to be done',
    ],
    ['raise A, b\n', '1 ⟨A, b⟩ `raise` takes one exception | write `raise Error(message)`'],
    [
      'try: a\nexcept A, B as e: b\n',
      '2 ⟨B as e⟩ several exceptions with `as` need parentheses | write `except (A, B) as error:`',
    ],
    ['try: a\nelse: b\nfinally: c\n', '1 ⟨try⟩ `except` must stand between `try` and `else`'],
    ['a = b += c\n', '1 ⟨b += c⟩ this assignment cannot be part of another | write two statements'],
    ['match a:\n  case {b: 1}: pass\n', '2 ⟨b⟩ a key is a literal or a dotted name'],
    [
      'if a:\n    b\n  c\n',
      '3 ⟨c⟩ this line must not be indented | indent each block alike, with spaces only',
    ],
    [
      'if a:\n  if b:\n      c\n    d\n',
      '4 ⟨d⟩ indentation that matches no enclosing block | indent each block alike, with spaces only',
    ],
    [
      'if a:\n\tb\n        c\n',
      '3 ⟨c⟩ this line mixes tabs and spaces otherwise than the lines around it | indent each block alike, with spaces only',
    ],
    [
      'if a:\n  b\n  \\\n  c\n',
      '4 ⟨c⟩ a backslash begins this line, and hides how far the next one is indented | remove the line',
    ],
    [
      'x =\n  1\n',
      '2 ⟨1⟩ a statement ends at the end of its line | put the expression in parentheses',
    ],
    [
      'x = 1 \\\n',
      '1 ⟨\\⟩ a backslash at the end of the source joins its line to nothing | remove it',
    ],
  ])('%j', (text, expected) => expect(said(text)).toEqual([expected]))
})

describe('the check of lines', () => {
  test.each([
    ['if a:\n  b\n', 0],
    ['if a: b\n', 0],
    ['if a: \\\n  b\n', 0],
    ['if a: b; \\\n  c\n', 0],
    ['x = """\n  a\n""" + (\n1)\n', 0],
    ['x = f"""{\na}""" \\\n  + b\n', 0],
    ['x[\n1\n]\n', 0],
    ['from a import (\nb,\n)\n', 0],
    ['with (\na as b,\nc as d,\n):\n  e\n', 0],
    ['def f(\na,\nb): return (\n  c)\n', 0],
    ['@a\n# b\n@c\ndef d(): pass\n', 0],
    ['class A:\n\n  # b\n\n  c = 1\n', 0],
    ['match a:\n  case A(\n  b): pass\n  case {\n1: c}: pass\n', 0],
    ['try: a\nexcept A: b\nelse: c\nfinally: d\n', 0],
    ['if a:\n  try: b\n  finally: c\nelif d: e\nelse:\n    f\n', 0],
    ['if a: # b \\\n  c\n', 0],
    ['a\\\n.b\n', 0],
    ['x = 1 \\\n# c\ny\n', 0],
    ['def f[\nT\n](): pass\n', 0],
    ['x = [a for b in\n c if\n d]\n', 0],
    ['assert a, \\\n  b\n', 0],
    ['\n\n  # x\n\ny\n', 0],
    ['if a:\r\n  b\r\n  c = [\r\n1]\r\n', 0],
    ['if a:\r\n  b \\\r\n + c\r\n', 0],
    ['@a\n  def b(): pass\n', 1],
    ['if a:\n  b\n   \nc\n d\n', 1],
    ['a\n+b\n', 0],
    ['x = (a\n) + \\\nb\n', 0],
    ['for x in y: pass\n else: z\n', 1],
    ['class A:\n  x = 1\n   \\\n  y = 2\n', 1],
    ['x \\\n\\\n\\\n = 1\n', 0],
    ['(\n\\\n\\\n1)\n', 0],
    ['x = a. \\\n\nb\n', 1],
  ])('%j: %i', (text, count) => expect(judge(text).length).toBe(count))
})

describe('the reader of literals', () => {
  test.each([
    ["'", 0, 0],
    ['"""', 0, TRIPLE],
    ["r'''", 1, RAW | TRIPLE],
    ["Rb'", 2, RAW | BYTES],
    ["bR'", 2, RAW | BYTES],
    ['F"', 1, FIELDS],
    ["tr'", 2, FIELDS | RAW],
    ["u'", 1, 0],
    ["ur'", 2, RAW | INVALID],
    ["bf'", 2, BYTES | FIELDS | INVALID],
    ["rr'", 2, RAW | INVALID],
    ["ft'", 2, FIELDS | INVALID],
    ["x'", 1, INVALID],
    ["''x", 0, 0],
  ])('reads the prefix of %j', (text, length, bits) =>
    expect(readPrefix(text, 0)).toBe(bits | (length << PREFIX_SHIFT)),
  )

  const read = (literal: string, inFormat = false): string => {
    const bits = readPrefix(literal, 0)
    const quote = literal.charCodeAt(bits >> PREFIX_SHIFT)
    const reader = new LiteralReader()
    const found = reader.read(
      literal,
      (bits >> PREFIX_SHIFT) + ((bits & TRIPLE) !== 0 ? 3 : 1),
      bits,
      quote,
      inFormat,
    )
    return `${{ [AT_END]: 'end', [AT_FIELD]: 'field', [AT_PROBLEM]: 'problem' }[found]!} ${reader.end}`
  }
  test.each([
    ["'a' + b", 'end 3'],
    ["'\\'a' + b", 'end 5'],
    ["r'\\'a' + b", 'end 6'],
    ["'''a''b''' + c", 'end 10'],
    ["'a\\\nb'c", 'end 6'],
    ["'a\\\r\nb'c", 'end 7'],
    ["'a\nb'", 'problem 2'],
    ["'a", 'problem 2'],
    ["'''\n'''", 'end 7'],
    ["b'\\N\\'", 'problem 6'],
    ["b'\\u\\'', c", 'end 7'],
    ["'\\N{A B}'", 'end 9'],
    ["'\\N{'", 'problem 3'],
    ["f'a{{}}{b}'", 'field 7'],
    ["f'\\{b}'", 'field 3'],
    ["rf'\\{b}'", 'field 4'],
    ["f'}'", 'problem 3'],
    ["f'\\N{A}{b}'", 'field 7'],
    ["rf'\\N{A}'", 'field 5'],
    ["'\\U0010ffff'", 'end 12'],
    ["'\\U00110000'", 'problem 3'],
    ["b'\\x4'", 'problem 4'],
    ["b'\\U1'", 'end 6'],
  ])('reads %j', (literal, expected) => expect(read(literal)).toBe(expected))

  test.each([
    ["f'>5}", 'end 4'],
    ["f'>{w}", 'field 3'],
    ["f'{{1}", 'field 2'],
    ["f'>'", 'problem 3'],
    ["f'''>'}", 'end 6'],
    ["f'''>\n}", 'problem 5'],
    ["f'\\'>4}", 'end 6'],
  ])('reads the format in %j', (literal, expected) => expect(read(literal, true)).toBe(expected))
})

describe('wide sources are judged in linear time:', () => {
  const n = 20_000
  test.each([
    ['names of an import', `from a import (\n${'b,\n'.repeat(n)})\n`],
    ['arguments', `f(\n${'a,\n'.repeat(n)})\n`],
    ['keys', `x = {${'1: 2, '.repeat(n)}}\n`],
    ['fields', `f'${'{a:{b}}'.repeat(n)}'\n`],
    ['fields that show themselves', `f'${'{a=}'.repeat(n)}'\n`],
    ['strings', `x = (${"'a' ".repeat(n)})\n`],
    ['joined statements', `a${'; \\\n a'.repeat(n)}\n`],
    ['joined terms', `x = [${'a, \\\n'.repeat(n)}]\n`],
    ['stars', `x = [${'*a(b), '.repeat(n)}]\n`],
    ['assignment expressions', `x = [${'a := 1, '.repeat(n)}]\n`],
    ['with items', `with (${'a as b, '.repeat(n)}): pass\n`],
    ['handlers', `try: a\n${'except A: b\n'.repeat(n)}`],
    ['cases', `match a:\n${'  case b, *c: d\n'.repeat(n)}`],
    ['keys of a pattern', `match a:\n  case {${'1: b, '.repeat(n)}}: pass\n`],
    ['comments in a block', `if a:\n${'  b # c\n'.repeat(n)}`],
    ['decorators', `${'@a\n'.repeat(n)}def f(): pass\n`],
    ['blocks', 'if a:\n    b\nelse:\n    c\n'.repeat(n / 4)],
  ])('%s', (_name, text) => {
    const begun = performance.now()
    expect(judge(text)).toEqual([])
    expect(performance.now() - begun).toBeLessThan(15_000)
  })
})

test('a grammar that lacks a kind the checks speak of is refused', () => {
  const older = {
    ...parser,
    kindId: (name: string, named?: boolean): number => {
      if (name === 'except_clause')
        throw new InstallationError('the grammar has no kind "except_clause"')
      return parser.kindId(name, named)
    },
  }
  expect(() => createShapes(older)).toThrow(InstallationError)
})
