"""Exceptions across the door: told as data, made anew on the other side.

What is told of an exception: (what, args, original, trace). `what` is the name of a builtin class or an exception class that
is exposed; `original` the exception itself, as a number, where it is a guest's: it comes home as itself; `trace` the number
under which the host's side keeps where in a trusted module it was raised, for the host alone.
"""

from .sealed import __builtins__
import asyncio

from .crossing import EXCEPTIONS, SCALARS

EXCEPTIONS['CancelledError'] = asyncio.CancelledError
# Keys of instance dicts, which no source of a guest's can spell: whose exception this one stands for, and its trace.
STANDS_FOR, TRACE = 'ʼexception', 'ʼtrace'
# Characters of one argument, and arguments, that are told.
MOST_TEXT, MOST_ARGS = 10_000, 20

_args = BaseException.args.__get__
_mro = type.__dict__['__mro__'].__get__
# These hold what they were decoding, whole. Their text is told under the class above.
_HOLDING = (UnicodeDecodeError, UnicodeEncodeError, UnicodeTranslateError)
_NO_MEMORY = 'MemoryError', (), None, 0


def builtin_name(kind):
    """The nearest builtin class of an exception class, by its name; groups are told as Exception."""
    for cls in _mro(kind):
        name = cls.__name__
        if EXCEPTIONS.get(name) is cls and cls not in _HOLDING:
            return 'Exception' if issubclass(cls, BaseExceptionGroup) else name
    return 'Exception'


def _cut(value):
    return value[:MOST_TEXT] if type(value) in (str, bytes) else value


def told_args(error):
    """The arguments of an exception that may be told: a first one that is plain data; of an OSError, number and text."""
    args = _args(error)
    if isinstance(error, _HOLDING):
        return (_cut(str(error)),)
    # The interpreter's own words tell the name that was not found.
    if isinstance(error, (NameError, AttributeError)) and str(error.name or '')[:1] == '_':
        return ()
    most = 2 if isinstance(error, OSError) else 1
    return tuple([_cut(value) for value in args[:most] if type(value) in SCALARS])


def made(what, args, original, trace):
    """The exception that was told, anew. One of this side's comes home as itself."""
    if isinstance(original, BaseException):
        return original
    kind = EXCEPTIONS.get(what, Exception) if type(what) is str else what
    try:
        error = kind(*args)
    except Exception:
        error = RuntimeError(kind.__name__)
    if original is not None:
        error.__dict__[STANDS_FOR] = original
    if trace:
        error.__dict__[TRACE] = trace
    return error
