"""Identifiers of a residual text: which it may bind and read, and under which name an attribute is stored.

CPython has normalised (NFKC) every identifier that it parsed, so those are judged as they are. Name strings, the second
arguments of `_getattr_`, it has not: one is taken only if it is what an identifier in its place would have become.
"""

from .sealed import __builtins__
from keyword import kwlist
from unicodedata import normalize

from .language import (
    CLASS_DUNDERS,
    DEFINABLE_METHODS,
    GUARDS,
    JUDGED_ATTRIBUTES,
    PRIVATE_MARK,
    READABLE_DUNDER_NAMES,
    UNBINDABLE,
)
from .names import denied, is_dunder, judged, mark
from .refused import Refused

READABLE = READABLE_DUNDER_NAMES | UNBINDABLE
READABLE_IN_CLASS = DEFINABLE_METHODS | CLASS_DUNDERS
KEYWORDS = frozenset(kwlist)


def mangled(name, owner):
    """`name` as CPython's compiler spells it in the body of the class `owner` (None outside classes): `_C__x` for `__x`."""
    if owner is None or name[:2] != '__' or name[-2:] == '__':
        return name
    stem = owner.lstrip('_')
    return f'_{stem}{name}' if stem else name


def check_reserved(name, node=None):
    """Refuses what no source may spell in any role: a guard's name, or the mark of private names."""
    if name in GUARDS:
        raise Refused(f'`{name}` is the name of a guard', node)
    if PRIVATE_MARK in name:
        raise Refused(f'the name `{name}` holds the mark of private names', node)


def check_binding(name, node=None):
    """Refuses `name` where a construct binds it: a target, a parameter, a function, an import, a capture, a declaration."""
    check_reserved(name, node)
    if is_dunder(name) or name in UNBINDABLE:
        raise Refused(f'`{name}` cannot be bound here', node)


def check_keyword(name, node):
    """Refuses `name` as an argument's: some callees make attributes of them (`SimpleNamespace(__globals__=d)`)."""
    check_reserved(name, node)
    if is_dunder(name):
        raise Refused(f'`{name}` cannot be the name of an argument', node)


def check_name_string(name, node=None):
    """Refuses a string that does not spell an attribute as a parsed identifier would."""
    if (
        type(name) is not str
        or not name.isidentifier()
        or name in KEYWORDS
        or not name.isascii()
        and normalize('NFKC', name) != name
    ):
        raise Refused('a name in a string is not an identifier', node)


def stored(name, node=None):
    """The name under which the attribute `name` (mangled already) is stored; refused where no guest may name it."""
    check_reserved(name, node)
    if denied(name) and name not in JUDGED_ATTRIBUTES:
        raise Refused(f'the attribute `{name}` is not accessible', node)
    return mark(name)


def stored_unjudged(name, node=None):
    """The same where the interpreter itself will read the attribute, past every guard."""
    found = stored(name, node)
    if judged(name):
        raise Refused(f'the attribute `{name}` can only be read through _getattr_', node)
    return found


class StoredNames(dict):
    """Attribute name -> stored name, computed once for each name of a program."""

    def __missing__(self, name):
        check_name_string(name)
        self[name] = found = stored(name)
        return found
