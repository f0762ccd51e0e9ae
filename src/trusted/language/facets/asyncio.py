"""`asyncio` for guests: tasks, queues, locks and timeouts on a loop that can wait and nothing else.

The loop is never handed out: with one a guest has its executor, its handlers, and the contexts of others. Tasks and futures
are the real ones, whose ways to loop, coroutine and stack are names no guest may spell (language.ts).
"""

from ..sealed import __builtins__
import asyncio
from contextvars import Context

from .. import door
from ..kinds import veil
from ..trust import outside
from .traceback import names as traceback_names


class Loop(asyncio.BaseEventLoop):
    """An event loop whose only event is the passing of time."""

    def __init__(self):
        super().__init__()
        self._selector = self

    def select(self, timeout):
        """Waits until the next timer; stands where a selector would wait for sockets too."""
        if timeout is None:
            raise RuntimeError('deadlock: every task waits for another')
        if timeout > 0:
            door.sleep(timeout)
        return ()

    def _call_soon(self, callback, args, context):
        """A context runs what it is given; a guest's object in its place would be handed the loop's own callbacks."""
        if context is not None and type(context) is not Context:
            raise TypeError('context must be a contextvars.Context')
        return super()._call_soon(callback, args, context)

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


def _future():
    """A future of the running loop."""
    return asyncio.get_running_loop().create_future()


def _visible(task):
    """Whether a task is the guest's: those that trusted code began hold its results."""
    return task is not None and task.get_context().get(outside) is None


def current_task():
    """The task that is running. There is one loop, and no way to name another."""
    task = asyncio.current_task()
    return task if _visible(task) else None


def all_tasks():
    """The tasks that are not done."""
    return set(filter(_visible, asyncio.all_tasks()))


def ensure_future(coro_or_future):
    """A task of a coroutine; a future as it is."""
    return asyncio.ensure_future(coro_or_future)


PER_RUN = ('run',)


def names(run):
    format_exception = traceback_names(run)['format_exception']

    def report(loop, context):
        """What nobody waited for: told on stderr, with the guest's frames only, and nothing of what trusted code began."""
        handle, future = context.get('handle'), context.get('future')
        begun = handle._context if handle else getattr(future, 'get_context', Context)()
        error = context.get('exception') if begun.get(outside) is None else None
        run.stderr.write(
            str(context.get('message')) + '\n' + (''.join(format_exception(error)) if error else '')
        )

    def loop_factory():
        loop = Loop()
        loop.set_exception_handler(report)
        return loop

    def run_main(main, *, debug=None):
        """Runs a coroutine to its end, and returns what it returns."""
        if not asyncio.iscoroutine(main):
            raise TypeError(f'a coroutine was expected, got {main!r}')
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            return runner.run(main)

    run_main.__name__ = run_main.__qualname__ = 'run'
    return {'run': run_main}


NAMES = {
    'Future': veil(asyncio.Future, _future, 'asyncio'),
    'Task': veil(asyncio.Task, None, 'asyncio'),
    'current_task': current_task,
    'all_tasks': all_tasks,
    'ensure_future': ensure_future,
}
