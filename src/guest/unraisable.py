"""What CPython prints of an exception that no one can catch, of a finalizer: without the library's frames, and unmarked. And what its
`traceback` suggests in the place of a name."""

from ..sealed import __builtins__
import sys

from ..facets import traceback
from ..kinds import is_of_program
from ..names import unmark
from .suggestions import meant


def _unraisable(told):
    said = unmark(told.err_msg or 'Exception ignored in')
    if told.object is not None:
        said += f': {unmark(repr(told.object))}'
    error = told.exc_type, told.exc_value, told.exc_traceback
    text = ''.join(traceback._copy.format_exception(*error, chain=False))
    sys.stderr.write(f'{said}:\n{text}')


def _suggested(error, trace, wrong_name):
    return meant(error, is_of_program)


def install():
    """Once, when the image is made."""
    sys.unraisablehook = _unraisable
    traceback._copy._compute_suggestion_error = _suggested
