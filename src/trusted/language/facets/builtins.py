"""`builtins` for guests: the builtins of this run, by their names."""

from ..sealed import __builtins__

from ..language import BUILTINS, GUARDED_BUILTINS

# Constants, and the name that cannot be bound: it is not to be imported.
_ABSENT = frozenset({'True', 'False', 'None', 'super'})
PER_RUN = BUILTINS - _ABSENT | GUARDED_BUILTINS


def names(run):
    return {name: run.builtins[name] for name in PER_RUN if name in run.builtins}
