"""What may be written and deleted under names between double underscores, for `dunders: 'guarded'`: of what the program made, and
exact values.

A name of a function or class, a cause of an exception, another own class for an own instance, a special method. What a class was
judged by when it was made stays as it was.
"""

from .sealed import __builtins__
from abc import ABC
from functools import partial
from types import TracebackType
from typing import Generic, Protocol

from . import namespaces
from .classes import judged_method
from .language import DEFINED_METHODS, SETTABLE_DUNDERS
from .names import refuse
from .ownership import is_class, mro_of, own, own_function, subclasses
from .writing import writable

_set, _delete = setattr, delattr
PARTS = {
    name: BaseException.__dict__[name]
    for name in ('__cause__', '__context__', '__suppress_context__', '__traceback__')
}
_dict_of = type.__dict__['__dictoffset__'].__get__
_set_bases = type.__dict__['__bases__'].__set__
_set_class = object.__dict__['__class__'].__set__
_GETSET = type(type.__dict__['__mro__'])
# What a name is set to that is deleted.
GONE = object()


def own_class(x):
    return is_class(x) and own(x)


def is_exception(x):
    return BaseException in mro_of(type(x))


def _put(x, name, value):
    if value is GONE:
        _delete(x, name)
    else:
        _set(x, name, value)


def _write_text(x, name, value):
    if type(value) is not str and value is not GONE and not (name == '__doc__' and value is None):
        raise TypeError(f'{name} must be set to a string object')
    # A class stays of `__main__`: the library looks up the module that it names, for names to evaluate.
    if (
        own_function(x)
        or name != '__module__'
        and (own_class(x) or name == '__doc__' and own(type(x)))
        or name in ('__name__', '__doc__')
        and not {property, partial}.isdisjoint(mro_of(type(x)))
    ):
        _put(x, name, value)
    else:
        refuse(name, 'may not be set')


def _write_wrapped(x, name, value):
    if not own_function(x):
        refuse(name, 'may not be set')
    _put(x, name, value)


def _write_part(x, name, value):
    if value is GONE:
        raise TypeError(f'{name} may not be deleted')
    if (
        not is_exception(x)
        or name == '__traceback__'
        and type(value) not in (type(None), TracebackType)
    ):
        refuse(name, 'may not be set')
    PARTS[name].__set__(x, value)


_PLAIN_BASES = frozenset({object, ABC, Generic, Protocol})


def _write_dict(x, name, value):
    """Several objects may share one dict, where the library keeps nothing in it."""
    kind = type(x)
    if value is GONE and not own(kind) and _dict_of(kind):
        raise TypeError('cannot delete __dict__')
    if not own(kind) or not all([own(cls) or cls in _PLAIN_BASES for cls in mro_of(kind)]):
        refuse(name, 'may not be set')
    if type(value) is namespaces.Namespace:
        value = namespaces.real(value)
    elif type(value) is not dict and value is not GONE:
        raise TypeError(f'__dict__ must be set to a dictionary, not a {type(value).__name__!r}')
    for cls in mro_of(kind):
        if type(held := cls.__dict__.get('__dict__')) is _GETSET:
            return held.__delete__(x) if value is GONE else held.__set__(x, value)
    refuse(name, 'may not be set')


def _of_library(cls):
    return {each for each in mro_of(cls) if not own(each)} - _PLAIN_BASES


def _write_class(x, name, value):
    """Never into what the library has a hand in: its private state would be what a dict of the program's says."""
    if value is GONE:
        raise TypeError("can't delete __class__ attribute")
    if (
        is_class(x)
        or not own(type(x))
        or not own_class(value)
        or _of_library(type(x)) != _of_library(value)
    ):
        refuse(name, 'may not be set')
    _set_class(x, value)


def _write_method(x, name, value):
    """Of an own class, as its statement could have it; of an own instance, where no operator looks for it."""
    if not (own_class(x) or writable(x) and own(type(x))):
        refuse(name, 'may not be set')
    _put(x, name, judged_method(x, name, value) if is_class(x) and value is not GONE else value)


def _write_bases(x, name, value):
    """Of classes of the program's, to classes of the program's: what a class was judged by when it was made is what of the library
    it derives from. Metaclasses would be asked for the order of ancestors, with the change half made."""
    if not own_class(x):
        refuse(name, 'may not be set')
    if type(value) is not tuple:
        raise TypeError(
            f'can only assign tuple to {x.__name__}.__bases__, not {type(value).__name__}'
        )
    for cls in (x, *subclasses(x), *value):
        if type(cls) is not type or not all([own(each) or each is object for each in mro_of(cls)]):
            raise TypeError(
                f'__bases__ of {x.__name__!r} are set to plain classes defined here only'
            )
    _set_bases(x, value)


def _write_callback(x, name, value):
    raise AttributeError(f'attribute {name!r} of weak references is not writable', name=name)


WRITTEN = {
    **dict.fromkeys(SETTABLE_DUNDERS & DEFINED_METHODS, _write_method),
    **dict.fromkeys(('__name__', '__qualname__', '__doc__', '__module__'), _write_text),
    '__wrapped__': _write_wrapped,
    **dict.fromkeys(PARTS, _write_part),
    '__dict__': _write_dict,
    '__class__': _write_class,
    '__bases__': _write_bases,
    '__callback__': _write_callback,
}
if WRITTEN.keys() != SETTABLE_DUNDERS:
    raise SystemError('a name of the table has no judge, or the reverse')
