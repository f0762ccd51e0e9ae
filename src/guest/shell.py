"""`os.system` where there is no shell to start: programs that clear their screen with it go on."""

from ..sealed import __builtins__
import os


def system(command):
    """As os.system, of a command that could not be started: minus one. Nothing is executed."""
    os.fsencode(command)
    return -1
