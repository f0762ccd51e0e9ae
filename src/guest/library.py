"""Modules of the standard library that are guest code: their text is in the restricted language (src/library), compiled when
the image is made as a guest's is, and executed in each run that imports them.

They have every builtin, as CPython's modules have, but for those that do something outside the program: a policy that denies
these denies them here, too. Their imports are their own: what they are written with is not the program's, which sees the names
of their tables and no others.
"""

from ..sealed import __builtins__
import marshal
import string
import sys
from itertools import islice

from .. import pickling, unpickling
from ..dunders import GUARDS
from ..judges import read
from ..modules import FILE_MODULES, MODULES, WRITTEN
from ..namespaces import globals_of
from ..names import unmark
from ..output import writer
from ..ownership import is_class, own, own_function
from ..scan import scan
from .codes import CODES
from .markup import xml_reader
from .sources import line_of, source_of
from .unraisable import install


_field_name_split, _parse = (
    string._string.formatter_field_name_split,
    string._string.formatter_parser,
)


install()
for _code in CODES.values():
    scan(marshal.loads(_code))
del _code
if CODES.keys() != WRITTEN.keys():
    raise SystemError('a module of the table has no text, or the reverse')


# Builtins that do something outside the program.
_OUTWARD = frozenset({'open', 'input', 'print'})


def _text(value):
    if not isinstance(value, str):
        raise TypeError(f'expected str, got {type(value).__name__}')
    return str.__str__(value)


def _frames(run):
    """The frames of the program, innermost first."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_builtins is run.builtins:
            yield frame
        frame = frame.f_back


def _offered(run):
    """What the texts name that Python has none of."""

    def caller(level):
        """File, line and function of a frame of the program's, the innermost being the first."""
        found = None
        for frame in islice(_frames(run), max(level, 1)):
            found = frame
        if found is None:
            return '(unknown file)', 0, '(unknown function)'
        source = source_of(found.f_code.co_filename)
        line = found.f_lineno + (0 if source is None else source.before)
        return found.f_code.co_filename, line, unmark(found.f_code.co_name)

    def program():
        """The program's global names, and what they are bound to."""
        for outermost in _frames(run):
            pass
        return globals_of(outermost.f_globals)

    def first_line(function):
        """The line that a function of the program's begins in; None for any other."""
        return function.__code__.co_firstlineno if own_function(function) else None

    def function_of(wrapped):
        """What a static or a class method was made of."""
        return wrapped.__func__ if type(wrapped) in (staticmethod, classmethod) else None

    return (
        {
            'can_evaluate': 'exec' in run.builtins,
            'first_line': first_line,
            'function_of': function_of,
            'imported': run.builtins['__import__'],
            'line_of': line_of,
            'is_own': lambda value: own(type(value)) and not is_class(value),
            'caller': caller,
            'program': program,
            'field_name_split': lambda name: _field_name_split(_text(name)),
            'formatter_parser': lambda template: iter(list(_parse(_text(template)))),
            'read_field': read,
            'writer': writer,
            'xml_reader': xml_reader,
        }
        | pickling.offered(run)
        | unpickling.offered(run)
    )


def names(run, module, make_import, given):
    """The names of a module, executed in this run if it was not. Its text begins with the names `given`."""
    spaces = run.state.setdefault('library', {})
    if module not in spaces:
        if '' not in spaces:
            spaces[''] = (
                {name: run.every[name] for name in run.every.keys() - _OUTWARD}
                | run.builtins
                | GUARDS
                | _offered(run)
                | {'__import__': make_import(run, MODULES | FILE_MODULES), 'ʼlibrary': True}
            )
        space = given | {'__name__': module, '__doc__': None, '__builtins__': spaces['']}
        exec(marshal.loads(CODES[module]), space)
        for value in space.values():
            if is_class(value) and own(value):
                value.__module__ = module
        spaces[module] = space
    space = spaces[module]
    return {name: space[name] for name in WRITTEN[module]}
