"""Global names that evaluated text writes: `global n; n = v` -> `global n; ʼglobals()['n'] = v`.

Text may be evaluated over a dict of the program's own, which is not what the interpreter stores globals in (guest/evaluated.py). What
is declared global is written through that dict, so that whoever reads it sees the new value at once. Where a statement can bind
nothing but a name (`def`, `class`, `import`, a handler, a pattern), what it has bound is handed over right behind it.
"""

from ..sealed import __builtins__
import ast

from . import nodes

GLOBALS = nodes.PRIVATE_MARK + 'globals'
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_OWN_SCOPE = (*_SCOPES, ast.Lambda)


def through_dict(tree):
    """Turns the writes of a module, and of all functions and classes in it."""
    declared = {}
    for node in ast.walk(tree):
        if type(node) in _SCOPES:
            names = [each.names for each in _inside(node) if type(each) is ast.Global]
            declared[node] = {name for held in names for name in held}
    # What is declared global anywhere is so to the compiler at the level of the module.
    names = [each.names for each in _inside(tree) if type(each) is ast.Global]
    declared[tree] = {name for held in names for name in held}.union(*declared.values())
    for scope, names in declared.items():
        if names:
            _turn(scope, names)


def _inside(scope):
    """The nodes of a scope that are not in one within it; lambdas and the like bind nothing of it but by `:=`."""
    todo = [*scope.body]
    while todo:
        node = todo.pop()
        yield node
        if type(node) in _OWN_SCOPE:
            todo += getattr(node, 'decorator_list', ())
            continue
        # What a comprehension iterates with is its own.
        fields = ('iter', 'ifs') if type(node) is ast.comprehension else node._fields
        for field in fields:
            held = getattr(node, field, None)
            if isinstance(held, list):
                todo += [each for each in held if isinstance(each, ast.AST)]
            elif isinstance(held, ast.AST):
                todo.append(held)


def _turn(scope, names):
    blocks = []
    inside = [*_inside(scope)]
    aliases = [node.name for node in inside if type(node) is ast.TypeAlias]
    for node in inside:
        kind = type(node)
        if node in aliases:
            continue
        if kind is ast.Name and node.id in names and type(node.ctx) is not ast.Load:
            to_item(node)
        elif kind is ast.AugAssign and type(node.target) is ast.Name and node.target.id in names:
            _in_place(node)
        elif kind is ast.NamedExpr and node.target.id in names:
            _named(node)
        elif kind is ast.ExceptHandler and node.name in names:
            node.body.insert(0, _take(node.name, node))
        elif kind is ast.match_case:
            node.body[:0] = [_take(name, node.pattern) for name in _captured(node) & names]
        for field in ('body', 'orelse', 'finalbody'):
            if isinstance(held := getattr(node, field, None), list):
                blocks.append(held)
    for block in [scope.body, *blocks]:
        for at in range(len(block) - 1, -1, -1):
            for name in _bound(block[at]) & names:
                block.insert(at + 1, _take(name, block[at]))


def _captured(case):
    return {
        getattr(node, field, None) for node in ast.walk(case.pattern) for field in ('name', 'rest')
    }


def _bound(statement):
    """Names that a statement binds which takes nothing but names."""
    kind = type(statement)
    if kind in _SCOPES:
        return {statement.name}
    if kind is ast.Import or kind is ast.ImportFrom:
        return {(alias.asname or alias.name).partition('.')[0] for alias in statement.names}
    return {statement.name.id} if kind is ast.TypeAlias else set()


def _globals(place):
    return nodes.call(GLOBALS, [], place)


def to_item(node):
    """`n`, written or deleted -> `ʼglobals()['n']`"""
    name, context = node.id, node.ctx
    node.__class__ = ast.Subscript
    node.value, node.slice, node.ctx = _globals(node), nodes.constant(name, node), context


def _in_place(node):
    """`n += v` -> `ʼglobals()['n'] = ʼ+=(n, v)`"""
    target = node.target
    old = nodes.name(target.id, target)
    sign = nodes.PRIVATE_MARK + nodes.SPELLED[type(node.op)]
    to_item(target)
    node.value = nodes.call(sign, [old, node.value], node)
    node.__class__ = ast.Assign
    node.targets = [target]


def _method(name, arguments, place):
    call = nodes.call(GLOBALS, arguments, place)
    call.func = nodes.make(ast.Attribute, place)
    call.func.value, call.func.attr, call.func.ctx = _globals(place), name, nodes.LOAD
    return call


def _named(node):
    """`(n := v)` -> `ʼglobals().put('n', v)`"""
    call = _method('put', [nodes.constant(node.target.id, node), node.value], node)
    nodes.become(node, call)


def _take(name, place):
    """`ʼglobals().take('n')`"""
    statement = nodes.make(ast.Expr, place)
    statement.value = _method('take', [nodes.constant(name, place)], place)
    return statement
