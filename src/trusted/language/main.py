"""The entry: requests of the host in, responses out, as wire bytes. Nothing raised here leaves here.

A guest's globals are made here and hold nothing of this module. What the guest leaves behind is read as data (values.py,
describe.py), with the collector off, so that no finalizer of the guest's runs in between. Requests and their answers:

  compile   see compile.py
  run       {code, mode, inputs, result, source?}  the value of the program, or of the global `result`
  resume    {answers, elapsed, sleeps}        goes on with a program that waits for its host
  prepare   {code}                            an expression of parameters; the addresses formula.ts calls
  evaluate  {args, code?}                     the expression's value for them: of `code`, or as prepared
  map       {columns, code?}                  its value for each row
  cells     {codes, cells, seconds}           values of many expressions, each for arguments of its own
  attend    {}                                nothing: trusted modules will be loaded beside the guest
  warm      {}                                nothing: what every run does, once before the first

All but `compile` and `warm` bring {policy, recursion, resultBytes, resultNodes}, and answer {status: 'returned', value},
{status: 'raised', exception} or {status: 'exhausted', limit}; a request that cannot be read, {status: 'failed', message}.
"""

from .sealed import __builtins__
import gc
import marshal
import random
import sys
import time
from array import array
from types import CodeType

from . import door, ownership, remotes, values
from .builtins import make_run
from .compile import compile_source
from .describe import describe
from .floor import identity
from .facets.asyncio import make_loop
from .guest.functions import HostObject
from .guest.given import given
from .guest.noted import note_from_now_on
from .guest.own import grant
from .guest.program import program
from .language import PRIVATE_MARK
from .names import unmark
from .ownership import mro_of
from .scan import scan

# Frames between the interpreter's first and the guest's, the same for a program that runs in turns, and the limit for trusted code
# when no guest runs.
_OWN_FRAMES, _TURN_FRAMES, _OWN_LIMIT = 4, 12, 1200
# Code that awaits (CO_COROUTINE), and what a program that waits for its host answers in place of a value.
_AWAITS, _WAITING = 0x80, object()
_code_of = SystemExit.__dict__['code'].__get__
_VALUE, _RUN = PRIVATE_MARK + 'value', PRIVATE_MARK + 'run'
_flush = (sys.stdout.flush, sys.stderr.flush)
_NO_MEMORY = values.dumps({'status': 'exhausted', 'limit': 'memoryMb'})
_DONE = values.dumps({'status': 'returned', 'value': True})
_TOO_LARGE = values.dumps({'status': 'exhausted', 'limit': 'resultBytes'})


class _Guest:
    """The one guest of this interpreter: its globals, the trusted modules beside them, and what was prepared."""

    def __init__(self, policy):
        random.seed()
        identity.renew()
        self.run = make_run(policy)
        if policy.get('files') == 'host':
            note_from_now_on()
        self.scope = self.run.scope
        self.function = None
        # The program that runs in turns, and the global that is its value.
        self.turns = self.result = None
        # Every prepared function: formula.ts calls them by their addresses.
        self.kept = []
        # Those of `cells`, by their numbers.
        self.functions = {}


_guest = _prepared = None


def _open(request):
    global _guest
    if _guest is None:
        _guest = _Guest(request['policy'])
    elif request.pop('fresh', False):
        # Memory that others began with too: what was to come of its generators is no secret any more.
        random.seed()
        if (own := _guest.run.state.get('random')) is not None:
            own.seed()
    return _guest


def _unsettle(request):
    """Before guest code: as the guest expects the interpreter."""
    gc.enable()
    sys.setrecursionlimit(request['recursion'] + _OWN_FRAMES)
    if _guest is not None:
        _guest.run.state |= {'recursion': request['recursion'], 'frames': _OWN_FRAMES}


def _settle():
    """After guest code: nothing of it runs while its remains are read."""
    gc.disable()
    sys.setrecursionlimit(_OWN_LIMIT)
    for flush in _flush:
        try:
            flush()
        except OSError:
            pass


def _perform(request, work, **told):
    """`work(guest)`, under the guest's limits; its value, or what it raised and where (`told`), as a response."""
    guest = _open(request)
    _unsettle(request)
    try:
        value = work(guest)
    except SystemExit as error:
        code = _exit_code(error)
        _settle()
        return values.dumps({'status': 'exited', 'code': code})
    except BaseException as error:
        _settle()
        where = {key: tell() for key, tell in told.items()}
        return values.dumps({'status': 'raised', 'exception': describe(error, guest.scope)} | where)
    _settle()
    if value is _WAITING:
        return values.dumps(program.waiting())
    return _respond(value, request)


def _exit_code(error):
    """What Python would make of an exit: a number as it is, or one, and the text of anything else on stderr."""
    code = _code_of(error)
    if code is None:
        return 0
    if int in mro_of(type(code)):
        return int.__pos__(code) if -(2**31) <= int.__pos__(code) < 2**31 else -1
    try:
        sys.stderr.write(str(code) + '\n')
    except BaseException:
        pass
    return 1


def _respond(value, request):
    """The response for a value; what is no data is told by the guest's own code, under its limits."""

    def tell(things):
        _unsettle(request)
        texts = list(map(_text, things))
        _settle()
        return texts

    try:
        return values.returned(value, request['resultNodes'], request['resultBytes'], tell)
    except values.TooLarge:
        return _TOO_LARGE


def _text(thing):
    """What the guest's own `__repr__` says of a thing that is no data; None where that is no text, or too long a one."""
    try:
        text = repr(thing)
        return unmark(str.__getitem__(text, slice(None))) if len(text) <= values.MOST_TEXT else None
    except BaseException:
        return None


def _load(request):
    """The request's code, looked through once more: what refuses here was not made by our own compiler."""
    code = marshal.loads(request['code'])
    scan(code)
    return code


def _name_modules(code, guest):
    """An expression cannot import: granted modules that it names, and that are no names of its own, are there for it."""
    todo = [code]
    for code in todo:
        todo += [constant for constant in code.co_consts if type(constant) is CodeType]
        for name in guest.run.importable.intersection(code.co_names) - guest.scope.keys():
            own = guest.run.own
            is_own = own is not None and name in own.names
            guest.scope[name] = (own.entire if is_own else guest.run.builtins['__import__'])(name)


def _run(request):
    code = _load(request)

    def work(guest):
        scope = guest.scope
        _begin(guest, request)
        scope['__file__'] = code.co_filename
        scope.update(request['inputs'])
        if 'source' in request:
            guest.run.tell_source(request['filename'], request['source'])
        if request['mode'] == 'eval':
            _name_modules(code, guest)
            return eval(code, scope)
        scope.pop(_VALUE, None)
        guest.result = request['result']
        if not code.co_flags & _AWAITS:
            exec(code, scope)
            return _ended(guest)
        # One that only lifts `asyncio.run` has no loop while its own code runs.
        is_task = _RUN not in code.co_names
        guest.turns = program.performed(lambda: make_loop(guest.run), eval(code, scope), is_task)
        return _turn(guest, request)

    return _perform(request, work)


def _begin(guest, request):
    """Before its code: what the host gives this time, and what it grants, once, so that a session may bind the names anew."""
    given.begin(request, guest.scope)
    program.is_hosted = 'host' in request
    if guest.run.own is None and 'own' in request:
        grant(guest.scope, request, guest.run, _load)


def _ended(guest):
    """The value of a program that has come to its end."""
    scope, name = guest.scope, guest.result
    if name is None:
        return scope.pop(_VALUE, None)
    if name not in scope:
        raise NameError(f'name {name!r} is not defined', name=name)
    return scope[name]


def _turn(guest, request):
    """Lets the program go on until it ends or waits."""
    sys.setrecursionlimit(request['recursion'] + _TURN_FRAMES)
    for _ in guest.turns:
        return _WAITING
    guest.turns = None
    return _ended(guest)


def _resume(request):
    def work(guest):
        program.continued(request['answers'], request['elapsed'], request['sleeps'])
        return _turn(guest, request)

    return _perform(request, work)


def _prepare(request):
    """An expression's function, and the addresses by which formula.ts calls it without a request for each call."""
    global _prepared
    code = _load(request)

    def work(guest):
        guest.function = None
        _begin(guest, request)
        _name_modules(code, guest)
        guest.function = eval(code, guest.scope)
        guest.kept.append(guest.function)

    answer = _perform(request, work)
    if _guest.function is None:
        return answer
    _prepared = request
    _unsettle(request)
    return values.dumps(
        {
            'status': 'returned',
            'value': list(map(id, (_guest.function, values.loads, _finish, _fail))),
        }
    )


def _finish(value):
    """The response for a value that formula.ts does not read by itself."""
    return _respond(value, _prepared)


def _fail(error):
    """The response for what a direct call raised."""
    try:
        if SystemExit in mro_of(type(error)):
            return values.dumps({'status': 'exited', 'code': _exit_code(error)})
        return values.dumps({'status': 'raised', 'exception': describe(error, _guest.scope)})
    except MemoryError:
        return _NO_MEMORY


def _function(guest, request):
    """The function of the request's own code, where it brings any; otherwise the one prepared last."""
    if 'code' not in request:
        return guest.function
    code = _load(request)
    _begin(guest, request)
    _name_modules(code, guest)
    return eval(code, guest.scope)


def _evaluate(request):
    return _perform(request, lambda guest: _function(guest, request)(*request['args']))


def _map(request):
    """The function's value for each row of `columns`, which are bytes of floats.

    Answers the values as `floats` or `bools` where all are such (numbers that are the same as floats count as floats),
    otherwise as a list; with an exception, the `row` it was raised in.
    """
    computed = []

    def work(guest):
        # Lists: iterating over a memoryview takes twice the time of the function.
        columns = [memoryview(column).cast('d').tolist() for column in request['columns']]
        computed.extend(map(_function(guest, request), *columns))
        kinds = set(map(id, map(type, computed)))
        if kinds == {id(bool)}:
            return {'bools': bytes(computed)}
        if kinds <= {id(float), id(int)}:
            try:
                floats = array('d', computed)
            except OverflowError:
                return {'values': computed}
            if id(int) not in kinds or floats.tolist() == computed:
                return {'floats': floats.tobytes()}
        return {'values': computed}

    answer = _perform(request, work, row=computed.__len__)
    # Direct calls of what was prepared may follow.
    _unsettle(request)
    return answer


def _cells(request):
    """For each of `cells`, [number, encoded arguments], the `value` of that function or what it `raised`; in their order.

    `codes` are functions that were not asked for before. After so many `seconds` the rest of the cells is left to another request.
    """
    cells = []

    def work(guest):
        for number, code in request['codes']:
            guest.functions[number] = _function(guest, request | {'code': code})
        end = time.monotonic() + request['seconds']
        for number, encoded in request['cells']:
            args = values.loads(encoded)
            try:
                cells.append({'value': guest.functions[number](*args)})
            except Exception as error:
                cells.append({'raised': error})
            if time.monotonic() > end:
                break
        return True

    answer = _perform(request, work)
    if answer == _DONE:
        for cell in cells:
            if 'raised' in cell:
                cell['raised'] = describe(cell['raised'], _guest.scope)
        answer = _respond(cells, request)
    _unsettle(request)
    return answer


def _attend(request):
    """Makes the guest one that trusted modules can be beside."""
    guest = _open(request)

    def enter(recursion):
        _unsettle({'recursion': recursion})

    def leave():
        remotes.let_go()
        _settle()

    remotes.attend(guest.scope, lambda error: describe(error, guest.scope), enter, leave)
    return values.dumps({'status': 'returned', 'value': None})


def _inspect(request):
    """The audit: Python of the host's, in this very interpreter, given the guest's globals. It is sent by the host alone."""

    def work(guest):
        scope = {'__builtins__': __builtins__, '__name__': 'inspect'}
        exec(request['source'], scope)
        return scope[request['function']](guest.scope, *request['args'])

    return _perform(request, work)


_REHEARSAL = {
    'policy': {'modules': 'standard'},
    'recursion': 1000,
    'resultNodes': 100,
    'resultBytes': 1000,
}


def _warm(request):
    """A run that does what others do: begins, asks for chance and time, sleeps, and ends by what it raises."""

    def work(guest):
        door.sleep(0.0001)
        guest.scope.update({'value': [values.dumps([0.5, 'text', {}])]})
        raise ValueError(time.time(), time.monotonic(), random.random())

    return _perform(_REHEARSAL, work)


# What the door makes to stand for the host's objects is the host's, though it is made here.
remotes.note = ownership.note_remote
ownership.note_remote(HostObject)
OPERATIONS = {
    'compile': lambda request: values.dumps(compile_source(request)),
    'run': _run,
    'resume': _resume,
    'prepare': _prepare,
    'evaluate': _evaluate,
    'map': _map,
    'cells': _cells,
    'attend': _attend,
    'inspect': _inspect,
    'warm': _warm,
}


def _entry(data):
    """What formula.ts, station.ts and the tests call: a request's bytes in, its response's bytes out."""
    try:
        request = values.loads(data)
        return OPERATIONS[request['op']](request)
    except MemoryError:
        return _NO_MEMORY
    except BaseException as error:
        return values.dumps({'status': 'failed', 'message': f'{type(error).__name__}: {error}'})
