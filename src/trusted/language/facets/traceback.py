"""`traceback` for guests: the text of an exception and what is known of its frames, of guest code alone. No frame is handed out.

Lines are those of the source (rewriting keeps them), as its host numbers them; columns and source text are the host's to add.
"""

from ..sealed import __builtins__
import sys
from types import TracebackType

from ..output import writer
from ..names import unmark
from ..suggestions import suggestion
from .frame_summaries import FrameSummary, StackSummary, format_list

PER_RUN = """extract_stack extract_tb format_exc format_exception format_exception_only format_stack format_tb print_exc
    print_exception print_list print_stack print_tb""".split()
NAMES = {
    'FrameSummary': FrameSummary,
    'StackSummary': StackSummary,
    'format_list': format_list,
}
_CAUSE = '\nThe above exception was the direct cause of the following exception:\n\n'
_CONTEXT = '\nDuring handling of the above exception, another exception occurred:\n\n'


def _text(value):
    try:
        return unmark(str.__str__(str(value)))
    except Exception:
        return '<exception str() failed>'


def _name(kind):
    """A class of exceptions as a traceback names it."""
    if kind.__module__ in ('__main__', 'builtins'):
        return unmark(kind.__qualname__)
    return unmark(f'{kind.__module__}.{kind.__qualname__}')


def _only(error):
    """The lines that name an exception: its class, message and notes."""
    if error is None:
        return ['NoneType: None\n']
    name = _name(type(error))
    text = _text(error) + suggestion(error, lambda frame: 'ʼG' in frame.f_builtins)
    lines = [f'{name}: {text}\n' if text else f'{name}\n']
    notes = error.__dict__.get('__notes__')
    return lines + [f'{_text(note)}\n' for note in (notes if type(notes) is list else ())]


# The run that there is: it knows how many lines its host has put before a source.
_now = {'run': None}


def _summary(code, line):
    before = _now['run'].state.get('before', {}).get(code.co_filename, 0)
    return FrameSummary(code.co_filename, line + before, unmark(code.co_name))


def _limited(frames, limit):
    return StackSummary(
        frames if limit is None else frames[:limit] if limit >= 0 else frames[limit:]
    )


def _extracted(trace, limit):
    """What is known of the guest's frames in a traceback, the outermost first."""
    frames = []
    while trace is not None:
        if 'ʼG' in trace.tb_frame.f_builtins:
            code = trace.tb_frame.f_code
            frames.append(_summary(code, trace.tb_lineno))
        trace = trace.tb_next
    return _limited(frames, limit)


def _stack(limit):
    """The same of the calls that led here."""
    frames, frame = [], sys._getframe(2)
    while frame is not None:
        if 'ʼG' in frame.f_builtins:
            code = frame.f_code
            frames.append(_summary(code, frame.f_lineno))
        frame = frame.f_back
    return _limited(frames[::-1], limit if limit is None else -limit)


def _frames(trace, limit):
    return _extracted(trace, limit).format()


def _format(error, limit, chain):
    """The lines for an exception, behind those for what led to it."""
    told, seen, link = [], set(), None
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        told.append((error, link))
        if not chain:
            break
        before, link = error.__cause__, _CAUSE
        if before is None and not error.__suppress_context__:
            before, link = error.__context__, _CONTEXT
        error = before
    lines = [] if told else _only(None)
    for error, link in reversed(told):
        if error.__traceback__ is not None:
            lines += ['Traceback (most recent call last):\n', *_frames(error.__traceback__, limit)]
        lines += _only(error)
        if link is not None:
            lines.append(link)
    return lines


def _exception(given):
    """The exception among what the old three-argument form and the new one-argument form pass."""
    for value in given:
        if isinstance(value, BaseException):
            return value
    if all(value is None for value in given):
        return None
    raise TypeError('expected an exception')


def _traceback(given):
    if given is not None and type(given) is not TracebackType:
        raise TypeError('expected a traceback')
    return given


class TracebackException:
    """An exception, to be told later: what it is, where it was raised, what led to it."""

    def __init__(self, exc_type, exc_value, exc_traceback, *, limit=None, **options):
        _bare(options)
        if not isinstance(exc_value, BaseException):
            raise TypeError('expected an exception')
        self._error, self._limit = exc_value, limit
        self.exc_type_str = _name(type(exc_value))
        self.stack = _extracted(_traceback(exc_traceback), limit)

    @classmethod
    def from_exception(cls, exc, *args, **kwargs):
        return TracebackException(type(exc), exc, exc.__traceback__, *args, **kwargs)

    def format_exception_only(self, *, show_group=False):
        yield from _only(self._error)

    def format(self, *, chain=True):
        yield from _format(self._error, self._limit, chain)

    def print(self, *, file=None, chain=True):
        (sys.stderr if file is None else writer(file)).write(''.join(self.format(chain=chain)))

    def __str__(self):
        return _text(self._error)

    def __eq__(self, other):
        if type(other) is not TracebackException:
            return NotImplemented
        return self._error is other._error and self.stack == other.stack

    __hash__ = None


TracebackException.__module__ = 'traceback'
NAMES['TracebackException'] = TracebackException


def _bare(options):
    """What the class takes beside, and does not do here."""
    for name, value in options.items():
        if name not in ('lookup_lines', 'capture_locals', 'compact', 'max_group_width'):
            raise TypeError(f'TracebackException() got an unexpected keyword argument {name!r}')
        if name == 'capture_locals' and value:
            raise TypeError('TracebackException() captures no locals here')


def _unraisable(told):
    """What CPython prints of an exception that no one can catch, of a finalizer: without the library's frames, and unmarked."""
    said = told.err_msg or 'Exception ignored in'
    if told.object is not None:
        said += f': {unmark(repr(told.object))}'
    trace = told.exc_traceback
    lines = ['Traceback (most recent call last):\n', *_frames(trace, None)] if trace else []
    name, text = _name(told.exc_type), _text(told.exc_value)
    sys.stderr.write(f'{said}:\n' + ''.join(lines) + (f'{name}: {text}\n' if text else f'{name}\n'))


sys.unraisablehook = _unraisable


def begin(run):
    """This is the run that tells from now on."""
    _now['run'] = run


def names(run):
    def format_exception(exc, /, value=None, tb=None, limit=None, chain=True):
        """The lines CPython would print for an exception."""
        return _format(_exception((exc, value)), limit, chain)

    def format_exception_only(exc, /, value=None):
        """The last lines of those: class, message, notes."""
        return _only(_exception((exc, value)))

    def format_tb(tb, limit=None):
        """A line for each frame of a traceback."""
        return _frames(_traceback(tb), limit)

    def extract_tb(tb, limit=None):
        """What is known of the frames of a traceback."""
        return _extracted(_traceback(tb), limit)

    def extract_stack(f=None, limit=None):
        """What is known of the calls that led here."""
        return _stack(limit)

    def format_stack(f=None, limit=None):
        """A line for each of them."""
        return _stack(limit).format()

    def _print(lines, file):
        (run.stderr if file is None else writer(file)).write(''.join(lines))

    def print_stack(f=None, limit=None, file=None):
        """Prints these to stderr, or to `file`."""
        _print(_stack(limit).format(), file)

    def print_list(extracted_list, file=None):
        """Prints what was extracted."""
        _print(format_list(extracted_list), file)

    def print_tb(tb, limit=None, file=None):
        """Prints the frames of a traceback."""
        _print(_frames(_traceback(tb), limit), file)

    def format_exc(limit=None, chain=True):
        """The text CPython would print for the exception being handled."""
        return ''.join(format_exception(sys.exception(), limit=limit, chain=chain))

    def print_exception(exc, /, value=None, tb=None, limit=None, file=None, chain=True):
        """Prints an exception to stderr, or to `file`."""
        _print(format_exception(exc, value, tb, limit, chain), file)

    def print_exc(limit=None, file=None, chain=True):
        """Prints the exception being handled to stderr, or to `file`."""
        print_exception(sys.exception(), limit=limit, file=file, chain=chain)

    made = locals()
    return {name: made[name] for name in PER_RUN}
