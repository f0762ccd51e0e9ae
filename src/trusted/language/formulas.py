"""Formulas: expressions with parameters, called with arguments one by one, by rows, or many of them by cells.

A prepared function is called by its address, without a request for each call (direct-call.ts); `_finish` and `_fail` then
make the responses that direct-call.ts does not make by itself.
"""

from .sealed import __builtins__
import time
from array import array

from . import performing, values
from .describe import describe
from .ownership import mro_of
from .performing import begin, exit_code, load, name_modules, perform, respond, unsettle

NO_MEMORY = values.dumps({'status': 'exhausted', 'limit': 'memoryMb'})
_DONE = values.dumps({'status': 'returned', 'value': True})
# The request of what was prepared last, whose limits are those of direct calls.
_prepared = None


def prepare(request):
    """An expression's function, and the addresses by which direct-call.ts calls it without a request for each call."""
    global _prepared
    code = load(request)

    def work(guest):
        guest.function = None
        begin(guest, request)
        name_modules(code, guest)
        guest.function = eval(code, guest.scope)
        guest.kept.append(guest.function)

    answer = perform(request, work)
    if performing.guest.function is None:
        return answer
    _prepared = request
    unsettle(request)
    return values.dumps(
        {
            'status': 'returned',
            'value': list(map(id, (performing.guest.function, values.loads, _finish, _fail))),
        }
    )


def _finish(value):
    """The response for a value that direct-call.ts does not read by itself."""
    return respond(value, _prepared)


def _fail(error):
    """The response for what a direct call raised."""
    try:
        if SystemExit in mro_of(type(error)):
            return values.dumps({'status': 'exited', 'code': exit_code(error)})
        return values.dumps(
            {'status': 'raised', 'exception': describe(error, performing.guest.scope)}
        )
    except MemoryError:
        return NO_MEMORY


def _function(guest, request):
    """The function of the request's own code, where it brings any; otherwise the one prepared last."""
    if 'code' not in request:
        return guest.function
    code = load(request)
    begin(guest, request)
    name_modules(code, guest)
    return eval(code, guest.scope)


def evaluate(request):
    return perform(request, lambda guest: _function(guest, request)(*request['args']))


def evaluate_rows(request):
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

    answer = perform(request, work, row=computed.__len__)
    # Direct calls of what was prepared may follow.
    unsettle(request)
    return answer


def evaluate_cells(request):
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

    answer = perform(request, work)
    if answer == _DONE:
        for cell in cells:
            if 'raised' in cell:
                cell['raised'] = describe(cell['raised'], performing.guest.scope)
        answer = respond(cells, request)
    unsettle(request)
    return answer
