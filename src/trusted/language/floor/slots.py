"""How a method of a class written in C is replaced: its dict, and the slot that C code calls. Used while the image is built.

`memory(address)` is the 32-bit word there, an object with a `value`; the builder makes it with ctypes, which is gone when
guests run. `modified(cls)` makes the interpreter forget what it cached of a class.
"""

from ..sealed import __builtins__
from gc import get_referents
from types import FunctionType

# Where a type object of CPython 3.14 for wasm32 keeps what C code calls: an offset, or one of a table and one in it.
SLOTS = {
    '__repr__': ((44,),),
    '__hash__': ((60,),),
    '__init__': ((148,),),
    '__mod__': ((48, 12),),
    '__iand__': ((48, 104),),
    '__ixor__': ((48, 108),),
    '__ior__': ((48, 112),),
    '__contains__': ((52, 28),),
    '__getitem__': ((56, 4),),
    '__setitem__': ((56, 8), (52, 20)),
    '__getattribute__': ((72,),),
}


def _below(cls):
    for child in type.__subclasses__(cls):
        yield child
        yield from _below(child)


# A class whose slots call methods by their names.
_ByName = type('_ByName', (), dict.fromkeys(SLOTS, lambda *args: None))


def make_put(memory, modified):
    """The `put` of a floor. Fails the build when the layout is not the one of SLOTS."""

    def slot(cls, path):
        at = id(cls) + path[0]
        for offset in path[1:]:
            table = memory(at).value
            if table == 0:
                return None
            at = table + offset
        return memory(at)

    if memory(id(_ByName) + 84).value != _ByName.__flags__ & 0xFFFFFFFF:
        raise SystemError('type objects are not laid out as slots.py says')

    def put(cls, name, value, like=None):
        """Sets the attribute `name` of `cls`; its slot calls it by its name, or is the slot of the class `like`."""
        if type(value) is FunctionType:
            if name not in vars(cls):
                raise SystemError(f'{cls.__name__} has no {name!r} to replace')
            value.__name__, value.__qualname__ = name, f'{cls.__name__}.{name}'
        get_referents(vars(cls))[0][name] = value
        for path in SLOTS.get(name, ()):
            own = slot(cls, path)
            if own is None or own.value == 0:
                continue
            before, after = own.value, slot(like or _ByName, path).value
            for other in (cls, *_below(cls)):
                held = slot(other, path)
                if held is not None and held.value == before:
                    held.value = after
        modified(cls)

    return put
