"""`functools` for guests: wrappers that copy only names and texts, and single dispatch that evaluates no annotation.

The real `update_wrapper` copies, and merges, whatever attributes it is told to: a trusted function's globals out, or others
in. The real `register` evaluates the string annotations of a function it is given.
"""

from ..sealed import __builtins__
import functools
from types import UnionType

from ..judges import read
from ..hints import get_type_hints
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


def wraps(wrapped, assigned=functools.WRAPPER_ASSIGNMENTS, updated=functools.WRAPPER_UPDATES):
    """A decorator that applies `update_wrapper` to the function it decorates."""
    return lambda wrapper: update_wrapper(wrapper, wrapped, assigned, updated)


def total_ordering(cls):
    """Supplies the comparisons that a class lacks."""
    if not is_class(cls) or not own(cls):
        raise TypeError('total_ordering() completes classes defined here')
    return functools.total_ordering(cls)


def singledispatch(func):
    """A function that chooses among implementations by the class of its first argument; `register(cls)` adds one."""
    wrapper = functools.singledispatch(func)
    add = wrapper.register

    def register(cls, func=None):
        if func is None and not _is_choice(cls):
            return add(_annotated(cls), cls)
        if not _is_choice(cls):
            raise TypeError(
                f'Invalid first argument to `register()`. {cls!r} is not a class or union type.'
            )
        return (lambda func: add(cls, func)) if func is None else add(cls, func)

    wrapper.register = register
    return wrapper


def _is_choice(cls):
    return is_class(cls) or type(cls) is UnionType


def _annotated(function):
    """The class by which a function is chosen: its first annotation."""
    if type(function) in (staticmethod, classmethod):
        function = function.__func__
    hints = get_type_hints(function) if own_function(function) else {}
    for name, cls in hints.items():
        if _is_choice(cls) and name != 'return':
            return cls
        break
    raise TypeError(
        f'Invalid first argument to `register()`: {function!r}. Use either `@register(some_class)` or plain `@register` on an '
        'annotated function.'
    )


class singledispatchmethod:
    """The same for methods: chooses by the class of the first argument after `self`."""

    def __init__(self, func):
        if not callable(func) and not hasattr(func, '__get__'):
            raise TypeError(f'{func!r} is not callable or a descriptor')
        self.dispatcher = singledispatch(func)
        self.func = func

    def register(self, cls, method=None):
        return self.dispatcher.register(cls, method)

    def __get__(self, obj, cls=None):
        dispatch = self.dispatcher.dispatch

        def method(*args, **kwargs):
            if not args:
                raise TypeError(
                    f'{getattr(self.func, "__name__", "singledispatchmethod method")} requires at least 1 '
                    f'positional argument'
                )
            return dispatch(type(args[0])).__get__(obj, cls)(*args, **kwargs)

        method.register = self.register
        return functools.update_wrapper(method, self.func)

    @property
    def __isabstractmethod__(self):
        return getattr(self.func, '__isabstractmethod__', False)


singledispatchmethod.__module__ = 'functools'
NAMES = {
    'update_wrapper': update_wrapper,
    'wraps': wraps,
    'total_ordering': total_ordering,
    'singledispatch': singledispatch,
    'singledispatchmethod': singledispatchmethod,
}
