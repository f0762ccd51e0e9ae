"""What the annotations of a program's functions and classes say, as the program wrote them. No text is evaluated: of an annotation
that is text, a name is looked up where the program could read it, and all else is refused.
"""

from .sealed import __builtins__
import typing
from types import FunctionType

from .judges import read
from .names import unmark
from .namespaces import frame_of_guest
from .ownership import is_class, mro_of, own, own_function
from .spellings import stored_variable

_annotations = FunctionType.__dict__['__annotations__'].__get__
_of_class = type.__dict__['__annotations__'].__get__
_globals = FunctionType.__dict__['__globals__'].__get__
_missing = object()


def annotations(x):
    """Those of an own function or class, with names as they were written; None of anything else."""
    if own_function(x):
        held = _annotations(x)
    elif is_class(x) and own(x):
        held = _of_class(x)
    else:
        return None
    return {unmark(name): value for name, value in dict(held).items() if type(name) is str}


def _named(text, spaces):
    """What a name means, and attributes after it."""
    first, *rest = text.split('.')
    found = _missing
    if text.isascii() and all([part.isidentifier() and part[0] != '_' for part in (first, *rest)]):
        try:
            name = stored_variable(first)
            held = [space[name] for space in spaces if name in space]
            found = held[0] if held else _missing
        except KeyError:
            pass
    for part in rest:
        # As a source reads it: `M.mro` leads from a metaclass to `type` itself.
        found = read(found, part) if is_class(found) and own(found) else _missing
    if found is _missing:
        raise TypeError(
            f'the annotation {text!r} is text, and not evaluated here: write it without quotes'
        )
    return found


def _type(value, spaces):
    if type(value) is typing.ForwardRef:
        value = value.__forward_arg__
    if type(value) is str:
        value = _named(value, spaces)
    return type(None) if value is None else value


def get_type_hints(obj, globalns=None, localns=None, include_extras=False):
    """The annotations of a function or of a class and those that it derives from: types, where text names one."""
    given = [dict(space) for space in (localns, globalns) if space is not None]
    frame = frame_of_guest()
    if is_class(obj):
        holders = [cls for cls in reversed(mro_of(obj)) if own(cls)]
        spaces = [*given, frame.f_globals, frame.f_builtins]
    elif own_function(obj):
        spaces = [*given, _globals(obj), frame.f_builtins]
        holders = [obj]
    elif callable(obj):
        return {}
    else:
        raise TypeError(f'{obj!r} is not a module, class, method, or function.')
    told = {}
    for holder in holders:
        for name, value in annotations(holder).items():
            told[name] = _type(value, spaces)
    if include_extras:
        return told
    return {name: typing._strip_annotations(value) for name, value in told.items()}
