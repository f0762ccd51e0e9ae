"""`functools` for guests: wrappers that copy only names and texts.

The real `update_wrapper` copies, and merges, whatever attributes it is told to: a trusted function's globals out, or others
in. Functions that choose by a class are guest code, for which it is found here what the nearest class is.
"""

from ..sealed import __builtins__
import functools
from abc import get_cache_token

from ..classes import BASES
from ..judges import read
from ..writing import writable
from ..ownership import WRITABLE, is_class, own, own_function
from ..names import is_dunder

# Programs keep what is theirs on functions that remember, too.
WRITABLE.add(functools._lru_cache_wrapper)
_ASSIGNED = frozenset({'__name__', '__qualname__', '__doc__'})
_IGNORED = frozenset(functools.WRAPPER_ASSIGNMENTS) - _ASSIGNED


def update_wrapper(
    wrapper, wrapped, assigned=functools.WRAPPER_ASSIGNMENTS, updated=functools.WRAPPER_UPDATES
):
    """Gives `wrapper`, which must be defined here, the name and documentation of `wrapped`, and its attributes."""
    if not writable(wrapper) and type(wrapper) is not functools.partial:
        raise TypeError('update_wrapper() changes functions defined here')
    assigned = tuple(assigned)
    for name in assigned:
        if type(name) is not str or name not in _ASSIGNED | _IGNORED:
            raise AttributeError(f'update_wrapper() does not copy {name!r}')
        if name in _ASSIGNED:
            try:
                setattr(wrapper, name, read(wrapped, name))
            except AttributeError:
                pass
    if tuple(updated) not in ((), functools.WRAPPER_UPDATES):
        raise AttributeError('update_wrapper() merges attributes only')
    if updated and own_function(wrapper) and own_function(wrapped):
        wrapper.__dict__.update(
            {name: value for name, value in wrapped.__dict__.items() if not is_dunder(name)}
        )
    if own_function(wrapper) and own_function(wrapped) and '__annotate__' in assigned:
        wrapper.__annotate__ = wrapped.__annotate__
    if writable(wrapper):
        setattr(wrapper, '__wrapped__', wrapped)
    return wrapper


def total_ordering(cls):
    """Supplies the comparisons that a class lacks."""
    if not is_class(cls) or not own(cls):
        raise TypeError('total_ordering() completes classes defined here')
    return functools.total_ordering(cls)


def _found(cls, registry):
    """What is registered for the nearest class: `registry` has classes for keys, of which none is asked whether it is equal."""
    if type(registry) is not dict or not all(map(is_class, (cls, *registry))):
        raise TypeError('issubclass() arg 1 must be a class')
    return functools._find_impl(cls, registry)


def _found_for(x, registry):
    """The same for an object, whose class the program may not hold: so none of its classes is asked about that."""
    return _found(type(x), {cls: registry[cls] for cls in registry if not own(cls)})


class MaybeAbstract:
    """What is abstract if its `func` is, as the interpreter asks of what a class holds."""

    __slots__ = ()
    __isabstractmethod__ = property(lambda self: getattr(self.func, '__isabstractmethod__', False))  # pyright: ignore[reportAttributeAccessIssue]


BASES.add(MaybeAbstract)
NAMES = {
    'update_wrapper': update_wrapper,
    'total_ordering': total_ordering,
    '_MaybeAbstract': MaybeAbstract,
    '_found': _found,
    '_found_for': _found_for,
    '_cache_token': get_cache_token,
}
