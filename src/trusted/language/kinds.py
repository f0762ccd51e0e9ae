"""Classes that answer questions without being what they stand for: `type`, and the classes of functions.

A veil is a class, so that `isinstance`, class patterns and annotations take it, and nothing else: it has no attributes, it
cannot be derived from, and calling it does what its maker says, or raises TypeError. The real `type` is never handed out:
it makes classes, and its own `mro` leads to every other.
"""

from .sealed import __builtins__
import sys
from abc import ABCMeta
from types import GenericAlias

from .language import DEFINABLE_METHODS
from .ownership import is_class, mro_of, own

_namespace = type.__dict__['__dict__'].__get__
_PROTOCOLS = frozenset({'send', 'throw', 'close', 'asend', 'athrow', 'aclose'})


class Veil(type):
    """The class of veils: `_real` is what `isinstance` asks for, `_make` what a call does."""

    def __instancecheck__(cls, x):
        return cls._real in mro_of(type(x)) or VEILS.get(type(x)) is cls

    def __subclasscheck__(cls, other):
        return other is cls or is_class(other) and cls._real in mro_of(other)

    def __call__(cls, *args, **kwargs):
        return cls._make(*args, **kwargs)


# Messages tell the class of a class.
Veil.__name__ = Veil.__qualname__ = 'type'

# Where the classes are from whose names programs print.
_OPAQUE_MODULES = frozenset(
    'builtins itertools functools types typing operator contextlib _collections collections collections.abc _io re _pyio posix tarfile '
    'tempfile zipfile zlib array _struct _hashlib _md5 _sha1 _sha2 _sha3 _blake2 _asyncio'.split()
)
# The veil that stands for an image class wherever the guest would meet the class itself.
VEILS = {}
# The veils of `type` and of other metaclasses -> the class of ours that programs derive from in their place (metaclasses.py).
DERIVED = {}
# Image classes that `type(x)` may answer with; filled when facets load.
NAMEABLE = set()


def veil(real, make=None, module=None):
    """A new veil of the class `real`, to be found by `type(x)` too. Without `make`, calling it raises TypeError."""
    name = real.__name__

    def refuse(*args, **kwargs):
        raise TypeError(f'cannot create {name!r} instances here')

    # The protocols of collections.abc look for these by name.
    protocol = {
        method: refuse for method in _namespace(real) if method in _PROTOCOLS | DEFINABLE_METHODS
    }
    namespace = protocol | {
        '_real': real,
        '_make': staticmethod(make or refuse),
        '__module__': module or real.__module__,
        '__doc__': real.__doc__,
        '__slots__': (),
        '__class_getitem__': classmethod(GenericAlias),
    }
    VEILS[real] = cls = Veil(name, (), namespace)
    return cls


def is_of_program(frame):
    """Whether it is the program's, and not the library's."""
    return 'ʼG' in frame.f_builtins and 'ʼlibrary' not in frame.f_builtins


def of_program(frame):
    """The first frame, from `frame` outwards, that is the program's; None where there is none."""
    while frame is not None and not is_of_program(frame):
        frame = frame.f_back
    return frame


def _maker():
    """What makes classes of dicts for the program that asks; None where it may not."""
    frame = of_program(sys._getframe(2))
    return None if frame is None else frame.f_builtins.get('ʼmake')


def type_of(*args, **kwargs):
    """The guest's `type(x)`: of data and of the guest's own the class, of functions and the like a veil. With three arguments a
    new class, where the policy lets sources define them so."""
    if len(args) == 3 and (make := _maker()) is not None:
        return make(*args, **kwargs)
    if kwargs or len(args) != 1:
        raise TypeError('type() takes 1 argument here: write a class statement to make a class')
    return shown(type(args[0]))


def shown(kind):
    """The class `kind` as a guest may hold it: itself, or the veil that stands for it; TypeError where there is neither."""
    if own(kind) or kind in NAMEABLE:
        return kind
    if kind in (type, Veil):
        return guest_type
    if kind in VEILS:
        return VEILS[kind]
    raise TypeError(f'type() does not tell the class of a {kind.__name__!r} object here')


def veil_opaque(classes):
    """Makes veils that construct nothing for the image's `classes` of functions, iterators and the like that have none yet."""
    for real in set(classes) - NAMEABLE - VEILS.keys():
        if type(real) in (type, ABCMeta) and real.__module__ in _OPAQUE_MODULES:
            veil(real)


guest_type = veil(type, type_of)
