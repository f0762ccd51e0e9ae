"""Corrections to the standard library, made once before its classes are frozen. Each closes a way by which what a guest
hands in would stay in state that trusted code shares, or readies what computes class attributes on first use.

Caches. A subclass of str is equal to the string it holds and may read differently: what a cache is keyed by must be what
it was computed from. So the functions behind the caches take exact values.
"""

from .sealed import __builtins__
import calendar
import collections
import dataclasses
import enum
import fractions
import functools
import pprint
import random
import re
import statistics
import string
import sys
import tarfile
import tempfile
import textwrap
import typing
import urllib.parse
from types import BuiltinFunctionType, FunctionType, ModuleType, SimpleNamespace

import _strptime

from . import annotations, classes, names
from .facets.pprint import dataclass_lines
from .facets.tempfile import Finalizer
from .facets.types import MappingProxyType
from .guards import SAFE_FORMATS
from .modules import HOOKS
from .ownership import FROZEN, flags_of, mro_of, own, subclasses

_str = str.__str__
# What a key of a shared cache may be of: exact data, and what only the standard library makes.
_KEYS = frozenset({str, bytes, int, bool, float, type(None), re.Pattern, re.RegexFlag})


def exact(value):
    """`value`, if it is of a subclass of str, bytes or int, as the exact data it holds."""
    if type(value) in _KEYS:
        return value
    if isinstance(value, str):
        return _str(value)
    if isinstance(value, bytes):
        return bytes.__getitem__(value, slice(None))
    return int.__add__(value, 0) if isinstance(value, int) else value


def _exact_arguments(module, name, otherwise=None):
    """Replaces `module.name` by itself with exact arguments. Others go to `otherwise`; without it they raise TypeError."""
    function = getattr(module, name)

    def replacement(*args):
        args = [exact(value) for value in args]
        for value in args:
            if type(value) not in _KEYS:
                if otherwise:
                    return otherwise(*args)
                raise TypeError(f'expected a string, not {type(value).__name__!r}')
        return function(*args)

    replacement.__dict__.update(
        {
            key: getattr(function, key)
            for key in ('cache_clear', 'cache_info')
            if hasattr(function, key)
        }
    )
    setattr(module, name, replacement)


def _patch_caches():
    _exact_arguments(_strptime, '_strptime')
    _exact_arguments(re, '_compile')
    _exact_arguments(re._parser, 'parse_template')  # the cache above it is held by C code already
    _exact_arguments(urllib.parse, '_byte_quoter_factory')
    _exact_arguments(fractions, '_hash_algorithm', fractions._hash_algorithm.__wrapped__)
    # Aliases are keyed by what is in the brackets, which a guest's `__eq__` may claim to be anything: nothing is kept.
    for function in typing._caches:
        typing._caches[function] = function


# ---- enum: members of image enumerations are made from exact values; the functional API names no module and no dunder

_new_class_members = enum._not_given


# Special methods that a dict of members may have beside them.
_TEXT_METHODS = frozenset({'__str__', '__repr__', '__format__'})


def _enum_names(given):
    """The functional API's `names` as a list of exact names, or of pairs of an exact name and a value."""
    if isinstance(given, str):
        given = _str(given).replace(',', ' ').split()
    elif hasattr(given, 'keys'):
        given = [(key, given[key]) for key in given.keys()]
    judged = []
    for item in () if given is None else given:
        pair = (item, None) if isinstance(item, str) else tuple(item)
        if len(pair) != 2 or not isinstance(pair[0], str):
            raise TypeError('members of an enumeration are named by strings')
        name = _str(pair[0])
        if name in _TEXT_METHODS and type(item) is not str:
            judged.append((name, pair[1]))
            continue
        if names.is_dunder(name) or names.PRIVATE_MARK in name:
            raise ValueError(f'{name!r} cannot name a member')
        judged.append(names.mark(name) if isinstance(item, str) else (names.mark(name), pair[1]))
    return judged


def _enum_call(
    cls,
    value,
    names=enum._not_given,
    *values,
    module=None,
    qualname=None,
    type=None,
    start=1,
    boundary=None,
):
    """A member by its value, or a new enumeration. `module` and `qualname` are ignored: they write into modules."""
    if cls._member_map_:
        if names is not _new_class_members:
            value = (value, names) + values
        return cls.__new__(cls, value if own(cls) else exact(value))
    if names is _new_class_members and type is None:
        raise TypeError(
            f'{cls} has no members; specify `names=()` if you meant to create a new, empty, enum'
        )
    if not isinstance(value, str):
        raise TypeError('the name of an enumeration must be a string')
    if type is not None:
        classes.judge_base(type)
    listed = None if names is _new_class_members else _enum_names(names)
    return cls._create_(
        class_name=_str(value),
        names=listed,
        module='__main__',
        type=type,
        start=start,
        boundary=boundary,
    )


_add_member = enum.EnumDict.__setitem__
# Hooks of Enum's that no guest sees, and that bodies of classes may define all the same.
_UNSEEN_HOOKS = frozenset({'_iter_member_', '_iter_member_by_value_', '_iter_member_by_def_'})


def _set_member(self, key, value):
    """Names of one underscore on either side are Enum's, marked or not."""
    name = names.unmark(key) if type(key) is str else key
    if name != key and enum._is_sunder(name) and name not in _UNSEEN_HOOKS:
        raise ValueError(f'_sunder_ names, such as {name!r}, are reserved for future Enum use')
    _add_member(self, key, value)


def _patch_enum():
    enum.EnumDict.__setitem__ = _set_member
    is_private = enum._is_private
    enum._is_private = lambda class_name, name: is_private(class_name, names.unmark(name))
    _enum_call.__name__ = '__call__'
    enum.EnumType.__call__ = _enum_call
    find_new = enum.EnumType._find_new_.__func__

    def _find_new_(cls, *args):
        """What answers for a new member is made one: it is named, numbered and initialised."""
        make, *told = find_new(cls, *args)
        return make if type(make) is BuiltinFunctionType else classes.checked_new(make), *told

    enum.EnumType._find_new_ = classmethod(_find_new_)


# ---- dataclasses: text is made from identifiers only; privates keep their public spelling


def _replace(self, /, **changes):
    for field in getattr(self, '__dataclass_fields__').values():
        if field._field_type is dataclasses._FIELD_CLASSVAR:
            continue
        name = names.unmark(field.name)
        if not field.init:
            if name in changes:
                raise TypeError(
                    f'field {name} is declared with init=False, it cannot be specified with replace()'
                )
        elif name not in changes:
            if (
                field._field_type is dataclasses._FIELD_INITVAR
                and field.default is dataclasses.MISSING
            ):
                raise TypeError(f'InitVar {name!r} must be specified with replace()')
            changes[name] = getattr(self, field.name)
    return self.__class__(**changes)


def _patch_dataclasses():
    get_field = dataclasses._get_field

    def checked_get_field(cls, name, *args):
        """Every field's name becomes part of a text that is executed."""
        if type(name) is not str or not name.isidentifier():
            raise TypeError(f'{name!r} cannot name a field')
        return get_field(cls, name, *args)

    dataclasses._get_field = checked_get_field
    dataclasses._replace = _replace
    # The proxy of an empty dict would hand that dict, shared by all fields, to the other side of `==`.
    dataclasses._EMPTY_METADATA = MappingProxyType({})


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
                        *[_checked(cls, part) for part in (value.fget, value.fset, value.fdel)]
                    ),
                )
            elif type(value) is functools.cached_property:
                value.func = _checked(cls, value.func)


def apply():
    """Applies every correction but `check_receivers`. Called once, before any facet is made."""
    annotations.patch()
    _patch_hooks()
    _patch_caches()
    _patch_enum()
    _patch_dataclasses()
    collections.UserString.format = lambda self, /, *args, **kwargs: SAFE_FORMATS['format'](
        self.data, *args, **kwargs
    )
    collections.UserString.format_map = lambda self, mapping: SAFE_FORMATS['format_map'](
        self.data, mapping
    )
    pprint.PrettyPrinter._pprint_dataclass = dataclass_lines
    # What its `samples` draw would tell what the generator of trusted code is to bring.
    statistics.random = SimpleNamespace(Random=random.Random, random=random.SystemRandom().random)
    string.Template('$x').substitute(x=1)  # computes the class's pattern
    calendar.HTMLCalendar.cssclasses = calendar.HTMLCalendar.cssclasses_weekday_head = tuple(
        calendar.HTMLCalendar.cssclasses
    )
    textwrap.TextWrapper.unicode_whitespace_trans = MappingProxyType(
        textwrap.TextWrapper.unicode_whitespace_trans
    )
    tempfile._weakref = SimpleNamespace(finalize=Finalizer)
    # What is in it is read as an attribute of the class.
    tarfile.TarFile.OPEN_METH = MappingProxyType(tarfile.TarFile.OPEN_METH)
    # Classes of guests say they are of `__main__`: what looks that module up finds an empty one.
    sys.modules['__main__'] = ModuleType('__main__')
