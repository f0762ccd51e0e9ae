"""Attributes between double underscores, for runs whose policy guards them (`dunders: 'guarded'`); for others there are none.

Reading. Each name has a judge, which looks at what it is asked of before it reads anything. What it answers is what other
means of the language answer, `type(x)` or `vars(x)`, or belongs to what the program made: its classes, functions and
exceptions. Nothing leads on: `__globals__`, `__code__`, `__closure__`, `__getattribute__` and kin have no judge, and those
of the library's objects are refused. So `().__class__` is `tuple`, and `().__class__.__subclasses__` is not there.

Writing. A name of a function or class, a cause of an exception, another own class for an own instance: exact values, of
what the program made.
"""

from .sealed import __builtins__
from abc import ABC
from types import MappingProxyType, MethodType, TracebackType
from typing import Generic, Protocol

from . import kinds, metaclasses, namespaces, told
from .facets.dataclasses import fields
from .facets.traceback import TracebackException
from .facets.typing import get_args, get_origin
from .classes import judged_method, shown, told_mro
from .guards import _getattr_
from .hints import annotations
from .language import DEFINABLE_METHODS, DEFINED_METHODS, GUARDED_DUNDERS, SETTABLE_DUNDERS
from .names import refuse, unmark
from .ownership import function_of, is_class, mro_of, own, own_function, receiver_of
from .writing import writable

_get, _set = getattr, setattr
_parts = {
    name: BaseException.__dict__[name]
    for name in ('__cause__', '__context__', '__suppress_context__', '__traceback__')
}
_bases_of, _base_of = type.__dict__['__bases__'].__get__, type.__dict__['__base__'].__get__
_subclasses_of = type.__subclasses__
_set_class = object.__dict__['__class__'].__set__
_GETSET = type(type.__dict__['__mro__'])


def _own_class(x):
    return is_class(x) and own(x)


def _is_exception(x):
    return BaseException in mro_of(type(x))


def _named_class(x, name):
    if type(x) is kinds.Veil:
        return x._real
    if not is_class(x) or not own(x) and x not in kinds.NAMEABLE:
        refuse(name)
    return x


def _class(x, name):
    return kinds.type_of(x)


def _dict(x, name):
    held = namespaces.attributes(x)
    if held is None:
        held = told.members(x)
    return refuse(name) if held is None else held


def _mro(x, name):
    found = told_mro(x)
    return refuse(name) if found is None else found


def _bases(x, name):
    return tuple(shown(_bases_of(_named_class(x, name))))


def _base(x, name):
    base = _base_of(_named_class(x, name))
    return None if base is None else next(shown(base.__mro__))


def _subclasses(x, name):
    if not _own_class(x):
        refuse(name)
    return lambda: [cls for cls in _subclasses_of(x) if own(cls)]


def _annotations(x, name):
    found = annotations(x)
    return refuse(name) if found is None else found


def _of_class(x, name):
    """What an own class says of itself, in names."""
    if not _own_class(x):
        refuse(name)
    value = _get(x, name)
    # Slots are told as their statement named them: CPython mangles what it stores alone.
    owner = f'_{_get(x, "__name__").lstrip("_")}' if name == '__slots__' else None

    def told(each):
        each = unmark(each)
        return each[len(owner) :] if owner and each.startswith(f'{owner}__') else each

    if type(value) is MappingProxyType:
        return {unmark(key): held for key, held in value.items()}
    if type(value) in (tuple, list, set, frozenset):
        return type(value)([told(each) if type(each) is str else each for each in value])
    return told(value) if type(value) is str else refuse(name)


def _wrapped(x, name):
    """What a decorator of the program's was given; the library's hold other functions, too."""
    if is_class(x):
        refuse(name)
    value = _get(x, name)
    if not any([own_function(each) or own(type(each)) for each in (x, value)]):
        refuse(name)
    return value


def _part(x, name):
    if type(x) is TracebackException and name != '__traceback__':
        return _get(x, name)
    if not _is_exception(x):
        refuse(name)
    return _parts[name].__get__(x)


def _notes(x, name):
    if type(x) is TracebackException:
        return _get(x, name)
    if not _is_exception(x) or type(value := _get(x, name)) is not list:
        refuse(name)
    return value


def _of_method(x, name):
    if type(x) is not MethodType or not own_function(function_of(x)):
        refuse(name)
    return function_of(x) if name == '__func__' else receiver_of(x)


def _of_function(x, name):
    if not own_function(x):
        refuse(name)
    return _get(x, name)


def _fields(x, name):
    """Of a dataclass and its instances, as `dataclasses.fields` tells them."""
    try:
        return {field.name: field for field in fields(x)}
    except TypeError:
        refuse(name)


def _of_alias(x, name):
    if is_class(x) or get_origin(x) is None:
        refuse(name)
    return get_origin(x) if name == '__origin__' else get_args(x)


READ = {
    '__class__': _class,
    '__dict__': _dict,
    '__mro__': _mro,
    '__bases__': _bases,
    '__base__': _base,
    '__subclasses__': _subclasses,
    '__annotations__': _annotations,
    **dict.fromkeys(
        ('__members__', '__abstractmethods__', '__match_args__', '__slots__'), _of_class
    ),
    '__wrapped__': _wrapped,
    **dict.fromkeys(_parts, _part),
    '__notes__': _notes,
    **dict.fromkeys(('__self__', '__func__'), _of_method),
    **dict.fromkeys(('__defaults__', '__kwdefaults__'), _of_function),
    **dict.fromkeys(('__origin__', '__args__'), _of_alias),
    '__dataclass_fields__': _fields,
    **dict.fromkeys(told.TYPE_PARTS, told.of_type),
    **dict.fromkeys(told.STREAMS, told.stream),
    **dict.fromkeys(DEFINED_METHODS - DEFINABLE_METHODS - {'__bases__'}, told.hook),
}


# ---- writing


def _write_text(x, name, value):
    if type(value) is not str and not (name == '__doc__' and value is None):
        raise TypeError(f'{name} must be set to a string object')
    # A class stays of `__main__`: the library looks up the module that it names, for names to evaluate.
    if (
        own_function(x)
        or name != '__module__'
        and (_own_class(x) or name == '__doc__' and own(type(x)))
        or name in ('__name__', '__doc__')
        and property in mro_of(type(x))
    ):
        _set(x, name, value)
    else:
        refuse(name, 'may not be set')


def _write_wrapped(x, name, value):
    if not own_function(x):
        refuse(name, 'may not be set')
    _set(x, name, value)


def _write_part(x, name, value):
    if (
        not _is_exception(x)
        or name == '__traceback__'
        and type(value) not in (type(None), TracebackType)
    ):
        refuse(name, 'may not be set')
    _parts[name].__set__(x, value)


_PLAIN_BASES = frozenset({object, ABC, Generic, Protocol})


def _write_dict(x, name, value):
    """Several objects may share one dict, where the library keeps nothing in it."""
    kind = type(x)
    if not own(kind) or not all([own(cls) or cls in _PLAIN_BASES for cls in mro_of(kind)]):
        refuse(name, 'may not be set')
    if type(value) is namespaces.Namespace:
        value = namespaces.real(value)
    elif type(value) is not dict:
        raise TypeError(f'__dict__ must be set to a dictionary, not a {type(value).__name__!r}')
    for cls in mro_of(kind):
        if type(held := cls.__dict__.get('__dict__')) is _GETSET:
            return held.__set__(x, value)
    refuse(name, 'may not be set')


def _of_library(cls):
    return {each for each in mro_of(cls) if not own(each)} - _PLAIN_BASES


def _write_class(x, name, value):
    """Never into what the library has a hand in: its private state would be what a dict of the program's says."""
    if (
        is_class(x)
        or not own(type(x))
        or not _own_class(value)
        or _of_library(type(x)) != _of_library(value)
    ):
        refuse(name, 'may not be set')
    _set_class(x, value)


def _write_method(x, name, value):
    """Of an own class, as its statement could have it; of an own instance, where no operator looks for it."""
    if not writable(x) or not (_own_class(x) or own(type(x))):
        refuse(name, 'may not be set')
    _set(x, name, judged_method(x, name, value) if is_class(x) else value)


WRITTEN = {
    **dict.fromkeys(SETTABLE_DUNDERS & DEFINED_METHODS, _write_method),
    **dict.fromkeys(('__name__', '__qualname__', '__doc__', '__module__'), _write_text),
    '__wrapped__': _write_wrapped,
    **dict.fromkeys(_parts, _write_part),
    '__dict__': _write_dict,
    '__class__': _write_class,
}
if READ.keys() != GUARDED_DUNDERS or WRITTEN.keys() != SETTABLE_DUNDERS:
    raise SystemError('a name of the table has no judge, or the reverse')


def _read(x, name):
    return READ[name](x, name) if name in READ else _getattr_(x, name)


def refused_set(value, x, name):
    """`x.__name__ = value`, where the policy says nothing of it."""
    refuse(name, 'may not be set')


def _guarded_set(value, x, name):
    WRITTEN[name](x, name, value)


GUARDS = {'_getattr_': _read, 'ʼset': _guarded_set} | metaclasses.GUARDS
