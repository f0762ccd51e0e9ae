"""`time` for guests: waiting goes through the host's door, which the run's deadline ends."""

from ..sealed import __builtins__

from .. import door


def sleep(seconds, /):
    """Waits for `seconds`."""
    seconds = float(seconds)
    if seconds < 0:
        raise ValueError('sleep length must be non-negative')
    door.sleep(seconds)


NAMES = {'sleep': sleep}
