"""Which frames are ours: those below a program, that drive it, and that nobody is told of."""

from ..sealed import __builtins__

_PACKAGE = __name__.partition('.')[0] + '.'


def is_ours(frame):
    """By the name of its module, which code of the program's can bear too: then it is told less of itself."""
    return str(frame.f_globals.get('__name__')).startswith(_PACKAGE)
