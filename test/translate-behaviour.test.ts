/** Translation changes what a program costs, not what it does: against plain CPython, over whole programs and over its library. */
import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { Python } from './support/python.js'

let python: Python
beforeAll(async () => {
  python = await Python.load()
})

const folder = new URL('../fixtures/programs/', import.meta.url)
const programs = readdirSync(folder).map(
  (name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const,
)

describe.each(programs)('%s', (_name, source) => {
  const outcome = (isGuarded: boolean): [string, Record<string, number>] =>
    python.run('from reading import outcome\noutcome(source, is_guarded)', {
      source,
      is_guarded: isGuarded,
    }) as [string, Record<string, number>]

  test('does the same guarded and translated, by few calls of guards', () => {
    const [plain] = outcome(false)
    const [translated, called] = outcome(true)
    expect(translated).toBe(plain)
    expect(
      Object.keys(called).filter(
        (guard) => !['_getattr_', '_write_', 'ʼ|=', 'ʼ+='].includes(guard),
      ),
    ).toEqual([])
  })

  test('is refused without its guards', () => {
    expect(python.compile({ text: source })).toMatchObject({ ok: false, code: 'PR900' })
  })

  test('has its own tree, once translated', () => {
    expect(
      python.run('from reading import difference\ndifference(source)', { source }),
    ).toBeUndefined()
  })
})

test('programs of the standard library have their own trees, once translated', () => {
  expect(
    python.run(`
import ast, re, sys, zipfile
from pyrestrict.verify.refused import Refused
import reading
library = zipfile.ZipFile(next(path for path in sys.path if path.endswith('.zip')))
told = {}
for name in sorted(library.namelist())[4::8]:
    if name.endswith('.py'):
        try:
            told[name] = reading.difference(library.read(name).decode())
        except Refused as refused:
            told[name] = refused.code
accepted = [name for name in told if told[name] is None]
[len(accepted) > 18, {name: what for name, what in told.items() if what not in (None, 'PR900')}]
`),
  ).toEqual([
    true,
    // `f.__doc__ = …` becomes a call of the guard that judges such writes.
    { 'base64.py': '  Assign( |   Expr(', 'selectors.py': '  Assign( |   Expr(' },
  ])
})

describe('positions are those of the guarded text', () => {
  const segments = (text: string): Record<string, [string, string][]> =>
    python.run('from reading import segments\nsegments(text)', { text }) as Record<
      string,
      [string, string][]
    >

  test('reads', () => {
    const { '<module>': module } = segments(
      "x = _getattr_(a, 'b')\ny = _getitem_(_getattr_(é, 'c'),\n  _slice_(i, j, None))",
    )
    expect(module!.slice(0, 3)).toEqual([
      ['LOAD_NAME', 'a'],
      ['LOAD_ATTR', "_getattr_(a, 'b')"],
      ['STORE_NAME', 'x'],
    ])
    expect(module!.slice(3, 9)).toEqual([
      ['LOAD_NAME', 'é'],
      ['LOAD_ATTR', "_getattr_(é, 'c')"],
      ['LOAD_NAME', 'i'],
      ['LOAD_NAME', 'j'],
      ['BINARY_SLICE', "_getitem_(_getattr_(é, 'c'),\n  _slice_(i, j, None))"],
      ['STORE_NAME', 'y'],
    ])
  })

  test('calls of methods on a line of their own begin at the name, by its length from the end', () => {
    const { '<module>': module } = segments("x = _getattr_(_getattr_(a\n    ,'b')(1)\n    ,'c')(2)")
    expect(module!.filter(([instruction]) => instruction === 'CALL')).toEqual([
      ['CALL', ')(1)'],
      ['CALL', ')(2)'],
    ])
  })

  test('writes', () => {
    const { f: body } = segments('def f(): _write_(a).b = c; del _write_(a)[k]')
    expect(body!.filter(([instruction]) => /ATTR|SUBSCR|CALL/.test(instruction))).toEqual([
      ['CALL', '_write_(a)'],
      ['CALL', '_write_(a)'],
      ['STORE_ATTR', '_write_(a).b'],
      ['DELETE_SUBSCR', '_write_(a)[k]'],
    ])
  })

  test('iteration, unpacking and augmented assignment', () => {
    const { '<module>': module } = segments(
      "for x, y in _iter_unpack_sequence_(a, {'childs': (), 'min_len': 2}, _getiter_): pass\nx = _inplacevar_('+=', x, _apply_(f, *y))",
    )
    expect(
      module!.filter(([instruction]) =>
        /GET_ITER|FOR_ITER|UNPACK|BINARY_OP|CALL_FUNCTION_EX/.test(instruction),
      ),
    ).toEqual([
      ['GET_ITER', 'a'],
      ['FOR_ITER', 'a'],
      ['UNPACK_SEQUENCE', 'x, y'],
      ['CALL_FUNCTION_EX', '_apply_(f, *y)'],
      ['BINARY_OP', "x = _inplacevar_('+=', x, _apply_(f, *y))"],
    ])
  })

  test('of everything in whole programs: none lies outside the text, none is missing', () => {
    for (const [, source] of programs) {
      const found = python.run(
        'from reading import segments\nfrom guard import guarded\nsegments(guarded(source))',
        { source },
      ) as Record<string, [string, string][]>
      expect(Object.keys(found).length).toBeGreaterThan(3)
    }
  })
})
