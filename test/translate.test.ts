/** What guarded text becomes: guards into syntax, private names into names no source can spell, annotations into nothing. */
import { beforeAll, describe, expect, test } from 'vitest'
import { Python, type Request } from './support/python.js'

let python: Python
beforeAll(async () => {
  python = await Python.load()
})

/** The text of the tree that is compiled. Sources here write `'` for the mark of private names where they expect it. */
const shown = (request: Request): unknown =>
  python.run('from reading import shown\nshown(request)', { request })

describe('guards become the syntax they stand for', () => {
  test.each([
    ["_getattr_(x, 'y')", 'x.y'],
    ["_getattr_(_getattr_(x, 'y'), 'z')(1)", 'x.y.z(1)'],
    ["_getattr_(f(), 'größe')", 'f().größe'],
    ["_getattr_(super(), 'y')", 'super().y'],
    ['_getitem_(x, y)', 'x[y]'],
    ['_getitem_(x, (y, z))', 'x[y, z]'],
    ['_getitem_(x, _slice_(1, 2, None))', 'x[1:2]'],
    ['_getitem_(x, _slice_(None, None, None))', 'x[:]'],
    ['_getitem_(x, _slice_(a, b, c))', 'x[a:b:c]'],
    ['_getitem_(x, (_slice_(1, None, None), 2, *_getiter_(y)))', 'x[1:, 2, *y]'],
    ['_getitem_(x, slice(1, 2))', 'x[slice(1, 2)]'],
    ['_apply_(f, 1, *a, k=2, **b)', 'f(1, *a, k=2, **b)'],
    ["_apply_(_getattr_(x, 'y'), *_getattr_(a, 'b'))", 'x.y(*a.b)'],
    ['_apply_(super, *a)', 'super(*a)'],
    ['[*_getiter_(x), y]', '[*x, y]'],
    ['for x in _getiter_(y):\n    pass', 'for x in y:\n    pass'],
    [
      "for x, y in _iter_unpack_sequence_(z, {'childs': (), 'min_len': 2}, _getiter_):\n    pass",
      'for x, y in z:\n    pass',
    ],
    ['[x for x in _getiter_(y) for z in _getiter_(x) if z]', '[x for x in y for z in x if z]'],
    [
      "{x: y for x, y in _iter_unpack_sequence_(z, {'childs': (), 'min_len': 2}, _getiter_)}",
      '{x: y for x, y in z}',
    ],
    ['def f():\n    yield from _getiter_(x)', 'def f():\n    yield from x'],
    ["x, y = _unpack_sequence_(z, {'childs': (), 'min_len': 2}, _getiter_)", 'x, y = z'],
    [
      "a = [x, y] = _unpack_sequence_(z, {'childs': (), 'min_len': 2}, _getiter_)",
      'a = [x, y] = z',
    ],
    ["x = _inplacevar_('+=', x, 1)", 'x += 1'],
    ["x = _inplacevar_('//=', x, _getattr_(x, 'y'))", 'x //= x.y'],
    ["x = _inplacevar_('@=', x, 1)", 'x @= 1'],
    ["x = _inplacevar_('**=', x, 1)", 'x **= 1'],
    ["x = _inplacevar_('>>=', x, 1)", 'x >>= 1'],
    ['_write_(x)[y] = z', 'x[y] = z'],
    ['_write_(x)[1:2] += z', 'x[1:2] += z'],
    ['del _write_(x)[y]', 'del x[y]'],
    ["_write_(_getattr_(x, 'a'))[_getattr_(x, 'b')] = z", 'x.a[x.b] = z'],
    ["f'{_getattr_(x, 'y')!r:{_getattr_(x, 'z')}}'", "f'{x.y!r:{x.z}}'"],
  ])('%s', (text, expected) => {
    expect(shown({ text })).toBe(expected)
    const own =
      text.startsWith('_apply_') ||
      text.startsWith('_get') ||
      text.startsWith('[') ||
      text.startsWith('f') ||
      text.startsWith('{')
    if (own && !text.includes(':\n')) expect(shown({ text, mode: 'eval' })).toBe(expected)
  })

  test('every operator of augmented assignment', () => {
    const operators = ['+', '-', '*', '/', '//', '%', '**', '@', '<<', '>>', '&', '|', '^']
    expect(operators.map((o) => shown({ text: `x = _inplacevar_('${o}=', x, y)` }))).toEqual(
      operators.map((o) => `x ${o}= y`),
    )
  })
})

describe('what only run time can judge stays a call', () => {
  test.each([
    ["_getattr_(x, 'format')", "_getattr_(x, 'format')"],
    ["_getattr_(_getattr_(x, 'y'), 'obj')", "_getattr_(x.y, 'obj')"],
    ["_getattr_(x, '__name__')", "_getattr_(x, '__name__')"],
    ["_getattr_(x, '_replace')(a=1)", "_getattr_(x, '_replace')(a=1)"],
    ["_getattr_(x, '_missing_')", "_getattr_(x, '_missing_')"],
    ["_getattr_(super(), 'format')", "_getattr_(super(), 'format')"],
    [
      'class C(B, k=1, metaclass=_metaclass_):\n    pass',
      'class C(B, k=1, metaclass=_metaclass_):\n    pass',
    ],
  ])('%s', (text, expected) => {
    expect(shown({ text })).toBe(expected)
  })

  test('constructors of the parent class are called by themselves, but for `__new__`', () => {
    const method = (body: string): string =>
      `class C(B, metaclass=_metaclass_):\n\n    def f(self):\n        ${body}`
    expect(shown({ text: method("_getattr_(super(), '__init__')(1)") })).toBe(
      method('super().__init__(1)'),
    )
    expect(shown({ text: method("_getattr_(super(), '__new__')(C)") })).toBe(
      method("_getattr_(super(), '__new__')(C)"),
    )
    for (const read of [
      "_getattr_(B, '__init__')(self)",
      "_getattr_(super(C, self), '__init__')()",
      "_getattr_(self, 'co_author')",
      "_getattr_(self, 'evaluate')",
    ]) {
      expect(shown({ text: method(read) })).toBe(method(read))
    }
  })
})

describe('what is told and asked for', () => {
  const caught = (name: string, clause = `E as ${name}`): string =>
    `try:\n    f()\nexcept ${clause}:\n    g()`
  const told = (name: string): string => `    ʼtype(${name}) in ʼT and ʼtell(${name})\n`

  test('an exception that a handler names is told of without marks, but in class bodies', () => {
    expect(shown({ text: caught('e') })).toBe(caught('e').replace('    g()', `${told('e')}    g()`))
    expect(shown({ text: caught('_e') })).toBe(
      caught('_e').replace('    g()', `${told('_e')}    g()`),
    )
    expect(shown({ text: caught('', 'E') })).toBe(caught('', 'E'))
    const inClass = `class C(metaclass=_metaclass_):\n    ${caught('e').replaceAll('\n', '\n    ')}`
    expect(shown({ text: inClass })).toBe(inClass)
  })
})

describe('writes of attributes', () => {
  // Once, into a variable that no other frame reaches: a finalizer that the collector runs may bind `x` anew.
  const own = 'ʼx if ʼtype((ʼx := x)) in ʼG else _write_(ʼx)'
  test.each([
    ['_write_(x).y = z', `(${own}).y = z`],
    ['_write_(x).y += z', `(${own}).y += z`],
    ['del _write_(x).y', `del (${own}).y`],
    ['for _write_(x).y in _getiter_(z):\n    pass', `for (${own}).y in z:\n    pass`],
    ['with z as _write_(x).y:\n    pass', `with z as (${own}).y:\n    pass`],
    [
      "_write_(x).y, *a = _unpack_sequence_(z, {'childs': (), 'min_len': 1}, _getiter_)",
      `(${own}).y, *a = z`,
    ],
    ["_write_(_getattr_(x, 'y')).z = 1", '_write_(x.y).z = 1'],
    ['_write_(f()).z = 1', '_write_(f()).z = 1'],
    ['_write_(x).format = 1', `(${own}).format = 1`],
    ['_write_(x).mapping |= y', `(${own}).mapping = ʼ|=(_getattr_(x, 'mapping'), y)`],
    [
      "_write_(x)._value_ += _getattr_(y, 'z')",
      `(${own})._value_ = ʼ+=(_getattr_(x, '_value_'), y.z)`,
    ],
  ])('in a function, %s', (text, expected) => {
    const body = (lines: string): string => `def g():\n    ${lines.replaceAll('\n', '\n    ')}`
    expect(shown({ text: body(text) })).toBe(body(expected))
  })

  test.each([
    ['_write_(x).y = z'],
    ['class C(metaclass=_metaclass_):\n    _write_(x).y = z'],
    ['del _write_(x).y'],
    ['[0 for _write_(x).y in z]', '[0 for _write_(x).y in _getiter_(z)]'],
    [
      'def g():\n    (0 for _write_(x).y in z)',
      'def g():\n    (0 for _write_(x).y in _getiter_(z))',
    ],
  ])('which has such a variable; elsewhere the guard stays: %s', (expected, text = expected) => {
    expect(shown({ text })).toBe(expected)
  })
})

describe('private names', () => {
  const cls = (body: string): string =>
    `class C(metaclass=_metaclass_):\n${body.replace(/^/gm, '    ')}`
  test.each([
    ['attributes', "_getattr_(x, '_y')", 'x.ʼ_y'],
    ['an underscore alone', "_getattr_(x, '_')", 'x.ʼ_'],
    ['attributes written', "_write_(f())._y = _getattr_(x, '_z')", '_write_(f()).ʼ_y = x.ʼ_z'],
    [
      'plain names are not',
      '_x = _y(_z=1)\n\ndef _f(_a, *_b, _c=1):\n    return _a',
      '_x = _y(_z=1)\n\ndef _f(_a, *_b, _c=1):\n    return _a',
    ],
    ['of a class body', cls('_x = 1\ny = _x + _z'), cls('ʼ_x = 1\ny = ʼ_x + _z')],
    [
      'methods',
      cls('def _f(self, a=_f):\n    return _f'),
      cls('\ndef ʼ_f(self, a=_f):\n    return _f').replace(/ +$/gm, ''),
    ],
    [
      'a name of the module, until the class has its own',
      cls('_x = _x\ny = _x'),
      cls('ʼ_x = _x\ny = ʼ_x'),
    ],
    [
      'declared to be of the module',
      cls('global _x\n_x = 1\ny = _x'),
      cls('global _x\n_x = 1\ny = _x'),
    ],
    [
      'in loops',
      cls('for _i in _getiter_(_j):\n    _k = _i'),
      cls('for ʼ_i in _j:\n    ʼ_k = ʼ_i'),
    ],
    ['in with', cls('with a as (_b, c):\n    _b'), cls('with a as (ʼ_b, c):\n    ʼ_b')],
    [
      'in handlers',
      cls('try:\n    pass\nexcept E as _e:\n    _e'),
      cls('try:\n    pass\nexcept E as ʼ_e:\n    ʼ_e'),
    ],
    [
      'in imports',
      cls('import a as _a\nfrom b import c as _c, d'),
      cls('import a as ʼ_a\nfrom b import c as ʼ_c, d'),
    ],
    [
      'in patterns',
      cls('match x:\n    case [_a, *_b]:\n        _a\n    case {**_c} as _d:\n        _c'),
      cls('match x:\n    case [ʼ_a, *ʼ_b]:\n        ʼ_a\n    case {**ʼ_c} as ʼ_d:\n        ʼ_c'),
    ],
    ['bound by an expression', cls('(_x := 1)\ny = _x'), cls('(ʼ_x := 1)\ny = ʼ_x')],
    ['deleted', cls('_x = 1\ndel _x'), cls('ʼ_x = 1\ndel ʼ_x')],
    ['in place', cls("_x = 1\n_x = _inplacevar_('+=', _x, 1)"), cls('ʼ_x = 1\nʼ_x = ʼ+=(ʼ_x, 1)')],
    [
      'in place, of the module',
      cls("_x = _inplacevar_('+=', _x, 1)\ny = _x"),
      cls('ʼ_x = ʼ+=(_x, 1)\ny = ʼ_x'),
    ],
    ['written', cls('_x = f()\n_write_(_x).y = 1'), cls('ʼ_x = f()\n_write_(ʼ_x).y = 1')],
    ['type aliases', cls('type _X = int\ntype Y = _X'), cls('type ʼ_X = int\ntype Y = ʼ_X')],
    [
      'classes',
      cls(
        'class _D(metaclass=_metaclass_):\n    pass\nclass E(_D, metaclass=_metaclass_):\n    pass',
      ),
      cls(
        '\nclass ʼ_D(metaclass=_metaclass_):\n    pass\n\nclass E(ʼ_D, metaclass=_metaclass_):\n    pass',
      ).replace(/ +$/gm, ''),
    ],
    ['annotated', cls('_x: int = 1\n_y: int\nz: _x'), cls('ʼ_x: int = 1\nʼ_y: int\nz: ʼ_x')],
    ['late, of what comes after', cls('x: _T\n_T = int'), cls('x: ʼ_T\nʼ_T = int')],
    [
      'hidden by a type parameter',
      cls('_T = int\ntype X[_T] = _T'),
      cls('ʼ_T = int\ntype X[_T] = _T'),
    ],
    [
      'in the bound of one',
      cls('_T = int\ndef f[U: _T](self):\n    pass'),
      cls('ʼ_T = int\n\ndef f[U: ʼ_T](self):\n    pass').replace(/ +$/gm, ''),
    ],
    [
      'in defaults and decorators',
      cls('_d = 1\n@_d\ndef f(self, a=_d, *, b=_d):\n    return _d'),
      cls('ʼ_d = 1\n\n@ʼ_d\ndef f(self, a=ʼ_d, *, b=ʼ_d):\n    return _d').replace(/ +$/gm, ''),
    ],
    [
      'not inside comprehensions',
      cls('_x = 1\ny = [_x for _z in _getiter_(_x)]'),
      cls('ʼ_x = 1\ny = [_x for _z in ʼ_x]'),
    ],
    [
      'not inside lambdas',
      cls('_x = 1\ny = lambda a=_x: _x'),
      cls('ʼ_x = 1\ny = lambda a=ʼ_x: _x'),
    ],
    [
      'of enumerations stay',
      cls('_ignore_ = []\n_missing_ = f\n_value_ = 1\n_other_ = 2'),
      cls('_ignore_ = []\n_missing_ = f\n_value_ = 1\nʼ_other_ = 2'),
    ],
    ['of named tuples stay', "_getattr_(x, '_fields')", "_getattr_(x, '_fields')"],
    ['slots', cls("__slots__ = ('x', '_y', '__z')"), cls("__slots__ = ('x', 'ʼ_y', 'ʼ_C__z')")],
    [
      'match arguments',
      cls("__match_args__ = ('x', '_y', '__z')"),
      cls("__match_args__ = ('x', 'ʼ_y', 'ʼ__z')"),
    ],
    [
      'of class patterns',
      'match x:\n    case C(_a=1, b=_c):\n        pass',
      'match x:\n    case C(ʼ_a=1, b=_c):\n        pass',
    ],
    [
      'of value patterns',
      'match x:\n    case a._b._c:\n        pass',
      'match x:\n    case a.ʼ_b.ʼ_c:\n        pass',
    ],
  ])('%s', (_what, text, expected) => {
    expect(shown({ text })).toBe(expected)
  })

  test('double underscores are mangled as CPython would, then marked', () => {
    const text = cls(
      '__x = 1\ny = __x\ndef f(self, __a):\n    _write_(self).__y = __a\n    def g(o):\n        _write_(o()).__z = 1\n' +
        '    match self:\n        case D.__v: pass\n        case D(__k=1): pass',
    )
    expect(shown({ text })).toBe(
      cls(
        'ʼ_C__x = 1\ny = ʼ_C__x\n\ndef f(self, __a):\n    (ʼx if ʼtype((ʼx := self)) in ʼG else _write_(ʼx)).ʼ_C__y = __a\n\n    def g(o):\n' +
          '        _write_(o()).ʼ_C__z = 1\n    match self:\n        case D.ʼ_C__v:\n            pass\n        case D(ʼ__k=1):\n            pass',
      ).replace(/ +$/gm, ''),
    )
  })

  test('the class counts whose body it is, its underscores do not', () => {
    const text =
      'class __A(metaclass=_metaclass_):\n    class B(_write, metaclass=_metaclass_):\n        _write_(x()).__y = 1\n    _write_(x()).__z = 1\n' +
      'class __(metaclass=_metaclass_):\n    _write_(x()).__y = 1\n_write_(x()).__y = 1'
    expect(String(shown({ text })).match(/ʼ\w+/g)).toEqual(['ʼ_B__y', 'ʼ_A__z', 'ʼ__y', 'ʼ__y'])
  })
})

describe('annotations', () => {
  test.each([
    [
      'def f(a: int, *b: str, c: T=1, **d: _getitem_(list, int)) -> None:\n    pass',
      'def f(a: int, *b: str, c: T=1, **d: list[int]) -> None:\n    pass',
    ],
    ['async def f(a: _x, /) -> None:\n    pass', 'async def f(a: _x, /) -> None:\n    pass'],
    ['x: int = 1', 'x: int = 1'],
    ["x: _getattr_(a, 'b')", 'x: a.b'],
    ['(x): int = 1', 'x = 1'],
    ["__name__: str = 'm'", "ʼglobals()['__name__'] = 'm'"],
    ["__name__ = _inplacevar_('+=', __name__, 'm')", "ʼglobals()['__name__'] = ʼ+=(__name__, 'm')"],
    ['_write_(x).y: int = 1', '_write_(x).y = 1'],
    ['_write_(x).y: int', 'x'],
    ['_write_(x)[f()]: int', 'x'],
    ['def f():\n    x: int\n    y: int = 1', 'def f():\n    x: None\n    y = 1'],
    [
      'class C(metaclass=_metaclass_):\n    x: int\n    y: "C" = 1',
      "class C(metaclass=_metaclass_):\n    x: int\n    y: 'C' = 1",
    ],
    [
      "class C(metaclass=_metaclass_):\n    x: _getitem_(_getattr_(typing, 'List'), int)",
      'class C(metaclass=_metaclass_):\n    x: typing.List[int]',
    ],
    [
      'class C(metaclass=_metaclass_):\n    _x = 1\n\n    def f(self, a: _x) -> _y:\n        b: int',
      'class C(metaclass=_metaclass_):\n    ʼ_x = 1\n\n    def f(self, a: ʼ_x) -> _y:\n        b: None',
    ],
    [
      "from __future__ import annotations\nclass C(metaclass=_metaclass_):\n    x: _getitem_(_getattr_(t, 'format'), (_slice_(1, None, None), _x))",
      "class C(metaclass=_metaclass_):\n    x: 't.format[1:, _x]'",
    ],
    [
      'from __future__ import annotations\ndef f(a: "T", *b: _apply_(c, *d), e=1, **k: [x for x in _getiter_(y)]) -> None:\n    x: z',
      "def f(a: \"'T'\", *b: 'c(*d)', e=1, **k: '[x for x in y]') -> 'None':\n    x: None",
    ],
    [
      'from __future__ import annotations\n_write_(x).y: z = 1\nx: lambda: 0',
      "_write_(x).y = 1\nx: 'lambda: 0'",
    ],
    [
      '"""Text."""\nfrom __future__ import annotations, division\nfrom __future__ import generators\nx = 1',
      '"""Text."""\nx = 1',
    ],
  ])('%s', (text, expected) => {
    expect(shown({ text })).toBe(expected)
  })
})

describe('values and parameters', () => {
  test('the final expression of a program is kept', () => {
    expect(shown({ text: 'x = 1\n_getattr_(x, "y")', value: true })).toBe('x = 1\nʼvalue = x.y')
    expect(shown({ text: "'text'", value: true })).toBe("ʼvalue = 'text'")
    expect(shown({ text: 'f()\nx = 1', value: true })).toBe('f()\nx = 1')
    expect(shown({ text: 'if x:\n    y', value: true })).toBe('if x:\n    y')
    expect(shown({ text: '_write_(x).y: int', value: true })).toBe('x')
    expect(shown({ text: 'x', value: false })).toBe('x')
    expect(shown({ text: '', value: true })).toBe('')
  })

  test('an expression with parameters is a function', () => {
    expect(shown({ text: "_getattr_(x, 'y') * n", mode: 'eval', parameters: ['x', 'n'] })).toBe(
      'lambda x, n: x.y * n',
    )
    expect(shown({ text: '1', mode: 'eval', parameters: [] })).toBe('lambda: 1')
    expect(shown({ text: '(y := x)', mode: 'eval', parameters: ['x'] })).toBe('lambda x: (y := x)')
    expect(shown({ text: 'lambda: (yield)', mode: 'eval', parameters: [] })).toBe(
      'lambda: lambda: (yield)',
    )
  })

  test.each([
    ['(yield x)', ['x'], "PR901 'yield' outside function"],
    ['[(yield x)]', ['x'], "PR901 'yield' outside function"],
    ['(yield from _getiter_(x))', ['x'], "PR901 'yield' outside function"],
    ['1', ['__class__'], 'PR900 `__class__` cannot be bound here'],
    ['1', ['super'], 'PR900 `super` cannot be bound here'],
    ['1', ['_getattr_'], 'PR900 `_getattr_` is the name of a guard'],
    ['1', ['ʼx'], 'PR900 the name `ʼx` holds the mark of private names'],
    ['1', ['x y'], 'PR900 a name in a string is not an identifier'],
    ['1', ['x=f()'], 'PR900 a name in a string is not an identifier'],
    ['1', ['ｘ'], 'PR900 a name in a string is not an identifier'],
    ['1', ['lambda'], 'PR900 a name in a string is not an identifier'],
  ])('%s with %j is refused', (text, parameters, expected) => {
    expect(shown({ text, mode: 'eval', parameters })).toBe(expected)
  })

  test('parameters of one name are refused by CPython', () => {
    expect(python.compile({ text: 'x', mode: 'eval', parameters: ['x', 'x'] })).toMatchObject({
      ok: false,
      code: 'PR901',
      message: "duplicate argument 'x' in function definition",
    })
  })
})
