"""What `pickle` as guest code does for a pickle: how it finds names, and how it makes objects and fills them.

A pickle is a text like any other: what it says is done as the program's source could do it, and no more. Names are found as imports
and attributes find them. Objects are made of the program's classes, and empty ones of the few of the library's that are filled
afterwards; they are filled as `vars(x)` and `setattr` fill them. What the library hides in an object is not set.
"""

from .sealed import __builtins__
import functools
import re
from array import _array_reconstructor, array
from collections import ChainMap, UserDict, UserList
from io import BytesIO, StringIO
from random import Random
from uuid import UUID

from .facets.zoneinfo import zone
from .guards import _getattr_, guarded_getattr, guarded_setattr
from .kinds import NAMEABLE
from .modules import MODULES
from .namespaces import Namespace, attributes, globals_of
from .ownership import UNCHANGEABLE, is_class, mro_of, own
from .reduced import ITERATORS

# Image classes whose instances are made empty and filled afterwards.
_FILLED = frozenset({UUID, UserDict, UserList, ChainMap, StringIO, BytesIO, object})
# Those that take a state in a way of their own: at any time, and only while nobody else can hold the object.
_TAKING = frozenset({StringIO, BytesIO, Random, map, zip, *ITERATORS})
_TAKING_NEW = frozenset({UUID, functools.partial})


def defines(kind, hooks):
    """Whether a class of the program's, among those of `kind`, defines one of these."""
    return any([own(cls) and not vars(cls).keys().isdisjoint(hooks) for cls in mro_of(kind)])


def _parted(state):
    """A state for C code's `__setstate__`, and the attributes that some has behind it: C code would take that dict itself."""
    if tuple not in mro_of(type(state)):
        return state, None
    parts = list(tuple.__iter__(state))
    attributes_told = None
    if parts and dict in mro_of(type(parts[-1])):
        attributes_told, parts[-1] = dict(parts[-1]), None
    return tuple(parts), attributes_told


# ---- what stands for functions of the library that pickles name


def encode(text, encoding):
    """How bytes are told in old protocols."""
    if type(text) is not str or encoding != 'latin1':
        raise TypeError('this encodes texts of Latin-1 here')
    return text.encode('latin1')


def made(cls, args, keywords):
    """`cls.__new__(cls, *args, **keywords)`, as a source may say it."""
    if is_class(cls) and not own(cls):
        if cls in _FILLED and not args and not keywords:
            return cls.__new__(cls)
        if cls in NAMEABLE and tuple in mro_of(cls) and hasattr(cls, '_fields'):
            return cls(*args, **keywords)
    return _getattr_(cls, '__new__')(cls, *args, **keywords)  # pyright: ignore[reportOptionalCall]


def new(cls, *args):
    return made(cls, args, {})


def new_with(cls, args, keywords):
    return made(cls, args, keywords)


def reconstructed(cls, base, state):
    """Of protocols 0 and 1: an instance of a class that derives from data."""
    if not is_class(cls) or not is_class(base) or base is not object and base not in UNCHANGEABLE:
        raise TypeError('a pickle makes instances of classes defined here, and of data')
    if base is object:
        return made(cls, (), {}) if cls in _FILLED else _getattr_(object, '__new__')(cls)  # pyright: ignore[reportOptionalCall]
    fresh = _getattr_(base, '__new__')(cls, state)  # pyright: ignore[reportOptionalCall]
    if base.__init__ is not object.__init__:
        base.__init__(fresh, state)  # pyright: ignore[reportCallIssue]
    return fresh


def array_of(cls, typecode, form, data):
    if not is_class(cls) or array not in mro_of(cls):
        raise TypeError('first argument must be a type object of arrays')
    return _array_reconstructor(cls, typecode, form, data)


def zone_of(key, is_from_file):
    return zone(key)


def pattern_of(pattern, flags):
    return re.compile(pattern, flags)


# What pickles name -> what is there for programs, and the name that the policy must grant, if any.
SPECIAL = {
    ('copyreg', '_reconstructor'): (reconstructed, None),
    ('copyreg', '__newobj__'): (new, None),
    ('copyreg', '__newobj_ex__'): (new_with, None),
    ('_codecs', 'encode'): (encode, None),
    ('array', '_array_reconstructor'): (array_of, 'array'),
    ('zoneinfo', 'ZoneInfo._unpickle'): (zone_of, 'ZoneInfo'),
    ('re', '_compile'): (pattern_of, 'compile'),
}
# Modules in C that classes say they are of -> the modules that have them.
_IN_C = {'_io': 'io', '_random': 'random', '_functools': 'functools', '_operator': 'operator'}


def offered(run):
    """The functions of a run."""
    # What a pickle has made and nobody else can hold, until it is filled, by its identity.
    fresh = {}

    def note(cls, thing):
        if type(thing) is cls and type(thing) in _TAKING_NEW:
            fresh[id(thing)] = thing
        return thing

    def make(cls, args, keywords):
        return note(cls, made(cls, args, keywords))

    def called(function, args):
        """What a function that a pickle names returns."""
        args = tuple(args)
        thing = function(*args)
        makes = any([function is each for each in (new, new_with, reconstructed)])
        return note(args[0] if makes else function, thing)

    def first(module, name):
        if module == '__main__':
            held = globals_of(run.scope)
            if name in held:
                return held[name]
            raise AttributeError(f"module '__main__' has no attribute {name!r}", name=name)
        if module == 'builtins':
            if name in MODULES['builtins'] and name in run.builtins:
                return run.builtins[name]
            raise AttributeError(f"module 'builtins' has no attribute {name!r}", name=name)
        found = run.builtins['__import__'](module)
        for part in module.split('.')[1:]:
            found = guarded_getattr(found, part)
        return guarded_getattr(found, name)

    def found(module, name, is_path):
        """What a pickle names so: what the program has, or could import."""
        if type(module) is not str or type(name) is not str:
            raise TypeError('modules and their names are strings')
        if (module, name) in SPECIAL:
            stand, granted = SPECIAL[module, name]
            if granted is not None:
                first(module, granted)
            return stand
        outer, *inner = name.split('.') if is_path else [name]
        value = first(_IN_C.get(module, module), outer)
        for part in inner:
            value = guarded_getattr(value, part)
        return value

    def restore(x, state):
        """`x.__setstate__(state)`, or what there is without one."""
        kind, is_fresh = type(x), fresh.pop(id(x), None) is not None
        if own(kind) and defines(kind, ('__setstate__',)):
            x.__setstate__(state)
            return
        kinds = mro_of(kind)
        is_taking_new = not _TAKING_NEW.isdisjoint(kinds) and (is_fresh or own(kind))
        if is_taking_new or not _TAKING.isdisjoint(kinds):
            state, attributes_told = _parted(state)
            kind.__setstate__(x, state)
            _fill(x, attributes_told)
            return
        slots = None
        if tuple in mro_of(type(state)) and len(state) == 2:
            state, slots = state
        _fill(x, state)
        for name, value in dict(slots or ()).items():
            guarded_setattr(x, name, value)

    return {'called': called, 'found': found, 'make': make, 'restore': restore}


def _fill(x, state):
    """Gives `x` attributes, as `vars(x)` takes them."""
    held = None if is_class(x) else attributes(x)
    for name, value in dict(state or ()).items():
        if name == '__notes__' and BaseException in mro_of(type(x)):
            for note in value:
                BaseException.add_note(x, note)
        elif type(held) is Namespace:
            held[name] = value
        else:
            guarded_setattr(x, name, value)
