"""`contextlib` for guests: redirections write to what print may write to."""

from ..sealed import __builtins__
import contextlib

from ..output import writer


class redirect_stdout(contextlib.redirect_stdout):
    """Sends what is printed inside to another writer."""

    def __init__(self, new_target):
        super().__init__(writer(new_target))


class redirect_stderr(contextlib.redirect_stderr):
    """Sends warnings and tracebacks printed inside to another writer."""

    def __init__(self, new_target):
        super().__init__(writer(new_target))


NAMES = {'redirect_stdout': redirect_stdout, 'redirect_stderr': redirect_stderr}
for _class in NAMES.values():
    _class.__module__ = 'contextlib'
