"""Where a guest's text goes: what it sees of the run's output, and what it may print to."""

from .sealed import __builtins__
import sys
from array import array
from _io import _IOBase
from _pyio import IOBase
from io import StringIO
from tempfile import _TemporaryFileWrapper
from types import BuiltinFunctionType, MethodType

from .guest.given import given
from .ownership import function_of, mro_of, own, own_function

_print, _str = print, str.__str__


class Output:
    """What guests see of the run's output: `sys.stdout` and `sys.stderr`."""

    __slots__ = ('_stream',)
    encoding, errors, closed = 'utf-8', 'surrogateescape', False

    def write(self, text, /):
        if not isinstance(text, str):
            raise TypeError(f'write() argument must be str, not {type(text).__name__}')
        stream, text = _stream_of(self), _str(text)
        written = stream.write(text)
        if not text.endswith('\n'):
            # The stream keeps the end of a line back. A guest that is ended by force would lose it.
            stream.flush()
        return written

    def writelines(self, lines, /):
        for line in lines:
            self.write(line)

    def flush(self):
        _stream_of(self).flush()

    def isatty(self):
        return False

    def writable(self):
        return True

    def readable(self):
        return False

    @property
    def buffer(self):
        return Bytes(_stream_of(self))

    def __repr__(self):
        return f"<_io.TextIOWrapper name={self.name!r} mode='w' encoding='utf-8'>"

    name = property(lambda self: '<stderr>' if _stream_of(self) is sys.__stderr__ else '<stdout>')
    mode, newlines, line_buffering = 'w', None, True


class Bytes:
    """What takes the bytes of the run's output, in turn with its text."""

    __slots__ = ('_stream',)
    mode, closed = 'wb', False

    def __init__(self, stream):
        self._stream = stream

    def write(self, data, /):
        if type(data) is not memoryview and not isinstance(data, (bytes, bytearray, array)):
            raise TypeError(f'a bytes-like object is required, not {type(data).__name__!r}')
        data = bytes(memoryview(data))
        self._stream.flush()
        self._stream.buffer.write(data)
        self._stream.buffer.flush()
        return len(data)

    def flush(self):
        self._stream.flush()


Bytes.__name__ = Bytes.__qualname__ = 'BufferedWriter'
Output.__name__ = Output.__qualname__ = 'TextIOWrapper'
Bytes.__module__ = Output.__module__ = '_io'
_stream_of, _set_stream = Output._stream.__get__, Output._stream.__set__
del Output._stream


# What is a file of the library's.
_FILES = frozenset({Output, _IOBase, IOBase, _TemporaryFileWrapper})


def output(stream):
    """The guest's view of the real `stream`."""
    facet = Output()
    _set_stream(facet, stream)
    return facet


def writer(file):
    """`file`, if printing to it runs nothing but the guest's own code or a file's of the library; TypeError otherwise.

    `class W: write = trusted_list.append` would make print the hand that writes into it.
    """
    kind = type(file)
    if not own(kind) and not _FILES.isdisjoint(mro_of(kind)):
        return file
    if own(kind):
        write = getattr(file, 'write', None)
        function = function_of(write) if type(write) is MethodType else write
        if (
            own_function(function)
            or type(write) is BuiltinFunctionType
            and isinstance(write.__self__, StringIO)
        ):
            return file
    if not hasattr(file, 'write'):
        raise AttributeError(f'{kind.__name__!r} object has no attribute {"write"!r}')
    raise TypeError(
        f'cannot write to a {kind.__name__!r} object: only to sys.stdout, a file, or an object with a write '
        f'method defined here'
    )


def reader(file):
    """`file`, if it is one of the library's, or of a class of the program's; TypeError otherwise."""
    kind = type(file)
    if own(kind) or not _FILES.isdisjoint(mro_of(kind)):
        return file
    raise TypeError(f'cannot read from a {kind.__name__!r} object')


def make_print(run):
    """The guest's `print`."""

    def print(*args, sep=' ', end='\n', file=None, flush=None):
        file = run.stdout if file is None else writer(file)
        if type(file) is Output:
            file = _stream_of(file)
            if flush is None:
                flush = end is not None and end != '\n'
        _print(*args, sep=sep, end=end, file=file, flush=bool(flush))

    return print


def make_show(run):
    """What prints the value of an expression in interactive text, as `sys.displayhook` does."""

    def show(value):
        if value is not None:
            run.stdout.write(_str(repr(value)) + '\n')

    return show


def make_input(run):
    """The guest's `input`: it prompts, and reads a line of what the host gave."""

    def input(*args, **keywords):
        if keywords:
            raise TypeError('input() takes no keyword arguments')
        if len(args) > 1:
            raise TypeError(f'input expected at most 1 argument, got {len(args)}')
        prompt = args[0] if args else ''
        run.stdout.write(_str(str(prompt)))
        if sys.stdin is given.stdin:
            return given.line()
        line = sys.stdin.readline()
        if not isinstance(line, str):
            raise TypeError('object.readline() returned non-string')
        if not line:
            raise EOFError('EOF when reading a line')
        return line.removesuffix('\n')

    return input
