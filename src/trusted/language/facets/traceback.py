"""`traceback` for guests: CPython's own module, which tells of guest code alone. No frame is handed out.

It is a copy, of which a few functions are ours: what is known of a frame, where its text is (guest/sources.py), which names are
suggested, and how texts are made. Positions are those of the source, though what runs was rewritten.
"""

from ..sealed import __builtins__
import sys
from importlib.util import find_spec, module_from_spec
from types import TracebackType

from ..guest.sources import line_of, source_of
from ..kinds import is_of_program
from ..names import unmark
from ..output import writer

_spec = find_spec('traceback')
_copy = module_from_spec(_spec)  # pyright: ignore[reportArgumentType]
_spec.loader.exec_module(_copy)  # pyright: ignore[reportOptionalMemberAccess]

_FrameSummary, _StackSummary = _copy.FrameSummary, _copy.StackSummary
TracebackException = _copy.TracebackException
_make_text, _make_exception = _copy._safe_string, TracebackException.__init__


def _safe_string(value, what, func=str):
    return unmark(_make_text(value, what, func))


class _Lines:
    """In place of `linecache`: the lines of the guest's own files."""

    getline = staticmethod(line_of)


def _summary(frame, line, end_line=None, column=None, end_column=None):
    """What is told of a frame; None where it only calls the body of a function."""
    code = frame.f_code
    source = source_of(code.co_filename)
    before = 0
    if source is not None:
        if source.is_body and code.co_name == '<module>':
            return None
        before = source.before
        if column is not None and end_column is not None:
            column = source.column(line, column, True)
            end_column = source.column(end_line, end_column, False)
    return _FrameSummary(
        code.co_filename,
        line + before,
        unmark(code.co_name),
        lookup_line=False,
        end_lineno=None if end_line is None else end_line + before,
        colno=column,
        end_colno=end_column,
    )


def _walk(trace):
    """The guest's frames of a traceback, and where in their code they are."""
    if trace is not None and type(trace) is not TracebackType:
        raise TypeError('expected a traceback')
    while trace is not None:
        if is_of_program(trace.tb_frame):
            place = _copy._get_code_position(trace.tb_frame.f_code, trace.tb_lasti)
            yield trace.tb_frame, place if place[0] is not None else (trace.tb_lineno, *place[1:])
        trace = trace.tb_next


def _extract(klass, frames, *, limit=None, lookup_lines=True, capture_locals=False):
    if capture_locals:
        raise TypeError('no locals are captured here')
    told = [summary for frame, place in frames if (summary := _summary(frame, *place)) is not None]
    return klass(told if limit is None else told[:limit] if limit >= 0 else told[limit:])


def _exception(self, exc_type, exc_value, exc_traceback, **options):
    _make_exception(self, exc_type, exc_value, exc_traceback, **options)
    if exc_type is not None:
        self.exc_type_qualname = unmark(exc_type.__qualname__)


def extract_stack(f=None, limit=None):
    """What is known of the calls that led here, the outermost first."""
    frames, frame = [], sys._getframe(1)
    while frame is not None:
        if is_of_program(frame):
            frames.append((frame, (frame.f_lineno,)))
        frame = frame.f_back
    return _StackSummary._extract_from_extended_frame_gen(
        frames[::-1], limit=None if limit is None else -limit
    )


def _print(self, *, file=None, chain=True, **options):
    (sys.stderr if file is None else writer(file)).write(''.join(self.format(chain=chain)))


_copy.linecache = _Lines
_copy._safe_string = _safe_string
_copy._walk_tb_with_full_positions = _walk
_StackSummary._extract_from_extended_frame_gen = classmethod(_extract)
TracebackException.__init__ = _exception
TracebackException.print = _print
# It opens the file that a SyntaxError names; of texts that are refused the host knows better words.
TracebackException._find_keyword_typos = lambda self: None


_FIXED = """FrameSummary StackSummary TracebackException extract_tb format_exc format_exception format_exception_only format_list
    format_tb _sentinel""".split()
NAMES = {'extract_stack': extract_stack} | {name: getattr(_copy, name) for name in _FIXED}
