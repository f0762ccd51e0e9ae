"""`weakref` for guests: what `finalize` keeps is in no class that the program could read."""

from ..sealed import __builtins__
import atexit
import sys
import weakref
from types import SimpleNamespace


# What waits for its object to go, the oldest first: nobody else keeps it.
_waiting = {}
# Whether what waits is called at the end of the program.
_registered = []


class finalize:
    """Calls a function when an object goes, or at the end of the program. The real one keeps those that wait in its class."""

    __slots__ = '_end', 'atexit', '__weakref__'

    def __init__(self, obj, func, /, *args, **kwargs):
        self._end, self.atexit = (weakref.ref(obj, self), func, args, kwargs), True
        _waiting[self] = None
        if not _registered:
            _registered.append(atexit.register(_end))

    def _take(self):
        end, self._end = self._end, None
        _waiting.pop(self, None)
        return end

    def __call__(self, _=None):
        """Calls the function, unless it has been called."""
        if (end := _take(self)) is not None:
            return end[1](*end[2], **end[3])

    def detach(self):
        """What it would have called, and of what object; None where the object is gone. It is not called any more."""
        end = self.peek()
        return None if end is None else _take(self) and end

    def peek(self):
        """The same, which changes nothing."""
        end = self._end
        held = None if end is None else end[0]()
        return None if held is None or end is None else (held, *end[1:])

    @property
    def alive(self):
        """Whether the function has not been called yet."""
        return self._end is not None


def _end():
    """The end of the program: the newest first, as the real one does."""
    for each in reversed([*_waiting]):
        if each.atexit:
            try:
                each()
            except Exception as error:
                trace = error.__traceback__
                told = {'exc_type': type(error), 'exc_value': error, 'exc_traceback': trace}
                told = SimpleNamespace(**told, err_msg=None, object=each)
                sys.unraisablehook(told)  # pyright: ignore[reportArgumentType]


_take = finalize._take
del finalize._take
finalize.__module__ = 'weakref'
NAMES = {'finalize': finalize}
