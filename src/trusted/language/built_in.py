"""Functions of ours where CPython has built-in ones. Like those, they do not become methods of a class that holds them, and
`repr`, `type` and `inspect` tell them as built in.
"""

from .sealed import __builtins__
from types import BuiltinFunctionType, FunctionType

from . import kinds

# Instances that tell how to use them.
_QUITTERS = frozenset({'exit', 'quit'})


class BuiltIn:
    """A function that is called as it is held: the interpreter finds it in the slot, and binds nothing."""

    __slots__ = '__call__', '__name__', '__qualname__', '_doc', '_module', '_real'

    def __repr__(self):
        name = self.__name__
        if name in _QUITTERS:
            return f'Use {name}() or Ctrl-D (i.e. EOF) to exit'
        return f'<built-in function {name}>'

    __class__ = property(lambda self: BuiltinFunctionType)
    __self__ = None


BuiltIn.__doc__ = property(lambda self: self._doc)  # pyright: ignore[reportAttributeAccessIssue]
BuiltIn.__module__ = 'builtins'
BuiltIn.__name__ = 'builtin_function_or_method'


def built_in(function, name, module='builtins', real=None):
    """`function` as the built-in one of this name, which is `real`; what is no function of ours passes as it is."""
    if type(function) is not FunctionType:
        return function
    real = __builtins__.get(name) if module == 'builtins' else real
    # Messages tell it, too.
    function.__name__ = function.__qualname__ = name
    made = BuiltIn()
    made.__call__ = function
    made.__name__ = made.__qualname__ = name
    made._real = real if type(real) is BuiltinFunctionType else None
    made._doc, made._module = getattr(real, '__doc__', function.__doc__), module
    return made


def as_in(real, name, value, module):
    """`value`, which stands for `real`'s function of this name: built in where that is."""
    function = getattr(real, name, None)
    is_built_in = type(function) is BuiltinFunctionType
    return built_in(value, name, module, function) if is_built_in else value


def show():
    """Called once, when the classes of functions have their veils."""
    kinds.VEILS[BuiltIn] = kinds.VEILS[BuiltinFunctionType]
