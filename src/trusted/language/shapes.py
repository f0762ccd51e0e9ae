"""The shapes of guard calls: at each place where one must stand, exactly what the rewriter writes there, and nothing else.

A guard is not a value: its name occurs only as what is called, at its own places, with arguments counted and none starred
(a star would let a guest supply the guard's arguments). Each rule returns what is left to verify: the arguments that are
the program's own. Where inlining is on, the rule also turns the call into the syntax it stands for.
"""

from .sealed import __builtins__
import ast
from ast import Call, Constant, Dict, List, Load, Name, Starred, Tuple, UnaryOp, USub

from . import inline, limits
from .identifiers import check_keyword
from .language import DEFINABLE_METHODS, GUARDS
from .names import judged
from .refused import Refused


def guarded(node, guard, count):
    """The arguments of `node` if it is a call of `guard` with `count` plain arguments; refused otherwise."""
    if type(node) is not Call or type(node.func) is not Name or node.func.id != guard:
        raise Refused(f'{guard} is missing', node)
    args = node.args
    plain = len(args) == count and not node.keywords
    for argument in args:
        if type(argument) is Starred:
            plain = False
    if not plain:
        raise Refused(f'{guard} takes {count} plain argument{"s"[: count != 1]}', node)
    return args


def named_arguments(keywords, double_stars=False):
    """The values of a call's named arguments."""
    limits.check_count(keywords, limits.KEYWORDS, 'named arguments')
    for keyword in keywords:
        if keyword.arg is not None:
            check_keyword(keyword.arg, keyword)
        elif not double_stars:
            raise Refused('_apply_ is missing')
    return [keyword.value for keyword in keywords]


# ---- reads


def call(node, walk):
    func, args = node.func, node.args
    if type(func) is Name:
        guard = _GUARDS.get(func.id)
        if guard is not None:
            return guard(node, walk)
    for argument in args:
        if type(argument) is Starred:
            raise Refused('_apply_ is missing')
    return func, *args, *(named_arguments(node.keywords) if node.keywords else ())


def misplaced(node, walk):
    raise Refused(f'{node.func.id} is out of place')


def attribute_read(node, walk):
    args = node.args
    if len(args) != 2 or node.keywords or type(args[1]) is not Constant or type(args[0]) is Starred:
        raise Refused('_getattr_ takes an object and a name')
    x, constant = args
    name = constant.value
    special = name in DEFINABLE_METHODS
    stored = name if special else walk.stored[name]
    if judged(stored) or special and not (walk.inline and _is_super(x)):
        constant.value = stored
    elif walk.inline:
        inline.attribute(node, x, stored)
    else:
        inline.reader(node, stored)
    return (x,)


def _is_super(node):
    """Zero-argument `super()`: CPython's own, for no source can bind the name."""
    return (
        type(node) is Call
        and type(node.func) is Name
        and node.func.id == 'super'
        and not node.args
        and not node.keywords
    )


def item_read(node, walk):
    x, key = guarded(node, '_getitem_', 2)
    parts = key.elts if type(key) is Tuple else (key,)
    left = [x]
    for part in parts:
        if type(part) is Call and type(part.func) is Name and part.func.id == '_slice_':
            left += guarded(part, '_slice_', 3)
            inline.slice_of(part)
        else:
            left.append(part)
    if walk.inline:
        inline.item(node, x, key)
    return left


def star_call(node, walk):
    args = node.args
    if not args or type(args[0]) is Starred:
        raise Refused('_apply_ takes what it calls first')
    left = [each.value if type(each) is Starred else each for each in args]
    left += named_arguments(node.keywords, double_stars=True)
    if walk.inline:
        node.func, node.args = args[0], args[1:]
    return left


# The guards that may be called wherever an expression may stand; the others have places of their own.
_GUARDS = dict.fromkeys(GUARDS, misplaced) | {
    '_getattr_': attribute_read,
    '_getitem_': item_read,
    '_apply_': star_call,
}


# ---- iteration


def iterated(target, iterable, is_async, walk):
    """(what to iterate over, what is left to verify of it) for the iterable of a `for` or a comprehension."""
    if type(target) in (Tuple, List) and not is_async:
        inner = unpacked('_iter_unpack_sequence_', iterable, target)
    else:
        (inner,) = guarded(iterable, '_getiter_', 1)
    return inner if walk.inline else iterable, inner


def loop(node, walk):
    node.iter, inner = iterated(node.target, node.iter, type(node) is ast.AsyncFor, walk)
    return node.target, inner, *node.body, *node.orelse


def comprehension(node, walk):
    """The first iterable belongs to the scope around, all else to a scope of its own."""
    body = [node.key, node.value] if type(node) is ast.DictComp else [node.elt]
    for generator in node.generators:
        generator.iter, inner = iterated(generator.target, generator.iter, generator.is_async, walk)
        body += (inner, generator.target, *generator.ifs)
        if generator is node.generators[0]:
            first = (body.pop(-2 - len(generator.ifs)),)
    # A generator is a function; the others are written out in place, with a handler that restores what they hide.
    handlers = 0 if type(node) is ast.GeneratorExp else walk.scope.handlers + 1
    walk.enter('comprehension', walk.scope.owner, body, handlers=handlers)
    return first


def star(node, walk):
    """A starred expression in a display or a subscript; those of calls are `_apply_`'s, targets are plain."""
    if type(node.ctx) is not Load:
        return None
    (inner,) = guarded(node.value, '_getiter_', 1)
    if walk.inline:
        node.value = inner
    return (inner,)


def delegation(node, walk):
    (inner,) = guarded(node.value, '_getiter_', 1)
    if walk.inline:
        node.value = inner
    check_yield(node, walk)
    return (inner,)


def unpacked(guard, node, target):
    """What is unpacked by a call of `guard`; refused unless its specification is that of `target`."""
    inner, spec, getiter = guarded(node, guard, 3)
    if type(getiter) is not Name or getiter.id != '_getiter_':
        raise Refused(f'{guard} takes _getiter_ last', node)
    if not _describes(spec, target):
        raise Refused(f'{guard} is told of another target', node)
    node.args = [inner]
    return inner


def _describes(spec, target):
    """Whether the literal `spec` is RestrictedPython's specification of the tuple or list `target`."""
    pending = [(spec, target)]
    while pending:
        spec, target = pending.pop()
        if type(spec) is not Dict or [_constant(key) for key in spec.keys] != ['childs', 'min_len']:
            return False
        children, length = spec.values
        elements = target.elts
        stars = [at for at, element in enumerate(elements) if type(element) is Starred]
        nested = [at for at, element in enumerate(elements) if type(element) in (Tuple, List)]
        if _constant(length) != len(elements) - len(stars):
            return False
        if type(children) is not Tuple or len(children.elts) != len(nested):
            return False
        for at, child in zip(nested, children.elts):
            index = at - len(elements) if stars and at > stars[0] else at
            if (
                type(child) is not Tuple
                or len(child.elts) != 2
                or _constant(child.elts[0]) != index
            ):
                return False
            pending.append((child.elts[1], elements[at]))
    return True


def _constant(node):
    """The value of an exact string or number, negative ones included; None for anything else."""
    if type(node) is UnaryOp and type(node.op) is USub:
        inner = node.operand
        return -inner.value if type(inner) is Constant and type(inner.value) is int else None
    return node.value if type(node) is Constant and type(node.value) in (str, int) else None


def check_yield(node, walk):
    """An expression that was made a function's body must not make that function a generator."""
    if walk.scope.kind == 'expression':
        raise Refused("'yield' outside function", node, 'PR901')


RULES = {
    Call: call,
    ast.For: loop,
    ast.AsyncFor: loop,
    Starred: star,
    ast.YieldFrom: delegation,
    ast.Yield: check_yield,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.DictComp: comprehension,
    ast.GeneratorExp: comprehension,
}
