# A guest that changes things while C code works on them. SEED and STEPS are put in by reentrancy.mjs.
import array, bisect, binascii, collections, contextvars, copy, csv, datetime, decimal, enum, fractions, functools, heapq, io
import itertools, json, math, operator, random, re, statistics, string, struct, textwrap, types, unicodedata, zlib
from decimal import Decimal

R = random.Random(SEED)
pool, depth, oddities = [], 0, []
EXPECTED = (
    TypeError, ValueError, LookupError, StopIteration, AttributeError, ArithmeticError, RuntimeError, BufferError, EOFError,
    MemoryError, csv.Error, json.JSONDecodeError, struct.error, re.error, zlib.error, copy.Error, NameError, OSError,
)


def pick():
    return R.choice(pool)


def meddle():
    """What every special method does first: anything at all, to anything in use."""
    global depth
    if depth > 2 or R.random() < 0.4:
        return
    depth += 1
    try:
        act()
    except EXPECTED:
        pass
    finally:
        depth -= 1


class Numeric:
    def __index__(self): meddle(); return R.choice((0, 1, 2, 5, -1, 65, 200, 1000))
    def __int__(self): meddle(); return 3
    def __float__(self): meddle(); return R.choice((1.5, 0.0, -2.0))
    def __complex__(self): meddle(); return 1j
    def __bool__(self): meddle(); return R.random() < 0.5
    def __add__(self, other): meddle(); return R.choice((NotImplemented, 1, self))
    def __radd__(self, other): meddle(); return R.choice((NotImplemented, 1, self))
    def __sub__(self, other): meddle(); return R.choice((NotImplemented, 1, self))
    def __rsub__(self, other): meddle(); return 1
    def __mul__(self, other): meddle(); return R.choice((NotImplemented, 1))
    def __rmul__(self, other): meddle(); return 1
    def __mod__(self, other): meddle(); return NotImplemented
    def __rmod__(self, other): meddle(); return 'm'
    def __or__(self, other): meddle(); return NotImplemented
    def __ror__(self, other): meddle(); return self
    def __and__(self, other): meddle(); return NotImplemented
    def __round__(self, n=None): meddle(); return 1
    def __trunc__(self): meddle(); return 1


class Evil(Numeric):
    def __init__(self, n=0): self.n = n
    def __hash__(self): meddle(); return self.n % 3
    def __eq__(self, other): meddle(); return R.choice((True, False, NotImplemented))
    def __lt__(self, other): meddle(); return R.choice((True, False, NotImplemented))
    def __gt__(self, other): meddle(); return R.random() < 0.5
    def __le__(self, other): meddle(); return R.random() < 0.5
    def __len__(self): meddle(); return R.choice((0, 1, 3))
    def __length_hint__(self): meddle(); return R.choice((0, 1, 50))
    def __iter__(self): meddle(); return R.choice((self, iter([1, 2]), iter('ab'), generate()))
    def __next__(self):
        meddle()
        if R.random() < 0.4: raise StopIteration
        return R.choice((1, 'a', self, b'x', (1, 2)))
    def __reversed__(self): meddle(); return iter([3, 2, 1])
    def __getitem__(self, key):
        meddle()
        if R.random() < 0.3: raise IndexError
        return R.choice((1, 'x', self))
    def __setitem__(self, key, value): meddle()
    def __contains__(self, key): meddle(); return True
    def __call__(self, *args, **named): meddle(); return R.choice((1, None, 'x', self, b'y', True, 0, [1], args))
    def __repr__(self): meddle(); return 'E'
    def __str__(self): meddle(); return 'e'
    def __format__(self, spec): meddle(); return 'f'
    def __bytes__(self): meddle(); return b'e'
    def __enter__(self): meddle(); return self
    def __exit__(self, *args): meddle(); return True
    def __copy__(self): meddle(); return self
    def __deepcopy__(self, memo): meddle(); return self
    def keys(self): meddle(); return R.choice(([1], ['a', 'b'], self))
    def items(self): meddle(); return [('a', 1)]
    def write(self, text): meddle(); return 1
    def read(self, n=-1): meddle(); return ''


class Text(str):
    def __len__(self): meddle(); return 1
    def __iter__(self): meddle(); return iter('q')
    def __str__(self): meddle(); return 'z'
    def __index__(self): meddle(); return 1
    def __getitem__(self, key): meddle(); return 'g'


class Whole(int):
    def __index__(self): meddle(); return 2
    def __add__(self, other): meddle(); return NotImplemented
    def __radd__(self, other): meddle(); return R.choice((NotImplemented, 5))


class Listed(list):
    def __len__(self): meddle(); return 2
    def __iter__(self): meddle(); return iter([1])
    def __getitem__(self, key): meddle(); return 7
    def __eq__(self, other): meddle(); return True


class Mapped(dict):
    def __getitem__(self, key): meddle(); return 7
    def __missing__(self, key): meddle(); return 8
    def __iter__(self): meddle(); return iter(['a'])
    def keys(self): meddle(); return ['a']
    def items(self): meddle(); return [('a', 1)]


class Ordered(collections.OrderedDict):
    def __getitem__(self, key): meddle(); return super().__getitem__(key)
    def __setitem__(self, key, value): meddle(); super().__setitem__(key, value)
    def __delitem__(self, key): meddle(); super().__delitem__(key)


class Bytes(bytearray):
    def __hash__(self): meddle(); return 1
    def __len__(self): meddle(); return 3
    def __bytes__(self): meddle(); return b'b'


class Lines(io.StringIO):
    def readline(self, size=-1): meddle(); return R.choice(('', 'a,b\n'))


class Day(datetime.date):
    def __sub__(self, other): meddle(); return NotImplemented
    def __eq__(self, other): meddle(); return NotImplemented
    def __hash__(self): meddle(); return 1


def generate():
    try:
        while True:
            meddle()
            yield R.choice((1, 'a', Evil()))
            if R.random() < 0.3:
                return
    finally:
        meddle()


def call(*args, **named):
    meddle()
    return R.choice((1, 0, None, 'x', True, args and args[0], Evil(2)))


def value():
    return R.choice((Evil(R.randrange(5)), 1, 'a', 2.5, None, b'b', (1, 2), Whole(4), Decimal(3)))


def items():
    return R.choice((
        generate(), Evil(), iter([value() for _ in range(5)]), [value(), value()], 'abc', filter(call, [1, 2, 3]), map(call, [1, 2]), zip([1], [2]),
        range(3), pick(), Listed([1]), iter(call, 1),
    ))


I = itertools
MAKERS = [
    lambda: [value() for _ in range(R.randrange(40))], lambda: {R.choice((Evil(i), i, str(i))): value() for i in range(R.randrange(20))},
    lambda: {R.choice((Evil(i), i, str(i))) for i in range(R.randrange(20))}, lambda: frozenset({Evil(i) for i in range(5)}), lambda: bytearray(R.randrange(300)), lambda: Bytes(50),
    lambda: memoryview(bytearray(R.randrange(1, 100))), lambda: memoryview(Bytes(9)).toreadonly(), lambda: memoryview(array.array('d', [1.0] * 9)),
    lambda: array.array(R.choice('bBhHiIlLqQfd'), [1] * R.randrange(50)), lambda: array.array('w', 'abc'),
    lambda: collections.deque([value() for _ in range(R.randrange(80))], R.choice((None, 5, 100))), lambda: collections.OrderedDict((Evil(i), i) for i in range(R.randrange(15))),
    lambda: Ordered((i, i) for i in range(R.randrange(15))), lambda: collections.Counter('abca'), lambda: collections.Counter({Evil(1): value(), 'b': value()}),
    lambda: collections.defaultdict(call, a=1), lambda: collections.ChainMap({1: 2}, {3: 4}), lambda: collections.UserDict(a=1), lambda: collections.UserList([1, Evil()]),
    lambda: Listed([1, 2, 3]), lambda: Mapped(a=1), lambda: Text('abc'), lambda: Whole(5), Evil, generate, lambda: io.StringIO('abc\ndef'), lambda: io.BytesIO(b'abc\ndef'), lambda: Lines('a\nb'),
    lambda: I.chain(items(), items()), lambda: I.chain.from_iterable([items(), items()]), lambda: I.chain.from_iterable(items()), lambda: I.islice(items(), 5), lambda: I.cycle(items()),
    lambda: I.tee(items(), 2)[0], lambda: I.zip_longest(items(), items()), lambda: I.batched(items(), 2), lambda: I.pairwise(items()), lambda: I.groupby(items(), R.choice((None, call))),
    lambda: I.accumulate(items(), R.choice((None, call, operator.add, max))), lambda: I.starmap(call, [(1, 2)] * 3), lambda: I.takewhile(call, items()), lambda: I.dropwhile(call, items()),
    lambda: I.filterfalse(call, items()), lambda: I.compress(items(), items()), lambda: I.count(R.choice((1, 2.5, 1 << 70)), R.choice((1, Whole(2), Evil()))), lambda: I.product([1, Evil()], [3]),
    lambda: I.permutations([1, 2, 3]), lambda: I.repeat(value(), 5), lambda: zip(items(), items()), lambda: map(call, items(), items()), lambda: filter(R.choice((None, call)), items()),
    lambda: enumerate(items(), R.choice((0, Whole(1), 1 << 70))), lambda: reversed(R.choice(([1, 2], {1: 2, 3: 4}, {5: 6}.items(), (1,), Evil()))),
    lambda: iter(R.choice(([1, Evil()], {1: 2}, {3}, 'ab', b'ab', range(3), (1, 2), bytearray(3), array.array('i', [1, 2]), Mapped(a=1)))), lambda: iter(call, R.choice((1, Evil()))),
    lambda: {Evil(1): 2, 3: 4}.items(), lambda: {1: 2}.keys(), lambda: {1: Evil()}.values(), lambda: functools.partial(call, 1, k=2), lambda: functools.lru_cache(R.choice((None, 2, 0)))(call),
    lambda: functools.cmp_to_key(call)(value()), lambda: slice(value(), value(), value()), lambda: list[R.choice((int, Evil(), [Evil(), int]))], lambda: csv.reader(items()), lambda: csv.writer(Evil()),
    lambda: csv.DictReader(items()), lambda: re.compile('a(b)?').finditer('ababab'), lambda: struct.iter_unpack('<H', bytearray(20)), lambda: decimal.Decimal('1.5'),
    lambda: json.JSONEncoder(default=call, check_circular=R.random() < 0.5), lambda: decimal.Context(prec=5).flags, lambda: decimal.Context(prec=5), lambda: fractions.Fraction(1, 3),
    lambda: types.SimpleNamespace(a=Evil()), lambda: types.MappingProxyType({Evil(): 1}), lambda: zlib.compressobj(), lambda: Day(2020, 1, 1), lambda: datetime.timedelta(1), lambda: contextvars.ContextVar('v'),
    lambda: ExceptionGroup('g', [ValueError(Evil()), KeyError(1)]), lambda: UnicodeEncodeError('utf-8', 'abc', 1, 2, 'r'), lambda: re.compile('(?P<a>.)').match('b'), lambda: string.Template('$a $b'),
]
FUNCTIONS = [
    len, sum, min, max, sorted, list, tuple, set, dict, frozenset, bytes, bytearray, str, repr, hash, any, all, iter, next, reversed, enumerate, zip, map, filter, int, float, complex, abs, round, divmod,
    pow, bool, ascii, chr, ord, hex, bin, isinstance, callable, memoryview, range, slice, format, getattr, dir, id, operator.add, operator.mul, operator.concat, operator.contains, operator.countOf,
    operator.indexOf, operator.getitem, operator.setitem, operator.delitem, operator.eq, operator.lt, operator.iadd, operator.ior, operator.iand, operator.isub, operator.ixor, operator.imul,
    operator.sub, operator.and_, operator.or_, operator.xor, operator.mod, operator.length_hint, operator.index, operator.iconcat, operator.truth, operator.not_, operator.pow, operator.floordiv,
    heapq.heappush, heapq.heappop, heapq.heapify, heapq.heapreplace, heapq.heappushpop, heapq.heapify_max, heapq.heappush_max, heapq.heappop_max, heapq.nlargest, heapq.merge, bisect.insort,
    bisect.bisect_left, functools.reduce, json.dumps, json.loads, math.sumprod, math.fsum, math.prod, math.dist, math.hypot, math.gcd, math.comb, math.isqrt, statistics.mean, struct.pack, struct.unpack_from,
    struct.pack_into, copy.copy, copy.deepcopy, ''.join, b''.join, bytearray().join, str.translate, bytes.join, str.join, bytes.fromhex, int.from_bytes, dict.fromkeys, set.union, set.update,
    set.intersection, set.symmetric_difference_update, collections.Counter.update, binascii.hexlify, zlib.compress, random.shuffle, random.choice, random.sample, itertools.tee, itertools.product,
    unicodedata.normalize, str.maketrans, str.split, str.replace, textwrap.wrap, decimal.setcontext, Decimal, fractions.Fraction, datetime.timedelta, functools.cmp_to_key,
]
OPERATIONS = (
    lambda x, a: x[a], lambda x, a: operator.setitem(x, a, value()), lambda x, a: operator.delitem(x, a), lambda x, a: x + a, lambda x, a: x == a, lambda x, a: a in x, lambda x, a: x % a,
    lambda x, a: [y for _, y in zip(range(9), x)], lambda x, a: operator.ior(x, a), lambda x, a: operator.iadd(x, a), lambda x, a: next(x), lambda x, a: x < a,
    lambda x, a: operator.setitem(x, slice(a, None), items()), lambda x, a: x & a, lambda x, a: x | a, lambda x, a: x ^ a, lambda x, a: x - a, lambda x, a: x @ a, lambda x, a: [*x][:99],
    lambda x, a: {**x}, lambda x, a: f'{x!r:{a}}', lambda x, a: '%s %r' % (x, a), lambda x, a: '{0} {1}'.format(x, a),
)


def argument():
    return R.choice((
        pick, lambda: Evil(R.randrange(4)), value, items, lambda: R.choice((0, 1, -1, 3, 'a', b'ab', None, slice(0, 5), (1, 2), '%s %a', b'%a', 2.5)), lambda: Text(':'), lambda: Whole(3),
    ))()


def act():
    x, how = pick(), R.random()
    if how < 0.12:
        pool[R.randrange(len(pool))] = R.choice(MAKERS)()
        return
    args = [argument() for _ in range(R.choice((0, 1, 1, 1, 2, 2, 3)))]
    if how < 0.6:
        names = [name for name in dir(x) if name not in ('n', 'wait')]
        if not names:
            return
        found = getattr(x, R.choice(names))
        got = found(*args) if callable(found) else found
    elif how < 0.78:
        got = R.choice(FUNCTIONS)(x, *args)
    else:
        got = R.choice(OPERATIONS)(x, args[0] if args else 1)
    if got is not None and R.random() < 0.3 and not isinstance(got, (int, float, str)):
        if not (isinstance(got, (list, bytes, bytearray, tuple)) and len(got) > 2000):
            pool[R.randrange(len(pool))] = got


SOUND = (set, frozenset, dict, list, tuple, collections.deque)


def sound(x):
    """Whether a container is what it says: as many as it counts, all of them objects."""
    if not isinstance(x, SOUND) or isinstance(x, (Listed, Mapped, collections.OrderedDict)):
        return True
    walked = sum(1 for _ in x)
    return walked == len(x) == len(list(x)) and all(callable(y) in (True, False) for y in list(x))


pool.append(1)
while len(pool) < 30:
    try:
        pool.append(R.choice(MAKERS)())
    except EXPECTED:
        pass
for step in range(STEPS):
    depth = 0
    try:
        act()
    except EXPECTED as error:
        text = str(error)
        if "'' object" in text or 'NULL' in text:
            oddities.append(text[:80])
    except RecursionError:
        pass
    except Exception as error:
        oddities.append(repr(error)[:120])
    if step % 16 == 0:
        depth = 9
        for x in pool:
            if not sound(x):
                oddities.append(f'not sound: {type(x).__name__} of {len(x)}')
oddities
