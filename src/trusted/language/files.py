"""`open` of a guest that has files: CPython's own, whose system calls the wall answers."""

from .sealed import __builtins__
import io

_open = io.open


def open(
    file,
    mode='r',
    buffering=-1,
    encoding=None,
    errors=None,
    newline=None,
    closefd=True,
    opener=None,
):
    """As CPython's."""
    return _open(file, mode, buffering, encoding, errors, newline, closefd, opener)
