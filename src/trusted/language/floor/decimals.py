"""`decimal`: contexts live as long as what C code borrows of them.

`Context.traps` and `.flags` point into their context (gh-146011): they hold it. C code compares with any
`numbers.Rational` under a context that it does not hold, which the number's `numerator` may replace (gh-148382): such a
context is kept.
"""

from ..sealed import __builtins__
import sys
from importlib import import_module

_CONTEXT = 'context'


def apply(put):
    if 'decimal' in sys.modules or '_decimal' in sys.modules:
        raise SystemError('decimal was loaded before its floor')
    import numbers

    kept = {}

    class Kept(type):
        """The class of `numbers.Rational` as `_decimal` knows it."""

        def __instancecheck__(cls, x):
            if not isinstance(x, numbers.Rational):
                return False
            context = decimal.getcontext()
            kept[id(context)] = context
            return True

    rational = numbers.Rational
    numbers.Rational = Kept('Rational', (), {})
    try:
        import_module('_decimal')
    finally:
        numbers.Rational = rational
    import decimal

    Context = decimal.Context
    read, write = vars(Context)['__getattribute__'], vars(Context)['__setattr__']

    def holding(name):
        def get(self):
            signals = read(self, name)
            signals.__dict__[_CONTEXT] = self
            return signals

        return property(get, lambda self, value: write(self, name, value))

    for name in 'traps', 'flags':
        put(Context, name, holding(name))
    put(Context, '__getattribute__', object.__getattribute__, like=object)
