"""`contextlib` for guests: redirections move the text of this run alone, not what trusted code prints."""

from ..sealed import __builtins__
from contextlib import AbstractContextManager

from ..output import writer


class Redirection(AbstractContextManager):
    """While entered, text of the run's stdout or stderr goes to another writer of the guest's."""

    def __init__(self, run, stream, target):
        self._run, self._stream, self._target, self._before = run, stream, target, []

    def __enter__(self):
        self._before.append(getattr(self._run, self._stream))
        setattr(self._run, self._stream, self._target)
        return self._target

    def __exit__(self, kind, error, trace):
        setattr(self._run, self._stream, self._before.pop())


PER_RUN = 'redirect_stdout', 'redirect_stderr'


def names(run):
    def redirect_stdout(new_target):
        """Sends what is printed inside to `new_target`."""
        return Redirection(run, 'stdout', writer(new_target))

    def redirect_stderr(new_target):
        """Sends warnings and tracebacks printed inside to `new_target`."""
        return Redirection(run, 'stderr', writer(new_target))

    return {'redirect_stdout': redirect_stdout, 'redirect_stderr': redirect_stderr}
