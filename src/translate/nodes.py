"""Nodes that translation makes, and nodes that it makes of others.

A node is changed where it stands, by changing its class: nothing above it needs to know. What it held as a call it still
holds, but verifier and compiler read the fields of its class only (taking them off would cost as much as all the rest).
Positions stay those of the guard call, in the guarded text; they are all that tracebacks have.
"""

from ..sealed import __builtins__
import ast

from ..language import PRIVATE_MARK

# Names of ours among the guest's builtins and globals, which no source can spell.
TYPE, OWN_CLASSES, VALUE, WRITTEN, TOLD, TELL, SET, UNSET = (
    PRIVATE_MARK + word for word in ('type', 'G', 'value', 'x', 'T', 'tell', 'set', 'unset')
)
# How the variables begin that hold what a test has answered.
HELD = PRIVATE_MARK + ':'
LOAD, STORE, IN, AND = ast.Load(), ast.Store(), ast.In(), ast.And()
OPERATORS = {
    '+=': ast.Add,
    '-=': ast.Sub,
    '*=': ast.Mult,
    '/=': ast.Div,
    '//=': ast.FloorDiv,
    '%=': ast.Mod,
    '**=': ast.Pow,
    '@=': ast.MatMult,
    '<<=': ast.LShift,
    '>>=': ast.RShift,
    '&=': ast.BitAnd,
    '|=': ast.BitOr,
    '^=': ast.BitXor,
}
SPELLED = {kind: text for text, kind in OPERATORS.items()}


def make(kind, place):
    """A new `kind` without fields, where the node `place` begins; what cannot fail needs no end."""
    node = kind.__new__(kind)
    node.lineno = place.lineno
    node.col_offset = place.col_offset
    return node


def name(identifier: str, place: ast.AST, context: ast.expr_context = LOAD):
    node = make(ast.Name, place)
    node.id = identifier
    node.ctx = context
    return node


def constant(value, place):
    node = make(ast.Constant, place)
    node.value = value
    return node


def call(function, arguments, place):
    """A call of the function of that name."""
    node = make(ast.Call, place)
    node.end_lineno = place.end_lineno
    node.end_col_offset = place.end_col_offset
    node.func = name(function, place)
    node.args = arguments
    node.keywords = []
    return node


def contains(element, container, place):
    """`element in container`, a container of that name."""
    node = make(ast.Compare, place)
    node.left = element
    node.ops = [IN]
    node.comparators = [name(container, place)]
    return node


def become(node, other):
    """Makes `node` what `other` is, which nothing else may hold."""
    node.__class__ = other.__class__
    node.__dict__ = other.__dict__


def function(body, parameters, place):
    """`lambda parameters: body`"""
    node = make(ast.Lambda, place)
    args = []
    for parameter in parameters:
        arg = make(ast.arg, place)
        arg.arg = parameter
        args.append(arg)
    node.args = ast.arguments([], args, None, [], [], None, [])
    node.body = body
    return node
