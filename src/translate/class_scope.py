"""Private names of a class body: which of its bindings and reads mean an attribute of the class, and are renamed with it.

A name that a class body binds becomes an attribute of the class: `_x` has to become what `self._x` becomes. A name that it
reads is the class's own only if it was bound before, otherwise one from around it (`_cache = _cache`). So the body is
gone through in the order of evaluation, and no further than its scope: not into functions, lambdas, other classes or
comprehensions (but for what those evaluate in the scope around them). What a class body evaluates late, annotations and
the like, sees all that it has bound.

Every binding is met here, by its field's kind in the residual table: one that was overlooked would be a private name in
the clear, with which a subclass could replace a private method of the standard library.
"""

from ..sealed import __builtins__
import ast

from ..language import GUARDS
from ..names import is_dunder, mark
from .spelling import mangled
from ..verify.residual import NODES

# Fields to visit, in order, where that is not the table's order, or where fields belong to another scope.
_FUNCTION = ('decorator_list', 'args', 'name')
_ORDER = {
    ast.FunctionDef: _FUNCTION,
    ast.AsyncFunctionDef: _FUNCTION,
    ast.Lambda: ('args',),
    ast.arguments: ('defaults', 'kw_defaults'),
    ast.ClassDef: ('decorator_list', 'bases', 'keywords', 'name'),
    ast.Assign: ('value', 'targets'),
    ast.AnnAssign: ('value', 'target'),
    ast.NamedExpr: ('value', 'target'),
    ast.TypeAlias: ('name',),
    ast.For: ('iter', 'target', 'body', 'orelse'),
    ast.AsyncFor: ('iter', 'target', 'body', 'orelse'),
    ast.TypeVar: ('bound', 'default_value'),
    ast.ParamSpec: ('default_value',),
    ast.TypeVarTuple: ('default_value',),
}
_COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})
# Fields that are evaluated late. Of a generic class also its bases: they have a scope between the class and this one.
_LATE = {
    ast.AnnAssign: ('annotation',),
    ast.TypeAlias: ('type_params', 'value'),
    ast.ClassDef: ('type_params', 'bases', 'keywords'),
    ast.FunctionDef: ('type_params',),
    ast.AsyncFunctionDef: ('type_params',),
}
# Node type -> (fields, the last first; whether the field is an identifier that is bound).
_PLAN = {
    kind: [
        (field, holds[field] == 'binding')
        for field in reversed(_ORDER.get(kind, [*holds]))
        if holds[field] in ('binding', 'child', 'children')
    ]
    for kind, holds in NODES.items()
}


def renamed(class_def):
    """The changes a class body's private names need: (node, field, name) triples, to be made when the walk is done."""
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
        stack = nodes[::-1]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is tuple:
                self.bind(*node)
            elif (
                kind is ast.FunctionDef
                and not node.decorator_list
                and not node.type_params
                and not node.args.defaults
                and not node.args.kw_defaults
            ):
                # As the tables would have it, but most of a class body is this.
                self.bind(node, 'name', node.name)
                self.note_annotations(node, hidden)
            elif kind is ast.Name:
                name = node.id
                if type(node.ctx) is not ast.Load:
                    self.bind(node, 'id', name)
                elif (
                    name[0] == '_'
                    and name not in hidden
                    and mangled(name, self.owner) in self.bound
                ):
                    self.rename(node, 'id', name)
            elif kind is ast.Global or kind is ast.Nonlocal:
                self.elsewhere.update(node.names)
            elif kind in _COMPREHENSIONS:
                stack.append(node.generators[0].iter)
            elif node is not None:
                plan = _PLAN.get(kind)
                if plan is not None:
                    self.push_fields(node, kind, plan, stack, hidden)

    def push_fields(self, node, kind, plan, stack, hidden):
        """Puts what `node` evaluates and binds in this scope on the stack, the first on top."""
        late = _LATE.get(kind, ())
        if kind is ast.FunctionDef or kind is ast.AsyncFunctionDef:
            self.note_annotations(node, hidden.union(each.name for each in node.type_params))
        if late:
            parameters = getattr(node, 'type_params', ())
            if parameters or kind is ast.AnnAssign or kind is ast.TypeAlias:
                parts = [part for field in late for part in _parts(node, field)]
                self.late.append((parts, hidden.union(each.name for each in parameters)))
            else:
                late = ()
        for field, binds in plan:
            held = getattr(node, field)
            if binds:
                if held is not None:
                    stack.append((node, field, held))
            elif held and field not in late:
                if type(held) is list:
                    stack += held[::-1]
                else:
                    stack.append(held)

    def note_annotations(self, node, hidden):
        """Those of a method are evaluated late, too."""
        held = node.args
        args = (*held.posonlyargs, *held.args, *held.kwonlyargs, held.vararg, held.kwarg)
        parts = [arg.annotation for arg in args if arg is not None and arg.annotation is not None]
        if node.returns is not None:
            parts.append(node.returns)
        if parts:
            self.late.append((parts, hidden))

    def bind(self, node, field, name):
        if name in self.elsewhere or name in GUARDS or is_dunder(name):
            return
        if name[0] == '_':
            self.bound.add(mangled(name, self.owner))
            self.rename(node, field, name)

    def rename(self, node, field, name):
        self.changes.append((node, field, mark(mangled(name, self.owner))))


def _parts(node, field):
    part = getattr(node, field)
    return part if type(part) is list else [part]
