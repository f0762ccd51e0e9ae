"""`warnings` for guests: what CPython's own code and the library warn of goes to the program's module, which is guest code."""

from ..sealed import __builtins__
import warnings

from ..guest.alarms import place
from ..guest.sources import source_of

# CPython's own filters, by which its code and the library's warn before a program has others.
_REAL = list(warnings.filters)


def _changed(are_defaults):
    """From now on CPython's own filters let all through to the program's, or again what they did in the beginning."""
    warnings.resetwarnings()
    if are_defaults:
        warnings.filters[:] = _REAL  # pyright: ignore[reportIndexIssue]
    else:
        warnings.simplefilter('always')


def _listen(issue):
    """`issue` is called for each warning from now on. The library deprecates what it uses itself: that is told who asks for it."""

    def hear(told):
        place(told)
        source = source_of(told.filename)
        is_of_program = source is not None or not told.filename.startswith('/lib/')
        lineno = told.lineno + (0 if source is None else source.before)
        otherwise = 'default' if is_of_program else 'ignore'
        issue(told.message, told.category, told.filename, lineno, otherwise)

    warnings._showwarnmsg = hear  # pyright: ignore[reportAttributeAccessIssue]


NAMES = {
    '_changed': _changed,
    '_listen': _listen,
    '_WarningMessage': warnings.WarningMessage,
}
