"""`open` of a guest that has files: CPython's own, whose system calls the wall answers."""

from .sealed import __builtins__
import io

# What text is decoded at once. CPython takes 8 KB, and a tenth more time to read line by line. What `tell` and `seek` cost grows with it.
_CHUNK = 32_768
_open = io.open
_Text = io.TextIOWrapper
_set_chunk = _Text._CHUNK_SIZE.__set__


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
    opened = _open(file, mode, buffering, encoding, errors, newline, closefd, opener)
    if type(opened) is _Text:
        _set_chunk(opened, _CHUNK)
    return opened


# `pathlib` opens by this name.
io.open = open
