"""Attribute names: which a guest may name at all, and how its private ones are stored.

The guest's `_x` is stored as PRIVATE_MARK + `_x`, which no source can spell; so what is `_x` in the standard library or
in trusted code is out of a guest's reach without a list of such names, and the guest's own never collides with it.
"""

from .sealed import __builtins__
from .language import (
    CLASS_BODY_NAMES,
    DENIED_ATTRIBUTES,
    JUDGED_ATTRIBUTE_PREFIXES,
    JUDGED_ATTRIBUTES,
    PRIVATE_MARK,
    PUBLIC_UNDERSCORE_ATTRIBUTES,
    READABLE_DUNDERS,
)

UNRENAMED = PUBLIC_UNDERSCORE_ATTRIBUTES | CLASS_BODY_NAMES


def is_dunder(name):
    """`__x__`: a name with a meaning for the interpreter."""
    return name[:2] == '__' and name[-2:] == '__' and len(name) > 4


def denied(name):
    """Whether no guest may name the attribute `name`, for reading or for writing, as source or as a string."""
    if type(name) is not str or PRIVATE_MARK in name:
        return True
    if is_dunder(name):
        return name not in READABLE_DUNDERS
    return name in DENIED_ATTRIBUTES


def judged(name):
    """Whether what the attribute `name` yields must be looked at when it is read: never by the interpreter alone."""
    return name in JUDGED_ATTRIBUTES or name.startswith(JUDGED_ATTRIBUTE_PREFIXES)


def mark(name):
    """The name under which the guest's attribute `name` is stored: private names marked, all others as they are."""
    if name[:1] != '_' or name in UNRENAMED or is_dunder(name):
        return name
    return PRIVATE_MARK + name


def unmark(text):
    """`text` with the guest's private names as their source spells them; an exact string."""
    return str.replace(text, PRIVATE_MARK + '_', '_')


def refuse(name, why='may not be named here'):
    """Says that a guest has no such attribute."""
    raise AttributeError(f'the attribute {unmark(name)!r} {why}', name=unmark(name))


def spelled(name):
    """The name under which a guest's name string `name` is stored; AttributeError or TypeError where verify would refuse."""
    if type(name) is not str:
        raise TypeError(f"attribute name must be string, not '{type(name).__name__}'")
    if denied(name):
        refuse(name)
    return mark(name)
