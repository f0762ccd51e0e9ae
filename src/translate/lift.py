"""`asyncio.run(main())` at the level of the module -> `await ʼrun(asyncio.run, main())`.

The first waits for the host on the C stack, and holds a worker meanwhile. The second waits with an empty stack, so that the program
can be stored (guest/program.py). Whether the callee is asyncio.run is asked when it runs, and anything else is called as it was
written: so any call may be treated like this, and likely ones are, by their names.

A module that awaits by itself is a task of a running loop, in which `asyncio.run` raises, as in CPython: there nothing is lifted.
"""

from ..sealed import __builtins__
import ast

from . import nodes

RUN = nodes.PRIVATE_MARK + 'run'
_OTHER_SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ClassDef,
    ast.GeneratorExp,
    ast.TypeAlias,
)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
_AWAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith)


def _below(node):
    """The nodes below, by the fields of its present class: what was translated keeps others."""
    for field in node._fields:
        held = getattr(node, field, None)
        if isinstance(held, list):
            yield from (item for item in held if isinstance(item, ast.AST))
        elif isinstance(held, ast.AST):
            yield held


def _awaits(comprehension):
    """Whether a comprehension, which is of the scope around it, awaits."""
    todo = [comprehension]
    while todo:
        node = todo.pop()
        if type(node) is ast.Await or type(node) is ast.comprehension and node.is_async:
            return True
        if type(node) not in _OTHER_SCOPES:
            todo += _below(node)
    return False


def lift(tree):
    """Lifts the calls of a module, where they stand."""
    modules, functions, calls = set(), set(), []
    todo = [tree]
    while todo:
        node = todo.pop()
        kind = type(node)
        if kind is ast.Import:
            modules.update(
                alias.asname or alias.name for alias in node.names if alias.name == 'asyncio'
            )
        elif kind is ast.ImportFrom and node.module == 'asyncio':
            functions.update(
                alias.asname or alias.name for alias in node.names if alias.name == 'run'
            )
        elif kind in _AWAITS:
            return
        elif kind in _COMPREHENSIONS:
            if _awaits(node):
                return
            continue
        elif kind in _OTHER_SCOPES:
            todo += getattr(node, 'decorator_list', ())
            continue
        elif kind is ast.AnnAssign:
            # Its annotation is evaluated apart.
            todo += [node.target, *filter(None, [node.value])]
            continue
        elif kind is ast.Call:
            calls.append(node)
        todo += _below(node)
    if not modules and not functions:
        return
    for node in calls:
        function = node.func
        if (
            type(function) is ast.Attribute
            and function.attr == 'run'
            and type(function.value) is ast.Name
            and function.value.id in modules
            or type(function) is ast.Name
            and function.id in functions
        ):
            inner = nodes.call(RUN, [function, *node.args], node)
            inner.keywords = node.keywords
            node.__class__ = ast.Await
            node.value = inner
