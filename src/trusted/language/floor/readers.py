"""`csv.reader`: the iterator it reads from is not entered again while it runs (gh-145105)."""

from ..sealed import __builtins__
import csv
from io import StringIO

_GENERATOR = type(_ for _ in ())
_STILL = frozenset({list, tuple, StringIO, _GENERATOR})


class Once:
    """An iterator over another's items that refuses to be entered while it runs. It lives as long as it runs."""

    __slots__ = '_items', '_running'

    def __init__(self, items):
        self._items, self._running = items, False

    def __iter__(self):
        return self

    def __next__(self):
        if self._running:
            raise RuntimeError('iterator already executing')
        self._running = True
        try:
            return next(self._items)
        finally:
            self._running = False


_read = csv.reader


def reader(iterable, /, *args, **kwargs):
    """Return a reader object that will process lines from the given iterable."""
    return _read(iterable if type(iterable) in _STILL else Once(iter(iterable)), *args, **kwargs)


reader.__doc__ = _read.__doc__


def apply(put):
    csv.reader = reader
