"""The verifier: whether a tree is a program of the restricted language. It alone decides what is compiled.

What it judges. The compile guest parses the guarded text, and translation (src/translate) turns most guards into plain
Python. Neither the text nor translation is trusted. The verifier judges the tree that translation leaves, and that very
tree is compiled: nothing touches it in between. The verifier changes nothing in it. So a mistake in translation makes a
program that is refused, or one that does something else within the language, and never one that leaves the language.

What it demands. The language is Python without the ways out of it, of which there are four kinds.

  Reading attributes. `x.n` is judged by its name. Names that lead to frames, code or classes' ancestors are refused, and
  so are names with double underscores. A name whose value must be looked at (`format`, `obj`, `__name__`) is read by a
  call of `_getattr_`, which looks at it when the program runs. A private name `_x` must be spelled with the mark, `ʼ_x`:
  no source can spell the mark, so the private attributes of the library and those of programs never meet.

  Writing attributes. The object of `x.n = v` must come from `_write_`, which refuses at run time what the program did not
  make itself. Otherwise a program could, for example, give a dataclass field of the library's a name that is code.

  Making classes. Every class statement names `_metaclass_`, which judges bases and members when the class is made. Names
  of members are judged here as attributes are, because that is what they become.

  Binding names. Nothing may bind a guard's name, a name that begins with the mark, or a special name outside its place.

All else follows from the table of node types (residual.py): it says which fields hold nodes and which hold names. A type
that is not in the table is refused, and the table itself is compared with CPython's grammar when the image is built.

How it goes. The tree is walked level by level, without recursion, so that the depth of a program is counted and not felt
by the interpreter's stack. Functions, classes and comprehensions wait in a list of their own until the scope around them
is done: each node is judged in the scope that it belongs to. `walk.scope` is that scope. For each type there may be a rule:

    rule(node, walk) -> the nodes below that are left to verify, or None for all that the table lists

A rule judges the names that its node holds, and returns fewer nodes than the table lists only for nodes that it has judged
itself: the parts of a guard's call, the body of a function, which waits. Names that were found free for every use, and
attributes that were found readable, are remembered, since programs use the same few names over and over.

In the end the bounds of limits.py hold as well: what little text can make much work, for the compiler or for us.
"""

from ..sealed import __builtins__
import ast
from ast import Attribute, Constant, Load, Name

from ..language import PRIVATE_MARK
from . import access, definitions, limits
from .identifiers import RESERVED
from .refused import Refused
from .residual import CHILDREN
from .walk import Walk

CONSTANTS = frozenset({str, bytes, int, float, complex, bool, type(None), type(...)})


def verify(tree):
    """Raises Refused unless `tree` is a program of the restricted language. Returns its depth."""
    walk, deepest = Walk(tree), 0
    try:
        while walk.pending:
            walk.scope, level, walk.depth = walk.pending.pop()
            _verify_scope(level, walk)
            deepest = max(deepest, walk.depth)
        walk.finish()
    except Refused as refused:
        if refused.node is None:
            refused.node = walk.node
        raise
    return deepest


def _verify_scope(level, walk):
    """Judges `level`, nodes of the present scope, and all below them that belong to it."""
    plain, readable, plan_of = walk.plain, walk.readable, PLAN.get
    while level:
        walk.depth += 1
        if walk.depth > limits.DEPTH:
            limits.too_much('it is nested too deeply', level[0])
        below = []
        for node in level:
            kind = type(node)
            if kind is Name:
                name = node.id
                if name not in plain:
                    if name[:1] not in _SPECIAL and name not in RESERVED:
                        plain.add(name)
                    else:
                        walk.node = node
                        access.name(node, walk)
                continue
            if kind is Constant and type(node.value) in CONSTANTS:
                continue
            if kind is Attribute and node.attr in readable and type(node.ctx) is Load:
                below.append(node.value)
                continue
            plan = plan_of(kind)
            walk.node = node
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


def _constant(node, walk):
    if type(node.value) not in CONSTANTS:
        raise Refused(f'a constant of the type {type(node.value).__name__} is not in the language')


def _try(node, walk):
    """A handler's body runs with the handlers of the exception's own clean-up and of its name's; one more for `except*`."""
    final, caught = len(node.finalbody) > 0, len(node.handlers) > 0
    if final:
        limits.check_finally(node)
        walk.guard_block(node.finalbody, 1)
    walk.guard_block(node.body, final + caught)
    walk.guard_block(node.handlers, final + 2 + (type(node) is ast.TryStar))
    walk.guard_block(node.orelse, final)
    return ()


def _with(node, walk):
    """Each item is entered with the handlers of those before it."""
    walk.guard_block(node.body, len(node.items))
    walk.guard_block(node.items, len(node.items))
    return ()


def _misplaced(node, walk):
    """A type that its parent's rule judges, and never leaves to the walk."""
    raise Refused(f'{type(node).__name__} is out of place')


RULES = {
    Constant: _constant,
    ast.MatchSingleton: _constant,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    **dict.fromkeys((ast.comprehension, ast.arg, ast.alias), _misplaced),
    **access.RULES,
    **definitions.RULES,
}
PLAN = {kind: (RULES.get(kind), fields) for kind, fields in CHILDREN.items()}
# An entry of `Dict.keys` or `arguments.kw_defaults`, or an optional field that a rule passed on.
PLAN[type(None)] = (None, ())
# How names begin that are not free for every use.
_SPECIAL = ('_', PRIVATE_MARK)
