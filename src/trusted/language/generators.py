"""Generators, coroutines and asynchronous generators as objects: whether they run, and what they wait in. Their frames and code have
no names.

What one waits in (`gi_yieldfrom`, `cr_await`) is told of the program's own alone: it is what `iter` or `__await__` answered for what its
own text names. Of the library's it could be anything, and what drives the program is ours: a coroutine is told where it is the program's,
everything else where `type` tells its class.
"""

from .sealed import __builtins__
from types import AsyncGeneratorType, CoroutineType, GeneratorType

from . import kinds
from .names import refuse

_frame_of = {
    kind: kind.__dict__[name].__get__
    for kind, name in (
        (GeneratorType, 'gi_frame'),
        (CoroutineType, 'cr_frame'),
        (AsyncGeneratorType, 'ag_frame'),
    )
}


def _is_of_program(x):
    frame = _frame_of[type(x)](x)
    return frame is not None and kinds.is_of_program(frame)


def make_judge(judge_other):
    """The judge of these attributes; what is no generator is left to `judge_other`."""

    def judge(x, name):
        if type(x) not in _frame_of:
            return judge_other(x, name)
        value = getattr(x, name)
        if value is None or type(value) is bool:
            return value
        if not _is_of_program(x) or type(value) in _frame_of and not _is_of_program(value):
            refuse(name)
        try:
            kinds.shown(type(value))
        except TypeError:
            refuse(name)
        return value

    return judge
