"""Records: data of the host's whose fields are attributes, for templates.

A field is an attribute where a dict has none of that name, and where a program could name it: no key of the data changes what an
attribute is, nor passes for a private name of the program's, which is spelled otherwise.
"""

from .sealed import __builtins__

# Private names of a program's begin with it.
_MARK = 'ʼ'
_type = type


class record(dict):
    """A dict of the host's whose items are read as attributes too. It leaves as a dict."""

    __slots__ = ()

    def __getattr__(self, name):
        if name in self and name[:1] != _MARK:
            return self[name]
        name = name.removeprefix(_MARK)
        raise AttributeError(f'the record has no field {name!r}', name=name, obj=self)


def records(value):
    """The value, each dict in it whose keys are all texts being a record."""
    kind = _type(value)
    if kind is dict:
        fields = {name: records(item) for name, item in value.items()}
        return record(fields) if all(_type(name) is str for name in fields) else fields
    return list(map(records, value)) if kind is list else value
