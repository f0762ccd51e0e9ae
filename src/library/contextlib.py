"""`contextlib` as guest code, as far as it redirects: CPython's own, to what `print` may write to."""

import sys


# A program that derives from these may say that `_stream` is any name: of `sys` it is given no other.
_STREAMS = {'stdout': 'stdout', 'stderr': 'stderr'}


class _RedirectStream(AbstractContextManager):
    _stream = None

    def __init__(self, new_target):
        self._new_target = writer(new_target)
        # What was there before each time that it was entered.
        self._old_targets = []

    def __enter__(self):
        stream = _STREAMS[self._stream]
        self._old_targets.append(getattr(sys, stream))
        setattr(sys, stream, self._new_target)
        return self._new_target

    def __exit__(self, exctype, excinst, exctb):
        setattr(sys, _STREAMS[self._stream], self._old_targets.pop())


class redirect_stdout(_RedirectStream):
    """Sends what is printed inside to another writer."""

    _stream = 'stdout'


class redirect_stderr(_RedirectStream):
    """Sends warnings and tracebacks printed inside to another writer."""

    _stream = 'stderr'
