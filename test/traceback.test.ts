/** Tracebacks, beside those that CPython 3.14 prints for the same programs; and records that no guest of ours sends. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { loadPyodide } from 'pyodide'
import { beforeAll, describe, expect, test } from 'vitest'
import { Lines } from '../src/rewrite/lines.js'
import { createMapper } from '../src/rewrite/map.js'
import { anchorOf } from '../src/sandbox/anchors.js'
import { readException } from '../src/sandbox/exception.js'
import type { Value } from '../src/trusted/channel/values.js'

let anchorsOfCPython: (segment: string) => [number, number, number, number] | 'invalid' | undefined
let cpython: (source: string) => [string, Value]

beforeAll(async () => {
  const python = await loadPyodide()
  python.runPython(readFileSync(new URL('support/record-exception.py', import.meta.url), 'utf8'))
  python.runPython(readFileSync(new URL('support/caret-anchors.py', import.meta.url), 'utf8'))
  const anchors = python.globals.get('anchors') as (
    segment: string,
  ) => { toJs(): [number, number, number, number] } | string | undefined
  anchorsOfCPython = (segment) => {
    const found = anchors(segment)
    return typeof found === 'string' ? 'invalid' : found?.toJs()
  }
  const run = python.globals.get('run') as (source: string) => {
    toJs(options: object): [string, Value]
  }
  cpython = (source) => run(source).toJs({ dict_converter: nullRecord })
}, 60_000)

const nullRecord = (entries: Iterable<[string, Value]>): Value =>
  Object.assign(Object.create(null) as object, Object.fromEntries(entries)) as Value

/** Positions are those of the source itself: what is tested here is the printing. */
const sourceOf = (source: string) => ({
  lines: new Lines(source),
  mapper: createMapper(source, source, new Int32Array(0)),
})
const ours = (source: string, record: Value) => {
  const main = sourceOf(source)
  return readException(record, (file) => (file === 'main.py' ? main : undefined))
}

const PROGRAMS: Record<string, string> = {
  'an operator': 'x = 1\ny = (x + 2) / (x - 1)\n',
  'operators of two characters': 'def f(a, b):\n    return a // b + 1\nf(1, 0)\n',
  'an operator, spaced': 'a = 1\nb = "x"\nc = 5 * ( a )   +   ( b )\n',
  'a subscript': 'd = {"a": {"b": 1}}\nprint(d["a"]["c"])\n',
  'a call that is the statement': 'def f():\n    raise ValueError("no")\nf()\n',
  'a call within an expression': 'def f(x):\n    return int(x) + 1\nprint(f("z"))\n',
  'a returned call': 'def f(x):\n    return int(x)\ndef g(x):\n    return f(x)\nr = g("z")\n',
  'a method, returned': 'def f(x):\n    return x.nothing()\nf(1)\n',
  'an assigned call': 'x = int("z")\n',
  'an attribute': 'x = 1\nx.nothing.more\n',
  'a whole statement': 'def f():\n  raise KeyError("k")\nf()\n',
  'several lines': 'def f(*a):\n    raise ValueError(a)\nf(\n    1,\n    2,\n    3,\n)\n',
  'an operator on a line of its own': 'x = [1,\n     2]\ny = (\n    x[0]\n    +\n    x\n)\n',
  'many lines': `def f(*a):\n    return 1/0\nx = f(\n${'    1,\n'.repeat(12)}) + 1\n`,
  'wide characters': 'äöü = {"日本": 1}\nx = "語" + äöü["日本"] + 1\n',
  emoji: 'x = "👍👍" + 1\n',
  tabs: 'def f():\n\tif True:\n\t\treturn 1 + "x"\nf()\n',
  'a long recursion': 'def f(n):\n    return f(n + 1)\nf(0)\n',
  'two that recur': 'def f(n):\n    g(n)\ndef g(n):\n    if n: f(n - 1)\n    else: 1/0\nf(9)\n',
  'four equal frames': 'def f(n):\n    if n: return f(n - 1)\n    1/0\nf(4)\n',
  'a cause': 'try:\n    1/0\nexcept ZeroDivisionError as e:\n    raise ValueError("v") from e\n',
  'a context': 'try:\n    1/0\nexcept ZeroDivisionError:\n    {}["k"]\n',
  'no context': 'try:\n    1/0\nexcept ZeroDivisionError:\n    raise ValueError from None\n',
  'a chain of three':
    'try:\n    try:\n        1/0\n    except Exception as e:\n        raise TypeError("t") from e\nexcept Exception:\n    raise KeyError("k")\n',
  notes: 'e = ValueError("v")\ne.add_note("one")\ne.add_note("two\\nlines")\nraise e\n',
  'a message of two lines': 'raise ValueError("a\\nb")\n',
  'no message': 'raise ValueError\n',
  'a class of the guest':
    'class Outer:\n    class Inner(Exception): pass\nraise Outer.Inner("x")\n',
  'a class of a module': 'import json\njson.loads("{")\n',
  'a group':
    'def f(x):\n    try:\n        int(x)\n    except ValueError as e:\n        return e\nraise ExceptionGroup("g", [f("a"), ExceptionGroup("h", [KeyError("k"), f("b")])])\n',
  'a group with a cause':
    'try:\n    1/0\nexcept Exception as e:\n    raise ExceptionGroup("g", [ValueError(1), TypeError(2)]) from e\n',
  'a wide group': 'raise ExceptionGroup("g", [ValueError(i) for i in range(20)])\n',
  'a deep group':
    'e = ValueError(1)\nfor i in range(15): e = ExceptionGroup(str(i), [e])\nraise e\n',
  'a comprehension': 'x = [1 / i for i in (1, 0)]\n',
  'a lambda': 'f = lambda x: x + 1\nf("a")\n',
  'a loop head': 'for x in 1 + "a": pass\n',
  'a with statement': 'with open: pass\n',
  'a condition': 'if 1 < "a" or 1: pass\n',
  'a decorator': 'def d(f): raise ValueError\n@d\ndef f(): pass\n',
  'an f-string': 'x = 1\ny = f"{x} {x + "a"}"\n',
  'an assertion': 'assert 1 == 2, "never"\n',
  'a comment': 'x = (1 +  # one\n     "a")  # two\n',
  'an unpacking': 'a, b = 1, 2, 3\n',
  'a class body': 'class C:\n    x = 1\n    y = x.z\n',
  'a generator': 'def g():\n    yield 1\n    yield 1/0\nlist(g())\n',
  'a call of a call, returned': 'def f():\n    return (lambda: g)()()\ndef g(): 1/0\nf()\n',
  'an assignment to two': 'a = b = int("z")\n',
  'an assignment to an item': 'd = {}\nd["a"] = int("z")\n',
  'two statements on a line': 'x = int("z"); y = 2\n',
  'a statement in a line of another': 'if 1: x = int("z")\n',
  'a default': 'f = lambda x=int("z"): x\n',
  'an annotated assignment': 'x: int = int("z")\n',
  'an exit': 'raise SystemExit(3)\n',
}

describe('as CPython prints them', () => {
  test.each(Object.entries(PROGRAMS))('%s', (_, source) => {
    const [printed, record] = cpython(source)
    // A frame of the standard library is none of the guest's: CPython prints it, a record does not hold it.
    const own = printed.replace(/ {2}File "\/lib[^\n]*\n( {4}[^\n]*\n)*/g, '')
    expect(ours(source, record).traceback).toBe(own)
  })
})

describe('what is pointed at within an expression', () => {
  const BINARY = ['+', '-', '*', '/', '//', '%', '@', '**', '<<', '>>', '|', '&', '^']
  const OTHER = ['<', '<=', '==', '!=', ' is ', ' is not ', ' in ', ' not in ', ' and ', ' or ']
  const space = fc.constantFrom('', '', ' ', '  ', '\n', ' # c)\n', ' \\\n')
  const { any } = fc.letrec<{ any: string; atom: string; string: string }>((tie) => {
    const spaced = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
      fc
        .tuple(
          ...parts.flatMap((part) => [space, typeof part === 'string' ? fc.constant(part) : part]),
        )
        .map((all) => all.slice(1).join(''))
    const some = tie('any')
    return {
      string: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(`'a+b('`, `"\\"("`, `'''a'"(\n'''`, `rb'\\''`, `f'{{a+'`, `"]"`),
        spaced("f'{", tie('atom'), "}('").map((text) => text.replaceAll('\n', ' ')),
        some.map((text) => `f"""({ ${text} !r:>{ ${text}}}"""`),
      ),
      atom: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('a', 'b1', 'äö', '1', '2.5e-3', '0xF', '1_0j', '.5', 'None', '...'),
        fc.constantFrom('matching', 'isx', 'notb', 'fx', 'rb'),
        tie('string'),
        spaced(tie('string'), tie('string')),
        spaced('(', some, ')'),
        spaced('[', some, ',', some, ']'),
        spaced('{', some, ':', some, '}'),
        spaced(tie('atom'), '(', some, ',', 'k', '=', some, ')'),
        spaced(tie('atom'), '(', ')'),
        spaced(tie('atom'), '[', some, ':', some, ']'),
        spaced(tie('atom'), '.', 'name'),
      ),
      any: fc.oneof(
        { depthSize: 'small' },
        tie('atom'),
        spaced(some, fc.constantFrom(...BINARY), some),
        spaced(some, fc.constantFrom(...OTHER), some),
        spaced(fc.constantFrom('-', '+', '~', 'not ', 'await ', 'lambda: ', 'lambda x=1: '), some),
        spaced(some, ' if ', some, ' else ', some),
        spaced('(x', ':=', some, ')'),
        spaced('[', some, ' for x in ', some, ']'),
        spaced(tie('atom'), ',', some),
        spaced('(', 'yield ', some, ')'),
      ),
    }
  })
  /** Where lines and columns of the segment are, as an offset. */
  const offset = (segment: string, line: number, column: number): number =>
    segment
      .split('\n')
      .slice(0, line)
      .reduce((sum, text) => sum + text.length + 1, column)

  test('is what CPython points at', () => {
    fc.assert(
      fc.property(any, (segment) => {
        const theirs = anchorsOfCPython(segment)
        fc.pre(theirs !== 'invalid')
        const own = anchorOf(segment)
        expect(own && [own.start, own.end]).toEqual(
          theirs && [offset(segment, theirs[0], theirs[1]), offset(segment, theirs[2], theirs[3])],
        )
      }),
      { numRuns: 2_000 },
    )
  })
})

test('frames tell file, name, line, span and source', () => {
  const source = 'def f(x):\n    return x + 1\nf("a")\n'
  const { frames, type, message } = ours(source, cpython(source)[1])
  expect({ type, message }).toEqual({
    type: 'TypeError',
    message: 'can only concatenate str (not "int") to str',
  })
  expect(frames).toEqual([
    {
      file: 'main.py',
      name: '<module>',
      line: 3,
      source: 'f("a")',
      span: { start: { line: 3, column: 1, offset: 27 }, end: { line: 3, column: 7, offset: 33 } },
    },
    {
      file: 'main.py',
      name: 'f',
      line: 2,
      source: 'return x + 1',
      span: {
        start: { line: 2, column: 12, offset: 21 },
        end: { line: 2, column: 17, offset: 26 },
      },
    },
  ])
})

describe('frames that the guest left out of the middle', () => {
  const frame = (line: number) =>
    nullRecord(Object.entries({ file: 'other', name: `f${line}`, line }))
  const printed = (frames: Value[], truncated: number) =>
    ours(
      '',
      nullRecord([
        ['type', 'E'],
        ['frames', frames],
        ['truncated', truncated],
      ]),
    ).traceback
  test('are counted with the equal ones around them', () => {
    expect(
      printed(
        Array.from({ length: 10 }, () => frame(1)),
        90,
      ),
    ).toBe(
      `Traceback (most recent call last):\n${'  File "other", line 1, in f1\n'.repeat(3)}  [Previous line repeated 97 more times]\nE\n`,
    )
  })
  test('are counted apart between others', () => {
    expect(printed([frame(1), frame(2)], 5)).toBe(
      'Traceback (most recent call last):\n  File "other", line 1, in f1\n  [5 frames left out]\n  File "other", line 2, in f2\nE\n',
    )
  })
})

describe('records that no guest of ours sends', () => {
  const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null),
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .dictionary(
          fc.constantFrom(
            'type',
            'message',
            'frames',
            'notes',
            'cause',
            'context',
            'exceptions',
            'suppress',
            'module',
            'file',
            'name',
            'line',
            'endLine',
            'column',
            'endColumn',
          ),
          tie('value'),
          { noNullPrototype: false },
        )
        .map((entries) => nullRecord(Object.entries(entries))),
    ),
  })).value

  test('are printed somehow, and never throw', () => {
    fc.assert(
      fc.property(value, (record) => {
        expect(ours('x = 1\ny = 2', record).traceback).toBeTypeOf('string')
      }),
      { numRuns: 1_000 },
    )
  })
  test('with frames by the hundred thousand, on lines of a megabyte, are done in a second', () => {
    const line = `x = [${'f(1) + '.repeat(150_000)}1]`
    const frame = (column: number) =>
      nullRecord(
        Object.entries({
          file: 'main.py',
          name: 'f',
          line: 1,
          endLine: 1,
          column,
          endColumn: column + 9,
        }),
      )
    const frames = Array.from({ length: 100_000 }, (_, i) => frame(i))
    const began = performance.now()
    expect(
      ours(
        line,
        nullRecord([
          ['type', 'E'],
          ['frames', frames],
        ]),
      ).traceback.length,
    ).toBeLessThan(1_000_000)
    const many = Array.from({ length: 5_000 }, (_, i) => `y = f(${i}) + ${'1 + '.repeat(400)}1`)
    const distinct = many.map((_, i) =>
      nullRecord(
        Object.entries({
          file: 'main.py',
          name: 'f',
          line: i + 1,
          endLine: i + 1,
          column: 4,
          endColumn: 900,
        }),
      ),
    )
    expect(
      ours(
        many.join('\n'),
        nullRecord([
          ['type', 'E'],
          ['frames', distinct],
        ]),
      ).frames.length,
    ).toBe(5_000)
    expect(performance.now() - began).toBeLessThan(4_000)
  })
  test('with notes and messages of millions of lines are cut', () => {
    const note = 'n\n'.repeat(400_000)
    const member = nullRecord([
      ['type', 'E'],
      ['message', note],
      ['notes', Array.from({ length: 100 }, () => note)],
    ])
    const { traceback, message, notes, exceptions } = ours(
      '',
      nullRecord([
        ['type', 'G'],
        ['message', note],
        ['notes', [note]],
        ['exceptions', [member, member]],
      ]),
    )
    const told = [message, ...notes, ...exceptions!.flatMap((one) => [one.message, ...one.notes])]
    expect(told.reduce((sum, text) => sum + text.length, 0)).toBe(1_000_000)
    expect(traceback.length).toBeLessThan(5_000_000)
  })
  test('in a cause of a cause of a cause are cut', () => {
    let record: Value = nullRecord([
      ['type', 'E'],
      ['message', 'm'],
    ])
    for (let i = 0; i < 900; i++)
      record = nullRecord([
        ['type', 'E'],
        ['message', 'm'],
        ['cause', record],
      ])
    expect(ours('', record).traceback.split('direct cause').length).toBeLessThan(1_200)
  })
})
