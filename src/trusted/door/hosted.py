"""The entry of the trusted guest: what the host asks of it, bytes to bytes. No guest's code gets here.

  full    {archive}                               makes it full Python, with the library
  load    {name, source, expose, recursion}       loads a module and gives the guest what it exposes, as globals
  call    {module, function, args, recursion, …}  the value of a function of a module, which gets the guest's globals first
  settle  {}                                      the places of exceptions that the guest was told of, after a call

Answers are {status: 'returned', value} or {status: 'raised', exception}, or as main.py's when a value is too large.
"""

from .sealed import __builtins__
import gc
import random
import sys

from . import exposed, full, values
from .crossing import ENTER, LEAVE, TELL, WRITE_GLOBAL, _door
from .exposed import views
from .failures import STANDS_FOR
from .host import Globals, _traces, places

MOST_CHAIN, MOST_MESSAGE = 10, 10_000
# Frames of trusted code.
RECURSION = 1_000


def wake(_):
    """After memory that others began with was put in place: chance is not to repeat itself."""
    random.seed()


def _full(request):
    gc.enable()
    sys.setrecursionlimit(RECURSION)
    full.make_full(request['archive'])


def _load(request):
    name, expose = request['name'], request['expose']
    filename = f'<{name}>'
    exposed.files.add(filename)
    module = exposed.modules[name] = full.module(name, request['source'], filename)
    for key in expose:
        if key not in module.__dict__:
            raise NameError(f'the trusted module {name!r} has no {key!r} to expose')
        views.expose(module.__dict__[key], expose[key])
    for key in expose:
        _door(WRITE_GLOBAL, (key, module.__dict__[key]))


def _call(request):
    held = exposed.modules[request['module']].__dict__
    function = request['function']
    if function not in held:
        raise AttributeError(
            f'the trusted module {request["module"]!r} has no {function!r} to call'
        )
    _door(ENTER, (request['recursion'],))
    try:
        return held[function](Globals(), *request['args'])
    finally:
        _door(LEAVE, (None,))


def _record(error, chain=MOST_CHAIN):
    """What the host is told of an exception: of a guest's, what the guest's side tells, after the way through trusted code."""
    frames = [
        dict(zip(('file', 'name', 'line', 'column', 'endLine', 'endColumn'), place))
        for place in places(error)
    ]
    if STANDS_FOR in error.__dict__:
        record = _door(TELL, (error.__dict__[STANDS_FOR]._number,))
        record['frames'] = frames + record['frames']
        return record
    kind, cause, context = type(error), error.__cause__, error.__context__
    try:
        message = str(error)[:MOST_MESSAGE]
    except Exception:
        message = '<exception str() failed>'
    record = {
        'type': kind.__qualname__,
        'module': None if kind.__module__ in ('builtins', *exposed.modules) else kind.__module__,
        'message': message,
        'frames': frames,
        'truncated': 0,
        'notes': [],
        'suppress': error.__suppress_context__,
    }
    inner = cause if cause is not None else None if error.__suppress_context__ else context
    if inner is not None and chain > 0:
        record['context' if cause is None else 'cause'] = _record(inner, chain - 1)
    return record


def _settle(request):
    told = [[number, frames] for number, frames in _traces.items()]
    _traces.clear()
    return told


_OPERATIONS = {'full': _full, 'load': _load, 'call': _call, 'settle': _settle}


def _entry(data):
    request = values.loads(data)
    try:
        value = _OPERATIONS[request['op']](request)
    except BaseException as error:
        return _raised(error)
    finally:
        _flush()
    if 'resultBytes' not in request:
        return values.dumps({'status': 'returned', 'value': value})
    try:
        return values.returned(value, request['resultNodes'], request['resultBytes'], _texts)
    except values.TooLarge:
        return values.dumps({'status': 'exhausted', 'limit': 'resultBytes'})


def _texts(things):
    """What stands in a result for what is no data: its repr, which the host alone is told."""
    return [_text(thing) for thing in things]


def _text(thing):
    try:
        return repr(thing)[: values.MOST_TEXT]
    except Exception:
        return None


def _raised(error):
    return values.dumps({'status': 'raised', 'exception': _record(error)})


def _flush():
    for stream in sys.stdout, sys.stderr:
        try:
            stream.flush()
        except OSError:
            pass
