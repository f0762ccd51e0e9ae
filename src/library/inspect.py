"""`inspect` as guest code, as far as it says what programs can find out themselves; signatures, frames and lines are given."""

import types


def iscode(object):
    """Whether it is code."""
    return isinstance(object, types.CodeType)


def isframe(object):
    """Whether it is a frame."""
    return isinstance(object, types.FrameType)


def ismodule(object):
    """Whether it is a module."""
    return isinstance(object, types.ModuleType)


def get_annotations(obj, *, globals=None, locals=None, eval_str=False):
    """The annotations of a function or class of the program's, by their names."""
    if eval_str:
        raise TypeError('get_annotations() evaluates no text here')
    try:
        return obj.__annotations__
    except AttributeError:
        pass
    if not callable(obj):
        raise TypeError(f'{obj!r} does not have annotations')
    return {}


def getmembers(object, predicate=None):
    """The names and values of an object's attributes, as `dir` and `getattr` tell them."""
    found = []
    for name in dir(object):
        try:
            value = read_field(object, name)
        except AttributeError:
            continue
        if predicate is None or predicate(value):
            found.append((name, value))
    return sorted(found, key=lambda pair: pair[0])


def unwrap(func, *, stop=None):
    """What decorators were given in the end, where the program made all of them."""
    seen = []
    while not (stop is not None and stop(func)):
        try:
            inner = func.__wrapped__
        except AttributeError:
            break
        if any([inner is each for each in seen]):
            raise ValueError(f'wrapper loop when unwrapping {func!r}')
        seen.append(inner)
        func = inner
    return func


def getmro(cls):
    """A class and those that it derives from, the nearest first."""
    try:
        return cls.__mro__
    except AttributeError:
        raise TypeError(f'{cls!r} is no class whose ancestors are told') from None


def getsourcelines(object):
    """The lines of a function or class of the program's, and the number of the first."""
    lines, first = _lines_from(unwrap(object))
    return _block(lines), first


def getsource(object):
    """The text of a function or class of the program's."""
    return ''.join(getsourcelines(object)[0])
