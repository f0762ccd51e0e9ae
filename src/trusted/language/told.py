"""What types, modules and hooks tell under names between double underscores, for `dunders: 'guarded'` (dunders.py).

A type tells what the program wrote in it, a module of the library what its facet shows, a class of the library what can be read
of it by name. A hook (`__reduce__` and kin) is told of what defines it itself: those of the library lead to its functions.
"""

from .sealed import __builtins__
import typing
from types import GenericAlias, MethodType, UnionType

from . import kinds, reduced
from .facets.typing import NAMES, _plain
from .guards import _getattr_
from .judges import read
from .language import DEFINABLE_METHODS
from .names import is_dunder, refuse, unmark
from .ownership import FACETS, FINAL, UNCHANGEABLE, function_of, is_class, mro_of, own, own_function

_get = getattr
_namespace = type.__dict__['__dict__'].__get__
_KINDS = frozenset(
    {
        GenericAlias,
        UnionType,
        typing.NewType,
        typing.ParamSpec,
        typing.TypeAliasType,
        typing.TypeVar,
        typing.TypeVarTuple,
    }
)
# What the library writes into `__orig_bases__`, and what the program has in its place.
_MAKERS = tuple((_get(typing, name), NAMES[name]) for name in ('NamedTuple', 'TypedDict'))
TYPE_PARTS = """__parameters__ __type_params__ __orig_bases__ __value__ __bound__ __constraints__ __default__ __covariant__
    __contravariant__ __infer_variance__ __metadata__ __supertype__ __total__ __required_keys__ __optional_keys__
    __readonly_keys__ __mutable_keys__ __final__ __override__ __isabstractmethod__""".split()
STREAMS = '__stdin__ __stdout__ __stderr__'.split()


def _part(value):
    for real, ours in _MAKERS:
        if value is real:
            return ours
    return _plain(value)


def of_type(x, name):
    """What a type says of itself: names, marks, and types that the program wrote, of which some are evaluated now."""
    kind = type(x)
    if not (
        kind in _KINDS
        or not {typing._GenericAlias, GenericAlias}.isdisjoint(mro_of(kind))
        or is_class(x)
        and own(x)
        or own_function(x)
    ):
        refuse(name)
    value = _get(x, name)
    if type(value) is tuple:
        return tuple(map(_part, value))
    if type(value) is frozenset:
        return frozenset(map(unmark, value))
    return _part(value)


_super_self = super.__dict__['__self__'].__get__
_REDUCING = frozenset({'__reduce__', '__reduce_ex__'})
_OF_METACLASSES = frozenset({'__prepare__', '__instancecheck__', '__subclasscheck__'})


def _is_super_of_class(x):
    return type(x) is super and is_class(_super_self(x))


def hook(x, name):
    """What the program defines under the name of a hook; of `super()` in a metaclass and of `type` what a metaclass derives;
    of data, what `__getnewargs__`, `__dir__` and `__sizeof__` answer; and what objects are made of (reduced.py)."""
    value = _get(x, name)
    if own_function(function_of(value) if type(value) is MethodType else value):
        return value
    if name in _OF_METACLASSES and x is kinds.guest_type:
        return _get(type, name)
    if name in _OF_METACLASSES and _is_super_of_class(x):
        return value
    if name in _REDUCING and not is_class(x):
        return reduced.method(x, name, value)
    # The interpreter's own methods of these take no other instance, and of iterators any place.
    if name == '__reduce__' and is_class(x) and x in FINAL and name in _namespace(x):
        return value
    if name == '__setstate__' and type(x) in reduced.ITERATORS:
        return value
    if name == '__subclasshook__' and (x is object or x is kinds.guest_type):
        return _get(object, name)
    if name in ('__getnewargs__', '__dir__', '__sizeof__') and type(x) in UNCHANGEABLE:
        return value
    if name == '__getnewargs__' and tuple in mro_of(type(x)):
        parts = tuple(tuple.__iter__(x))  # pyright: ignore[reportArgumentType]
        return lambda: parts if type(value) is MethodType else (parts,)
    refuse(name)


def of_super(x, name):
    """The classes and the object that a `super` was made of, where a program may hold them."""
    value = super.__dict__[name].__get__(x)
    if is_class(value):
        return kinds.shown(value)
    if value is not None and not own(type(value)) and type(value) not in UNCHANGEABLE:
        refuse(name)
    return value


def stream(x, name):
    """`sys.__stdout__` and kin."""
    if type(x) not in FACETS or FACETS[type(x)](x) != 'sys':
        refuse(name)
    return _get(x, name)


def members(x):
    """What a class of the library's shows, by name; None of anything else."""
    if not is_class(x) or own(x) or x not in kinds.NAMEABLE:
        return None
    held = {}
    for name in _namespace(x):
        if name in DEFINABLE_METHODS or name[:1] != '_':
            try:
                held[name] = _getattr_(x, name) if is_dunder(name) else read(x, name)
            except AttributeError, TypeError:
                pass
    return held
