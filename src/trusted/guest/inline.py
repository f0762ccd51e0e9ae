"""Inlining: what a verified guard call becomes where the guard's effect is known at compile time.

    _getattr_(x, 'n')                          x.n
    _getitem_(x, _slice_(i, j, None))          x[i:j]
    _apply_(f, *a, **k)                        f(*a, **k)
    x = _inplacevar_('+=', x, v)               x += v
    _write_(x).n = v                           (x if ʼtype(x) in ʼG else _write_(x)).n = v

A node is rewritten where it stands, by changing its class: nothing above it needs to know, and the tree that was verified
is the tree that is compiled. Positions stay those of the guard call, in the guarded text; they are all that tracebacks have.
The shapes are the caller's to check: nothing here refuses anything.
"""
from .sealed import __builtins__
import ast

from .language import PRIVATE_MARK

# Names of ours in the guest's builtins and globals, which no source can spell.
TYPE, OWN_CLASSES, VALUE = PRIVATE_MARK + 'type', PRIVATE_MARK + 'G', PRIVATE_MARK + 'value'
LOAD, STORE, IN = ast.Load(), ast.Store(), ast.In()
OPERATORS = {
    '+=': ast.Add, '-=': ast.Sub, '*=': ast.Mult, '/=': ast.Div, '//=': ast.FloorDiv, '%=': ast.Mod, '**=': ast.Pow,
    '@=': ast.MatMult, '<<=': ast.LShift, '>>=': ast.RShift, '&=': ast.BitAnd, '|=': ast.BitOr, '^=': ast.BitXor,
}
SPELLED = {kind: text for text, kind in OPERATORS.items()}


def placed(place, fields):
    """`fields` with the position of the node `place` added."""
    held = place.__dict__
    fields['lineno'] = held['lineno']
    fields['col_offset'] = held['col_offset']
    fields['end_lineno'] = held['end_lineno']
    fields['end_col_offset'] = held['end_col_offset']
    return fields


def become(node, kind, fields):
    """Makes `node` a `kind` with `fields` (a fresh dict), where it stands."""
    node.__dict__ = placed(node, fields)
    node.__class__ = kind


def make(kind, place, fields):
    """A new `kind` with `fields` (a fresh dict), at the position of the node `place`."""
    node = kind.__new__(kind)
    node.__dict__ = placed(place, fields)
    return node


def name(identifier, place):
    """The name `identifier`, read."""
    return make(ast.Name, place, {'id': identifier, 'ctx': LOAD})


def call(guard, arguments, place):
    """A call of the guard of that name."""
    return make(ast.Call, place, {'func': name(guard, place), 'args': arguments, 'keywords': []})


def attribute(node, value, attr):
    """`_getattr_(value, 'attr')` -> `value.attr`"""
    become(node, ast.Attribute, {'value': value, 'attr': attr, 'ctx': LOAD})


def item(node, value, key):
    """`_getitem_(value, key)` -> `value[key]`"""
    become(node, ast.Subscript, {'value': value, 'slice': key, 'ctx': LOAD})


def slice_of(node):
    """`_slice_(i, j, k)` -> `i:j:k`, where a constant None is an absent bound, as it is to the interpreter."""
    lower, upper, step = (None if type(bound) is ast.Constant and bound.value is None else bound for bound in node.args)
    become(node, ast.Slice, {'lower': lower, 'upper': upper, 'step': step})


def augmented(node, target, operator, value):
    """`x = _inplacevar_('+=', x, v)` -> `x += v`"""
    become(node, ast.AugAssign, {'target': target, 'op': OPERATORS[operator](), 'value': value})


def judged_augmented(node, written):
    """
    `_write_(x).mapping |= v` -> `_write_(x).mapping = _inplacevar_('|=', _getattr_(x, 'mapping'), v)`

    The statement would read the attribute itself, past the guard that judges what it yields.
    """
    target = node.target
    attr = make(ast.Constant, target, {'value': target.attr, 'kind': None})
    old = call('_getattr_', [written, attr], target)
    operator = make(ast.Constant, target, {'value': SPELLED[type(node.op)], 'kind': None})
    become(node, ast.Assign, {'targets': [target], 'value': call('_inplacevar_', [operator, old, node.value], node)})


def own_or_written(write, x):
    """
    `_write_(x)` -> `x if ʼtype(x) in ʼG else _write_(x)` for a plain name `x`

    `ʼG` holds the classes that a guard has found to be the guest's own. Reading a name three times has no effect of its own:
    the test runs no code of the guest (no guest class has a metaclass of its making), so all three are the same object.
    """
    inner = make(ast.Call, write, {'func': write.func, 'args': write.args, 'keywords': []})
    kind = make(ast.Call, write, {'func': name(TYPE, write), 'args': [x], 'keywords': []})
    test = make(ast.Compare, write, {'left': kind, 'ops': [IN], 'comparators': [name(OWN_CLASSES, write)]})
    become(write, ast.IfExp, {'test': test, 'body': x, 'orelse': inner})


def without_annotation(node):
    """`x: T = v` -> `x = v`, and `x: T` -> `x: None`, which still makes `x` local to its function."""
    if node.value is not None:
        become(node, ast.Assign, {'targets': [node.target], 'value': node.value})
    else:
        node.annotation = make(ast.Constant, node.annotation, {'value': None, 'kind': None})


def keep_final_value(tree):
    """Makes a final expression statement an assignment to the global `ʼvalue`."""
    if tree.body and type(tree.body[-1]) is ast.Expr:
        last = tree.body[-1]
        target = make(ast.Name, last, {'id': VALUE, 'ctx': STORE})
        become(last, ast.Assign, {'targets': [target], 'value': last.value})


def as_lambda(tree, parameters):
    """Makes the expression the body of a function of `parameters`."""
    body = tree.body
    args = ast.arguments([], [make(ast.arg, body, {'arg': each}) for each in parameters], None, [], [], None, [])
    tree.body = make(ast.Lambda, body, {'args': args, 'body': body})
