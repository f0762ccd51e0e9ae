"""`traceback` for guests: the text of an exception, with the frames of guest code alone. No object of it is handed out.

Lines are those of the source (rewriting keeps them), as its host numbers them; columns and source text are the host's to add.
"""

from ..sealed import __builtins__
import sys
from types import TracebackType

from ..output import writer
from ..names import unmark
from ..suggestions import suggestion

PER_RUN = (
    'format_exc format_exception format_exception_only format_tb print_exc print_exception'.split()
)
_CAUSE = '\nThe above exception was the direct cause of the following exception:\n\n'
_CONTEXT = '\nDuring handling of the above exception, another exception occurred:\n\n'


def _text(value):
    try:
        return unmark(str.__str__(str(value)))
    except Exception:
        return '<exception str() failed>'


def _only(error):
    """The lines that name an exception: its class, message and notes."""
    if error is None:
        return ['NoneType: None\n']
    kind = type(error)
    name = (
        kind.__qualname__
        if kind.__module__ in ('__main__', 'builtins')
        else f'{kind.__module__}.{kind.__qualname__}'
    )
    text = _text(error) + suggestion(error, lambda frame: 'ʼG' in frame.f_builtins)
    lines = [f'{unmark(name)}: {text}\n' if text else f'{unmark(name)}\n']
    notes = error.__dict__.get('__notes__')
    return lines + [f'{_text(note)}\n' for note in (notes if type(notes) is list else ())]


def _frames(trace, limit, run):
    lines, before = [], run.state.get('before', {})
    while trace is not None:
        if 'ʼG' in trace.tb_frame.f_builtins:
            code = trace.tb_frame.f_code
            line = trace.tb_lineno + before.get(code.co_filename, 0)
            lines.append(f'  File "{code.co_filename}", line {line}, in {unmark(code.co_name)}\n')
        trace = trace.tb_next
    return lines if limit is None else lines[:limit] if limit >= 0 else lines[limit:]


def _format(error, limit, chain, seen, run):
    lines, seen = [], seen | {id(error)}
    if chain and error is not None:
        before, link = error.__cause__, _CAUSE
        if before is None and not error.__suppress_context__:
            before, link = error.__context__, _CONTEXT
        if before is not None and id(before) not in seen and len(seen) < 50:
            lines = [*_format(before, limit, chain, seen, run), link]
    if error is not None and error.__traceback__ is not None:
        lines += [
            'Traceback (most recent call last):\n',
            *_frames(error.__traceback__, limit, run),
        ]
    return lines + _only(error)


def _exception(given):
    """The exception among what the old three-argument form and the new one-argument form pass."""
    for value in given:
        if isinstance(value, BaseException):
            return value
    if all(value is None for value in given):
        return None
    raise TypeError('expected an exception')


def names(run):
    def format_exception(exc, /, value=None, tb=None, limit=None, chain=True):
        """The lines CPython would print for an exception."""
        return _format(_exception((exc, value)), limit, chain, frozenset(), run)

    def format_exception_only(exc, /, value=None):
        """The last lines of those: class, message, notes."""
        return _only(_exception((exc, value)))

    def format_tb(tb, limit=None):
        """A line for each frame of a traceback."""
        if tb is not None and type(tb) is not TracebackType:
            raise TypeError('expected a traceback')
        return _frames(tb, limit, run)

    def format_exc(limit=None, chain=True):
        """The text CPython would print for the exception being handled."""
        return ''.join(format_exception(sys.exception(), limit=limit, chain=chain))

    def print_exception(exc, /, value=None, tb=None, limit=None, file=None, chain=True):
        """Prints an exception to stderr, or to `file`."""
        (run.stderr if file is None else writer(file)).write(
            ''.join(format_exception(exc, value, tb, limit, chain))
        )

    def print_exc(limit=None, file=None, chain=True):
        """Prints the exception being handled to stderr, or to `file`."""
        print_exception(sys.exception(), limit=limit, file=file, chain=chain)

    made = locals()
    return {name: made[name] for name in PER_RUN}
