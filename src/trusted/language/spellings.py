"""How the names of a namespace are told to a program, and how those it writes there are stored.

What is told is what its source could write: neither guards, nor the library's private names, nor special names that no source
may read. What is stored is what the rewritten source would have stored, so that no write binds what a statement could not.
"""

from .sealed import __builtins__
from .language import DEFINED_METHODS, GUARDS, PRIVATE_MARK, READABLE_DUNDER_NAMES, UNBINDABLE
from .names import UNRENAMED, denied, is_dunder, spelled, unmark


# Of a module with annotations CPython lists also the set of those that it has come past.
_TOLD = READABLE_DUNDER_NAMES | {'__conditional_annotations__'}


def told_variable(name):
    """A variable's name as the source has it; None for what no source may read."""
    if name[:1] == PRIVATE_MARK:
        return unmark(name) if name[1:2] == '_' else None
    if name in GUARDS or is_dunder(name) and name not in _TOLD:
        return None
    return name if str.isidentifier(name) else None


def stored_variable(name):
    """The name of a global that a program writes through `globals()`; KeyError for what it could not bind."""
    if type(name) is not str:
        raise TypeError('names of globals are strings')
    if PRIVATE_MARK in name or name in GUARDS or name in UNBINDABLE or is_dunder(name):
        raise KeyError(f'the name {unmark(name)!r} cannot be bound here')
    return name


def told_attribute(name):
    """An attribute's name as the source has it; None for the library's own, and for what no source may name."""
    if name[:1] == '_' and not is_dunder(name) and name not in UNRENAMED:
        return None
    plain = unmark(name)
    return None if denied(plain) else plain


def told_member(name):
    """The same of a class, which also has special methods."""
    return name if name in DEFINED_METHODS else told_attribute(name)


def stored_attribute(name):
    """The reverse, for what a program writes through `vars(x)`; AttributeError for what is set by guards alone."""
    stored = spelled(name)
    if is_dunder(stored):
        raise AttributeError(f'the attribute {name!r} may not be set', name=name)
    return stored
