"""Annotations of a program's functions and classes, and what finds out what they mean, which is guest code (src/library/typing.py).

No code is made of an annotation that is text: it is told as a tree, and only of what a program may read there.
"""

from .sealed import __builtins__
import ast
import typing
from functools import reduce
from operator import or_
from types import FunctionType, GenericAlias, UnionType

from .names import unmark
from .namespaces import frame_of_guest, globals_in, globals_of
from .ownership import builtins_of, is_class, own, own_function

_annotations = FunctionType.__dict__['__annotations__'].__get__
_of_class = type.__dict__['__annotations__'].__get__
_globals = FunctionType.__dict__['__globals__'].__get__
# As long may a text be, and so deep what it nests.
_MOST_CHARACTERS, _MOST_DEPTH = 10_000, 100
# Kinds of nodes, and the parts of each that are told.
_PARTS = {
    ast.Name: ('id',),
    ast.Attribute: ('value', 'attr'),
    ast.Subscript: ('value', 'slice'),
    ast.BinOp: ('left', 'op', 'right'),
    ast.BitOr: (),
    ast.UnaryOp: ('op', 'operand'),
    ast.USub: (),
    ast.Tuple: ('elts',),
    ast.List: ('elts',),
    ast.Constant: ('value',),
}
_ALIASES = frozenset(
    {
        GenericAlias,
        UnionType,
        typing._GenericAlias,
        typing._AnnotatedAlias,
        typing._CallableGenericAlias,
    }
)
_WITH_TEXTS = _ALIASES | {typing.ForwardRef, str}


def annotations(x):
    """Those of an own function or class, with names as they were written; None of anything else."""
    if own_function(x):
        held = _annotations(x)
    elif is_class(x) and own(x):
        held = _of_class(x)
    else:
        return None
    return {unmark(name): value for name, value in dict(held).items() if type(name) is str}


def variables(x):
    """The globals that names mean in the annotations of a function; of all else, those of the program that asks."""
    if own_function(x) and 'ʼlibrary' not in builtins_of(x):
        return globals_of(_globals(x))
    return globals_in(frame_of_guest())


def tree(text):
    """An expression as kinds and parts of its nodes; None stands for nodes of other kinds, and for what nests too deep."""
    try:
        if len(text) > _MOST_CHARACTERS:
            raise SyntaxError
        node = ast.parse(text.strip(), mode='eval').body
    except SyntaxError, ValueError, RecursionError, MemoryError:
        raise SyntaxError(f'Forward reference must be an expression -- got {text!r}') from None
    return _told(node, _MOST_DEPTH)


def _told(part, depth):
    if type(part) is list:
        return [_told(each, depth) for each in part]
    if not isinstance(part, ast.AST):
        return part
    if type(part) not in _PARTS or not depth:
        return None
    return type(part).__name__, *[
        _told(getattr(part, name), depth - 1) for name in _PARTS[type(part)]
    ]


def text_of(value):
    """The text of an annotation that is none but text; what it is otherwise."""
    return value.__forward_arg__ if type(value) is typing.ForwardRef else value


def changed(value, change):
    """An alias of the same kind, of which `change` has made parts that are texts or aliases; what is no alias is as it was."""
    kind = type(value)
    if kind not in _ALIASES:
        return value
    parts = value.__args__
    made = tuple([change(each) if type(each) in _WITH_TEXTS else each for each in parts])
    if all([new is old for new, old in zip(made, parts)]):
        return value
    if kind is UnionType:
        return reduce(or_, made)
    return GenericAlias(value.__origin__, made) if kind is GenericAlias else value.copy_with(made)
