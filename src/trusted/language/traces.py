"""Tracebacks as objects: where the program's frames of one stand. The frames themselves have no names."""

from .sealed import __builtins__
from types import TracebackType

from .guest.sources import source_of
from .kinds import is_of_program


def make_judge(judge_other):
    """The judge of `tb_lineno` and `tb_next`; what is no traceback is left to `judge_other`."""

    def judge(x, name):
        if type(x) is not TracebackType:
            return judge_other(x, name)
        if name == 'tb_lineno':
            source = source_of(x.tb_frame.f_code.co_filename)
            return x.tb_lineno + (0 if source is None else source.before)
        x = x.tb_next
        while x is not None and not is_of_program(x.tb_frame):
            x = x.tb_next
        return x

    return judge
