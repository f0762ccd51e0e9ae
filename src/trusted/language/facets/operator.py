"""`operator` for guests: the two functions that read attributes by name read as the guards do."""

from ..sealed import __builtins__

from ..judges import read


def _reader(path):
    if not isinstance(path, str):
        raise TypeError('attribute name must be a string')
    names = str.__str__(path).split('.')

    def follow(obj):
        for name in names:
            obj = read(obj, name)
        return obj

    return follow


def attrgetter(attr, /, *attrs):
    """A function of an object: the attribute named, or a tuple of those named; dots lead into attributes of attributes."""
    if not attrs:
        return _reader(attr)
    readers = [_reader(path) for path in (attr, *attrs)]
    return lambda obj: tuple([follow(obj) for follow in readers])


def methodcaller(name, /, *args, **kwargs):
    """A function of an object: what its method of that name returns for these arguments."""
    if not isinstance(name, str):
        raise TypeError('method name must be a string')
    name = str.__str__(name)
    return lambda obj: read(obj, name)(*args, **kwargs)


NAMES = {'attrgetter': attrgetter, 'methodcaller': methodcaller}
