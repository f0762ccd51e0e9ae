"""`sys` for guests: facts of the interpreter, and the output of this run."""
from ..sealed import __builtins__

PER_RUN = 'stdout', 'stderr'


def names(run):
    return {'stdout': run.stdout, 'stderr': run.stderr}
