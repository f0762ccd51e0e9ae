"""`array.array`: a value that is put into one is a plain number before C code looks where it goes (gh-142555)."""

from ..sealed import __builtins__
from array import array

_PLAIN = frozenset({int, float, str, array})
_STILL = frozenset({list, tuple, range, bytes})
_typecode = vars(array)['typecode'].__get__


def apply(put):
    put_item, insert, append, extend, fromlist = map(
        vars(array).__getitem__, '__setitem__ insert append extend fromlist'.split()
    )

    def plain(self, value):
        """`value` as C code would store it; its methods run here, on an array that nobody else has."""
        return value if type(value) in _PLAIN else array(_typecode(self), (value,))[0]

    def __setitem__(self, key, value, /):
        if type(value) not in _PLAIN and type(key) is not slice:
            value = plain(self, value)
        put_item(self, key, value)

    def insert_plain(self, i, v, /):
        """Inserts a new item before position `i`."""
        insert(self, i, plain(self, v))

    def append_plain(self, v, /):
        """Appends a new value to the end."""
        append(self, plain(self, v))

    def extend_plain(self, bb, /):
        """Appends the items of another array, or of an iterable."""
        if type(bb) is not array and not (type(bb) in _STILL and _PLAIN.issuperset(map(type, bb))):
            bb = (plain(self, value) for value in bb)
        extend(self, bb)

    def fromlist_plain(self, list, /):
        """Appends the items of a list: all of them, or none."""
        fromlist(self, [plain(self, v) for v in list] if isinstance(list, _list) else list)

    put(array, '__setitem__', __setitem__)
    put(array, 'insert', insert_plain)
    put(array, 'append', append_plain)
    put(array, 'extend', extend_plain)
    put(array, 'fromlist', fromlist_plain)


_list = list
