"""`contextvars` for guests: a context shows the program's own variables. Those of the library are C code's, which does not look at
what it finds in them."""

from ..sealed import __builtins__
import contextvars
import gc
from collections.abc import Mapping


_real_copy = contextvars.copy_context
# Every variable there is when the image is made: none of them is a guest's.
_HIDDEN = frozenset(
    [held for held in gc.get_objects() if type(held) is contextvars.ContextVar]
) | frozenset(contextvars.copy_context())


class Context(Mapping):
    """The values of context variables; `run` calls a function with them."""

    __slots__ = ('_held', '__weakref__')

    def __new__(cls):
        return _made(contextvars.Context())

    def __init_subclass__(cls):
        raise TypeError("type 'Context' is not an acceptable base type")

    def run(self, callable, /, *args, **kwargs):
        return _held_by(self).run(callable, *args, **kwargs)

    def copy(self):
        return _made(_held_by(self).copy())

    def _shown(self):
        return {var: value for var, value in _held_by(self).items() if var not in _HIDDEN}

    def __getitem__(self, var):
        _judge(var)
        return _held_by(self)[var]

    def __iter__(self):
        return iter(_shown(self))

    def __len__(self):
        return len(_shown(self))

    def __eq__(self, other):
        if type(other) is not Context:
            return NotImplemented
        return _held_by(self) == _held_by(other)

    __hash__ = None


_held_by, _hold = Context._held.__get__, Context._held.__set__
_shown = Context._shown
del Context._held, Context._shown
Context.__module__ = 'contextvars'


def _judge(var):
    if type(var) is not contextvars.ContextVar:
        raise TypeError(f'a ContextVar key was expected, got {var!r}')
    if var in _HIDDEN:
        raise KeyError(var)


def _made(real):
    context = object.__new__(Context)
    _hold(context, real)
    return context


def copy_context():
    """A copy of the current context."""
    return _made(_real_copy())


NAMES = {'Context': Context, 'copy_context': copy_context}
