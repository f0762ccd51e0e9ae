"""The verifier: whether a tree that CPython parsed is in the residual language, where guards do all reaching into objects.

It trusts nothing but the parser that made the tree. The walk is total: a node type without a rule is refused, and so is one
met where its parent should have judged it. The same pass inlines (see inline.py), so no other tree is compiled than the
one that was verified. It goes level by level and scope by scope, without recursion: depth is counted, not felt.

    rule(node, walk) -> the nodes below that are left to verify, or None for all that the residual table lists
"""

from .sealed import __builtins__
import ast
from ast import Constant, Load, Name

from . import bindings, definitions, limits, shapes
from .identifiers import READABLE, READABLE_IN_CLASS, StoredNames, check_binding
from .language import PRIVATE_MARK, UNBINDABLE
from .names import is_dunder
from .refused import Refused
from .residual import CHILDREN

CONSTANTS = frozenset({str, bytes, int, float, complex, bool, type(None), type(...)})


class Scope:
    """
    What a part of the program is in: `kind` is 'module', 'expression', 'class', 'function' or 'comprehension', `owner` the
    class whose name private names are mangled with, `bases` the plain names a class derives from, `nesting` the scopes
    around it, and `handlers` the exception handlers that are active there.
    """

    __slots__ = ('kind', 'owner', 'bases', 'nesting', 'handlers')

    def __init__(self, kind, owner, bases, nesting, handlers):
        self.kind, self.owner, self.bases, self.nesting, self.handlers = (
            kind,
            owner,
            bases,
            nesting,
            handlers,
        )


class Walk:
    """What the rules share during one verification."""

    __slots__ = ('inline', 'plain', 'stored', 'scope', 'depth', 'pending', 'renames')

    def __init__(self, inline):
        self.inline = inline
        # Names found free for everything, in every scope.
        self.plain = set()
        self.stored = StoredNames()
        self.pending = []
        self.renames = []

    def enter(self, kind, owner, nodes, bases=frozenset(), handlers=0):
        """Leaves `nodes` to be verified in a new scope within the present one."""
        if self.scope.nesting == limits.SCOPES:
            limits.too_much('functions and classes are nested too deeply')
        self._leave(Scope(kind, owner, bases, self.scope.nesting + 1, handlers), nodes)

    def guard_block(self, nodes, handlers):
        """Leaves `nodes` to be verified in the present scope, where `handlers` more are active."""
        scope = self.scope
        self._leave(
            Scope(scope.kind, scope.owner, scope.bases, scope.nesting, scope.handlers + handlers),
            nodes,
        )

    def _leave(self, scope, nodes):
        if scope.handlers > limits.HANDLERS:
            limits.too_much('`try`, `with` and comprehensions are nested too deeply')
        self.pending.append((scope, nodes, self.depth))


def _constant(node, walk):
    if type(node.value) not in CONSTANTS:
        raise Refused(f'a constant of the type {type(node.value).__name__} is not in the language')


def _name(node, walk):
    name = node.id
    if type(node.ctx) is Load and (
        name in READABLE or walk.scope.kind == 'class' and name in READABLE_IN_CLASS
    ):
        return ()
    if is_dunder(name) and type(node.ctx) is Load:
        raise Refused(f'`{name}` cannot be read')
    check_binding(name)
    walk.plain.add(name)
    return ()


def _try(node, walk):
    """A handler's body runs with the handlers of the exception's own clean-up and of its name's."""
    final, caught = len(node.finalbody) > 0, len(node.handlers) > 0
    if final:
        limits.check_finally(node)
        walk.guard_block(node.finalbody, 1)
    walk.guard_block(node.body, final + caught)
    walk.guard_block(node.handlers, final + 2)
    walk.guard_block(node.orelse, final)
    return ()


def _with(node, walk):
    """Each item is entered with the handlers of those before it."""
    walk.guard_block(node.body, len(node.items))
    walk.guard_block(node.items, len(node.items))
    return ()


def _misplaced(node, walk):
    """A type whose parent's rule judges it, and never leaves it to the walk."""
    raise Refused(f'{type(node).__name__} is out of place')


RULES = {
    Constant: _constant,
    ast.MatchSingleton: _constant,
    Name: _name,
    ast.Try: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    **dict.fromkeys((ast.Slice, ast.comprehension, ast.arg, ast.keyword, ast.alias), _misplaced),
    **shapes.RULES,
    **bindings.RULES,
    **definitions.RULES,
}
PLAN = {kind: (RULES.get(kind), fields) for kind, fields in CHILDREN.items()}
# An entry of `Dict.keys` or `arguments.kw_defaults`, or an optional field that a rule passed on.
PLAN[type(None)] = (None, ())


def verify(tree, inline, kind):
    """Verifies `tree`, whose outermost scope is of that `kind`, renames its private names, and inlines it if `inline`.
    Returns its depth. Raises Refused; the tree is then half changed, and to be thrown away."""
    walk = Walk(inline)
    walk.pending.append((Scope(kind, None, frozenset(), 0, 0), [tree], 0))
    plain, plan_of, deepest, node = walk.plain, PLAN.get, 0, None
    try:
        while walk.pending:
            walk.scope, level, depth = walk.pending.pop()
            while level:
                walk.depth = depth = depth + 1
                if depth > limits.DEPTH:
                    limits.too_much('it is nested too deeply', level[0])
                below = []
                for node in level:
                    kind = type(node)
                    if kind is Name:
                        name = node.id
                        if name not in plain:
                            if (
                                name[0] != '_'
                                and name not in UNBINDABLE
                                and PRIVATE_MARK not in name
                            ):
                                plain.add(name)
                            else:
                                _name(node, walk)
                        continue
                    if kind is Constant and type(node.value) in CONSTANTS:
                        continue
                    plan = plan_of(kind)
                    if plan is None:
                        raise Refused(f'{kind.__name__} is not in the language')
                    rule, fields = plan
                    if rule is not None:
                        left = rule(node, walk)
                        if left is not None:
                            below += left
                            continue
                    for field in fields:
                        held = getattr(node, field)
                        if type(held) is list:
                            below += held
                        elif held is not None:
                            below.append(held)
                level = below
            deepest = max(deepest, depth)
    except Refused as refused:
        if refused.node is None:
            refused.node = node
        raise
    for node, field, name in walk.renames:
        setattr(node, field, name)
    return deepest
