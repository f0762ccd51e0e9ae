"""Attribute writes: only what is the guest's own (ownership.py) takes them.

That is instances of the guest's classes, those classes, its functions, and instances of a few classes of the image made to
be configured. `_write_` (make_write) is asked for the target of each assignment, `name_to_write` for names that are data.
"""

from .sealed import __builtins__
from .names import is_dunder, refuse, spelled, unmark
from .ownership import FACETS, UNCHANGEABLE, WRITABLE, is_class, mro_of, own, own_function


def is_group(x, name):
    """Whether `x` is an own class of exception groups, and `name` not the `split` that C code trusts."""
    return is_class(x) and own(x) and BaseExceptionGroup in mro_of(x) and name != 'split'


def writable(x):
    """Whether a guest may set and delete attributes of `x`."""
    kind = type(x)
    if own(kind):
        return True
    if type in mro_of(kind):
        # A class of exception groups keeps its `split` (classes.py).
        return own(x) and BaseExceptionGroup not in mro_of(x)
    return kind in WRITABLE or own_function(x)


_dict_of = type.__dict__['__dictoffset__'].__get__
_namespace = type.__dict__['__dict__'].__get__


class Refusal:
    """Stands for an object whose attributes a guest may not set, until it is known which one was to be."""

    __slots__ = ('held',)

    def __getattribute__(self, name):
        return refuse_write(_held_by(self), name)

    def __setattr__(self, name, value):
        if is_group(held := _held_by(self), name):
            type.__setattr__(held, name, value)
        else:
            refuse_write(held, name)

    def __delattr__(self, name):
        if is_group(held := _held_by(self), name):
            type.__delattr__(held, name)
        else:
            refuse_write(held, name)


_held_by, _hold = Refusal.held.__get__, Refusal.held.__set__
_new_refusal = object.__new__
del Refusal.held


def _has_no_place(x, name):
    kind = type(x)
    return not _dict_of(kind) and not any([name in _namespace(cls) for cls in mro_of(kind)])


def refuse_write(x, name):
    plain = unmark(name)
    if not is_class(x) and type(x) not in FACETS and _has_no_place(x, plain):
        # Nothing can be set: the interpreter says so in its own words.
        object.__setattr__(x, plain, None)
    what = (
        f'the class {x.__name__!r}'
        if is_class(x)
        else f'a {FACETS[type(x)](x)!r} module'
        if type(x) in FACETS
        else f'a {type(x).__name__!r} object'
    )
    raise AttributeError(
        f'cannot set {unmark(name)!r} of {what}: only objects made here can be changed',
        name=unmark(name),
    )


def make_write(own_classes):
    """The `_write_` of one run: `own_classes`, the run's `ʼG`, learns the classes whose instances need no more asking."""

    def _write_(x):
        kind = type(x)
        if kind in own_classes:
            return x
        if own(kind):
            own_classes.add(kind)
            return x
        if kind in UNCHANGEABLE or writable(x):
            return x
        refusal = _new_refusal(Refusal)
        _hold(refusal, x)
        return refusal

    return _write_


def name_to_write(x, name):
    """The name under which `setattr(x, name, …)` stores; AttributeError or TypeError where it may not."""
    stored = spelled(name)
    if is_dunder(name):
        refuse(name, 'may not be set')
    if not writable(x) and type(x) not in UNCHANGEABLE and not is_group(x, name):
        refuse_write(x, name)
    return stored
