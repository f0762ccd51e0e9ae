"""`bytearray` and `memoryview`: arguments whose methods could free the buffer are exact values before C code holds it.

gh-142560 (`find` and kin), gh-143195 (`hex`), gh-142557 (`%`), gh-143003 (`extend`), gh-142664 (`hash(memoryview)`).
"""

from ..sealed import __builtins__
import binascii
from array import array
from operator import index

_BUFFERS = bytes, bytearray, memoryview, array
_text = str.__str__


def _exact_part(sub):
    """What is looked for: a buffer as it is, anything else that stands for a number as that number."""
    if isinstance(sub, _BUFFERS) or not hasattr(type(sub), '__index__'):
        return sub
    return index(sub)


def _exact_separator(sep):
    if isinstance(sep, str):
        return _text(sep)
    if isinstance(sep, bytes):
        return bytes(memoryview(sep))
    raise TypeError('sep must be str or bytes.')


def _searching(method):
    def search(self, sub, /, *bounds):
        return method(self, _exact_part(sub), *bounds)

    search.__doc__ = method.__doc__
    return search


def _hexing(method):
    def hex(self, *args, **named):
        if 'sep' in named:
            named['sep'] = _exact_separator(named['sep'])
        return method(self, *map(_exact_separator, args[:1]), *args[1:], **named)

    hex.__doc__ = method.__doc__
    return hex


def apply(put):
    named = vars(bytearray)
    for name in 'find', 'rfind', 'index', 'rindex', 'count', '__contains__':
        put(bytearray, name, _searching(named[name]))
    for cls in bytearray, memoryview:
        put(cls, 'hex', _hexing(vars(cls)['hex']))
    extend_by = named['extend']

    def extend(self, iterable_of_ints, /):
        """Append all the items from the iterator or sequence to the end of the bytearray."""
        known = isinstance(iterable_of_ints, (*_BUFFERS, str, list, tuple))
        if not known and hasattr(type(iterable_of_ints), '__iter__'):
            iterable_of_ints = list(iterable_of_ints)
        extend_by(self, iterable_of_ints)

    def __mod__(self, value, /):
        if not isinstance(self, bytearray):
            return NotImplemented
        return bytearray(bytes(memoryview(self)) % value)

    put(bytearray, 'extend', extend)
    put(bytearray, '__mod__', __mod__)
    hash_of = vars(memoryview)['__hash__']
    held = vars(memoryview)['obj'].__get__

    def __hash__(self, /):
        if type(held(self)) is bytes or not self.readonly or self.format not in 'Bbc':
            return hash_of(self)
        hash(held(self))
        return hash(self.tobytes())

    put(memoryview, '__hash__', __hash__)
    decode = binascii.a2b_uu

    def a2b_uu(data, /):
        """Decode a line of uuencoded data."""
        if not (len(data) if isinstance(data, str) else memoryview(data).nbytes):
            raise binascii.Error('Incomplete data')  # C code reads the byte behind it (gh-148093)
        return decode(data)

    a2b_uu.__qualname__ = 'a2b_uu'
    binascii.a2b_uu = a2b_uu
