"""Inlining: what a verified guard call becomes where the guard's effect is known at compile time. Either syntax:

    _getattr_(x, 'n')                          x.n
    _getitem_(x, _slice_(i, j, None))          x[i:j]
    _apply_(f, *a, **k)                        f(*a, **k)
    x = _inplacevar_('+=', x, v)               x += v
    _write_(x).n = v                           (ʼx if ʼtype(ʼx := x) in ʼG else _write_(ʼx)).n = v, in a function

or, where every guard stays a call, that of a guard which does just this, and needs no Python to do it:

    _getattr_(x, 'n')                          ʼ.n(x)
    _getitem_(x, _slice_(i, j, None))          _getitem_(x, i:j)
    x, y = _unpack_sequence_(z, …, _getiter_)  x, y = _unpack_sequence_(z)
    x = _inplacevar_('+=', x, v)               x = ʼ+=(x, v)
    _write_(x)[k] = v                          ʼ[](x)[k] = v

A node is rewritten where it stands, by changing its class: nothing above it needs to know, and the tree that was verified
is the tree that is compiled. What it held as a call it still holds, but the compiler reads the fields of its class only
(taking them off would cost as much as all the rest). Positions stay those of the guard call, in the guarded text; they are
all that tracebacks have. The shapes are the caller's to check: nothing here refuses anything.
"""

from .sealed import __builtins__
import ast

from .language import PRIVATE_MARK
from .names import ITEM_WRITE, READER

# Names of ours among the guest's builtins and globals, which no source can spell.
TYPE, OWN_CLASSES, VALUE, WRITTEN, TOLD, TELL, REGISTER = (
    PRIVATE_MARK + word for word in ('type', 'G', 'value', 'x', 'T', 'tell', 'register')
)
LOAD, STORE, IN = ast.Load(), ast.Store(), ast.In()
OPERATORS = {
    '+=': ast.Add,
    '-=': ast.Sub,
    '*=': ast.Mult,
    '/=': ast.Div,
    '//=': ast.FloorDiv,
    '%=': ast.Mod,
    '**=': ast.Pow,
    '@=': ast.MatMult,
    '<<=': ast.LShift,
    '>>=': ast.RShift,
    '&=': ast.BitAnd,
    '|=': ast.BitOr,
    '^=': ast.BitXor,
}
SPELLED = {kind: text for text, kind in OPERATORS.items()}


def make(kind, place):
    """A new `kind` without fields, where the node `place` begins; what cannot fail needs no end."""
    node = kind.__new__(kind)
    node.lineno = place.lineno
    node.col_offset = place.col_offset
    return node


def name(identifier, place):
    """The name `identifier`, read."""
    node = make(ast.Name, place)
    node.id = identifier
    node.ctx = LOAD
    return node


def constant(value, place):
    node = make(ast.Constant, place)
    node.value = value
    return node


def call(function, arguments, place):
    """A call of the function of that name."""
    node = make(ast.Call, place)
    node.end_lineno = place.end_lineno
    node.end_col_offset = place.end_col_offset
    node.func = name(function, place)
    node.args = arguments
    node.keywords = []
    return node


def attribute(node, value, attr):
    """`_getattr_(value, 'attr')` -> `value.attr`"""
    node.__class__ = ast.Attribute
    node.value = value
    node.attr = attr
    node.ctx = LOAD


def reader(node, stored):
    """`_getattr_(x, 'n')` -> `ʼ.n(x)`"""
    node.func.id = READER + stored
    del node.args[1]


def in_place(node, operator):
    """`_inplacevar_('+=', x, v)` -> `ʼ+=(x, v)`"""
    node.func.id = PRIVATE_MARK + operator
    del node.args[0]


def item_write(write):
    """`_write_(x)`, where an item is written -> `ʼ[](x)`"""
    write.func.id = ITEM_WRITE


def item(node, value, key):
    """`_getitem_(value, key)` -> `value[key]`"""
    node.__class__ = ast.Subscript
    node.value = value
    node.slice = key
    node.ctx = LOAD


def slice_of(node):
    """`_slice_(i, j, k)` -> `i:j:k`, where a constant None is an absent bound, as it is to the interpreter. To text it would be
    wrong as an argument; to the compiler it is an expression like others."""
    bounds = [
        None if type(bound) is ast.Constant and bound.value is None else bound
        for bound in node.args
    ]
    node.__class__ = ast.Slice
    node.lower, node.upper, node.step = bounds


def augmented(node, target, operator, value):
    """`x = _inplacevar_('+=', x, v)` -> `x += v`"""
    node.__class__ = ast.AugAssign
    node.target = target
    node.op = OPERATORS[operator]()
    node.value = value


def judged_augmented(node, x):
    """
    `_write_(x).mapping |= v` -> `_write_(x).mapping = ʼ|=(_getattr_(x, 'mapping'), v)`

    The statement would read the attribute itself, past the guard that judges what it yields.
    """
    target = node.target
    old = call('_getattr_', [x, constant(target.attr, target)], target)
    node.value = call(PRIVATE_MARK + SPELLED[type(node.op)], [old, node.value], node)
    node.__class__ = ast.Assign
    node.targets = [target]


def own_or_written(write, x):
    """
    `ʼx if ʼtype(ʼx := x) in ʼG else _write_(ʼx)`, for the call `_write_(x)` with a plain name `x` in a function.

    `ʼG` holds the classes that a guard has found to be the guest's own. `x` is read once: the collector may run within any call,
    and with it the `finally` of a guest's generator, which may bind `x` to what is not the guest's. The function's own `ʼx` is
    out of its reach, as a global would not be.
    """
    held, bound = name(WRITTEN, write), make(ast.NamedExpr, write)
    bound.target, bound.value = name(WRITTEN, write), x
    bound.target.ctx = STORE
    write.args = [held]
    test = make(ast.Compare, write)
    test.left = call(TYPE, [bound], write)
    test.ops = [IN]
    test.comparators = [name(OWN_CLASSES, write)]
    node = make(ast.IfExp, write)
    node.test = test
    node.body = held
    node.orelse = write
    return node


def told(handler):
    """
    `except E as e: ...` -> `except E as e: ʼtype(e) in ʼT and ʼtell(e); ...`

    What the interpreter says of a private name holds its mark, which the program must not see. No function is called for a
    RecursionError: there may be no room for one. Whoever rebinds the name between its two reads is told of what he bound.
    """
    tree = ast.parse(f'{TYPE}({handler.name}) in {TOLD} and {TELL}({handler.name})')
    handler.body = [*ast.increment_lineno(tree, handler.lineno - 1).body, *handler.body]


def registered(decorator, annotation):
    """`@f.register` -> `@ʼregister(f.register, lambda: annotation)`: whether it is asked for is seen when it runs."""
    body = make(ast.Expression, annotation)
    body.body = annotation
    as_lambda(body, ())
    return call(REGISTER, [decorator, body.body], decorator)


def without_annotation(node, x, at_module_level):
    """
    `x: T = v` -> `x = v`. Of `x.n: T` only `x` is evaluated. `x: T` makes `x` local to its function (`x: None`), and does
    nothing in a module.
    """
    if node.value is not None:
        node.__class__ = ast.Assign
        node.targets = [node.target]
    elif x is not None:
        node.__class__ = ast.Expr
        node.value = x
    elif at_module_level:
        node.__class__ = ast.Pass
    else:
        node.annotation = constant(None, node.annotation)


def keep_value(statement):
    """Makes an expression statement an assignment to the global `ʼvalue`."""
    target = name(VALUE, statement)
    target.ctx = STORE
    statement.__class__ = ast.Assign
    statement.targets = [target]


def as_lambda(tree, parameters):
    """Makes the expression the body of a function of `parameters`."""
    body = tree.body
    args = []
    for parameter in parameters:
        arg = make(ast.arg, body)
        arg.arg = parameter
        args.append(arg)
    tree.body = make(ast.Lambda, body)
    tree.body.args = ast.arguments([], args, None, [], [], None, [])
    tree.body.body = body
