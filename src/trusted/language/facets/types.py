"""`types` for guests: proxies re-implemented, classes of functions as veils."""

from ..sealed import __builtins__
import types
from collections.abc import Mapping

from ..code_objects import Code, Frame
from ..kinds import VEILS, veil
from ..namespaces import Place
from ..ownership import is_class, own_function


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
MappingProxyType.__module__ = 'types'
MappingProxyType.__qualname__ = MappingProxyType.__name__ = 'mappingproxy'


def coroutine(func):
    """Makes a generator function of the guest's one that can be awaited."""
    if not own_function(func):
        raise TypeError('types.coroutine() expects a generator function defined here')
    return types.coroutine(func)


NAMES = {
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
VEILS[Code], VEILS[Frame] = VEILS[types.CodeType], VEILS[types.FrameType]
