"""Corrections to the standard library, made once before its classes are frozen. Each closes a way by which what a guest
hands in would stay in state that trusted code shares, or readies what computes class attributes on first use. Those of
caches, enumerations and annotations have files of their own.
"""

from .sealed import __builtins__
import abc
import calendar
import collections
import dataclasses
import functools
import random
import statistics
import string
import sys
import tarfile
import tempfile
import textwrap
import uuid
from types import FunctionType, ModuleType, SimpleNamespace

from . import annotations, caches, classes, enumerations, kinds, names
from .facets.weakref import finalize
from .facets.types import MappingProxyType
from .judges import SAFE_FORMATS
from .modules import HOOKS
from .ownership import FROZEN, flags_of, is_class, mro_of, own, subclasses


# ---- dataclasses: text is made from identifiers only; privates keep their public spelling


def _patch_dataclasses():
    get_field = dataclasses._get_field

    def checked_get_field(cls, name, *args):
        """Every field's name becomes part of a text that is executed."""
        if type(name) is not str or not name.isidentifier():
            raise TypeError(f'{name!r} cannot name a field')
        return get_field(cls, name, *args)

    dataclasses._get_field = checked_get_field
    # The proxy of an empty dict would hand that dict, shared by all fields, to the other side of `==`.
    dataclasses._EMPTY_METADATA = MappingProxyType({})


# ---- abstract classes: what `isinstance` asks of a program's classes is told of classes as the program may hold them


def _patch_abc():
    in_class, in_object = abc._abc_subclasscheck, abc._abc_instancecheck

    def told(kind):
        return kind if type(kind) is kinds.Veil else next(classes.shown([kind]), object)

    def of_class(cls, kind):
        return in_class(cls, told(kind) if own(cls) and is_class(kind) else kind)

    def of_object(cls, x):
        if own(type(cls)) or cls is abc.ABC:
            return getattr(type(cls), '__subclasscheck__')(cls, told(type(x)))
        return in_object(cls, x)

    # Protocols look who asks them.
    of_object.__module__ = 'abc'
    abc._abc_subclasscheck, abc._abc_instancecheck = of_class, of_object


# ---- hooks: private methods of the library that it calls on whoever derives from its classes


def _patch_hooks():
    """Shows each under its marked name too, where a guest's `super()` finds it; classes.py gives the library the guest's."""
    for path, hooks in HOOKS.items():
        module, _, name = path.rpartition('.')
        top = getattr(sys.modules[module], name)
        classes.HOOKED[top] = hooks
        for cls in (top, *subclasses(top)):
            for hook in hooks & vars(cls).keys():
                setattr(cls, names.mark(hook), vars(cls)[hook])


# ---- methods: a Python function of a class takes any object for `self`; those of the image take instances of their class


def _checked(cls, function):
    if function is None:
        return None

    @functools.wraps(function)
    def method(self, /, *args, **kwargs):
        if type(self) is not cls and cls not in mro_of(type(self)):
            raise TypeError(
                f"descriptor {function.__name__!r} for {cls.__name__!r} objects doesn't apply to a "
                f'{type(self).__name__!r} object'
            )
        return function(self, *args, **kwargs)

    return method


def check_receivers(named):
    """Makes public methods and properties of the classes `named`, and of their bases, refuse other receivers, as those
    written in C do. `Counter.copy(int)` would return `int.__class__(int)`, which is `type`; `SequenceMatcher.set_seq1(x, 1)`
    would set an attribute of any `x`. Called once, with all classes a guest can name."""
    for cls in {base for cls in named for base in mro_of(cls) if not flags_of(base) & FROZEN}:
        for name, value in list(vars(cls).items()):
            if name[:1] == '_':
                continue
            if type(value) is FunctionType:
                setattr(cls, name, _checked(cls, value))
            elif type(value) is property:
                setattr(
                    cls,
                    name,
                    property(
                        *[_checked(cls, part) for part in (value.fget, value.fset, value.fdel)]  # pyright: ignore[reportArgumentType]
                    ),
                )
            elif type(value) is functools.cached_property:
                value.func = _checked(cls, value.func)


def apply():
    """Applies every correction but `check_receivers`. Called once, before any facet is made."""
    annotations.patch()
    _patch_abc()
    _patch_hooks()
    caches.patch()
    enumerations.patch()
    _patch_dataclasses()
    collections.UserString.format = lambda self, /, *args, **kwargs: SAFE_FORMATS['format'](
        self.data, *args, **kwargs
    )
    collections.UserString.format_map = lambda self, mapping: SAFE_FORMATS['format_map'](
        self.data, mapping
    )
    # What its `samples` draw would tell what the generator of trusted code is to bring.
    statistics.random = SimpleNamespace(Random=random.Random, random=random.SystemRandom().random)
    string.Template('$x').substitute(x=1)  # computes the class's pattern
    calendar.HTMLCalendar.cssclasses = calendar.HTMLCalendar.cssclasses_weekday_head = tuple(
        calendar.HTMLCalendar.cssclasses
    )
    textwrap.TextWrapper.unicode_whitespace_trans = MappingProxyType(
        textwrap.TextWrapper.unicode_whitespace_trans
    )
    # A node is random: looking for the machine's would run programs.
    uuid._GETTERS, uuid._generate_time_safe = [], None
    tempfile._weakref = SimpleNamespace(finalize=finalize)
    # What is in it is read as an attribute of the class.
    tarfile.TarFile.OPEN_METH = MappingProxyType(tarfile.TarFile.OPEN_METH)
    # Classes of guests say they are of `__main__`: what looks that module up finds an empty one.
    sys.modules['__main__'] = ModuleType('__main__')
