"""`weakref` for guests, without what calls them when an object goes: it may go in the middle of anything."""

from ..sealed import __builtins__
import weakref

from ..ownership import DATA_CLASSES


def ref(object, callback=None, /):
    """A reference that keeps nothing alive."""
    if callback is not None:
        raise TypeError('a weak reference takes no callback here')
    return weakref.ref(object)


class WeakValueDictionary(weakref.WeakValueDictionary):
    """Its keys are data: looking for one that went with its value calls nobody."""

    def __setitem__(self, key, value):
        if type(key) not in DATA_CLASSES:
            raise TypeError(f'a {type(key).__name__!r} object cannot be a key here: use data')
        super().__setitem__(key, value)

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, other=None, /, **kwargs):
        for key, value in {**dict(other or {}), **kwargs}.items():
            self[key] = value


WeakValueDictionary.__module__ = 'weakref'
NAMES = {'ref': ref, 'WeakValueDictionary': WeakValueDictionary}
