"""`doctest` for guests: examples are text that nobody has checked, so none is tried; what is answered says so."""

from ..sealed import __builtins__
import doctest as real


def testmod(m=None, name=None, globs=None, verbose=None, report=True, **options):
    """No examples, none of which failed."""
    return real.TestResults(0, 0)


def run_docstring_examples(
    f, globs, verbose=False, name='NoName', compileflags=None, optionflags=0
):
    """Tries none."""


NAMES = {'testmod': testmod, 'run_docstring_examples': run_docstring_examples}
