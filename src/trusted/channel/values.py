"""How values leave and enter the guest: as wire bytes (wire.ts), by the interpreter's own `marshal`.

What `marshal` does not know is a reference, `(StopIteration, type, text)`: dates, decimals and kin by what their constructors read,
everything that is no data by its `repr`. No code of the guest's runs here, whatever the value: types are compared by identity, and the
contents of a subclass's instance are read by the base's own methods. The one exception is `repr`, which the caller makes.
"""

from .sealed import __builtins__
import gc
import marshal
import sys
from array import array
from collections import deque
from contextlib import contextmanager
from itertools import compress
from typing import Any

from .records import records
from .text_forms import READERS, TEXTS, NoData, by_id

# Less than `marshal` and its reader go: what nests deeper is opaque from there on. The frames that the walk takes, with room.
_DEEPEST, _FRAMES = 1_480, 2_500
# Characters of a repr, and of a type's name.
MOST_TEXT, MOST_NAME = 10_000, 200
_REFERENCE = b'(\3\0\0\0S'

_mro = type.__dict__['__mro__'].__get__
_name = type.__dict__['__name__'].__get__
_type, _id, _len, _stop, _whole = type, id, len, StopIteration, slice(None)


class TooLarge(ValueError):
    """The value has more parts, or more bytes, than the host takes."""


# What a value takes of the bytes at least; what crosses as containers, in place of which comes the kind named, in a key the other.
_SIZES = by_id(
    {
        str: lambda x: 5 + _len(x),
        bytes: lambda x: 5 + _len(x),
        int: lambda x: 5 + (int.bit_length(x) >> 3),
        float: lambda _: 9,
        complex: lambda _: 17,
        bool: lambda _: 1,
        type(None): lambda _: 1,
        type(...): lambda _: 1,
    }
)
_CONTAINERS = by_id(
    {
        list: (list.__iter__, list, tuple),
        tuple: (tuple.__iter__, tuple, tuple),
        set: (set.__iter__, set, frozenset),
        frozenset: (frozenset.__iter__, frozenset, frozenset),
        deque: (deque.__iter__, list, tuple),
        dict: (dict.items, dict, None),
    }
)
# The contents of a subclass's instance, and of what lends its bytes.
_COPIES = by_id(
    {
        int: int.__pos__,
        float: float.__pos__,
        str: lambda x: str.__getitem__(x, _whole),
        bytes: lambda x: bytes.__getitem__(x, _whole),
        bytearray: lambda x: bytes(bytearray.__getitem__(x, _whole)),
        array: array.tobytes,
        memoryview: memoryview.tobytes,
    }
)
# What crosses as text in arguments of questions alone: ends of the host's objects.
_GIVEN = {}
READERS['record'] = records


def _name_of(kind):
    return str.__getitem__(_name(kind), slice(MOST_NAME))


def _base_of(kind):
    """The id of the nearest built-in type that instances of `kind` have the contents of; None for an instance of nothing such."""
    for base in _mro(kind):
        if id(base) in _COPIES or id(base) in _CONTAINERS:
            return id(base)
    return None


class _Walk:
    """A value's copy in exact built-in types. What is opaque has the text that `texts` tells, by id, and is listed if it has none."""

    def __init__(self, most_nodes, most_bytes, texts):
        self.nodes, self.size, self.texts = most_nodes, most_bytes, texts
        self.within, self.opaque, self.as_text = set(), [], TEXTS
        # What can be called and is no data, where it is to be lent.
        self.lent = None

    def copy(self, value, hashed=False):
        kind, key = _type(value), _id(_type(value))
        self.nodes -= 1
        if key in _SIZES:
            self.size -= _SIZES[key](value)
            if self.nodes < 0 or self.size < 0:
                raise TooLarge
            return value
        if key in self.as_text:
            try:
                return self.reference(kind, self.as_text[key](value))
            except NoData, ValueError, OverflowError, ArithmeticError:
                return self.unknown(value)
        if key not in _CONTAINERS:
            key = _base_of(kind)
        if key in _COPIES:
            return self.copied(value, key)
        if key is None or _id(value) in self.within or _len(self.within) >= _DEEPEST:
            return self.unknown(value)
        items, make, hashable = _CONTAINERS[key]
        if hashed:
            make = hashable
        self.size -= 2
        self.within.add(_id(value))
        if make is None:
            copy = self.unknown(value)
        elif make is dict:
            copy = {self.copy(name, True): self.copy(item) for name, item in items(value)}
        else:
            hashed = hashed or make is set or make is frozenset
            copy = make([self.copy(item, hashed) for item in items(value)])
        self.within.discard(_id(value))
        return copy

    def copied(self, value, key):
        try:
            copy = _COPIES[key](value)
        except ValueError, BufferError:
            return self.unknown(value)
        return self.copy(copy)

    def unknown(self, value):
        if self.lent is not None and callable(value):
            self.lent.append(value)
            return (_stop, 'GuestFunction', str(_len(self.lent) - 1))
        name = _name_of(_type(value))
        text = self.texts.get(_id(value))
        if text is None:
            self.opaque.append(value)
            text = f'<{name} object>'
        return self.reference(_type(value), text, True)

    def reference(self, kind, text, *opaque):
        self.size -= 16 + _len(text)
        if self.nodes < 0 or self.size < 0:
            raise TooLarge
        return (_stop, _name_of(kind), text, *opaque)


_is_container = frozenset(map(id, (list, tuple, set, frozenset, dict))).__contains__
_PLAIN = frozenset(_SIZES).union(map(id, (list, tuple, set, frozenset, dict)))


_has_length = frozenset((id(str), id(bytes))).__contains__


def _is_plain(value, most_nodes, most_bytes):
    """Whether `value` is of exact built-in types through and through: what `marshal` writes, and writes of nothing else.

    All of it by functions of C, level by level. It has to be counted before: `marshal` goes on through a value that is shared
    without end, out of memory or not. What is too large or has too many levels, as a value that contains itself has, is not plain either.
    StopIteration is not plain, or a tuple that begins with it would pass for a reference.
    """
    level, levels = (value,), 0
    while level:
        kinds = list(map(_id, map(_type, level)))
        if not _PLAIN.issuperset(kinds):
            return False
        levels += 1
        most_nodes -= _len(level)
        most_bytes -= _len(level) + sum(map(_len, compress(level, map(_has_length, kinds))))
        if most_nodes < 0 or most_bytes < 0 or levels > _DEEPEST:
            return False
        level = gc.get_referents(*compress(level, map(_is_container, kinds)))
    return True


def _written(value):
    return marshal.dumps({'status': 'returned', 'value': value}, 2, allow_code=False)


_FRAME = _len(_written(None)) - 1


def returned(value, most_nodes, most_bytes, tell):
    """The response that holds a copy of `value`. TooLarge when there is more of it than is allowed.

    `tell` answers a list of objects that are no data with their texts, or None for what has none.
    """
    if _is_plain(value, most_nodes, most_bytes):
        return _within(_written(value), most_bytes)
    with _deep():
        walk = _Walk(most_nodes, most_bytes, {})
        copy = walk.copy(value)
    if walk.opaque:
        opaque = walk.opaque
        texts = dict(zip(map(_id, opaque), tell(opaque)))
        with _deep():
            copy = _Walk(most_nodes, most_bytes, texts).copy(value)
    return _within(_written(copy), most_bytes)


def _within(data, most_bytes):
    if _len(data) - _FRAME > most_bytes:
        raise TooLarge
    return data


@contextmanager
def _deep():
    """Frames for a walk, whatever limit is the guest's."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + _FRAMES)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _inward(value):
    kind = _type(value)
    if kind is tuple and value[:1] == (_stop,):
        return READERS[value[1]](_inward(value[2]))
    if kind is dict:
        return {_inward(name): _inward(item) for name, item in value.items()}
    if not _is_container(_id(kind)):
        return value
    return kind([_inward(item) if _is_container(_id(_type(item))) else item for item in value])


def given(value, most_nodes, most_bytes, lent=None):
    """The bytes of a copy of `value`, which must be data through and through. TypeError for what is none, TooLarge for too much.

    Functions, and whatever else can be called, go to the list `lent`, where there is one, and cross as their places in it.
    """
    if _is_plain(value, most_nodes, most_bytes):
        return marshal.dumps(value, 2, allow_code=False)
    with _deep():
        walk = _Walk(most_nodes, most_bytes, {})
        walk.as_text, walk.lent = TEXTS | _GIVEN, lent
        copy = walk.copy(value)
    if walk.opaque:
        raise TypeError(f'{_name_of(_type(walk.opaque[0]))} is no data, and cannot cross')
    return marshal.dumps(copy, 2, allow_code=False)


def crosses(kind, tell, name, read):
    """From now on instances of `kind` cross in arguments as the text that `tell` gives, and what the host calls `name` is read by `read`."""
    _GIVEN[_id(kind)] = tell
    READERS[name] = read


def loads(data: bytes) -> Any:
    """The value of bytes that the host wrote."""
    value = marshal.loads(data)
    if _REFERENCE not in data:
        return value
    with _deep():
        return _inward(value)


def dumps(value):
    """The bytes of what trusted code made of exact built-in types."""
    return marshal.dumps(value, 2)
