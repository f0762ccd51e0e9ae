"""The entry: requests of the host in, responses out, as wire bytes. Nothing raised here leaves here.

performing.py is how guest code runs and is answered for, formulas.py what expressions with parameters need. Requests and their
answers:

  compile   see compile.py
  run       {code, mode, inputs, result}      the value of the program, of the global `result`, or none (False); more keys below
  resume    {answers, elapsed, sleeps}        goes on with a program that waits for its host
  prepare   {code}                            an expression of parameters; the addresses direct-call.ts calls
  evaluate  {args, code?}                     the expression's value for them: of `code`, or as prepared
  map       {columns, code?}                  its value for each row
  cells     {codes, cells, seconds}           values of many expressions, each for arguments of its own
  attend    {}                                nothing: trusted modules will be loaded beside the guest
  warm      {}                                nothing: what every run does, once before the first

All but `compile` and `warm` bring {policy, recursion, resultBytes, resultNodes}, and answer {status: 'returned', value},
{status: 'raised', exception} or {status: 'exhausted', limit}; a request that cannot be read, {status: 'failed', message}. `recursion` is
how deep calls nest at first, `most`, as deep as a program may have them nest.

`run` may say more: `isShown`, the value is told as its `repr`; `text`, `before` and `filename`, what tracebacks that the program
prints show (guest/sources.py); `package`, what `__package__` is; `keep`, false where nothing runs after this program, so that it is
ended as an interpreter ends (guest/ending.py).
"""

from .sealed import __builtins__
import random
import time

from . import formulas, hatch, ownership, remotes, values
from .compile import compile_source
from .describe import describe
from .facets.asyncio import make_loop
from .guest import alarms
from .guest.functions import HostObject
from .guest.program import program
from .language import PRIVATE_MARK
from .performing import (
    WAITING,
    begin,
    ended,
    load,
    name_modules,
    opened,
    perform,
    settle,
    shown,
    unsettle,
)

# Frames between the interpreter's first and those of a program that runs in turns.
_TURN_FRAMES = 12
# Code that awaits (CO_COROUTINE).
_AWAITS = 0x80
_VALUE, _RUN = PRIVATE_MARK + 'value', PRIVATE_MARK + 'run'


def _run(request):
    code = load(request)
    alarms.note(code)

    def work(guest):
        scope = guest.scope
        guest.is_last = not request.get('keep', True)
        begin(guest, request)
        scope['__file__'] = code.co_filename
        scope.update(request['inputs'])
        before, is_body = request.get('before', 0), request['mode'] == 'function'
        if 'text' in request:
            guest.run.tell_source(request['filename'], *request['text'], before, is_body)
        if 'package' in request:
            scope['__package__'] = request['package']
        if request['mode'] == 'eval':
            name_modules(code, guest)
            value = eval(code, scope)
            is_shown = request.get('isShown', False)
            return None if request['result'] is False else _told(value, is_shown)
        scope.pop(_VALUE, None)
        guest.result, guest.is_shown = request['result'], request.get('isShown', False)
        if not code.co_flags & _AWAITS:
            exec(code, scope)
            return _value_of(guest)
        # One that only lifts `asyncio.run` has no loop while its own code runs.
        is_task = _RUN not in code.co_names
        guest.turns = program.performed(lambda: make_loop(guest.run), eval(code, scope), is_task)
        return _turn(guest, request)

    return ended(request, perform(request, work))


def _value_of(guest):
    """The value of a program that has come to its end."""
    scope, name = guest.scope, guest.result
    value = scope.pop(_VALUE, None)
    if name is None:
        return _told(value, guest.is_shown)
    # Nobody is told of it, so it goes, and its finalizer runs, before the other is looked for.
    del value
    if name is False:
        return None
    if name not in scope:
        raise NameError(f'name {name!r} is not defined', name=name)
    return _told(scope[name], guest.is_shown)


def _told(value, is_shown):
    return shown(value) if is_shown and value is not None else value


def _turn(guest, request):
    """Lets the program go on until it ends or waits."""
    unsettle(request, _TURN_FRAMES)
    turns, guest.turns = guest.turns, None
    for _ in turns:
        guest.turns = turns
        return WAITING
    return _value_of(guest)


def _resume(request):
    def work(guest):
        program.continued(request['answers'], request['elapsed'], request['sleeps'])
        return _turn(guest, request)

    return ended(request, perform(request, work))


def _attend(request):
    """Makes the guest one that trusted modules can be beside."""
    guest = opened(request)

    def enter(recursion):
        unsettle({'recursion': recursion})

    def leave():
        remotes.let_go()
        settle()

    remotes.attend(guest.scope, lambda error: describe(error, guest.scope), enter, leave)
    return values.dumps({'status': 'returned', 'value': None})


def _inspect(request):
    """The audit: Python of the host's, in this very interpreter, given the guest's globals. It is sent by the host alone."""

    def work(guest):
        scope = {'__builtins__': __builtins__, '__name__': 'inspect'}
        exec(request['source'], scope)
        return scope[request['function']](guest.scope, *request['args'])

    return perform(request, work)


_REHEARSAL = {
    'policy': {'modules': 'standard'},
    'recursion': 1000,
    'resultNodes': 100,
    'resultBytes': 1000,
}


def _warm(request):
    """A run that does what others do: begins, asks for chance and time, sleeps, and ends by what it raises."""

    def work(guest):
        hatch.sleep(0.0001)
        guest.scope.update({'value': [values.dumps([0.5, 'text', {}])]})
        raise ValueError(time.time(), time.monotonic(), random.random())

    return perform(_REHEARSAL, work)


# What the door makes to stand for the host's objects is the host's, though it is made here.
remotes.note = ownership.note_remote
ownership.note_remote(HostObject)
OPERATIONS = {
    'compile': lambda request: values.dumps(compile_source(request)),
    'run': _run,
    'resume': _resume,
    'prepare': formulas.prepare,
    'evaluate': formulas.evaluate,
    'map': formulas.evaluate_rows,
    'cells': formulas.evaluate_cells,
    'attend': _attend,
    'inspect': _inspect,
    'warm': _warm,
}


def _entry(data):
    """What direct-call.ts, station.ts and the tests call: a request's bytes in, its response's bytes out."""
    try:
        request = values.loads(data)
        return OPERATIONS[request['op']](request)
    except MemoryError:
        return formulas.NO_MEMORY
    except BaseException as error:
        return values.dumps({'status': 'failed', 'message': f'{type(error).__name__}: {error}'})
