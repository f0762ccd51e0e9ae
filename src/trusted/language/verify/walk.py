"""What the rules share during one verification: the scope they are in, and what is left to verify elsewhere."""

from ..sealed import __builtins__

from ..language import DEFINED_METHODS
from ..names import is_dunder
from . import limits
from .identifiers import check_binding, check_member


class Scope:
    """
    What a part of the program is in: `kind` is 'module', 'class', 'function' or 'comprehension', `bases` the plain names a
    class derives from, `nesting` the number of scopes around it, and `handlers` that of exception handlers active there.
    `members` and `declared` are, for a class, the private names that it binds unmarked, and what it declares global or
    nonlocal; the parts of one class share them.
    """

    __slots__ = ('kind', 'bases', 'nesting', 'handlers', 'members', 'declared')

    def __init__(self, kind, bases, nesting, handlers, members, declared):
        self.kind, self.bases, self.nesting, self.handlers = kind, bases, nesting, handlers
        self.members, self.declared = members, declared


class Walk:
    """One verification: `plain` names and `readable` attributes were found free for everything, in every scope."""

    __slots__ = ('plain', 'readable', 'scope', 'node', 'depth', 'pending', 'classes')

    def __init__(self, tree):
        self.plain, self.readable = set(), set()
        self.scope = Scope('module', frozenset(), 0, 0, [], set())
        self.node, self.depth = tree, 0
        self.pending = [(self.scope, [tree], 0)]
        self.classes = []

    def enter(self, kind, nodes, bases=frozenset(), handlers=0):
        """Leaves `nodes` to be verified in a new scope within the present one."""
        if self.scope.nesting == limits.SCOPES:
            limits.too_much('functions and classes are nested too deeply')
        scope = Scope(kind, bases, self.scope.nesting + 1, handlers, [], set())
        if kind == 'class':
            self.classes.append(scope)
        self._leave(scope, nodes)

    def guard_block(self, nodes, handlers):
        """Leaves `nodes` to be verified in the present scope, where `handlers` more are active."""
        own = self.scope
        self._leave(
            Scope(
                own.kind,
                own.bases,
                own.nesting,
                own.handlers + handlers,
                own.members,
                own.declared,
            ),
            nodes,
        )

    def _leave(self, scope, nodes):
        if scope.handlers > limits.HANDLERS:
            limits.too_much('`try`, `with` and comprehensions are nested too deeply')
        self.pending.append((scope, nodes, self.depth))

    def bind(self, name, node):
        """Judges a name that a construct binds in the present scope."""
        if self.scope.kind == 'function' and name in DEFINED_METHODS:
            return
        if self.scope.kind != 'class':
            check_binding(name, node)
        elif name[:1] == '_' and not is_dunder(name):
            # The class may say further on, or have said in another branch, that the name is not its own.
            check_binding(name, node)
            self.scope.members.append((name, node))
        else:
            check_member(name, node)

    def finish(self):
        """Judges what could not be judged before all of a class was seen."""
        for scope in self.classes:
            for name, node in scope.members:
                if name not in scope.declared:
                    check_member(name, node)
