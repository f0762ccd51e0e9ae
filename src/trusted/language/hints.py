"""What the annotations of a program's functions and classes say, as the program wrote them. Of an annotation that is text, names,
attributes, items and unions are read as the program could read them; no code is made of it, and all else is refused.
"""

from .sealed import __builtins__
import ast
import typing
from functools import reduce
from operator import or_
from types import FunctionType, GenericAlias, UnionType

from .judges import read
from .names import unmark
from .namespaces import attributes, frame_of_guest, variables_of
from .ownership import is_class, mro_of, own, own_function
from .spellings import stored_variable

_annotations = FunctionType.__dict__['__annotations__'].__get__
_of_class = type.__dict__['__annotations__'].__get__
_globals = FunctionType.__dict__['__globals__'].__get__
# As long may a text be, and so deep what it nests.
_MOST_CHARACTERS, _MOST_DEPTH = 10_000, 100


def annotations(x):
    """Those of an own function or class, with names as they were written; None of anything else."""
    if own_function(x):
        held = _annotations(x)
    elif is_class(x) and own(x):
        held = _of_class(x)
    else:
        return None
    return {unmark(name): value for name, value in dict(held).items() if type(name) is str}


class _Text:
    """A text, and the namespaces that its names are looked up in, one after the other."""

    def __init__(self, text, spaces):
        self.text, self.spaces = text, spaces

    def evaluated(self):
        try:
            if len(self.text) > _MOST_CHARACTERS:
                raise SyntaxError
            tree = ast.parse(self.text.strip(), mode='eval').body
        except SyntaxError, ValueError, RecursionError, MemoryError:
            raise SyntaxError(
                f'Forward reference must be an expression -- got {self.text!r}'
            ) from None
        return self.value(tree, _MOST_DEPTH)

    def value(self, node, depth):
        rule = _RULES.get(type(node))
        if rule is None or not depth:
            raise TypeError(
                f'the annotation {self.text!r} is text, and of texts no more is read here than names, attributes, items and unions: '
                'write it without quotes'
            )
        return rule(self, node, depth - 1)

    def name(self, node, depth):
        try:
            name = stored_variable(node.id)
        except KeyError:
            name = None
        for space in self.spaces if name is not None else ():
            if name in space:
                return space[name]
        raise NameError(f'name {node.id!r} is not defined', name=node.id)

    def attribute(self, node, depth):
        return read(self.value(node.value, depth), node.attr)

    def item(self, node, depth):
        return self.value(node.value, depth)[self.value(node.slice, depth)]

    def union(self, node, depth):
        if type(node.op) is not ast.BitOr:
            return self.value(None, depth)
        return self.value(node.left, depth) | self.value(node.right, depth)

    def negative(self, node, depth):
        return -self.value(node.operand if type(node.op) is ast.USub else None, depth)

    def several(self, node, depth):
        made = [self.value(each, depth) for each in node.elts]
        return made if type(node) is ast.List else tuple(made)


_RULES = {
    ast.Name: _Text.name,
    ast.Attribute: _Text.attribute,
    ast.Subscript: _Text.item,
    ast.BinOp: _Text.union,
    ast.UnaryOp: _Text.negative,
    ast.Tuple: _Text.several,
    ast.List: _Text.several,
    ast.Constant: lambda text, node, depth: node.value,
}


def _type(value, spaces):
    """What an annotation means, with the texts in it evaluated."""
    texts = set()
    while type(value) is typing.ForwardRef or type(value) is str:
        text = value if type(value) is str else value.__forward_arg__
        if text in texts:
            # One that names itself stays as it is.
            return typing.ForwardRef(text)
        texts.add(text)
        value = _Text(text, spaces).evaluated()
    kind = type(value)
    if kind in (GenericAlias, UnionType, typing._GenericAlias):
        parts = value.__args__
        made = tuple([_type(each, spaces) if _is_told(each) else each for each in parts])
        if all([new is old for new, old in zip(made, parts)]):
            return value
        if kind is UnionType:
            return reduce(or_, made)
        return (
            GenericAlias(value.__origin__, made) if kind is GenericAlias else value.copy_with(made)
        )
    return type(None) if value is None else value


_ALIASES = frozenset({GenericAlias, UnionType, typing._GenericAlias, typing.ForwardRef, str})


def _is_told(part):
    return type(part) in _ALIASES


def get_type_hints(obj, globalns=None, localns=None, include_extras=False):
    """The annotations of a function or of a class and those that it derives from: types, where texts name them."""
    given = [dict(space) for space in (localns, globalns) if space is not None]
    frame = frame_of_guest()
    if is_class(obj):
        holders = [cls for cls in reversed(mro_of(obj)) if own(cls)]
        spaces = [*given, variables_of(frame.f_globals), frame.f_builtins]
    elif own_function(obj):
        spaces = [*given, variables_of(_globals(obj)), frame.f_builtins]
        holders = [obj]
    elif callable(obj):
        return {}
    else:
        raise TypeError(f'{obj!r} is not a module, class, method, or function.')
    told = {}
    for holder in holders:
        # A class's own names come after those of its module.
        own_names = [attributes(holder)] if is_class(holder) else []
        here = [*spaces[:-1], *own_names, spaces[-1]]
        for name, value in annotations(holder).items():
            told[name] = _type(value, here)
    if include_extras:
        return told
    return {name: typing._strip_annotations(value) for name, value in told.items()}
