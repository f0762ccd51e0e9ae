"""Attributes between double underscores, for runs whose policy guards them (`dunders: 'guarded'`); for others there are none.

Each name has a judge, which looks at what it is asked of before it reads anything. What it answers is what other
means of the language answer, `type(x)` or `vars(x)`, or belongs to what the program made: its classes, functions and
exceptions. Nothing leads on: `__globals__`, `__code__`, `__closure__`, `__getattribute__` and kin have no judge, and those
of the library's objects are refused. So `().__class__` is `tuple`, and `().__class__.__subclasses__` is not there. What may be
written and deleted is in written_dunders.py.
"""

from .sealed import __builtins__
from types import BuiltinFunctionType, MappingProxyType, MethodDescriptorType, MethodType
from weakref import ref

from . import code_objects, kinds, metaclasses, namespaces, told
from .facets.dataclasses import fields
from .facets.traceback import TracebackException
from .facets.typing import get_args, get_origin
from .built_in import BuiltIn
from .classes import shown, told_mro
from .guards import _getattr_
from .guest.own import Module, namespace_of
from .hints import annotations
from .language import DEFINABLE_METHODS, DEFINED_METHODS, GUARDED_DUNDERS
from .names import refuse, unmark
from .ownership import mro_of, function_of, is_class, own, own_function, receiver_of
from .written_dunders import GONE, PARTS, WRITTEN, is_exception, own_class

_get = getattr
_bases_of, _base_of = type.__dict__['__bases__'].__get__, type.__dict__['__base__'].__get__
_subclasses_of = type.__subclasses__


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


def _mro_method(x, name):
    """`C.mro()`: no class of the program's has another under that name."""
    found = told_mro(x)
    return refuse(name) if found is None else lambda: list(found)


def _bases(x, name):
    return tuple(shown(_bases_of(_named_class(x, name))))


def _base(x, name):
    base = _base_of(_named_class(x, name))
    return None if base is None else next(shown(base.__mro__))


def _subclasses(x, name):
    if not own_class(x):
        refuse(name)
    return lambda: [cls for cls in _subclasses_of(x) if own(cls)]


def _annotations(x, name):
    found = annotations(x)
    return refuse(name) if found is None else found


def _of_class(x, name):
    """What an own class says of itself, in names."""
    if not own_class(x):
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
    if not is_exception(x):
        refuse(name)
    return PARTS[name].__get__(x)


def _notes(x, name):
    if type(x) is TracebackException:
        return _get(x, name)
    if not is_exception(x) or type(value := _get(x, name)) is not list:
        refuse(name)
    return value


def _of_method(x, name):
    if type(x) is super:
        return told.of_super(x, name)
    if name == '__func__' and type(x) in (classmethod, staticmethod):
        return x.__func__ if own_function(x.__func__) else refuse(name)
    if type(x) is not MethodType or not own_function(function_of(x)):
        refuse(name)
    return function_of(x) if name == '__func__' else receiver_of(x)


def _of_super(x, name):
    return told.of_super(x, name) if type(x) is super else refuse(name)


def _of_function(x, name):
    if not own_function(x):
        refuse(name)
    return _get(x, name)


def _of_module(x, name):
    """Where a module of the program's or of the host's is from."""
    if type(x) is not Module or name != '__cached__' and name not in namespace_of(x):
        refuse(name)
    return namespace_of(x).get(name)


def _callback(x, name):
    """What is called when the object of a weak reference goes, where it is the program's."""
    if ref not in mro_of(type(x)):
        refuse(name)
    value = _get(x, name)
    function = function_of(value) if type(value) is MethodType else value
    return value if value is None or own_function(function) or own(type(value)) else refuse(name)


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


def _text_signature(x, name):
    """Of a function written in C: what its own text says of its parameters."""
    x = x._real if type(x) is BuiltIn else x
    if type(x) not in (BuiltinFunctionType, MethodDescriptorType):
        refuse(name)
    return _get(x, name)


READ = {
    '__class__': _class,
    '__dict__': _dict,
    '__mro__': _mro,
    'mro': _mro_method,
    '__text_signature__': _text_signature,
    '__bases__': _bases,
    '__base__': _base,
    '__subclasses__': _subclasses,
    '__annotations__': _annotations,
    **dict.fromkeys(
        ('__members__', '__abstractmethods__', '__match_args__', '__slots__'), _of_class
    ),
    '__wrapped__': _wrapped,
    **dict.fromkeys(PARTS, _part),
    '__notes__': _notes,
    **dict.fromkeys(('__self__', '__func__'), _of_method),
    **dict.fromkeys(('__defaults__', '__kwdefaults__'), _of_function),
    **dict.fromkeys(('__code__', '__globals__'), code_objects.of_function),
    **dict.fromkeys(('__file__', '__cached__'), _of_module),
    **dict.fromkeys(('__origin__', '__args__'), _of_alias),
    '__dataclass_fields__': _fields,
    '__callback__': _callback,
    **dict.fromkeys(told.TYPE_PARTS, told.of_type),
    **dict.fromkeys(told.STREAMS, told.stream),
    **dict.fromkeys(('__thisclass__', '__self_class__'), _of_super),
    **dict.fromkeys(DEFINED_METHODS - DEFINABLE_METHODS - {'__bases__'}, told.hook),
}


if READ.keys() != GUARDED_DUNDERS:
    raise SystemError('a name of the table has no judge, or the reverse')


def _read(x, name):
    return READ[name](x, name) if name in READ else _getattr_(x, name)


def refused_unset(x, name):
    """`del x.__name__`, where the policy says nothing of it."""
    refuse(name, 'may not be deleted')


def _guarded_unset(x, name):
    WRITTEN[name](x, name, GONE)


def refused_set(value, x, name):
    """`x.__name__ = value`, where the policy says nothing of it."""
    refuse(name, 'may not be set')


def _guarded_set(value, x, name):
    WRITTEN[name](x, name, value)


GUARDS = {'_getattr_': _read, 'ʼset': _guarded_set, 'ʼunset': _guarded_unset} | metaclasses.GUARDS
