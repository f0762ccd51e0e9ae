"""The guards: the functions that guarded text, and what is compiled from it, calls to read and to write attributes.

judges.py decides what a read may yield, writing.py what may be written. A name that no guest may name does not exist.

Invariant: nothing here is found by a name that a guest or the standard library can bind (see sealed.py).
"""

from .sealed import __builtins__
import operator

from .judges import judge_of, read
from .language import DEFINABLE_METHODS, IN_PLACE, PRIVATE_MARK
from .names import judged, refuse
from .special_methods import judge_special
from .writing import name_to_write

_getattr, _setattr, _delattr, _hasattr = getattr, setattr, delattr, hasattr


def _given(name, args, keywords, count):
    """`args`, of which the builtin `name` takes `count`; TypeError in the words of C code otherwise."""
    if keywords:
        raise TypeError(f'{name}() takes no keyword arguments')
    if len(args) != count:
        raise TypeError(f'{name} expected {count} arguments, got {len(args)}')
    return args


def guarded_getattr(*args, **keywords):
    """The guest's `getattr`: what may not be named does not exist."""
    if keywords:
        raise TypeError('getattr() takes no keyword arguments')
    if not 2 <= len(args) <= 3:
        bound = 'at least 2' if len(args) < 2 else 'at most 3'
        raise TypeError(f'getattr expected {bound} arguments, got {len(args)}')
    x, name = args[:2]
    is_special = type(name) is str and name in DEFINABLE_METHODS
    try:
        return _getattr_(x, name) if is_special else read(x, name)
    except AttributeError:
        if len(args) == 2:
            raise
    return args[2]


def guarded_hasattr(*args, **keywords):
    """The guest's `hasattr`: of a special method a guest may define, it tells whether there is one."""
    x, name = _given('hasattr', args, keywords, 2)
    if type(name) is str and name in DEFINABLE_METHODS:
        return _hasattr(x, name)
    try:
        read(x, name)
    except AttributeError:
        return False
    return True


def _getattr_(x, name):
    """A read whose value is judged, by a constant name that verify has seen."""
    if judged(name):
        return judge_of(name)(x, name)
    if name in DEFINABLE_METHODS:
        return judge_special(x, name)
    refuse(name)


def guarded_setattr(*args, **keywords):
    """The guest's `setattr`."""
    x, name, value = _given('setattr', args, keywords, 3)
    _setattr(x, name_to_write(x, name), value)


def guarded_delattr(*args, **keywords):
    """The guest's `delattr`."""
    x, name = _given('delattr', args, keywords, 2)
    _delattr(x, name_to_write(x, name))


GUARDS = {
    '_getattr_': _getattr_,
    **{PRIVATE_MARK + sign: _getattr(operator, function) for sign, function in IN_PLACE.items()},
}
