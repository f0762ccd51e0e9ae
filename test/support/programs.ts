/** Programs whose guarded text must do exactly what they do: print the same, raise the same on the same lines. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  'chains over lines': `
text = ('a,b;c'
        .replace(';',  # a comment in the chain
                 ',')
        .split(
            ','
        ))
print(text[
  1
  :
  ], text[-1], text[::2])
print(' '.join(text).upper() \\
  .center(11, '*'))`,
  'numbers and literals as receivers': `
print(1 .real, 1..imag, 0x1f.bit_length(), 1_0.5.is_integer(), 'a' 'b'.join('xyz'), f'{1}' 'z'.upper(), {}.get(1, 2), [3][0], ().count(1))
print(-1 .real ** 2, -(2).real ** 2, not 'a'.isdigit())`,
  precedence: `
class A:
    b = 3
a = A()
print(-a.b ** 2, 2 ** -a.b, a.b * 2 ** a.b % 7, not a.b == 3, a.b if a.b > 2 else -a.b, a.b or 0, (lambda: a.b)() + 1)
print(1if a.b else 2, [a][0].b if[a]else 0, a.b in(3, 4), a.b is not(None), 5 - a.b - 1)`,
  'private names': `
class _Base:
    __x = 1
    def __init__(self):
        self.__y = 2
        self.__y += self.__x
    def get(self):
        return self.__y, self.__x, [s.__x for s in [self]], (lambda: self.__y)()
class Other(_Base):
    __x = 10
    def get(self):
        return super().get(), self.__x, self._Base__y
class __:
    __z = 5
    def get(self): return self.__z
print(Other().get(), __().get(), sorted(k for k in vars(Other()) ))
class Outer:
    class Inner:
        __v = 7
        def get(self): return self.__v
    def get(self, inner):
        try:
            return inner.__v
        except AttributeError as error:
            return str(error)
print(Outer.Inner().get(), Outer().get(Outer.Inner()))`,
  'generic classes': `
class Box[T]:
    def __init__(self, value: T) -> None:
        self.value = value
    def map[U](self, f: 'object') -> 'Box[U]':
        return Box(f(self.value))
class Pair[A, B = int](Box[A]):
    pass
type Names[T] = list[T] | dict[str, T]
print(Box(1).map(str).value + '!', Pair.__type_params__, Names.__value__, Pair.__orig_bases__)
def first[T: (int, str)](items: list[T]) -> T: return items[0]
print(first('ab'), first.__annotations__, first.__type_params__[0].__constraints__)`,
  unpacking: `
a, (b, *c), [d, e] = 1, (2, 3, 4), [5, 6]
print(a, b, c, d, e)
a = b, c = d = [7, 8]
print(a, b, c, d)
a, b = b, a
print(a, b)
first, *rest, last = range(5)
print(first, rest, last)
(x), ((y, z)) = 1, (2, 3)
print(x, y, z)
class O: pass
o = O(); k = {}
o.a, k['b'], *o.c = 'xyzw'
print(o.a, k, o.c)
for i, (j, *n) in [(1, (2, 3)), (4, '567')]: print(i, j, n)
print([(p, q) for p, (q, r) in {1: (2, 3)}.items()])
for o.loop in 'ab': print(o.loop)
() = []
print([*range(3), *'ab'], (*[1], 2), {*[1, 1]}, {**{'a': 1}, 'b': 2})
one = [1]
def pair(): return *one, 2
print(pair())`,
  'too few and too many values': `
def attempt(f):
    try:
        f()
    except ValueError as error:
        print(error)
def few():
    a, b, c = 1, 2
def many():
    a, (b, c) = 1, (2, 3, 4)
def star():
    a, b, *c = [1]
def loop():
    for a, b in [(1, 2), (3,)]:
        print(a, b)
for f in few, many, star, loop: attempt(f)`,
  'augmented assignment': `
log = []
class Obj:
    v = [1]
    def __getattr__(self, n): log.append(n); return 0
def at(x, note): log.append(note); return x
o = Obj(); items = [1, 2, 3]
at(o, 'object').v += at([2], 'value')
at(items, 'items')[at(0, 'key')] += at(10, 'value')
at(items, 'items')[at(0, 'from'):at(2, 'to')] += at([7], 'value')
n = 5
n += n
n -= 1; n *= 2; n //= 4; n **= 3; n %= 50; n <<= 1; n >>= 2; n |= 8; n ^= 3; n &= 0xff
(n) += 1
t = 1,
t += 2, 3
print(o.v, items, n, t, log)
def gen():
    total = 0
    total += yield total
    total += yield total
    yield total
g = gen(); print(next(g), g.send(3), g.send(4))
s = 'a'
alias = s
s += 'b'
print(s, alias)
def local():
    try:
        missing += 1
    except UnboundLocalError as error:
        print('unbound')
local()`,
  'star calls': `
def show(*a, **k): return a, sorted(k.items())
class M:
    def m(self, *a, **k): return show(*a, **k)
args, options = [1, 2], {'x': 3}
print(show(*args, **options), M().m(0, *args, y=4, **options), show(*'ab', *range(2)), show(**{}), print(*args, sep='-'))
print(show(*args,), (lambda *a: a)(*args), show(*[*args, 9] or ()), max(*args), [*map(lambda x: x * 2, args)])
try:
    show(*args, x=1, **options)
except TypeError:
    print('twice')
print(show(1, f=2, self=3, o=4, args=5))`,
  classes: `
from enum import Enum, Flag, auto
from dataclasses import dataclass, field
from typing import NamedTuple
class Colour(Enum):
    RED = auto()
    BLUE = auto()
    @property
    def lower(self): return self.name.lower()
class Perm(Flag):
    R = auto()
    W = auto()
@dataclass(order=True)
class Point:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)
    def __post_init__(self): self.x += 1
class Named(NamedTuple):
    a: int
    b: str = 'b'
class Plugin:
    found = []
    def __init_subclass__(cls, /, tag=None, **k):
        super().__init_subclass__(**k)
        cls.found.append((cls.__name__, tag))
class P1(Plugin, tag='one'): pass
class P2(P1, tag='two',): pass
class Meta(type):
    def __new__(m, n, b, d, **k): return super().__new__(m, n + '!', b, d)
M = Meta('M', (), {})
class N(M): pass
print([c.lower for c in Colour], Perm.R | Perm.W, Point(1) < Point(2, 3), Point(1), Named(1)._replace(b='c'), Plugin.found, N.__name__)
class Empty: pass
class Doc:
    """doc"""
    x = y = 1
    z = [i for i in range(3)]
print(Doc.__doc__, Doc.z, Empty.__qualname__, Doc.__annotations__)`,
  'descriptors, properties, super': `
class Base:
    def __init__(self, n): self.n = n
    def __getitem__(self, k): return k, self.n
    def __setitem__(self, k, v): self.n = k, v
    def __delitem__(self, k): self.n = k
    @property
    def p(self): return self.n
    @p.setter
    def p(self, v): self.n = v * 2
    @p.deleter
    def p(self): self.n = None
class Sub(Base):
    def __init__(self, n):
        super().__init__(n + 1)
        super(Sub, self).__init__(self.n + 1)
    def __getitem__(self, k): return super().__getitem__(k)
s = Sub(1)
print(s[1], s[1:2], s[1:2:3], s[:, 1], s[...], s[1, 2], s[1,], s[()])
s[0] = 1; print(s.n)
s[1:2] = 3; print(s.n)
del s[5]; print(s.n)
s.p = 4; print(s.p)
del s.p; print(s.p)
t = [1, 2]
print(s[*t], s[*t, 3], s[*s.p or t], s[(lambda: 1)():2], s[x := 3], x)`,
  'f-strings': `
class A:
    b = 1.5
    def __repr__(self): return 'A{}'
a = A(); d = {'k': 'v', "it's": 1}; w = 10
print(f'{a.b} {a.b!r} {a.b:>{w}} {a.b:{'>'}{w}.{2}} {d['k']} {d["it's"]} {{a.b}} {a!s:>5}|')
print(f'{a.b=} {a.b = } {a.b=!s} {a.b=:>8} {d['k']=} {d["k"] = !r:>6} {a=}', f"{d['k']=}", rf'\\d{a.b=}', f'{w:=+5}')
print(f'''{
  a.b  # why
  =  # indeed
}|{'"'}|{d[
  'k'
]=}''')
print(f'{'\\n'.join(['x', 'y'])=}', rf'{'\\n'=}', f'{a.b:{w=}}' if False else f'{w:{w=}<4}' if False else '')
print(f'{[(x, y) for x, y in d.items()]} {(lambda z: z.b)(a)} {a.b if w else 0} {f'{f'{a.b=}'=}'}')
print(f'{ {1: 2}[1] } {a.b,} {*d,}', f'{a.b}' 'x{a.b}' f'{w}', F'{w!a}', f'{w}' f'{w=}')`,
  'comprehensions and generators': `
data = {'a': [1, 2], 'b': [3]}
print([x for v in data.values() for x in v if x > 1], {k: len(v) for k, v in data.items()}, {x % 2 for v in data.values() for x in v}, sum(x for v in data.values() for x in v))
def walk(t):
    if isinstance(t, list):
        for x in t: yield from walk(x)
    else:
        got = yield t
        if got: yield got
print(list(walk([1, [2, [3]]])))
def outer():
    result = yield from inner()
    yield result
def inner():
    yield 1
    return 'r'
print([*outer()], list(zip(*[(1, 2), (3, 4)])), [y for x in range(3) if (y := x * 2)])
g = (x for x in [1, 2]); print(next(g), *g)
print([[c.upper() for c in w] for w in ['ab', 'c']], any(x.isdigit() for x in 'a1'))`,
  match: `
from dataclasses import dataclass
@dataclass
class P:
    x: int
    y: int
class K:
    ONE = 1
def f(v):
    match v:
        case K.ONE: return 'one'
        case P(x=0, y=y) if y.bit_length() > 1: return f'on axis {y}'
        case P(a, b): return a, b
        case [P(x, _), *rest] if rest[0:]: return x, rest
        case {'k': [a, b], **others}: return a, b, others
        case 'a' | 'b' as s: return s.upper()
        case -1 | 2.5 | None: return 'literal'
        case [[x, y], (z)]: return x + y + z
        case _: return 'other'
for v in [1, P(0, 5), P(0, 1), [P(1, 2), 3], {'k': [1, 2], 'z': 3}, 'b', -1, None, [[1, 2], 3], object]: print(f(v))
match = {'case': 1}
print(match['case'], match.get('x'))
rest = [3]
match (1, 2), *rest:
    case (a, b), c: print(a, b, c)`,
  with: `
class C:
    def __init__(self, n): self.n = n
    def __enter__(self): print('enter', self.n); return self.n, [self.n]
    def __exit__(self, *e): print('exit', self.n, e[0] and e[0].__name__); return self.n == 'swallow'
class O: pass
o = O(); d = {}
with C('a') as (x, [y]), C('b') as o.t: print(x, y, o.t)
with (C('c') as d['k'], C('swallow') as (o.p, (o.q,)),): print(d, o.p, o.q); d['missing']
with C('d'): pass
print('done')`,
  scopes: `
x = 1
def f():
    global x
    x += 1
    n = 0
    def g():
        nonlocal n
        n += x
        n *= 2
        return n
    return g
g = f(); print(g(), g(), x)
class A:
    v = 1
    v += 1
    w = [v for _ in [0]] if False else v
    def m(self): return self.w
    for i in range(2): v += i
print(A.v, A.w, A().m(), A.i)
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])
def d(a, /, b=x.real, *c, e=x.imag, **k): return a, b, c, e, k
print(d(1), d(1, 2, 3, e=4, z=5))`,
  exceptions: `
class Mine(Exception):
    def __init__(self, code): super().__init__(code); self.code = code
def f(o):
    try:
        return o.missing
    except AttributeError as error:
        try:
            raise Mine(3) from error
        except (Mine, KeyError) as mine:
            print(mine.code, type(mine.__cause__).__name__, mine.args[0])
            raise
    finally:
        print('finally')
try:
    f(1)
except Mine as e:
    print(e.code)
else:
    print('never')
try:
    assert 'a'.isdigit(), 'not %s' % 'a'.upper()
except AssertionError as e:
    print(e)
for i in [1]:
    try: continue
    finally: print('left')
else: print('else')
while True: break`,
  asynchronous: `
class It:
    def __init__(self, n): self.n = n
    def __aiter__(self): return self
    async def __anext__(self):
        self.n -= 1
        if self.n < 0: raise StopAsyncIteration
        return self.n, self.n * 2
    async def __aenter__(self): return self.n, self
    async def __aexit__(self, *e): print('left')
async def gen():
    for i in range(2): yield i
async def one(x): return x
async def main():
    async with It(2) as (n, it):
        async for a, b in it: print(n, a, b)
    async for it.last in gen(): print(it.last)
    print([a async for a, b in It(2)], {a: b async for a, b in It(2) if a}, [await one(x) for x in range(2)])
    (await one(it)).n = 9
    return it.n, (await one([1, 2]))[1], -await one(2) ** 2
result = main()`,
  decorators: `
class R:
    def __init__(self): self.found = {}
    def on(self, *names, **k):
        def keep(f):
            for n in names: self.found[n] = f.__name__, k
            return f
        return keep
r = R(); rs = [r]; names = 'a', 'b'
@r.on('x')
@rs[0].on(*names, z=1)
@(lambda f: f)
def f(): pass
@r.on('cls')
class C:
    @staticmethod
    def s(): return 's'
    @classmethod
    def c(cls): return cls.__name__
print(r.found, C.s(), C.c())`,
  'attributes of type(x)': `
class A:
    count = 0
    table = {}
    def __init__(self):
        type(self).count += 1
        type(self).last = self.count
        type(self).table[self.count] = self
        type(self).note: int = 3
a, b = A(), A()
print(A.count, A.last, sorted(A.table), A.note)
del type(a).last
print(hasattr(A, 'last'))
type.x if False else None
print = print
match, case, _ = 'm', 'c', 'u'
print(match.upper(), case.upper(), _.upper())`,
  'names in other letters': `
class Ａ:
    ﬁeld = 1
    def ｍ(self): return self.ﬁeld, self.field
    __ｘ = 2
    def y(self): return self.__ｘ
print(A().ｍ(), Ａ().m(), A().y(), 'straße'.title(), ''.join(c for c in 'é').upper())
ｉ = 1
ｉ += 1
print(i)`,
  'globals at the start of statements': `
import os.path as p, json
from collections import (OrderedDict as OD, deque)
d = deque([1, 2]); d.appendleft(0); d[1] = 5; del d[0]
print(p.join('a', 'b'), json.dumps({'a': [*d]}), OD(a=1)['a']); d.clear(); d.append(1), d.extend([2]); print(len(d))
if d[0] == 1: d.pop(); print(d[0])
x = y = d; x.z if False else 0; print(x is y)`,
}

/** Programs that end in an exception which nobody catches: its type and the lines it came along must be the same. */
export const FAILING: Readonly<Record<string, string>> = {
  'attribute in a chain over lines': `
x = ('a'
     .upper()
     .nothing
     .lower())`,
  'item in a chain over lines': `
d = {'a': {}}
print(
  d['a']
   ['b']
   ['c']
)`,
  'in a call': `
def f(a, b):
    return a[b].c
f(
  [1],
  0
)`,
  'in an argument': `
print(1,
  2 .x,
  3)`,
  iterating: `
for x in (
  1 .real
): pass`,
  'in a comprehension': `
print([
  y.z
  for y in [1]
])`,
  'unpacking over lines': `
a, \\
  b = (
  1,
)`,
  augmented: `
x = 1
x += (
  'a'.upper()
)`,
  'augmented attribute': `
class A: pass
a = A()
a.b \\
  += 1`,
  'in a write': `
x = ()
x.a = \\
  1`,
  deleting: `
d = {}
del d[
  'k'
]`,
  'in an f-string over lines': `
a = 1
f'''{a}
{a.b}
'''`,
  'in an f-string that shows itself': `
a = 1
f'''{
  a
   .b
=}'''`,
  'in a star call': `
def f(): pass
f(
  *[1, 2],
  **{}
)`,
  'in a class body': `
class A(
    object
):
    x = 1
    y = x.z`,
  'in a decorator': `
@str.nothing
def f(): pass`,
  'in a generator': `
def g():
    yield 1
    yield from 2
list(g())`,
  'in a nested function': `
def f():
    def g():
        return (lambda v:
          v.w)(1)
    return g()
f()`,
  'raised in a loop': `
for i in range(3):
    if i == 1:
        raise KeyError(
          i.real)`,
  'with a context': `
try:
    {}['a']
except KeyError as e:
    e.nothing`,
  'a match guard': `
match 1:
    case x if (
      x.y
    ): pass`,
  recursion: `
def f(n): return f(n - 1) if n else 1 .x
f(3)`,
}
