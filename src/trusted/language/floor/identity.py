"""Where objects lie is not told: `id()` is a number of the run's own, and default reprs show that.

The number is one to one with the address, mixed with secrets of the run: equal for no two objects that are alive, the same
as long as one is, and ordered by nothing.
"""

from ..sealed import __builtins__
import builtins
import contextvars
import types
import weakref
from os import urandom

_address, _int = id, int.from_bytes
_BITS = 52  # what a number of JavaScript's holds
_MASK = (1 << _BITS) - 1
_offset, _first, _second = 1, 3, 5


def renew():
    """New secrets: what was an object's number before is not its number now. Called when a run begins with a new memory."""
    global _offset, _first, _second
    secrets = urandom(24)
    _offset, _first, _second = (_int(secrets[at : at + 8]) & _MASK | 1 for at in (0, 8, 16))


def id(*args):
    """Return the identity of an object: unique among those that exist at the same time."""
    if len(args) != 1:
        raise TypeError(f'id() takes exactly one argument ({len(args)} given)')
    number = (_address(args[0]) + _offset) * _first & _MASK
    number = (number ^ number >> 27) * _second & _MASK
    return number ^ number >> 25


def _untold(show, owner=None):
    """A `__repr__` that says what `show` does, with the number of the object (or of its `owner`) where the address was."""

    def __repr__(self, /):
        head, at, tail = show(self).rpartition(' 0x')
        if not at:
            return tail
        number = id(self if owner is None else owner(self))
        return f'{head} {number:#x}{tail.lstrip("0123456789abcdef")}'

    return __repr__


def _receiver(self):
    return self.__self__


def cover():
    """Gives the standard library this `id` too, which it shows here and there. Called last: others take addresses."""
    builtins.id = id


def apply(put):
    put(object, '__repr__', _untold(vars(object)['__repr__']))
    for cls in (
        types.FunctionType,
        types.GeneratorType,
        types.CoroutineType,
        types.AsyncGeneratorType,
        types.CodeType,
        types.FrameType,
        memoryview,
        contextvars.ContextVar,
        contextvars.Token,
        weakref.ReferenceType,
    ):
        put(cls, '__repr__', _untold(vars(cls)['__repr__']))
    for cls in types.BuiltinFunctionType, types.MethodWrapperType:
        put(cls, '__repr__', _untold(vars(cls)['__repr__'], _receiver))
