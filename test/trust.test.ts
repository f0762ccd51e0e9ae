/** The membrane between trusted modules and a guest: what crosses, as what, and what does not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createSandbox,
  ArgumentError,
  PolicyError,
  type Outcome,
  type Sandbox,
} from '../src/index.js'

const ENGINE = `
import decimal
class Quota(Exception):
    pass
class Cell:
    def __init__(self, value):
        self.value = value
        self.owner = 'host'
        self._formula = '=1'
    def __repr__(self):
        return f'Cell({self.value})'
    def __eq__(self, other):
        return isinstance(other, Cell) and self.value == other.value
    def __hash__(self):
        return hash(self.value)
    def __lt__(self, other):
        return self.value < other.value
    def __add__(self, other):
        return Cell(self.value + (other.value if isinstance(other, Cell) else other))
    def __len__(self):
        return self.value
    def __getitem__(self, key):
        return (key, self.value)
    def __iter__(self):
        return iter([Cell(1), Cell(2)])
    def __enter__(self):
        return self
    def __exit__(self, *error):
        log.append('left')
    def __call__(self, x):
        return x * self.value
log = []
cell = Cell(3)
cells = [Cell(1), Cell(2)]
table = {'a': Cell(1), 'n': 5}
numbers = [1, 2]
def over():
    raise Quota('no more')
def third():
    return decimal.Decimal(1) / decimal.Decimal(3)
def same(x):
    return x
def kind(x):
    return type(x).__name__
def text_of(x):
    return type(x) is str and x
def both(f):
    log.append('before')
    try:
        return f(Cell(7))
    finally:
        log.append('after')
def contained(f):
    try:
        return f()
    except Exception as error:
        return type(error).__name__
async def later(x):
    return Cell(x)
def counting():
    try:
        yield Cell(1)
        yield Cell(2)
    finally:
        log.append('closed')
def deep(n):
    log.append(n)
    return 0 if n == 0 else deep(n - 1)
def secret_globals():
    return globals()
def secret_module():
    return decimal
def secret_frame():
    import sys
    return sys._getframe()
def seen(guest, name):
    return guest[name]
def logged(guest):
    return list(log)
def call_guest(guest, name, *args):
    return guest[name](*args)
def call_with_cell(guest, name):
    return guest[name](cell)
def bind(guest):
    guest['bound'] = Cell(5)
    return [sorted(name for name in guest if name[0] != '_'), 'bound' in guest, 'nothing' in guest]
def third_for_the_host(guest):
    return str(third())
def is_same(a, b):
    return [a == b, {a: 1}.get(b)]
def copied(x):
    import copy
    return copy.deepcopy([x])[0]
`
const EXPOSE =
  'Cell cell cells table numbers over third same is_same copied kind text_of both contained later counting deep secret_globals secret_module secret_frame'.split(
    ' ',
  )

let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await createSandbox(
    { modules: 'standard' },
    {
      isolation: 'thread',
      workers: 1,
      spares: 0,
      trusted: { engine: { source: ENGINE, expose: EXPOSE } },
    },
  )
})
afterAll(() => sandbox.close())

const told = (outcome: Outcome): unknown =>
  outcome.status === 'returned'
    ? outcome.value
    : outcome.status === 'raised'
      ? `${outcome.exception.type}: ${outcome.exception.message}`
      : outcome

async function value(code: string): Promise<unknown> {
  return told(await sandbox.run(code))
}

describe('objects of the host, as a guest holds them', () => {
  test.each([
    ['public attributes are read', '[cell.value, cell.owner]', [3, 'host']],
    [
      'their own text is theirs',
      '[repr(cell), str(cell), f"{cell}", f"{cell!r:>9}"]',
      ['Cell(3)', 'Cell(3)', 'Cell(3)', '  Cell(3)'],
    ],
    [
      'operators work',
      '[repr(cell + 1), repr(cell + cells[0]), cell == Cell, cell == cells[0] + 2, cells[0] < cell, len(cell), bool(cell), hash(cell) == hash(3)]',
      ['Cell(4)', 'Cell(4)', false, true, true, 3, true, true],
    ],
    [
      'items and iteration work',
      '[cell["k"], [c.value for c in cell]]',
      [
        ['k', 3],
        [1, 2],
      ],
    ],
    ['calls work', 'cell(5)', 15],
    ['with works', 'with cell as c:\n  v = c.value\nv', 3],
    [
      'isinstance works with an exposed class',
      '[isinstance(cell, Cell), isinstance(3, Cell), isinstance(cell, int)]',
      [true, false, false],
    ],
    ['dir lists public attributes only', 'dir(cell)', ['owner', 'value']],
    [
      'containers of them cross as copies, part by part',
      '[c.value for c in cells] + [table["a"].value, table["n"]]',
      [1, 2, 1, 5],
    ],
    [
      'they are told apart from what they are not',
      '[hasattr(cell, "value"), hasattr(cell, "_formula"), hasattr(cell, "nothing"), getattr(cell, "_formula", None)]',
      [true, false, false, null],
    ],
    [
      'a guest object comes back as itself',
      'class G: pass\ng = G()\n[same(g) is g, same([g])[0] is g, kind(g), kind([g])]',
      [true, true, 'Handle', 'list'],
    ],
    ['a guest function comes back as itself', 'def f(): pass\nsame(f) is f', true],
    [
      'a facet goes back as its target',
      '[kind(cell), same(cell) == cell, kind([cell][0])]',
      ['Cell', true, 'Cell'],
    ],
    [
      'a subclass of data arrives as data',
      'class S(str):\n  def upper(self): return "lie"\n[text_of(S("a")), kind(S("a"))]',
      ['a', 'str'],
    ],
    ['callbacks get facets, results come back', 'both(lambda c: [c.value, c])[0]', 7],
    [
      'a guest object is the same whenever it crosses',
      'class G: pass\ng = G()\n[is_same(g, g), is_same(g, G()), copied(g) is g]',
      [[true, 1], [false, null], true],
    ],
    [
      'whatever can be called is called back',
      'import functools, operator\nclass C:\n  def __call__(self, c): return c.value\n[both(functools.partial(lambda n, c: n + c.value, 1)), both(C()), both(operator.attrgetter("value"))]',
      [8, 7, 7],
    ],
    [
      'coroutines are awaited',
      'import asyncio\nasync def main():\n  return (await later(4)).value\nasyncio.run(main())',
      4,
    ],
    ['generators are iterated', '[c.value for c in counting()]', [1, 2]],
  ])('%s', async (_, code, expected) => {
    expect(await value(code)).toEqual(expected)
  })

  test.each([
    ['attributes cannot be written', 'cell.value = 9', /^AttributeError/],
    ['nor by setattr', 'setattr(cell, "value", 9)', /^AttributeError|^TypeError/],
    ['nor deleted', 'del cell.value', /^AttributeError/],
    ['private attributes are not found', 'cell._formula', /^AttributeError/],
    ['classes cannot be constructed', 'Cell(1)', /^TypeError/],
    ['nor derived from', 'class C(Cell): pass', /^TypeError/],
    ['nor read from type()', 'type(cell)(1)', /^TypeError/],
    ['nor copied', 'import copy\ncopy.copy(cell)', /^TypeError: cannot pickle/],
    ['nor deep-copied', 'import copy\ncopy.deepcopy([cell])', /^TypeError: cannot pickle/],
    ['generators have no send', 'counting().send(None)', /^AttributeError/],
    ['nor throw', 'counting().throw(ValueError())', /^AttributeError/],
    ['functions have no public attributes', 'same.func', /^AttributeError/],
    ['globals do not cross', 'secret_globals()["log"]', /^AttributeError/],
    ['modules do not cross', 'secret_module()', /^AttributeError/],
    ['frames do not cross', 'secret_frame()', /^AttributeError/],
    ['what cannot be called says so', 'numbers()', /^TypeError/],
  ])('%s', async (_, code, expected) => {
    expect(await value(code)).toMatch(expected)
  })
})

describe('exceptions are made afresh at the boundary', () => {
  test.each([
    [
      'a class of the host becomes the builtin it derives from',
      'try:\n  over()\nexcept Exception as e:\n  r = [type(e).__name__, str(e), e.args]\nr',
      ['Exception', 'no more', ['no more']],
    ],
    [
      'a guest exception passes through trusted code as itself',
      'class Mine(Exception): pass\nm = Mine("x")\ndef f(c): raise m\ntry:\n  both(f)\nexcept Mine as e:\n  r = e is m\nr',
      true,
    ],
    [
      "trusted code contains a BaseException of the guest's",
      'class Quit(BaseException): pass\ndef f(): raise Quit()\ncontained(f)',
      'Exception',
    ],
    [
      'and sees the builtin base of an exception',
      'class Mine(LookupError): pass\ndef f(): raise Mine()\ncontained(f)',
      'LookupError',
    ],
  ])('%s', async (_, code, expected) => {
    expect(await value(code)).toEqual(expected)
  })

  test('the host is told where in its module one was raised, the guest is not', async () => {
    const outcome = await sandbox.run('def f():\n  over()\nf()')
    expect(
      outcome.status === 'raised' &&
        outcome.exception.frames.map(({ file, name, line, source }) => [file, name, line, source]),
    ).toEqual([
      ['<guest>', '<module>', 3, 'f()'],
      ['<guest>', 'f', 2, 'over()'],
      ['<engine>', 'over', ENGINE.split('\n').indexOf('def over():') + 2, "raise Quota('no more')"],
    ])
    const seen = await value(
      'import traceback\ntry:\n  over()\nexcept Exception:\n  r = traceback.format_exc()\nr',
    )
    expect(seen).toBe(
      'Traceback (most recent call last):\n  File "<guest>", line 3, in <module>\n    over()\n    ~~~~^^\nException: no more\n',
    )
  })
})

describe('trusted code is not at the mercy of the guest', () => {
  test('its arithmetic is its own', async () => {
    expect(
      await value(
        'import decimal\ndecimal.getcontext().prec = 2\n[str(third())[:8], str(decimal.Decimal(1) / 3)]',
      ),
    ).toEqual(['0.333333', '0.33'])
  })

  test('it has stack left when the guest has none, and always runs to its end', async () => {
    const session = await sandbox.session()
    const outcome = await session.run(
      'def down():\n  try:\n    down()\n  except RecursionError:\n    raise\n  deep(100)\ntry:\n  down()\nexcept RecursionError:\n  pass\ndef bottom(n):\n  if n == 0:\n    return deep(100)\n  return bottom(n - 1)\nr = None\nfor n in range(900, 1000):\n  try:\n    bottom(n)\n  except RecursionError:\n    r = n\n    break\nr',
    )
    expect(outcome.status).toBe('returned')
    const log = await session.call('engine', 'logged')
    const entries = (log.status === 'returned' ? log.value : []) as number[]
    // Each descent of the host's is whole: it begins with 100 and ends with 0.
    expect(entries.length).toBeGreaterThan(0)
    expect(entries.length % 101).toBe(0)
    expect(entries.filter((entry) => entry === 100).length).toBe(
      entries.filter((entry) => entry === 0).length,
    )
    await session.close()
  })

  test("the host calls its own functions with the guest's globals", async () => {
    const session = await sandbox.session()
    await session.run('x = [1, 2]\ndef f(a):\n  return a + 1')
    expect(told(await session.call('engine', 'seen', ['x']))).toEqual([1, 2])
    expect(told(await session.call('engine', 'call_guest', ['f', 41]))).toBe(42)
    expect(told(await session.call('engine', 'nothing'))).toMatch(/nothing/)
    await expect(session.call('nowhere', 'seen')).rejects.toThrow(ArgumentError)
    await session.close()
  })

  test('what the guest is given by a function the host called crosses too, and its arithmetic stays apart', async () => {
    const session = await sandbox.session()
    await session.run(
      'import decimal\nclass Mine(Exception): pass\nclass S(str):\n  def upper(self): return "lie"\ntext = S("a")\ndef f(c):\n  decimal.getcontext().prec = 2\n  return repr(c)\ndef fails(x): raise Mine(x)',
    )
    expect(told(await session.call('engine', 'call_with_cell', ['f']))).toBe('Cell(3)')
    await session.run('def writes(c): c.value = 9')
    expect(told(await session.call('engine', 'call_with_cell', ['writes']))).toMatch(
      /^AttributeError/,
    )
    expect(told(await session.call('engine', 'third_for_the_host'))).toBe(
      '0.3333333333333333333333333333',
    )
    expect(told(await session.call('engine', 'call_guest', ['fails', 'x']))).toBe('Mine: x')
    expect(told(await session.call('engine', 'bind'))).toEqual([
      expect.arrayContaining(['bound', 'f', 'text']),
      true,
      false,
    ])
    expect(told(await session.run('[bound.value, hasattr(bound, "_formula")]'))).toEqual([5, false])
    await session.close()
  })

  test('a run that was ended inside trusted code leaves no trace', async () => {
    const session = await sandbox.session()
    await session.run('x = 1')
    const ended = await session.run('x = 2\ncontained(lambda: [0 for _ in iter(int, 1)])', {
      limits: { fuel: 50_000 },
    })
    expect(ended.status).toBe('exhausted')
    expect(told(await session.call('engine', 'seen', ['x']))).toBe(1)
    await session.close()
  })
})

describe('names that objects of the interpreter have too', () => {
  const source = `
import annotationlib, asyncio, collections
class Sheet(collections.UserDict):
    co_author = 'x'
    def evaluate(self): return 42
    def get_context(self): return {'a': 1}
    mapping = {'b': 2}
    @staticmethod
    def tb_row(): return 3
class Promise(asyncio.Future):
    def get_stack(): return 4
sheet, reference = Sheet(), annotationlib.ForwardRef('6 * 7')
`

  test("are read from objects of the host's own classes, and from none of the library's", async () => {
    await using sheets = await createSandbox(
      {},
      {
        isolation: 'thread',
        workers: 1,
        spares: 0,
        trusted: { engine: { source, expose: ['sheet', 'Sheet', 'Promise', 'reference'] } },
      },
    )
    expect(
      told(
        await sheets.run(
          '[sheet.evaluate(), sheet.co_author, sheet.get_context(), getattr(sheet, "evaluate")(), Sheet.tb_row(), sheet.mapping, Promise.get_stack()]',
        ),
      ),
    ).toEqual([42, 'x', { a: 1 }, 42, 3, { b: 2 }, 4])
    for (const [source, name] of [
      ['reference.evaluate()', 'evaluate'],
      ['getattr(reference, "evaluate")', 'evaluate'],
      ['Promise.get_loop', 'get_loop'],
    ])
      expect(told(await sheets.run(source))).toBe(
        `AttributeError: '${name}' is not an attribute the host exposes`,
      )
  })
})

describe('what is exposed can be narrowed to attributes', () => {
  test('only those listed are seen', async () => {
    await using narrow = await createSandbox(
      {},
      {
        isolation: 'thread',
        workers: 1,
        spares: 0,
        trusted: { engine: { source: ENGINE, expose: { cell: ['value'], numbers: '*' } } },
      },
    )
    expect(
      told(await narrow.run('[cell.value, hasattr(cell, "owner"), numbers, dir(cell)]')),
    ).toEqual([3, false, [1, 2], ['value']])
  })

  test.each([
    ['a name it has not', { source: 'x = 1', expose: ['y'] }, PolicyError],
    ['a source that does not parse', { source: 'x = (', expose: [] }, PolicyError],
    ['a source that raises', { source: '1 / 0', expose: [] }, PolicyError],
    ["a guard's name", { source: '_getattr_ = 1', expose: ['_getattr_'] }, ArgumentError],
    [
      'attributes that are no list',
      { source: 'x = 1', expose: { x: 3 as unknown as string[] } },
      ArgumentError,
    ],
  ])("%s is the host's mistake", async (_, module, error) => {
    await expect(
      createSandbox({}, { isolation: 'thread', workers: 1, trusted: { engine: module } }),
    ).rejects.toThrow(error)
  })
})
