"""`__getattribute__` of a program's class: it is asked for the names that a source can write, and for no others.

The interpreter asks such a method for everything: `isinstance` for `__class__`, the library for its private state. Guards and the
library are answered here as if there were none. Classes have one that derive from nothing of the library but plain data, so
that nothing of the library's own lies in their instances. A program never holds what stands in the class for its method:
namespaces tell the method, and `C.__getattribute__` is a function of ours which looks at names as `getattr` does.
"""

from .sealed import __builtins__
import sys
from abc import ABC
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Generic, Protocol

from . import kinds
from .language import DEFINABLE_METHODS, PRIVATE_MARK, READABLE_DUNDERS
from .names import is_dunder, refuse, spelled, unmark
from .ownership import UNCHANGEABLE, is_class, mro_of, own, own_function

_getattr = getattr
_plainly = object.__getattribute__
_receiver = super.__dict__['__self__'].__get__
_PLAIN = UNCHANGEABLE | {object, ABC, Generic, Protocol}
# Special names that it is asked for. The others make and write, and guards stand for them.
_ASKED = (DEFINABLE_METHODS | READABLE_DUNDERS) - {
    '__new__',
    '__setattr__',
    '__delattr__',
    '__getattribute__',
}


def _is_asked(name):
    """Whether such a method is asked for the attribute that is stored under `name`."""
    return name[:1] not in ('_', PRIVATE_MARK) or name[:2] == f'{PRIVATE_MARK}_' or name in _ASKED


def _is_plain(ancestors):
    return all([own(cls) or cls in _PLAIN for cls in ancestors])


def _made_of(hook):
    def __getattribute__(self, name, /):
        if type(name) is str and _is_asked(name):
            return hook(self, unmark(name))
        if not _is_plain(mro_of(type(self))):
            refuse(name)
        return _plainly(self, name)

    return __getattribute__


_CODE = _made_of(None).__code__


def written(value):
    """The method as its author wrote it, where `value` is what stands for one; else `value`."""
    if type(value) is FunctionType and value.__code__ is _CODE:
        return value.__closure__[0].cell_contents  # pyright: ignore[reportOptionalSubscript]
    return value


def judged_hook(name, hook, ancestors):
    """What stands for the method `hook` in the class `name`; TypeError where it may not have one."""
    check_ancestors(name, ancestors)
    hook = written(hook)
    if not own_function(hook):
        raise TypeError('__getattribute__ must be a function defined here')
    return _made_of(hook)


def check_ancestors(name, ancestors):
    """TypeError unless a class that derives from these may have `__getattribute__`."""
    for cls in ancestors:
        if not own(cls) and cls not in _PLAIN:
            raise TypeError(
                f'a class derived from {cls.__name__!r} cannot have __getattribute__ here'
            )


def make_judge(read, safe_formats):
    """The judge of `__getattribute__`: a function that reads names as `getattr` does, and of own instances past the method that it
    was read of."""

    def judge(x, name):
        held, find = () if is_class(x) else (x,), _plainly
        if type(x) is super:
            held = (_receiver(x),)
            find = _bound(_getattr(x, name))
        elif is_class(x) and own(x):
            find = _getattr(x, name)
        elif not is_class(x) and own(type(x)):
            find = _getattr(type(x), name)

        def method(*args):
            if len(args) + len(held) != 2:
                raise TypeError(f'expected {2 - len(held)} argument, got {len(args)}')
            self, key = *held, *args
            stored = key if type(key) is str and is_dunder(key) else spelled(key)
            if not (_is_asked(stored) and own(type(self)) and _is_plain(mro_of(type(self)))):
                return _by_guard(self, key) if is_dunder(key) else read(self, key)
            value = find(self, stored)
            if key in safe_formats and type(value) is BuiltinFunctionType:
                return MethodType(safe_formats[key], self)
            return unmark(value) if key in READABLE_DUNDERS and type(value) is str else value

        method.__name__ = method.__qualname__ = name
        return method

    return judge


def _bound(find):
    return lambda _self, key: find(key)


def _by_guard(x, name):
    """What the program's own guard answers, which knows what its policy says of such names."""
    frame = kinds.of_program(sys._getframe(1))
    if frame is None:
        refuse(name)
    return frame.f_builtins['_getattr_'](x, name)
