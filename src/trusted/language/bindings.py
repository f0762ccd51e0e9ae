"""Assignments, deletions and augmented assignments: what is unpacked on the way, and what is written where.

The value of an unpacking goes through `_unpack_sequence_`, an object whose attribute or item is written through `_write_`, a
name's augmented assignment through `_inplacevar_`. Targets are met again wherever they stand (`for`, `with`, `del`).
"""

from .sealed import __builtins__
import ast
from ast import Call, Constant, List, Load, Name, Slice, Tuple

from . import inline
from .definitions import defines_dunder
from .identifiers import mangled
from .names import is_dunder, judged
from .refused import Refused
from .shapes import guarded, unpacked


def assignment(node, walk):
    targets, value = node.targets, node.value
    if len(targets) == 1:
        kind = type(targets[0])
        if kind is Name:
            if type(value) is Call and type(value.func) is Name and value.func.id == '_inplacevar_':
                return _augmented_name(node, walk)
            if targets[0].id in walk.plain or not defines_dunder(targets[0], value, walk):
                return targets[0], value
            return (value,)
        if kind is ast.Attribute or kind is ast.Subscript:
            return targets[0], value
    left = [target for target in targets if not defines_dunder(target, value, walk)]
    sequences = [target for target in targets if type(target) in (Tuple, List)]
    if sequences:
        # One call for a chain of targets, told of the first.
        value = unpacked('_unpack_sequence_', value, sequences[0])
        if walk.inline:
            node.value = value
    left.append(value)
    return left


def _augmented_name(node, walk):
    operator, old, value = guarded(node.value, '_inplacevar_', 3)
    target = node.targets[0]
    if type(old) is not Name or old.id != target.id:
        raise Refused('_inplacevar_ takes the name it is assigned to')
    if type(operator) is not Constant or operator.value not in inline.OPERATORS:
        raise Refused('_inplacevar_ takes an operator first')
    # What a class body reads before it has bound it is a name from around it, which is not renamed with the class's own.
    if walk.inline and (target.id[0] != '_' or walk.scope.kind != 'class'):
        inline.augmented(node, target, operator.value, value)
    else:
        inline.in_place(node.value, operator.value)
    return (value,) if defines_dunder(target, None, walk) else (target, value)


def annotated(node, walk):
    """Annotations are kept in class bodies, where dataclasses and named tuples read them."""
    target, left = node.target, [node.annotation]
    written = None if type(target) is Name else guarded(target.value, '_write_', 1)[0]
    if node.value is not None:
        left.append(node.value)
    if not defines_dunder(target, node.value, walk):
        left.append(target)
    if walk.scope.kind != 'class' or written is not None:
        inline.without_annotation(node, written, walk.scope.kind == 'module')
    return left


def augmented_assignment(node, walk):
    target = node.target
    if type(target) is Name:
        raise Refused('_inplacevar_ is missing')
    value = node.value
    if type(target) is ast.Attribute and judged(target.attr):
        (x,) = guarded(target.value, '_write_', 1)
        if type(x) is not Name:
            raise Refused(
                f'`{target.attr}` of an expression cannot be assigned to in place: give the object a name first',
                target,
            )
        inline.judged_augmented(node, x)
    return target, value


def attribute_write(node, walk):
    if type(node.ctx) is Load:
        raise Refused('_getattr_ is missing')
    write = node.value
    (x,) = guarded(write, '_write_', 1)
    name = mangled(node.attr, walk.scope.owner)
    if is_dunder(name):
        raise Refused(f'the attribute `{name}` cannot be changed')
    node.attr = walk.stored[name]
    if walk.inline and type(x) is Name and walk.scope.kind == 'function':
        node.value = inline.own_or_written(write, x)
    return (x,)


def item_write(node, walk):
    if type(node.ctx) is Load:
        raise Refused('_getitem_ is missing')
    (x,) = guarded(node.value, '_write_', 1)
    if walk.inline:
        node.value = x
    else:
        inline.item_write(node.value)
    key = node.slice
    left = [x]
    for part in key.elts if type(key) is Tuple else (key,):
        if type(part) is Slice:
            left += (part.lower, part.upper, part.step)
        else:
            left.append(part)
    return left


RULES = {
    ast.Assign: assignment,
    ast.AnnAssign: annotated,
    ast.AugAssign: augmented_assignment,
    ast.Attribute: attribute_write,
    ast.Subscript: item_write,
}
