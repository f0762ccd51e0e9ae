"""`timeit` for guests: functions are timed; text would have to be evaluated."""

from ..sealed import __builtins__
import timeit as real
from time import perf_counter

_EMPTY = 'pass'


def _callable(part, name):
    if part == _EMPTY:
        return lambda: None
    if isinstance(part, str) or not callable(part):
        raise TypeError(f'{name} must be a function here: write `lambda: ...` instead of a text')
    return part


class Timer:
    """Times a function."""

    def __init__(self, stmt=_EMPTY, setup=_EMPTY, timer=perf_counter, globals=None):
        self._stmt, self._setup = _callable(stmt, 'stmt'), _callable(setup, 'setup')
        self._timer = timer

    def timeit(self, number=real.default_number):
        self._setup()
        before = self._timer()
        for _ in range(number):
            self._stmt()
        return self._timer() - before

    def repeat(self, repeat=real.default_repeat, number=real.default_number):
        return [self.timeit(number) for _ in range(repeat)]

    def autorange(self, callback=None):
        number, factor = 1, 1
        while True:
            for factor in (1, 2, 5):
                taken = self.timeit(number * factor)
                if callback:
                    callback(number * factor, taken)
                if taken >= 0.2:
                    return number * factor, taken
            number *= 10


def timeit(stmt=_EMPTY, setup=_EMPTY, timer=perf_counter, number=real.default_number, globals=None):
    """How many seconds so many calls take."""
    return Timer(stmt, setup, timer).timeit(number)


def repeat(
    stmt=_EMPTY,
    setup=_EMPTY,
    timer=perf_counter,
    repeat=real.default_repeat,
    number=real.default_number,
    globals=None,
):
    """The same, several times."""
    return Timer(stmt, setup, timer).repeat(repeat, number)


Timer.__module__ = 'timeit'
NAMES = {'Timer': Timer, 'timeit': timeit, 'repeat': repeat}
