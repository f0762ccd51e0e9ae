"""Tracebacks as objects: where the program's frames of one stand. The frames themselves have no names. And what an AttributeError keeps."""

from .sealed import __builtins__
from types import TracebackType

from .guest.sources import source_of
from .kinds import is_of_program
from .names import refuse
from .ownership import is_class, mro_of, own, own_function

_LEAD_NOWHERE = frozenset({str, bytes, int, float, complex, bool, type(None)})


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


def judge_obj(x, name):
    """The object that lacked an attribute: the program's own, or one that holds nothing. Of the library it may be anything, a module too
    that the library was granted and the program was not."""
    value = getattr(x, name)
    kinds = mro_of(x) if is_class(x) else mro_of(type(x))
    if (type(x) is super or AttributeError in kinds) and not (
        own(value if is_class(value) else type(value))
        or own_function(value)
        or type(value) in _LEAD_NOWHERE
    ):
        refuse(name, 'of an exception leads to the object that lacked it')
    return value
