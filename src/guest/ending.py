"""The end of a program whose globals nobody will see again, as CPython's own end: what was registered is called, finalizers run,
and files that are still open are written out. All of it is the guest's work, under its limits. A session has no end.

CPython finalizes what is alive in the order in which it was made, with all globals still there (PEP 442). Nothing of the guest can be
let go of here, since its globals are the interpreter's as long as it runs: so the collector is asked what there is.
"""

from ..sealed import __builtins__
import atexit
import gc
import sys
from functools import partial
from io import BufferedRandom, BufferedWriter, TextIOWrapper
from traceback import format_exception_only
from types import CodeType, FunctionType
from warnings import catch_warnings, simplefilter

from ..ownership import mro_of

_FINALIZER = '__del__'
# A file is written out before what it writes into.
_FILES = TextIOWrapper, BufferedWriter, BufferedRandom
# Whether code of this guest's can have defined a finalizer.
_has_finalizers = False


def note(code):
    """Before the guest's code runs: whether it names a finalizer. Others have none, and their end costs nothing."""
    global _has_finalizers
    todo = [code]
    for each in todo:
        if _FINALIZER in each.co_names:
            _has_finalizers = True
        for constant in each.co_consts:
            if type(constant) is CodeType:
                todo.append(constant)
            elif type(constant) is str and _FINALIZER in constant:
                _has_finalizers = True


def end(scope, has_files):
    """Ends the program with these globals. Raises nothing: where there is no memory left for it, its end goes no further."""
    try:
        atexit._run_exitfuncs()
        if _has_finalizers or has_files:
            _collect()
            alive = _alive(scope)
            _finalize(alive)
            if has_files:
                _write_out(alive)
    except MemoryError:
        pass


def _collect():
    """What is garbage goes first. Coroutines among it that nobody awaited would be told with the lines of this file."""
    with catch_warnings():
        simplefilter('ignore', RuntimeWarning)
        gc.collect()


def _alive(scope):
    """What there is, in the order in which it was made, as far as that is known; each once."""
    found = {id(thing): thing for thing in scope.values()}
    for thing in gc.get_objects():
        found.setdefault(id(thing), thing)
    return list(found.values())


class _Call(partial):
    """What CPython calls for a finalizer, and tells as the finalizer where it raises."""

    def __repr__(self):
        return repr(self.func)


def _finalize(alive):
    """CPython itself calls the finalizers, so that it tells what they raise in its own way: as those of objects of ours, which go."""
    for thing in alive:
        if (finalizer := _finalizer_of(type(thing))) is not None and not gc.is_finalized(thing):
            type('', (), {_FINALIZER: staticmethod(_Call(finalizer, thing))})()


def _finalizer_of(kind):
    for cls in mro_of(kind):
        if _FINALIZER in cls.__dict__:
            found = cls.__dict__[_FINALIZER]
            return found if type(found) is FunctionType else None
    return None


def _write_out(alive):
    told = set()
    for kind in _FILES:
        for file in alive:
            if kind not in mro_of(type(file)) or _is_closed(file) or id(file) in told:
                continue
            try:
                kind.flush(file)
            except Exception as error:
                # The file of bytes below it would tell the same once more.
                told.add(id(file.buffer) if kind is TextIOWrapper else None)
                text = ''.join(format_exception_only(error))
                sys.stderr.write(f'Exception ignored while finalizing file {file!r}:\n{text}')


def _is_closed(file):
    try:
        return file.closed
    except ValueError:  # It was detached.
        return True
