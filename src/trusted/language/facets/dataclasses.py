"""`dataclasses` for guests: the standard library's own engine, for the guest's own classes, over exact names.

The engine executes text made of field names; those are identifiers from the class's body, or checked here and again in
patches.py. Private fields are stored marked: parameters, reprs and `fields()` show them as the source spells them.
"""

from ..sealed import __builtins__
import dataclasses
import keyword
from types import FunctionType, resolve_bases
from typing import Any

from ..classes import _EXACT
from ..metaclasses import is_metaclass, make_class
from ..namespaces import frame_of_guest, globals_in
from ..ownership import FACETS, is_class, mro_of, own
from ..names import PRIVATE_MARK, denied, judged, mark, unmark

_FIELDS, _FIELD = '__dataclass_fields__', dataclasses._FIELD


def _unmark_code(function):
    """Shows parameters and texts of a generated function under the names of the source; attribute names stay marked."""
    code = function.__code__
    function.__code__ = code.replace(
        co_varnames=tuple(map(unmark, code.co_varnames)),
        co_consts=tuple(
            [
                unmark(const) if type(const) is str and function.__name__ == '__repr__' else const
                for const in code.co_consts
            ]
        ),
    )
    if function.__kwdefaults__:
        function.__kwdefaults__ = {
            unmark(name): value for name, value in function.__kwdefaults__.items()
        }


def _finish(cls):
    fields = cls.__dict__[_FIELDS]
    if any(name[:1] == PRIVATE_MARK for name in fields):
        for name in ('__init__', '__repr__'):
            function = cls.__dict__.get(name)
            function = getattr(function, '__wrapped__', function)
            if type(function) is FunctionType and 'ʼG' not in function.__builtins__:
                _unmark_code(function)
    # A positional pattern reads attributes by these names: it stops where a guard would have to judge.
    arguments = cls.__dict__.get('__match_args__', ())
    for at, name in enumerate(arguments):
        if judged(name):
            cls.__match_args__ = arguments[:at]
            break
    return cls


def dataclass(
    cls=None,
    /,
    *,
    init=True,
    repr=True,
    eq=True,
    order=False,
    unsafe_hash=False,
    frozen=False,
    match_args=True,
    kw_only=False,
    slots=False,
    weakref_slot=False,
):
    """Adds special methods to a class of the guest's, from the annotations in its body."""
    options = dict(
        init=init,
        repr=repr,
        eq=eq,
        order=order,
        unsafe_hash=unsafe_hash,
        frozen=frozen,
        match_args=match_args,
        kw_only=kw_only,
        slots=slots,
        weakref_slot=weakref_slot,
    )
    options = {name: bool(options[name]) for name in options}

    def wrap(cls):
        if not is_class(cls) or not own(cls):
            raise TypeError('dataclass() completes classes defined here')
        if (options['eq'] or options['unsafe_hash']) and not set(_EXACT).isdisjoint(mro_of(cls)):
            raise TypeError(
                'subclasses of str, int, float, bytes and type cannot be dataclasses with eq=True here'
            )
        if options['slots'] and is_metaclass(type(cls)):
            # It would be made once more, of what the library keeps in it.
            raise TypeError(
                'a class with a metaclass defined here cannot be made anew with slots=True'
            )
        return _finish(dataclasses.dataclass(cls, **options))

    return wrap if cls is None else wrap(cls)


def make_dataclass(
    cls_name, fields, *, bases=(), namespace=None, module=None, decorator=dataclass, **options
):
    """A new dataclass. Names must be exact identifiers."""
    body, annotations = {}, {}
    for key, value in dict(namespace or {}).items():
        if type(key) is not str or PRIVATE_MARK in key:
            raise TypeError(f'{key!r} cannot name a member')
        body[mark(key)] = value
    for item in fields:
        item = (item,) if isinstance(item, str) else tuple(item)
        if not 1 <= len(item) <= 3:
            raise TypeError(f'Invalid field: {item!r}')
        name, kind, *default = item if len(item) > 1 else (*item, Any)
        if type(name) is not str or not name.isidentifier() or denied(name):
            raise TypeError(f'Field names must be valid identifiers: {name!r}')
        if keyword.iskeyword(name):
            raise TypeError(f'Field names must not be keywords: {name!r}')
        if mark(name) in annotations:
            raise TypeError(f'Field name duplicated: {name!r}')
        annotations[mark(name)] = kind
        if default:
            body[mark(name)] = default[0]
    body['__annotations__'] = annotations
    body['__module__'] = module
    bases = tuple(bases)
    resolved = resolve_bases(bases)
    if resolved is not bases:
        body['__orig_bases__'] = bases
    return decorator(make_class(cls_name, resolved, body), **options)


def fields(class_or_instance):
    """The fields of a dataclass, with the names of the source."""
    cls = class_or_instance if is_class(class_or_instance) else type(class_or_instance)
    if not own(cls) or not hasattr(cls, _FIELDS):
        raise TypeError('must be called with a dataclass type or instance')
    return tuple(
        [_shown(field) for field in getattr(cls, _FIELDS).values() if field._field_type is _FIELD]
    )


def _shown(field):
    if field.name[:1] != PRIVATE_MARK:
        return field
    shown = dataclasses.Field.__new__(dataclasses.Field)
    for slot in dataclasses.Field.__slots__:
        setattr(shown, slot, getattr(field, slot))
    shown.name = unmark(field.name)
    return shown


def _replace(self, /, **changes):
    for field in getattr(self, '__dataclass_fields__').values():
        if field._field_type is dataclasses._FIELD_CLASSVAR:
            continue
        name = unmark(field.name)
        if not field.init:
            if name in changes:
                raise TypeError(
                    f'field {name} is declared with init=False, it cannot be specified with replace()'
                )
        elif name not in changes:
            if (
                field._field_type is dataclasses._FIELD_INITVAR
                and field.default is dataclasses.MISSING
            ):
                raise TypeError(f'InitVar {name!r} must be specified with replace()')
            changes[name] = getattr(self, field.name)
    return self.__class__(**changes)


def _is_type(annotation, cls, a_module, a_type, is_type):
    """Whether a text begins with a name that means `a_type` where the class is made: `ClassVar[int]`, `t.ClassVar`."""
    found = dataclasses._MODULE_IDENTIFIER_RE.match(annotation)
    if found is None:
        return False
    module, name = found.groups()
    held = globals_in(frame_of_guest()).get(module or name)
    if module:
        if type(held) not in FACETS or FACETS[type(held)](held) != a_module.__name__:
            return False
        held = getattr(held, name, None)
    return is_type(held, a_module)


dataclasses._is_type, dataclasses._replace = _is_type, _replace
NAMES = {
    'dataclass': dataclass,
    'make_dataclass': make_dataclass,
    'fields': fields,
    '_replace': _replace,
}
