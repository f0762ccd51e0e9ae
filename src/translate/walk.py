"""What translation's rules share: the present scope, what waits, and how a guard's call is told."""

from ..sealed import __builtins__
from ast import Call, Name, Starred

from .spelling import StoredNames


class Walk:
    """
    `kind` and `owner` are of the present scope, `writes` the attributes that it writes of plain variables; `renames` are made, and
    of `functions` writes are held together, when all is done. `named` are the variables that `:=` binds.
    """

    __slots__ = ('kind', 'owner', 'writes', 'pending', 'renames', 'functions', 'named', 'stored')

    def __init__(self, kind, tree):
        self.pending = [(kind, None, [tree], {})]
        self.renames = []
        self.functions = []
        self.named = set()
        self.stored = StoredNames()

    def enter(self, kind, nodes, owner, function=None):
        writes = {}
        if function is not None:
            self.functions.append((function, writes))
        self.pending.append((kind, owner, nodes, writes))


def plain_call(node, guard, count):
    """Whether `node` is a call of `guard` with `count` plain arguments."""
    return (
        type(node) is Call
        and type(node.func) is Name
        and node.func.id == guard
        and len(node.args) == count
        and not node.keywords
        and Starred not in map(type, node.args)
    )
