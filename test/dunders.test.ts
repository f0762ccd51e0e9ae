/** `dunders: 'guarded'`: what attributes between double underscores show and take, and what they never lead to. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createChecker, createSandbox, type Outcome, type Sandbox } from '../src/index.js'

let guarded: Sandbox
let refused: Sandbox

beforeAll(async () => {
  guarded = await createSandbox(
    { modules: 'standard', dunders: 'guarded' },
    { isolation: 'thread', workers: 1, spares: 0 },
  )
  refused = await createSandbox(
    { modules: 'standard' },
    { isolation: 'thread', workers: 1, spares: 0 },
  )
}, 60_000)

afterAll(() => Promise.all([guarded.close(), refused.close()]))

const valueOf = (outcome: Outcome): unknown => {
  expect(outcome).toMatchObject({ status: 'returned' })
  return outcome.status === 'returned' ? outcome.value : undefined
}
const list = (text: string): readonly string[] => text.trim().split('\n')

describe('type() makes classes of what a class statement could bind', () => {
  const SETUP = `
class Base:
    def __init_subclass__(cls, **given): cls.given = given
def refused(*args):
    try: type(*args)
    except (TypeError, AttributeError) as error: return str(error)
`
  test.each([
    [
      "C = type('C', (Base,), {'x': 1, '_y': 2, '__len__': lambda self: 3, '__module__': 'm'}, k=4)\n" +
        '(C.x, C()._y, len(C()), C.given, C.__name__, C.__mro__[1] is Base, type(C) is type)',
      [1, 2, 3, { k: 4 }, 'C', true, true],
    ],
    ["refused('C', (), {'__buffer__': len})", "'__buffer__' may not be defined by a class"],
    ["refused('C', (), {'__class__': int})", "'__class__' may not be defined by a class"],
    ["refused('C', (), {'mro': len})", "'mro' may not be defined by a class"],
    [
      "refused('C', (), {'__slots__': ['mro']})",
      "__slots__ holds 'mro', which may not be named there",
    ],
    [
      "refused('C', (str,), {'__eq__': len})",
      'subclasses of str, int, float, bytes and type cannot define __eq__ or __hash__ here',
    ],
    [
      'class D(dict): pass\nrefused(' + "'C', (), D())",
      'type() takes a name, a tuple of classes and a dict here',
    ],
  ])('%s', async (source, value) => {
    expect(valueOf(await guarded.run(SETUP + source))).toEqual(value)
  })

  test('where the policy refuses dunders, it makes none', async () => {
    expect(await refused.run("make = type\nmake('C', (), {})")).toMatchObject({
      status: 'raised',
      exception: {
        message: 'type() takes 1 argument here: write a class statement to make a class',
      },
    })
  })
})

describe('special methods are assigned, as a class statement could have had them', () => {
  const SETUP = `
class C:
    def __init__(self, x): self.x = x
def add(self, other): return C(self.x + other.x)
C.__add__ = add
setattr(C, '__len__', lambda self: self.x)
def made(cls):
    def __getattr__(self, name): return name
    cls.__getattr__ = __getattr__
    return cls
@made
class D: pass
class Text(str): pass
class Mixin: pass
class Mixed(Mixin, str): pass
def refused(use):
    try: use()
    except (TypeError, AttributeError) as error: return str(error)
def exact(): Text.__eq__ = lambda a, b: True
def later(): Mixin.__hash__ = lambda a: 1
def theirs(): list.__len__ = lambda a: 1
def group():
    class G(ExceptionGroup): pass
    G.told = 1
    G.__str__ = lambda a: 'x'
    G.split = len
`
  test.each([
    ['(C(1) + C(2)).x, len(C(4))', [3, 4]],
    ['D().anything, D()._hidden', ['anything', '_hidden']],
    ['c = C(1)\nc.__call__ = len\ncallable(c)', false],
    [
      'refused(exact)',
      'subclasses of str, int, float, bytes and type cannot define __eq__ or __hash__ here',
    ],
    [
      'refused(later)',
      'subclasses of str, int, float, bytes and type cannot define __eq__ or __hash__ here',
    ],
    ['refused(theirs)', "the attribute '__len__' may not be set"],
    [
      'refused(group)',
      "cannot set 'split' of the class 'G': only objects made here can be changed",
    ],
    [
      "name = '__new__'\nrefused(lambda: setattr(C, name, 1))",
      "the attribute '__new__' may not be named here",
    ],
  ])('%s', async (source, value) => {
    expect(valueOf(await guarded.run(SETUP + source))).toEqual(value)
  })

  test('where the policy refuses dunders, none is', async () => {
    expect(await refused.run('class C: pass\nC.__add__ = len')).toMatchObject({ status: 'refused' })
    expect(
      await refused.run("class C: pass\nname = '__add__'\nsetattr(C, name, len)"),
    ).toMatchObject({
      status: 'raised',
      exception: { type: 'AttributeError' },
    })
  })
})

describe('reading shows the program its own, as CPython does', () => {
  const SETUP = `
import functools, json, sys
from dataclasses import dataclass
from enum import Enum
from typing import Generic, NamedTuple, TypedDict
class H:
    def __reduce__(self): return 1, 2
    def __dir__(self): return ['d']
class G[T: int]: pass
type Alias = list[int]
NT = NamedTuple('NT', [('a', int)])
class TD(TypedDict):
    a: int
    _b: str
@dataclass
class D: x: int; _y: int = 0
class A: pass
class B(A):
    """doc"""
    x: int = 1
    _y: str = 'y'
    __match_args__ = ('x', '_y')
    def __init__(self): self.a, self._b = 1, 2
    def m(self, k=3, *, q=4): return k
class C4(A): __qualname__ = 'Out.C4'
class E(Enum):
    ONE = 1
class Raised(Exception):
    def __init__(self, a): super().__init__(a); self.a, self._p = a, 5
def deco(f):
    @functools.wraps(f)
    def wrapper(): return f()
    return wrapper
@deco
def f(): pass
b = B()
class Mangled:
    __slots__ = ('__hidden', '_inner', 'open')
try:
    try: raise KeyError(1)
    except KeyError as cause: raise ValueError(2) from cause
except ValueError as e: error = e
`
  test.each([
    ['b.__class__ is B and b.__class__ is type(b)', true],
    [
      'import weakref\ncalled = lambda r: None\nt, q = weakref.ref(b, called), weakref.ref(b)\ntry: t.__callback__ = called\nexcept AttributeError as error: told = str(error)\n(t.__callback__ is called, q.__callback__, told)',
      [true, null, "attribute '__callback__' of weak references is not writable"],
    ],
    [
      'b.__class__.__name__, (1).__class__.__name__, len.__class__.__name__',
      ['B', 'int', 'builtin_function_or_method'],
    ],
    ['[c.__name__ for c in B.__mro__]', ['B', 'A', 'object']],
    ['Mangled.__slots__', ['__hidden', '_inner', 'open']],
    ["'upper' in 'x'.__dir__() and (1).__sizeof__() > 0", true],
    ['[c.__name__ for c in bool.__mro__]', ['bool', 'int', 'object']],
    ['B.__bases__ == (A,) and B.__base__ is A and object.__base__ is None', true],
    ['A.__subclasses__() == [B, C4]', true],
    ['{k: v.__name__ for k, v in B.__annotations__.items()}', { x: 'int', _y: 'str' }],
    ['dict(b.__dict__)', { a: 1, _b: 2 }],
    ['b.__dict__.update(c=3) or b.c', 3],
    ['B.__match_args__', ['x', '_y']],
    ['list(E.__members__)', ['ONE']],
    ['b.m.__self__ is b and b.m.__func__ is B.m', true],
    ['B.m.__defaults__, B.m.__kwdefaults__', [[3], { q: 4 }]],
    ['f.__wrapped__.__name__', 'f'],
    [
      'repr(error.__cause__), error.__context__ is error.__cause__, error.__suppress_context__',
      ['KeyError(1)', true, true],
    ],
    ['list[int].__origin__ is list and list[int].__args__ == (int,)', true],
    ['list(D.__dataclass_fields__), hasattr(3, "__dataclass_fields__")', [['x', '_y'], false]],
    [
      "getattr(b, '__class__') is B and hasattr(b, '__dict__') and not hasattr(1, '__dict__')",
      true,
    ],
    ["getattr(1, '__dict__', 'none')", 'none'],
    ['[c.__name__ for c in type.__mro__], type.__mro__[0] is type', [['type', 'object'], true]],
    [
      "'append' in list.__dict__ and '__len__' in list.__dict__, '_x' in list.__dict__",
      [true, false],
    ],
    ["json.__dict__['dumps'] is json.dumps, json.__dict__['__name__']", [true, 'json']],
    [
      '[x is y for x, y in ((sys.__stdout__, sys.stdout), (sys.__stderr__, sys.stderr), (sys.__stdin__, sys.stdin))]',
      [true, true, true],
    ],
    ['(1, 2).__getnewargs__(), (3).__getnewargs__()', [[[1, 2]], [3]]],
    ['H().__reduce__(), H().__dir__(), H.__reduce__(H())', [[1, 2], ['d'], [1, 2]]],
    ['G.__type_params__[0].__name__, G.__parameters__ == G.__type_params__', ['T', true]],
    ['G.__type_params__[0].__bound__ is int and Alias.__value__ == list[int]', true],
    ['G.__orig_bases__[0].__origin__ is Generic, NT.__orig_bases__ == (NamedTuple,)', [true, true]],
    ['sorted(TD.__required_keys__), TD.__total__', [['_b', 'a'], true]],
    ['[n for n in G.__type_params__[0].__constraints__]', []],
    [
      'it = iter([1, 2, 3])\nnext(it)\nmade = it.__reduce__()\n(made[0] is iter, made[1:], range(3).__reduce__()[1:])',
      [true, [[[1, 2, 3]], 1], [[0, 3, 1]]],
    ],
    ["it = iter('é€')\nit.__setstate__(1)\nlist(it)", ['€']],
    ["Raised(4).__reduce__() == (Raised, (4,), {'a': 4, '_p': 5})", true],
    ['Ellipsis.__reduce__(), type(...).__reduce__(...)', ['Ellipsis', 'Ellipsis']],
    [
      'type(None).__eq__(None, 3) is NotImplemented, type(type(None).__eq__).__name__',
      [true, 'wrapper_descriptor'],
    ],
    [
      "int.__new__(int, '5'), type(None).__new__(type(None)), tuple.__new__(tuple, 'ab')",
      [5, null, ['a', 'b']],
    ],
    [
      's = super(B, b)\n(s.__thisclass__ is B, s.__self_class__ is B, s.__self__ is b, super(list).__self__)',
      [true, true, true, null],
    ],
    [
      "[cls.__name__ for cls in C4.mro()], getattr(int, 'm' + 'ro')() == [int, object]",
      [['C4', 'A', 'object'], true],
    ],
    [
      'C4.__qualname__, classmethod(B.m).__func__ is B.m, len.__text_signature__, str(super(int).__get__(True))',
      ['Out.C4', true, '($module, obj, /)', "<super: <class 'int'>, <bool object>>"],
    ],
    [
      "'__dict__' in A.__dict__, repr(A.__dict__['__dict__'])",
      [true, "<attribute '__dict__' of 'A' objects>"],
    ],
    ["(lambda p: (setattr(p, '__doc__', 'd'), p.__doc__)[1])(property(len))", 'd'],
  ])('%s', async (expression, expected) => {
    const value = valueOf(
      await guarded.run(
        `${SETUP}${/\n/.test(expression) ? expression : `result = ${expression}\nresult`}`,
      ),
    )
    expect(value instanceof Map ? Object.fromEntries(value) : value).toEqual(expected)
  })
})

test('writing changes what the program made', async () => {
  const source = `
def f(): pass
f.__name__, g = 'x', 1
`
  expect(await guarded.run(source)).toMatchObject({ status: 'refused' })
  const value = valueOf(
    await guarded.run(`
def f(): pass
f.__name__ = 'g'
f.__doc__ = 'says'
f.__qualname__ = 'C.g'
class Borg:
    shared = {}
    def __init__(self): self.__dict__ = self.shared
a, b = Borg(), Borg()
a.v, a._w = 3, 4
class On:
    def flip(self): self.__class__ = Off
class Off: pass
x = On(); x.flip()
e = ValueError(1)
e.__cause__ = KeyError(2)
setattr(f, '__name__', 'h')
[f.__name__, f.__doc__, f.__qualname__, b.v, b._w, type(x).__name__, repr(e.__cause__)]`),
  )
  expect(value).toEqual(['h', 'says', 'C.g', 3, 4, 'Off', 'KeyError(2)'])
})

test('deleting takes away what the program made', async () => {
  const value = valueOf(
    await guarded.run(`
class C:
    def __len__(self): return 1
c = C()
c.x = 1
del c.__dict__
del C.__len__
def f(): 'says'
del f.__doc__
told = []
for drop in (lambda: delattr(C, '__qualname__'), lambda: delattr(f, '__dict__'), lambda: delattr(c, '__class__'), lambda: delattr(int, '__doc__')):
    try: drop()
    except (TypeError, AttributeError) as error: told.append(type(error).__name__)
[c.__dict__, hasattr(c, 'x'), hasattr(c, '__len__'), f.__doc__, told]`),
  )
  expect(value).toEqual([
    {},
    false,
    false,
    null,
    ['TypeError', 'TypeError', 'TypeError', 'AttributeError'],
  ])
})

test('classes that derive from nothing of the library take other bases', async () => {
  const value = valueOf(
    await guarded.run(`
class A:
    def says(self): return 'A'
    def __len__(self): return 1
class B:
    def says(self): return 'B'
class C(A): pass
class D(C): pass
class Keys(dict): pass
class Meta(type): pass
class Made(metaclass=Meta): pass
d = D()
before = d.says(), len(d)
C.__bases__ = (B,)
told = []
for bases in (), [B], (Keys,), (Made,), (D,), (3,), (B, B):
    try: C.__bases__ = bases
    except TypeError as error: told.append(str(error))
try: len(d)
except TypeError as error: told.append(str(error))
[before, d.says(), D.__mro__ == (D, C, B, object), B.__subclasses__() == [C], A.__subclasses__(), told]`),
  )
  const refused = "__bases__ of 'C' are set to plain classes defined here only"
  expect(value).toEqual([
    ['A', 1],
    'B',
    true,
    true,
    [],
    [
      'can only assign non-empty tuple to C.__bases__, not ()',
      'can only assign tuple to C.__bases__, not list',
      refused,
      refused,
      'a __bases__ item causes an inheritance cycle',
      refused,
      'duplicate base class B',
      "object of type 'D' has no len()",
    ],
  ])
})

describe('nothing leads on', () => {
  // Each is an expression; what it must not yield is anything but an AttributeError or a TypeError.
  const setup = `
import asyncio, collections, dataclasses, decimal, enum, functools, json, operator, re, string, types, typing
def gen(): yield
async def co(): pass
class C:
    def m(self): pass
class Told(int):
    def sized(self): return super().__sizeof__()
class E(Exception): pass
lru = functools.lru_cache(len)
`
  test.each(
    list(`
object.__subclasses__()
().__class__.__base__.__subclasses__()
().__class__.__mro__[1].__subclasses__()
C.__class__.__subclasses__()
C.__class__('X', (), {'__buffer__': len})
type(C).__class__.__subclasses__()
gen().__class__()
(lambda: 0).__class__(None, {})
len.__self__
[].append.__self__
print.__self__
json.dumps.__self__
re.compile('x').match.__self__
functools.update_wrapper.__dict__
functools.update_wrapper.__wrapped__
functools.reduce.__defaults__
functools.partial(len).__dict__
type.__dict__
string.Template.__annotations__
json.dumps.__kwdefaults__
json.dumps.__defaults__
asyncio.Queue().__dict__
re.RegexFlag.__members__
lru.__wrapped__.__self__
C().m.__func__.__self__
collections.abc.Set.__abstractmethods__
collections.UserDict.__slots__
typing.List.__dict__
getattr(object, '__sub' + 'classes__')()
getattr(len, '__se' + 'lf__')
getattr(C, '__glo' + 'bals__')
getattr(C.m, '__clo' + 'sure__')
getattr(C.m, '__built' + 'ins__')
getattr(C.m, '__get' + 'attribute__')('__clo' + 'sure__')
object.__getattribute__(C.m, '__clo' + 'sure__')
object.__getattribute__(list, '__subcla' + 'sses__')()
getattr(C, '__redu' + 'ce_ex__')
C().__reduce__()
C().__reduce_ex__(4)
C().__getstate__()
(1).__reduce__()
[].__reduce_ex__(2)
object.__reduce__
C.__dir__
list.__sizeof__
Told(1).sized()
object.__dict__['__new__'](type)
object.__dict__['__new__'](C.__class__)
object.__dict__['__init__'](json)
object.__dict__['__reduce__']
object.__dict__['__class__']
getattr(string.Template.__dict__['substitute'], '__glo' + 'bals__')
type.__mro__[0]('X', (), {'__buffer__': len})
type.__mro__[0].__subclasses__()
typing.NamedTuple('N', [('a', int)]).__orig_bases__[0]('X', [('__class__', int)])
collections.namedtuple('P', 'x')(1).__reduce__()
getattr(collections.namedtuple('P', 'x')._make.__func__, '__glo' + 'bals__')
json.__stdout__
json.__dict__['codecs']
json.__dict__['_default_encoder']
json.__dict__['__builtins__']
getattr(C, '__subclass' + 'hook__')
operator.attrgetter('__cla' + 'ss__')(1)
operator.attrgetter('__dict' + '__')(C())
operator.methodcaller('__subclasses' + '__')(object)
('{0.__cla' + 'ss__}').format(1)
('{0.__dict' + '__}').format(C())
('{x.__cla' + 'ss__}').format_map({'x': 1})
setattr(C, '__base' + 's__', (int,))
setattr(C.m, '__co' + 'de__', (lambda: 0))
setattr(int, '__name' + '__', 'x')
setattr(len, '__doc' + '__', 'x')
setattr(C, '__mod' + 'ule__', 'os')
setattr(C(), '__cla' + 'ss__', int)
setattr(1, '__cla' + 'ss__', C)
setattr(C, '__cla' + 'ss__', int)
setattr(functools.update_wrapper, '__wrap' + 'ped__', C)
setattr(E(), '__cau' + 'se__', 1)
setattr(E(), '__dict' + '__', {})
setattr(asyncio.Queue(), '__dict' + '__', {})
`),
  )('%s', async (expression) => {
    const outcome = await guarded.run(`${setup}
try: got = ${expression}
except (AttributeError, TypeError, KeyError, ValueError): got = 'stopped'
got if got == 'stopped' else 'GOT ' + repr(got)`)
    expect(valueOf(outcome)).toBe('stopped')
  })

  test('no source names what has no judge', async () => {
    const { check } = await createChecker({ dunders: 'guarded' })
    for (const name of [
      '__closure__',
      '__annotate__',
      '__builtins__',
      '__objclass__',
      '__loader__',
    ])
      expect(check(`f.${name}`).diagnostics.map(({ code }) => code)).toEqual(['PR203'])
    for (const text of [
      'x.__class__ += 1',
      'del x.__dict__, y',
      'del x.__mro__',
      'x.__class__, y = z',
      'x.__class__ = y.__class__ = z',
      'for x.__class__ in y: pass',
      'with y as x.__class__: pass',
      'x.__class__: int = y',
      'x.__mro__ = y',
      'match x:\n    case C(__class__=y): pass',
      'match x:\n    case y.__class__: pass',
      'class C:\n    __class__ = int',
      '__class__',
      'f(__class__=1)',
    ])
      expect([text, check(text).ok]).toEqual([text, false])
  })

  test('what a namespace shows holds no private state of the library, and no guard', async () => {
    const value = valueOf(
      await guarded.run(`
import asyncio, random, threading
class Q(asyncio.Queue): pass
class R(random.Random): pass
async def main(): return [k for k in Q().__dict__]
[asyncio.run(main()), [k for k in R().__dict__], [k for k in globals() if k.startswith('__b') or 'ʼ' in k]]`),
    )
    expect(value).toEqual([[], ['gauss_next'], []])
  })
})

test('without the key none is there, whatever was compiled before', async () => {
  const source = '(1).__class__.__name__'
  expect(valueOf(await guarded.run(source))).toBe('int')
  expect(await refused.run(source)).toMatchObject({
    status: 'refused',
    diagnostics: [{ code: 'PR203' }],
  })
  expect(valueOf(await guarded.run(source))).toBe('int')
  for (const name of ['__class__', '__dict__', '__mro__']) {
    const computed = `getattr(type(1), '${name.slice(0, 5)}' + '${name.slice(5)}', 'none')`
    expect(valueOf(await refused.run(computed))).toBe('none')
  }
})
