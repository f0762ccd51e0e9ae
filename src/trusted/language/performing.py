"""Work for the host, done as the guest: under its limits, in its globals, and answered as bytes whatever becomes of it.

`perform` lets guest code run and makes the response of its value or of what it raised. What the guest leaves behind is read
as data (values.py, describe.py), with the collector off, so that no finalizer of the guest's runs in between. The guest's
globals are made here and hold nothing of this module.
"""

from .sealed import __builtins__
import gc
import marshal
import random
import sys
from types import CodeType

from . import values
from .builtins import make_run
from .describe import describe
from .floor import identity
from .guest import ending
from .guest.given import given
from .guest.noted import note_from_now_on
from .guest.own import grant
from .guest.program import program
from .names import unmark
from .ownership import mro_of
from .scan import scan

# Frames between the interpreter's first and the guest's; the limit for trusted code when no guest runs.
_OWN_FRAMES, _OWN_LIMIT = 4, 1200
# What a program that waits for its host answers in place of a value.
WAITING = object()
_code_of = SystemExit.__dict__['code'].__get__
_flush = (sys.stdout.flush, sys.stderr.flush)
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
        self.is_shown = False
        # Whether its program is the last thing that it does, and whether it has files.
        self.is_last, self.has_files = False, 'files' in policy
        # Every prepared function: direct-call.ts calls them by their addresses.
        self.kept = []
        # Those of `cells`, by their numbers.
        self.functions = {}


# The guest, once a request has brought its policy.
guest = None


def opened(request):
    """The guest, made now if this is its first request."""
    global guest
    if guest is None:
        guest = _Guest(request['policy'])
    elif request.pop('fresh', False):
        # Other guests began with the same memory, and can foresee what its generators give: they are seeded anew.
        random.seed()
        if (own := guest.run.state.get('random')) is not None:
            own.seed()
    return guest


def unsettle(request, frames=_OWN_FRAMES):
    """Before guest code: as the guest expects the interpreter. Calls nest as deep as it left that, `frames` of ours apart."""
    gc.enable()
    limit = request['recursion']
    if guest is not None:
        state = guest.run.state
        state['frames'] = frames
        state['most'] = most = request.get('most', state.get('most', limit))
        limit = min(state.get('limit', limit), most)
    sys.setrecursionlimit(limit + frames)


def settle():
    """After guest code: nothing of it runs while its remains are read."""
    gc.disable()
    if guest is not None and (frames := guest.run.state.pop('frames', None)) is not None:
        guest.run.state['limit'] = sys.getrecursionlimit() - frames
    sys.setrecursionlimit(_OWN_LIMIT)
    for flush in _flush:
        try:
            flush()
        except OSError:
            pass


def perform(request, work, **told):
    """`work(guest)`, under the guest's limits; its value, or what it raised and where (`told`), as a response."""
    guest = opened(request)
    unsettle(request)
    try:
        value = work(guest)
    except SystemExit as error:
        code = exit_code(error)
        settle()
        return values.dumps({'status': 'exited', 'code': code})
    except BaseException as error:
        settle()
        where = {key: tell() for key, tell in told.items()}
        return values.dumps({'status': 'raised', 'exception': describe(error, guest.scope)} | where)
    settle()
    if value is WAITING:
        return values.dumps(program.waiting())
    return respond(value, request)


def ended(request, response):
    """The response, once a program that is the last of its guest has come to its end."""
    if guest.is_last and guest.turns is None:
        unsettle(request)
        ending.end(guest.scope, guest.has_files)
        settle()
    return response


def exit_code(error):
    """What Python would make of an exit: a number as it is, or one, and the text of anything else on stderr."""
    code = _code_of(error)
    if code is None:
        return 0
    if int in mro_of(type(code)):
        return int.__pos__(code) if -(2**31) <= int.__pos__(code) < 2**31 else -1
    try:
        sys.__stderr__.write(str(code) + '\n')
    except BaseException:
        pass
    return 1


def respond(value, request):
    """The response for a value; what is no data is told by the guest's own code, under its limits."""

    def tell(things):
        unsettle(request)
        texts = list(map(_text, things))
        settle()
        return texts

    try:
        return values.returned(value, request['resultNodes'], request['resultBytes'], tell)
    except values.TooLarge:
        return _TOO_LARGE


def shown(value):
    """A value as Python shows it: guest code, as `repr` calls it."""
    text = repr(value)
    return unmark(str.__getitem__(text, slice(None)))


def _text(thing):
    """What the guest's own `__repr__` says of a thing that is no data; None where that is no text, or too long a one."""
    try:
        text = shown(thing)
        return text if len(text) <= values.MOST_TEXT else None
    except BaseException:
        return None


def load(request):
    """The request's code, looked through once more: what refuses here was not made by our own compiler."""
    code = marshal.loads(request['code'])
    scan(code)
    ending.note(code)
    return code


def name_modules(code, guest):
    """An expression cannot import: granted modules that it names, and that are no names of its own, are there for it."""
    todo = [code]
    for code in todo:
        todo += [constant for constant in code.co_consts if type(constant) is CodeType]
        for name in guest.run.importable.intersection(code.co_names) - guest.scope.keys():
            own = guest.run.own
            is_own = own is not None and name in own.names
            guest.scope[name] = (own.entire if is_own else guest.run.builtins['__import__'])(name)


def begin(guest, request):
    """Before its code: what the host gives this time, and what it grants, once, so that a session may bind the names anew."""
    given.begin(request, guest.scope)
    program.is_hosted = 'host' in request
    if guest.run.own is None and 'own' in request:
        grant(guest.scope, request, guest.run, load)
