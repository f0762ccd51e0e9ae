"""Functions, classes, handlers and patterns: scopes are entered, private names marked."""

from ..sealed import __builtins__
import ast
from ast import Name

from ..verify.refused import Refused
from . import nodes
from .class_scope import renamed


def function(node, walk):
    parameters = node.args
    left = [*node.decorator_list, *parameters.defaults, *parameters.kw_defaults, *node.type_params]
    args = (
        *parameters.posonlyargs,
        *parameters.args,
        *parameters.kwonlyargs,
        parameters.vararg,
        parameters.kwarg,
    )
    left += [arg.annotation for arg in args if arg is not None and arg.annotation is not None]
    if node.returns is not None:
        left.append(node.returns)
    walk.enter('function', node.body, walk.owner, node)
    return left


def anonymous_function(node, walk):
    walk.enter('function', [node.body], walk.owner)
    return *node.args.defaults, *node.args.kw_defaults


def class_definition(node, walk):
    walk.renames += renamed(node)
    walk.enter('class', node.body, node.name)
    return *node.bases, *node.decorator_list, *node.keywords, *node.type_params


def comprehension(node, walk):
    """What its target writes has no variable of a function to be held in."""
    if type(node.target) is not Name:
        walk.enter('comprehension', [node.target], walk.owner)
    return node.iter, *node.ifs


def handler(node, walk):
    """
    What the interpreter says of a private name holds its mark, which the program must not see. No function is called for a
    RecursionError: there may be no room for one. In a class body a later step may rename it, so there a message keeps its marks.
    """
    left = [node.type, *node.body]
    if node.name is not None and walk.kind != 'class':
        caught = nodes.call(nodes.TYPE, [nodes.name(node.name, node)], node)
        told = nodes.make(ast.BoolOp, node)
        told.op = nodes.AND
        told.values = [
            nodes.contains(caught, nodes.TOLD, node),
            nodes.call(nodes.TELL, [nodes.name(node.name, node)], node),
        ]
        statement = nodes.make(ast.Expr, node)
        statement.value = told
        node.body = [statement, *node.body]
    return left


def class_pattern(node, walk):
    node.kwd_attrs = [walk.stored[name] for name in node.kwd_attrs]


def produced(node, walk):
    """An expression that becomes a function's body must not make that function a generator."""
    if walk.kind == 'expression':
        raise Refused("'yield' outside function", node, 'PR901')


RULES = {
    ast.FunctionDef: function,
    ast.AsyncFunctionDef: function,
    ast.Lambda: anonymous_function,
    ast.ClassDef: class_definition,
    ast.comprehension: comprehension,
    ast.ExceptHandler: handler,
    ast.MatchClass: class_pattern,
    ast.Yield: produced,
    ast.YieldFrom: produced,
}
