"""Bounds on what compiling may cost. Compiling never ticks, so nothing but these ends it before the host's watchdog does.

Each bound is far above what people write and stands for a way in which little text makes much work; the figures were
measured on CPython 3.14 in WebAssembly.
"""

from ..sealed import __builtins__
import ast

from .refused import Refused
from .residual import CHILDREN, fields_of

# Characters of the text, and bytes of the marshalled code, where the host says nothing.
CODE = 32 * 2**20
# Levels of a tree. CPython measures its stack as it compiles, and gives up at some 11,500 levels of operators and 2,300 of `elif`.
DEPTH = 12_500
# Levels from which on a tree is taken apart: left to itself, the interpreter frees it by recursion, and overflows at 1,500.
FREED = 500
# Exception handlers that may be active at one place of a function: those of `try` and `with`, and one for each list, set or
# dict comprehension, which the compiler writes out in place. CPython 3.14.2 keeps them in an array of 23, does not count
# those of comprehensions, and writes past its end: 23 nested comprehensions are enough, and where handlers that cannot nest
# come on top (a generator's, those of `await` and `async for`), 20 of all kinds.
HANDLERS = 19
# Functions, lambdas, comprehensions and classes within each other: each passes on all the names of those inside it.
SCOPES = 50
# The compiler writes the code of a `finally` once for each way out of its `try`, and twice more: those nested in one another's
# multiply.
FINALLY_NODES = 100_000
# Names captured by one pattern: to keep n of them in order takes n**2 instructions, with alternatives up to n**3.
CAPTURES = 128
# Named arguments of one call, attributes of one class pattern, type parameters: each is compared with all the others.
KEYWORDS = 1_000
TYPE_PARAMETERS = 50


def too_much(what, node=None):
    raise Refused(f'the program cannot be compiled: {what}', node, 'PR902')


def check_finally(node):
    """Refuses a `try` whose `finally` bodies, nested ones included, would be written out too often."""
    size, _ = _written_out(node.body + node.handlers + node.orelse, node.finalbody)
    if size > FINALLY_NODES:
        too_much('its `finally` clauses multiply', node)


def _written_out(inside, final):
    """(nodes, exits) that the compiler makes of a `try`: its `finally` body once for each exit from within, and twice."""
    size, exits = _weigh(inside)
    final_size, final_exits = _weigh(final)
    return size + (exits + 2) * final_size, exits + (exits + 2) * final_exits


def _weigh(nodes):
    size = exits = 0
    stack = list(nodes)
    while stack:
        node = stack.pop()
        kind = type(node)
        size += 1
        if kind is ast.Return or kind is ast.Break or kind is ast.Continue:
            exits += 1
        if (kind is ast.Try or kind is ast.TryStar) and node.finalbody:
            inner = _written_out(node.body + node.handlers + node.orelse, node.finalbody)
            size += inner[0]
            exits += inner[1]
        elif node is not None:
            fields_of(node)
            for field in CHILDREN[kind]:
                held = getattr(node, field)
                stack.extend(held) if type(held) is list else stack.append(held)
    return size, exits


def check_pattern(pattern):
    """Refuses a pattern that captures too many names."""
    captures, stack = 0, [pattern]
    while stack:
        node = stack.pop()
        captures += (
            getattr(node, 'name', None) is not None or getattr(node, 'rest', None) is not None
        )
        stack += *getattr(node, 'patterns', ()), *getattr(node, 'kwd_patterns', ())
        if type(node) is ast.MatchAs and node.pattern is not None:
            stack.append(node.pattern)
    if captures > CAPTURES:
        too_much(f'a pattern captures more than {CAPTURES} names', pattern)


def check_count(held, most, what, node=None):
    if len(held) > most:
        too_much(f'more than {most} {what}', node)


def dismantle(tree):
    """Takes a tree apart level by level: the interpreter frees one by recursion, which may overflow the WebAssembly stack."""
    nodes = [tree]
    while nodes:
        below = [
            part
            for node in nodes
            for held in node.__dict__.values()
            for part in (held if type(held) is list else (held,))
            if isinstance(part, ast.AST)
        ]
        for node in nodes:
            node.__dict__.clear()
        nodes = below
