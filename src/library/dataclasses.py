"""`dataclasses` as guest code, as far as it reads: what makes classes and tells their fields is given (facets/dataclasses.py)."""

from copy import deepcopy


# What is its own copy.
_PLAIN = str, int, float, bool, bytes, type(None)


def is_dataclass(obj):
    """Whether `obj` is a dataclass or an instance of one."""
    try:
        fields(obj)
    except TypeError:
        return False
    return True


def _is_instance(obj):
    return not isinstance(obj, type) and is_dataclass(obj)


def replace(obj, /, **changes):
    """A new instance with other values in the fields named."""
    if not _is_instance(obj):
        raise TypeError('replace() should be called on dataclass instances')
    return _replace(obj, **changes)


def _collected(obj, record, part):
    """`obj` with dataclass instances in it turned by `record`, containers rebuilt, and the rest copied."""
    if isinstance(obj, _PLAIN) and type(obj) in _PLAIN:
        return obj
    if _is_instance(obj):
        return record([(field.name, part(getattr(obj, field.name))) for field in fields(obj)])
    if isinstance(obj, tuple) and hasattr(obj, '_fields'):
        return type(obj)(*[part(item) for item in obj])
    if isinstance(obj, (list, tuple)):
        return type(obj)([part(item) for item in obj])
    if isinstance(obj, dict):
        pairs = [(part(key), part(value)) for key, value in obj.items()]
        if not hasattr(type(obj), 'default_factory'):
            return type(obj)(pairs)
        result = type(obj)(obj.default_factory)
        for key, value in pairs:
            result[key] = value
        return result
    return deepcopy(obj)


def asdict(obj, *, dict_factory=dict):
    """The fields as a dict, recursively."""
    if not _is_instance(obj):
        raise TypeError('asdict() should be called on dataclass instances')

    def part(value):
        return _collected(value, dict_factory, part)

    return part(obj)


def astuple(obj, *, tuple_factory=tuple):
    """The values of the fields as a tuple, recursively."""
    if not _is_instance(obj):
        raise TypeError('astuple() should be called on dataclass instances')

    def part(value):
        return _collected(value, lambda pairs: tuple_factory([value for _, value in pairs]), part)

    return part(obj)
