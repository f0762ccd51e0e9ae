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
from io import BytesIO, StringIO
from itertools import tee
from string import Formatter
from types import BuiltinFunctionType, MappingProxyType, MethodType

from . import code_objects, generators
from .built_in import BuiltIn
from .formatting import known_plain, make_format
from .kinds import DERIVED, Veil, guest_type
from .language import DEFINABLE_METHODS, JUDGED_BY
from .lookups import make_judge as make_lookup
from .names import judged, refuse, spelled, unmark
from .ownership import (
    FACETS,
    FINAL,
    UNCHANGEABLE,
    function_of,
    is_class,
    mro_of,
    of_image,
    own,
    own_function,
    receiver_of,
)
from .traces import judge_obj, make_judge
from .writing import name_to_write, writable

_super_class, _super_self = (
    super.__dict__['__self_class__'].__get__,
    super.__dict__['__self__'].__get__,
)
_namespace = type.__dict__['__dict__'].__get__
_enum_new = Enum.__new__
_str, _getattr, _hasattr = str.__str__, getattr, hasattr
_set_plainly, _delete_plainly = object.__setattr__, object.__delattr__


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


def _judge_new(x, name):
    """`super().__new__`, `object.__new__`: makes instances of the guest's own classes, never of a class it was not given to
    construct. In an enumeration that of `super()` makes a member, as `object.__new__(cls)` does."""
    if type(x) is not super and not is_class(x):
        x = type(x) if own(type(x)) else refuse(name)
    x = DERIVED.get(x, x) if type(x) is Veil else x
    make = _getattr(x, name)

    def __new__(cls, /, *args, **kwargs):
        if x is object is cls or x in UNCHANGEABLE and is_class(cls) and cls in UNCHANGEABLE:
            # Of plain data it is what calling the class is.
            return make(cls, *args, **kwargs)
        if not is_class(cls) or not own(cls) or type(x) is not super and x not in mro_of(cls):
            raise TypeError('__new__ makes instances of classes defined here only')
        if make is _enum_new and Enum in mro_of(cls):
            return cls._member_type_.__new__(cls, *args, **kwargs)
        return make(cls, *args, **kwargs)

    return __new__


def _judge_setattr(x, name):
    """`object.__setattr__(self, 'x', v)`, and `super().__setattr__('x', v)` of the program's own: they write what `setattr` may."""
    if x is object:
        held, write = (), _set_plainly if name == '__setattr__' else _delete_plainly
    elif x is guest_type:
        held, write = (), type.__setattr__ if name == '__setattr__' else type.__delattr__
    elif own(x if is_class(x) else type(_super_self(x) if type(x) is super else x)):
        # Bound, unless it is read of a class.
        held, write = () if is_class(x) else (_super_self(x) if type(x) is super else x,), None
    else:
        refuse(name)

    def method(*args):
        self, key, *value = held + args
        stored = name_to_write(self, key)
        if x is object and not own(type(self)):
            # What is not the program's own says itself what may be set: a module, no guard's name.
            (setattr if name == '__setattr__' else delattr)(self, stored, *value)
        elif write is not None:
            write(self, stored, *value)  # pyright: ignore[reportArgumentType]
        elif held:
            _getattr(x, name)(stored, *value)
        else:
            _getattr(x, name)(self, stored, *value)

    method.__name__ = method.__qualname__ = name
    return method


def _judge_own(x, name):
    """Names that the interpreter's own objects have, and programs use too: read from what is the guest's or the host's,
    unless it is an ancestor in the image that defines them."""
    kind = type(x)
    kinds = mro_of(kind) + (mro_of(x) if is_class(x) else ())
    theirs = writable(x) or not of_image(x if is_class(x) else kind)
    if theirs and not any([name in _namespace(kind) for kind in kinds if of_image(kind)]):
        return _getattr(x, name)
    refuse(name)


_Tee = type(tee(())[0])
_held = tuple((kind, kind.__dict__['__func__'].__get__) for kind in (staticmethod, classmethod))


def _wrapped(x):
    """The function of a static or a class method, `x` where it is none."""
    for kind, function in _held:
        if type(x) is kind:
            return function(x)
    return x


def judge_special(x, name):
    """A special method that a guest may define, of anything but zero-argument `super()`: of the guest's own instances and of
    plain data it is what an operator would call; of a class, it is for the instances of classes derived here."""
    x = DERIVED.get(x, x) if type(x) is Veil else x
    kind = type(x)
    receiver = _super_self(x) if kind is super else x
    if (
        own(type(receiver))
        and not is_class(x)
        or kind in UNCHANGEABLE
        or kind is super
        and is_class(receiver)
        and own(receiver)
    ):
        return _getattr(x, name)
    if not is_class(x):
        if kind in FACETS or not (
            name in OPERATIONS
            or name == '__get__'
            and (kind is property or kind is super or own_function(_wrapped(x)))
            or name == '__copy__'
            and kind is _Tee
            or name == '__init__'
            and not _AGAIN.isdisjoint(mro_of(kind))
        ):
            refuse(name)
        # Of its class, bound to it: what stands for something else, as `list[int]`, would answer with what that has.
        for cls in mro_of(kind):
            if name in (members := _namespace(cls)):
                method = members[name]
                return type(method).__get__(method, x, kind) if method is not None else None
        refuse(name)
    if name in _OF_CLASSES:
        # What a class does when another derives from it, or it is subscripted: bound to `x`.
        if not own(x):
            refuse(name)
        return _getattr(x, name)
    if x in FINAL and name in _namespace(x):
        return _getattr(x, name)
    method = _getattr(x, name)
    if method is None or own_function(
        function_of(method) if type(method) is MethodType else method
    ):
        return method

    def special(self, /, *args, **kwargs):
        kind = type(self)
        if x not in mro_of(kind) or not own(kind) and kind not in UNCHANGEABLE:
            raise TypeError(
                f'{x.__name__}.{name} takes an instance of a class defined here, not {kind.__name__!r}'
            )
        return method(self, *args, **kwargs)

    special.__name__ = name
    special.__qualname__ = _getattr(method, '__qualname__', name)
    return special


# What may be initialised again by name, as any instance of a class derived from it may.
_AGAIN = frozenset({BaseException, StringIO, BytesIO})
_OF_CLASSES = frozenset({'__init_subclass__', '__class_getitem__'})
# What operators and statements call, of whatever object: by name it does no more. The others make, copy or bind.
OPERATIONS = (
    DEFINABLE_METHODS
    - _OF_CLASSES
    - frozenset(
        """__init__ __new__ __post_init__ __get__ __set__ __delete__ __set_name__ __copy__ __deepcopy__ __replace__ __format__
    __getattr__ __setattr__ __delattr__ __del__""".split()
    )
)

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
    'new': _judge_new,
    'setattr': _judge_setattr,
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
