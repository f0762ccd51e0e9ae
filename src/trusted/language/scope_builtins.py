"""The builtins `globals`, `locals`, `vars` and `dir` of guests: namespaces (namespaces.py), and the names in them."""

from .sealed import __builtins__

from .names import is_dunder
from .namespaces import attributes, frame_of_guest, globals_in, locals_of
from .ownership import is_class, mro_of, own
from .spellings import told_member

_namespace_of = type.__dict__['__dict__'].__get__


def globals():
    """The program's own global names, and what they are bound to."""
    return globals_in(frame_of_guest())


def locals():
    """The names that are bound where this is called, and what they are bound to."""
    return locals_of(frame_of_guest())


def vars(*args):
    """The attributes of an object of the program's own; without one, what `locals()` answers."""
    if len(args) > 1:
        raise TypeError(f'vars expected at most 1 argument, got {len(args)}')
    if not args:
        return locals_of(frame_of_guest())
    held = attributes(args[0])
    if held is None:
        raise TypeError('vars() argument must be an object made here that has attributes')
    return held


def dir(*args):
    """The attribute names of an object that a source may write, or the names that are bound where this is called."""
    if len(args) > 1:
        raise TypeError(f'dir expected at most 1 argument, got {len(args)}')
    if not args:
        return sorted(locals_of(frame_of_guest()))
    listed = [str.__str__(name) for name in _dir(args[0]) if isinstance(name, str)]
    kinds = mro_of(args[0]) if is_class(args[0]) else mro_of(type(args[0]))
    members = [_namespace_of(cls) for cls in kinds if own(cls)]
    return sorted(
        [
            told
            for name in listed
            if (told := told_member(name)) is not None
            # Special methods, where the program defines them.
            and (not is_dunder(name) or any([name in each for each in members]))
            and told not in _UNLISTED
        ]
    )


_UNLISTED = frozenset({'__doc__', '__module__', '__slots__', '__match_args__'})


_dir = __builtins__['dir']
