"""`set`: adding to a set that is being added to is refused (gh-141805).

`set.add` remembers a free slot while a guest's `__eq__` runs; one that fills that slot makes it write two elements into one
place and count both, and `list(s)` then reads memory that nobody wrote.
"""

from ..sealed import __builtins__

# Iterating over these runs no code of a guest's.
_STILL = frozenset({set, frozenset, list, tuple, dict, str, bytes, range, type({}.keys())})


def apply(put):
    named = vars(set)
    add_element, clear = named['add'], named['clear']
    # The sets that are being added to, innermost first: (set, the others).
    busy = None

    def begin(self):
        """Notes that `self` is being added to; what was noted before."""
        nonlocal busy
        before = held = busy
        while held is not None:
            if held[0] is self:
                raise RuntimeError('set changed by a comparison of its elements')
            held = held[1]
        busy = self, before
        return before

    def add(self, object, /):
        """Add an element to a set. This has no effect if the element is already present."""
        nonlocal busy
        before = busy
        if before is not None:
            begin(self)
        else:
            busy = self, None
        try:
            add_element(self, object)
        finally:
            busy = before

    def alone(name):
        """The method `name` of one set-like argument, refused while `self` is being added to."""
        method = named[name]

        def change(self, other, /):
            nonlocal busy
            before = begin(self)
            try:
                return method(self, other)
            finally:
                busy = before

        return change

    merge = alone('update')
    symmetric = alone('symmetric_difference_update')
    intersect = alone('intersection_update')

    def update(self, /, *others):
        """Update the set, adding elements from all others."""
        for other in others:
            if type(other) in _STILL:
                merge(self, other)
            else:
                for element in other:
                    add(self, element)

    def __init__(self, iterable=(), /):
        clear(self)
        update(self, iterable)

    def symmetric_difference_update(self, other, /):
        """Update the set, keeping only elements found in either set, but not in both."""
        symmetric(self, other if type(other) in _STILL else set(other))

    def intersection_update(self, /, *others):
        """Update the set, keeping only elements found in it and all others."""
        for other in others or (self,):
            intersect(self, other if type(other) in _STILL else set(other))

    for function in add, update, __init__, symmetric_difference_update, intersection_update:
        put(set, function.__name__, function)
    for name in '__ior__', '__ixor__', '__iand__':
        put(set, name, alone(name))
