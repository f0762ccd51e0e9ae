"""Reading, writing and calling: where a guard must stand, and where one may.

Translation has turned every guard whose effect is certain into plain Python. Those that are left decide something when the
program runs, and are calls in these forms only:

    _getattr_(x, 'format')       a read whose value is judged; 'format' is one of the judged names, or a dunder that a policy guards
    ʼset(v, x, '__name__')       a write of such a dunder
    ʼunset(x, '__name__')        its deletion
    _write_(x).n = v             a write; `x` is the guest's own, or what stands in for it refuses the write
    (ʼx if ʼtype(ʼx := x) in ʼG else _write_(ʼx)).n = v
                                 the same, which asks the guard only where `x` is of a class not seen before
    ʼ:x.n = v                    the same, where `ʼ:x` is bound to such answers alone: by `ʼ:x = ʼx if … else _write_(ʼx)`
    ʼ|=(a, b)                    `operator.ior`, and so on
    ʼtype(e) in ʼT and ʼtell(e)  takes the marks of private names out of what an exception says
    ʼrun(f, c)                   `f(c)`, or where `f` is asyncio.run, a coroutine that does as it does
    ʼglobals()                   writes global names of evaluated text, as `globals()` would
    ʼshow(x)                     prints the value of an expression in interactive text

No guard is a value: who held `_write_` could hand it to a library function, who held `ʼtype` would have the class of all
classes, who held `ʼG` could add a class of the library's to it.
"""

from ..sealed import __builtins__
import ast
from ast import Call, Constant, Load, Name, Starred

from ..language import (
    DEFINABLE_METHODS,
    GUARDED_DUNDERS,
    GUARDS,
    IN_PLACE,
    JUDGED_ATTRIBUTES,
    PRIVATE_MARK,
    SETTABLE_DUNDERS,
)
from ..names import is_dunder, judged
from . import limits
from .identifiers import (
    GLOBALS,
    HELD,
    OWN_CLASSES,
    READABLE,
    READABLE_INSIDE,
    RUN,
    SET,
    SHOW,
    TELL,
    TOLD,
    TYPE,
    UNSET,
    VALUE,
    WRITTEN,
    check_attribute,
    check_read,
)
from .refused import Refused


def name(node, walk):
    """A plain name. Guards and other names of ours are judged by the constructs that may hold them."""
    held, scope = node.id, walk.scope.kind
    if type(node.ctx) is not Load:
        if held != VALUE or scope != 'module':
            walk.bind(held, node)
    elif held in READABLE or scope != 'module' and held in READABLE_INSIDE:
        pass
    elif held in GUARDS:
        raise Refused(f'`{held}` is the name of a guard')
    elif held[:1] == PRIVATE_MARK and (scope != 'class' or held[1:2] != '_'):
        raise Refused(f'`{held}` is a name of the sandbox')
    elif is_dunder(held):
        raise Refused(f'`{held}` cannot be read')
    return ()


def is_call(node, function):
    """Whether `node` calls the plain name `function` with one plain argument."""
    return (
        type(node) is Call
        and type(node.func) is Name
        and node.func.id == function
        and len(node.args) == 1
        and not node.keywords
        and type(node.args[0]) is not Starred
    )


def is_read(node, held):
    return type(node) is Name and node.id == held and type(node.ctx) is Load


# ---- calls


def call(node, walk):
    function = node.func
    if type(function) is Name and function.id[:1] in _OURS_BEGIN:
        judge = _CALLED.get(function.id)
        if judge is not None:
            return judge(node, walk)
    limits.check_count(node.keywords, limits.KEYWORDS, 'named arguments')
    return None


def _misplaced(node, walk):
    raise Refused(f'{node.func.id} is out of place')


def _judged_read(node, walk):
    args = node.args
    if (
        len(args) != 2
        or node.keywords
        or type(args[0]) is Starred
        or type(args[1]) is not Constant
        or type(args[1].value) is not str
    ):
        raise Refused('_getattr_ takes an object and a name')
    held = args[1].value
    if held not in DEFINABLE_METHODS and held not in GUARDED_DUNDERS:
        check_attribute(held)
        if not judged(held):
            raise Refused(f'_getattr_ does not judge the attribute `{held}`')
    return (args[0],)


def _judged_write(node, walk):
    """`ʼset(v, x, '__name__')` and `ʼunset(x, '__name__')`: the guard looks at all, and the name is there to be seen."""
    args = node.args
    if (
        len(args) != (3 if node.func.id == SET else 2)
        or node.keywords
        or Starred in map(type, args)
        or type(args[-1]) is not Constant
        or args[-1].value not in SETTABLE_DUNDERS
    ):
        raise Refused('an attribute between double underscores is set in another way')
    return args[:-1]


def _ours(node, walk):
    """A call of a function of ours, which nobody can turn to his own ends."""
    return *node.args, *node.keywords


_OURS_BEGIN = ('_', PRIVATE_MARK)
_CALLED = {
    **dict.fromkeys(GUARDS, _misplaced),
    '_getattr_': _judged_read,
    SET: _judged_write,
    UNSET: _judged_write,
    **dict.fromkeys((*[PRIVATE_MARK + sign for sign in IN_PLACE], TELL, RUN, GLOBALS, SHOW), _ours),
}


def comparison(node, walk):
    """`ʼtype(x) in ʼG` tells whether, and nothing else: neither the class nor the set is a value."""
    left = node.left
    if not (is_call(left, TYPE) and len(node.ops) == 1 and type(node.ops[0]) is ast.In):
        return None
    if not (is_read(node.comparators[0], OWN_CLASSES) or is_read(node.comparators[0], TOLD)):
        return None
    return left.args


# ---- attributes


def attribute(node, walk):
    held = node.attr
    if type(node.ctx) is Load:
        if held in walk.readable:
            pass
        elif held in DEFINABLE_METHODS and held not in JUDGED_ATTRIBUTES and _is_super(node.value):
            pass
        else:
            if is_dunder(held) and held not in JUDGED_ATTRIBUTES:
                raise Refused(f'the attribute `{held}` is not accessible')
            check_read(held)
            walk.readable.add(held)
        return (node.value,)
    if is_dunder(held):
        raise Refused(f'the attribute `{held}` cannot be changed')
    check_attribute(held)
    return _written(node.value, walk)


def _is_super(node):
    """Zero-argument `super()`: CPython's own, for no program can bind the name."""
    return (
        type(node) is Call
        and type(node.func) is Name
        and node.func.id == 'super'
        and not node.args
        and not node.keywords
    )


def _written(node, walk):
    """The object that the target of a write is known to come from a guard for."""
    if is_call(node, '_write_'):
        return node.args
    if walk.scope.kind == 'function':
        if type(node) is Name and node.id[:2] == HELD and type(node.ctx) is Load:
            return ()
        tested = _tested(node)
        if tested is not None:
            return (tested,)
    raise Refused('_write_ is missing', node)


def _tested(node):
    """`x` of `ʼx if ʼtype(ʼx := x) in ʼG else _write_(ʼx)`; None for anything else."""
    if type(node) is not ast.IfExp:
        return None
    test, other = node.test, node.orelse
    if (
        type(test) is ast.Compare
        and len(test.ops) == 1
        and type(test.ops[0]) is ast.In
        and is_read(test.comparators[0], OWN_CLASSES)
        and is_call(test.left, TYPE)
        and type(bound := test.left.args[0]) is ast.NamedExpr
        and type(bound.target) is Name
        and bound.target.id == WRITTEN
        and is_read(node.body, WRITTEN)
        and is_call(other, '_write_')
        and is_read(other.args[0], WRITTEN)
    ):
        return bound.value
    return None


def holds(node, walk):
    """What is left of `ʼ:x = ʼx if …`, which binds such a variable; None for other assignments."""
    (target, *others) = node.targets
    if type(target) is not Name or target.id[:2] != HELD or walk.scope.kind != 'function':
        return None
    tested = _tested(node.value)
    return None if others or tested is None else (tested,)


RULES = {
    Name: name,
    Call: call,
    ast.Compare: comparison,
    ast.Attribute: attribute,
}
