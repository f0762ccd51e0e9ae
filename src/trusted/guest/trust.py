"""Trusted modules beside a guest: a membrane between the host's Python and the guest's, in one interpreter.

Promise: a guest that was given exposed objects of a trusted module reads and changes nothing else of it. Nothing of the
trusted side crosses by reference but data: instances, classes, functions, iterators and awaitables cross as facets whose
target no name reaches; modules, frames, code and functions nobody exposed do not cross at all. Nothing of the guest's runs
inside trusted code but callbacks it was asked for: other guest objects arrive as opaque handles, subclasses of data as
exact data. Exceptions are made afresh at the boundary, so none carries a frame, an object or a cause of the other side.

Invariant: `_target_of` (the slot's own getter, deleted from the class) is the only way to a facet's target.
"""
from .sealed import __builtins__
import builtins
import operator
import sys
from decimal import Context, getcontext, setcontext
from types import (AsyncGeneratorType, BuiltinFunctionType, CodeType, CoroutineType, FrameType, FunctionType, GeneratorType,
                   MethodType, MethodWrapperType, ModuleType, TracebackType)

from . import names, ownership

# Frames that trusted code may use beyond the guest's recursion limit: a guest cannot time a RecursionError into it.
RESERVE = 400
# How deep arguments and results may nest; deeper ones are refused rather than recursed into.
DEPTH = 100

_type, _len, _isinstance, _id, _getattr, _str, _object = type, len, isinstance, id, getattr, str, object
_setrecursionlimit, _getrecursionlimit = sys.setrecursionlimit, sys.getrecursionlimit

SCALARS = frozenset({type(None), bool, int, float, complex, str, bytes, type(Ellipsis), type(NotImplemented), range, slice})
CONTAINERS = frozenset({list, tuple, dict, set, frozenset})
NEVER = (ModuleType, FrameType, CodeType, TracebackType)
ITERATORS = (GeneratorType, AsyncGeneratorType)
EXACT = (int, float, str, bytes, list, tuple, dict, set, frozenset)


def _soft_classes():
    """Every class that is not the image's; when a trusted module has just loaded, they are all the host's."""
    found, todo = set(), [_object]
    while todo:
        for cls in _type.__subclasses__(todo.pop()):
            if cls not in found:
                found.add(cls)
                todo.append(cls)
    return {cls for cls in found if ownership.own(cls)}


class Facet:
    """What a guest holds in place of a trusted object: public attributes, calls and operators, judged one by one."""
    __slots__ = ('target',)

    def __getattribute__(self, name):
        if name == '__class__':
            return Facet  # isinstance() asks; a guest cannot (dunder names are refused where the guest is compiled)
        return realm.read(_target_of(self), name)

    def __setattr__(self, name, value):
        raise AttributeError(f'{name!r}: objects of the host cannot be changed from here')

    def __delattr__(self, name):
        raise AttributeError(f'{name!r}: objects of the host cannot be changed from here')

    def __dir__(self):
        return [name for name in dir(_target_of(self)) if name[:1] != '_' and not names.denied(name)]

    def __call__(self, *args, **kwargs):
        return realm.enter(realm.callable(_target_of(self)), args, kwargs)

    def __repr__(self):
        return realm.describe(_target_of(self), repr)

    def __str__(self):
        return realm.describe(_target_of(self), str)

    def __format__(self, spec):
        return format(str(self), spec) if _type(spec) is str else str(self)

    def __hash__(self):
        return realm.enter(hash, (self,), {})

    def __bool__(self):
        return realm.enter(bool, (self,), {})

    def __instancecheck__(self, value):
        target = _target_of(self)
        return _type(value) is Facet and _isinstance(target, _type) and _isinstance(_target_of(value), target)

    def __exit__(self, kind, error, trace):
        return realm.enter(lambda manager: manager.__exit__(None, None, None), (self,), {})


def _forward(function):
    def method(self, *args):
        return realm.enter(function, (self, *args), {})
    return method


def _reflected(function):
    def method(self, other):
        return realm.enter(function, (other, self), {})
    return method


# Special methods that a facet has because its target may: each is the operation itself, performed on the trusted side.
for _name in 'len iter getitem setitem delitem contains neg pos abs invert eq ne lt le gt ge round enter'.split():
    _operation = {'len': len, 'iter': iter, 'round': round, 'enter': lambda manager: manager.__enter__()}.get(_name)
    setattr(Facet, f'__{_name}__', _forward(_operation or _getattr(operator, _name)))
for _name in 'add sub mul truediv floordiv mod pow matmul lshift rshift and or xor'.split():
    _operation = _getattr(operator, f'__{_name}__')
    setattr(Facet, f'__{_name}__', _forward(_operation))
    setattr(Facet, f'__r{_name}__', _reflected(_operation))
_new_facet = Facet.__new__
_set_target = Facet.target.__set__
_target_of = Facet.target.__get__
del Facet.target, _name, _operation


class FacetIterator:
    """An iterator or generator of the host's, of which a guest may ask only the next value: no send, throw or frame."""
    __slots__ = ('step',)

    def __iter__(self):
        return self

    def __next__(self):
        return _step_of(self)()


class FacetAwaitable:
    """A coroutine of the host's, which a guest may await once."""
    __slots__ = ('step',)

    def __await__(self):
        return _wait_of(self)().__await__()


_set_step, _step_of = FacetIterator.step.__set__, FacetIterator.step.__get__
_set_wait, _wait_of = FacetAwaitable.step.__set__, FacetAwaitable.step.__get__
del FacetIterator.step, FacetAwaitable.step


class Handle:
    """What trusted code holds in place of a guest's object: nothing but an identity, to be handed back."""
    __slots__ = ('held',)


class Unexposed(AttributeError):
    """Raised at the boundary when a value of the trusted side may not cross."""


class Realm:
    """The trusted modules of one guest, and the rules by which values cross to and from it."""

    def __init__(self):
        # Arithmetic of trusted code is not the guest's to configure.
        self.arithmetic = Context()
        self.guest_arithmetic = getcontext()
        self.modules = {}
        self.exposed_classes = set()
        self.attributes = {}
        self.raised = {}
        self.guest_globals = None

    def load(self, name, source, expose, guest_globals):
        """Runs `source` as the module `name` with full Python; binds what `expose` lists among the guest's globals.

        `expose` is a list of names, or a dict from a name to the list of attributes it shows ('*': every public one).
        """
        self.guest_globals = guest_globals
        module = ModuleType(name)
        sys.modules[name] = self.modules[name] = module
        module.__dict__['__builtins__'] = builtins  # full Python, not what our own modules are sealed to
        exec(compile(source, f'<{name}>', 'exec', dont_inherit=True), module.__dict__)
        ownership.TRUSTED_CLASSES.update(_soft_classes())
        shown = expose if _type(expose) is dict else dict.fromkeys(expose, '*')
        for key in shown:
            if key not in module.__dict__:
                raise NameError(f'the trusted module {name!r} has no {key!r} to expose')
            value = module.__dict__[key]
            if _isinstance(value, _type):
                self.exposed_classes.add(value)
            if shown[key] != '*':
                self.attributes[_id(value)] = (value, frozenset(shown[key]))
        for key in shown:
            guest_globals[key] = self.outward(module.__dict__[key])

    def call(self, module, function, args):
        """The host calls a trusted function: it receives the guest's globals first, then `args`."""
        outside = getcontext()
        setcontext(self.arithmetic)
        try:
            return self.modules[module].__dict__[function](self.guest_globals, *args)
        finally:
            setcontext(outside)

    # ---- trusted values on their way out to the guest

    def outward(self, value, depth=0):
        kind = _type(value)
        if kind in SCALARS:
            return value
        if kind is Handle:
            return _held_by(value)
        if kind in CONTAINERS:
            return self.container(value, self.outward, depth)
        if kind is FunctionType:
            return value if value.__globals__ is self.guest_globals else self.facet(value)
        if kind is Callback:
            return value.function
        if kind is MethodType:
            return self.facet(value)
        if kind in (BuiltinFunctionType, MethodWrapperType):
            if _type(value.__self__) in CONTAINERS or _type(value.__self__) in SCALARS:
                return value
            raise Unexposed('a function nobody exposed does not cross to a guest')
        if _isinstance(value, NEVER):
            raise Unexposed(f'a {kind.__name__} does not cross to a guest')
        if _isinstance(value, _type):
            if value in self.exposed_classes:
                return self.facet(value)
            if value in ownership.DATA_CLASSES or ownership.own(value):
                return value
            raise Unexposed('a class nobody exposed does not cross to a guest')
        if kind in ownership.DATA_CLASSES or kind in (FacetIterator, FacetAwaitable, Facet):
            return value
        if kind is CoroutineType:
            return self.awaitable(value)
        if _isinstance(value, ITERATORS) or kind.__name__.endswith('iterator') and kind.__module__ == 'builtins':
            return self.iterator(value)
        return self.facet(value)

    def facet(self, value):
        facet = _new_facet(Facet)
        _set_target(facet, value)
        return facet

    def iterator(self, value):
        iterator = FacetIterator.__new__(FacetIterator)
        advance = value.__next__ if hasattr(value, '__next__') else value.__anext__
        _set_step(iterator, lambda: self.enter(advance, (), {}))
        return iterator

    def awaitable(self, value):
        async def relay():
            return self.outward(await value)
        awaitable = FacetAwaitable.__new__(FacetAwaitable)
        _set_wait(awaitable, relay)
        return awaitable

    def read(self, target, name):
        """A guest reads attribute `name` of the trusted `target`: public, listed if a list was given, and crossing."""
        if _type(name) is not str or name[:1] == '_' or names.denied(name):
            raise AttributeError(f'{name!r} is not an attribute the host exposes')
        listed = self.attributes.get(_id(target))
        if listed is not None and name not in listed[1]:
            raise AttributeError(f'{name!r} is not an attribute the host exposes')
        if _isinstance(target, (FunctionType, MethodType)):
            raise AttributeError(f'functions of the host have no attribute {name!r} here')
        return self.enter(lambda holder: _getattr(holder, name), (self.facet(target),), {})

    def callable(self, target):
        if _isinstance(target, _type):
            raise TypeError(f'{target.__name__} is the host\'s: it cannot be made from here')
        return target

    def describe(self, target, how):
        kind = _type(target)
        own_text = {'__repr__'} if how is repr else {'__repr__', '__str__'}
        if _isinstance(target, (FunctionType, MethodType, _type)):
            return f'<{target.__name__} of the host>'
        if any(own_text & base.__dict__.keys() for base in kind.__mro__[:-1]):
            return self.enter(how, (self.facet(target),), {})
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
        if kind in (FunctionType, MethodType, BuiltinFunctionType):
            return Callback(self, value)
        if _isinstance(value, _type) and not ownership.own(value) or kind in ownership.DATA_CLASSES:
            return value
        for base in EXACT:
            if _isinstance(value, base):
                return self.container(self.exact(value, base), self.inward, depth) if base in CONTAINERS else self.exact(value, base)
        handle = Handle.__new__(Handle)
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
        return base.__add__(value, base(0))

    def container(self, value, cross, depth):
        """Data alone keeps its identity; a container with anything else in it crosses as a copy with each part crossed."""
        if depth > DEPTH:
            raise Unexposed('nested too deep to cross')
        kind, changed = _type(value), False
        if kind is dict:
            crossed = {}
            for key in value:
                part = value[key]
                new_key, new_part = cross(key, depth + 1), cross(part, depth + 1)
                changed = changed or new_part is not part or new_key is not key
                crossed[new_key] = new_part
            return crossed if changed else value
        crossed = []
        for part in value:
            new_part = cross(part, depth + 1)
            changed = changed or new_part is not part
            crossed.append(new_part)
        return kind(crossed) if changed else value

    # ---- crossing the boundary

    def enter(self, function, args, kwargs):
        """Runs trusted `function` with a guest's arguments: more stack than the guest has, fresh exceptions, judged result."""
        failure, limit, outside = None, _getrecursionlimit(), getcontext()
        args = [self.inward(value) for value in args]
        kwargs = {key: self.inward(kwargs[key]) for key in kwargs}
        _setrecursionlimit(limit + RESERVE)
        self.guest_arithmetic = outside
        setcontext(self.arithmetic)
        try:
            result = function(*args, **kwargs)
            return self.outward(result)
        except BaseException as error:
            failure = self.fresh(error)
        finally:
            setcontext(outside)
            _setrecursionlimit(limit)
        raise failure

    def fresh(self, error):
        """An exception that tells what `error` tells and leads nowhere: the guest's own if it was one of the guest's."""
        original = self.raised.pop(_id(error), None)
        if original is not None:
            return original[1]
        kind = _type(error)
        if ownership.own(kind):
            return error
        while kind.__module__ != 'builtins':
            kind = kind.__base__
        try:
            args = [value for value in error.args if _type(value) in SCALARS]
            return kind(*args)
        except Exception:
            return RuntimeError(kind.__name__)


class Callback:
    """A guest's function as trusted code holds it: arguments cross outward, results inward, no exception but `Exception`."""
    __slots__ = ('realm', 'function')

    def __init__(self, realm, function):
        self.realm = realm
        self.function = function

    def __call__(self, *args, **kwargs):
        realm, failure, limit = self.realm, None, _getrecursionlimit()
        args = [realm.outward(value) for value in args]
        kwargs = {key: realm.outward(kwargs[key]) for key in kwargs}
        _setrecursionlimit(limit - RESERVE)
        setcontext(realm.guest_arithmetic)
        try:
            return realm.inward(self.function(*args, **kwargs))
        except BaseException as error:
            failure = error
        finally:
            setcontext(realm.arithmetic)
            _setrecursionlimit(limit)
        kind = _type(failure)
        while kind.__module__ != 'builtins' or not issubclass(kind, Exception):
            kind = kind.__base__ if issubclass(kind.__base__, BaseException) and kind is not BaseException else Exception
        stand_in = kind.__new__(kind)
        realm.raised[_id(stand_in)] = (stand_in, failure)
        raise stand_in


_set_held, _held_by = Handle.held.__set__, Handle.held.__get__
del Handle.held

# The realm of this interpreter's one guest.
realm = Realm()
