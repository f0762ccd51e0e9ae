"""Trusted modules beside a guest: a membrane between the host's Python and the guest's, in one interpreter.

Promise: a guest that was given exposed objects of a trusted module reads and changes nothing else of it. Nothing of the
trusted side crosses by reference but immutable data: lists, dicts and sets cross as copies (the other side could fill a
shared one with anything, later), all else as facets whose target no name reaches; modules, frames, code and classes nobody
exposed do not cross at all. Nothing of the guest's runs inside trusted code but callbacks it was asked for: other guest
objects arrive as opaque handles, subclasses of data as exact data, finalizers wait. Exceptions are made afresh at the
boundary, and none that one side is handling is seen by the other, so none carries a frame, an object or a cause across.

Invariants: `_target_of` (the slot's own getter, deleted from the class) is the only way to a facet's target. Trusted code
runs in `Realm.across`, or in tasks it made there; `outside` tells.
"""

from .sealed import __builtins__
import asyncio
import builtins
import gc
import operator
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from decimal import Context, getcontext, setcontext
from types import (
    BuiltinFunctionType,
    CodeType,
    FrameType,
    FunctionType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    TracebackType,
)
from weakref import ref

from . import names, ownership
from .guards import judge_of
from .ownership import is_class, whole

_GUEST = 'ʼexception'
# Frames that trusted code may use beyond the guest's recursion limit: a guest cannot time a RecursionError into it.
RESERVE = 400
# How deep arguments and results may nest; deeper ones are refused rather than recursed into.
DEPTH = 100

_type, _isinstance, _id, _getattr, _callable, _exception = (
    type,
    isinstance,
    id,
    getattr,
    callable,
    sys.exception,
)
_setrecursionlimit, _getrecursionlimit = sys.setrecursionlimit, sys.getrecursionlimit
# While trusted code runs: the guest's arithmetic context and recursion limit. Tasks begin with a copy of what their maker had.
outside = ContextVar('outside', default=None)

SCALARS = frozenset(
    {type(None), bool, int, float, complex, str, bytes, type(Ellipsis), type(NotImplemented), range}
)
CONTAINERS = frozenset({list, tuple, dict, set, frozenset, slice, bytearray})
NEVER = (ModuleType, FrameType, CodeType, TracebackType)
FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType, MethodWrapperType)
EXACT = (int, float, str, bytes, list, tuple, dict, set, frozenset)
# Modules of classes whose instances show no attributes: functions, generators, and what keeps the arguments of a call.
CLOSED = frozenset({'builtins', 'functools', 'contextlib'})


class Facet:
    """What a guest holds in place of a trusted object: public attributes, calls and operators, judged one by one."""

    __slots__ = ('target', '__weakref__')

    def __getattribute__(self, name):
        if name == '__class__':
            return Facet  # isinstance() asks; a guest cannot (dunder names are refused where the guest is compiled)
        return realm.read(self, name)

    def __setattr__(self, name, value=None):
        raise AttributeError(f'{name!r}: objects of the host cannot be changed from here')

    __delattr__ = __setattr__

    def __dir__(self):
        return [name for name in realm.enter(dir, (self,)) if realm.shows(_target_of(self), name)]

    def __call__(self, /, *args, **kwargs):
        if is_class(target := _target_of(self)):
            raise TypeError(f"{target.__name__} is the host's: it cannot be made from here")
        return realm.enter(target, args, kwargs)

    def __repr__(self):
        return realm.describe(self, repr)

    def __str__(self):
        return realm.describe(self, str)

    def __format__(self, spec):
        return format(str(self), spec) if _type(spec) is str else str(self)

    def __instancecheck__(self, value):
        return is_class(_target_of(self)) and realm.enter(isinstance, (value, self))

    def __exit__(self, kind, error, trace):
        return realm.enter(lambda manager: manager.__exit__(None, None, None), (self,))

    def __await__(self):
        """Each step is taken on the trusted side; what it waits for there is waited for here by a future of the guest's."""
        steps, thrown = realm.enter(lambda awaited: awaited.__await__(), (self,)), None
        while True:
            done, value = realm.enter(lambda steps: _step(steps, thrown), (steps,))
            if done:
                return value
            thrown = None
            try:
                if _type(value) is Facet and _isinstance(_target_of(value), asyncio.Future):
                    yield from _relayed(_target_of(value))
                else:
                    yield value
            except BaseException as error:
                thrown = (
                    _type(error)()
                    if _type(error) in (asyncio.CancelledError, GeneratorExit)
                    else realm.stand_in(error)
                )


def _step(steps, thrown):
    try:
        return False, next(steps) if thrown is None else steps.throw(thrown)
    except StopIteration as end:
        return True, end.value


def _relayed(future):
    """Waits until `future`, one of the trusted side, is done, without its result; cancels it if the wait is cancelled."""
    relay = asyncio.get_running_loop().create_future()
    future.add_done_callback(lambda _: relay.done() or relay.set_result(None))
    try:
        yield from relay.__await__()
    finally:
        future.cancel()


def _forward(function):
    return lambda self, *args: realm.enter(function, (self, *args))


def _reflected(function):
    return lambda self, other: realm.enter(function, (other, self))


# Special methods that a facet has because its target may: each is the operation itself, performed on the trusted side.
_OPERATIONS = {
    'len': len,
    'iter': iter,
    'next': next,
    'aiter': aiter,
    'anext': lambda steps: steps.__anext__(),
    'round': round,
    'hash': hash,
    'bool': bool,
    'enter': lambda manager: manager.__enter__(),
}
for _name in [
    *_OPERATIONS,
    *'getitem setitem delitem contains neg pos abs invert eq ne lt le gt ge'.split(),
]:
    setattr(Facet, f'__{_name}__', _forward(_OPERATIONS.get(_name) or _getattr(operator, _name)))
for _name in 'add sub mul truediv floordiv mod pow matmul lshift rshift and or xor'.split():
    _operation = _getattr(operator, f'__{_name}__')
    setattr(Facet, f'__{_name}__', _forward(_operation))
    setattr(Facet, f'__r{_name}__', _reflected(_operation))
ownership.MEMBRANES.add(Facet)
_new_facet = Facet.__new__
_set_target = Facet.target.__set__
_target_of = Facet.target.__get__
del Facet.target, _name, _operation


class Handle:
    """What trusted code holds in place of a guest's object: nothing but an identity, to be handed back."""

    __slots__ = ('held',)

    __copy__ = __deepcopy__ = lambda self, memo=None: self

    def __eq__(self, other):
        return _type(other) is _type(self) and _held_by(other) is _held_by(self)

    def __hash__(self):
        return _id(_held_by(self))

    def __del__(self):
        # What trusted code drops may be the last of a generator, whose `finally` is the guest's: not here, not now.
        if outside.get() is not None:
            realm.dropped.append(_held_by(self))


class Callback(Handle):
    """A guest's function as trusted code holds it: arguments cross outward, results inward, no exception but `Exception`."""

    __slots__ = ()

    def __call__(self, /, *args, **kwargs):
        args = [realm.outward(value) for value in args]
        kwargs = {str.__str__(key): realm.outward(kwargs[key]) for key in kwargs}
        failure, limit, arithmetic, before = None, _getrecursionlimit(), getcontext(), outside.get()
        if before is not None:
            setcontext(before[0])
            _setrecursionlimit(before[1])
            outside.set(None)
            gc.enable()
        try:
            return realm.inward(_alone(_held_by(self), args, kwargs))
        except BaseException as error:
            failure = error
        finally:
            if before is not None:
                gc.disable()
                outside.set((getcontext(), before[1]))
                setcontext(arithmetic)
                _setrecursionlimit(limit)
        raise realm.stand_in(failure)


_set_held, _held_by = Handle.held.__set__, Handle.held.__get__
del Handle.held


class Globals(MutableMapping):
    """The guest's globals as trusted code holds them: what is read crosses inward, what is put there outward."""

    __slots__ = ('raw',)

    def __init__(self, raw):
        self.raw = raw

    def __getitem__(self, name):
        return realm.inward(self.raw[name])

    def __setitem__(self, name, value):
        self.raw[name] = realm.outward(value)

    def __delitem__(self, name):
        del self.raw[name]

    __iter__ = lambda self: iter(self.raw)
    __len__ = lambda self: len(self.raw)


class Unexposed(AttributeError):
    """Raised at the boundary when a value of the trusted side may not cross."""


def _alone(function, args, kwargs):
    """Calls with no exception in sight: a bare `raise` would fetch the one that the caller is handling, a traceback tell it."""
    if _exception() is None:
        return function(*args, **kwargs)
    try:
        raise RuntimeError('No active exception to reraise')
    except RuntimeError as nothing:
        nothing.__context__ = None
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            while error.__context__ is not None and error.__context__ is not nothing:
                error = error.__context__
            error.__context__ = None
            raise


def _closed(target):
    return _type(target).__module__ in CLOSED and not _isinstance(target, (_type, BaseException))


class Realm:
    """The trusted modules of one guest, and the rules by which values cross to and from it."""

    def __init__(self):
        # Arithmetic of trusted code is not the guest's to configure.
        self.arithmetic = Context()
        self.modules = {}
        self.exposed_classes = set()
        self.attributes = {}
        self.guest_globals = None
        # Guest objects that trusted code let go of; what a guest has facets of, and weak references to facets it let go of.
        self.dropped, self.kept, self.gone = [], {}, []

    def load(self, name, source, expose, guest_globals):
        """Runs `source` as the module `name` with full Python; binds what `expose` lists among the guest's globals.

        `expose` is a list of names, or a dict from a name to the list of attributes it shows ('*': every public one).
        """
        self.guest_globals = guest_globals
        module = ModuleType(name)
        sys.modules[name] = self.modules[name] = module
        module.__dict__['__builtins__'] = (
            builtins  # full Python, not what our own modules are sealed to
        )
        exec(compile(source, f'<{name}>', 'exec', dont_inherit=True), module.__dict__)
        # No guest has run: every class that is not the image's is the host's.
        ownership.TRUSTED_CLASSES.update(filter(ownership.own, set(ownership.subclasses(object))))
        shown = expose if _type(expose) is dict else dict.fromkeys(expose, '*')
        for key in shown:
            if key not in module.__dict__:
                raise NameError(f'the trusted module {name!r} has no {key!r} to expose')
            value = module.__dict__[key]
            if is_class(value):
                self.exposed_classes.add(value)
            if shown[key] != '*':
                self.attributes[_id(value)] = (value, frozenset(shown[key]))
        for key in shown:
            guest_globals[key] = self.outward(module.__dict__[key])

    def call(self, module, function, args):
        """The host calls a trusted function: it receives the guest's globals first, then `args`."""
        held = self.modules[module].__dict__
        if function not in held:
            raise AttributeError(f'the trusted module {module!r} has no {function!r} to call')
        return self.across(
            held[function],
            (Globals(self.guest_globals), *args),
            {},
            lambda value: value,
            _of_the_guest,
        )

    # ---- trusted values on their way out to the guest

    def outward(self, value, depth=0):
        kind = _type(value)
        if kind in SCALARS or kind is Facet:
            return value
        if kind is Handle or kind is Callback:
            return _held_by(value)
        if kind in CONTAINERS:
            return self.container(value, self.outward, depth)
        if _isinstance(value, NEVER):
            raise Unexposed(f'a {kind.__name__} does not cross to a guest')
        if kind in (BuiltinFunctionType, MethodWrapperType) and _isinstance(
            value.__self__, (ModuleType, _type)
        ):
            raise Unexposed('a function nobody exposed does not cross to a guest')
        if is_class(value) and value not in self.exposed_classes:
            if value in ownership.DATA_CLASSES:
                return value
            raise Unexposed('a class nobody exposed does not cross to a guest')
        return value if kind in ownership.DATA_CLASSES and whole(value) else self.facet(value)

    def facet(self, value):
        facet = _new_facet(Facet)
        _set_target(facet, value)
        if _type(value) not in FUNCTIONS:
            # A last reference may run a `finally` of trusted code: not where the guest lets go of it. `append` needs no frame.
            gone = ref(facet, self.gone.append)
            self.kept[_id(gone)] = gone, value
        return facet

    def shows(self, target, name):
        """Whether a guest may read attribute `name` of the trusted `target`: public, and listed if a list was given."""
        listed = self.attributes.get(_id(target))
        return not (
            _type(name) is not str
            or name[:1] == '_'
            or names.denied(name)
            or listed is not None
            and name not in listed[1]
            or _closed(target)
        )

    def read(self, facet, name):
        if not self.shows(_target_of(facet), name):
            raise AttributeError(f'{name!r} is not an attribute the host exposes')
        return self.enter(lambda holder: judge_of(name)(holder, name), (facet,))

    def describe(self, facet, how):
        target = _target_of(facet)
        kind = _type(target)
        own_text = {'__repr__'} if how is repr else {'__repr__', '__str__'}
        if _isinstance(target, (*FUNCTIONS, _type)):
            return f'<{_getattr(target, "__name__", "function")} of the host>'
        if not _closed(target) and any(
            own_text & base.__dict__.keys() for base in kind.__mro__[:-1]
        ):
            return self.enter(how, (facet,))
        return f'<{kind.__name__} of the host>'

    # ---- guest values on their way in to trusted code

    def inward(self, value, depth=0):
        kind = _type(value)
        if kind in SCALARS:
            return value
        if kind is Facet:
            return _target_of(value)
        if kind in CONTAINERS:
            return self.container(value, self.inward, depth)
        if (
            is_class(value)
            and not ownership.own(value)
            or kind in ownership.DATA_CLASSES
            and whole(value)
        ):
            return value
        for base in EXACT:
            if _isinstance(value, base):
                return self.inward(self.exact(value, base), depth)
        handle = object.__new__(Callback if _callable(value) else Handle)
        _set_held(handle, value)
        return handle

    @staticmethod
    def exact(value, base):
        """The data of a guest's subclass instance, by the base's own methods: none of the guest's code runs."""
        if base is dict:
            return {key: dict.__getitem__(value, key) for key in dict.__iter__(value)}
        if base in CONTAINERS:
            return base(list(base.__iter__(value)))
        if base in (str, bytes):
            return base.__getitem__(value, slice(None))
        return base.__pos__(value)

    def container(self, value, cross, depth):
        """A copy of a container with each part crossed."""
        if depth > DEPTH:
            raise Unexposed('nested too deep to cross')
        kind, depth = _type(value), depth + 1
        if kind is dict:
            return {cross(key, depth): cross(value[key], depth) for key in value}
        if kind is slice:
            return slice(
                cross(value.start, depth), cross(value.stop, depth), cross(value.step, depth)
            )
        return (
            bytearray(value) if kind is bytearray else kind([cross(part, depth) for part in value])
        )

    # ---- crossing the boundary

    def enter(self, function, args, kwargs={}):
        """Runs trusted `function` with a guest's arguments: fresh exceptions, judged result."""
        return self.across(
            function,
            [self.inward(value) for value in args],
            {self.inward(key): self.inward(kwargs[key]) for key in kwargs},
            self.outward,
            self.fresh,
        )

    def across(self, function, args, kwargs, crossed, told):
        """Calls on the trusted side: more stack than the guest has, its own arithmetic, and no finalizer of the guest's."""
        failure, before, limit, arithmetic, collects = (
            None,
            outside.get(),
            _getrecursionlimit(),
            getcontext(),
            gc.isenabled(),
        )
        try:
            if before is None:
                _setrecursionlimit(limit + RESERVE)
                gc.disable()
                outside.set((arithmetic, limit))
                setcontext(self.arithmetic)
            while self.gone:
                del self.kept[_id(self.gone.pop())]
            return crossed(_alone(function, args, kwargs))
        except BaseException as error:
            failure = told(error)
        finally:
            if before is None:
                _setrecursionlimit(limit)
                if collects:
                    gc.enable()
                setcontext((outside.get() or [arithmetic])[0])
                outside.set(None)
                self.dropped = []
        raise failure

    def fresh(self, error):
        """An exception that tells what `error` tells and leads nowhere: the guest's own if it was one of the guest's."""
        kind, original = _type(error), _of_the_guest(error)
        if original is not error:
            return original
        while kind.__module__ != 'builtins' and kind is not asyncio.CancelledError:
            kind = kind.__base__
        try:
            return kind(*[value for value in error.args if _type(value) in SCALARS])
        except Exception:
            return RuntimeError(kind.__name__)

    def stand_in(self, failure):
        """What trusted code sees of a guest's exception: the builtin class it derives from, and no more."""
        kind = _type(failure)
        while (
            kind.__module__ != 'builtins'
            or not issubclass(kind, Exception)
            or issubclass(kind, BaseExceptionGroup)
        ):
            kind = (
                kind.__base__
                if issubclass(kind.__base__, BaseException) and kind is not BaseException
                else Exception
            )
        error = kind.__new__(kind)
        error.__dict__[_GUEST] = self.inward(failure)
        return error


def _of_the_guest(error):
    """The guest's exception that `error` stands for, or else `error`."""
    return _held_by(error.__dict__[_GUEST]) if _GUEST in error.__dict__ else error


# The realm of this interpreter's one guest.
realm = Realm()
