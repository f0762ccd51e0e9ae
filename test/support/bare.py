"""The entry of the `bare` image, for tests only: full Python, no language layer. Never shipped."""
import marshal, os, sys, traceback
from . import codec

_globals = {'__name__': '__bare__', '__builtins__': __builtins__}


def _exec(request):
    """Runs `code` with everything CPython has; answers the global `result`, or the traceback."""
    _globals.update(codec=codec, **request.get('inputs', {}))
    _globals['result'] = None
    exec(compile(request['code'], '<bare>', 'exec', dont_inherit=True), _globals)
    return {'status': 'returned', 'value': _globals['result']}


def _entry(data):
    try:
        return codec.dumps(_exec(codec.loads(data)))
    except BaseException:
        return codec.dumps({'status': 'raised', 'message': traceback.format_exc()})
