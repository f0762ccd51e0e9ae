"""Assignments and what is written: items plainly, attributes through a test that asks the guard only where it must."""

from ..sealed import __builtins__
import ast
from ast import Call, Constant, Name

from ..language import SETTABLE_DUNDERS
from ..names import judged, mark
from . import nodes
from .global_writes import to_item
from .spelling import mangled
from .walk import plain_call


def assignment(node, walk):
    value, targets = node.value, node.targets
    if (
        type(value) is Call
        and type(value.func) is Name
        and value.func.id == '_inplacevar_'
        and len(targets) == 1
    ):
        return _in_place(node, targets[0], value, walk)
    (target, *others) = targets
    if not others and type(target) is ast.Attribute and target.attr in SETTABLE_DUNDERS:
        return _set_dunder(node, target, value)
    for target in targets:
        if walk.kind == 'class':
            _mark_strings(target, value, walk.owner)
        else:
            _through_globals(target, walk)
    return None


def _through_globals(target, walk):
    """`__name__ = v` -> `ʼglobals()['__name__'] = v`, which looks at the value: classes say that they are of the module of that name."""
    if walk.kind in ('module', 'text') and type(target) is Name and target.id == '__name__':
        to_item(target)


def _set_dunder(node, target, value):
    """`_write_(x).__name__ = v` -> `ʼset(v, x, '__name__')`"""
    write = target.value
    if not plain_call(write, '_write_', 1):
        return None
    (x,) = write.args
    node.__class__ = ast.Expr
    node.value = nodes.call(nodes.SET, [value, x, nodes.constant(target.attr, target)], node)
    return value, x


def deletion(node, walk):
    """`del _write_(x).__doc__` -> `ʼunset(x, '__doc__')`"""
    (target, *others) = node.targets
    if others or type(target) is not ast.Attribute or target.attr not in SETTABLE_DUNDERS:
        return None
    if not plain_call(target.value, '_write_', 1):
        return None
    (x,) = target.value.args
    node.__class__ = ast.Expr
    node.value = nodes.call(nodes.UNSET, [x, nodes.constant(target.attr, target)], node)
    return (x,)


def _in_place(node, target, value, walk):
    if not plain_call(value, '_inplacevar_', 3) or type(target) is not Name:
        return None
    operator, old, operand = value.args
    if type(old) is not Name or old.id != target.id or type(operator) is not Constant:
        return None
    if operator.value not in nodes.OPERATORS:
        return None
    # What a class body reads before it has bound it is a name from around it, which is not renamed with the class's own.
    if walk.kind == 'class' and target.id[:1] == '_' or target.id == '__name__':
        value.func.id = nodes.PRIVATE_MARK + operator.value
        del value.args[0]
        _through_globals(target, walk)
    else:
        node.__class__ = ast.AugAssign
        node.target = target
        node.op = nodes.OPERATORS[operator.value]()
        node.value = operand
    return (operand,)


def augmented(node, walk):
    """
    `_write_(x).mapping |= v` -> `_write_(x).mapping = ʼ|=(_getattr_(x, 'mapping'), v)`

    The statement would read the attribute itself, past the guard that judges what it yields.
    """
    target = node.target
    if type(target) is ast.Attribute and judged(target.attr):
        write = target.value
        if plain_call(write, '_write_', 1) and type(write.args[0]) is Name:
            (x,) = write.args
            old = nodes.call('_getattr_', [x, nodes.constant(target.attr, target)], target)
            sign = nodes.PRIVATE_MARK + nodes.SPELLED[type(node.op)]
            node.value = nodes.call(sign, [old, node.value], node)
            node.__class__ = ast.Assign
            node.targets = [target]
            return target, *node.value.args[1:]
    return None


def annotated(node, walk):
    """
    Annotations of names are kept in class bodies, where dataclasses and named tuples read them, and in modules, which tell them by
    `__annotate__`. Elsewhere `x: T = v` -> `x = v`. Of `x.n: T` only `x` is evaluated. `x: T` makes `x` local to its function
    (`x: None`). In text it does nothing: the interpreter would note there, in a dict of the program's, that it was come past.
    """
    target = node.target
    written = None
    if type(target) is not Name and plain_call(target.value, '_write_', 1):
        (written,) = target.value.args
    if walk.kind == 'class' and written is None:
        _mark_strings(target, node.value, walk.owner)
    elif walk.kind == 'module' and node.simple and target.id != '__name__':
        pass
    elif node.value is not None:
        node.__class__ = ast.Assign
        node.targets = [target]
        _through_globals(target, walk)
        return target, node.value
    elif written is not None:
        node.__class__ = ast.Expr
        node.value = written
        return (written,)
    elif walk.kind in ('module', 'text'):
        node.__class__ = ast.Pass
        return ()
    else:
        node.annotation = nodes.constant(None, node.annotation)
    return target, node.annotation, node.value


def _mark_strings(target, value, owner):
    """Gives private names in `__slots__` and `__match_args__` their stored form. CPython does not mangle the latter."""
    if type(target) is not Name or target.id not in ('__slots__', '__match_args__'):
        return
    kind = type(value)
    if kind in (ast.Tuple, ast.List, ast.Set):
        strings = value.elts
    else:
        strings = value.keys if kind is ast.Dict else [value]
    for each in strings:
        if type(each) is Constant and type(each.value) is str:
            each.value = mark(mangled(each.value, None if target.id[2] == 'm' else owner))


def attribute(node, walk):
    """Written or deleted; what a pattern reads is an attribute too."""
    node.attr = walk.stored[mangled(node.attr, walk.owner)]
    write = node.value
    if walk.kind == 'function' and plain_call(write, '_write_', 1) and type(write.args[0]) is Name:
        (x,) = write.args
        walk.writes.setdefault(x.id, []).append(node)
        node.value = _own_or_written(write, x)
        return ()
    return (write,)


def _own_or_written(write, x):
    """
    `ʼx if ʼtype(ʼx := x) in ʼG else _write_(ʼx)`, for the call `_write_(x)` with a plain name `x` in a function.

    `ʼG` holds the classes that a guard has found to be the guest's own. `x` is read once: the collector may run within any call,
    and with it the `finally` of a guest's generator, which may bind `x` to what is not the guest's. The function's own `ʼx` is
    out of its reach, as a global would not be.
    """
    held, bound = nodes.name(nodes.WRITTEN, write), nodes.make(ast.NamedExpr, write)
    bound.target, bound.value = nodes.name(nodes.WRITTEN, write, nodes.STORE), x
    write.args = [held]
    node = nodes.make(ast.IfExp, write)
    node.test = nodes.contains(nodes.call(nodes.TYPE, [bound], write), nodes.OWN_CLASSES, write)
    node.body = held
    node.orelse = write
    return node


def test(name, place):
    """The same for a variable of that name, which is to be asked for where `place` begins."""
    x = nodes.name(name, place)
    return _own_or_written(nodes.call('_write_', [x], place), x)


def named(node, walk):
    if type(node.target) is Name:
        walk.named.add(node.target.id)
    return (node.value,)


def item(node, walk):
    """Written or deleted."""
    if plain_call(node.value, '_write_', 1):
        node.value = node.value.args[0]
    return None


RULES = {
    ast.Assign: assignment,
    ast.AugAssign: augmented,
    ast.Delete: deletion,
    ast.AnnAssign: annotated,
    ast.Attribute: attribute,
    ast.Subscript: item,
    ast.NamedExpr: named,
}
