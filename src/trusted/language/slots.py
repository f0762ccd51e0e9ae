"""`__slots__` and `__match_args__` of a class: texts that C code takes for names of attributes.

Each is judged as the attribute that it names would be, and a slot is stored under the name that the rewritten source reads.
"""

from .sealed import __builtins__
from .language import PRIVATE_MARK
from .names import denied, is_dunder, judged, mark, unmark


def judge_match_args(value):
    """`__match_args__` of a class: exact names that a pattern may read, under their stored form."""
    if type(value) is not tuple:
        raise TypeError('__match_args__ must be written out as names')
    for name in value:
        spelled = name[1:] if type(name) is str and name[:1] == PRIVATE_MARK else name
        if denied(spelled) or judged(name):
            raise TypeError(f'__match_args__ holds {name!r}, which may not be named there')
    return value


def _stored_slot(name, owner):
    """The name of a slot as it is stored; a literal one has been translated."""
    if type(name) is not str:
        raise TypeError(f"__slots__ items must be strings, not '{type(name).__name__}'")
    if name in ('__dict__', '__weakref__'):
        return name
    if name[:1] != PRIVATE_MARK:
        if name[:2] == '__' and not is_dunder(name) and owner:
            name = f'_{owner}{name}'
        stored, spelled = mark(name), name
    else:
        stored, spelled = name, name[1:]
    if denied(spelled) or stored[:1] == PRIVATE_MARK and stored[1:2] != '_':
        raise TypeError(f'__slots__ holds {unmark(name)!r}, which may not be named there')
    return stored


def stored_slots(value, owner):
    """`__slots__` of the class `owner`, in a container that nobody else has."""
    owner = unmark(owner).lstrip('_')
    if isinstance(value, str):
        return _stored_slot(str.__str__(value), owner)
    if type(value) is dict:
        return {_stored_slot(name, owner): doc for name, doc in dict(value).items()}
    made = [_stored_slot(name, owner) for name in value]
    return type(value)(made) if type(value) in (list, set) else tuple(made)


# What of a class holds names.
NAMING = frozenset({'__slots__', '__match_args__'})


def told_names(value):
    """The value of one of these, with the names that the source has."""
    if type(value) is str:
        return unmark(value)
    if type(value) in (tuple, list, set):
        return type(value)(map(told_names, value))
    if type(value) is dict:
        return {told_names(name): value[name] for name in value}
    return value
