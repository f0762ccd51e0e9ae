"""What interactive text shows: `x` -> `ʼshow(x)`, where CPython compiles with the mode 'single'."""

from ..sealed import __builtins__
import ast

from . import nodes
from ..verify.refused import Refused

SHOW = nodes.PRIVATE_MARK + 'show'
_BLOCKS = ('body', 'orelse', 'finalbody', 'handlers', 'cases')
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def show(tree):
    """Has each expression statement of the module's level, also within its blocks, show its value. The text is one line or one
    statement, as in an interactive session."""
    if tree.body and tree.body[-1].lineno != tree.body[0].lineno:
        raise Refused(
            'multiple statements found while compiling a single statement', tree.body[-1], 'PR901'
        )
    todo = [*tree.body]
    while todo:
        node = todo.pop()
        if type(node) is ast.Expr:
            node.value = nodes.call(SHOW, [node.value], node.value)
        elif type(node) not in _SCOPES:
            for block in _BLOCKS:
                todo += getattr(node, block, ())
