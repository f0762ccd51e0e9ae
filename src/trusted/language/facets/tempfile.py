"""`tempfile` for guests: folders are removed when nothing refers to them. `weakref.finalize` writes into its own class, which is frozen,
for the end of an interpreter that here has none."""

from ..sealed import __builtins__
from weakref import ref

# Finalizers whose objects live: nobody else keeps one.
_waiting = set()


class Finalizer:
    """Calls `function(*args, **kwargs)` when `obj` is gone, unless it is detached first."""

    def __init__(self, obj, function, *args, **kwargs):
        self._reference = ref(obj, self._end)
        self._work = function, args, kwargs
        _waiting.add(self)

    def detach(self):
        """Whether there was still something to wait for."""
        is_waiting = self in _waiting
        _waiting.discard(self)
        return is_waiting

    def _end(self, _):
        if self.detach():
            function, args, kwargs = self._work
            function(*args, **kwargs)
