"""`asyncio` for guests: tasks, queues, locks and timeouts on a loop that can wait and nothing else.

The loop is never handed out: with one a guest has its executor, its handlers, and the contexts of others. Tasks and futures
are the real ones, whose ways to loop, coroutine and stack are names no guest may spell (language.ts).
"""

from ..sealed import __builtins__
import asyncio

from ..kinds import veil
from ..guest.functions import to_thread
from ..guest.program import TurnLoop
from .traceback import names as traceback_names


def _future():
    """A future of the running loop."""
    return asyncio.get_running_loop().create_future()


def ensure_future(coro_or_future):
    """A task of a coroutine; a future as it is."""
    return asyncio.ensure_future(coro_or_future)


PER_RUN = ('run',)


def make_loop(run):
    """A loop for the run's coroutines."""
    format_exception = traceback_names(run)['format_exception']

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

    run_main.__name__ = run_main.__qualname__ = 'run'
    # What is asyncio.run for this run: calls of it at the level of the module wait in turns.
    run.state['asyncio.run'] = run_main
    return {'run': run_main}


NAMES = {
    'Future': veil(asyncio.Future, _future, 'asyncio'),
    'Task': veil(asyncio.Task, None, 'asyncio'),
    'ensure_future': ensure_future,
    'to_thread': to_thread,
}
