"""What `__reduce__` tells: of what an object is made again, as CPython says it, where a program may hold all of that.

The library's own `__reduce__` may answer with anything: functions of `copyreg` that make instances of every class, lists that an
object goes on using, functions that it keeps to itself. So it is called, and what it answers is looked through. A part is told
that is data, a class that a program may hold, or of the program's making; a list or a dict is told as a copy.
"""

from .sealed import __builtins__
from collections import deque
from types import GeneratorType, MethodType

from . import kinds
from .ownership import DATA_CLASSES, function_of, is_class, own, own_function, whole
from .spellings import told_attribute

_COPIED = frozenset({list, dict, set, bytearray})
_MAKERS = iter, reversed
# Iterators over data: what they reduce to is a call of `iter` on a list, a text or the like, and where they stand.
ITERATORS = frozenset(
    [type(iter(x)) for x in ([], (), '', 'é', b'', bytearray(), set(), {}, range(1), range(2**70))]
    + [type(reversed(x)) for x in ([], (), {})]
    + [type(iter(x)) for x in ({}.values(), {}.items(), deque())]
) - {GeneratorType}


def _told(part):
    kind = type(part)
    if kind is tuple:
        return tuple([_told(each) for each in part])
    if kind in _COPIED:
        return kind(part)
    if is_class(part):
        return kinds.shown(part)
    if (
        kind in DATA_CLASSES
        and whole(part)
        or kind in ITERATORS
        or own(kind)
        or own_function(function_of(part) if kind is MethodType else part)
        or any([part is each for each in _MAKERS])
    ):
        return part
    raise TypeError


def _told_state(state):
    """Attributes, under the names that the source has; those of the library's own are kept back."""
    if type(state) is not dict:
        return _told(state)
    return {
        told: _told(state[name])
        for name in state
        if type(name) is str and (told := told_attribute(name)) is not None
    }


def method(x, name, bound):
    """`x.__reduce__`, of which `bound` is the library's."""

    def reduce(*args):
        made = bound(*args)
        try:
            if type(made) is str:
                return made
            maker, given, *rest = made
            state = [_told_state(rest[0])] if rest else []
            return _told(maker), _told(given), *state, *map(_told, rest[1:])
        except TypeError:
            raise TypeError(f'cannot tell what a {type(x).__name__!r} object is made of') from None

    reduce.__name__ = reduce.__qualname__ = name
    return reduce
