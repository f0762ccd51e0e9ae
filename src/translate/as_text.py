"""Annotations as text, where `from __future__ import annotations` asks for it: the text of the source, without its guards."""

from ..sealed import __builtins__
import ast
from ast import Call, Constant, Name

from ..verify.refused import Refused
from . import nodes

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Loads what it is written with, while the image is made.
ast.unparse(Constant(None))


def annotations_as_text(tree):
    """Makes a string of each annotation of the program, as it was parsed."""
    for node in ast.walk(tree):
        kind = type(node)
        if kind is ast.arg or kind is ast.AnnAssign:
            if node.annotation is not None:
                node.annotation = _text(node.annotation)
        elif kind in _FUNCTIONS and node.returns is not None:
            node.returns = _text(node.returns)


def _text(node):
    try:
        return nodes.constant(ast.unparse(_Source().visit(node)), node)
    except RecursionError:
        raise Refused('an annotation is nested too deeply to become text', node, 'PR902') from None


class _Source(ast.NodeTransformer):
    """Turns calls of guards into what they were written for."""

    def visit_Call(self, node: Call):
        self.generic_visit(node)
        rule = _RULES.get(node.func.id) if type(node.func) is Name and node.args else None
        return node if rule is None else rule(node, *node.args)


def _attribute(call, x, name=None, *_):
    if type(name) is not Constant or type(name.value) is not str:
        return call
    return ast.Attribute(x, name.value, nodes.LOAD)


def _item(call, x, key=None, *_):
    return call if key is None else ast.Subscript(x, key, nodes.LOAD)


def _slice(call, *bounds):
    held = [None if type(each) is Constant and each.value is None else each for each in bounds]
    return ast.Slice(*held[:3])


def _call(call, function, *args):
    return Call(function, [*args], call.keywords)


def _held(call, x, *_):
    return x


_RULES = {
    '_getattr_': _attribute,
    '_getitem_': _item,
    '_slice_': _slice,
    '_apply_': _call,
    '_getiter_': _held,
    '_unpack_sequence_': _held,
    '_iter_unpack_sequence_': _held,
    '_template_': _held,
}
