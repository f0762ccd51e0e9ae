"""`list[...]` and kin: what is in the brackets cannot be emptied while it is shown (gh-143670), nor fail to be unpacked
where C code does not look (gh-150146)."""

from ..sealed import __builtins__
from types import GenericAlias

_origin, _args, _starred = (
    vars(GenericAlias)[name].__get__ for name in ('__origin__', '__args__', '__unpacked__')
)


def apply(put):
    shown, subscript = vars(GenericAlias)['__repr__'], vars(GenericAlias)['__getitem__']

    def __repr__(self, /):
        args = _args(self)
        if list not in map(type, args):
            return shown(self)
        copies = tuple([[*arg] if type(arg) is list else arg for arg in args])
        text = shown(GenericAlias(_origin(self), copies))
        return f'*{text}' if _starred(self) else text

    def __getitem__(self, item, /):
        for part in item if type(item) is tuple else (item,):
            if not isinstance(part, type):
                getattr(part, '__typing_unpacked_tuple_args__', None)
        return subscript(self, item)

    put(GenericAlias, '__repr__', __repr__)
    put(GenericAlias, '__getitem__', __getitem__)
