"""`typing` for guests: nothing evaluates a string, and decorators mark only what is the guest's own."""

from ..sealed import __builtins__
import typing

from .. import hints
from ..writing import writable
from ..ownership import is_class, own
from ..kinds import VEILS, guest_type
from ..names import unmark
from .collections import exact_name


class NamedTupleMaker:
    """`NamedTuple`: a base in class statements, or called with a name and pairs."""

    __slots__ = ()

    def __call__(self, typename, fields, /):
        pairs = [(exact_name(name), kind) for name, kind in fields]
        made = typing.NamedTuple(exact_name(typename), pairs)
        made.__module__ = '__main__'
        return made

    def __mro_entries__(self, bases):
        return (typing._NamedTuple,)

    def __repr__(self):
        return 'typing.NamedTuple'


class TypedDictMaker:
    """`TypedDict`: a base in class statements, or called with a name and a dict."""

    __slots__ = ()

    def __call__(self, typename, fields, /, *, total=True):
        made = typing.TypedDict(
            exact_name(typename),  # pyright: ignore[reportArgumentType]
            {exact_name(name): fields[name] for name in dict(fields)},
            total=total,
        )
        made.__module__ = '__main__'
        return made

    def __mro_entries__(self, bases):
        return (typing._TypedDict,)

    def __repr__(self):
        return 'typing.TypedDict'


def _marking(decorator):
    """`decorator`, which sets an attribute on what it decorates, for what is the guest's own; others pass unmarked."""

    def mark(f):
        return decorator(f) if writable(f) else f

    mark.__name__ = mark.__qualname__ = decorator.__name__
    return mark


def runtime_checkable(cls):
    """Lets `isinstance` ask whether an object has the members of a protocol."""
    if not is_class(cls) or not own(cls):
        raise TypeError('@runtime_checkable can be only applied to protocol classes defined here')
    return typing.runtime_checkable(cls)


def get_protocol_members(tp, /):
    """The names that a protocol asks for, as they were written."""
    return frozenset(map(unmark, typing.get_protocol_members(tp)))


def _plain(part):
    """Forward references evaluate their text: a guest sees the text. `type` is a veil."""
    if type(part) is typing.ForwardRef:
        return part.__forward_arg__
    return VEILS[part] if is_class(part) and part in VEILS else part


def get_args(tp):
    """What stands in the brackets of a type."""
    return tuple(
        [
            [_plain(p) for p in part] if type(part) is list else _plain(part)
            for part in typing.get_args(tp)
        ]
    )


def get_origin(tp):
    """What stands before the brackets of a type."""
    return _plain(typing.get_origin(tp))


NAMES = {
    'NamedTuple': NamedTupleMaker(),
    'TypedDict': TypedDictMaker(),
    'Type': typing._alias(guest_type, 1, inst=False, name='Type'),
    'final': _marking(typing.final),
    'override': _marking(typing.override),
    'runtime_checkable': runtime_checkable,
    'get_args': get_args,
    'get_origin': get_origin,
    'get_protocol_members': get_protocol_members,
    '_variables': hints.variables,
    '_tree': hints.tree,
    '_text_of': hints.text_of,
    '_changed': hints.changed,
    '_reference': typing.ForwardRef,
    '_strip': typing._strip_annotations,
}
