"""The entry: requests of the host in, responses out, as codec values in bytes. Nothing raised here leaves here."""
from . import codec


def _ping(request):
    return request


OPERATIONS = {'ping': _ping}


def _entry(data):
    try:
        request = codec.loads(data)
        return codec.dumps(OPERATIONS[request['op']](request))
    except BaseException as error:
        return codec.dumps({'status': 'failed', 'message': f'{type(error).__name__}: {error}'})
