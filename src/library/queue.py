"""`queue` as guest code: the one thread there is can wait for nobody, so what would block for ever raises RuntimeError."""

import heapq
from collections import deque
from time import sleep


class Empty(Exception):
    """Nothing is in a queue that was asked not to wait."""


class Full(Exception):
    """No room is in a queue that was asked not to wait."""


class ShutDown(Exception):
    """A queue that was shut down is used."""


class Queue:
    """First in, first out."""

    def __init__(self, maxsize=0):
        self.maxsize, self.unfinished_tasks, self.is_shutdown = maxsize, 0, False
        self._init(maxsize)

    def _init(self, maxsize):
        self.queue = deque()

    def _qsize(self):
        return len(self.queue)

    def _put(self, item):
        self.queue.append(item)

    def _get(self):
        return self.queue.popleft()

    def qsize(self):
        return self._qsize()

    def empty(self):
        return not self._qsize()

    def full(self):
        return 0 < self.maxsize <= self._qsize()

    def put(self, item, block=True, timeout=None):
        if self.is_shutdown:
            raise ShutDown
        if self.full():
            _wait(block, timeout, 'full', Full)
        self._put(item)
        self.unfinished_tasks += 1

    def get(self, block=True, timeout=None):
        if self.empty():
            if self.is_shutdown:
                raise ShutDown
            _wait(block, timeout, 'empty', Empty)
        return self._get()

    def put_nowait(self, item):
        return self.put(item, False)

    def get_nowait(self):
        return self.get(False)

    def task_done(self):
        if self.unfinished_tasks <= 0:
            raise ValueError('task_done() called too many times')
        self.unfinished_tasks -= 1

    def join(self):
        if self.unfinished_tasks:
            raise RuntimeError('deadlock: nobody else works on the queue, there is one thread')

    def shutdown(self, immediate=False):
        self.is_shutdown = True
        while immediate and self._qsize():
            self._get()


class LifoQueue(Queue):
    """Last in, first out."""

    def _init(self, maxsize):
        self.queue = []

    def _get(self):
        return self.queue.pop()


class PriorityQueue(LifoQueue):
    """The least first."""

    def _put(self, item):
        heapq.heappush(self.queue, item)

    def _get(self):
        return heapq.heappop(self.queue)


def _wait(block, timeout, state, error):
    """Waits in vain, if it is to wait for some time, and raises."""
    if block and timeout is None:
        raise RuntimeError(f'deadlock: the queue is {state}, and there is one thread')
    if block:
        if timeout < 0:
            raise ValueError("'timeout' must be a non-negative number")
        sleep(timeout)
    raise error


SimpleQueue = Queue
