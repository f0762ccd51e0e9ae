/** Scopes are Python's: compared with CPython's own symbol tables, and by what they say of names. */
import { beforeAll, describe, expect, test } from 'vitest'
import { createChecker, type Checker } from '../src/index.js'
import { loadCPython } from './support/cpython.js'
import { createDescriber, difference, type Scope, type TheirScope } from './support/scopes.js'

let ours: (source: string) => Scope
let theirs: (source: string) => TheirScope | { readonly error: string }
let checker: Checker

beforeAll(async () => {
  const describeInCPython = (await loadCPython('symbols')).function<[string], string>(
    'symbols.describe',
  )
  theirs = (source) => JSON.parse(describeInCPython(source)) as TheirScope
  ours = await createDescriber()
  checker = await createChecker({ modules: 'standard' })
})

const lines = (...text: string[]): string => `${text.join('\n')}\n`

describe('as CPython has it', () => {
  test.each([
    'x = 1\nprint(x, y)\n',
    'def f(a, /, b=c, *d, e=g, **h): return a, b, d, e, h, i\n',
    'def f(a=lambda b: b + c): return lambda d=a, *e: (d, e, f)\n',
    'f = lambda x: [x + y for y in x if (z := y)]\n',
    lines(
      'def outer():',
      '    x = 1',
      '    def middle():',
      '        def inner():',
      '            nonlocal x',
      '            x = 2',
      '        return inner',
    ),
    lines('def f():', '    global x', '    x = 1', 'def g(): return x'),
    lines(
      'def f():',
      '    x = 1',
      '    class C:',
      '        x = x',
      '        y = x',
      '        def m(self): return x, y',
      '        z = [x for _ in y]',
      '    return C',
    ),
    lines(
      'class C:',
      '    a = 1',
      '    b = [a for _ in range(a)]',
      '    c = (a for _ in range(a))',
      '    d = lambda: a',
      '    def e(self, f=a): return a',
    ),
    lines('class A:', '    class B:', '        def m(self): return A, B, self', '    x = B'),
    '[x for x in x]\n',
    '[y for x in z for y in x if x if y]\n',
    '[[a for a in b] for b in c]\n',
    '{k: v for k, v in d.items()}\n',
    '(a async for a in b)\n',
    'def f(): return (lambda: [x for x in (lambda: x)()])\n',
    '[lambda: x for x in y]\n',
    'def f():\n    return {(a, b) for a, (b, *c) in d}, a, c\n',
    lines('def f():', '    global g', '    [g := x for x in y]'),
    lines('try: pass', 'except E as e: print(e)', 'except (F, G): pass'),
    lines('with a as b, c as (d, [e, *f]), g as h.i, j as k[l]: pass'),
    lines('def f():', '    with a as b, c as (d, [e, *g]), h as i.j, k as l[m]: pass'),
    lines(
      'def f():',
      '    for a, (b, c) in d: pass',
      '    else: e = a',
      '    for f.x, g[h] in i: pass',
    ),
    lines('def f():', '    del a, (b, [c]), d.e, g[h]'),
    'a, *b, (c, d.e), f[g] = h = i\n',
    lines(
      'def f():',
      '    a = b = c',
      '    [d, e] = (g, *h) = i',
      '    (j) = 1',
      '    k: int = l',
      '    (m): int = n',
      '    o.p: int = q',
      '    r, (s), [(t)] = u',
      '    (v) += 1',
      '    for (w) in [x for (x) in y]: pass',
    ),
    lines('def f():', '    x += y', '    z.a += b', '    c[d] += e'),
    lines('import a, b.c, d.e as f', 'from g import h, i as j', 'from k.l import m'),
    lines(
      'def f():',
      '    import a, b.c, d.e as g',
      '    from h import i, j as k',
      '    return a, b, d',
    ),
    lines('match a:', '    case b: pass'),
    lines(
      'def f():',
      '    match a:',
      '        case b.c | d.e(): pass',
      '        case C(g, h=i, j=k.l): pass',
      '        case [m, *n] | (m, n): pass',
      '        case {"o": p, q.r: _, **s} if t: pass',
      '        case (u as v) | C(v): pass',
      '        case -1 | None | "w" | [_, *_]: pass',
      '        case x as y: pass',
    ),
    lines(
      '@a.b',
      '@c(d)',
      'async def f(e: g, *h: i) -> j:',
      '    await k',
      '    async for l in m: pass',
      '    async with n as o: pass',
      '    return [p async for p in q]',
    ),
    lines('@a', 'class C(b, c=d, *e): pass'),
    lines('def f[T](x: T) -> T:', '    return T, x'),
    lines('def f[T: (int, str), *Ts, **P](x=T): return T, Ts, P'),
    lines('class C[T](Base[T]):', '    x: T', '    def m[U](self, y: U = T) -> T: return T, U'),
    lines('def outer():', '    class C:', '        T = 1', '        def m[U: T](self): return U'),
    lines('type A = B', 'type C[T] = dict[T, D]'),
    lines('def f():', '    type A[T] = T | B', '    return A'),
    "f'{a!r:>{b}} {c.d=} {e[f]:{g}{h}}'\n",
    "def f(): return f'{[x for x in y]} {(lambda z: z)(w)}'\n",
    lines(
      'class C:',
      '    def __f(self): return __g, self.__h',
      '    __x = __y = 1',
      '    class __D: pass',
      '    def m(self, __a): return __a',
    ),
    lines('class _C:', '    def f(self): return __g'),
    lines('class __:', '    def f(self): return __g'),
    lines('def f():', '    def g(): return h', '    def h(): return g', '    return g'),
    lines(
      'def f(x):',
      '    def g():',
      '        def h():',
      '            return x',
      '        return h',
      '    return g',
    ),
    lines(
      'def f():',
      '    x = 1',
      '    def g():',
      '        global x',
      '        def h(): return x',
      '        return h',
    ),
    lines('if a:', '    b = 1', 'elif c:', '    def d(): return b', 'while e:', '    f = g'),
    lines('assert a, b', 'raise c from d', 'return_value = not e or f and -g', 'x = y if z else w'),
    'lambda *a, b=c, **d: (yield)\n',
    'print(*a, **b, c=d)\n',
    'x = {**a, "b": c, **d}, {*e, f}, [*g], (*h, i)\n',
    'a[b:c:d, ..., e] = a[f]\n',
    'ﬁ = 1\ndef f(): return fi\n',
    '变量 = 1\ndef 函数(参数): return 变量, 参数, 其他\n',
    lines(
      'def f(a, b):',
      '    """Doc."""',
      '    # a comment',
      '    return (a  # another',
      '            + b)',
    ),
    lines(
      'def f():',
      '    try: a = 1',
      '    except: b = 2',
      '    else: c = 3',
      '    finally: d = 4',
      '    return a, b, c, d, e',
    ),
    lines(
      'def f(self):',
      '    def g(x=self): return self',
      '    self = 1',
      '    return [g for self in g]',
    ),
    lines('def f():', '    x: int', '    return x'),
    lines('class C:', '    x: int', '    y: x = x'),
    lines('def f(a: (b := 1) = 2): pass').replace('(b := 1)', 'b'),
    lines(
      'def f():',
      '    async def g():',
      '        yield a',
      '        b = await c',
      '    return g',
    ),
  ])('%j', (source) => {
    const expected = theirs(source)
    if ('error' in expected) throw new Error(expected.error)
    expect(difference(ours(source), expected)).toBeUndefined()
  })
})

describe('refused as CPython refuses it', () => {
  test.each([
    ['def f(a):\n    global a\n', 'PR130'],
    ['def f():\n    a = 1\n    global a\n', 'PR130'],
    ['def f():\n    print(a)\n    global a\n', 'PR130'],
    ['def f():\n    def a(): pass\n    nonlocal a\n', 'PR130'],
    ['def f():\n    nonlocal a\n', 'PR130'],
    ['def f():\n    a = 1\n    def g():\n        nonlocal a\n        global a\n', 'PR130'],
    ['nonlocal a\n', 'PR130'],
    ['a = 1\nglobal a\n', 'PR130'],
    ['class C:\n    a = 1\n    global a\n', 'PR130'],
    ['class C:\n    nonlocal a\n', 'PR130'],
    ['[a for a in (lambda: (b := 1))()]\n', 'PR135'],
    ['def f():\n    for a in b: pass\n    global a\n', 'PR130'],
    ['def f():\n    a: int\n    global a\n', 'PR130'],
    ['def f(a, a): pass\n', 'PR134'],
    ['def f(a, *, a=1): pass\n', 'PR134'],
    ['lambda a, *a: a\n', 'PR134'],
    ['[a := 1 for a in b]\n', 'PR135'],
    ['[[a := 1 for c in d] for a in b]\n', 'PR135'],
    ['[a for a in (b := c)]\n', 'PR135'],
    ['[a for a in b for c in [d := a]]\n', 'PR135'],
    ['class C:\n    [a := b for b in c]\n', 'PR135'],
    ['def f():\n    [(yield a) for a in b]\n', 'PR131'],
  ])('%j', (source, code) => {
    expect(theirs(source)).toHaveProperty('error')
    expect(checker.check(source).diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code])
  })

  test.each([
    'def f():\n    global a\n    a = 1\n',
    'global a\na = 1\n',
    'def f():\n    global a, b\n    for a in b: pass\n',
    '[(a := c) for b in c]\n',
    '[a for a in b if (c := a)]\n',
    'def f():\n    import math\n    global math\n',
    'class C:\n    a = (b := 1)\n',
    'def f():\n    x = 1\n    class C:\n        nonlocal x\n        x = 2\n',
    'def f():\n    return [a for a in (yield)]\n',
    'async def f():\n    return [await a for a in b], [a async for a in b], (await a for a in b)\n',
    'def f():\n    return (a async for a in b)\n',
  ])('and accepted as it accepts %j', (source) => {
    expect(theirs(source)).not.toHaveProperty('error')
    expect(checker.check(source).diagnostics).toEqual([])
  })
})

describe('free names', () => {
  const used = (source: string, names?: string[]): readonly string[] =>
    checker.check(source, names === undefined ? {} : { names }).usedNames
  const unknown = (source: string, names?: string[]): readonly string[] =>
    checker.check(source, names === undefined ? {} : { names }).unknownNames

  test('are those read and bound nowhere, in the order of first use, without builtins', () => {
    expect(used('total = price * quantity + len(items) + price\nround(total * rate)')).toEqual([
      'price',
      'quantity',
      'items',
      'rate',
    ])
    expect(used('def f(a): return a + b\nclass C(d): e = g')).toEqual(['b', 'd', 'g'])
    expect(used('print(__name__, __debug__, None, True)')).toEqual([])
  })

  test('are found where functions inside read what nobody binds', () => {
    expect(used('def f():\n    def g(): return x\n    return g')).toEqual(['x'])
    expect(used('def f():\n    x = 1\n    def g(): return x')).toEqual([])
    expect(used('class C:\n    x = 1\n    def m(self): return x')).toEqual(['x'])
    expect(used('class C:\n    __x = 1\n    def m(self): return __x')).toEqual(['_C__x'])
  })

  test('a function that declares a name global binds it for all', () => {
    expect(used('def f():\n    global x\n    x = 1\nprint(x)')).toEqual([])
    expect(used('def f():\n    global x\n    print(x)')).toEqual(['x'])
  })

  test("a comprehension's names are its own, but not those of :=", () => {
    expect(used('[x for x in y]\nx')).toEqual(['y', 'x'])
    expect(used('[z := x for x in y]\nz')).toEqual(['y'])
  })

  test("an annotation without a value leaves a module's name to come from outside", () => {
    expect(used('price: float\nprice * 2')).toEqual(['float', 'price'].slice(1))
    expect(used('price: float = 1\nprice * 2')).toEqual([])
    expect(used('def f(a: Kind) -> Other: pass')).toEqual(['Kind', 'Other'])
  })

  test('names that differ in spelling alone are one name', () => {
    expect(used('ﬁx + fix')).toEqual(['fix'])
    expect(unknown('ﬁx + fix', ['fix'])).toEqual([])
  })

  test('declared names are used where they are read, also when the source assigns them', () => {
    expect(used('total = total + 1', ['total'])).toEqual(['total'])
    expect(used('total = 1', ['total'])).toEqual([])
    expect(used('def f(total): return total', ['total'])).toEqual([])
    expect(used('len = max', ['len'])).toEqual([])
    expect(used('len(x)', ['len', 'x'])).toEqual(['len', 'x'])
  })

  test('unknown are those that nobody declares', () => {
    expect(unknown('a + b')).toEqual(['a', 'b'])
    expect(unknown('a + b', ['a'])).toEqual(['b'])
    expect(unknown('a + b', ['a', 'b', 'c'])).toEqual([])
    expect(unknown('eval(a)', ['a'])).toEqual([])
  })

  test('a name in an f-string counts, one in a plain string does not', () => {
    expect(used("f'{a:{b}}' '{c}'")).toEqual(['a', 'b'])
  })
})

test("imports are listed as written, with the module's place", () => {
  const { imports } = checker.check(
    'import math, urllib . parse as p\nfrom json import (loads,\n  dumps as d)\nfrom .. pkg import x\nfrom re import *\nfrom __future__ import division',
  )
  expect(
    imports.map(({ module, names, span }) => [
      module,
      names,
      span.start.line,
      span.start.column,
      span.end.column,
    ]),
  ).toEqual([
    ['math', undefined, 1, 8, 12],
    ['urllib.parse', undefined, 1, 14, 28],
    ['json', ['loads', 'dumps'], 2, 6, 10],
    ['..pkg', ['x'], 4, 6, 12],
    ['re', ['*'], 5, 6, 8],
    ['__future__', ['division'], 6, 6, 16],
  ])
})
