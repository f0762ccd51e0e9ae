"""The trusted guest: loads the host's modules, and holds what a guest handed them.

A guest's object is a Handle here: an identity, to be handed back. What can be called is a Callback: calling it is a question
through the door, and the only way in which trusted code makes a guest's code run. The guest's own exceptions are exceptions
of the nearest builtin class here, and go home as themselves. What trusted code lets go of is told to the guest when the
guest asks, and not before: no finalizer of the guest's runs while trusted code is in the middle of something.
"""

from .sealed import __builtins__
import asyncio
from collections.abc import MutableMapping
from weakref import ref

from . import exposed
from .crossing import (
    CALL_BACK,
    DELETE_GLOBAL,
    IS_INSTANCE,
    LIST_GLOBALS,
    READ_GLOBAL,
    WRITE_GLOBAL,
    Side,
    Unexposed,
    _door,
)
from .exposed import views
from .failures import (
    _NO_MEMORY,
    EXCEPTIONS,
    MOST_ARGS,
    STANDS_FOR,
    builtin_name,
    told_args,
)
from .loop import Loop
from .serving import Serving

# Exceptions whose places are kept, the last ones.
MOST_TRACES, MOST_FRAMES = 20, 50


class Handle:
    """A guest's object: nothing but an identity."""

    __slots__ = ('_number', '__weakref__')

    __copy__ = __deepcopy__ = lambda self, memo=None: self

    def __await__(self):
        raise TypeError(
            "a guest's coroutine is awaited by the guest: let it pass what that comes to"
        )


class Callback(Handle):
    """A guest's function, class, or whatever else it can call."""

    __slots__ = ()

    def __call__(self, /, *args, **kwargs):
        return _door(CALL_BACK, (self._number, args, kwargs or None))

    def __instancecheck__(self, value):
        """Asks the guest of an object of its own. Of others it is not told, as a class may look at what it is asked of."""
        if type(value) not in (Handle, Callback):
            raise TypeError("only a guest's objects can be instances of its classes")
        return _door(IS_INSTANCE, (self._number, value)) is True


class _Gone(ref):
    __slots__ = ('number', 'count')


# What is held of the guest's: number -> weak reference; and the references of what was let go of.
_held, _gone = {}, []


def _meet(n, c):
    """What stands for the guest's object `n`: the same one as long as there is one."""
    gone = _held.get(n)
    if gone is not None and (handle := gone()) is not None:
        gone.count += 1
        return handle
    handle = (Callback if c else Handle)()
    handle._number = n
    _held[n] = gone = _Gone(handle, _gone.append)
    gone.number, gone.count = n, 1
    return handle


def _given_back():
    """What trusted code let go of: numbers, and how often each was told."""
    pairs = []
    while _gone:
        gone = _gone.pop()
        pairs.append((gone.number, gone.count))
        if _held.get(gone.number) is gone:
            del _held[gone.number]
    return pairs


class Globals(MutableMapping):
    """The guest's globals, as a function that the host called receives them."""

    __slots__ = ()

    def __getitem__(self, name):
        found, value = _door(READ_GLOBAL, (name,))
        if not found:
            raise KeyError(name)
        return value

    def __setitem__(self, name, value):
        _door(WRITE_GLOBAL, (name, value))

    def __delitem__(self, name):
        if not _door(DELETE_GLOBAL, (name,)):
            raise KeyError(name)

    def __iter__(self):
        return iter(_door(LIST_GLOBALS, (None,)))

    def __len__(self):
        return len(_door(LIST_GLOBALS, (None,)))


# ---- exceptions

_traces = {}
_last_trace = 0


def places(error):
    """Where in trusted modules `error` was raised, outermost first: [file, function, line, column, end line, end column]."""
    frames, trace = [], error.__traceback__
    while trace is not None and len(frames) < MOST_FRAMES:
        code = trace.tb_frame.f_code
        if code.co_filename in exposed.files:
            positions = list(code.co_positions())[trace.tb_lasti // 2 :][:1]
            line, end_line, column, end_column = (positions or [(None,) * 4])[0]
            frames.append(
                [
                    code.co_filename,
                    code.co_name,
                    line or trace.tb_lineno,
                    column,
                    end_line,
                    end_column,
                ]
            )
        trace = trace.tb_next
    return frames


def _keep_trace(error):
    global _last_trace
    frames = places(error)
    if not frames:
        return 0
    _last_trace += 1
    _traces[_last_trace] = frames
    _traces.pop(_last_trace - MOST_TRACES, None)
    return _last_trace


def told(error):
    """What a guest is told of an exception that left trusted code."""
    try:
        original = error.__dict__.get(STANDS_FOR)
        if original is not None:
            return 'Exception', (), side.outward(original), _keep_trace(error)
        for cls in type(error).__mro__:
            if id(cls) in views.exceptions:
                return side.outward(cls), _args_of(error), None, _keep_trace(error)
        return builtin_name(type(error)), told_args(error), None, _keep_trace(error)
    except MemoryError:
        return _NO_MEMORY


def _args_of(error):
    """The arguments of an exposed exception, which its author means to be read: those that may cross."""
    args = []
    for value in error.args[:MOST_ARGS]:
        try:
            args.append(side.outward(value))
        except Unexposed:
            args.append(None)
    return tuple(args)


def _raise(told):
    raise _made(*side.inward(told))


def _made(what, args, original, trace):
    """The exception of a guest's, as trusted code sees it: of an exposed class, or of a builtin one that `except Exception` catches."""
    if type(what) is not str:
        kind = what if id(what) in views.exceptions else Exception
    else:
        kind = EXCEPTIONS.get(what, Exception)
        if not issubclass(kind, Exception) or issubclass(kind, BaseExceptionGroup):
            kind = Exception
    args = args if type(args) is tuple else ()
    try:
        error = kind(*args)
    except Exception:
        error = Exception()
    if original is not None:
        error.__dict__[STANDS_FOR] = original
    return error


# ---- await: a task of this side's loop, of which the guest's loop makes one turn at a time

_loop, _tasks, _last_task = None, {}, 0


async def _awaiting(awaited):
    return await awaited


def _begin(n):
    """Begins to await object `n`; the number of the task."""
    global _loop, _last_task
    if _loop is None:
        _loop = Loop()
        asyncio.set_event_loop(_loop)
    _last_task += 1
    _tasks[_last_task] = _loop.create_task(_awaiting(side.table.objects[n]))
    return _last_task


def _turn(_):
    """One turn of the loop. [(task, (value,) or None, what was raised or None)] of those done; seconds to the next timer or None."""
    if _loop is None or _loop.is_running():
        return [], None
    _loop.call_soon(_loop.stop)
    _loop.run_forever()
    done = []
    for number in [number for number in _tasks if _tasks[number].done()]:
        task = _tasks.pop(number)
        try:
            done.append((number, (side.outward(task.result()),), None))
        except BaseException as error:
            done.append((number, None, told(error)))
    waits = 0.0 if _loop._ready else None
    if waits is None and _loop._scheduled:
        waits = max(0.0, _loop._scheduled[0]._when - _loop.time())
    return done, waits


def _cancel(number):
    if number in _tasks:
        _tasks[number].cancel()


def _release(pairs):
    """The guest lets go of objects; the answer is what was let go of here."""
    dropped = side.table.release(pairs)
    pairs = _given_back()
    del dropped
    return pairs


def _number(handle):
    return handle._number


side = Side(
    exposed.refer(lambda *of: side.table.number(*of)),
    _meet,
    {Handle: _number, Callback: _number},
    [],
    {},
    lambda value: id(value) in views.of_value,
)
_serving = Serving(side.table, _made)
# In the order of the numbers of crossing.py.
side.serves += [
    _serving.call,
    _serving.method,
    _serving.get,
    _serving.put,
    _serving.operate,
    _serving.take,
    _begin,
    _turn,
    _cancel,
    _release,
    _serving.describe,
    _serving.listing,
]
