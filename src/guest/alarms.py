"""Where a warning is told to be from that CPython raises with no code of the program running: in the last line of the program, which
has left what is warned of, as a coroutine that nobody awaited.
"""

from ..sealed import __builtins__
import warnings

_OURS = (lambda: 0).__code__.co_filename.rpartition('guest')[0]
_show = warnings._showwarnmsg  # pyright: ignore[reportAttributeAccessIssue]
_last = None


def note(code):
    """Before a program runs: its code."""
    global _last
    _last = code


def place(told):
    """Takes a warning that has a place of ours to one of the program's."""
    if told.filename.startswith(_OURS) and _last is not None:
        lines = [line for *_, line in _last.co_lines() if line]
        told.filename, told.lineno = _last.co_filename, lines[-1] if lines else 1


def _showwarnmsg(told):
    place(told)
    _show(told)


warnings._showwarnmsg = _showwarnmsg  # pyright: ignore[reportAttributeAccessIssue]
