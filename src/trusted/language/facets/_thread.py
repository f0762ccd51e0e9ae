"""`_thread` for guests: what is honest on one thread. The lock is that of `threading`."""

from ..sealed import __builtins__
import _thread as real

from .threading import Lock, RLock, get_ident


def start_new_thread(function, args, kwargs=None, /):
    """There is one thread: a function that is to run beside the program raises what CPython raises without others."""
    if not callable(function):
        raise TypeError('first arg must be callable')
    if not isinstance(args, tuple):
        raise TypeError('2nd arg must be a tuple')
    raise RuntimeError("can't start new thread")


def allocate_lock():
    """A lock that nobody holds."""
    return Lock()


def exit():
    """Ends the thread, which is the program."""
    raise SystemExit


def stack_size(size=0, /):
    """The size of the stack of new threads: there are none."""
    if size:
        raise ValueError(f'size not valid: {size} bytes')
    return 0


NAMES = {
    'LockType': Lock,
    'RLock': RLock,
    'TIMEOUT_MAX': real.TIMEOUT_MAX,
    'allocate_lock': allocate_lock,
    'error': RuntimeError,
    'exit': exit,
    'get_ident': get_ident,
    'stack_size': stack_size,
    'start_new_thread': start_new_thread,
}
