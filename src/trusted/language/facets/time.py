"""`time` for guests: waiting goes through the hatch, which the run's deadline ends."""

from ..sealed import __builtins__
import time
from math import isnan
from operator import index

from .. import hatch

# Seconds that CPython's own clock can count, in nanoseconds of 63 bits.
_LONGEST = 2**63 / 10**9


def sleep(seconds, /):
    """Waits for `seconds`."""
    if not isinstance(seconds, float) and not hasattr(type(seconds), '__index__'):
        raise TypeError(
            f'{type(seconds).__name__!r} object cannot be interpreted as an integer or float'
        )
    seconds = float(seconds if isinstance(seconds, float) else index(seconds))
    if isnan(seconds):
        raise ValueError('Invalid value NaN (not a number)')
    if seconds < 0:
        raise ValueError('sleep length must be non-negative')
    if seconds > _LONGEST:
        raise OverflowError('timestamp out of range for platform time_t')
    hatch.sleep(seconds)


def _clock_info(name):
    """What is known of a clock, as it is told to the library."""
    return dict(vars(time.get_clock_info(name)))


NAMES = {'sleep': sleep, '_clock_info': _clock_info}
