"""`types` as guest code, as far as it makes namespaces: objects with the attributes that they are given."""

# Those that are being shown.
_shown = set()


class SimpleNamespace:
    """An object with the attributes it is given."""

    def __init__(self, mapping_or_iterable=(), /, **kwargs):
        given = dict(mapping_or_iterable) | kwargs if mapping_or_iterable else kwargs
        # `vars` passes by a `__setattr__` of the program's, and takes no special names; `setattr` is quicker.
        is_plain = type(self) is SimpleNamespace
        if any([not isinstance(name, str) for name in given]):
            raise TypeError('keywords must be strings')
        for name in given:
            if is_plain and name[:1] != '_':
                setattr(self, name, given[name])
            else:
                vars(self)[name] = given[name]

    def __repr__(self):
        kind = 'namespace' if type(self) is SimpleNamespace else type(self).__name__
        if id(self) in _shown:
            return f'{kind}(...)'
        _shown.add(id(self))
        try:
            return (
                f'{kind}({", ".join([f"{name}={value!r}" for name, value in vars(self).items()])})'
            )
        finally:
            _shown.discard(id(self))

    def __eq__(self, other):
        if isinstance(self, SimpleNamespace) and isinstance(other, SimpleNamespace):
            return dict(vars(self)) == dict(vars(other))
        return NotImplemented

    def __replace__(self, /, **changes):
        copy = type(self)()
        if not isinstance(copy, SimpleNamespace):
            raise TypeError('expected a namespace')
        vars(copy).update(vars(self))
        vars(copy).update(changes)
        return copy

    def __reduce__(self):
        return type(self), (), dict(vars(self))
