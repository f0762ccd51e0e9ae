"""The judges of special methods that are read by name: `object.__new__`, `super().__setattr__`, `C.__eq__`, `x.__len__`.

What comes out makes, writes and calls what the program could by the statement, operator or function that has the method's name.
"""

from .sealed import __builtins__
from enum import Enum
from io import BytesIO, StringIO
from itertools import tee
from types import MethodType

from .kinds import DERIVED, Veil, guest_type
from .language import DEFINABLE_METHODS
from .names import refuse
from .ownership import (
    FACETS,
    FINAL,
    UNCHANGEABLE,
    function_of,
    is_class,
    mro_of,
    own,
    own_function,
)
from .writing import name_to_write

_super_self = super.__dict__['__self__'].__get__
_namespace = type.__dict__['__dict__'].__get__
_enum_new = Enum.__new__
_getattr = getattr
_set_plainly, _delete_plainly = object.__setattr__, object.__delattr__


def judge_new(x, name):
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

    __new__.__qualname__ = name
    return __new__


def judge_setattr(x, name):
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
