"""Whose an object is: the guest's, the image's, a trusted module's.

No list is kept: the interpreter's own facts tell it. Every class of the image is immutable (`Py_TPFLAGS_IMMUTABLETYPE`, set on all
that existed when it was taken). Every class made since is the guest's, save those that stand for objects of the host's. Every
function whose builtins are a guest's is a guest's. Everything is read through descriptors captured here.
"""

from .sealed import __builtins__
from annotationlib import ForwardRef, _Stringifier
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from types import FunctionType, MethodType
from uuid import UUID, SafeUUID
from zoneinfo import ZoneInfo

FROZEN = 1 << 8
# The two classes of the image that stay mutable: `annotationlib` turns what stands for a name that is not bound yet from
# the one into the other, which an immutable class does not let it.
SOFT = frozenset({_Stringifier, ForwardRef})
flags_of = type.__dict__['__flags__'].__get__
mro_of = type.__dict__['__mro__'].__get__
builtins_of = FunctionType.__dict__['__builtins__'].__get__
function_of = MethodType.__dict__['__func__'].__get__
receiver_of = MethodType.__dict__['__self__'].__get__

# Exact instances of these have no attribute that could be set: the interpreter itself refuses, in its own words.
UNCHANGEABLE = frozenset(
    {
        list,
        dict,
        tuple,
        set,
        frozenset,
        str,
        bytes,
        bytearray,
        int,
        float,
        complex,
        bool,
        range,
        slice,
        memoryview,
        type(None),
        type(Ellipsis),
        type(NotImplemented),
    }
)
# Of these, those from which nothing derives: the interpreter's own method of one takes no other instance.
FINAL = frozenset({type(None), type(Ellipsis), type(NotImplemented), bool, range, slice})
# Image classes whose instances take attribute writes; filled from the tables when facets load (imports.py).
WRITABLE = set()
# Image classes whose instances hold nothing but plain data.
DATA_CLASSES = set(UNCHANGEABLE - {memoryview}) | {
    date,
    datetime,
    time,
    timedelta,
    timezone,
    Decimal,
    Fraction,
    UUID,
}
# Classes made for the host's objects that a guest holds (remotes.py). The host judges what is read and written of them.
REMOTE_CLASSES = set()
# The class of module facets -> how one tells its name (it has no attribute `__name__` of its own).
FACETS = {}


_parts_of_fraction = Fraction.numerator.fget, Fraction.denominator.fget
_parts_of_uuid = UUID.__dict__['int'].__get__, UUID.__dict__['is_safe'].__get__


def whole(x):
    """Whether `x`, of a data class, is data through and through: some of them keep what they are made of, code and all."""
    kind = type(x)
    if kind is datetime or kind is time:
        zone = kind.tzinfo.__get__(x)
        return zone is None or type(zone) is ZoneInfo or type(zone) is timezone and whole(zone)
    if kind is timezone:
        return type(kind.utcoffset(x, None)) is timedelta and type(kind.tzname(x, None)) is str
    if kind is Fraction:
        return all([type(part(x)) is int for part in _parts_of_fraction])  # pyright: ignore[reportOptionalCall]
    return kind is not UUID or [type(part(x)) for part in _parts_of_uuid] == [int, SafeUUID]


def of_image(cls):
    """Whether `cls` is a class of the library's, or of ours."""
    return bool(flags_of(cls) & FROZEN) or cls in SOFT


def own(cls):
    """Whether `cls` is a class of the guest's making."""
    return not of_image(cls) and cls not in REMOTE_CLASSES


def note_remote(cls):
    REMOTE_CLASSES.add(cls)
    WRITABLE.add(cls)


def subclasses(cls):
    """Every class below `cls`."""
    for child in type.__subclasses__(cls):
        yield child
        yield from subclasses(child)


def own_function(function):
    """Whether `function` was defined by guest code."""
    return type(function) is FunctionType and 'ʼG' in builtins_of(function)


def is_class(x):
    """`isinstance(x, type)`, asking the object's real class alone."""
    return type in mro_of(type(x))
