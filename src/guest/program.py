"""A program that waits for its host with an empty C stack.

A WebAssembly stack cannot be saved. But whenever a guest's event loop has nothing to do, and it is not C code that runs the loop,
nothing of the guest is on the stack: all of it is objects in memory. Then the memory is the whole state of the program. It can
stay where it is, or be stored for a week and go on in another process, and no call is made twice.

So module code that awaits is a coroutine, and `performed`, a generator of ours, drives it. The generator runs the loop until nothing
is ready, and yields. One request of the host (`run`, then `resume` again and again) is one `next` of it. Between two yields lies
a turn; questions of a turn are told at its end.

`asyncio.run(main())` at the level of the module becomes `await ʼrun(asyncio.run, main())` when it is compiled (translate/lift.py),
so that programs which know nothing of this wait in the same way. A module that only does so is not a task: while its own code
runs there is no running loop, as in CPython.
"""

from ..sealed import __builtins__
import asyncio
import types
from asyncio.base_events import _run_until_complete_cb
from heapq import heappop
from time import monotonic

from .. import hatch
from ..loop import Loop

from .questions import questions

# So many turns of the loop with questions open, and the host is looked at all the same: a program that polls with sleep(0) never
# runs out of things to do. Turns are counted, not time, so that the same program does the same.
TURNS = 200


class TurnLoop(Loop):
    """The loop of guests. While it is run in turns its clock stands between them, but for what the host says has passed."""

    def __init__(self):
        super().__init__()
        self.in_turns, self.spins = False, 0
        self._passed, self._mark = 0.0, monotonic()

    def time(self):
        return self._passed + monotonic() - self._mark

    def stop_clock(self):
        self._passed = self.time()
        self._mark = monotonic()

    def start_clock(self, elapsed):
        self._passed += elapsed
        self._mark = monotonic()

    def select(self, timeout):
        """Waits for the host, or for the next timer, on the stack; run in turns, it is not to wait."""
        if self.in_turns or _waits_for_the_host(self, timeout):
            return ()
        return super().select(timeout)


def _is_idle(loop):
    """Whether nothing can be done now. Takes timers off that were cancelled: nobody waits for those."""
    if loop._ready:
        return False
    scheduled = loop._scheduled
    while scheduled and scheduled[0]._cancelled:
        loop._timer_cancelled_count -= 1
        heappop(scheduled)._scheduled = False
    return not scheduled or scheduled[0]._when >= loop.time() + loop._clock_resolution


class Program:
    """The one program of this interpreter that runs in turns."""

    def __init__(self):
        # The loop that waits, while it waits.
        self.loop = None
        # Whether the host grants anything that could be waited for.
        self.is_hosted = False

    def performed(self, make_loop, module, is_task):
        """Performs the coroutine of a module, yielding whenever it waits. One whose own code awaits is a task."""
        if is_task:
            yield from self._to_its_end(make_loop, module)
            return
        result = error = None
        while True:
            try:
                asked = module.send(result) if error is None else module.throw(error)
            except StopIteration:
                return
            result = error = None
            try:
                result = yield from self._to_its_end(make_loop, asked.main)
            except BaseException as raised:
                error = raised

    def waiting(self):
        """What the host is told when the program waits: new questions, and in how many seconds a timer is due."""
        loop, timeout = self.loop, None
        if loop._ready:
            timeout = 0
        elif loop._scheduled:
            timeout = max(0, loop._scheduled[0]._when - loop.time())
        loop.stop_clock()
        return questions.told() | {'status': 'waiting', 'timeout': timeout}

    def continued(self, answers, elapsed, sleeps):
        """Before the next turn: answers that have come, and the seconds that the guest is to think have passed. Where it `sleeps` for
        them, on a clock that stands, they pass for all that reads the clock."""
        self.loop.start_clock(0 if sleeps else elapsed)
        if sleeps:
            hatch.sleep(elapsed)
        questions.settle(answers)

    def _drive(self, loop, future):
        """As `loop.run_until_complete`, but yields with an empty stack whenever there is nothing to do but wait.

        The end is told by the callback that CPython's own `run_until_complete` uses, and not by `future.done()`: one turn more is
        made after it, in which finalizers of asynchronous generators run.
        """
        future.add_done_callback(_run_until_complete_cb)
        try:
            while True:
                turns, is_over = 0, False
                loop._run_forever_setup()
                try:
                    # With nobody to wait for but its own timers, it waits for them on the stack.
                    while not is_over and (
                        not _is_idle(loop) or loop._scheduled and not self.is_hosted
                    ):
                        loop._run_once()
                        is_over = loop._stopping
                        turns += 1
                        if questions.futures and turns == TURNS:
                            break
                finally:
                    loop._run_forever_cleanup()
                if is_over:
                    return
                if not questions.futures and not loop._scheduled and not loop._ready:
                    _deadlock(future)
                    continue
                self.loop = loop
                yield
                self.loop = None
        finally:
            future.remove_done_callback(_run_until_complete_cb)

    def _to_its_end(self, make_loop, main):
        """What `asyncio.run(main)` does, in turns."""
        loop = make_loop()
        loop.in_turns = self.is_hosted
        task = loop.create_task(main)
        failure = None
        try:
            yield from self._drive(loop, task)
        except BaseException as error:  # SystemExit goes through the loop.
            failure = error
        rest = asyncio.all_tasks(loop)
        for other in rest:
            other.cancel()
        if rest:
            yield from self._drive(loop, _gathered(loop, rest))
        for other in rest:
            if not other.cancelled() and other.exception() is not None:
                loop.call_exception_handler(
                    {
                        'message': 'unhandled exception during asyncio.run() shutdown',
                        'exception': other.exception(),
                        'task': other,
                    }
                )
        yield from self._drive(loop, loop.create_task(loop.shutdown_asyncgens()))
        yield from self._drive(loop, loop.create_task(loop.shutdown_default_executor()))
        loop.close()
        if failure is not None:
            raise failure
        return task.result()


def _gathered(loop, tasks):
    async def all_of_them():
        await asyncio.gather(*tasks, return_exceptions=True)

    return loop.create_task(all_of_them())


def _deadlock(future):
    """Raised where the task waits, so that its traceback ends there."""
    error = RuntimeError('deadlock: every task waits for another')
    waiter = getattr(future, '_fut_waiter', None)
    if waiter is None or waiter.done():
        raise error
    waiter.set_exception(error)


class _Asked:
    """What module code yields in place of an `asyncio.run` that blocks."""

    __slots__ = ('main',)

    def __init__(self, main):
        self.main = main


@types.coroutine
def _asked(main):
    return (yield _Asked(main))


async def _called(function, args, kwargs):
    return function(*args, **kwargs)


def make_lifted(run):
    """`ʼrun`: what stands for `f(main())` at the level of the module, where `f` is likely to be asyncio.run. Whether it is, is asked
    when it runs; anything else is called as it was written."""

    def lifted(function, /, *args, **kwargs):
        if (
            function is not run.state.get('asyncio.run')
            or len(args) != 1
            or kwargs.keys() - {'debug'}
        ):
            return _called(function, args, kwargs)
        if not asyncio.iscoroutine(args[0]):
            raise TypeError(f'a coroutine was expected, got {args[0]!r}')
        return _asked(args[0])

    return lifted


program = Program()


def _waits_for_the_host(loop, timeout):
    """Waits on the C stack where there is something to wait for. Whether it did."""
    if not questions.futures and not questions.cancelled:
        return False
    if timeout == 0 and not (questions.outbox or questions.cancelled or questions.given):
        loop.spins += 1
        if loop.spins % TURNS:
            return True
    questions.exchange(None, timeout)
    return True
