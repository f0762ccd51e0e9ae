"""The end of a program whose globals nobody will see again, as CPython's own end: what was registered is called, finalizers run,
generators that wait within a `finally` are closed, and so are files that are still open. All of it is the guest's work,
under its limits. A session has no end.

CPython finalizes what is alive in the order in which it was made, with all globals still there (PEP 442). Nothing of the guest can be
let go of here, since its globals are the interpreter's as long as it runs: so the collector is asked what there is.
"""

from ..sealed import __builtins__
import atexit
import gc
import sys
from collections import Counter, deque
from functools import partial
from _io import _IOBase
from traceback import format_exception
from types import BuiltinFunctionType, CodeType, FunctionType, GeneratorType, SimpleNamespace
from warnings import catch_warnings, simplefilter

from ..ownership import mro_of
from .frames import is_ours

_FINALIZER = '__del__'
_IS_GENERATOR = 0x20
# Who imports it makes files of memory, of the program's own classes, or over others.
_STREAMS = 'io'
# Whether code of this guest's can have defined a finalizer, a generator that has something to do when it is closed, and files of memory.
_has_finalizers = _has_cleanups = _has_streams = False
# How many modules there were before the guest ran: full Python imports others, whose code nobody has looked at.
_modules_before = None


def note(code):
    """Before code of the guest's runs: what it can define that has a part in its end. Where it is nothing, the end costs nothing."""
    global _has_finalizers, _has_cleanups, _has_streams, _modules_before
    if _modules_before is None:
        _modules_before = len(sys.modules)
    todo = [code]
    for each in todo:
        if _FINALIZER in each.co_names:
            _has_finalizers = True
        if _STREAMS in each.co_names:
            _has_streams = True
        if each.co_flags & _IS_GENERATOR and _handlers_in(each) > 1:
            _has_cleanups = True
        for constant in each.co_consts:
            if type(constant) is CodeType:
                todo.append(constant)
            elif type(constant) is str:
                _has_finalizers = _has_finalizers or _FINALIZER in constant
                _has_cleanups = _has_cleanups or 'yield' in constant


def _handlers_in(code):
    """How many handlers its table has: that of a generator has one which no source says. The first byte of each has the highest bit."""
    return sum([byte >> 7 for byte in code.co_exceptiontable])


def end(scope, has_files):
    """Ends the program with these globals. Raises nothing: where what is alive raises when it is looked at, or no memory is left, the end
    goes no further."""
    try:
        atexit._run_exitfuncs()
        is_unknown = len(sys.modules) != _modules_before
        if has_objects := _has_finalizers or _has_cleanups or is_unknown:
            _collect()
        if has_objects or has_files or _has_streams:
            alive = _alive(scope, _has_end)
            _finalize([each for each in alive if not _is_file(type(each))])
            _write_out([each for each in alive if _is_file(type(each))])
    except BaseException:
        pass


def _collect():
    """What is garbage goes first. Coroutines among it that nobody awaited would be told with the lines of this file."""
    with catch_warnings():
        simplefilter('ignore', RuntimeWarning)
        gc.collect()


def _alive(scope, is_wanted):
    """What there is of the classes that are wanted, in the order in which it was made, as far as that is known; each once.

    Classes are asked for, since they are few: a program may hold a million things.
    """
    things = [*scope.values(), *gc.get_objects()]
    kinds = {id(kind): kind for kind in map(type, things)}
    wanted = {key for key, kind in kinds.items() if is_wanted(kind)}
    if not wanted:
        return []
    return [*{id(thing): thing for thing in things if id(type(thing)) in wanted}.values()]


def _has_end(kind):
    return kind is GeneratorType or _is_file(kind) or _finalizer_of(kind)


class _Call(partial):
    """What CPython calls for a finalizer, and tells as the finalizer where it raises."""

    def __repr__(self):
        return repr(self.func)


def _finalize(alive):
    """CPython itself calls the finalizers, so that it tells what they raise in its own way: as those of objects of ours, which go."""
    for thing in alive:
        finalizer = _finalizer_of(type(thing))
        if type(thing) is GeneratorType:
            _close(thing)
        elif finalizer is not None and not gc.is_finalized(thing):
            type('', (), {_FINALIZER: staticmethod(_Call(finalizer, thing))})()


def _close(generator):
    """Closes one that waits, after those that it waits in: a chain of them is as long as a program likes, and C's stack is not. What
    drives the guest is ours, and is left."""
    chain = []
    while type(generator) is GeneratorType and generator.gi_suspended:
        chain.append(generator)
        generator = generator.gi_yieldfrom
    for each in reversed(chain):
        # One that was closed within another's end has no frame.
        frame = each.gi_frame
        if frame and not is_ours(frame):
            type('', (), {_FINALIZER: staticmethod(_Call(each.close))})()


def _finalizer_of(kind):
    for cls in mro_of(kind):
        if _FINALIZER in cls.__dict__:
            found = cls.__dict__[_FINALIZER]
            return found if type(found) is FunctionType else None
    return None


def _is_file(kind):
    in_python = sys.modules.get('_pyio')
    return _IOBase in mro_of(kind) or in_python is not None and in_python.IOBase in mro_of(kind)


def _write_out(files):
    """Closes them, in the order in which they were made, but none before those that write into it, as a file of text does into one of
    bytes."""
    above = Counter()
    below = {id(file): [] for file in files}
    for file in files:
        for part in gc.get_referents(file, *gc.get_referents(file)):
            if id(part) in below and part is not file:
                below[id(file)].append(part)
                above[id(part)] += 1
    ready = deque([file for file in files if not above[id(file)]])
    while ready:
        _finish(file := ready.popleft())
        for part in below[id(file)]:
            above[id(part)] -= 1
            if not above[id(part)]:
                ready.appendleft(part)
    for file in files:
        if above[id(file)]:  # They write into one another.
            _finish(file)


def _finish(file):
    if _finalizer_of(type(file)):
        _finalize([file])
    elif not _is_closed(file):
        try:
            file.close()
        except BaseException as error:
            try:
                _tell(file, error, error.__traceback__.tb_next)
            except BaseException:  # Of a hook of the program's.
                pass


def _tell(file, error, trace):
    """As CPython does. Its own hook takes nothing that Python code has made."""
    try:
        shown = repr(file)
    except BaseException:  # The other files have their end.
        shown = object.__repr__(file)
    said = f'Exception ignored while finalizing file {shown}'
    if type(sys.unraisablehook) is BuiltinFunctionType:
        text = ''.join(format_exception(type(error), error, trace, chain=False))
        sys.stderr.write(f'{said}:\n{text}')
    else:
        told = {'exc_type': type(error), 'exc_value': error, 'exc_traceback': trace}
        told = SimpleNamespace(**told, err_msg=said, object=None)
        sys.unraisablehook(told)  # pyright: ignore[reportArgumentType]


def _is_closed(file):
    try:
        return file.closed
    except BaseException:  # It was detached, or raises for itself.
        return True
