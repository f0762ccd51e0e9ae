"""Guards that read, call and iterate become the syntax they stand for."""

from ..sealed import __builtins__
import ast
from ast import Call, Constant, Name, Starred

from ..language import DEFINABLE_METHODS, GUARDED_DUNDERS, JUDGED_ATTRIBUTES
from ..names import judged
from . import nodes
from .walk import plain_call


def call(node, walk):
    function = node.func
    if type(function) is Name and function.id[:1] == '_':
        rule = _GUARDS.get(function.id)
        if rule is not None:
            return rule(node, walk)
    return None


def attribute_read(node, walk):
    args = node.args
    if len(args) != 2 or node.keywords:
        return None
    x, constant = args
    if type(constant) is not Constant or type(x) is Starred or type(constant.value) is not str:
        return None
    name = constant.value
    if name not in DEFINABLE_METHODS:
        stored = walk.stored[name]
        if judged(stored) or stored in GUARDED_DUNDERS:
            constant.value = stored
            return (x,)
        name = stored
    elif name in JUDGED_ATTRIBUTES or not _is_super(x):
        return (x,)
    node.__class__ = ast.Attribute
    node.value = x
    node.attr = name
    node.ctx = nodes.LOAD
    return (x,)


def _is_super(node):
    return (
        type(node) is Call
        and type(node.func) is Name
        and node.func.id == 'super'
        and not node.args
        and not node.keywords
    )


def item_read(node, walk):
    if not plain_call(node, '_getitem_', 2):
        return None
    x, key = node.args
    left = [x]
    for part in key.elts if type(key) is ast.Tuple else (key,):
        if plain_call(part, '_slice_', 3):
            left += part.args
            _slice(part)
        else:
            left.append(part)
    node.__class__ = ast.Subscript
    node.value = x
    node.slice = key
    node.ctx = nodes.LOAD
    return left


def _slice(node):
    """`_slice_(i, j, k)` -> `i:j:k`, where a constant None is an absent bound, as it is to the interpreter."""
    bounds = [
        None if type(bound) is Constant and bound.value is None else bound for bound in node.args
    ]
    node.__class__ = ast.Slice
    node.lower, node.upper, node.step = bounds


def star_call(node, walk):
    args = node.args
    if not args or type(args[0]) is Starred:
        return None
    node.func, node.args = args[0], args[1:]
    return None


def iterated(node, walk):
    """`_getiter_(x)` and the two that unpack: the interpreter does the same by itself."""
    args = node.args
    count = 1 if node.func.id == '_getiter_' else 3
    if len(args) != count or node.keywords or type(args[0]) is Starred:
        return None
    nodes.become(node, args[0])
    return (node,)


def template(node, walk):
    """`_template_(t'{_getattr_(a,'b')}', ('a.b',))` -> the template, which tells the texts as they were written."""
    if len(node.args) != 2 or node.keywords:
        return None
    made, told = node.args
    if type(made) is not ast.TemplateStr or type(told) is not ast.Tuple:
        return None
    fields = [part for part in made.values if type(part) is ast.Interpolation]
    if len(fields) != len(told.elts):
        return None
    for field, text in zip(fields, told.elts):
        if type(text) is not Constant or type(text.value) is not str:
            return None
        field.str = text.value
    nodes.become(node, made)
    return node.values


_GUARDS = {
    '_getattr_': attribute_read,
    '_getitem_': item_read,
    '_apply_': star_call,
    '_getiter_': iterated,
    '_unpack_sequence_': iterated,
    '_iter_unpack_sequence_': iterated,
    '_template_': template,
}
RULES = {Call: call}
