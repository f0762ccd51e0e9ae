"""The builtins of a guest: what it gets of CPython's, guards in place of the rest, made afresh for every run.

`make_run(policy)` is what the runtime calls: `policy` is {'modules': 'standard' or module → names, 'builtins': names}
as the host resolved it; what is left out is no modules and every permitted builtin.
"""

from .sealed import __builtins__
import sys

from . import (
    describe,
    dunders,
    files,
    grants,
    guards,
    imports,
    kinds,
    metaclasses,
    named_dunders,
    scope_builtins,
    writing,
)
from .evaluated import make_evaluators, written_globals
from .floor import identity
from .built_in import built_in
from .guest import sources
from .guest.program import make_lifted
from .language import BUILTINS, GUARDED_BUILTINS
from .output import make_input, make_print, make_show, output

_format, _str = format, str.__str__
_CONSTANTS = frozenset({'True', 'False', 'None'})


class Run:
    """What one run of a guest has for itself. `stdout` and `stderr` are where its text goes now: `redirect_stdout` moves it."""

    stdout = property(lambda self: sys.stdout, lambda self, file: setattr(sys, 'stdout', file))
    stderr = property(lambda self: sys.stderr, lambda self, file: setattr(sys, 'stderr', file))

    __slots__ = (
        'builtins',
        'every',
        'grants',
        'importable',
        'load',
        'open',
        'own',
        'own_classes',
        'scope',
        'state',
        'streams',
    )

    def __init__(self, grants):
        self.grants = grants
        self.importable = {part for name in grants for part in (name, name.partition('.')[0])}
        # The library prints where the guest does.
        self.streams = sys.stdout, sys.stderr = output(sys.__stdout__), output(sys.__stderr__)
        self.own, self.own_classes = None, set()
        self.state = {}

    def tell_source(self, filename, *text):
        """What tracebacks show of a file."""
        sources.tell(filename, *text)


def open(file, *args, **kwargs):
    """There are no files."""
    raise PermissionError(
        13, 'the policy grants no files', _str(file) if isinstance(file, str) else None
    )


def exit(code=None):
    """Ends the program, as `raise SystemExit(code)` does."""
    raise SystemExit(code)


def quit(code=None):
    """Ends the program, as `raise SystemExit(code)` does."""
    raise SystemExit(code)


def format(value, format_spec='', /):
    """As CPython's, with an exact string for the value's `__format__`."""
    return _format(value, _str(format_spec) if isinstance(format_spec, str) else format_spec)


_GUARDED = {
    'getattr': guards.guarded_getattr,
    'hasattr': guards.guarded_hasattr,
    'setattr': guards.guarded_setattr,
    'delattr': guards.guarded_delattr,
    'type': kinds.guest_type,
    'open': open,
    'exit': exit,
    'quit': quit,
    'format': format,
    'dir': scope_builtins.dir,
    'globals': scope_builtins.globals,
    'locals': scope_builtins.locals,
    'vars': scope_builtins.vars,
    'id': identity.id,
}
_GUARDED = {name: built_in(_GUARDED[name], name) for name in _GUARDED}
_FILES = built_in(files.open, 'open')
_PERMITTED = {name: __builtins__[name] for name in BUILTINS - _CONSTANTS} | _GUARDED
if _PERMITTED.keys() | {'input', 'print'} != BUILTINS - _CONSTANTS | GUARDED_BUILTINS:
    raise SystemError('a builtin of the table has no guard, or the reverse')


def make_run(policy):
    """A fresh run under `policy`; `.builtins` is the dict to execute the guest's code with."""
    run = Run(grants.judge_grants(policy.get('modules') or {}))
    run.open = _FILES if policy.get('files') else _PERMITTED['open']
    permitted = _PERMITTED | {
        'print': built_in(make_print(run), 'print'),
        'input': built_in(make_input(run), 'input'),
        'open': run.open,
    }
    is_guarded = policy.get('dunders') == 'guarded'
    if is_guarded:
        permitted |= named_dunders.GUARDED
    run.every, names = permitted, policy.get('builtins')
    if names is not None:
        permitted = {name: permitted[name] for name in names if name not in _CONSTANTS}
    run.builtins = (
        permitted
        | guards.GUARDS
        | {
            '_write_': writing.make_write(run.own_classes),
            '_metaclass_': metaclasses._metaclass_,
            '__import__': imports.make_import(run),
            '__build_class__': __builtins__['__build_class__'],
            'ʼset': dunders.refused_set,
            'ʼunset': dunders.refused_unset,
            'ʼglobals': written_globals,
            'ʼtype': type,
            'ʼG': run.own_classes,
            'ʼT': describe.MARKED,
            'ʼtell': describe.spell,
            'ʼrun': make_lifted(run),
        }
    )
    if is_guarded:
        run.builtins |= dunders.GUARDS
    if policy.get('evaluate'):
        evaluators = make_evaluators(run)
        run.builtins |= {name: built_in(evaluators[name], name) for name in evaluators}
        run.builtins['ʼshow'] = make_show(run)
    run.scope = {'__name__': '__main__', '__doc__': None, '__builtins__': run.builtins}
    return run


def make_builtins(policy):
    """The builtins dict of a fresh run under `policy`."""
    return make_run(policy).builtins
