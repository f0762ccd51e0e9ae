"""`asyncio` for guests: tasks, queues, locks and timeouts on a loop that can wait and nothing else.

The loop itself is never handed out: with one a guest has its executor, its handlers, and the contexts of others. What stands for
it does what programs ask of loops: tasks, timers, the time. Tasks and futures are the real ones, whose ways to loop, coroutine
and stack are names no guest may spell (language.ts).
"""

from ..sealed import __builtins__
import asyncio

from ..kinds import veil
from ..guest.functions import to_thread
from ..guest.program import TurnLoop
from .contextvars import _held_by as context_of
from .traceback import NAMES as TRACEBACK


def _future():
    """A future of the running loop."""
    return asyncio.get_running_loop().create_future()


class EventLoop:
    """Stands for a loop."""

    __slots__ = ('_loop',)

    def time(self):
        return self._loop.time()

    def is_running(self):
        return self._loop.is_running()

    def is_closed(self):
        return self._loop.is_closed()

    def get_debug(self):
        return False

    def set_debug(self, enabled):
        pass

    def create_future(self):
        return self._loop.create_future()

    def create_task(self, coro, *, name=None):
        if not asyncio.iscoroutine(coro):
            raise TypeError(f'a coroutine was expected, got {coro!r}')
        return self._loop.create_task(coro, name=name)

    def call_soon(self, callback, *args):
        return self._loop.call_soon(_callable(callback), *args)

    call_soon_threadsafe = call_soon

    def call_later(self, delay, callback, *args):
        return self._loop.call_later(delay, _callable(callback), *args)

    def call_at(self, when, callback, *args):
        return self._loop.call_at(when, _callable(callback), *args)

    def run_in_executor(self, executor, func, *args):
        return self._loop.create_task(to_thread(_callable(func), *args))

    def run_until_complete(self, future):
        return self._loop.run_until_complete(future)

    def run_forever(self):
        self._loop.run_forever()

    def stop(self):
        self._loop.stop()

    def close(self):
        self._loop.close()

    async def shutdown_asyncgens(self):
        await self._loop.shutdown_asyncgens()


class Runner:
    """Stands for a runner: what `asyncio.Runner(...)` answers."""

    __slots__ = ('_runner',)

    def __enter__(self):
        self._runner.__enter__()
        return self

    def __exit__(self, exc_type, exc_val, exc_tb):
        self._runner.close()

    def close(self):
        self._runner.close()

    def run(self, coro, *, context=None):
        return self._runner.run(coro, context=None if context is None else context_of(context))


EventLoop.__module__ = Runner.__module__ = 'asyncio'


def _callable(function):
    if not callable(function):
        raise TypeError(f'a callable object was expected, got {function!r}')
    return function


def _standing_for(loop):
    """What guests have of `loop`: the same object each time."""
    try:
        return loop.shown
    except AttributeError:
        loop.shown = shown = EventLoop()
        shown._loop = loop
        return shown


def get_running_loop():
    """The loop that runs."""
    return _standing_for(asyncio.get_running_loop())


def ensure_future(coro_or_future):
    """A task of a coroutine; a future as it is."""
    return asyncio.ensure_future(coro_or_future)


PER_RUN = 'run', 'Runner', 'new_event_loop', 'get_event_loop', 'set_event_loop'


def make_loop(run):
    """A loop for the run's coroutines."""
    format_exception = TRACEBACK['format_exception']

    def report(loop, context):
        """What nobody waited for: told on stderr, with the guest's frames only."""
        error = context.get('exception')
        run.stderr.write(
            str(context.get('message')) + '\n' + (''.join(format_exception(error)) if error else '')
        )

    loop = TurnLoop()
    loop.set_exception_handler(report)
    return loop


def names(run):
    def run_main(main, *, debug=None):
        """Runs a coroutine to its end, and returns what it returns."""
        if not asyncio.iscoroutine(main):
            raise TypeError(f'a coroutine was expected, got {main!r}')
        with asyncio.Runner(loop_factory=lambda: make_loop(run)) as runner:
            return runner.run(main)

    def make_runner(*, debug=None, loop_factory=None):
        """What runs several coroutines in one loop, which `loop_factory` may make."""

        def make():
            made = make_loop(run) if loop_factory is None else loop_factory()
            if type(made) is EventLoop:
                return made._loop
            if loop_factory is not None:
                raise TypeError(f'a loop was expected, got {type(made).__name__!r}')
            return made

        runner = Runner()
        runner._runner = asyncio.Runner(loop_factory=make)
        return runner

    def new_event_loop():
        """A loop that does not run yet."""
        return _standing_for(make_loop(run))

    def get_event_loop():
        """The loop that runs, or the one that was set."""
        try:
            return get_running_loop()
        except RuntimeError:
            if run.state.get('loop') is None:
                raise RuntimeError(
                    "There is no current event loop in thread 'MainThread'."
                ) from None
            return run.state['loop']

    def set_event_loop(loop):
        """What `get_event_loop` answers while none runs."""
        if loop is not None and type(loop) is not EventLoop:
            raise TypeError(f'loop must be an event loop or None, got {type(loop).__name__!r}')
        run.state['loop'] = loop

    run_main.__name__ = run_main.__qualname__ = 'run'
    # What is asyncio.run for this run: calls of it at the level of the module wait in turns.
    run.state['asyncio.run'] = run_main
    return {
        'run': run_main,
        'Runner': make_runner,
        'new_event_loop': new_event_loop,
        'get_event_loop': get_event_loop,
        'set_event_loop': set_event_loop,
    }


NAMES = {
    'AbstractEventLoop': EventLoop,
    'get_running_loop': get_running_loop,
    'Future': veil(asyncio.Future, _future, 'asyncio'),
    'Task': veil(asyncio.Task, None, 'asyncio'),
    'ensure_future': ensure_future,
    'to_thread': to_thread,
}
