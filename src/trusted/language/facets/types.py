"""`types` for guests: namespaces and proxies re-implemented, classes of functions as veils."""

from ..sealed import __builtins__
import types
from collections.abc import Mapping
from reprlib import recursive_repr

from ..kinds import VEILS, veil
from ..names import spelled, unmark
from ..namespaces import CARRIERS, Place
from ..ownership import is_class, own_function


class SimpleNamespace:
    """An object with the attributes it is given: public or private ones. The real one takes dunder keys, which the
    standard library then finds where it looks for methods."""

    def __init__(self, mapping_or_iterable=(), /, **kwargs):
        attributes = _attributes_of(self)
        for given in (dict(mapping_or_iterable), kwargs):
            for name in given:
                attributes[spelled(name)] = given[name]

    @recursive_repr('namespace(...)')
    def __repr__(self):
        kind = 'namespace' if type(self) is SimpleNamespace else type(self).__name__
        attributes = _attributes_of(self)
        return f'{kind}({", ".join(f"{unmark(name)}={attributes[name]!r}" for name in attributes)})'

    def __eq__(self, other):
        if isinstance(self, SimpleNamespace) and isinstance(other, SimpleNamespace):
            return dict(_attributes_of(self)) == dict(_attributes_of(other))
        return NotImplemented

    def __replace__(self, /, **changes):
        copy = type(self)()
        if not isinstance(copy, SimpleNamespace):
            raise TypeError('expected a namespace')
        _attributes_of(copy).update(_attributes_of(self))
        for name in changes:
            _attributes_of(copy)[spelled(name)] = changes[name]
        return copy

    __hash__ = None


_attributes_of = SimpleNamespace.__dict__['__dict__'].__get__
CARRIERS.add(SimpleNamespace)


class MappingProxyType:
    """A read-only view of a mapping. Comparing the real one hands the mapping itself to the other side."""

    __slots__ = ('_held',)
    __class_getitem__ = classmethod(types.GenericAlias)

    def __init__(self, mapping):
        if not hasattr(type(mapping), '__getitem__') or isinstance(
            mapping, (list, tuple, str, bytes)
        ):
            raise TypeError(
                f'mappingproxy() argument must be a mapping, not {type(mapping).__name__}'
            )
        self._held = mapping

    def __getitem__(self, key):
        return self._held[key]

    def __contains__(self, key):
        return key in self._held

    def __iter__(self):
        return iter(self._held)

    def __reversed__(self):
        return reversed(self._held)

    def __len__(self):
        return len(self._held)

    def get(self, key, default=None, /):
        return self._held.get(key, default)

    def keys(self):
        return self._held.keys()

    def values(self):
        return self._held.values()

    def items(self):
        return self._held.items()

    def copy(self):
        return self._held.copy()

    def __eq__(self, other):
        other = other._held if type(other) is MappingProxyType else other
        return self._held.copy() == (other.copy() if type(other) is dict else other)

    def __or__(self, other):
        return self.copy() | (other.copy() if type(other) is MappingProxyType else other)

    def __ror__(self, other):
        return other | self.copy()

    def __hash__(self):
        return hash(self._held)

    def __repr__(self):
        return f'mappingproxy({self._held!r})'

    def __str__(self):
        return str(self._held)


Mapping.register(MappingProxyType)
for _class, _name in (SimpleNamespace, 'SimpleNamespace'), (MappingProxyType, 'mappingproxy'):
    _class.__module__, _class.__qualname__, _class.__name__ = 'types', _name, _name


def coroutine(func):
    """Makes a generator function of the guest's one that can be awaited."""
    if not own_function(func):
        raise TypeError('types.coroutine() expects a generator function defined here')
    return types.coroutine(func)


NAMES = {
    'SimpleNamespace': SimpleNamespace,
    'MappingProxyType': MappingProxyType,
    'coroutine': coroutine,
}
_VEILED = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.TracebackType,
    types.FrameType,
    types.CodeType,
    types.CellType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.MethodWrapperType,
    types.WrapperDescriptorType,
    types.ModuleType,
    types.GenericAlias,
    types.UnionType,
)


def _alias(origin, args, /):
    """`origin[args]`. It answers with the attributes of its origin, and so stands for a class only."""
    if not is_class(origin):
        raise TypeError('GenericAlias() takes a class first here')
    return types.GenericAlias(origin, args)


for _class in _VEILED:
    _veil = veil(_class, _alias if _class is types.GenericAlias else None, 'builtins')
    NAMES |= {_name: _veil for _name in vars(types) if getattr(types, _name) is _class}
VEILS[Place] = VEILS[types.GetSetDescriptorType]
