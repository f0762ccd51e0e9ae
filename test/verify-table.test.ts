/** The residual table is total: over CPython's node types, over their fields, and over every field that holds a name. */
import { beforeAll, describe, expect, test } from 'vitest'
import { Python } from './support/python.js'

let python: Python
beforeAll(async () => {
  python = await Python.load()
})

/** The text of the tree that is compiled, or the refusal. */
const shown = (text: string): string =>
  String(python.run('from reading import shown\nshown(request)', { request: { text } }))

describe('the table against the interpreter', () => {
  test('they agree', () => {
    expect(python.run('from pyrestrict.verify import residual\nresidual.mismatches()')).toEqual([])
  })

  test.each([
    [
      'a new type',
      'added = type("Novelty", (ast.expr,), {"_fields": ()})',
      'del added; gc.collect()',
      ['the type Novelty is not in the table'],
    ],
    [
      'a new type below another',
      'added = type("Novelty", (ast.Call,), {})',
      'del added; gc.collect()',
      ['the type Novelty is not in the table'],
    ],
    [
      'a new field',
      'old = ast.Call._fields; ast.Call._fields = (*old, "more")',
      'ast.Call._fields = old',
      ["Call has the fields ('func', 'args', 'keywords', 'more')"],
    ],
    [
      'a missing field',
      'old = ast.Call._fields; ast.Call._fields = old[:2]',
      'ast.Call._fields = old',
      ["Call has the fields ('func', 'args')"],
    ],
    [
      'fields in another order',
      'old = ast.Dict._fields; ast.Dict._fields = old[::-1]',
      'ast.Dict._fields = old',
      ["Dict has the fields ('values', 'keys')"],
    ],
    [
      'a child that becomes a name',
      'old = ast.Call._field_types["func"]; ast.Call._field_types["func"] = str',
      'ast.Call._field_types["func"] = old',
      ["Call.func is declared <class 'str'>"],
    ],
    [
      'a child that becomes many',
      'old = ast.Expr._field_types["value"]; ast.Expr._field_types["value"] = list[ast.expr]',
      'ast.Expr._field_types["value"] = old',
      ['Expr.value is declared list[ast.expr]'],
    ],
    [
      'a flag that becomes a name',
      'old = ast.AnnAssign._field_types["simple"]; ast.AnnAssign._field_types["simple"] = str',
      'ast.AnnAssign._field_types["simple"] = old',
      ["AnnAssign.simple is declared <class 'str'>"],
    ],
    [
      'names that become one',
      'old = ast.Global._field_types["names"]; ast.Global._field_types["names"] = str',
      'ast.Global._field_types["names"] = old',
      ["Global.names is declared <class 'str'>"],
    ],
    [
      'an operator with fields',
      'ast.Add._fields = ("how",)',
      'ast.Add._fields = ()',
      ['Add has fields'],
    ],
  ])('%s is reported', (_what, change, restore, expected) => {
    const found = python.run(`
import ast, gc
from pyrestrict.verify import residual
${change}
try:
    found = residual.mismatches()
finally:
    ${restore}
found + residual.mismatches()`)
    expect(found).toEqual(expected)
  })

  test('beside another CPython it does not load', () => {
    expect(
      python.run(`
import ast, importlib
from pyrestrict.verify import residual
old = ast.Call._fields
ast.Call._fields = (*old, 'more')
try:
    importlib.reload(residual)
except ImportError as error:
    message = str(error)
finally:
    ast.Call._fields = old
message`),
    ).toBe(
      "the residual language is that of another CPython: Call has the fields ('func', 'args', 'keywords', 'more')",
    )
  })

  test('every listed type has a rule or is descended into, and no other', () => {
    expect(
      python.run(
        'from pyrestrict import verify\nfrom pyrestrict.verify import residual\nsorted(k.__name__ for k in residual.NODES.keys() ^ verify.PLAN.keys())',
      ),
    ).toEqual(['NoneType'])
  })

  test('a type that its parent has to judge is refused when it is met alone', () => {
    expect(
      python.run(`
import ast
from pyrestrict.verify.refused import Refused
from pyrestrict.verify import verify
said = []
for kind in (ast.comprehension, ast.arg, ast.alias):
    try:
        verify(ast.Module([ast.Expr(kind())], []))
    except Refused as refused:
        said.append(refused.message)
said`),
    ).toEqual(['comprehension', 'arg', 'alias'].map((kind) => `${kind} is out of place`))
  })

  test('a type that is not listed is refused, wherever it is', () => {
    expect(
      python.run(`
import ast
from pyrestrict.verify.refused import Refused
from pyrestrict.verify import residual
from pyrestrict.verify import verify
said = {}
for kind in (residual.REFUSED - {ast.Index, ast.ExtSlice}) | residual.LEAVES | {str, int, type('Other', (ast.Name,), {})}:
    for wrap in (lambda node: ast.Module([node], []), lambda node: ast.Module([ast.ClassDef('C', [], [ast.keyword('metaclass', ast.Name('_metaclass_'))], [node], [], [])], [])):
        try:
            verify(wrap(ast.Expr(kind())))
            said[kind.__name__] = 'accepted'
        except Refused as refused:
            said.setdefault(kind.__name__, set()).add(refused.message == f'{kind.__name__} is not in the language')
[name for name in said if said[name] != {True}]`),
    ).toEqual([])
  })

  test('constants are of eight types exactly', () => {
    expect(
      python.run(`
import ast
from pyrestrict.verify.refused import Refused
from pyrestrict.verify import verify
class Text(str): pass
def said(value, kind):
    try:
        verify(ast.Module([ast.Expr(kind(value))], []))
        return 'accepted'
    except Refused as refused:
        return refused.message
[{said(value, kind) for kind in (ast.Constant, ast.MatchSingleton)} for value in ('', b'', 1, 1.5, 1j, True, None, ..., (1,), frozenset(), Text(), ast, slice(1))]
`),
    ).toEqual([
      ...Array.from({ length: 8 }, () => new Set(['accepted'])),
      ...['tuple', 'frozenset', 'Text', 'module', 'slice'].map(
        (type) => new Set([`a constant of the type ${type} is not in the language`]),
      ),
    ])
  })

  test('a conversion is one of three', () => {
    expect(
      python.run(`
import ast
from pyrestrict.verify.refused import Refused
from pyrestrict.verify import verify
accepted = []
for conversion in range(-3, 256):
    try:
        verify(ast.Expression(ast.JoinedStr([ast.FormattedValue(ast.Name('x', ast.Load()), conversion)])))
        accepted.append(conversion)
    except Refused:
        pass
accepted`),
    ).toEqual([-1, 97, 114, 115])
  })
})

test('mangling makes no name that has a meaning: `__x` of a class is `_C__x`, and none of those has `__` inside', () => {
  expect(
    python.run(`
from pyrestrict import language
from pyrestrict.translate.spelling import mangled
tables = ['GUARDS', 'PUBLIC_UNDERSCORE_ATTRIBUTES', 'CLASS_BODY_NAMES', 'DENIED_ATTRIBUTES', 'JUDGED_ATTRIBUTES', 'UNBINDABLE']
inside = [name for table in tables for name in getattr(language, table) if '__' in name.strip('_')]
[inside, [mangled(*each) for each in (('__x', 'C'), ('__x', '__C_'), ('__x', '__'), ('__x', None), ('__x__', 'C'), ('_x', 'C'), ('x', 'C'), ('__', 'C'), ('___x', 'C'))]]
`),
  ).toEqual([[], ['_C__x', '_C___x', '__x', '__x', '__x__', '_x', 'x', '__', '_C___x']])
})

describe('every field that holds a name', () => {
  /** A program for each, with `name` in its place. */
  const PLACES: Readonly<Record<string, string>> = {
    'FunctionDef.name': 'def name(): pass',
    'AsyncFunctionDef.name': 'async def name(): pass',
    'ClassDef.name': 'class name(metaclass=_metaclass_): pass',
    'Global.names': 'def f():\n    global x, name',
    'Nonlocal.names': 'def f():\n    x = 1\n    def g(): nonlocal x, name',
    'Name.id': 'name = 1',
    'ExceptHandler.name': 'try: pass\nexcept E as name: pass',
    'arg.arg': 'def f(name): pass',
    'keyword.arg': 'f(name=1)',
    'alias.asname': 'import a as name',
    'alias.name': 'import name',
    'ImportFrom.module': 'from name import a',
    'Attribute.attr': '_write_(a).name = 1',
    'MatchClass.kwd_attrs': 'match x:\n    case C(y=1, name=2): pass',
    'MatchMapping.rest': 'match x:\n    case {**name}: pass',
    'MatchStar.name': 'match x:\n    case [*name]: pass',
    'MatchAs.name': 'match x:\n    case [name]: pass',
    'TypeVar.name': 'def f[name](): pass',
    'ParamSpec.name': 'def f[**name](): pass',
    'TypeVarTuple.name': 'def f[*name](): pass',
  }
  const HOSTILE = ['_getattr_', '_metaclass_', '__class__', '__buffer__', 'ʼ_x', 'xʼ']

  test('is known here', () => {
    const declared = python.run(`
import ast
pending, found = [ast.AST], []
while pending:
    for kind in pending.pop().__subclasses__():
        pending.append(kind)
        found += [f'{kind.__name__}.{field}' for field, held in kind.__dict__.get('_field_types', {}).items() if 'str' in str(held)]
sorted(found)`) as string[]
    const texts = ['type_comment', 'kind', 'Interpolation.str', 'TypeIgnore.tag']
    expect(declared.filter((field) => !texts.some((text) => field.endsWith(text)))).toEqual(
      Object.keys(PLACES).sort(),
    )
  })

  test.each(Object.entries(PLACES))('%s refuses names no guest may spell', (field, program) => {
    // A write of `__class__` becomes a call of a guard, which the run's policy answers.
    const hostile = field === 'Attribute.attr' ? HOSTILE.with(2, '__globals__') : HOSTILE
    expect(shown(program)).not.toMatch(/^PR/)
    for (const where of ['', 'class Outer(metaclass=_metaclass_):\n', 'def outer():\n']) {
      const placed = where === '' ? program : where + program.replace(/^/gm, '    ')
      for (const name of hostile) {
        expect([name, python.compile({ text: placed.replace('name', name) })]).toMatchObject([
          name,
          { ok: false, code: 'PR900' },
        ])
      }
    }
  })

  test.each(Object.entries(PLACES))(
    '%s takes private names, which a class body renames where it binds them',
    (field, program) => {
      const text = `class C(metaclass=_metaclass_):\n${program.replace('name', '_x').replace(/^/gm, '    ')}`
      const local = [
        'Global.names',
        'Nonlocal.names',
        'arg.arg',
        'keyword.arg',
        'TypeVar.name',
        'ParamSpec.name',
        'TypeVarTuple.name',
      ]
      if (field === 'alias.name' || field === 'ImportFrom.module')
        expect(shown(text)).toBe('PR900 `_x` is private')
      else expect(shown(text).match(/ʼ?_x\b/g)).toEqual([local.includes(field) ? '_x' : 'ʼ_x'])
    },
  )
})
