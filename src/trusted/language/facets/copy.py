"""`copy` for guests: data and the guest's own objects. The real one calls what it finds on instances and writes state into
whatever comes back, which rebinds defaults of trusted functions and clones objects the guest was only shown."""

from ..sealed import __builtins__
import collections
import copy as real
import copyreg
import io
import random
import re
import zlib
import zoneinfo
from array import array
from enum import Enum
from pathlib import PosixPath, PurePosixPath, PureWindowsPath
from types import BuiltinFunctionType, FunctionType, MemberDescriptorType, MethodType

from ..built_in import BuiltIn
from ..floor.identity import id
from ..guards import guarded_setattr
from ..names import UNRENAMED, is_dunder, unmark
from ..namespaces import attributes
from ..ownership import DATA_CLASSES, function_of, is_class, mro_of, own, receiver_of
from ..reduced import ITERATORS
from .types import SimpleNamespace

# Image classes whose instances are copied by what they reduce to; others are the host's or hold more than data.
_CONTAINERS = frozenset({list, dict, set, frozenset, tuple, bytearray})
COPIED = _CONTAINERS | {
    collections.deque,
    collections.OrderedDict,
    collections.defaultdict,
    collections.Counter,
    collections.ChainMap,
    collections.UserDict,
    collections.UserList,
    SimpleNamespace,
    array,
    random.Random,
    io.StringIO,
    io.BytesIO,
    type(zlib.compressobj()),
    type(zlib.decompressobj()),
    enumerate,
    filter,
    map,
    reversed,
    zip,
}
_ATOMIC = DATA_CLASSES - _CONTAINERS | {
    BuiltIn,
    FunctionType,
    BuiltinFunctionType,
    property,
    re.Pattern,
    re.Match,
    zoneinfo.ZoneInfo,
    PosixPath,
    PurePosixPath,
    PureWindowsPath,
}


_plainly = object.__getattribute__


def _is_atomic(x, kind):
    return (
        kind in _ATOMIC
        and kind is not slice
        or is_class(x)
        or not own(kind)
        and Enum in mro_of(kind)
    )


def _copied_by_parts(kind):
    return (
        own(kind) or kind in COPIED or kind in ITERATORS or issubclass(kind, BaseException)
    ) and not issubclass(kind, random.SystemRandom)


def _made_by(x, kind, copied, hidden):
    """A copy of `x`, an instance of `kind`: what `x` reduces to, each part passed through `copied`."""
    if not _copied_by_parts(kind):
        raise TypeError(f'cannot pickle {kind.__name__!r} object')
    reduced = kind.__reduce_ex__(x, 4)
    if own(kind) and defines(kind, ('__reduce__', '__reduce_ex__')):
        yield from _made_as_told(x, reduced, copied)
        return
    make, args, state, items, pairs, *_ = (*reduced, None, None, None)
    if make is not copyreg.__newobj__ and make is not kind and kind not in ITERATORS:
        raise TypeError(f'cannot pickle {kind.__name__!r} object')
    y = make(*[copied(part) for part in args])
    if type(y) is not kind and kind not in ITERATORS:
        raise real.Error(f'{kind.__name__}.__new__ made a {type(y).__name__!r} object')
    yield y
    if state is not None:
        if own(kind) and defines(kind, ('__getstate__', '__setstate__')):
            state = copied(state)
            if not defines(kind, ('__getstate__',)):
                state = _as_written(state)
            _restore(y, state)
        elif hasattr(kind, '__setstate__') and BaseException not in mro_of(kind):
            state, attributes_told = parted(state)
            y.__setstate__(copied(state))
            _hand_over(x, y, attributes_told, copied, hidden)
        else:
            _hand_over(x, y, state, copied, hidden)
    for item in items or ():
        y.append(copied(item))
    for key, value in pairs or ():
        y[copied(key)] = copied(value)


def defines(kind, hooks):
    """Whether a class of the program's, among those of `kind`, defines one of these."""
    return any([own(cls) and not vars(cls).keys().isdisjoint(hooks) for cls in mro_of(kind)])


def _as_written(state):
    """What the interpreter says of an instance, under the names that the source has."""
    if type(state) is tuple:
        return tuple(map(_as_written, state))
    return {unmark(name): state[name] for name in state} if type(state) is dict else state


def _dict_of(x):
    """What `x` has of attributes, whatever its class says; nothing where its class gives it none."""
    try:
        return _plainly(x, '__dict__')
    except AttributeError:
        return {}


def _slot(kind, name):
    """The slot of that name; None where there is none."""
    for cls in mro_of(kind):
        if type(slot := vars(cls).get(name)) is MemberDescriptorType:
            return slot


def _is_hidden(name):
    """Whether an attribute is a private one of the library's: the program's are stored under marks."""
    return name[:1] == '_' and not is_dunder(name) and name not in UNRENAMED


def _is_data(value):
    kind = type(value)
    if kind is dict:
        return all([_is_data(key) and _is_data(value[key]) for key in value])
    if kind in (list, tuple, set, frozenset, collections.deque):
        return all(map(_is_data, value))
    return kind in _ATOMIC and kind not in (FunctionType, slice)


def _hidden(value):
    """A deep copy of what the library keeps in an object of the program's: of data alone, and beside the memo, which the program
    can read."""
    if not _is_data(value):
        raise TypeError(f'cannot pickle {type(value).__name__!r} object')
    return _deep(value, {}, [])


def parted(state):
    """A state for C code's `__setstate__`, and the attributes that some has behind it: C code would take that dict itself."""
    if tuple not in mro_of(type(state)):
        return state, None
    parts = list(tuple.__iter__(state))
    attributes_told = None
    if parts and dict in mro_of(type(parts[-1])):
        attributes_told, parts[-1] = dict(parts[-1]), None
    return tuple(parts), attributes_told


def _hand_over(x, y, state, copied, hidden):
    """Gives `y` what `x` holds under the same names. Whatever else the state says may be an answer of the program's, as of a hook
    in the instance: it is written as the program could write it."""
    held = dict(_dict_of(x))
    state, slots = state if type(state) is tuple and len(state) == 2 else (state, None)
    for name, value in dict(state or ()).items():
        if type(name) is str and name in held and held[name] is value:
            _dict_of(y)[name] = (hidden if _is_hidden(name) else copied)(value)
        else:
            guarded_setattr(y, name, copied(value))
    for name, value in dict(slots or ()).items():
        slot = _slot(type(x), name)
        if slot is not None and slot.__get__(x) is value:
            slot.__set__(y, (hidden if _is_hidden(name) else copied)(value))
        else:
            guarded_setattr(y, name, copied(value))


def _restore(y, state):
    """What the program says that `y` is to hold: no more than it could write itself."""
    if defines(type(y), ('__setstate__',)):
        y.__setstate__(state)
        return
    parts = state if type(state) is tuple and len(state) == 2 else (state,)
    for part in parts:
        if part is None:
            continue
        for name in dict(part):
            if (held := attributes(y)) is not None and part is parts[0]:
                held[name] = part[name]
            else:
                guarded_setattr(y, name, part[name])


def _made_as_told(x, reduced, copied):
    """A copy of `x` by what the program's own `__reduce__` says: what it calls, it could have called itself."""
    if isinstance(reduced, str):
        yield x
        return
    if type(reduced) is not tuple or not 2 <= len(reduced) <= 5 or type(reduced[1]) is not tuple:
        raise TypeError(
            '__reduce__() must return a string or a tuple of a function and its arguments'
        )
    make, args, *others = reduced
    state, items, pairs = (*others, None, None, None)[:3]
    y = make(*[copied(part) for part in args])
    yield y
    if state is not None:
        _restore(y, copied(state))
    for item in () if items is None else items:
        y.append(copied(item))
    for key, value in () if pairs is None else pairs:
        y[copied(key)] = copied(value)


def copy(x):
    """A shallow copy: the container's or the object's own, of the same parts."""
    kind = type(x)
    if _is_atomic(x, kind) or kind in (tuple, frozenset, slice, MethodType):
        return x
    if kind in (list, dict, set, bytearray):
        return x.copy()
    if _copied_by_parts(kind) and hasattr(kind, '__copy__'):
        return kind.__copy__(x)
    (y,) = _made_by(x, kind, lambda part: part, lambda part: part)
    return y


def deepcopy(x, memo=None):
    """A copy of `x` and of everything in it, each part once."""
    memo = memo if type(memo) is dict else {}
    # What was copied must outlive the memo: another object at its address would be taken for it.
    alive = memo.setdefault(id(memo), [])
    return _deep(x, memo, alive if type(alive) is list else [])


def _deep(x, memo, alive):
    kind = type(x)
    if _is_atomic(x, kind):
        return x
    if id(x) in memo:
        return memo[id(x)]
    alive.append(x)
    if kind is list:
        memo[id(x)] = y = []
        for part in x:
            y.append(_deep(part, memo, alive))
    elif kind is dict:
        memo[id(x)] = y = {}
        for key, value in x.items():
            y[_deep(key, memo, alive)] = _deep(value, memo, alive)
    elif kind is tuple:
        y = tuple([_deep(part, memo, alive) for part in x])
        if id(x) in memo:
            return memo[id(x)]
        if all(new is old for new, old in zip(y, x)):
            y = x
    elif kind is MethodType and own(type(receiver_of(x))):
        y = MethodType(function_of(x), _deep(receiver_of(x), memo, alive))
    elif _copied_by_parts(kind) and hasattr(kind, '__deepcopy__'):
        y = kind.__deepcopy__(x, memo)
    elif kind is slice:
        y = slice(*[_deep(part, memo, alive) for part in (x.start, x.stop, x.step)])
    else:
        for y in _made_by(x, kind, lambda part: _deep(part, memo, alive), _hidden):
            memo[id(x)] = y
    memo[id(x)] = y
    return y


def replace(obj, /, **changes):
    """A copy of `obj` with other values in the fields named."""
    kind = type(obj)
    if (
        not own(kind)
        and kind not in DATA_CLASSES | {SimpleNamespace}
        or not hasattr(kind, '__replace__')
    ):
        raise TypeError(f'replace() does not support {kind.__name__} objects')
    return kind.__replace__(obj, **changes)


NAMES = {'copy': copy, 'deepcopy': deepcopy, 'replace': replace}
