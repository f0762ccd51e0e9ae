/** The text filter, positions, and what is said of syntax that could not be read. */
import { describe, expect, test } from 'vitest'
import { Source } from '../src/syntax/source.js'
import { lineBreaksInBrackets, replaced, withoutCommentRuns } from '../src/syntax/shadow.js'
import { judge } from './support/judge.js'

/** Code, and line and column from and to. */
const reported = (text: string): readonly string[] =>
  judge(text).map(
    ({ code, span: { start, end } }) =>
      `${code} ${start.line}:${start.column}-${end.line}:${end.column}`,
  )

const messages = (text: string): readonly string[] =>
  judge(text).map(({ message, span: { start } }) => `${start.line}:${start.column} ${message}`)

describe('positions', () => {
  const at = (text: string, offset: number): string => {
    const { line, column, offset: clamped } = new Source(text).position(offset)
    return `${line}:${column} ${clamped}`
  }
  test.each([
    ['', 0, '1:1 0'],
    ['ab\ncd', 2, '1:3 2'],
    ['ab\ncd', 3, '2:1 3'],
    ['ab\r\ncd', 3, '1:4 3'],
    ['ab\r\ncd', 4, '2:1 4'],
    // Python ends a line at a lone carriage return.
    ['ab\rcd', 3, '2:1 3'],
    ['ab\r\rcd\n', 7, '4:1 7'],
    ['é😀x', 3, '1:4 3'],
    ['ab\n', 3, '2:1 3'],
    ['ab', 99, '1:3 2'],
    ['ab', -1, '1:1 0'],
  ])('of %j at %i', (text, offset, position) => expect(at(text, offset)).toBe(position))
})

describe('refused wherever they stand', () => {
  test.each([
    ['x = 1 # \ud83d', ['PR001 1:9-1:10']],
    ["x = '\udc00'\n", ['PR001 1:6-1:7']],
    ["x = '😀\ud83d'\n", ['PR001 1:8-1:9']],
    ['x = 1\0\n', ['PR002 1:6-1:7']],
    ['# \0\n"\0"', ['PR002 1:3-1:4', 'PR002 2:2-2:3']],
    ['# x\rimport os\n', ['PR003 1:4-2:1']],
    ['x = 1\r\r\n', ['PR003 1:6-2:1']],
    ["'''\r'''", ['PR003 1:4-2:1']],
    ['x = 1\r', ['PR003 1:6-2:1']],
    ["x = 'a\u202eb'\n", ['PR006 1:7-1:8']],
    ['# \u2066\u2069', ['PR006 1:3-1:4', 'PR006 1:4-1:5']],
  ])('%j', (text, expected) => expect(reported(text)).toEqual(expected))

  test('and reported ten times at most', () => expect(reported('\0'.repeat(100)).length).toBe(10))
})

describe('refused in code, and left alone in strings and comments', () => {
  test.each([
    ['\ufeffx = 1\n', ['PR005 1:1-1:2']],
    ['x =\u200b1\n', ['PR005 1:4-1:5']],
    ['x = (1 +\n\u2060 2)\n', ['PR005 2:1-2:2']],
    ['x =\v1\n', ['PR004 1:4-1:5']],
    ["x = f'{\u200bx}'\n", ['PR005 1:8-1:9']],
    ["x = '\ufeff\u200b\u2060\v' # \ufeff\u200b\u2060\v\n", []],
    ["x = f'\u200b{x:\u200b>3}\u200b'\n", []],
    ["x = '''\n\u200b\n''' r'\u200b\\\\' + b''\n", []],
    ["x = '\u200e\u200f\u061c' # \u200e\n", []],
  ])('%j', (text, expected) => expect(reported(text)).toEqual(expected))
})

describe('accepted text', () => {
  test.each([
    'x = 1\r\nif x:\r\n    y = 2\r\n',
    '\n\f\nx = 1\n\f\ndef f():\n    pass\n',
    'if a:\n\tb\n\n\tc\n',
    '# -*- coding: latin-1 -*-\nx = "é"\n',
    'π = 1\nｉｆ = 2\nx.naïve\n',
    'x # \x85 \u2028\ny\n',
    '',
    '\n',
    '# only a comment',
  ])('%j', (text) => expect(judge(text)).toEqual([]))
})

describe('syntax errors are told by', () => {
  test.each([
    ['x = (1, 2\ny = 3\nz = 4\n', ['1:5 `(` is never closed']],
    ['x = [1, 2)\n', ['1:10 `)` does not close `[`']],
    ['x = 1)\n', ['1:6 `)` closes nothing']],
    ["x = 'abc\ny = 1\n", ['1:5 this string has no end']],
    ['x = """abc\n', ['1:5 this string has no end']],
    ['if x\n    y\n', ['1:5 `:` is missing']],
    ['for x in y  # comment\n    pass\n', ['1:11 `:` is missing']],
    ['x = = 2\n', ['1:5 invalid syntax near `=`']],
    ['x = $y\n', ['1:5 invalid syntax near `$`']],
    ['import\n', ["1:1 Expected one or more names after 'import'"]],
    ['def f(x):\nreturn x\n', ['1:1 an indented block must follow']],
  ])('%j', (text, expected) => expect(messages(text)).toEqual(expected))

  test('ten reports at most, whatever the text', () => {
    expect(judge('a $ b\n'.repeat(1000)).length).toBeLessThanOrEqual(10)
  })
})

describe('the text that tree-sitter is given', () => {
  test('keeps short runs of comments, and every length', () => {
    const text = 'def f():\n    # a\n    # b\n    pass\n'
    expect(withoutCommentRuns(text)).toBe(text)
    const long = `def f():\n${'    # none\n'.repeat(5_000)}    pass\n`
    const thinned = withoutCommentRuns(long)!
    expect(thinned.length).toBe(long.length)
    expect(thinned.includes('#')).toBe(false)
    expect(thinned.split('\n').length).toBe(long.split('\n').length)
  })

  test('keeps lines of a run that could mean something in a string', () => {
    const quoted = ["    # it's", '    # "', '    # \\', '    # {', '    # }']
    const long = `def f():\n${'    # none\n'.repeat(5_000)}${quoted.join('\n')}\n    pass\n`
    expect(
      withoutCommentRuns(long)!
        .split('\n')
        .filter((line) => line.includes('#')),
    ).toEqual(quoted)
  })

  test('has line breaks in brackets replaced, but for those of comments', () => {
    const text = 'f(a,\n b # c\n, \'(\', "\\"(")\n[1]\n'
    expect(lineBreaksInBrackets(text)).toEqual([{ at: 4, letter: ' ' }])
    expect(replaced(text, lineBreaksInBrackets(text))).toBe(text.replace('\n', ' '))
    expect(lineBreaksInBrackets("x = ''' (\n'''\n(\n)\n")).toEqual([{ at: 15, letter: ' ' }])
    expect(lineBreaksInBrackets('")\n(\n')).toEqual([{ at: 4, letter: ' ' }])
  })
})
