"""`itertools`: what an iterator takes its items from lives as long as the iterator itself.

C code drops the inner iterator when it ends, even one that it is in the middle of asking: an ordinary generator that asks
the outer one is enough (gh-149557, gh-142732). So the classes guests get hold it themselves. Where C code drops it twice,
compares keys that nobody holds (gh-143543, gh-146613) or adds to a sum that nobody holds (gh-154670), it is entered once,
or Python takes the place.
"""

from ..sealed import __builtins__
import itertools
from types import FunctionType

from .readers import Once
from .references import replace

_GENERATOR = type(_ for _ in ())
# Iterators that run no code of a guest's, and what such iterators are made of.
_STILL = (list, tuple, set, frozenset, dict, str, bytes, bytearray, range, type({}.items()))
_STILL_ITERATORS = frozenset(
    [type(iter(kind())) for kind in _STILL[:-2]]
    + [type(iter(x)) for x in ('', 'é', range(1), range(2**70), {}.items(), {}.values())]
)
_ADDABLE = {int, float, complex, bool}
_real = {
    name: getattr(itertools, name)
    for name in 'accumulate batched chain count cycle groupby islice pairwise zip_longest'.split()
}


def _once(items):
    """An iterator over `items` that is not entered again while it runs, and lives as long as it runs."""
    inner = iter(items)
    return inner if type(inner) in _STILL_ITERATORS or type(inner) is _GENERATOR else Once(inner)


def _named(cls):
    cls.__module__, cls.__qualname__ = 'itertools', cls.__name__
    return cls


@_named
class islice(_real['islice']):
    __slots__ = ('_kept',)
    __doc__ = _real['islice'].__doc__

    def __new__(cls, iterable, /, *bounds):
        inner = iter(iterable)
        self = _new_islice(cls, inner, *bounds)
        _keep_islice(self, inner)
        return self


@_named
class cycle(_real['cycle']):
    __slots__ = ('_kept',)
    __doc__ = _real['cycle'].__doc__

    def __new__(cls, iterable, /):
        inner = iter(iterable)
        self = _new_cycle(cls, inner)
        _keep_cycle(self, inner)
        return self


@_named
class batched(_real['batched']):
    __slots__ = ('_kept',)
    __doc__ = _real['batched'].__doc__

    def __new__(cls, iterable, n, *, strict=False):
        inner = iter(iterable)
        self = _new_batched(cls, inner, n, strict=strict)
        _keep_batched(self, inner)
        return self


@_named
class pairwise(_real['pairwise']):
    __slots__ = ('_kept',)
    __doc__ = _real['pairwise'].__doc__

    def __new__(cls, iterable, /):
        inner = iter(iterable)
        self = _new_pairwise(cls, inner)
        _keep_pairwise(self, inner)
        return self


@_named
class zip_longest(_real['zip_longest']):
    __slots__ = ()
    __doc__ = _real['zip_longest'].__doc__

    def __new__(cls, *iterables, fillvalue=None):
        return _new_zip(cls, *[_once(items) for items in iterables], fillvalue=fillvalue)


def _chained(part):
    return part if type(part) in _STILL or type(part) is _GENERATOR else Once(iter(part))


@_named
class chain(_real['chain']):
    __slots__ = ('_kept',)
    __doc__ = _real['chain'].__doc__

    def __new__(cls, *iterables):
        if _STILL_SET.issuperset(map(type, iterables)):
            return _new_chain(cls, *iterables)
        return _chain_of(cls, map(_chained, iterables))

    @classmethod
    def from_iterable(cls, iterable, /):
        """Alternative chain() constructor taking a single iterable argument that evaluates lazily."""
        return _chain_of(cls, map(_chained, iterable))


_STILL_SET = frozenset(_STILL)


def _chain_of(cls, parts):
    self = _chain_from(None, cls)(parts)
    _keep_chain(self, parts)
    return self


@_named
class accumulate(_real['accumulate']):
    __slots__ = ()
    __doc__ = _real['accumulate'].__doc__

    def __new__(cls, iterable, func=None, *, initial=None):
        if func is None:
            if type(iterable) is not range or initial is not None:
                func = _add
        elif type(func) is not FunctionType:
            func = _called(func)
        return _new_accumulate(cls, iterable, func, initial=initial)


def _add(total, value):
    return total + value


def _called(func):
    """A function of Python's: it holds its arguments."""
    return lambda total, value: func(total, value)


@_named
class count(_real['count']):
    __slots__ = ()
    __doc__ = _real['count'].__doc__

    def __new__(cls, start=0, step=1):
        if isinstance(start, int) and type(step) is int and step == 1:
            start = int.__add__(start, 0)
        if type(start) in _ADDABLE and type(step) in _ADDABLE:
            return _new_count(cls, start, step)
        for number in start, step:
            if not any(
                [
                    hasattr(type(number), name)
                    for name in ('__index__', '__int__', '__float__', '__complex__')
                ]
            ):
                raise TypeError('a number is required')
        return Counting(start, step)


class Counting:
    """What `count` is of numbers whose addition is a guest's."""

    __slots__ = '_next', '_step'

    def __init__(self, start, step):
        self._next, self._step = start, step

    def __iter__(self):
        return self

    def __next__(self):
        value = self._next
        self._next = value + self._step
        return value

    def __repr__(self):
        return f'count({self._next!r}, {self._step!r})'


_NOTHING = object()


def _groups(items, key):
    target = found = value = _NOTHING
    group = None

    def members(own, target):
        nonlocal value, found
        while group is own:
            if value is _NOTHING:
                for value in items:
                    break
                else:
                    return
                found = value if key is None else key(value)
            if not (target is found or target == found):
                return
            member, value = value, _NOTHING
            yield member

    while True:
        group = None
        while found is _NOTHING or target is found or target is not _NOTHING and target == found:
            for value in items:
                break
            else:
                return
            found = value if key is None else key(value)
        target, group = found, object()
        yield found, members(group, found)


@_named
class groupby:
    __slots__ = ('_groups',)
    __doc__ = _real['groupby'].__doc__

    def __init__(self, iterable, key=None):
        self._groups = _groups(iter(iterable), key)

    def __iter__(self):
        return self._groups

    def __next__(self):
        return next(self._groups)


Counting.__name__ = 'count'
_named(Counting)
(
    _new_islice,
    _new_cycle,
    _new_batched,
    _new_pairwise,
    _new_zip,
    _new_chain,
    _new_accumulate,
    _new_count,
) = (
    _real[name].__new__
    for name in 'islice cycle batched pairwise zip_longest chain accumulate count'.split()
)
_keep_islice, _keep_cycle, _keep_batched, _keep_pairwise, _keep_chain = (
    vars(cls)['_kept'].__set__ for cls in (islice, cycle, batched, pairwise, chain)
)
_chain_from = vars(_real['chain'])['from_iterable'].__get__


def apply(put):
    from decimal import Decimal
    from fractions import Fraction

    _ADDABLE.update((Decimal, Fraction))
    replace({_real[name]: globals()[name] for name in _real})
