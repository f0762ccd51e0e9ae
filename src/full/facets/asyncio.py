"""The loop on which a program that awaits runs."""

from ..sealed import __builtins__
from ..guest.program import TurnLoop


def make_loop(run):
    """A loop for the run's coroutines; it waits for timers, and for the host."""
    return TurnLoop()
