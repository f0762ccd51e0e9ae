"""The second net: whether a code object is one that a verified program compiles to, judged by its bytes alone.

It shares nothing with the verifier but the tables of names, so a mistake there that lets a forbidden name or construct through
is met here. What it cannot see is shape: that an iterator or an item went through its guard. Run where code bytes
arrive as well as where they are made. Code is not executed here, and malformed code is not looked for: what was not made
by the compile guest never gets as far, for want of its seal.
"""
from .sealed import __builtins__
import opcode
from types import CodeType

from .language import (CLASS_DUNDERS, DEFINABLE_METHODS, GUARDS, JUDGED_ATTRIBUTES, MODULE_DUNDERS, PRIVATE_MARK,
                       READABLE_DUNDER_NAMES, UNBINDABLE)
from .names import UNRENAMED, denied, is_dunder
from .opcodes import ALLOWED, CLASS_STORES, INTRINSICS, MODULE_STORES, VARIABLES

_NUMBERS = {name: opcode.opmap[name] for name in ALLOWED}
_INSTRUCTIONS = frozenset(_NUMBERS.values())
_NAMES = {number: name for name, number in _NUMBERS.items()}
_INTRINSICS = {
    'CALL_INTRINSIC_1': frozenset(map(opcode._intrinsic_1_descs.index, INTRINSICS['CALL_INTRINSIC_1'])),
    'CALL_INTRINSIC_2': frozenset(map(opcode._intrinsic_2_descs.index, INTRINSICS['CALL_INTRINSIC_2'])),
}
# Optimized, new locals, varargs, varkeywords, nested, generator, coroutine, async generator, has docstring, method.
_FLAGS = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x80 | 0x200 | 0x4000000 | 0x8000000
_OPTIMIZED = 0x1
_SCALARS = frozenset({str, bytes, int, float, complex, bool, type(None), type(...)})
_CONTAINERS = {tuple: list, frozenset: list, slice: lambda held: [held.start, held.stop, held.step]}
# Names of ours that a program's code reads and stores.
_OURS_READ = GUARDS | {PRIVATE_MARK + 'type', PRIVATE_MARK + 'G'}
_OURS_STORED = frozenset({PRIVATE_MARK + 'value'})
# How far the argument of a name instruction is shifted.
_SHIFTS = {'LOAD_GLOBAL': 1, 'LOAD_ATTR': 1, 'LOAD_SUPER_ATTR': 2}


class Unexpected(Exception):
    """The code is not such as verified programs compile to."""


def scan(code):
    """Raises Unexpected unless `code` and every code object among its constants is one that verified programs compile to."""
    pending = [(code, 'module')]
    while pending:
        code, kind = pending.pop()
        if code.co_flags & ~_FLAGS:
            raise Unexpected(f'flags {code.co_flags:#x}')
        unknown = {*code.co_code[::2]} - _INSTRUCTIONS
        if unknown:
            raise Unexpected(f'instruction {opcode.opname[min(unknown)]}')
        for name in (*code.co_varnames, *code.co_cellvars, *code.co_freevars):
            if name not in VARIABLES and (is_dunder(name) or name in GUARDS or name in UNBINDABLE):
                raise Unexpected(f'variable {name}')
        if not all(map(_ordinary, code.co_names)) or not _WATCHED.isdisjoint(code.co_code[::2]):
            _read_instructions(code, kind)
        constants = [*code.co_consts]
        while constants:
            held = constants.pop()
            if type(held) is CodeType:
                pending.append((held, 'function' if held.co_flags & _OPTIMIZED else 'class'))
            elif type(held) in _CONTAINERS:
                constants += _CONTAINERS[type(held)](held)
            elif type(held) not in _SCALARS:
                raise Unexpected(f'constant of the type {type(held).__name__}')


def _ordinary(name):
    """Whether `name` is free for every use: a variable, an attribute, an import."""
    return (name.isidentifier() and name[0] != '_' and name[0] != PRIVATE_MARK and name not in UNBINDABLE
            and name not in JUDGED_ATTRIBUTES and not denied(name))


def _read_instructions(code, kind):
    """Judges each name by the instruction that uses it, and the arguments of those that have a meaning of their own."""
    before, extended = [('', None)] * 3, 0
    bytecode = code.co_code
    for at in range(0, len(bytecode), 2):
        instruction, argument = _NAMES[bytecode[at]], bytecode[at + 1] | extended << 8
        extended = argument if instruction == 'EXTENDED_ARG' else 0
        if instruction in ('EXTENDED_ARG', 'CACHE', 'PUSH_NULL'):
            continue
        used = argument
        if instruction in _USES:
            used = code.co_names[argument >> _SHIFTS.get(instruction, 0)]
            if not _USES[instruction](used, kind) and not (instruction == 'LOAD_ATTR' and _of_super(used, before)):
                raise Unexpected(f'{instruction} {used}')
        elif instruction in _INTRINSICS and argument not in _INTRINSICS[instruction]:
            raise Unexpected(f'{instruction} {argument}')
        elif instruction == 'MATCH_CLASS' and not _class_pattern(before[-1], code):
            raise Unexpected(f'{instruction} {before[-1][1]}')
        before = [*before[1:], (instruction, used)]


def _of_super(name, before):
    """`super().__init__` where the compiler found no `__class__` to make LOAD_SUPER_ATTR of it."""
    return name in DEFINABLE_METHODS and name not in JUDGED_ATTRIBUTES and before[-1] == ('CALL', 0) and before[-2][1] == 'super'


def _class_pattern(before, code):
    """A class pattern's attribute names are the constant loaded before it."""
    names = code.co_consts[before[1]] if before[0] == 'LOAD_CONST' else None
    return type(names) is tuple and all(_readable_attribute(name, None) for name in names)


def _readable_attribute(name, kind):
    return name not in JUDGED_ATTRIBUTES and _writable_attribute(name, kind)


def _super_attribute(name, kind):
    return name in DEFINABLE_METHODS and name not in JUDGED_ATTRIBUTES or _readable_attribute(name, kind)


def _writable_attribute(name, kind):
    if name[0] == PRIVATE_MARK:
        return name[1:2] == '_' and not denied(name[1:])
    return not is_dunder(name) and not denied(name) and (name[0] != '_' or name in UNRENAMED)


def _readable_name(name, kind):
    if name[0] == PRIVATE_MARK or is_dunder(name):
        private = kind == 'class' and name[1:2] == '_'
        return name in _OURS_READ or name in READABLE_DUNDER_NAMES or private and name in DEFINABLE_METHODS | CLASS_DUNDERS or private and name[0] == PRIVATE_MARK
    return True


def _storable_name(name, kind):
    if name in GUARDS or name in UNBINDABLE:
        return False
    if kind == 'class':
        return name in DEFINABLE_METHODS or name in CLASS_DUNDERS or name in CLASS_STORES or _writable_attribute(name, kind)
    if is_dunder(name):
        return kind == 'module' and (name in MODULE_DUNDERS or name in MODULE_STORES)
    return name[0] != PRIVATE_MARK or name in _OURS_STORED


def _storable_global(name, kind):
    return _storable_name(name, 'function')


def _importable(name, kind):
    return all(part[:1] not in ('_', PRIVATE_MARK, '') and not denied(part) for part in name.split('.'))


_USES = {
    'LOAD_ATTR': _readable_attribute, 'LOAD_SUPER_ATTR': _super_attribute, 'STORE_ATTR': _writable_attribute,
    'DELETE_ATTR': _writable_attribute, 'LOAD_NAME': _readable_name, 'LOAD_GLOBAL': _readable_name,
    'LOAD_FROM_DICT_OR_GLOBALS': _readable_name, 'STORE_NAME': _storable_name, 'DELETE_NAME': _storable_name,
    'STORE_GLOBAL': _storable_global, 'DELETE_GLOBAL': _storable_global, 'IMPORT_NAME': _importable, 'IMPORT_FROM': _importable,
}
_WATCHED = frozenset(_NUMBERS[name] for name in ('MATCH_CLASS', 'IMPORT_NAME', 'IMPORT_FROM', *_INTRINSICS))
