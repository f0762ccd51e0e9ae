/** What the author of a trusted module can do: the whole library, and exposures of each kind. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ArgumentError,
  createSandbox,
  PolicyError,
  type Outcome,
  type Sandbox,
} from '../src/index.js'

const SOURCE = readFileSync(new URL('support/shop.py', import.meta.url), 'utf8')
const EXPOSE = {
  ...Object.fromEntries(
    'doc Quota Over fail catching sqrt data types same median tracked count gen quick later agen tx run_async take_log rec Doc long stubborn rung ring awaiting is_a bus'
      .split(' ')
      .map((name) => [name, '*' as const]),
  ),
  narrow: ['total', '[]'],
  free: { read: '*', write: ['status'] },
  Point: ['()'],
} as const
let sandbox: Sandbox
const MAIN = (body: string): string =>
  `import asyncio\nasync def main():\n  ${body}\nasyncio.run(main())`
beforeAll(async () => {
  sandbox = await createSandbox(
    { modules: 'standard' },
    {
      isolation: 'thread',
      workers: 1,
      spares: 0,
      trusted: { shop: { source: SOURCE, expose: EXPOSE } },
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

describe('exposures', () => {
  test.each([
    [
      'attributes and operators that are listed',
      '[narrow.total(), narrow[3], dir(narrow)]',
      [3, 6, ['total']],
    ],
    ['no others', 'narrow + 1', /^TypeError: unsupported operand/],
    ['nor other attributes', 'narrow.title', /^AttributeError: 'title' is not an attribute/],
    [
      'attributes that may be written',
      'free.status = "Open"\n[free.status, free.title]',
      ['Open', 'T'],
    ],
    ['others are not', 'free.title = "x"', /^AttributeError: 'title': objects of the host cannot/],
    ['nor of what has no list of those', 'doc.status = "x"', /^AttributeError: 'status': objects/],
    ['a class that can be made', 'Point(3).x', 3],
    ['a class that cannot', 'Doc()', /^TypeError: Doc is the host's/],
    ['a function that was imported', 'sqrt(16)', 4],
    [
      'every operator, where nothing is listed',
      'doc[1] = 2\ndel doc[3]\n[doc(), doc + 1, 5 in doc, len(doc), take_log()]',
      [
        'called',
        5,
        true,
        2,
        [
          [1, 2],
          ['del', 3],
        ],
      ],
    ],
  ])('%s', async (_, source, expected) => {
    const value = told(await sandbox.run(source))
    if (expected instanceof RegExp) expect(value).toMatch(expected)
    else expect(value).toEqual(expected)
  })

  test.each([
    [
      { doc: ['total', '[ ]'] },
      'expose.doc: "[ ]" is neither a public attribute name nor an operator',
    ],
    [
      { doc: ['_private'] },
      'expose.doc: "_private" is neither a public attribute name nor an operator',
    ],
    [
      { doc: { read: '*', write: ['[]'] } },
      'expose.doc.write: must be a list of public attribute names',
    ],
    [
      { doc: { reads: '*' } },
      'expose.doc.reads: there is no such key; did you mean "read"? (known: read, write)',
    ],
    [{ doc: 'total' }, "expose.doc: must be '*' or a list of public attribute names and operators"],
  ])('that are none are told: %j', async (expose, message) => {
    const trusted = { shop: { source: 'doc = 1', expose: expose as never } }
    const refused = createSandbox({}, { trusted })
    await expect(refused).rejects.toThrow(ArgumentError)
    await expect(createSandbox({}, { trusted })).rejects.toThrow(message)
  })
})

describe('exceptions', () => {
  test.each([
    [
      'of an exposed class are caught by it',
      'try:\n  fail(0)\nexcept Quota as e:\n  r = [type(e).__name__, e.args, type(e) is Quota]\nr',
      ['Quota', ['none left'], true],
    ],
    [
      'by its exposed base, with their arguments',
      'try:\n  fail(1)\nexcept Quota as e:\n  r = [type(e) is Over, e.args]\nr',
      [true, [5, 6]],
    ],
    ['are raised by a guest', 'def f(): raise Over(1, 2)\ncatching(f)', ['over', 1, [1, 2]]],
    [
      'also of a class derived from one',
      'class Mine(Quota): pass\ndef f(): raise Mine("x")\ncatching(f)',
      ['quota', ['x']],
    ],
    ['of other classes become builtin ones', 'catching(lambda: fail(4))', ['KeyError', ['key']]],
    [
      'decide in a context manager',
      'with tx():\n  pass\ntry:\n  with tx():\n    1 / 0\nexcept ZeroDivisionError:\n  pass\nwith doc:\n  raise ValueError("over")\ntake_log()',
      ['commit', 'rollback ZeroDivisionError', ['ValueError', 'over']],
    ],
  ])('%s', async (_, source, expected) => {
    expect(told(await sandbox.run(source))).toEqual(expected)
  })
})

describe('values and the library', () => {
  const KINDS =
    'Decimal date datetime time timedelta Fraction UUID complex deque defaultdict OrderedDict Counter bytearray range slice'.split(
      ' ',
    )
  test.each([
    ['data of the library crosses by copy', 'types(data())', KINDS],
    ['and exactly', '[a == b for a, b in zip(same(data()), data())] == [True] * 15', true],
    ['statistics out of the archive', 'median([3, 1, 2])', 2],
    [
      'weakref.finalize',
      'x = [tracked() for _ in range(200)]\ndel x\ny = [tracked() for _ in range(70)]\ncount() >= 200',
      true,
    ],
    [
      'iterators, some at a time',
      '[sum(b for a, b in quick(1000)), sum(b for a, b in gen(100))]',
      [499_500, 328_350],
    ],
    ['asyncio of its own', 'run_async()', 7],
    [
      'awaited side by side',
      'import asyncio\nasync def main():\n  r = await asyncio.gather(*[later(i) for i in range(20)])\n  return sum(p.x for p in r)\nasyncio.run(main())',
      190,
    ],
    [
      'iterated and cancelled',
      'import asyncio\nasync def main():\n  try:\n    await asyncio.wait_for(later(1), 0.001)\n  except TimeoutError:\n    return [i async for i in agen()]\nasyncio.run(main())',
      [0, 1, 2],
    ],
    [
      'a coroutine that is no longer wanted ends on its side first',
      MAIN(
        'for ended in range(2):\n    try:\n      await asyncio.wait_for(long(), 0.005)\n    except TimeoutError: pass\n  return take_log()',
      ),
      ['ended', 'ended'],
    ],
    [
      'by asyncio.timeout',
      MAIN(
        'try:\n    async with asyncio.timeout(0.005):\n      await long()\n  except TimeoutError:\n    return take_log()',
      ),
      ['ended'],
    ],
    [
      'by the task that awaits it',
      MAIN(
        'async def waits(): await long()\n  task = asyncio.create_task(waits())\n  await asyncio.sleep(0.005)\n  task.cancel()\n  try: await task\n  except asyncio.CancelledError: return take_log()',
      ),
      ['ended'],
    ],
    ['or does not', MAIN('return await asyncio.wait_for(stubborn(), 0.005)'), 'went on'],
    [
      'another is begun while one has long to wait',
      MAIN(
        'task = asyncio.create_task(asyncio.wait_for(long(), 9))\n  await asyncio.sleep(0.005)\n  point = await later(4)\n  task.cancel()\n  return point.x',
      ),
      4,
    ],
    [
      'a function wakes one that has long to wait',
      MAIN(
        'async def waits(): return await rung()\n  task = asyncio.create_task(waits())\n  await asyncio.sleep(0.01)\n  ring()\n  return await task',
      ),
      'rung',
    ],
    [
      "a guest's coroutine is the guest's to await",
      MAIN(
        'async def own(): return 1\n  coroutine = own()\n  try: await awaiting(coroutine)\n  except TypeError as e: return [str(e), await coroutine]',
      ),
      ["a guest's coroutine is awaited by the guest: let it pass what that comes to", 1],
    ],
    [
      "the guest's classes, asked of the guest's objects",
      'class A: pass\nclass B(A): pass\n[is_a(B(), A), is_a(A(), B), is_a(A, type)]',
      [true, false, true],
    ],
    ["and not of the host's", 'is_a(doc, int)', /^TypeError: only a guest's objects can be/],
    [
      'attributes are not deleted',
      'del free.status',
      /^AttributeError: 'status': attributes of the/,
    ],
  ])('%s', async (_, source, expected) => {
    const value = told(await sandbox.run(source))
    if (expected instanceof RegExp) expect(value).toMatch(expected)
    else expect(value).toEqual(expected)
  })

  // Telling a callback's exception takes frames too: where there is room for none, a RecursionError is what it was.
  test.each(['fire', 'fired'])(
    'callbacks at the end of the stack raise or return: %s',
    async (name) => {
      const source = `
bus.on(lambda: 1)
def down(n):
    return bus.${name}() if n == 0 else down(n - 1)
seen = set()
for n in range(900, 1000):
    try: seen.add(down(n))
    except RecursionError: seen.add('RecursionError')
sorted(map(str, seen))`
      expect(told(await sandbox.run(source))).toEqual(['1', 'RecursionError'])
    },
  )

  test('a guest whose memory had to be made anew finds its door again', async () => {
    const source = 'x = bytearray(120_000_000)\n[narrow.total(), len(x)]'
    for (let i = 0; i < 2; i++) {
      expect(told(await sandbox.run(source))).toEqual([3, 120_000_000])
      expect(told(await sandbox.run('narrow.total()'))).toBe(3)
    }
  })
})

describe('a module that does not load', () => {
  const load = (source: string) =>
    createSandbox(
      { preset: 'formula' },
      { isolation: 'thread', spares: 0, trusted: { shop: { source, expose: [] } } },
    )

  test('is told with its line', async () => {
    await expect(load('import json\ndef f():\n    return json.nothing\nf()')).rejects.toThrow(
      new PolicyError(
        `trusted.shop: could not be loaded:
Traceback (most recent call last):
  File "<shop>", line 4, in <module>
    f()
    ~^^
  File "<shop>", line 3, in f
    return json.nothing
           ^^^^^^^^^^^^
AttributeError: module 'json' has no attribute 'nothing'
`,
      ),
    )
  })

  test('or with what it did too much of; it may print whatever guests may', async () => {
    await expect(load('while True: print("x" * 1000)')).rejects.toThrow(
      'trusted.shop: could not be loaded: it printed more than 1048576 bytes while loading',
    )
    await (await load('print("loading")')).close()
  })
})
