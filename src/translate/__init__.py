"""Translation: what a guarded text becomes, where the effect of a guard is certain before the program runs.

    _getattr_(x, 'n')                     x.n
    _getitem_(x, _slice_(i, j, None))     x[i:j]
    _apply_(f, *a, **k)                   f(*a, **k)
    _getiter_(x), _unpack_sequence_(x, …) x
    _template_(t'{…}', ('x',))            t'{…}', which tells the text 'x'
    x = _inplacevar_('+=', x, v)          x += v
    _write_(x)[k] = v                     x[k] = v
    _write_(x).n = v                      (ʼx if ʼtype(ʼx := x) in ʼG else _write_(ʼx)).n = v, in a function; see hoist.py
    _write_(x).__name__ = v               ʼset(v, x, '__name__')
    del _write_(x).__name__               ʼunset(x, '__name__')
    x._p, and `_p` of a class body        x.ʼ_p, ʼ_p: private names have a mark that no source can spell
    except E as e: ...                    except E as e: ʼtype(e) in ʼT and ʼtell(e); ...
    asyncio.run(main())                   await ʼrun(asyncio.run, main()), in a module
    global n; n = v                       ʼglobals()['n'] = v, in text that a program evaluates; see global_writes.py
    x                                     ʼshow(x), in interactive text; see shown.py

It is not trusted. What it leaves is verified (trusted/language/verify), and that is what is compiled: a mistake here is a
refusal or a wrong program. So it asks of a guard's call only whether it has the shape that it can translate. A call of any
other shape stays as it is, and the verifier says what it thinks of it.

The tree is gone through level by level; what a function, a class or a comprehension holds waits until the scope around it
is done, with the scope's kind and the class whose name private names are mangled with.

    rule(node, walk) -> the nodes below that are left to translate, or None for all
"""

from ..sealed import __builtins__
import ast
from ast import Constant, Name

from ..verify.refused import Refused
from ..verify.residual import CHILDREN
from . import definitions, nodes, reads, writes
from .global_writes import through_dict
from .hoist import hoist
from .lift import lift
from .shown import show
from .spelling import without_future_imports
from .walk import Walk

RULES = {**reads.RULES, **writes.RULES, **definitions.RULES}
_PLAN = {kind: (RULES.get(kind), fields) for kind, fields in CHILDREN.items()}


def translate(tree, parameters, keeps_value, lifts=True, evaluated=False, shows=False):
    """
    Translates a parsed program, where it stands. With `parameters`, an expression becomes the body of a function of these;
    with `keeps_value`, a final expression statement assigns to the global `ʼvalue`; with `lifts`, it may wait for its host
    (lift.py); `evaluated`, it is text that a program evaluates; with `shows`, it is interactive. Raises Refused for what nobody writes.
    """
    if type(tree) is ast.Module:
        without_future_imports(tree)
    final = _final(tree, keeps_value)
    kind = 'text' if evaluated else 'module'
    walk = Walk(kind if parameters is None else 'expression', tree)
    while walk.pending:
        walk.kind, walk.owner, level, walk.writes = walk.pending.pop()
        while level:
            level = _translate_level(level, walk)
    for node, field, name in walk.renames:
        setattr(node, field, name)
    for function, found in walk.functions:
        if found:
            hoist(function, found, walk.named, writes.test)
    if lifts and type(tree) is ast.Module:
        lift(tree)
    if evaluated and type(tree) is ast.Module:
        through_dict(tree)
    if shows:
        show(tree)
    _enclose(tree, parameters, final)


def enclose(tree, parameters, keeps_value):
    """As `translate`, for a program of full Python: nothing of it is changed but where its value goes."""
    _enclose(tree, parameters, _final(tree, keeps_value))


def _final(tree, keeps_value):
    """The final expression statement, where its value is kept."""
    if keeps_value and type(tree) is ast.Module and tree.body and type(tree.body[-1]) is ast.Expr:
        return tree.body[-1]
    return None


def _enclose(tree, parameters, final):
    if final is not None:
        final.__class__ = ast.Assign
        final.targets = [nodes.name(nodes.VALUE, final, nodes.STORE)]
    if parameters is not None:
        tree.body = nodes.function(tree.body, parameters, tree.body)


def _translate_level(level, walk):
    """Translates `level`. Returns the nodes below it that are left."""
    below, node = [], None
    try:
        for node in level:
            kind = type(node)
            if kind is Name or kind is Constant:
                continue
            plan = _PLAN.get(kind)
            if plan is None:
                continue
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
    except Refused as refused:
        if refused.node is None:
            refused.node = node
        raise
    return below
