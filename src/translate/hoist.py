"""One test for many writes: a variable whose class was asked for once is written to without asking again.

    def f(self, x):                      def f(self, x):
                                             ʼ:self = ʼx if ʼtype(ʼx := self) in ʼG else _write_(ʼx)
        _write_(self).x = x                  ʼ:self.x = x
        _write_(self).y = 0                  ʼ:self.y = 0

An object of a class of the program's never becomes one of another's (dunders.py lets `__class__` be set to own classes alone), and
the guard answers the same for ever. So the test may come early where the variable is bound but once: a parameter, the target of one assignment, of one loop or of one `with`. What is written after that, in the block of the
binding, is written to what the test has answered. It pays from the second write on, or in a loop.

Only statements are gone through: of expressions nothing but `:=` binds a variable, and what that binds is left out.
"""

from ..sealed import __builtins__
import ast

from . import nodes

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
# What binds a variable for its body.
_ENTERED = (ast.For, ast.AsyncFor, ast.With, ast.AsyncWith)
_SIMPLE = (ast.Assign, ast.AugAssign, ast.Delete)
# More than any name may be bound to be held.
_MANY = 2


def hoist(function, writes, named, test):
    """
    `writes` are the attributes that the function's own scope writes, by the variable; `named` what `:=` binds anywhere;
    `test(name, place)` makes a test.
    """
    loops = any([type(statement) in _LOOPS for statement in function.body])
    wanted = {name for name, found in writes.items() if loops or len(found) > 1} - named
    if not wanted:
        return
    bound, places = dict.fromkeys(wanted, 0), {}
    parameters = function.args
    for arg in (*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs):
        if arg.arg in bound:
            bound[arg.arg] = 1
            places[arg.arg] = function.body, _after_text(function.body)
    _find_bindings(function.body, bound, places)
    for name in wanted:
        if bound[name] == 1 and name in places:
            body, place = places[name]
            _hold(name, body, place, {id(node) for node in writes[name]}, test)


def _find_bindings(body, bound, places):
    """Counts how often each name is bound, in whatever scope within, and notes where its value is known first."""
    todo = [(body, True)]
    while todo:
        block, own = todo.pop()
        for at, statement in enumerate(block):
            kind = type(statement)
            where = (block, at + 1) if kind is ast.Assign else None
            if kind in _ENTERED:
                where = statement.body, 0
            for target in _targets(statement):
                if type(target) is ast.Name and target.id in bound:
                    bound[target.id] += 1
                    if own and where is not None:
                        places[target.id] = where
            for name in _other_names(statement, kind):
                if name in bound:
                    bound[name] = _MANY
            for inner in _blocks(statement):
                todo.append((inner, own and kind not in _SCOPES))


def _targets(statement):
    """What a statement writes or binds by an expression."""
    kind = type(statement)
    if kind is ast.Assign or kind is ast.Delete:
        todo = [*statement.targets]
    elif kind is ast.With or kind is ast.AsyncWith:
        todo = [item.optional_vars for item in statement.items]
    else:
        todo = [getattr(statement, 'target', None)]
    while todo:
        target = todo.pop()
        kind = type(target)
        if kind is ast.Tuple or kind is ast.List:
            todo += target.elts
        elif kind is ast.Starred:
            todo.append(target.value)
        elif target is not None:
            yield target


def _other_names(statement, kind):
    """Names that a statement binds otherwise."""
    if kind is ast.Global or kind is ast.Nonlocal:
        return statement.names
    if kind is ast.Import or kind is ast.ImportFrom:
        return [(alias.asname or alias.name).partition('.')[0] for alias in statement.names]
    if kind in _SCOPES:
        return (statement.name,)
    if kind is ast.TypeAlias:
        return (statement.name.id,)
    if kind is ast.Try:
        return [handler.name for handler in statement.handlers]
    if kind is ast.Match:
        return [
            getattr(node, field, None)
            for case in statement.cases
            for node in ast.walk(case.pattern)
            for field in ('name', 'rest')
        ]
    return ()


def _blocks(statement):
    """The lists of statements below."""
    parts = [statement, *getattr(statement, 'handlers', ()), *getattr(statement, 'cases', ())]
    for part in parts:
        for field in ('body', 'orelse', 'finalbody'):
            if held := getattr(part, field, None):
                yield held


def _after_text(body):
    first = body[0]
    return int(
        type(first) is ast.Expr
        and type(first.value) is ast.Constant
        and type(first.value.value) is str
    )


def _hold(name, block, start, writes, test):
    """Puts the test at its place, if what follows it in the block writes enough."""
    found, weight = [], 0
    for statement in block[start:]:
        inside = _written(statement, writes)
        found += inside
        kind = type(statement)
        weight += len(inside) * (2 if kind in _LOOPS else 1 if kind in _SIMPLE else 0)
    if weight < 2:
        return
    held = nodes.HELD + name
    for node in found:
        node.value = nodes.name(held, node)
    place = block[start]
    statement = nodes.make(ast.Assign, place)
    statement.targets = [nodes.name(held, place, nodes.STORE)]
    statement.value = test(name, place)
    block.insert(start, statement)


def _written(statement, writes):
    """Those of `writes` that are targets of a statement or of one below."""
    found, todo = [], [statement]
    while todo:
        statement = todo.pop()
        found += [target for target in _targets(statement) if id(target) in writes]
        for block in _blocks(statement):
            todo += block
    return found
