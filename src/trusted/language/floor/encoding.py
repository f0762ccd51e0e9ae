"""`json`: what is encoded while code of a guest's may run is a copy, which that code cannot change (gh-142831).

C code borrows the keys and values of the dicts it is in the middle of, while it asks `default`, or a class derived from
dict, list or tuple for what it holds. Without either it runs no code of a guest's, and encodes what it is given.
"""

from ..sealed import __builtins__
from json import JSONEncoder

_CONTAINERS = frozenset({dict, list, tuple})
_SETTINGS = (
    'skipkeys ensure_ascii check_circular allow_nan sort_keys indent item_separator key_separator'
).split()
_default, _iterencode = JSONEncoder.default, JSONEncoder.iterencode
_derived = False


def note(cls):
    """Notes that there is a class of a guest's; called for each that is made."""
    global _derived
    _derived = _derived or not _CONTAINERS.isdisjoint(cls.__mro__)


def _copy(x, inside):
    """`x` with every dict, list and tuple in it made anew; `inside` are those that it is in, None where nobody asks."""
    if not isinstance(x, (dict, list, tuple)):
        return x
    if inside is not None:
        if id(x) in inside:
            raise ValueError('Circular reference detected')
        inside[id(x)] = x
    if isinstance(x, dict):
        copy = {key: _copy(value, inside) for key, value in x.items()}
    else:
        copy = [_copy(part, inside) for part in x]
    if inside is not None:
        del inside[id(x)]
    return copy


def iterencode(self, o, _one_shot=False):
    """Encode the given object and yield each string representation as available."""
    own = self.default
    if not _one_shot or not _derived and getattr(own, '__func__', None) is _default:
        return _iterencode(self, o, _one_shot)
    encoder = JSONEncoder()
    for name in _SETTINGS:
        setattr(encoder, name, getattr(self, name))
    inside = {} if self.check_circular else None
    encoder.default = lambda x: _copy(own(x), inside)
    return _iterencode(encoder, _copy(o, inside), True)


def apply(put):
    JSONEncoder.iterencode = iterencode
