/** One test for many writes: where a variable is bound once, and nowhere else. */
import { beforeAll, describe, expect, test } from 'vitest'
import { Python } from './support/python.js'

let python: Python
beforeAll(async () => {
  python = await Python.load()
})

const shown = (text: string): string =>
  String(python.run('from reading import shown\nshown(request)', { request: { text } }))
const TEST = (name: string): string =>
  `ʼ:${name} = ʼx if ʼtype((ʼx := ${name})) in ʼG else _write_(ʼx)`
const INLINE = (name: string): string => `(ʼx if ʼtype((ʼx := ${name})) in ʼG else _write_(ʼx))`

describe('held after its binding', () => {
  test.each([
    [
      'a parameter',
      'def f(x):\n    """Text."""\n    _write_(x).a = 1\n    _write_(x).b += 1',
      `def f(x):\n    """Text."""\n    ${TEST('x')}\n    ʼ:x.a = 1\n    ʼ:x.b += 1`,
    ],
    [
      'in a loop, one write is enough',
      'def f(x):\n    for i in _getiter_(y):\n        _write_(x).a = i',
      `def f(x):\n    ${TEST('x')}\n    for i in y:\n        ʼ:x.a = i`,
    ],
    [
      'the target of a loop',
      'def f():\n    for x in _getiter_(y):\n        _write_(x).a = 1\n        _write_(x).b = 2',
      `def f():\n    for x in y:\n        ${TEST('x')}\n        ʼ:x.a = 1\n        ʼ:x.b = 2`,
    ],
    [
      'of an assignment, from there on',
      'def f():\n    x = C()\n    _write_(x).a = 1\n    _write_(x).b = 2\n    return x',
      `def f():\n    x = C()\n    ${TEST('x')}\n    ʼ:x.a = 1\n    ʼ:x.b = 2\n    return x`,
    ],
  ])('%s', (_what, text, expected) => {
    expect(shown(text)).toBe(expected)
  })
})

describe('asked for at each write', () => {
  test.each([
    ['one write', 'def f(x):\n    _write_(x).a = 1'],
    [
      'writes that may not happen',
      'def f(x):\n    if y:\n        _write_(x).a = 1\n    else:\n        _write_(x).b = 1',
    ],
    ['bound again', 'def f(x):\n    _write_(x).a = 1\n    x = y\n    _write_(x).b = 1'],
    ['deleted', 'def f(x):\n    _write_(x).a = 1\n    _write_(x).b = 1\n    del x'],
    ['bound by a walrus', 'def f(x):\n    _write_(x).a = 1\n    _write_(x).b = (x := y)'],
    [
      'bound in a comprehension',
      'def f(x):\n    _write_(x).a = 1\n    _write_(x).b = [(x := i) for i in _getiter_(y)]',
    ],
    [
      'of the module',
      'def f():\n    global x\n    x = y\n    _write_(x).a = 1\n    _write_(x).b = 1',
    ],
    [
      'bound by another function',
      'def f(x):\n    def g():\n        nonlocal x\n        x = y\n    g()\n    _write_(x).a = 1\n    _write_(x).b = 1',
    ],
    ['bound nowhere here', 'def f():\n    _write_(x).a = 1\n    _write_(x).b = 1'],
    [
      'written before it is bound',
      'def f():\n    while y:\n        _write_(x).a = 1\n        _write_(x).b = 1\n        x = z',
    ],
    ['declared only', 'def f():\n    x: T\n    _write_(x).a = 1\n    _write_(x).b = 1'],
    ['bound by an import', 'def f(x):\n    import x\n    _write_(x).a = 1\n    _write_(x).b = 1'],
    [
      'bound by a `with`',
      'def f(x):\n    with y as (x, z):\n        pass\n    _write_(x).a = 1\n    _write_(x).b = 1',
    ],
    [
      'bound by a handler',
      'def f(x):\n    try:\n        pass\n    except E as x:\n        pass\n    _write_(x).a = 1\n    _write_(x).b = 1',
    ],
    [
      'bound by a pattern',
      'def f(x):\n    match y:\n        case {**x}:\n            pass\n    _write_(x).a = 1\n    _write_(x).b = 1',
    ],
  ])('%s', (_what, text) => {
    expect(shown(text)).not.toContain('ʼ:')
    expect(shown(text)).toContain(INLINE('x'))
  })

  test('after the loop, whose body may never have run', () => {
    const text =
      'def f():\n    for x in _getiter_(y):\n        _write_(x).a = 1\n        _write_(x).b = 2\n    _write_(x).c = 3'
    expect(shown(text).split('\n').at(-1)).toBe(`    ${INLINE('x')}.c = 3`)
  })
})

test('a program cannot write to what it was not tested for', () => {
  expect(
    python.run(`
import ast
from pyrestrict.verify import verify
from pyrestrict.verify.refused import Refused
TEST = '\u02bcx if \u02bctype(\u02bcx := x) in \u02bcG else _write_(\u02bcx)'
HELD = '\u02bcheld'
def said(text):
    tree = ast.parse(text.replace('HELD', HELD).replace('TEST', TEST))
    for node in ast.walk(tree):
        if type(node) is ast.Name and node.id == HELD:
            node.id = '\u02bc:x'
    try:
        verify(tree)
    except Refused as refused:
        return refused.message.replace('\u02bc', "'")
[said(text) for text in (
    'def f(x):\\n  HELD = TEST\\n  HELD.a = 1\\n  del HELD.b\\n  HELD.c += 1',
    'def f(x):\\n  HELD = x',
    'def f(x):\\n  HELD = y = TEST',
    'def f(x):\\n  HELD: int = TEST',
    'def f(x):\\n  HELD += TEST',
    'def f(x):\\n  (HELD := TEST)',
    'def f(x):\\n  for HELD in x: HELD.a = 1',
    'def f(x):\\n  return HELD',
    'def f(x):\\n  HELD[0] = 1',
    'def f(x):\\n  HELD.a',
    'HELD = TEST',
    'class C(metaclass=_metaclass_):\\n  HELD = TEST',
    'HELD.a = 1',
    'def f(x):\\n  HELD = TEST\\n  [0 for HELD.a in x]',
    'def f(x):\\n  HELD = TEST\\n  HELD.__class__ = 1',
    'def f(x):\\n  HELD = TEST\\n  HELD.format += 1',
    'def f(x):\\n  del HELD',
    'def f(HELD): pass',
)]`),
  ).toEqual([
    undefined,
    "`':x` is a name of the sandbox",
    "`':x` is a name of the sandbox",
    "`':x` is a name of the sandbox",
    "`':x` is a name of the sandbox",
    "`':x` is a name of the sandbox",
    "`':x` is a name of the sandbox",
    "`':x` is a name of the sandbox",
    "`':x` is a name of the sandbox",
    "`':x` is a name of the sandbox",
    "`':x` is a name of the sandbox",
    "the attribute `':x` is not accessible",
    '_write_ is missing',
    '_write_ is missing',
    'the attribute `__class__` cannot be changed',
    '`format` of an expression cannot be assigned to in place: give the object a name first',
    "`':x` is a name of the sandbox",
    "`'held` is a name of the sandbox",
  ])
})
