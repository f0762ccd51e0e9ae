"""How values leave and enter the guest: the format that codec.ts describes.

`dumps` runs no guest code, whatever it is given: it asks only `type(x) is`, walks the exact contents of built-in types
(those of a subclass too, by the base's own methods), and counts every visit against one budget. `loads` reads what the
host wrote, and all the same believes nothing.
"""

from .sealed import __builtins__
from _codecs import utf_16_le_decode, utf_16_le_encode, utf_8_decode
from collections import deque
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from struct import Struct, error as StructError
from uuid import UUID
from zoneinfo import ZoneInfo

NONE, FALSE, TRUE, INT32, FLOAT, BIGINT, UTF8, UTF16, BYTES = range(9)
LIST, TUPLE, SET, FROZENSET, DICT, PY_VALUE, FLOATS, INTS = range(9, 17)

_BLOCK = 8
_BLOCKS = {id(float): (FLOATS, 'd'), id(int): (INTS, 'i')}
_TOP, _BOTTOM = 2**31 - 1, -(2**31)
_tagged_int = Struct('<Bi').pack
_tagged_float = Struct('<Bd').pack
_tagged_count = Struct('<BI').pack
_unpack_u32 = Struct('<I').unpack_from
_unpack_i32 = Struct('<i').unpack_from
_unpack_f64 = Struct('<d').unpack_from
_mro = type.__dict__['__mro__'].__get__
_name = type.__dict__['__name__'].__get__
_numerator, _denominator = Fraction.numerator.fget, Fraction.denominator.fget
_uuid_int = UUID.__dict__['int'].__get__
_type, _len, _id, _encode, _chain = type, len, id, str.encode, chain.from_iterable


class CodecError(ValueError):
    """The value cannot cross, or the bytes are not what an encoder writes. The message holds the path."""


class TooLarge(CodecError):
    """The value is one that can cross, and too large for the budget: `limit` tells which."""

    def __init__(self, limit, message):
        super().__init__(message)
        self.limit = limit


def _text(text):
    try:
        data = _encode(text)
        return _tagged_count(UTF8, _len(data)) + data
    except UnicodeEncodeError:
        data = utf_16_le_encode(text, 'surrogatepass')[0]
        return _tagged_count(UTF16, _len(data)) + data


def _integer(number):
    if _BOTTOM <= number <= _TOP:
        return _tagged_int(INT32, number)
    data = int.to_bytes(number, int.bit_length(number) // 8 + 1, 'little', signed=True)
    return _tagged_count(BIGINT, _len(data)) + data


def _zone(value):
    """A tzinfo that is not one of these three is the guest's, and would be called."""
    if value is not None and _type(value) is not timezone and _type(value) is not ZoneInfo:
        raise CodecError('a time zone of its own')


def _datetime(value):
    _zone(datetime.tzinfo.__get__(value))
    return datetime.isoformat(value)


def _time(value):
    _zone(time.tzinfo.__get__(value))
    return time.isoformat(value)


def _timedelta(value):
    total = (
        timedelta.days.__get__(value) * 86400 + timedelta.seconds.__get__(value)
    ) * 10**6 + timedelta.microseconds.__get__(value)
    whole, part = divmod(abs(total), 10**6)
    return f'{"-" if total < 0 else ""}{whole}{f".{part:06d}".rstrip("0") if part else ""}'


def _fraction(value):
    return f'{_digits(_numerator(value))}/{_digits(_denominator(value))}'


def _digits(number):
    if _type(number) is not int or int.bit_length(number) > 14000:
        raise CodecError('a number too long for text')
    return int.__repr__(number)


def _uuid(value):
    number = _uuid_int(value)
    if _type(number) is not int:
        raise CodecError('a UUID of strange make')
    digits = f'{number:032x}'
    return '-'.join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


# Keyed by id of the exact type, so that no metaclass is asked for a hash or for equality. As text (a subclass of these is
# refused: its methods would decide), as scalars, and as containers: tag, length and items by methods nobody can replace.
_AS_TEXT = {
    id(kind): text
    for kind, text in {
        datetime: _datetime,
        date: date.isoformat,
        time: _time,
        timedelta: _timedelta,
        Decimal: Decimal.__str__,
        Fraction: _fraction,
        complex: complex.__repr__,
        UUID: _uuid,
    }.items()
}
_SCALARS = {
    id(kind): encode
    for kind, encode in {
        str: _text,
        int: _integer,
        float: lambda x: _tagged_float(FLOAT, x),
        bytes: lambda x: _tagged_count(BYTES, _len(x)) + x,
        bool: lambda x: b'\2' if x else b'\1',
        _type(None): lambda _: b'\0',
    }.items()
}
_CONTAINERS = {
    id(kind): (tag, kind.__len__, items)
    for kind, tag, items in (
        (list, LIST, list.__iter__),
        (tuple, TUPLE, tuple.__iter__),
        (set, SET, set.__iter__),
        (frozenset, FROZENSET, frozenset.__iter__),
        (deque, LIST, deque.__iter__),
        (dict, DICT, lambda value: _chain(dict.items(value))),
    )
}
# The contents of a subclass's instance (of a bytearray too), as the base itself copies them.
_whole = slice(None)
_COPIES = {
    id(kind): copy
    for kind, copy in {
        int: int.__pos__,
        float: float.__pos__,
        str: lambda x: str.__getitem__(x, _whole),
        bytes: lambda x: bytes.__getitem__(x, _whole),
        bytearray: lambda x: bytes(bytearray.__getitem__(x, _whole)),
    }.items()
}


def _name_of(kind):
    return str.__getitem__(_name(kind), _whole)


def _base_of(kind):
    """The nearest built-in type that instances of `kind` have the contents of."""
    for base in _mro(kind):
        key = _id(base)
        if key in _COPIES or key in _CONTAINERS:
            return key
    raise CodecError(f'a value of type {_name_of(kind)} cannot leave the guest')


def dumps(value, most_nodes=10_000_000, most_bytes=1 << 30, most_depth=1000):
    """The encoding of `value`. CodecError when something in it cannot cross, TooLarge when the budget is spent."""
    parts, open_, within = [], [], set()
    nodes, size = most_nodes, most_bytes
    iterator = iter((value,))
    while True:
        for value in iterator:
            nodes -= 1
            items, key = None, _id(_type(value))
            if key in _SCALARS:
                data = _SCALARS[key](value)
            elif key in _AS_TEXT:
                data = b'\x0e' + _text(_name_of(_type(value))) + _text(_as_text(key, value))
            else:
                if key not in _CONTAINERS:
                    key = _base_of(_type(value))
                if key in _COPIES:
                    value = _COPIES[key](value)
                    data = _SCALARS[_id(_type(value))](value)
                else:
                    data = _block(value) if _type(value) is list else None
                    if data is None:
                        tag, length, items = _CONTAINERS[key]
                        data = _tagged_count(tag, length(value))
                        if _id(value) in within:
                            raise CodecError('the value contains itself')
                        if _len(open_) >= most_depth:
                            raise CodecError(f'the value is nested deeper than {most_depth}')
                    else:
                        nodes -= _len(value)
            parts.append(data)
            size -= _len(data)
            if nodes < 0:
                raise TooLarge('nodes', f'the value has more than {most_nodes} parts')
            if size < 0:
                raise TooLarge('bytes', f'the value is larger than {most_bytes} bytes')
            if items is not None:
                within.add(_id(value))
                open_.append((iterator, _id(value)))
                iterator = items(value)
                break
        else:
            if not open_:
                return b''.join(parts)
            iterator, key = open_.pop()
            within.discard(key)


def _as_text(key, value):
    try:
        return _AS_TEXT[key](value)
    except CodecError:
        raise
    except (ValueError, OverflowError, ArithmeticError) as error:
        raise CodecError(f'a {_name_of(_type(value))}: {error}') from None


def _block(values):
    """A list of nothing but floats, or of nothing but 32-bit ints, as one block; otherwise None."""
    count = list.__len__(values)
    if count < _BLOCK or _id(_type(list.__getitem__(values, 0))) not in _BLOCKS:
        return None
    kinds = set(map(id, map(_type, list.__iter__(values))))
    if _len(kinds) != 1:
        return None
    tag, code = _BLOCKS[kinds.pop()]
    try:
        return _tagged_count(tag, count) + Struct(f'<{count}{code}').pack(*list.__iter__(values))
    except StructError:
        return None


def _read_timedelta(text):
    seconds, _, part = text.partition('.')
    sign = -1 if seconds.startswith('-') else 1
    return timedelta(
        seconds=int(seconds), microseconds=sign * int(part.ljust(6, '0')) if part else 0
    )


_FROM_TEXT = {
    'datetime': datetime.fromisoformat,
    'date': date.fromisoformat,
    'time': time.fromisoformat,
    'timedelta': _read_timedelta,
    'Decimal': Decimal,
    'Fraction': Fraction,
    'complex': complex,
    'UUID': UUID,
}


_CONSTANTS = {NONE: None, FALSE: False, TRUE: True}
_FINISH = {
    LIST: lambda items: items,
    TUPLE: tuple,
    SET: set,
    FROZENSET: frozenset,
    DICT: lambda items: dict(zip(items[::2], items[1::2])),
}
# Blocks: bytes for each of their items, and what they are.
_WIDTHS = {BYTES: 1, BIGINT: 1, FLOATS: 8, INTS: 4}
_FROM_BLOCK = {
    BYTES: lambda block: block,
    BIGINT: lambda block: int.from_bytes(block, 'little', signed=True),
    FLOATS: lambda block: list(Struct(f'<{_len(block) // 8}d').unpack(block)),
    INTS: lambda block: list(Struct(f'<{_len(block) // 4}i').unpack(block)),
}


def loads(data, most_depth=1000):
    """The value that `data` encodes. CodecError, and nothing else, for anything an encoder would not have written."""
    try:
        return _loads(data, most_depth)
    except CodecError:
        raise
    except (StructError, IndexError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise CodecError(f'{_name(_type(error))}: {error}') from None


def _text_at(data, at):
    """The text whose tag is at `at`, and where it ends."""
    size = _unpack_u32(data, at + 1)[0]
    at += 5
    if size > _len(data) - at:
        raise CodecError('bytes end within a text')
    if data[at - 5] == UTF8:
        return utf_8_decode(data[at : at + size], 'strict', True)[0], at + size
    if data[at - 5] == UTF16:
        return utf_16_le_decode(data[at : at + size], 'surrogatepass', True)[0], at + size
    raise CodecError('text expected')


def _loads(data, most_depth):
    # Reading beyond the end is a StructError or an IndexError; only slices, which forgive it, are checked.
    at, end, open_ = 0, _len(data), []
    tag = count = items = None
    while True:
        kind = data[at]
        if kind == UTF8 or kind == UTF16:
            value, at = _text_at(data, at)
        elif kind == INT32:
            value = _unpack_i32(data, at + 1)[0]
            at += 5
        elif kind == FLOAT:
            value = _unpack_f64(data, at + 1)[0]
            at += 9
        elif kind <= TRUE:
            value = _CONSTANTS[kind]
            at += 1
        elif kind == PY_VALUE:
            name, at = _text_at(data, at + 1)
            text, at = _text_at(data, at)
            value = _FROM_TEXT[name](text)
        else:
            size = _unpack_u32(data, at + 1)[0]
            at += 5
            if kind in _FINISH:
                size *= 2 if kind == DICT else 1
                if size > end - at:
                    raise CodecError('bytes end within a container')
                if _len(open_) >= most_depth:
                    raise CodecError(f'nested deeper than {most_depth}')
                open_.append((tag, count, items))
                tag, count, items = kind, size, []
                if size:
                    continue
                value = _FINISH[tag](items)
                tag, count, items = open_.pop()
            else:
                width = _WIDTHS[kind]
                if size * width > end - at:
                    raise CodecError('bytes end within a block')
                block = data[at : at + size * width]
                value = _FROM_BLOCK[kind](block)
                at += size * width
        while items is not None:
            items.append(value)
            if _len(items) < count:
                break
            value = _FINISH[tag](items)
            tag, count, items = open_.pop()
        else:
            if at != end:
                raise CodecError('bytes after the value')
            return value
