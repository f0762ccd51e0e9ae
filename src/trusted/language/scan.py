"""The second net: whether a code object is one that a verified program compiles to, judged by its bytes alone.

It shares nothing with the verifier but the tables of names, so a mistake there that lets a forbidden name or construct through
is met here. It cannot see that the object of a write went through its guard. It is run where code bytes arrive. Malformed code
is not looked for: code bytes come from a compile worker, which runs no guest, or from a host that kept them with a MAC.
"""

from .sealed import __builtins__
import opcode
from types import CodeType

from .language import (
    CLASS_DUNDERS,
    DEFINABLE_METHODS,
    DEFINED_METHODS,
    DENIED_ATTRIBUTES,
    GUARDS,
    IN_PLACE,
    JUDGED_ATTRIBUTE_PREFIXES,
    JUDGED_ATTRIBUTES,
    MODULE_DUNDERS,
    PRIVATE_MARK,
    READABLE_DUNDER_NAMES,
    UNBINDABLE,
)
from .modules import MODULES_IN_C
from .names import UNRENAMED, denied, is_dunder, judged
from .opcodes import ALLOWED, CLASS_STORES, INTRINSICS, VARIABLES

_NUMBERS = {name: opcode.opmap[name] for name in ALLOWED}
_ALLOWED = bytes(_NUMBERS.values())
_NAMES = {number: name for name, number in _NUMBERS.items()}
_EXTENDED, _MATCH_CLASS, _LOAD_ATTR = (
    _NUMBERS['EXTENDED_ARG'],
    _NUMBERS['MATCH_CLASS'],
    _NUMBERS['LOAD_ATTR'],
)
_PADDING = frozenset({_EXTENDED, _NUMBERS['CACHE'], _NUMBERS['PUSH_NULL']})
_INTRINSICS = {
    _NUMBERS['CALL_INTRINSIC_1']: frozenset(
        map(opcode._intrinsic_1_descs.index, INTRINSICS['CALL_INTRINSIC_1'])
    ),
    _NUMBERS['CALL_INTRINSIC_2']: frozenset(
        map(opcode._intrinsic_2_descs.index, INTRINSICS['CALL_INTRINSIC_2'])
    ),
}
# Optimized, new locals, varargs, varkeywords, nested, generator, coroutine, async generator, has docstring, method.
_FLAGS = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x80 | 0x200 | 0x4000000 | 0x8000000
_OPTIMIZED = 0x1
_SCALARS = frozenset({str, bytes, int, float, complex, bool, type(None), type(...)})
_CONTAINERS = {tuple: list, frozenset: list, slice: lambda held: [held.start, held.stop, held.step]}
# Names of ours that a program's code reads and stores.
_OURS_READ = frozenset({'_getattr_', '_write_', '_metaclass_'}) | {
    PRIVATE_MARK + word
    for word in ('type', 'G', 'T', 'tell', 'run', 'set', 'unset', 'globals', 'show', *IN_PLACE)
}
_OURS_STORED = {PRIVATE_MARK + 'value'}
_ANNOTATIONS = {'__annotate__': 'MAKE_FUNCTION', '__conditional_annotations__': 'BUILD_SET'}
_UNVARIABLE = GUARDS | UNBINDABLE
# Names with a meaning for one use or another, and what such names begin with.
_SPECIAL = UNBINDABLE | JUDGED_ATTRIBUTES | DENIED_ATTRIBUTES | {''}
_SPECIAL_PREFIXES = ('_', PRIVATE_MARK, *JUDGED_ATTRIBUTE_PREFIXES)
# How far the argument of a name instruction is shifted.
_SHIFTS = {_NUMBERS['LOAD_GLOBAL']: 1, _NUMBERS['LOAD_ATTR']: 1, _NUMBERS['LOAD_SUPER_ATTR']: 2}


class Unexpected(Exception):
    """The code is not such as verified programs compile to."""


def scan(code):
    """Raises Unexpected unless `code`, and every code object among its constants, is one that verified programs compile to."""
    pending = [(code, 'module')]
    while pending:
        code, kind = pending.pop()
        if code.co_flags & ~_FLAGS:
            raise Unexpected(f'flags {code.co_flags:#x}')
        bytecode = code.co_code
        instructions = bytecode[::2]
        unknown = instructions.translate(None, _ALLOWED)
        if unknown:
            raise Unexpected(f'instruction {opcode.opname[unknown[0]]}')
        variables = code.co_varnames + code.co_cellvars + code.co_freevars
        for name in variables:
            if (
                name in _UNVARIABLE
                or name[:2] == '__'
                and is_dunder(name)
                and name not in VARIABLES
                and name not in DEFINED_METHODS
            ):
                raise Unexpected(f'variable {name}')
        special = {*filter(_special, code.co_names)}
        if special or instructions.translate(None, _UNWATCHED):
            _read_instructions(code, bytecode, instructions, kind, special)
        constants = [*code.co_consts]
        for held in constants:
            if type(held) is CodeType:
                pending.append((held, 'function' if held.co_flags & _OPTIMIZED else 'class'))
            elif type(held) in _CONTAINERS:
                constants += _CONTAINERS[type(held)](held)
            elif type(held) not in _SCALARS:
                raise Unexpected(f'constant of the type {type(held).__name__}')


def _special(name):
    """Whether `name` is not free for every use: as a variable, an attribute, an import."""
    return (
        name.startswith(_SPECIAL_PREFIXES)
        or name in _SPECIAL
        or '.' in name
        or PRIVATE_MARK in name
    )


def _read_instructions(code, bytecode, instructions, kind, special):
    """Judges each special name by the instruction that uses it, and arguments that have a meaning of their own."""
    names = code.co_names
    for at, instruction in enumerate(instructions):
        if instruction not in _JUDGED:
            continue
        argument = bytecode[at * 2 + 1]
        if at and instructions[at - 1] == _EXTENDED:
            argument = _argument(bytecode, at)
        if instruction in _USES:
            name = names[argument >> _SHIFTS.get(instruction, 0)]
            if (
                name in special
                and not _USES[instruction](name, kind)
                and not _of_super(instruction, name, code, at)
                and not _of_annotations(instruction, name, code, at, kind)
            ):
                raise Unexpected(f'{_NAMES[instruction]} {name}')
        elif instruction == _MATCH_CLASS:
            if not _class_pattern(code, at):
                raise Unexpected('MATCH_CLASS of other attributes')
        elif argument not in _INTRINSICS[instruction]:
            raise Unexpected(f'{_NAMES[instruction]} {argument}')


def _argument(bytecode, at):
    """The argument of the instruction number `at`, with what EXTENDED_ARG instructions before it add."""
    argument, shift = bytecode[at * 2 + 1], 8
    while at and bytecode[at * 2 - 2] == _EXTENDED:
        at -= 1
        argument |= bytecode[at * 2 + 1] << shift
        shift += 8
    return argument


def _before(code, at):
    """The number of the instruction before number `at`, caches and EXTENDED_ARG left out."""
    at -= 1
    while at and code.co_code[at * 2] in _PADDING:
        at -= 1
    return at


def _of_super(instruction, name, code, at):
    """`super().__init__` where the compiler found no `__class__` to make LOAD_SUPER_ATTR of it."""
    if instruction != _LOAD_ATTR or name not in DEFINABLE_METHODS or name in JUDGED_ATTRIBUTES:
        return False
    called = _before(code, at)
    loaded = _before(code, called)
    load = code.co_code[loaded * 2]
    return (
        _NAMES[code.co_code[called * 2]] == 'CALL'
        and _argument(code.co_code, called) == 0
        and _NAMES[load] in ('LOAD_NAME', 'LOAD_GLOBAL')
        and code.co_names[_argument(code.co_code, loaded) >> _SHIFTS.get(load, 0)] == 'super'
    )


def _of_annotations(instruction, name, code, at, kind):
    """What the compiler makes and keeps of a module's annotations: their function, and a fresh set of those that are come past. Later
    it adds to what that name holds without looking, so nothing else may be stored there."""
    if kind != 'module' or _NAMES[instruction] != 'STORE_NAME' or name not in _ANNOTATIONS:
        return False
    made = _before(code, at)
    return _NAMES[code.co_code[made * 2]] == _ANNOTATIONS[name] and (
        name == '__annotate__' or _argument(code.co_code, made) == 0
    )


def _class_pattern(code, at):
    """A class pattern's attribute names are the constant loaded before it."""
    loaded = _before(code, at)
    if _NAMES[code.co_code[loaded * 2]] != 'LOAD_CONST':
        return False
    names = code.co_consts[_argument(code.co_code, loaded)]
    return type(names) is tuple and all(
        type(name) is str and _readable_attribute(name, None) for name in names
    )


def _readable_attribute(name, kind):
    return not judged(name) and _writable_attribute(name, kind)


def _super_attribute(name, kind):
    return (
        name in DEFINABLE_METHODS
        and name not in JUDGED_ATTRIBUTES
        or _readable_attribute(name, kind)
    )


def _writable_attribute(name, kind):
    if name[0] == PRIVATE_MARK:
        return name[1:2] == '_' and not denied(name[1:])
    return not is_dunder(name) and not denied(name) and (name[0] != '_' or name in UNRENAMED)


def _readable_name(name, kind):
    if kind != 'module' and (
        name in DEFINED_METHODS or name in CLASS_DUNDERS or name == '__class__'
    ):
        return True
    return (
        kind == 'class'
        and name[:2] == PRIVATE_MARK + '_'
        or name in _OURS_READ
        or name in READABLE_DUNDER_NAMES
        or name in _ANNOTATIONS
        or not is_dunder(name)
        and name not in GUARDS
        and name[0] != PRIVATE_MARK
    )


def _late_name(name, kind):
    """What a class body evaluates late looks into the class first, which has private names."""
    return name[:2] == PRIVATE_MARK + '_' or _readable_name(name, kind)


def _storable_name(name, kind):
    if name in GUARDS or name in UNBINDABLE:
        return False
    if kind == 'class':
        return (
            name in DEFINED_METHODS
            or name in CLASS_DUNDERS
            or name in CLASS_STORES
            or _writable_attribute(name, kind)
        )
    if is_dunder(name):
        return kind == 'module' and name in MODULE_DUNDERS
    return name[0] != PRIVATE_MARK or name in _OURS_STORED


def _storable_global(name, kind):
    return _storable_name(name, 'function')


def _importable(name, kind):
    return all(
        part[:1] not in ('_', PRIVATE_MARK, '') and not denied(part) for part in name.split('.')
    )


def _importable_module(name, kind):
    return name in MODULES_IN_C or _importable(name, kind)


_USES = {
    _NUMBERS[instruction]: use
    for instruction, use in {
        'LOAD_ATTR': _readable_attribute,
        'LOAD_SUPER_ATTR': _super_attribute,
        'STORE_ATTR': _writable_attribute,
        'DELETE_ATTR': _writable_attribute,
        'LOAD_NAME': _readable_name,
        'LOAD_GLOBAL': _readable_name,
        'LOAD_FROM_DICT_OR_GLOBALS': _late_name,
        'STORE_NAME': _storable_name,
        'DELETE_NAME': _storable_name,
        'STORE_GLOBAL': _storable_global,
        'DELETE_GLOBAL': _storable_global,
        'IMPORT_NAME': _importable_module,
        'IMPORT_FROM': _importable,
    }.items()
}
_WATCHED = {_MATCH_CLASS, *_INTRINSICS}
_UNWATCHED = bytes({*_ALLOWED} - _WATCHED)
_JUDGED = _WATCHED | _USES.keys()
