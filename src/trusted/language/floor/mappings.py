"""`reversed` of a dict and of its views: the iterator ends when the table it walks was replaced (gh-154709).

The C iterator keeps the index of an entry, and looks for it in whatever table the dict has by then: after `clear()` and as
many insertions, far behind the end of a small one. A dict whose table is as large as before has all the entries it had.
"""

from ..sealed import __builtins__
from gc import get_referents

_size_of = dict.__sizeof__


def _walk(held, size, backwards):
    while True:
        if _size_of(held) != size:
            raise RuntimeError('dictionary keys changed during iteration')
        for item in backwards:
            yield item
            break
        else:
            return


def apply(put):
    def over_dict(method):
        def __reversed__(self, /):
            """Return a reverse iterator over the dict keys."""
            return _walk(self, _size_of(self), method(self))

        return __reversed__

    def over_view(method):
        def __reversed__(self, /):
            """Return a reverse iterator over the dict view."""
            held = get_referents(self)[0]
            return _walk(held, _size_of(held), method(self))

        return __reversed__

    put(dict, '__reversed__', over_dict(vars(dict)['__reversed__']))
    for view in {}.keys(), {}.values(), {}.items():
        put(type(view), '__reversed__', over_view(vars(type(view))['__reversed__']))
