/** What guards promise: each invariant. guards-broken.test.ts breaks them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { DENIED_ATTRIBUTES, JUDGED_ATTRIBUTES } from '../src/trusted/language/language.js'
import { FacetGuest } from './support/facet-guest.js'

let guest: FacetGuest
beforeAll(async () => {
  guest = await FacetGuest.load()
})

describe('trusted Python looks nothing up where others can bind', () => {
  const folder = join(import.meta.dirname, '../src/trusted')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      name.endsWith('.py') && !name.endsWith('__init__.py') && !/(sealed|opcodes)\.py$/.test(name),
  )

  test.each(files)('%s begins with the private builtins', (name) => {
    const code = readFileSync(join(folder, name), 'utf8').replace(/^"""[\s\S]*?"""\n/, '')
    expect(code.trimStart().split('\n')[0]).toMatch(/^from \.{1,2}sealed import __builtins__$/)
  })

  test('guards work when every builtin they use has been rebound', () => {
    expect(guest.evaluate('facet_guest.poisoned_guards_fail()')).toBe(false)
  })
})

describe('reads', () => {
  test.each([
    ...DENIED_ATTRIBUTES,
    '__class__',
    '__dict__',
    'gi_frame',
    'co_code',
    'ʼ_x',
    '__globals__',
  ])('%s has no name for getattr', (name) => {
    const source =
      `class C: pass\nc = C()\nresult = [getattr(c, N, 'none'), hasattr(c, N)]`.replaceAll(
        'N',
        JSON.stringify(name),
      )
    expect(guest.run(source)).toEqual(['returned', "['none', False]", ''])
  })

  test.each(JUDGED_ATTRIBUTES.filter((name) => !name.startsWith('__')))(
    '%s of an object of the guest is its own affair',
    (name) => {
      const source = `class C:\n  def __init__(self): self.${name} = 5\nresult = [C().${name}, getattr(C(), '${name}')]`
      expect(guest.run(source)).toEqual(['returned', '[5, 5]', ''])
    },
  )

  test.each([
    ["getattr(1, 'real')", '1'],
    ["getattr(1, 'x', 5)", '5'],
    ["getattr(1, 'x', None)", 'None'],
    ["getattr('a', 'upper')()", "'A'"],
    ["hasattr([], '__iter__')", 'True'],
    ["hasattr(3, '__iter__')", 'False'],
    ["hasattr(len, '__call__')", 'True'],
    ['len.__name__', "'len'"],
    ['(lambda: 0).__qualname__', "'<lambda>'"],
    ['int.__doc__[:5]', "'int(['"],
    ['(5).__doc__ is not None', 'True'],
  ])('%s', (source, value) => {
    expect(guest.run(`result = ${source}`)).toEqual(['returned', value, ''])
  })

  test.each([
    ['getattr(1)', 'TypeError: getattr expected at least 2 arguments, got 1'],
    ["getattr(1, 'x', 2, 3)", 'TypeError: getattr expected at most 3 arguments, got 4'],
    ['getattr(1, 2)', "TypeError: attribute name must be string, not 'int'"],
    ["getattr(1, 'x')", "AttributeError: 'int' object has no attribute 'x'"],
  ])('%s', (source, message) => {
    expect(guest.run(source)).toEqual(['raised', message, ''])
  })
})

describe('reads through guards that stay calls', () => {
  test('what is no judged name is read by its own guard, or when it is a special method', () => {
    expect(
      guest.evaluate(`
class C:
    x = 1
    def of_super(self, read, name):
        return read(super(), name)
def told(read, *args):
    try:
        return read(*args) and 'read'
    except AttributeError as error:
        return str(error)
run = facet_guest.builtins.make_run({})
read = run.builtins['_getattr_']
[told(read, C(), 'x'), told(read, C(), '__init__'), told(read, C(), '__class__'), told(C().of_super, read, '__class__'), told(C().of_super, read, '__init__')]`),
    ).toEqual([
      "the attribute 'x' may not be named here",
      'read',
      "the attribute '__class__' may not be named here",
      "the attribute '__class__' may not be named here",
      'read',
    ])
  })

  test('a missing attribute is missed as it is by syntax', () => {
    const source =
      'class C:\n  def __init__(self): self._x = 1\ntry: C()._y\nexcept AttributeError as e: result = [str(e), e.name]\nC.z'
    expect(guest.run(source)).toEqual([
      'raised',
      "AttributeError: type object 'C' has no attribute 'z'",
      '',
    ])
  })

  test('what is iterated, unpacked and written to comes back as it is, whatever context variables hold', () => {
    const source = `
import asyncio, contextvars
var = contextvars.ContextVar('unset')
class It:
    def __iter__(self): return iter((1, 2))
    def __eq__(self, other): return True
    def __hash__(self): return 0
async def work():
    var.set(It())
    a, b = It()
    rows = [0, 0]
    rows[0], rows[1] = [*It()]
    for x, y in [It()]: rows.append(x + y)
    return a + b, rows
result = asyncio.run(work())`
    expect(guest.run(source)).toEqual(['returned', '(3, [1, 2, 3])', ''])
  })
})

describe('writes', () => {
  test.each([
    ['a list', '[1]', 'x[0] = 5; x[0] += 1; del x[0]', '[]'],
    ['a slice', '[1, 2, 3]', 'x[1:] = [7]', '[1, 7]'],
    ['a dict', '{}', 'x["a"] = 1; x["a"] += 1', "{'a': 2}"],
    ['a bytearray', 'bytearray(2)', 'x[0] = 65', "bytearray(b'A\\x00')"],
  ])('items of %s', (_what, start, change, result) => {
    expect(guest.run(`x = ${start}\n${change}\nresult = x`)).toEqual(['returned', result, ''])
  })

  test('items of what takes no attributes', () => {
    const source =
      'from collections import deque\nd = deque([1, 2])\nd[0] = 9\nd[1] += 1\ndel d[0]\nresult = d'
    expect(guest.run(source)).toEqual(['returned', 'deque([3])', ''])
  })

  test.each([
    ['x = 5\nx[0] = 1', "TypeError: 'int' object does not support item assignment"],
    ['x = (1,)\nx[0] = 1', "TypeError: 'tuple' object does not support item assignment"],
    ['del len[0]', "TypeError: 'builtin_function_or_method' object does not support item deletion"],
    [
      'x = 5\nx.y = 1',
      "AttributeError: 'int' object has no attribute 'y' and no __dict__ for setting new attributes",
    ],
    [
      'len.x = 1',
      "AttributeError: 'builtin_function_or_method' object has no attribute 'x' and no __dict__ for setting new attributes",
    ],
  ])('%s', (source, message) => {
    expect(guest.run(source)).toEqual(['raised', message, ''])
  })

  test('every public method of an image class takes instances of that class alone, as those of C do', () => {
    expect(
      guest.evaluate(`
import types, functools
from pyrestrict import kinds
stray, tried, failures = object(), 0, []
for cls in {base for named in kinds.NAMEABLE for base in named.__mro__}:
    for name, value in vars(cls).items():
        if name[:1] == '_': continue
        parts = [value.fget, value.fset] if type(value) is property else [value.func] if type(value) is functools.cached_property else [value]
        for part in parts:
            # Those that close a memory bug hand the receiver to the method of C that they stand for, which checks it.
            if type(part) is types.FunctionType and '.floor' not in part.__module__:
                tried += 1
                try: part(stray)
                except TypeError as error:
                    if str(error).startswith('descriptor '): continue
                failures.append(f'{cls.__qualname__}.{name}')
[tried > 200, failures]`),
    ).toEqual([true, []])
  })

  test('a member of an enumeration is made by super().__new__', () => {
    const source = `
from enum import Enum
class Coerced(str, Enum):
    A = 'a'
    def __new__(cls, text):
        made = super().__new__(cls, text)
        made._value_ = text.upper()
        return made
class Plain(Enum):
    B = 1, 2
    def __new__(cls, first, second):
        made = super().__new__(cls)
        made._value_ = second
        return made
result = [Coerced('A'), Coerced.A + '!', Plain(2)]`
    expect(guest.run(source)).toEqual(['returned', "[<Coerced.A: 'A'>, 'a!', <Plain.B: 2>]", ''])
  })

  test('classes of the image never enter the set that skips the guard', () => {
    expect(
      guest.evaluate(`
run = facet_guest.builtins.make_run({})
write = run.builtins['_write_']
class Own: pass
for thing in (1, [], 'x', int, Own, ValueError(), print, facet_guest.engine.table):
    write(thing)
write(Own())
[cls.__name__ for cls in run.own_classes]`),
    ).toEqual(['Own'])
  })
})

describe('builtins', () => {
  test('a policy names which; guards are there all the same', () => {
    const policy = { builtins: ['print', 'len', 'True'] }
    expect(guest.run('print(len([1]))', { policy })).toEqual(['returned', 'None', '1\n'])
    expect(guest.run('sum([1])', { policy })).toEqual([
      'raised',
      "NameError: name 'sum' is not defined",
      '',
    ])
    expect(guest.run('class C: x = 1\nC().y = 2', { policy })).toEqual(['returned', 'None', ''])
  })

  test.each([
    'eval',
    'exec',
    'compile',
    'breakpoint',
    'help',
    '__loader__',
    '__spec__',
    '__build_class__',
  ])('%s is not among them', (name) => {
    expect(
      guest.evaluate(
        `${JSON.stringify(name)} in facet_guest.builtins.make_builtins({}) and ${JSON.stringify(name)} != '__build_class__'`,
      ),
    ).toBe(false)
  })

  test('each run has its own', () => {
    expect(
      guest.evaluate(
        'facet_guest.builtins.make_builtins({}) is facet_guest.builtins.make_builtins({})',
      ),
    ).toBe(false)
  })

  test.each([
    ['print(1, 2, sep="-", end="!")', '1-2!'],
    ['print()', '\n'],
    ['print("a", flush=True)', 'a\n'],
    [
      'class W:\n  def __init__(self): self.got = []\n  def write(self, s): self.got.append(s)\nw = W()\nprint("x", file=w)\nprint(w.got)',
      "['x', '\\n']\n",
    ],
    [
      'import io\nclass S(io.StringIO): pass\ns = S()\nprint("x", file=s)\nprint(s.getvalue())',
      'x\n\n',
    ],
  ])('%s', (source, output) => {
    expect(guest.run(source)).toEqual(['returned', 'None', output])
  })
})
