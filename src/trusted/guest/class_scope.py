"""Private names of a class body: which of its bindings and reads mean an attribute of the class, and are renamed with it.

A name that a class body binds becomes an attribute of the class: `_x` has to become what `self._x` becomes. A name that it
reads is the class's own only if it was bound before, otherwise one from around it (`_cache = _cache`). So the body is
gone through in the order of evaluation, and no further than its scope: not into functions, lambdas, other classes or
comprehensions (but for what those evaluate in the scope around them). What a class body evaluates late, annotations and
the like, sees all that it has bound.

Every binding is met here, by its field's kind in the residual table: one that was overlooked would be a private name in
the clear, with which a subclass could replace a private method of the standard library.
"""
from .sealed import __builtins__
import ast

from .identifiers import mangled, stored
from .names import is_dunder, mark
from .refused import Refused
from .residual import fields_of

# Fields to visit, in order, where that is not the table's order, or where fields belong to another scope.
_FUNCTION = ('decorator_list', 'args', 'name')
_ORDER = {
    ast.FunctionDef: _FUNCTION, ast.AsyncFunctionDef: _FUNCTION, ast.Lambda: ('args',), ast.arguments: ('defaults', 'kw_defaults'),
    ast.ClassDef: ('decorator_list', 'bases', 'keywords', 'name'),
    ast.Assign: ('value', 'targets'), ast.AnnAssign: ('value', 'target'), ast.NamedExpr: ('value', 'target'),
    ast.For: ('iter', 'target', 'body', 'orelse'), ast.AsyncFor: ('iter', 'target', 'body', 'orelse'),
    ast.ListComp: (), ast.SetComp: (), ast.DictComp: (), ast.GeneratorExp: (),
}
_COMPREHENSIONS = ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp
# Fields that are evaluated late. Of a generic class also its bases: they have a scope between the class and this one.
_LATE = {
    ast.AnnAssign: ('annotation',), ast.TypeAlias: ('type_params', 'value'), ast.ClassDef: ('type_params', 'bases', 'keywords'),
    ast.FunctionDef: ('type_params',), ast.AsyncFunctionDef: ('type_params',),
}


def renamed(class_def):
    """The changes a class body's private names need: (node, field, name) triples, to be made when the walk is done.

    Refuses a binding whose name no attribute may have: a dataclass would make a pattern of it, which reads it raw.
    """
    return _Body(class_def).changes


class _Body:
    def __init__(self, class_def):
        self.owner = class_def.name
        self.changes = []
        self.bound = set()
        self.elsewhere = set()
        self.late = []
        self.read_all(class_def.body, frozenset())
        while self.late:
            self.read_all(*self.late.pop())

    def read_all(self, nodes, hidden):
        """Goes through `nodes` in order. `hidden` are type parameters, which hide names of the class."""
        stack = [*reversed(nodes)]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is tuple:
                self.bind(*node)
            elif kind is ast.Name:
                if type(node.ctx) is not ast.Load:
                    self.bind(node, 'id')
                elif node.id[0] == '_' and node.id not in hidden and mangled(node.id, self.owner) in self.bound:
                    self.rename(node, 'id')
            elif kind is ast.Global or kind is ast.Nonlocal:
                self.elsewhere.update(node.names)
            elif node is not None:
                self.push_fields(node, kind, stack, hidden)

    def push_fields(self, node, kind, stack, hidden):
        """Puts what `node` evaluates and binds in this scope on the stack, the first on top."""
        holds = fields_of(node)
        if kind in _COMPREHENSIONS:
            stack.append(node.generators[0].iter)
        late = _LATE.get(kind, ())
        if late and not (kind is ast.ClassDef and not node.type_params):
            own = hidden.union(each.name for each in getattr(node, 'type_params', ()))
            self.late.append(([part for field in late for part in _parts(node, field)], own))
        else:
            late = ()
        for field in reversed([field for field in _ORDER.get(kind, holds) if field not in late]):
            if holds[field] == 'binding':
                if kind not in (ast.TypeVar, ast.ParamSpec, ast.TypeVarTuple):
                    stack.append((node, field))
            elif holds[field] == 'child' or holds[field] == 'children':
                stack.extend(reversed(_parts(node, field)))

    def bind(self, node, field):
        name = getattr(node, field)
        if name is None:
            # An import without `as`, whose name is public, or a pattern that captures nothing.
            return
        if name in self.elsewhere or is_dunder(name):
            return
        try:
            stored(name)
        except Refused as refused:
            refused.node = node
            raise
        if name[0] == '_':
            self.bound.add(mangled(name, self.owner))
            self.rename(node, field)

    def rename(self, node, field):
        self.changes.append((node, field, mark(mangled(getattr(node, field), self.owner))))


def _parts(node, field):
    part = getattr(node, field)
    return part if type(part) is list else [part]
