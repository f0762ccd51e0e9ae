"""`io` for guests: `open` of the run, and files over other files. C code makes those over what the interpreter itself opened. It is not
made for a file that changes while it is read, or keeps a view of the memory it was to fill: over all else stand those of `_pyio`."""

from ..sealed import __builtins__
import _pyio
import io

from ..kinds import veil

PER_RUN = ('open',)
_OPTIONS = frozenset({int, str, bool, type(None)})
_raw_of = {
    kind: kind.raw.__get__ for kind in (io.BufferedReader, io.BufferedWriter, io.BufferedRandom)
}


def _is_safe(value):
    """Whether `value` is a file that the interpreter opened, the buffer of one, or no file at all."""
    kind = type(value)
    if kind in _raw_of:
        return type(_raw_of[kind](value)) is io.FileIO
    return kind is io.FileIO or kind in _OPTIONS


def _over(name):
    real, python = getattr(io, name), getattr(_pyio, name)

    def make(*args, **kwargs):
        is_safe = all([_is_safe(value) for value in (*args, *kwargs.values())])
        return (real if is_safe else python)(*args, **kwargs)

    return veil(real, make)


NAMES = {
    name: _over(name)
    for name in 'BufferedRWPair BufferedRandom BufferedReader BufferedWriter TextIOWrapper'.split()
}


def names(run):
    return {'open': run.open}
