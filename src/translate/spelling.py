"""How names are spelled in the tree that is compiled, and the imports that are not part of it."""

from ..sealed import __builtins__
import ast
from keyword import kwlist
from unicodedata import normalize

from ..language import FUTURE_FEATURES, GUARDS, PRIVATE_MARK
from ..names import mark
from ..verify.refused import Refused
from .as_text import annotations_as_text

KEYWORDS = frozenset(kwlist)


def mangled(name, owner):
    """`name` as CPython's compiler spells it in the body of the class `owner` (None outside classes): `_C__x` for `__x`."""
    if owner is None or name[:2] != '__' or name[-2:] == '__':
        return name
    stem = owner.lstrip('_')
    return f'_{stem}{name}' if stem else name


class StoredNames(dict):
    """Attribute name -> stored name, computed once for each name of a program."""

    def __missing__(self, name):
        if (
            not name.isidentifier()
            or name in KEYWORDS
            or not name.isascii()
            and normalize('NFKC', name) != name
        ):
            raise Refused('a name in a string is not an identifier')
        if PRIVATE_MARK in name:
            raise Refused(f'the name `{name}` holds the mark of private names')
        # A guard's name stays one, and is refused.
        self[name] = found = name if name in GUARDS else mark(name)
        return found


def without_future_imports(tree):
    """Takes the future imports off the beginning of a program: what they ask for is so already. With `annotations`, annotations become
    text here: CPython would make that of guarded text."""
    body = tree.body
    first = body[0].value if body and type(body[0]) is ast.Expr else None
    start = at = int(type(first) is ast.Constant and type(first.value) is str)
    while (
        at < len(body)
        and type(body[at]) is ast.ImportFrom
        and body[at].module == '__future__'
        and not body[at].level
    ):
        for alias in body[at].names:
            if alias.name not in FUTURE_FEATURES or alias.asname is not None:
                raise Refused(f'the future feature `{alias.name}` cannot be imported', alias)
        at += 1
    if any([alias.name == 'annotations' for each in body[start:at] for alias in each.names]):
        annotations_as_text(tree)
    del body[start:at]
