"""Caches of the standard library, keyed by exact data alone.

A subclass of str is equal to the string it holds and may read differently: what a cache is keyed by must be what its value
was computed from. Otherwise a guest would leave a wrong answer for whoever asks next, trusted code included. So the functions
behind the caches take exact values.
"""

from .sealed import __builtins__
import fractions
import re
import typing
import urllib.parse

import _strptime

_str = str.__str__
# What a key of a shared cache may be of: exact data, and what only the standard library makes.
_KEYS = frozenset({str, bytes, int, bool, float, type(None), re.Pattern, re.RegexFlag})


def exact(value):
    """`value`, if it is of a subclass of str, bytes or int, as the exact data it holds."""
    if type(value) in _KEYS:
        return value
    if isinstance(value, str):
        return _str(value)
    if isinstance(value, bytes):
        return bytes.__getitem__(value, slice(None))
    return int.__add__(value, 0) if isinstance(value, int) else value


def _exact_arguments(module, name, otherwise=None):
    """Replaces `module.name` by itself with exact arguments. Others go to `otherwise`; without it they raise TypeError."""
    function = getattr(module, name)

    def replacement(*args):
        args = [exact(value) for value in args]
        for value in args:
            if type(value) not in _KEYS:
                if otherwise:
                    return otherwise(*args)
                raise TypeError(f'expected a string, not {type(value).__name__!r}')
        return function(*args)

    replacement.__dict__.update(
        {
            key: getattr(function, key)
            for key in ('cache_clear', 'cache_info')
            if hasattr(function, key)
        }
    )
    # Warnings of the module pass over what is of its file.
    replacement.__code__ = replacement.__code__.replace(co_filename=module.__file__)
    setattr(module, name, replacement)


def _no_pattern(pattern, flags):
    """As the real function says it, whose cache is never asked."""
    {}.get((type(pattern), pattern, flags))
    raise TypeError('first argument must be string or compiled pattern')


def patch():
    """Called once, before classes are frozen."""
    _exact_arguments(_strptime, '_strptime')
    _exact_arguments(re, '_compile', _no_pattern)
    _exact_arguments(re._parser, 'parse_template')  # the cache above it is held by C code already
    _exact_arguments(urllib.parse, '_byte_quoter_factory')
    _exact_arguments(fractions, '_hash_algorithm', fractions._hash_algorithm.__wrapped__)
    # Aliases are keyed by what is in the brackets, which a guest's `__eq__` may claim to be anything: nothing is kept.
    for function in typing._caches:
        typing._caches[function] = function
