"""Enumerations: members of those of the image are made from exact values, and the functional API (`Enum('E', 'a b')`) names
no module and no dunder. Otherwise a guest would leave its own objects in the member tables that all share, or define what
classes.py refuses in source.
"""

from .sealed import __builtins__
import enum
from types import BuiltinFunctionType

from . import classes, kinds, names
from .caches import exact
from .guest.own import module_of
from .ownership import own

_str = str.__str__
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
    """A member by its value, or a new enumeration. `qualname` is ignored."""
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
        module=module_of(module),
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


def _told(name):
    """What an enumeration documents of itself under `name`, where a guest's name for it leads: names as written, copies."""

    def told(self):
        value = getattr(self, name)
        if isinstance(value, type):
            return kinds.shown(value)
        if type(value) is dict:
            return {
                names.unmark(key) if type(key) is str and name == '_member_map_' else key: held
                for key, held in value.items()
            }
        return list(map(names.unmark, value)) if type(value) is list else value

    return property(told)


_PARTS = '_member_type_ _member_names_ _member_map_ _value2member_map_ _boundary_'.split()


def patch():
    """Called once, before classes are frozen."""
    for name in _PARTS:
        setattr(enum.EnumType, names.mark(name), _told(name))
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
