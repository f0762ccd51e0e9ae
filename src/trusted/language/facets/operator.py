"""`operator` for guests: the two functions that read attributes by name read as the guards do."""

from ..sealed import __builtins__

from ..judges import read


def _follow(obj, path):
    for name in path:
        obj = read(obj, name)
    return obj


class attrgetter:
    """A function of an object: the attribute named, or a tuple of those named; dots lead into attributes of attributes."""

    __slots__ = ('_paths',)

    def __init__(self, *attrs):
        if not attrs:
            raise TypeError('attrgetter expected 1 argument, got 0')
        if not all([isinstance(path, str) for path in attrs]):
            raise TypeError('attribute name must be a string')
        self._paths = [str.__str__(path).split('.') for path in attrs]

    def __call__(self, *args):
        if len(args) != 1:
            raise TypeError(f'attrgetter expected 1 argument, got {len(args)}')
        values = [_follow(args[0], path) for path in self._paths]
        return values[0] if len(values) == 1 else tuple(values)

    def __repr__(self):
        return f'operator.attrgetter({", ".join([repr(".".join(path)) for path in self._paths])})'


class methodcaller:
    """A function of an object: what its method of that name returns for these arguments."""

    __slots__ = '_name', '_args', '_kwargs'

    def __init__(self, *args, **kwargs):
        if not args:
            raise TypeError('methodcaller needs at least one argument, the method name')
        name, *args = args
        if not isinstance(name, str):
            raise TypeError('method name must be a string')
        self._name, self._args, self._kwargs = str.__str__(name), args, kwargs

    def __call__(self, *args):
        if len(args) != 1:
            raise TypeError(f'methodcaller expected 1 argument, got {len(args)}')
        return read(args[0], self._name)(*self._args, **self._kwargs)

    def __repr__(self):
        given = [repr(arg) for arg in (self._name, *self._args)]
        given += [f'{name}={self._kwargs[name]!r}' for name in self._kwargs]
        return f'operator.methodcaller({", ".join(given)})'


attrgetter.__module__ = methodcaller.__module__ = 'operator'
NAMES = {'attrgetter': attrgetter, 'methodcaller': methodcaller}
