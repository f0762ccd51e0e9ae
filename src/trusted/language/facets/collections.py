"""`collections` for guests: `namedtuple` evaluates a text made of the field names, and takes the name of a module."""

from ..sealed import __builtins__
import collections

from ..guest.own import module_of
from ..names import PRIVATE_MARK

_str = str.__str__


def exact_name(name):
    """`name` as an exact string; what is no string is turned into one first, as the real function does."""
    name = _str(str(name))
    if PRIVATE_MARK in name:
        raise ValueError(f'{name!r} cannot name a field')
    return name


def namedtuple(typename, field_names, *, rename=False, defaults=None, module=None):
    """Returns a new subclass of tuple with named fields."""
    if isinstance(field_names, str):
        field_names = _str(field_names).replace(',', ' ').split()
    return collections.namedtuple(
        exact_name(typename),
        [exact_name(name) for name in field_names],
        rename=bool(rename),
        defaults=None if defaults is None else tuple(defaults),
        module=module_of(module),
    )


NAMES = {'namedtuple': namedtuple}
