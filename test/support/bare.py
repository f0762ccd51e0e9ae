"""The entry of the `bare` image, for tests only: full Python, no language layer. Never shipped."""
import marshal, os, sys, traceback
from . import remotes, values

_globals = {'__name__': '__bare__', '__builtins__': __builtins__}


def _exec(request):
    """Runs `code` with everything CPython has; answers the global `result`, or the traceback."""
    _globals.update(values=values, remotes=remotes, **request.get('inputs', {}))
    _globals['result'] = None
    exec(compile(request['code'], '<bare>', 'exec', dont_inherit=True), _globals)
    return _globals['result']


def _entry(data):
    try:
        return values.returned(
            _exec(values.loads(data)), 10_000_000, 1 << 30, lambda things: list(map(repr, things))
        )
    except BaseException:
        return values.dumps({'status': 'raised', 'message': traceback.format_exc()})
