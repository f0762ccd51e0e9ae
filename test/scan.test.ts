/** The second net: code objects judged by their bytes. What it lets through is all that programs compile to, and no more. */
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { chunksOf } from './support/chunks.js'
import { Python } from './support/python.js'

let python: Python
beforeAll(async () => {
  python = await Python.load()
})

/** What is said of code that CPython compiled from a text that nobody verified. */
const said = (text: string, change = ''): unknown =>
  python.run(
    `
from pyrestrict.scan import Unexpected, scan
import types
code = compile(text, '<guest>', 'exec', dont_inherit=True)
def every(code, changed):
    """code with all its code objects changed, from inside out"""
    return changed(code.replace(co_consts=tuple(every(c, changed) if isinstance(c, types.CodeType) else c for c in code.co_consts)))
${change}
try:
    scan(code)
    found = None
except Unexpected as unexpected:
    found = str(unexpected)
found`,
    { text },
  )

const programs = readdirSync(new URL('../fixtures/programs/', import.meta.url)).map((name) =>
  readFileSync(new URL(`../fixtures/programs/${name}`, import.meta.url), 'utf8'),
)

test('instructions: every one that is allowed is made of some program, and no program makes another', () => {
  const accepted = chunksOf('verify').flatMap(([, chunks]) =>
    chunks.filter(({ refused }) => refused === null).map(({ text }) => text),
  )
  const unused = python.run(
    `
import marshal, types
from guard import guarded
from pyrestrict.compile import compile_source
from pyrestrict.opcodes import ALLOWED, CLASS_STORES, INTRINSICS, VARIABLES
import dis
made, stores, variables, intrinsics = set(), set(), set(), set()
def collect(code):
    for instruction in dis.get_instructions(code):
        made.add(instruction.opname)
        made.update('CACHE' for _ in instruction.cache_info or ())
        if instruction.opname in INTRINSICS:
            intrinsics.add(instruction.argrepr)
        if instruction.opname == 'STORE_NAME':
            stores.add(instruction.argval)
    variables.update((*code.co_varnames, *code.co_cellvars, *code.co_freevars))
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            collect(constant)
long = ';'.join(f'a{n}' for n in range(300))
for text in [*map(guarded, [*programs, long]), *accepted]:
    compiled = compile_source({'text': text, 'mode': 'exec', 'filename': '', 'value': True})
    assert compiled['ok'], (compiled, text)
    collect(marshal.loads(compiled['code']))
[sorted(ALLOWED - made), sorted(made - ALLOWED), sorted(CLASS_STORES - stores), sorted(VARIABLES - variables), sorted({*INTRINSICS['CALL_INTRINSIC_1'], *INTRINSICS['CALL_INTRINSIC_2']} - intrinsics)]
`,
    { programs, accepted },
  )
  expect(unused).toEqual([[], [], [], [], []])
})

describe('names, by the instruction that uses them', () => {
  test.each([
    ['a.__class__', 'LOAD_ATTR __class__'],
    ['def f(): a.b(c).__globals__', 'LOAD_ATTR __globals__'],
    ['a.gi_frame', 'LOAD_ATTR gi_frame'],
    ['a.mro()', 'LOAD_ATTR mro'],
    ['a._x', 'LOAD_ATTR _x'],
    ['a.ʼx', 'LOAD_ATTR ʼx'],
    ['a.xʼ', 'LOAD_ATTR xʼ'],
    ['a.format', 'LOAD_ATTR format'],
    ['a.__name__', 'LOAD_ATTR __name__'],
    ['a._fields', 'LOAD_ATTR _fields'],
    ['a.__init__()', 'LOAD_ATTR __init__'],
    ['a().__init__()', 'LOAD_ATTR __init__'],
    ['super(a).__init__()', 'LOAD_ATTR __init__'],
    ['super().__new__(a)', 'LOAD_ATTR __new__'],
    ['super.__init__()', 'LOAD_ATTR __init__'],
    ['class C:\n  def f(self): super().__dict__', 'LOAD_SUPER_ATTR __dict__'],
    ['class C:\n  def f(self): super().__new__', 'LOAD_SUPER_ATTR __new__'],
    ['class C:\n  def f(self): super().format', 'LOAD_SUPER_ATTR format'],
    ['a.__class__ = b', 'STORE_ATTR __class__'],
    ['a.__doc__ = b', 'STORE_ATTR __doc__'],
    ['a._x = b', 'STORE_ATTR _x'],
    ['a.tb_frame = b', 'STORE_ATTR tb_frame'],
    ['a.tb_next', 'LOAD_ATTR tb_next'],
    ['del a.__dict__', 'DELETE_ATTR __dict__'],
    ['__builtins__', 'LOAD_NAME __builtins__'],
    ['def f(): return __import__', 'LOAD_GLOBAL __import__'],
    ['__add__', 'LOAD_NAME __add__'],
    ['ʼ_x', 'LOAD_NAME ʼ_x'],
    ['class C:\n  x: __spec__', 'LOAD_FROM_DICT_OR_GLOBALS __spec__'],
    ['_getattr_ = a', 'STORE_NAME _getattr_'],
    ['class C:\n  _getattr_ = a', 'STORE_NAME _getattr_'],
    ['super = a', 'STORE_NAME super'],
    ['__name__ = a', 'STORE_NAME __name__'],
    ['__builtins__ = a', 'STORE_NAME __builtins__'],
    ['__annotate__ = a', 'STORE_NAME __annotate__'],
    ['__conditional_annotations__ = a', 'STORE_NAME __conditional_annotations__'],
    ['__conditional_annotations__ = {a}', 'STORE_NAME __conditional_annotations__'],
    ['class C:\n  __annotate__ = a', 'STORE_NAME __annotate__'],
    ['del __conditional_annotations__', 'DELETE_NAME __conditional_annotations__'],
    ['ʼG = a', 'STORE_NAME ʼG'],
    ['def f():\n  global _write_\n  _write_ = a', 'STORE_GLOBAL _write_'],
    ['def f():\n  global __all__\n  __all__ = a', 'STORE_GLOBAL __all__'],
    ['def f():\n  global ʼvalue\n  del ʼvalue', null],
    ['del __builtins__', 'DELETE_NAME __builtins__'],
    ['def f():\n  global _apply_\n  del _apply_', 'DELETE_GLOBAL _apply_'],
    ['class C:\n  _x = 1', 'STORE_NAME _x'],
    ['class C:\n  __x = 1', 'STORE_NAME _C__x'],
    ['class C:\n  def __buffer__(self): pass', 'STORE_NAME __buffer__'],
    ['class C:\n  __class__ = a', 'STORE_NAME __class__'],
    ['class C:\n  gi_frame = 1', 'STORE_NAME gi_frame'],
    ['import _a', 'IMPORT_NAME _a'],
    ['import a._b', 'IMPORT_NAME a._b'],
    ['import a.gi_code', 'IMPORT_NAME a.gi_code'],
    ['from . import a', 'IMPORT_NAME '],
    ['from a import _b', 'IMPORT_FROM _b'],
    ['from a import co_code', 'IMPORT_FROM co_code'],
    ['import a.b as c', null],
    ['def f(_getattr_): pass', 'variable _getattr_'],
    ['def f(super): pass', 'variable super'],
    ['def f():\n  __x__ = 1', 'variable __x__'],
    ['def f():\n  _write_ = 1\n  return lambda: _write_', 'variable _write_'],
    ['[0 for _getiter_ in a]', 'variable _getiter_'],
    ['match a:\n  case C(__class__=b): pass', 'MATCH_CLASS of other attributes'],
    ['match a:\n  case C(b=1, format=b): pass', 'MATCH_CLASS of other attributes'],
    ['match a:\n  case C(_x=b): pass', 'MATCH_CLASS of other attributes'],
    ['match a:\n  case C(b=1, c=2): pass', null],
    ['x = super().__init__(a, *b)', null],
    ['def f(): super().__len__()', null],
    ['class C(B):\n  def f(self): super().__init__(), super().x, __class__', null],
    [
      'class C:\n  __slots__ = ()\n  __add__ = __radd__\n  def __init__(self): pass\n  class D[T]: pass',
      null,
    ],
    ['a.b.c = _d.e = __all__ = 1', null],
    ['def f(format, obj): format.x = obj', null],
  ])('%s: %s', (text, expected) => {
    expect(said(text)).toBe(expected ?? undefined)
    // However far down, and however long the name's number.
    const long = Array.from({ length: 300 }, (_, n) => `a${n}.b${n}`).join(';')
    const first = text.startsWith('def f():\n  global') || text.startsWith('[0') ? '' : `${long}\n`
    if (!text.startsWith('from .')) expect(said(`${first}${text}`)).toBe(expected ?? undefined)
    if (
      !/^(super|__name__|__all__|_getattr_ =|__builtins__ =|a\.b\.c|.*__conditional_|__annotate__)/.test(
        text,
      )
    )
      expect(
        said(`def outer():\n  def inner():\n    pass\n${text.replace(/^(?=.)/gm, '  ')}`),
      ).toBe(outcomeWithin(text, expected))
  })

  /** In a function a name is a variable. */
  function outcomeWithin(text: string, expected: string | null): string | undefined {
    // What a class may define, a function may hold under that name.
    if (text === '__add__') return undefined
    if (text === 'ʼG = a') return undefined
    if (text === 'del __builtins__') return 'variable __builtins__'
    return expected?.replace('LOAD_NAME', 'LOAD_GLOBAL') ?? undefined
  }
})

describe('instructions and constants', () => {
  test.each([
    ['from a import *', 'CALL_INTRINSIC_1 2'],
    ['from __future__ import annotations', 'flags 0x1000000'],
  ])('%s: %s', (text, expected) => {
    expect(said(text)).toBe(expected)
  })

  test('what the compiler keeps of the annotations of a module', () => {
    expect(said('x: int = 1\nif a: y: int\ndef f(): return __annotate__')).toBe(undefined)
  })

  test('constants of other types', () => {
    expect(said('x = 1', 'code = code.replace(co_consts=(*code.co_consts, [1]))')).toBe(
      'constant of the type list',
    )
    expect(
      said(
        'x = 1',
        'code = code.replace(co_consts=(*code.co_consts, (1, (2, frozenset([3]), slice(1, 2, types)))))',
      ),
    ).toBe('constant of the type module')
    expect(
      said(
        'x = 1',
        'class Text(str): pass\ncode = code.replace(co_consts=(*code.co_consts, Text()))',
      ),
    ).toBe('constant of the type Text')
    expect(
      said(
        'x = 1',
        'code = code.replace(co_consts=(*code.co_consts, (1, (2.5, frozenset([3j]), slice(1, None, ...))), b"", True))',
      ),
    ).toBe(undefined)
  })

  test('instructions that only the interpreter makes', () => {
    expect(
      said(
        'x = 1',
        "import opcode\ncode = code.replace(co_code=bytes([opcode.opmap['INTERPRETER_EXIT'], 0]) + code.co_code)",
      ),
    ).toBe('instruction INTERPRETER_EXIT')
    expect(
      said(
        'def f(): pass',
        "import opcode\ncode = every(code, lambda c: c if c.co_name == '<module>' else c.replace(co_code=bytes([opcode.opmap['RESERVED'], 0]) + c.co_code))",
      ),
    ).toBe('instruction RESERVED')
  })

  test('flags that functions of guests have not', () => {
    expect(
      said(
        'def f(): yield',
        "code = every(code, lambda c: c if c.co_name == '<module>' else c.replace(co_flags=c.co_flags | 0x100))",
      ),
    ).toBe('flags 0x123')
  })

  test('printing by the interpreter itself', () => {
    expect(
      python.run(`
from pyrestrict.scan import Unexpected, scan
try:
    found = scan(compile('1', '<guest>', 'single'))
except Unexpected as unexpected:
    found = str(unexpected)
found`),
    ).toBe('CALL_INTRINSIC_1 1')
  })
})

/** Refused for a name by the verifier, and let through here: code does not hold the name, or not what it stands for. */
const UNSEEN = [
  // A declaration alone makes no code.
  'global _getattr_',
  'global __all__',
  'global __conditional_annotations__',
  'nonlocal __class__',
  'global ʼG',
  // A guard's name, read as guards' are.
  'case _getattr_.y:',
  'case _getattr_():',
  'class C(_getattr_=1,',
  // The mark where the compiler itself puts it.
  "x = _getattr_(a, 'ʼ_x')",
  'x = ʼtype',
  // The compiler's own variable; a special name in a place where it may be, bound in a way in which it may not.
  'lambda __class__: 0',
  'del __all__',
  'class __init__(',
  'import a as __init__',
  'x = (__hash__ := f)',
  'def __slots__(self)',
  // Strings in constants, and keys of annotations.
  "__match_args__ = ('__class__',)",
  "__match_args__ = ('gi_frame',)",
  'gi_frame: int',
]

test('what the verifier refuses for a name, the scan refuses too, were it compiled, but for a list', () => {
  const judged = chunksOf('verify')
    .filter(([file]) =>
      [
        'attributes.py',
        'name-strings.py',
        'names.py',
        'guard-names.py',
        'special-methods.py',
        'imports.py',
        'patterns.py',
      ].includes(file),
    )
    .flatMap(([, chunks]) => chunks)
    .filter(
      ({ refused }) =>
        refused !== null &&
        /is not accessible|is the name of a guard|cannot be (read|bound here)|cannot define `__(?!eq|hash)|mark of private/.test(
          refused.message,
        ),
    )
  const missed = judged.filter(({ text }) => {
    // As if the verifier had let the guards become syntax.
    const inlined = text.replace(/_getattr_\((\w+), '([\wʼ]+)'\)/g, '$1.$2')
    const compiles = python.run(
      'try:\n    compile(text, "", "exec")\n    found = True\nexcept SyntaxError:\n    found = False\nfound',
      { text: inlined },
    )
    return compiles === true && said(inlined) === undefined
  })
  expect(judged.length).toBeGreaterThan(100)
  const lines = missed.map(({ text }) =>
    text
      .split('\n')
      .find((line) => line.includes('# refused'))!
      .trim(),
  )
  expect(lines.filter((line) => !UNSEEN.some((unseen) => line.startsWith(unseen)))).toEqual([])
  expect(UNSEEN.filter((unseen) => !lines.some((line) => line.startsWith(unseen)))).toEqual([])
})
