"""Annotations that name what is not bound yet: `annotationlib` evaluates them again with references in place of such names.

It looks those up in the globals of the code it evaluates, and then among builtins. These must be the ones that the program
was given: the interpreter's own would hand out `type`, `eval` and `open`.
"""

from .sealed import __builtins__
import annotationlib
import sys

from . import names


class _GuestBuiltins:
    """What stands for the module `builtins` while a reference is evaluated."""

    __slots__ = ()
    # Both are read by the frame of `ForwardRef.evaluate`, whose `globals` are those of the program.
    __dict__ = property(lambda self: sys._getframe(1).f_locals['globals'].get('__builtins__', {}))

    def __getattr__(self, name):
        granted = sys._getframe(1).f_locals['globals'].get('__builtins__', {})
        if name not in granted:
            raise AttributeError(name)
        return granted[name]


def patch():
    """Makes references find the guest's builtins, and their text show private names as the source spells them."""
    annotationlib.builtins = _GuestBuiltins()
    told = annotationlib.ForwardRef.__repr__
    annotationlib.ForwardRef.__repr__ = lambda self: names.unmark(told(self))
