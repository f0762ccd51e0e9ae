"""`functools.partial`: what it shows and calls is not taken away meanwhile (gh-144475).

Its `__repr__` is that of CPython's text in Python. C code calls what it holds without holding it itself: what is replaced by
`__setstate__` stays.
"""

from ..sealed import __builtins__
from functools import _partial_repr, partial
from reprlib import recursive_repr

_kept, _set, _parts = [], partial.__setstate__, partial.__reduce__


def __setstate__(self, state):
    _kept.append(_parts(self))
    _set(self, state)


def apply(put):
    put(partial, '__repr__', recursive_repr()(_partial_repr))
    put(partial, '__setstate__', __setstate__)
