"""`atexit` for guests: CPython's own, whose list is of this interpreter alone, with the functions that tests call by private names."""

from ..sealed import __builtins__
import atexit


def names(run):
    return {
        '_live': {
            name: (lambda function=getattr(atexit, name): function, None)
            for name in ('_clear', '_ncallbacks', '_run_exitfuncs')
        }
    }
