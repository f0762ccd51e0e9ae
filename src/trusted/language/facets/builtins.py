"""`builtins` for guests: the builtins of this run, by their names."""

from ..sealed import __builtins__

from ..language import BUILTINS, GUARDED_BUILTINS

_CONSTANTS = frozenset({'True', 'False', 'None'})
PER_RUN = BUILTINS - _CONSTANTS | GUARDED_BUILTINS


def names(run):
    return {name: run.builtins[name] for name in PER_RUN if name in run.builtins}
