"""Makes the interpreter of this image full Python: everything that Pyodide ships can be imported, and what needs JavaScript cannot."""

from .sealed import __builtins__
import builtins
import inspect
import os
import sys
import time
import traceback
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, PathFinder, SourceFileLoader

from . import hatch
from .full import make_full
from .guest.frames import is_ours
from .guest.program import TurnLoop
from .guest.shell import system
from .sockets import open_network

# Served by Pyodide's JavaScript, which no guest has: to a program they are modules that do not exist.
_ABSENT = frozenset(
    {'js', 'pyodide', 'pyodide_js', '_pyodide', '_pyodide_core', 'ctypes', '_ctypes'}
)


class _Absent:
    """The first of the importers."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition('.')[0] in _ABSENT:
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)


def sleep(seconds, /):
    """As time.sleep. Waits on the policy's clock; the run's limit may end it."""
    if (
        isinstance(seconds, str)
        or not hasattr(seconds, '__float__')
        and not hasattr(seconds, '__index__')
    ):
        raise TypeError(
            f"'{type(seconds).__name__}' object cannot be interpreted as an integer or float"
        )
    seconds = float(seconds)
    if seconds != seconds:
        raise ValueError('Invalid value NaN (not a number)')
    if seconds < 0:
        raise ValueError('sleep length must be non-negative')
    hatch.sleep(seconds)


def _make_sockets():
    """What asks for the address of a name has nobody to ask: as where there is no network."""
    import _socket
    import select

    def unknown(*args, **kwargs):
        raise _socket.gaierror(-2, 'Name or service not known')

    for name in (
        'getaddrinfo', 'gethostbyaddr', 'gethostbyname', 'gethostbyname_ex', 'getnameinfo',
        'getprotobyname', 'getservbyname', 'getservbyport',
    ):  # fmt: skip
        if hasattr(_socket, name):
            setattr(_socket, name, unknown)

    def wait(rlist, wlist, xlist, timeout=None, /):
        if timeout is None or [*rlist, *wlist, *xlist]:
            raise OSError(52, 'Function not implemented')
        sleep(max(0, timeout))
        return [], [], []

    wait.__name__ = wait.__qualname__ = 'select'
    select.select = wait


def _hide_ours():
    """What tells of calls begins with the program: it stands on frames of ours."""
    walk, outer = traceback.walk_stack, inspect.getouterframes

    def walk_stack(f):
        """As traceback.walk_stack."""
        walked = walk(sys._getframe().f_back if f is None else f)
        return (told for told in walked if not is_ours(told[0]))

    def getouterframes(frame, context=1):
        """As inspect.getouterframes."""
        return [told for told in outer(frame, context) if not is_ours(told.frame)]

    traceback.walk_stack, inspect.getouterframes = walk_stack, getouterframes


def make(archive):
    """Called once, when the image is made, after everything of the builder's was taken away."""
    make_full(archive, TurnLoop)
    sys.meta_path.insert(0, _Absent)
    # Folders of the guest's that it puts into `sys.path`, which is empty.
    sys.meta_path.append(PathFinder)
    sys.path_hooks.append(FileFinder.path_hook((SourceFileLoader, SOURCE_SUFFIXES)))
    time.sleep, os.system = sleep, system
    _make_sockets()
    _hide_ours()
    open_network()
    scope = vars(sys.modules['__main__'])
    scope['__builtins__'] = builtins
