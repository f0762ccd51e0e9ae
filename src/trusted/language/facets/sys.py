"""`sys` for guests: facts of the interpreter, and the output of this run."""

from ..sealed import __builtins__
from io import StringIO

PER_RUN = 'stdin', 'stdout', 'stderr'


def names(run):
    return {'stdin': StringIO(), 'stdout': run.stdout, 'stderr': run.stderr}
