"""Code and frames as a program may hold them: what `compile`, `f.__code__` and `sys._getframe()` answer.

They tell names and numbers. Code cannot be made, changed or taken apart into bytes, and only what `compile` has made can be
evaluated. A frame is one of the program's own: it leads to those that called it, past what belongs to the library and to us, and to
variables as `locals()` and `globals()` tell them.
"""

from .sealed import __builtins__
import sys
from types import CodeType, FunctionType

from . import kinds, namespaces
from .guest.sources import source_of
from .language import GUARDS, PRIVATE_MARK
from .names import refuse, unmark
from .ownership import builtins_of, own_function


class Code:
    """`_code` is the interpreter's, `_is_text` whether `eval` and `exec` take it."""

    __slots__ = '_code', '_is_text'

    def __repr__(self):
        code = _code_of(self)
        name, line = unmark(code.co_name), _line(code, code.co_firstlineno)
        return f'<code object {name}, file {code.co_filename!r}, line {line}>'

    def __eq__(self, other):
        return _code_of(self) == _code_of(other) if type(other) is Code else NotImplemented

    def __hash__(self):
        return hash(_code_of(self))


class Frame:
    """`_frame` is the interpreter's, and the program's."""

    __slots__ = ('_frame',)

    def __repr__(self):
        frame = _frame_of(self)
        file, name = frame.f_code.co_filename, unmark(frame.f_code.co_name)
        return f'<frame, file {file!r}, line {_line(frame.f_code, frame.f_lineno)}, code {name}>'

    def __eq__(self, other):
        return _frame_of(self) is _frame_of(other) if type(other) is Frame else NotImplemented

    def __hash__(self):
        return hash(_frame_of(self))


_code_of, _keep_code = Code._code.__get__, Code._code.__set__
_is_text, _keep_text = Code._is_text.__get__, Code._is_text.__set__
_frame_of, _keep_frame = Frame._frame.__get__, Frame._frame.__set__
del Code._code, Code._is_text, Frame._frame
for _kind, _name in ((Code, 'code'), (Frame, 'frame')):
    _kind.__name__ = _kind.__qualname__ = _name
    _kind.__module__ = 'builtins'


def code_object(code, is_text=False):
    made = Code()
    _keep_code(made, code)
    _keep_text(made, is_text)
    return made


def text_code(made):
    """The code of a text that `compile` has made."""
    if not _is_text(made):
        raise TypeError('code of a function is not evaluated here: call the function')
    return _code_of(made)


def _frame_object(frame):
    frame = kinds.of_program(frame)
    if frame is None:
        return None
    made = Frame()
    _keep_frame(made, frame)
    return made


def _getframe(depth=0, /):
    """As sys._getframe: the frame of the program that asks, or of a call before."""
    made = _frame_object(sys._getframe(1))
    for _ in range(depth):
        made = made and judge_frame(made, 'f_back')
    if made is None:
        raise ValueError('call stack is not deep enough')
    return made


def currentframe():
    """As inspect.currentframe."""
    return _frame_object(sys._getframe(1))


def _line(code, number):
    source = source_of(code.co_filename)
    return number if source is None or number is None else number + source.before


def _names(names):
    """Those that a source could have, as it has them."""
    told = [unmark(name) for name in names if name not in GUARDS]
    return tuple([name for name in told if PRIVATE_MARK not in name])


def _constant(value):
    kind = type(value)
    if kind is CodeType:
        return code_object(value)
    if kind is tuple:
        return tuple(map(_constant, value))
    return unmark(value) if kind is str else value


_NAMES = frozenset('co_varnames co_names co_cellvars co_freevars'.split())


def judge_code(x, name):
    code = _code_of(x)
    value = getattr(code, name)
    if name in _NAMES:
        return _names(value)
    if name == 'co_nlocals':
        return len(_names(code.co_varnames))
    return _line(code, value) if name == 'co_firstlineno' else _constant(value)


def judge_frame(x, name):
    frame = _frame_of(x)
    if name == 'f_back':
        return _frame_object(frame.f_back)
    if name == 'f_code':
        return code_object(frame.f_code)
    if name == 'f_lineno':
        return _line(frame.f_code, frame.f_lineno)
    return (namespaces.locals_of if name == 'f_locals' else namespaces.globals_in)(frame)


def make_judge(judge_other):
    """The judge of these attributes; what has others of such names is left to `judge_other`."""

    def judge(x, name):
        if type(x) is Code:
            return judge_code(x, name)
        return (judge_frame if type(x) is Frame else judge_other)(x, name)

    return judge


_globals_of = FunctionType.__dict__['__globals__'].__get__
_code_in = FunctionType.__dict__['__code__'].__get__


def of_function(x, name):
    """`__code__` and `__globals__` of a function of the program's; those of what the library is written with are the library's."""
    if not own_function(x) or 'ʼlibrary' in builtins_of(x):
        refuse(name)
    if name == '__code__':
        return code_object(_code_in(x))
    held = _globals_of(x)
    if dict.get(held, '__builtins__') is not builtins_of(x):
        refuse(name)
    return namespaces.globals_of(held)
