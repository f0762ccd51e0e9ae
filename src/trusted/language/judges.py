"""The judges: what an attribute read yields, where only run time can tell whether it is harmless.

Public attributes are harmless by construction (nothing public leads to frames, code or modules) and compile to plain
attribute access. The names of JUDGED_ATTRIBUTES do not: each belongs to a group, and the judge of its group looks at the
object and at the value. `read` is for names that are data (`getattr`, format fields, `attrgetter`): it refuses exactly
what verify refuses in source.

Invariant: no judge calls a method of a guest's object before the object's class is known.
"""

from .sealed import __builtins__
import sys
from abc import ABC, ABCMeta
from enum import Enum
from string import Formatter
from types import BuiltinFunctionType, MappingProxyType, MethodType

from . import code_objects, generators
from .built_in import BuiltIn
from .formatting import known_plain, make_format
from .language import JUDGED_BY
from .lookups import make_judge as make_lookup
from .names import judged, refuse, spelled, unmark
from .ownership import (
    FACETS,
    function_of,
    is_class,
    mro_of,
    of_image,
    own,
    own_function,
    receiver_of,
)
from .special_methods import judge_new, judge_setattr
from .traces import judge_obj, make_judge
from .writing import writable

_super_class = super.__dict__['__self_class__'].__get__
_namespace = type.__dict__['__dict__'].__get__
_str, _getattr, _hasattr = str.__str__, getattr, hasattr


def _class_of(x):
    """The class whose attributes `x` shows: itself for a class, the receiver's for a `super`."""
    if type(x) is super:
        return _super_class(x) or super
    return x if is_class(x) else type(x)


def _is_plain(template):
    """Malformed templates are not: they raise when formatted, not when asked for the method."""
    try:
        return known_plain(template)
    except ValueError:
        return False


def _judge_format(x, name):
    value = _getattr(x, name)
    if type(x) is str and _is_plain(x):
        return value
    kind = type(value)
    if kind is BuiltinFunctionType:
        # A bound `str.format`, whatever the receiver looked like (`super()` is no str).
        if value.__name__ in SAFE_FORMATS and isinstance(receiver := value.__self__, str):
            return MethodType(SAFE_FORMATS[value.__name__], receiver)
        return value
    if isinstance(x, Formatter) or kind is MethodType and isinstance(receiver_of(value), Formatter):
        refuse(name)
    for unsafe, safe in _UNSAFE_FORMATS:
        if value is unsafe:  # never `==`: that would hand `unsafe` to a guest's `__eq__`
            return safe
    return value


def _judge_registry(x, name):
    """ABCs of the image answer `isinstance` for everybody, and ask those that derive from them; a mapping proxy hands its dict
    to the other side of `==`."""
    value = _getattr(x, name)
    if (
        type(value) is MethodType
        and function_of(value) is ABCMeta.register
        and not all(
            own(cls) or cls is ABC or ABCMeta not in mro_of(type(cls))
            for cls in mro_of(receiver_of(value))
        )
    ):
        refuse(name, 'would change what a class is for everybody; derive from it instead')
    return dict(value) if type(value) is MappingProxyType else value


def _judge_namedtuple(x, name):
    cls = _class_of(x)
    if own(cls) or tuple in mro_of(cls) and _hasattr(cls, '_fields'):
        return _getattr(x, name)
    refuse(name)


def _judge_enum(x, name):
    if own(_class_of(x)) or name in ('_value_', '_name_') and Enum in mro_of(type(x)):
        return _getattr(x, name)
    refuse(name)


def _judge_text(x, name):
    # Of the library it may tell where things really live.
    if type(x) in FACETS:
        return FACETS[type(x)](x) if name == '__name__' else None
    value = _getattr(x, '_module' if type(x) is BuiltIn and name == '__module__' else name)
    if name == '__module__' and not (own(type(x)) or own_function(x) or is_class(x) and own(x)):
        is_of_library = type(value) is str and value.partition('.')[0] in sys.stdlib_module_names
        return value if is_of_library else refuse(name)
    if isinstance(value, str):
        return unmark(_str(value))
    if name == '__doc__':
        return None
    refuse(name)


def _judge_own(x, name):
    """Names that the interpreter's own objects have, and programs use too: read from what is the guest's or the host's,
    unless it is an ancestor in the image that defines them."""
    kind = type(x)
    kinds = mro_of(kind) + (mro_of(x) if is_class(x) else ())
    theirs = writable(x) or not of_image(x if is_class(x) else kind)
    if theirs and not any([name in _namespace(kind) for kind in kinds if of_image(kind)]):
        return _getattr(x, name)
    refuse(name)


# Group of JUDGED_BY -> its judge.
_JUDGE_OF = {
    'format': _judge_format,
    'obj': judge_obj,
    'trace': make_judge(_judge_own),
    'code': code_objects.make_judge(_judge_own),
    'generator': generators.make_judge(_judge_own),
    'registry': _judge_registry,
    'own': _judge_own,
    'namedtuple': _judge_namedtuple,
    'enum': _judge_enum,
    'text': _judge_text,
    'new': judge_new,
    'setattr': judge_setattr,
}
_JUDGES = {
    name: _JUDGE_OF[group]
    for group, names in JUDGED_BY.items()
    for name in names
    if group in _JUDGE_OF
}


def judge_of(name):
    """The function that reads the attribute `name`, of any object."""
    return _JUDGES.get(name, _judge_own) if judged(name) else _getattr


def read(x, name):
    """`getattr(x, name)` for a name that is data."""
    stored = spelled(name)
    return judge_of(stored)(x, stored)


SAFE_FORMATS = dict(zip(('format', 'format_map'), make_format(read)))
_JUDGES['__getattribute__'] = make_lookup(read, SAFE_FORMATS)
_UNSAFE_FORMATS = (
    (str.format, SAFE_FORMATS['format']),
    (str.format_map, SAFE_FORMATS['format_map']),
)
