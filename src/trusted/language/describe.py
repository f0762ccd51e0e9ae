"""What the host is told of an exception: exact data, bounded, of the guest's own frames only.

An exception of a guest's is a hostile object. Everything but its text is read with descriptors captured here, so that no
attribute it has is asked for; its text is made by its own `__str__`, whose failure is only a text that says so.
"""

from .sealed import __builtins__
from dataclasses import FrozenInstanceError
from itertools import islice

from .failures import TRACE
from .guest.own import is_own
from .names import PRIVATE_MARK, unmark
from .guest.suggestions import suggestion

# As much as anybody reads, of all exceptions of a chain together. What is left out of a traceback's middle is counted in
# `truncated`.
MOST_EXCEPTIONS, MOST_FRAMES, MOST_NOTES, MOST_CHARACTERS, MOST_NAME = (
    100,
    2_000,
    100,
    1_000_000,
    200,
)
AT_AN_END = 600

_qualname = type.__dict__['__qualname__'].__get__
_module = type.__dict__['__module__'].__get__
_traceback = BaseException.__dict__['__traceback__'].__get__
_cause = BaseException.__dict__['__cause__'].__get__
_context = BaseException.__dict__['__context__'].__get__
_suppressed = BaseException.__dict__['__suppress_context__'].__get__
_members = BaseExceptionGroup.__dict__['exceptions'].__get__
_attribute = object.__getattribute__
_UNTOLD = ('builtins', '__main__')
_args, _named = BaseException.__dict__['args'], AttributeError.__dict__['name']
# What the interpreter raises with a text that may hold the name of an attribute.
MARKED = frozenset({AttributeError, TypeError, FrozenInstanceError})


def spell(error):
    """Takes the marks of private names off a MARKED exception that a guest has caught."""
    args = _args.__get__(error)
    if len(args) == 1 and type(args[0]) is str and PRIVATE_MARK in args[0]:
        _args.__set__(error, (unmark(args[0]),))
        if type(error) is not TypeError and type(name := _named.__get__(error)) is str:
            _named.__set__(error, unmark(name))


def _frame(traceback):
    code = traceback.tb_frame.f_code
    line, end_line, column, end_column = traceback.tb_lineno, None, None, None
    position = next(islice(code.co_positions(), traceback.tb_lasti // 2, None), None)
    if position is not None and position[0] is not None:
        line, end_line, column, end_column = position
    return {
        'file': code.co_filename,
        'name': unmark(code.co_name)[:MOST_NAME],
        'line': line,
        'column': column,
        'endLine': end_line,
        'endColumn': end_column,
    }


class _Telling:
    """One description: what it may still say, and whose frames it tells."""

    def __init__(self, scope):
        self.scope = scope
        self.characters = MOST_CHARACTERS
        self.frames = MOST_FRAMES

    def text(self, value):
        """An exact string of what a string, or an instance of a subclass, holds, as the guest spells it."""
        text = unmark(str.__getitem__(value, slice(self.characters)))
        self.characters -= len(text)
        return text

    def name(self, value):
        return unmark(str.__getitem__(value, slice(MOST_NAME))) if isinstance(value, str) else ''

    def message(self, error):
        try:
            return self.text(str(error))
        except BaseException:
            return '<exception str() failed>'

    def suggestion(self, error):
        try:
            return self.text(suggestion(error, lambda frame: is_own(frame.f_globals, self.scope)))
        except BaseException:
            return ''

    def notes(self, error):
        try:
            notes = _attribute(error, '__notes__')
        except BaseException:
            return []
        if type(notes) is not list:
            return []
        return [
            self.text(note)
            for note in islice(list.__iter__(notes), MOST_NOTES)
            if type(note) is str
        ]

    def host_trace(self, error):
        """The number under which the host's side keeps where in a trusted module this was raised; 0 for none."""
        try:
            number = _attribute(error, TRACE)
        except BaseException:
            return 0
        return number if type(number) is int else 0

    def trace(self, error):
        """The frames of the scope, outermost first, and how many were left out between the two ends."""
        head, tail, count, traceback = [], [], 0, _traceback(error)
        end = min(AT_AN_END, self.frames // 2)
        while traceback is not None:
            if is_own(traceback.tb_frame.f_globals, self.scope):
                count += 1
                if len(head) < end:
                    head.append(traceback)
                else:
                    tail.append(traceback)
                    if len(tail) >= 4 * AT_AN_END:
                        del tail[:-AT_AN_END]
            traceback = traceback.tb_next
        told = head + tail[len(tail) - min(end, len(tail)) :]
        self.frames -= len(told)
        return [_frame(traceback) for traceback in told], count - len(told)

    def record(self, error):
        kind = type(error)
        frames, truncated = self.trace(error)
        module = self.name(_module(kind))
        return {
            'type': self.name(_qualname(kind)),
            'module': None if module in _UNTOLD else module,
            'message': self.message(error),
            'frames': frames,
            'truncated': truncated,
            'suggestion': self.suggestion(error),
            'notes': self.notes(error),
            'suppress': _suppressed(error) is True,
            'trace': self.host_trace(error),
        }


def describe(error, scope):
    """The record of `error`, its causes and contexts, and the members of groups, each told once."""
    telling, told, top = _Telling(scope), set(), {}
    todo = [(error, top, 'error')]
    while todo and len(told) < MOST_EXCEPTIONS:
        error, holder, key = todo.pop()
        if id(error) in told:
            continue
        told.add(id(error))
        record = telling.record(error)
        if key is None:
            holder.append(record)
        else:
            holder[key] = record
        cause, context = _cause(error), _context(error)
        if cause is not None:
            todo.append((cause, record, 'cause'))
        elif context is not None and not record['suppress']:
            todo.append((context, record, 'context'))
        if isinstance(error, BaseExceptionGroup):
            members = record['exceptions'] = []
            inner = _members(error)
            todo.extend((member, members, None) for member in reversed(inner[:MOST_EXCEPTIONS]))  # pyright: ignore[reportArgumentType]
    return top['error']
