"""Classes a guest makes: from which bases, with which members. metaclasses.py makes them.

Promise: a guest class derives only from guest classes and from image classes listed as SUBCLASSABLE (never from a trusted
module's, never from what makes functions or classes); its metaclass is what its bases call for; its namespace defines no
special method beyond the definable ones. Subclasses of str, int, float and bytes do not redefine equality, since trusted
caches are keyed by such values: a format string equal to another while reading differently made `strptime` parse
day for month. Nor do metaclasses: the guards ask whether a class is among those of the guest's.
"""

from .sealed import __builtins__
import typing
from abc import ABC, ABCMeta
from datetime import date, time
from types import FunctionType

from . import kinds
from .guest.own import module_of
from .ownership import is_class, mro_of, own, own_function, subclasses
from .language import (
    CLASS_DUNDERS,
    DEFINED_METHODS,
    EXACT_KEY_CLASSES,
)
from .lookups import check_ancestors, judged_hook
from .names import is_dunder, mark, unmark
from .slots import judge_match_args, stored_slots

# Image classes a guest may derive from; facets add theirs at load. The two of typing stand behind NamedTuple, TypedDict.
BASES = {object, typing._NamedTuple, typing._TypedDict}
# Every exception of the image that a guest may know by name; filled when facets load.
EXCEPTIONS = set()
# What stands before `type` and `ABCMeta` among the ancestors of metaclasses (metaclasses.py). No guest holds one.
KINDS = set()
# Of these, C code takes what a subclass's `__new__` answers for an instance, and writes into it as one.
UNCHECKED = frozenset({date, time})
# Image classes whose private hooks guests override -> the names of those hooks; filled by patches.py.
HOOKED = {}
_EXACT = tuple(__builtins__[name] for name in EXACT_KEY_CLASSES)
# Keys that the compiler and `__build_class__` put into a namespace.
MADE = frozenset(
    """__module__ __qualname__ __annotate_func__ __annotate__ __annotations__ __conditional_annotations__
    __classcell__ __classdictcell__ __static_attributes__ __firstlineno__ __type_params__ __orig_bases__ __doc__""".split()
)
_DEFINABLE = DEFINED_METHODS | CLASS_DUNDERS | MADE


def shown(classes):
    """Those of `classes` that a program may hold, as it holds them."""
    for cls in classes:
        if own(cls) or cls in kinds.NAMEABLE:
            yield cls
        elif cls in kinds.VEILS:
            yield kinds.VEILS[cls]


def told_mro(cls):
    """The ancestors of a class that a program may hold, and it first; None of what is no such class."""
    if type(cls) is kinds.Veil:
        cls = cls._real
    elif not is_class(cls) or not own(cls) and cls not in kinds.NAMEABLE:
        return None
    return tuple(shown([each for each in mro_of(cls) if each not in KINDS]))


def judge_base(base):
    """TypeError unless a guest class may derive from `base`."""
    if not is_class(base):
        raise TypeError(f'a class cannot derive from an instance of {type(base).__name__!r}')
    if not own(base) and base not in BASES | EXCEPTIONS | KINDS:
        raise TypeError(f'a class cannot derive from {base.__name__!r} here')


def checked_new(make):
    """The `__new__` that is `make`, for classes whose makers write into its answer: it answers with an instance of its class."""
    make = make.__func__ if type(make) is staticmethod else make

    def __new__(cls, /, *args, **kwargs):
        made = make(cls, *args, **kwargs)
        if cls not in mro_of(type(made)):
            raise TypeError(
                f'{cls.__name__}.__new__() must answer with an instance of {cls.__name__!r} here'
            )
        return made

    return __new__


# Special methods that are told the name of an attribute, and which argument that is.
_TOLD = {'__set_name__': 1, '__getattr__': 0, '__setattr__': 0, '__delattr__': 0}


def _told_as_written(hook, at):
    """The special method that is `hook`, and hears the name that the source has, its argument number `at`."""

    def method(self, /, *args):
        if len(args) > at and type(args[at]) is str:
            args = *args[:at], unmark(args[at]), *args[at + 1 :]
        return hook(self, *args)

    method.__name__, method.__qualname__ = hook.__name__, hook.__qualname__
    return method


def judged_method(cls, name, value):
    """`value`, as the special method `name` that an own class gets when it is made; TypeError for what it could not have."""
    if any([type in mro_of(each) for each in (cls, *subclasses(cls))]):
        raise TypeError(f'{name} of a metaclass is defined in its class statement here')
    if name in ('__eq__', '__hash__') and any(
        [not set(_EXACT).isdisjoint(mro_of(each)) for each in (cls, *subclasses(cls))]
    ):
        raise TypeError(
            'subclasses of str, int, float, bytes and type cannot define __eq__ or __hash__ here'
        )
    if name == '__getattribute__':
        return judged_hook(
            cls.__name__, value, [up for each in (cls, *subclasses(cls)) for up in mro_of(each)]
        )
    return _told_as_written(value, _TOLD[name]) if name in _TOLD and own_function(value) else value


def _judge_group(namespace, ancestors):
    """C code trusts the pair that `split` of an exception group answers: it must stay the interpreter's own."""
    if 'split' in namespace or any(
        [
            'split' in cls.__dict__
            and cls is not BaseExceptionGroup
            # What is no group may be given a `split` later.
            or own(cls)
            and BaseExceptionGroup not in mro_of(cls)
            for cls in ancestors
        ]
    ):
        raise TypeError(
            'classes of exception groups cannot define split(), nor derive from other classes, here'
        )


def _judge_subclasshook(namespace, ancestors):
    """ABCs of the library ask those that derive from them, and answer for everybody."""
    members = namespace, *[cls.__dict__ for cls in ancestors if own(cls)]
    hooks = [each['__subclasshook__'] for each in members if '__subclasshook__' in each]
    # Protocols are given one by the library.
    if all(
        [
            type(hook) is classmethod
            and type(hook.__func__) is FunctionType
            and not own_function(hook.__func__)
            for hook in hooks
        ]
    ):
        return
    for cls in ancestors:
        if ABCMeta in mro_of(type(cls)) and not own(cls) and cls is not ABC:
            raise TypeError(
                f'a class derived from {cls.__name__!r} cannot have __subclasshook__ here'
            )


def judge_namespace(name, bases, namespace):
    """Checks and completes the members of a class to be made; TypeError for what a guest may not define."""
    put = dict.__setitem__
    for key in list(namespace):
        if type(key) is not str:
            raise TypeError('names of class members must be strings')
        if is_dunder(key) and key not in _DEFINABLE:
            raise TypeError(f'{key!r} may not be defined by a class')
    put(namespace, '__module__', module_of(namespace.get('__module__')))
    if '__qualname__' in namespace:
        if not isinstance(namespace['__qualname__'], str):
            raise TypeError(
                f'type __qualname__ must be a str, not {type(namespace["__qualname__"]).__name__}'
            )
        put(namespace, '__qualname__', unmark(namespace['__qualname__']))
    if '__slots__' in namespace:
        put(namespace, '__slots__', stored_slots(namespace['__slots__'], name))
    if '__match_args__' in namespace:
        judge_match_args(namespace['__match_args__'])
    ancestors = [cls for base in bases for cls in mro_of(base)]
    for cls in HOOKED.keys() & set(ancestors):
        for hook in HOOKED[cls]:
            if mark(hook) in namespace:
                put(namespace, hook, namespace[mark(hook)])
    for key, at in _TOLD.items():
        if own_function(hook := namespace.get(key)):
            put(namespace, key, _told_as_written(hook, at))
    if '__getattribute__' in namespace:
        put(
            namespace,
            '__getattribute__',
            judged_hook(name, namespace['__getattribute__'], ancestors),
        )
    elif any(['__getattribute__' in cls.__dict__ for cls in ancestors if own(cls)]):
        check_ancestors(name, ancestors)
    _judge_subclasshook(namespace, ancestors)
    if BaseExceptionGroup in ancestors:
        _judge_group(namespace, ancestors)
    if not UNCHECKED.isdisjoint(ancestors):
        if '__new__' in namespace:
            put(namespace, '__new__', checked_new(namespace['__new__']))
        if any(
            [
                '__new__' in cls.__dict__
                for cls in ancestors
                if own(cls) and UNCHECKED.isdisjoint(mro_of(cls))
            ]
        ):
            raise TypeError('subclasses of date, datetime and time define __new__ themselves here')
    if not set(_EXACT).isdisjoint(ancestors):
        for members in (namespace, *[cls.__dict__ for cls in ancestors if own(cls)]):
            if '__eq__' in members or '__hash__' in members:
                raise TypeError(
                    'subclasses of str, int, float, bytes and type cannot define __eq__ or __hash__ here'
                )


def metaclass_of(bases, winner=type):
    """The most derived metaclass among `winner` and those of `bases`, each of which is judged."""
    for base in bases:
        judge_base(base)
        kind = type(base)
        if kind in mro_of(winner):
            continue
        if winner not in mro_of(kind):
            raise TypeError(
                'metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the '
                'metaclasses of all its bases'
            )
        winner = kind
    return winner
