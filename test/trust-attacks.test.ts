/** Attacks on trusted modules, by class: what a guest hands in, raises, or times changes nothing of theirs and shows nothing. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSandbox, type Outcome, type Sandbox, type Session } from '../src/index.js'

const SOURCE = readFileSync(new URL('support/ledger.py', import.meta.url), 'utf8')
const EXPOSE = {
  ledger: '*',
  account: '*',
  label: '*',
  item: '*',
  narrow: ['total'],
  Labelled: '*',
  note: '*',
} as const
const UNTOUCHED = {
  entries: { salary: 1_000_000 },
  rows: [{ price: 10 }, { price: 20 }],
  buffer: 'trusted',
  third: '0.3333333333333333333333333333',
  precision: 28,
  pins: ['ACCOUNT-PIN', 'LABEL-PIN', 'CLASS-PRIVATE'],
  cells: [1, 2, 1, 2],
  narrow: [],
  half: 0,
}

const told = (outcome: Outcome): unknown =>
  outcome.status === 'returned'
    ? outcome.value
    : outcome.status === 'raised'
      ? `${outcome.exception.type}: ${outcome.exception.message}`
      : outcome

const sandboxes: Sandbox[] = []
async function open(isolation: 'process' | 'thread' | 'inline'): Promise<Sandbox> {
  const sandbox = await createSandbox(
    { modules: 'standard' },
    {
      isolation,
      ...(isolation !== 'inline' && { workers: 1, spares: 0 }),
      trusted: { engine: { source: SOURCE, expose: EXPOSE } },
    },
  )
  sandboxes.push(sandbox)
  return sandbox
}
let sandbox: Sandbox
let session: Session
beforeAll(async () => {
  sandbox = await open('thread')
})
afterAll(() => Promise.all(sandboxes.map((each) => each.close())))

/** What became of the program, and of the trusted module. */
async function attack(source: string): Promise<unknown> {
  session = await sandbox.session()
  const outcome = told(await session.run(source))
  expect(told(await session.call('engine', 'state'))).toEqual(UNTOUCHED)
  await session.close()
  return outcome
}

describe('what is private stays as it is, and is not shown', () => {
  test.each([
    [
      'a class of the library called back gets copies',
      'from collections import ChainMap\nr = ledger.each(ChainMap)\nr[0]["price"] = "CHANGED"\n[type(r[0]).__name__, ledger.transform(memoryview)[0]]',
      ['ChainMap', 116],
    ],
    [
      'so do those that read what they are given',
      '[ledger.each(f) for f in (str, list, dict, sorted)]',
      [
        ["{'price': 10}", "{'price': 20}"],
        [['price'], ['price']],
        [{ price: 10 }, { price: 20 }],
        [['price'], ['price']],
      ],
    ],
    [
      'a class of the guest called back gets copies',
      'class C:\n  def __init__(self, row): row["price"] = 0\nlen(ledger.each(C))',
      2,
    ],
    [
      'what is running there is not told to a callback',
      'import asyncio\nasync def main():\n  seen = []\n  await ledger.slowly(lambda x: seen.append([t.get_name() for t in asyncio.all_tasks()]))\n  return seen[0]\nlen(asyncio.run(main()))',
      1,
    ],
    [
      'what is thrown into a coroutine that awaits it ends there',
      `import asyncio
r = []
class Mine(ValueError):
  def __str__(self): r.append('told'); return 'mine'
async def waits(): return await ledger.slowly(lambda x: x)
class Driver:
  def __await__(self):
    steps = waits()
    steps.send(None)
    try: steps.throw(Mine())
    except Mine: r.append('mine')
    again = waits()
    again.send(None)
    again.close()
    yield from asyncio.sleep(0.01).__await__()
    return 1
async def main(): return [await Driver(), await asyncio.wait_for(waits(), 5) is None]
[asyncio.run(main()), r]`,
      [[1, false], ['mine']],
    ],
    [
      'the exception that trusted code is handling is not seen by what it calls',
      'def f(x):\n  try:\n    raise\n  except RuntimeError as e:\n    return str(e)\nledger.handling(f)',
      'No active exception to reraise',
    ],
    [
      'a method of an exposed class takes instances of it only',
      'r = []\nfor make in (lambda: Labelled.label(account), lambda: Labelled.label(Labelled), lambda: Labelled.rename(account, "x"), lambda: Labelled.label(self=account)):\n  try:\n    r.append(make())\n  except TypeError:\n    r.append("refused")\nr + [Labelled.label(label)]',
      ['refused', 'refused', 'refused', 'refused', 'LABEL-PIN'],
    ],
    [
      'a text that the library makes is not told',
      '[repr(item), str(item), f"{item}"]',
      ['<Item of the host>', '<Item of the host>', '<Item of the host>'],
    ],
    [
      'a list of attributes closes the operators',
      'r = []\ndef attempt(f):\n  try:\n    r.append(f())\n  except TypeError:\n    r.append("refused")\ndef put(): narrow[0] = "evil"\ndef enter():\n  with narrow: pass\nfor f in (put, enter, lambda: narrow(), lambda: narrow[0], lambda: narrow + 1, lambda: list(narrow), lambda: len(narrow), lambda: 1 in narrow):\n  attempt(f)\n[set(r), narrow.total(), hasattr(narrow, "other")]',
      [new Set(['refused']), 3, false],
    ],
    [
      "containers of the library's cross as copies",
      'ledger.cells["x"] = [1]\nledger.queue.append("evil")\nledger.ordered.clear()\nledger.counted["z"] = 1\n[len(ledger.cells), list(ledger.queue), dict(ledger.ordered), ledger.counted["a"]]',
      [1, [1, 2], { a: 1 }, 2],
    ],
    [
      'an exception tells its first argument, and of a text that would not decode nothing',
      'r = []\nfor f in (ledger.decode, ledger.deny, ledger.many, ledger.stranger):\n  try:\n    f()\n  except Exception as e:\n    r.append([e.args, hasattr(e, "object"), hasattr(e, "ledger"), e.__class__ if False else 0])\nstr(r)',
      expect.not.stringMatching(/SECRET|entries|undefined/),
    ],
    [
      'private keywords are not given',
      'ledger.restricted(1, _bypass=True)',
      expect.stringMatching(/^TypeError/),
    ],
    [
      'nor through stars',
      'ledger.restricted(1, **{"_bypass": True})',
      expect.stringMatching(/^TypeError/),
    ],
    [
      'arithmetic of the guest is not that of what it calls, nor after a callback',
      'import decimal\ndecimal.getcontext().prec = 2\n[ledger.call_and_third(lambda: None), ledger.call_and_third(lambda: decimal.getcontext().clear_flags()), ledger.call_and_third(lambda: setattr(decimal.getcontext(), "prec", 3))]',
      Array(3).fill(UNTOUCHED.third),
    ],
    [
      'exceptions with hostile arguments are their number of plain ones there',
      'class A:\n  def __str__(self): raise ValueError\n  def __eq__(self, o): note("eq")\n  __hash__ = None\nclass E(Exception):\n  def __str__(self): raise KeyError\n  @property\n  def args(self): note("args")\ndef f(): raise E(A(), {}, [])\ndef g(): raise UnicodeDecodeError("x", b"y", 0, 1, "z")\ndef h(): raise BaseExceptionGroup("g", [SystemExit()])\n[ledger.contained(x)[0] for x in (f, g, h)]',
      ['Exception', 'UnicodeError', 'Exception'],
    ],
    [
      'a key of any kind is an identity there',
      'class K:\n  def __hash__(self): return 7\n  def __eq__(self, o): return True\n[ledger.as_key(*[K() for _ in range(20)]), ledger.as_key(1, 1.0, True), ledger.same({K(): 1}) and 1]',
      [20, 1, 1],
    ],
  ])('%s', async (_, source, expected) => {
    expect(await attack(source)).toEqual(expected)
  })
})

describe('a stack that ends', () => {
  const DEEP = `
def bottom(n):
    if n == 0:
        try:
            ledger.transfer(1)
        except RecursionError:
            pass
        return
    bottom(n - 1)
def nested(n):
    if n == 0:
        return bottom(0)
    return max([n], key=lambda x: nested(n - 1) or 1)
for f in (bottom, nested):
    for n in list(range(0, 1000, 7)) + list(range(900, 1000)):
        try:
            f(n)
        except RecursionError:
            break
def iterated(n):
    t = iter([1])
    for _ in range(n):
        t = map(lambda x: ledger.transfer(1) or x, t) if _ == 0 else map(int, t)
    return next(t)
for n in (10, 1000, 3000):
    try:
        iterated(n)
    except (RecursionError, MemoryError):
        pass
account.balance >= 0 or account.balance < 0
`
  test.each(['process', 'thread'] as const)(
    'leaves no trusted function half done (%s)',
    async (isolation) => {
      const deep = isolation === 'thread' ? sandbox : await open(isolation)
      const session = await deep.session()
      expect(told(await session.run(DEEP))).toBe(true)
      expect(told(await session.call('engine', 'state'))).toEqual(UNTOUCHED)
      await session.close()
    },
    60_000,
  )
})

describe('bad moments', () => {
  test.each([
    [
      'a callback that calls back into what called it',
      'def f(row):\n  return ledger.each(lambda r: r["price"])\nledger.each(f)',
      [
        [10, 20],
        [10, 20],
      ],
    ],
    [
      'a callback that raises',
      'class Mine(Exception): pass\ndef f(row): raise Mine(1)\ntry:\n  ledger.each(f)\nexcept Mine as e:\n  r = e.args\nr',
      [1],
    ],
    [
      'a callback that drops what it was given, and more',
      'kept = [ledger.same(ledger) for _ in range(9)]\ndef f(row):\n  kept.clear()\n  return [ledger.same(object()) and 1 for _ in range(200)][0]\nledger.each(f)',
      [1, 1],
    ],
    [
      'what was handed out is the same when it comes back',
      'a = object()\n[ledger.same(a) is a, ledger.same([a, a])[1] is a, ledger.same(ledger) is ledger, ledger.same(ledger.each) is not None]',
      [true, true, true, true],
    ],
    [
      'a handle that was let go of and handed out anew',
      'def once():\n  o = object()\n  ledger.keep(o)\n  ledger.drop()\n  return ledger.same(o) is o\nall([once() for _ in range(500)])',
      true,
    ],
  ])('%s', async (_, source, expected) => {
    expect(await attack(source)).toEqual(expected)
  })

  test.each([
    ['in the guest, called by trusted code', 'def f(row):\n  while True: pass\nledger.each(f)'],
    ['in trusted code', 'ledger.each(lambda row: sum(range(10 ** 12)))'],
    ['caught by trusted code', 'def f():\n  while True: pass\nledger.contained(f)'],
  ])('an end by force %s ends both, and leaves nothing', async (_, source) => {
    const outcome = await sandbox.run(source, { limits: { fuel: 20_000, wallMs: 500 } })
    expect(outcome.status).toBe('exhausted')
    expect(told(await sandbox.run('[row["price"] for row in ledger.each(lambda r: r)]'))).toEqual([
      10, 20,
    ])
  })

  test('fuel is one, whoever spends it', async () => {
    const limits = { limits: { fuel: 5_000 } }
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => sandbox.run('while True: ledger.third()', limits)),
    )
    expect(outcomes).toMatchObject([1, 2, 3].map(() => ({ status: 'exhausted', used: 5_000 })))
  })

  test('results touched in the next run of a session are what they were', async () => {
    const session = await sandbox.session()
    await session.run('g = ledger.same(ledger)\nit = iter(narrow.total for _ in range(2))')
    const fork = await session.fork()
    for (const each of [session, fork]) {
      expect(told(await each.run('[g is ledger, g.third()[:4], next(it)()]'))).toEqual([
        true,
        '0.33',
        3,
      ])
      await each.close()
    }
  })
})
