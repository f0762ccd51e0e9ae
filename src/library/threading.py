"""`threading` as guest code: there is one thread, so a thread runs when it is started, and what would wait for another raises."""

import sys
import time
import traceback

ThreadError = RuntimeError
TIMEOUT_MAX = 9223372036.0


def sleep(timeout):
    """Waits for nobody: a deadline that has passed leaves less than no time."""
    time.sleep(max(timeout, 0))


class Lock:
    """Held by one at a time."""

    _again = False

    def __init__(self):
        self._held = 0

    def acquire(self, blocking=True, timeout=-1):
        if self._held and not self._again:
            if blocking and timeout < 0:
                raise RuntimeError('deadlock: the lock is held, and there is one thread')
            if blocking:
                sleep(timeout)
            return False
        self._held += 1
        return True

    def release(self):
        if not self._held:
            raise RuntimeError('release unlocked lock')
        self._held -= 1

    def locked(self):
        return self._held > 0

    def __enter__(self):
        return self.acquire()

    def __exit__(self, kind, error, trace):
        self.release()


class RLock(Lock):
    """Held as often as its holder likes."""

    _again = True


class Semaphore:
    """Held by so many at a time."""

    def __init__(self, value=1):
        if value < 0:
            raise ValueError('semaphore initial value must be >= 0')
        self._value = value

    def acquire(self, blocking=True, timeout=None):
        if not self._value:
            if blocking and timeout is None:
                raise RuntimeError('deadlock: nobody else releases it, there is one thread')
            if blocking:
                sleep(timeout)
            return False
        self._value -= 1
        return True

    def release(self, n=1):
        self._value += n

    def __enter__(self):
        return self.acquire()

    def __exit__(self, kind, error, trace):
        self.release()


class BoundedSemaphore(Semaphore):
    """One that is not released more often than it was acquired."""

    def __init__(self, value=1):
        super().__init__(value)
        self._most = value

    def release(self, n=1):
        if self._value + n > self._most:
            raise ValueError('Semaphore released too many times')
        super().release(n)


class Event:
    """A flag to wait for."""

    def __init__(self):
        self._flag = False

    def is_set(self):
        return self._flag

    def set(self):
        self._flag = True

    def clear(self):
        self._flag = False

    def wait(self, timeout=None):
        if not self._flag and timeout is None:
            raise RuntimeError('deadlock: nobody else sets the event, there is one thread')
        if not self._flag:
            sleep(timeout)
        return self._flag


class Condition:
    """A lock, and word of what happened: nobody else gives it."""

    def __init__(self, lock=None):
        self._lock = RLock() if lock is None else lock
        self.acquire, self.release = self._lock.acquire, self._lock.release

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, kind, error, trace):
        return self._lock.__exit__(kind, error, trace)

    def wait(self, timeout=None):
        if timeout is None:
            raise RuntimeError('deadlock: nobody else notifies, there is one thread')
        sleep(timeout)
        return False

    def wait_for(self, predicate, timeout=None):
        return predicate() or self.wait(timeout) or predicate()

    def notify(self, n=1):
        pass

    def notify_all(self):
        pass


class local:
    """Attributes of one thread's own."""


class Thread:
    """A call, made when it is started."""

    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, *, daemon=None):
        global _made
        _made += 1
        self._number = _made
        self._target, self._args, self._kwargs = target, args, kwargs or {}
        called = getattr(target, '__name__', None)
        self.name = name or (f'Thread-{_made} ({called})' if called else f'Thread-{_made}')
        self.daemon, self.ident, self._started = bool(daemon), None, False

    def __repr__(self):
        status = 'started' if self.is_alive() else 'stopped' if self._started else 'initial'
        daemon = ' daemon' if self.daemon else ''
        number = '' if self.ident is None else f' {self.ident}'
        return f'<{type(self).__name__}({self.name}, {status}{daemon}{number})>'

    def run(self):
        if self._target is not None:
            self._target(*self._args, **self._kwargs)

    def start(self):
        if self._started:
            raise RuntimeError('threads can only be started once')
        self._started, self.ident = True, self._number + 1
        _running.append(self)
        try:
            self.run()
        except SystemExit:
            pass
        except Exception as error:
            told = ''.join(traceback.format_exception(error))
            sys.stderr.write(f'Exception in thread {self.name}:\n{told}')
        finally:
            _running.pop()

    def join(self, timeout=None):
        if not self._started:
            raise RuntimeError('cannot join thread before it is started')

    def is_alive(self):
        return self in _running


class _MainThread(Thread):
    """The thread there is."""

    def __init__(self):
        self.name, self.daemon, self.ident, self._started = 'MainThread', False, 1, True


class Timer(Thread):
    """A thread that waits first."""

    def __init__(self, interval, function, args=None, kwargs=None):
        super().__init__(target=function, args=args or (), kwargs=kwargs)
        self.interval, self.function, self._cancelled = interval, function, False

    def cancel(self):
        self._cancelled = True

    def run(self):
        sleep(self.interval)
        if not self._cancelled:
            super().run()


_made, _main = 0, _MainThread()
# The threads that were started and have not ended: each began in the one before it, and the last runs.
_running = [_main]


def current_thread():
    """The thread that runs."""
    return _running[-1]


def main_thread():
    """The thread that the program began in."""
    return _main


def active_count():
    """How many threads there are."""
    return len(_running)


def enumerate():
    """The threads there are."""
    return list(_running)


def get_ident():
    """The number of the thread that runs."""
    return _running[-1].ident
