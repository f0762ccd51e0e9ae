"""`getattr`, `hasattr`, `setattr` and `delattr` where a policy guards dunders: name strings may be the names that dunders.py judges."""

from .sealed import __builtins__
from .built_in import built_in
from .dunders import READ
from .guards import guarded_delattr, guarded_getattr, guarded_hasattr, guarded_setattr
from .written_dunders import GONE, WRITTEN


def _getattr_by_name(*args, **keywords):
    if keywords or not (2 <= len(args) <= 3 and type(args[1]) is str and args[1] in READ):
        return guarded_getattr(*args, **keywords)
    try:
        return READ[args[1]](args[0], args[1])
    except AttributeError:
        if len(args) == 2:
            raise
    return args[2]


def _hasattr_by_name(*args, **keywords):
    if keywords or not (len(args) == 2 and type(args[1]) is str and args[1] in READ):
        return guarded_hasattr(*args, **keywords)
    return _getattr_by_name(*args, READ) is not READ


def _setattr_by_name(*args, **keywords):
    if keywords or not (len(args) == 3 and type(args[1]) is str and args[1] in WRITTEN):
        return guarded_setattr(*args, **keywords)
    x, name, value = args
    WRITTEN[name](x, name, value)


def _delattr_by_name(*args, **keywords):
    if keywords or not (len(args) == 2 and type(args[1]) is str and args[1] in WRITTEN):
        return guarded_delattr(*args, **keywords)
    x, name = args
    WRITTEN[name](x, name, GONE)


GUARDED = {
    'getattr': built_in(_getattr_by_name, 'getattr'),
    'hasattr': built_in(_hasattr_by_name, 'hasattr'),
    'setattr': built_in(_setattr_by_name, 'setattr'),
    'delattr': built_in(_delattr_by_name, 'delattr'),
}
