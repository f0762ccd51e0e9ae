"""What `pickle` and `copy` as guest code are told of an object: what it reduces to.

What the program's objects hold is told under the names that its source has. Of the library's objects those are told that are data, by
what they tell CPython; never one that leads to what it hides. What iterators walk over is judged (reduced.py). An object that holds
what the library hides cannot be pickled.
"""

from .sealed import __builtins__
import collections
import copyreg
import functools
import io
import operator
import random
import re
import sys
import zoneinfo
from array import _array_reconstructor, array
from enum import Enum
from pathlib import PosixPath, PurePosixPath, PureWindowsPath
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType, ModuleType

from . import reduced as reductions
from . import unpickling
from .built_in import BuiltIn
from .judges import read
from .kinds import NAMEABLE, Veil
from .language import PRIVATE_MARK
from .names import UNRENAMED, denied, is_dunder, judged, unmark
from .ownership import (
    DATA_CLASSES,
    UNCHANGEABLE,
    flags_of,
    function_of,
    is_class,
    mro_of,
    own,
    own_function,
    receiver_of,
)
from .unpickling import defines

# Those that tell what they walk over, if it is data or of the program's making.
_ITERATORS = reductions.ITERATORS | {enumerate, filter, map, reversed, zip}
# Image classes whose instances are told by what they reduce to; others are the host's or hold more than data.
_TOLD = DATA_CLASSES | {
    object,
    collections.deque,
    collections.OrderedDict,
    collections.defaultdict,
    collections.Counter,
    collections.ChainMap,
    collections.UserDict,
    collections.UserList,
    array,
    random.Random,
    io.StringIO,
    io.BytesIO,
    PosixPath,
    PurePosixPath,
    PureWindowsPath,
    functools.partial,
    operator.itemgetter,
}
# What CPython names for it to be made again -> what does so for programs.
_MAKERS = {
    copyreg._reconstructor: unpickling.reconstructed,
    copyreg.__newobj__: unpickling.new,
    copyreg.__newobj_ex__: unpickling.new_with,
    _array_reconstructor: unpickling.array_of,
}


def _is_told(kind):
    return kind in _TOLD or not {BaseException, Enum}.isdisjoint(mro_of(kind))


def _cannot(kind):
    name = unmark(kind.__name__) if own(kind) else _written(kind)
    raise TypeError(f'cannot pickle {name!r} object')


def _written(kind):
    """A class of the library's, as messages name it."""
    module = kind.__module__
    is_shown = module != 'builtins' and module.partition('.')[0] in sys.stdlib_module_names
    return f'{module}.{kind.__qualname__}' if is_shown else kind.__qualname__


def _plain(name):
    """The name as its source has it. One that has no mark is the same text: pickles tell those but once."""
    return sys.intern(unmark(name)) if PRIVATE_MARK in name else name


def _visible(x, held):
    """Attributes under the names that a source has; those that it may not read are not told, and hidden ones cannot be."""
    if type(held) is not dict:
        return held
    told, kinds = {}, mro_of(type(x))
    is_own = own(type(x)) and BaseException not in kinds
    for name, value in held.items():
        if type(name) is not str:
            _cannot(type(x))
        if name[:1] == '_' and not is_dunder(name) and name not in UNRENAMED:
            _cannot(type(x))
        plain = _plain(name)
        if plain == '__notes__' or not denied(plain) and not is_dunder(plain):
            try:
                told[plain] = value if is_own or not judged(name) else read(x, plain)
            except AttributeError:
                pass
    return told


def _state(x, state):
    """The state of an object that the interpreter tells."""
    if type(state) is tuple and len(state) == 2 and type(state[1]) is dict:
        return _visible(x, state[0]), _visible(x, state[1])
    if type(state) is tuple and state and type(state[-1]) is dict:
        return *state[:-1], _visible(x, state[-1])
    return (_visible(x, state) or None) if type(state) is dict else state


def _by_name(x, kind):
    """The name of what a pickle names: a class or a function; None of anything else."""
    if kind is Veil:
        x = x._real
    elif not is_class(x) and kind not in (FunctionType, BuiltinFunctionType, BuiltIn):
        return None
    return _plain(x.__qualname__)


def _method(x, kind):
    """What a method is read of, and its name; None of anything else."""
    if kind is MethodType:
        holder, name = receiver_of(x), function_of(x).__name__
        is_known = own_function(function_of(x)) and own(
            holder if is_class(holder) else type(holder)
        )
    elif kind is BuiltinFunctionType and type(x.__self__) not in (ModuleType, type(None)):
        holder, name = x.__self__, x.__name__
        is_known = is_class(holder) and holder in NAMEABLE
    elif kind is MethodDescriptorType:
        holder, name = x.__objclass__, x.__name__
        is_known = holder in NAMEABLE
    else:
        return None
    return (holder, _plain(name)) if is_known else _cannot(kind)


def _made_again(x, kind):
    """What the library's objects say to CPython, where it names what programs have otherwise; None of anything else."""
    if kind is zoneinfo.ZoneInfo:
        return unpickling.zone_of, (x.key, True)
    if kind is re.Pattern:
        return unpickling.pattern_of, (x.pattern, x.flags)
    if kind in _ITERATORS:
        return reductions.method(x, '__reduce__', x.__reduce__)()


def _says_itself(kind):
    return (
        kind.__reduce__ is not object.__reduce__ or kind.__reduce_ex__ is not object.__reduce_ex__
    )


def _reconstructing(x, kind):
    """What CPython says in protocols 0 and 1 of an object that does not say it itself: of the data that its class derives from."""
    base = next(filter(_makes_itself, mro_of(kind)))
    if base is not object and base not in UNCHANGEABLE:
        _cannot(kind)
    has_state = defines(kind, ('__getstate__',))
    if kind.__getstate__ is object.__getstate__ and getattr(kind, '__slots__', None):
        raise TypeError(
            'a class that defines __slots__ without defining __getstate__ cannot be pickled'
        )
    state = x.__getstate__() if has_state else _state(x, kind.__getstate__(x))
    args = kind, base, None if base is object else base(x)  # pyright: ignore[reportCallIssue]
    return (unpickling.reconstructed, args, state) if state else (unpickling.reconstructed, args)


def _makes_itself(cls):
    """Whether a class is C's, or has a way of its own to make instances: others are made as `object` is."""
    make = cls.__dict__.get('__new__')
    return not own(cls) and (
        not flags_of(cls) & copyreg._HEAPTYPE or type(make) is BuiltinFunctionType
    )


def offered(run):
    """The functions of a run."""

    def reduced(x, protocol):
        """What `x.__reduce_ex__(protocol)` is, of all that can be pickled."""
        kind = type(x)
        if is_class(x) or not own(kind):
            if (method := _method(x, kind)) is not None:
                return run.every['getattr'], method
            if (name := _by_name(x, kind)) is not None:
                return name
            if (answer := _made_again(x, kind)) is not None:
                return answer
            if not _is_told(kind):
                _cannot(kind)
        if protocol < 2 and own(kind) and not _says_itself(kind):
            return _reconstructing(x, kind)
        answer = kind.__reduce_ex__(x, protocol)  # pyright: ignore[reportCallIssue]
        if (
            type(answer) is not tuple
            or own(kind)
            and defines(kind, ('__reduce__', '__reduce_ex__'))
        ):
            return answer
        function, args, *others = answer
        if not is_class(function):
            # One of the program's, which a metaclass may answer, is not asked whether it is one of these.
            function = not own(type(function)) and _MAKERS.get(function) or _cannot(kind)
        if others and not (own(kind) and defines(kind, ('__getstate__',))):
            others[0] = _state(x, others[0])
        return function, args, *others

    def special(x):
        """Module and name of what pickles name otherwise than it is found; None of all else."""
        for name, (stand, _) in unpickling.SPECIAL.items():
            if x is stand:
                return name

    def module_of(x):
        kind = type(x)
        value = (
            x._module
            if kind is BuiltIn
            else getattr(x._real if kind is Veil else x, '__module__', None)
        )
        if kind in UNCHANGEABLE:
            return 'builtins'
        return _plain(value) if type(value) is str else None

    def type_name(x):
        """How messages name the class of `x`."""
        kind = type(x)
        return unmark(kind.__qualname__) if own(kind) else _written(kind)

    return {
        'reduced': reduced,
        'special': special,
        'module_of': module_of,
        'type_name': type_name,
        'encode': unpickling.encode,
    }
