"""What crosses between a guest and the trusted guest of the host's beside it, and as what.

The two live in memories of their own. A message between them holds plain data (what marshal takes) and marks, which are
tuples that begin with StopIteration, a value that marshal can spell and no program sends:

  (StopIteration, n)          the receiver's own object number n, coming home
  (StopIteration, n, c)       the sender's object number n, of the sender's kind c
  ((StopIteration, name), x)  data of a class that marshal does not know, made of the parts x (PACKERS)

So data crosses by copy, all else as a number; what stands for an object of the other side is made by `meet`. A number is
never used twice, so that a stale one finds nothing.

Operations, by their numbers. To the host's side: what the guest may do with what it was given (exposed.py). To the guest's
side: what trusted code may do with what it was given, and with the guest's globals (remotes.py).
"""

from .sealed import __builtins__
import builtins
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from types import CodeType, FrameType, ModuleType, TracebackType
from uuid import UUID
from zoneinfo import ZoneInfo

# The C function behind which the host stands (door.ts), put there by the builder of the image. Elsewhere there is no door.
_door = sys.__dict__.pop('pyrestrict_door', None)

CALL, METHOD, GET, SET, OPERATE, NEXT, BEGIN, TURN, CANCEL, RELEASE, DESCRIBE, LIST = range(12)
(
    CALL_BACK,
    READ_GLOBAL,
    WRITE_GLOBAL,
    DELETE_GLOBAL,
    LIST_GLOBALS,
    TELL,
    ENTER,
    LEAVE,
    IS_INSTANCE,
) = range(9)

SCALARS = frozenset({type(None), bool, int, float, complex, str, bytes, type(...)})
CONTAINERS = frozenset({list, tuple, dict, set, frozenset})
# Classes whose instances are tried as data at once (door.ts).
PLAIN = SCALARS | CONTAINERS
NEVER = (ModuleType, FrameType, CodeType, TracebackType)
# Of an instance of a subclass of these, the data crosses.
EXACT = (int, float, complex, str, bytes, list, tuple, dict, set, frozenset, bytearray)
# How deep data may nest.
DEPTH = 80
# Objects of one side that the other may hold at once.
MOST_OBJECTS = 200_000
# Classes that are remembered as none of data.
MOST_KINDS = 1_000

_type, _id, _len = type, id, len
_mro = type.__dict__['__mro__'].__get__
_MARK = StopIteration

# Classes that may be the `default_factory` of a defaultdict that crosses.
_FACTORIES = {kind.__name__: kind for kind in (int, float, str, list, dict, set, tuple, bool)}


def _zone(offset, name):
    return timezone(offset) if name is None else timezone(offset, name)


def _defaultdict(factory, pairs):
    return defaultdict(_FACTORIES.get(factory), pairs)


def _at(kind):
    """How the parts of a `datetime` or `time` with its zone and fold are put together again."""
    return lambda parts, zone, fold: kind(*parts, tzinfo=zone, fold=fold)


# class -> (what it is made of, as data or further packed values; what makes it anew of these). Exact instances only.
PACKERS = {
    Decimal: (lambda x: (Decimal.__str__(x),), Decimal),
    Fraction: (lambda x: (x.numerator, x.denominator), Fraction),
    UUID: (lambda x: (x.int,), lambda number: UUID(int=number)),
    date: (lambda x: (x.year, x.month, x.day), date),
    time: (
        lambda x: ((x.hour, x.minute, x.second, x.microsecond), x.tzinfo, x.fold),
        _at(time),
    ),
    datetime: (
        lambda x: (
            (x.year, x.month, x.day, x.hour, x.minute, x.second, x.microsecond),
            x.tzinfo,
            x.fold,
        ),
        _at(datetime),
    ),
    timedelta: (lambda x: (x.days, x.seconds, x.microseconds), timedelta),
    timezone: (
        lambda x: (x.utcoffset(None), (x.__getinitargs__() + (None,))[1]),
        _zone,
    ),
    ZoneInfo: (lambda x: (x.key,), ZoneInfo),
    range: (lambda x: (x.start, x.stop, x.step), range),
    slice: (lambda x: (x.start, x.stop, x.step), slice),
    bytearray: (lambda x: (bytes(x),), bytearray),
    deque: (lambda x: (list(x), x.maxlen), deque),
    OrderedDict: (lambda x: (list(x.items()),), OrderedDict),
    Counter: (lambda x: (list(dict.items(x)),), lambda pairs: Counter(dict(pairs))),
    defaultdict: (
        lambda x: (getattr(x.default_factory, '__name__', None), list(x.items())),
        _defaultdict,
    ),
    type(NotImplemented): (lambda x: (), lambda: NotImplemented),
}
_UNPACK = {kind.__name__: unpack for kind, (_, unpack) in PACKERS.items()}
# Classes of data that the host's side may send as themselves.
CLASSES = {
    kind.__name__: kind
    for kind in (
        *(int, float, complex, str, bytes, bytearray, bool, list, tuple, dict, set, frozenset),
        *(Decimal, Fraction, UUID, date, time, datetime, timedelta, timezone),
    )
}
EXCEPTIONS = {
    name: value
    for name, value in vars(builtins).items()
    if _type(value) is type and issubclass(value, BaseException)
}


class Unexposed(AttributeError):
    """A value may not cross."""


class Table:
    """The objects of this side that the other holds, by number, and how often each was told."""

    def __init__(self):
        self.objects, self.kinds, self.numbers, self.counts = {}, {}, {}, {}
        # The next number, and how often any was told.
        self.next = self.told = 0

    def number(self, value, kind):
        key = _id(value)
        n = self.numbers.get(key)
        if n is None:
            if _len(self.objects) >= MOST_OBJECTS:
                raise MemoryError('too many objects are held on the other side of the door')
            n = self.next
            self.next = n + 1
            self.numbers[key], self.objects[n], self.kinds[n], self.counts[n] = n, value, kind, 0
        self.counts[n] += 1
        self.told += 1
        return n

    def release(self, pairs):
        """The other side let go of objects that it was told of so often; one that was told again meanwhile stays."""
        dropped = []
        for n, count in pairs:
            if n in self.counts:
                self.counts[n] -= count
                if self.counts[n] <= 0:
                    dropped.append(self.objects[n])
                    del self.numbers[_id(self.objects[n])]
                    del self.counts[n], self.kinds[n], self.objects[n]
        return dropped


def exact(value, base):
    """The data of an instance of a subclass, by the methods of `base`: none of the subclass's code runs."""
    if base is bytearray:
        return bytearray(list(bytearray.__iter__(value)))
    if base in (str, bytes):
        return base.__getitem__(value, slice(None))
    return base.__pos__(value)


# What a question can be about: an object, a global, or nothing.
_SUBJECTS = frozenset({int, str, type(None)})


def _is_name(mark):
    return _len(mark) == 2 and _type(mark[1]) is str


class Side:
    """One side of the door: how its values leave it, and how what arrives is read.

    `refer(value)` tells what is no data, and `is_own(value)` whether an instance of a subclass of data is none either. `meet(n, c)`
    is what stands here for an object of the other side. `home` maps the classes of such stand-ins to how one tells its number.
    """

    def __init__(self, refer, meet, home, serves, classes, is_own=lambda value: False):
        self.table = Table()
        objects, make = self.table.objects, _UNPACK | classes
        self.serves = serves
        # Classes whose instances hold no data of EXACT.
        no_data = set()

        def outward(value, depth=0):
            """`value` as plain data and marks."""
            kind = _type(value)
            if kind in SCALARS:
                return value
            if kind in CONTAINERS:
                return copied(value, kind, depth)
            if kind in home:
                return _MARK, home[kind](value)
            if kind in PACKERS:
                return (_MARK, kind.__name__), outward(PACKERS[kind][0](value), depth + 1)
            if kind in no_data:
                return refer(value)
            base = next((base for base in EXACT if base in _mro(kind)), None)
            if base is None or is_own(value):
                if base is None and _len(no_data) < MOST_KINDS:
                    no_data.add(kind)
                return refer(value)
            return copied(value, base, depth) if base in CONTAINERS else outward(exact(value, base))

        def copied(value, base, depth):
            """A container's parts, marked. No key is looked up or hashed before it is data."""
            if depth > DEPTH:
                raise ValueError('nested too deep to cross')
            depth += 1
            if base is dict:
                return {
                    outward(key, depth): outward(item, depth) for key, item in dict.items(value)
                }
            return base(
                [
                    item if _type(item) in SCALARS else outward(item, depth)
                    for item in base.__iter__(value)
                ]
            )

        def inward(value):
            """What arrived, with objects in place of marks."""
            kind = _type(value)
            if kind in SCALARS:
                return value
            if kind is tuple:
                first = value[0] if value else None
                if first is _MARK:
                    return objects[value[1]] if _len(value) == 2 else meet(value[1], value[2])
                if _type(first) is tuple and first and first[0] is _MARK and _is_name(first):
                    return make[first[1]](*[inward(part) for part in value[1]])
                return tuple([item if _type(item) in SCALARS else inward(item) for item in value])
            if kind is dict:
                return {inward(key): inward(item) for key, item in value.items()}
            return kind([item if _type(item) in SCALARS else inward(item) for item in value])

        def payload(parts):
            """The parts of a question, as data and marks."""
            return tuple([part if _type(part) in SCALARS else outward(part) for part in parts])

        def rich(operation, parts):
            """Serves a question that holds marks. What it is about is told by a number."""
            first, *rest = parts
            if _type(first) not in _SUBJECTS:
                raise TypeError('a question is about a number or a name')
            return serves[operation](first, *[inward(part) for part in rest])

        self.outward, self.inward, self.payload, self.rich, self.meet = (
            outward,
            inward,
            payload,
            rich,
            meet,
        )
