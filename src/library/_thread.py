"""`_thread` as guest code: what is honest on one thread. The lock is that of `threading`."""

from threading import Lock as LockType, RLock as RLock, get_ident as get_ident


def start_new_thread(function, args, kwargs=None, /):
    """There is one thread: a function that is to run beside the program raises what CPython raises without others."""
    if not callable(function):
        raise TypeError('first arg must be callable')
    if not isinstance(args, tuple):
        raise TypeError('2nd arg must be a tuple')
    raise RuntimeError("can't start new thread")


def allocate_lock():
    """A lock that nobody holds."""
    return LockType()


def exit():
    """Ends the thread, which is the program."""
    raise SystemExit


def stack_size(size=0, /):
    """The size of the stack of new threads: there are none."""
    if size:
        raise ValueError(f'size not valid: {size} bytes')
    return 0
