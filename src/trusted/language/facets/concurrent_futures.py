"""`concurrent.futures` for guests: there is one thread, so what is submitted runs at once; its future is done."""

from ..sealed import __builtins__
from concurrent.futures import Future

from .. import door
from ..kinds import VEILS, veil


class Pending(Future):
    """A future that the program makes itself, and must give its result before it asks for it: nobody else would."""

    __slots__ = ()

    def _await(self, timeout):
        if not self.done():
            if timeout is None:
                raise RuntimeError('deadlock: nobody else sets the result, there is one thread')
            door.sleep(timeout)

    def result(self, timeout=None):
        self._await(timeout)
        return super().result(0)

    def exception(self, timeout=None):
        self._await(timeout)
        return super().exception(0)


class ThreadPoolExecutor:
    """Calls what is submitted, each in its turn."""

    def __init__(
        self, max_workers=None, thread_name_prefix='', initializer=None, initargs=(), **options
    ):
        if max_workers is not None and max_workers <= 0:
            raise ValueError('max_workers must be greater than 0')
        self._closed = False
        if initializer is not None:
            initializer(*initargs)

    def submit(self, fn, /, *args, **kwargs):
        if self._closed:
            raise RuntimeError('cannot schedule new futures after shutdown')
        future = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def map(self, fn, *iterables, timeout=None, chunksize=1, buffersize=None):
        futures = [self.submit(fn, *args) for args in zip(*iterables)]
        return (future.result() for future in futures)

    def shutdown(self, wait=True, *, cancel_futures=False):
        self._closed = True

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.shutdown()


Pending.__name__ = Pending.__qualname__ = 'Future'
Pending.__module__ = ThreadPoolExecutor.__module__ = 'concurrent.futures'
NAMES = {
    'ThreadPoolExecutor': ThreadPoolExecutor,
    'Future': veil(Future, Pending, 'concurrent.futures'),
}
VEILS[Pending] = NAMES['Future']
