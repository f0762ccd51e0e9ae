"""`weakref` for guests: keys of values are data, and nothing runs when the interpreter ends."""

from ..sealed import __builtins__
import weakref

from ..ownership import DATA_CLASSES


class WeakValueDictionary(weakref.WeakValueDictionary):
    """Its keys are data: looking for one that went with its value calls nobody."""

    def __setitem__(self, key, value):
        if type(key) not in DATA_CLASSES:
            raise TypeError(f'a {type(key).__name__!r} object cannot be a key here: use data')
        super().__setitem__(key, value)

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, other=None, /, **kwargs):
        for key, value in {**dict(other or {}), **kwargs}.items():
            self[key] = value


# What waits for its object to go: nobody else keeps it.
_waiting = set()


class finalize:
    """Calls a function when an object goes. The real one notes in its class what is to run when the interpreter ends."""

    __slots__ = '_end', 'atexit', '__weakref__'

    def __init__(self, obj, func, /, *args, **kwargs):
        self._end, self.atexit = (weakref.ref(obj, self), func, args, kwargs), True
        _waiting.add(self)

    def _take(self):
        end, self._end = self._end, None
        _waiting.discard(self)
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


_take = finalize._take
del finalize._take
WeakValueDictionary.__module__ = finalize.__module__ = 'weakref'
NAMES = {'finalize': finalize, 'WeakValueDictionary': WeakValueDictionary}
