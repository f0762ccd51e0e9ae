/** Functions that a guest lends its host: called while their call waits, in no other way, and never after it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  awaitable,
  CallbackError,
  capability,
  createSandbox,
  LATER,
  outcomeToJson,
  type EffectEvent,
  type GuestFunction,
  type Isolation,
  type Sandbox,
  type SandboxOptions,
} from '../src/index.js'
import { raised, returned, waiting } from './support/outcomes.js'
import { sharedWorkers as of } from './support/shared-workers.js'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What a promise was rejected with, as a list. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    return ['returned', await promise]
  } catch (error) {
    if (!(error instanceof CallbackError)) throw error
    return [error.type, error.message]
  }
}

const unhandled: unknown[] = []
process.on('unhandledRejection', (error) => unhandled.push(error))

describe.each<Isolation>(['process', 'thread', 'inline'])('isolation %s', (isolation) => {
  let sandbox: Sandbox
  const events: EffectEvent[] = []
  const heard: unknown[] = []
  const held: GuestFunction[] = []
  const document = { title: 'Plan' }
  const doc = capability(document, { read: ['title'] })
  /** The same functions, called on the stack and awaited. */
  const functions = {
    each: async (rows: unknown[], f: GuestFunction) => {
      const seen = []
      for (const row of rows) seen.push(await f(row))
      return seen
    },
    together: (rows: unknown[], f: GuestFunction) => Promise.all(rows.map((row) => f(row))),
    sorted_by: async (rows: number[], { key }: { key: GuestFunction }) => {
      const keys = (await Promise.all(rows.map((row) => key(row)))) as number[]
      return rows.map((row, n) => [keys[n]!, row] as const).sort(([a], [b]) => a - b)
    },
    first: async ({ found }: { found: readonly GuestFunction[] }) => [
      await found[1]!(1),
      await found[0]!(2),
    ],
    catches: async (f: GuestFunction) => failure(f()),
    wraps: async (f: GuestFunction) => {
      try {
        return await f()
      } catch (error) {
        throw new Error('of the host', { cause: error })
      }
    },
    leaks: async (f: GuestFunction) => {
      const error = await f().catch((error: unknown) => error)
      heard.push(error)
      throw error
    },
    throws_again: async () => {
      throw heard.at(-1)
    },
    keeps: async (f: GuestFunction) => void held.push(f),
    calls_held: async () => failure(held.at(-1)!()),
    gives: async (f: GuestFunction, kind: string) =>
      failure(f(kind === 'large' ? 'x'.repeat(200_000) : kind === 'function' ? f : kind)),
    revokes: async (f: GuestFunction) => {
      doc.revoke()
      return f()
    },
  }

  beforeAll(async () => {
    const awaited = Object.fromEntries(
      Object.entries(functions).map(([name, f]) => [`a_${name}`, awaitable(f)]),
    )
    const options: SandboxOptions = {
      ...of(isolation),
      capabilities: {
        ...(isolation === 'inline' ? {} : functions),
        ...awaited,
        ticks: (f: GuestFunction) => {
          f(1)
          f(2)
          return 3
        },
        double: (n: number) => 2 * n,
        doc,
        table: capability(new Map(), { items: true }),
      },
      onEffect: (event) => events.push(event),
    }
    sandbox = await createSandbox(
      {
        modules: 'standard',
        limits: { wallMs: 3_000, effects: 60, effectBytes: 100_000, pending: 20 },
      },
      options,
    )
  })
  afterAll(() => sandbox.close())
  beforeEach(() => {
    events.length = heard.length = 0
  })

  const run = (source: string) => sandbox.run(source)

  /** The same of a call on the stack, where this isolation can wait, and of one that is awaited. */
  const ways: [string, string][] = [
    ...(isolation === 'inline' ? [] : [['on the stack', ''] as [string, string]]),
    ['awaited', 'await a_'],
  ]
  describe.each(ways)('%s', (_, call) => {
    test('one is called as often as the host likes, with values by copy', async () => {
      expect(
        returned(
          await run(
            `log = []\ndef f(row):\n    log.append(row)\n    return {'row': row}\n[${call}each([1, 'b', None], f), log]`,
          ),
        ),
      ).toEqual([
        [{ row: 1 }, { row: 'b' }, { row: null }],
        [1, 'b', null],
      ])
      expect(
        events.map(({ kind, target, decision, at }) => [kind, target, decision, at?.line]),
      ).toEqual([
        ...Array.from({ length: 3 }, () => ['callback', `${call.slice(6)}each`, 'allowed', 5]),
        ['call', `${call.slice(6)}each`, 'allowed', 5],
      ])
    })

    test('several at once, a keyword argument, and functions within values', async () => {
      expect(returned(await run(`${call}together([1, 2, 3], lambda n: n + 0.5)`))).toEqual([
        1.5, 2.5, 3.5,
      ])
      expect(returned(await run(`${call}sorted_by([1, 2, 3], key=lambda n: -n)`))).toEqual([
        [-3, 3],
        [-2, 2],
        [-1, 1],
      ])
      expect(
        returned(await run(`${call}first(found=[lambda n: ['a', n], lambda n: ['b', n]])`)),
      ).toEqual([
        ['b', 1],
        ['a', 2],
      ])
    })

    test('whatever can be called can be lent: methods, classes, functions of the host', async () => {
      expect(returned(await run(`s = set()\n${call}each([1, 2], s.add)\ns`))).toEqual(
        new Set([1, 2]),
      )
      expect(returned(await run(`${call}each(['1', '2'], int)`))).toEqual([1, 2])
      expect(returned(await run(`${call}each([1, 2], double)`))).toEqual([2, 4])
      expect(
        returned(
          await run(
            `class C:\n    def __call__(self, n):\n        return -n\n${call}each([1], C())`,
          ),
        ),
      ).toEqual([-1])
    })

    test('what it raises goes through the host to the guest that raised it, as the very same', async () => {
      const source = `
class Stop(Exception):
    def __init__(self, what):
        super().__init__(f'stopped at {what}')
        self.what = what
seen = []
def f(n):
    seen.append(n)
    if n == 2:
        raise Stop([n])
try:
    ${call}each([1, 2, 3], f)
except Stop as error:
    seen.append(error.what)
seen`
      expect(returned(await run(source))).toEqual([1, 2, [2]])
    })

    test('its host may catch what it raises, as text', async () => {
      expect(returned(await run(`${call}catches(lambda: {}['k'])`))).toEqual(['KeyError', "'k'"])
      expect(
        returned(
          await run(
            `class E(Exception):\n    def __str__(self):\n        raise ValueError\ndef f(): raise E\n${call}catches(f)`,
          ),
        ),
      ).toEqual(['E', ''])
      // What the host throws in its place is the host's.
      expect(raised(await run(`${call}wraps(lambda: {}['k'])`))).toBe(
        `RuntimeError: the host's ${call.slice(6)}wraps failed`,
      )
    })

    test('what it gives is data, of no more than an answer’s size', async () => {
      expect(returned(await run(`${call}catches(lambda: object())`))).toEqual([
        'TypeError',
        'object is no data, and cannot cross',
      ])
      expect(returned(await run(`${call}catches(lambda: lambda: 1)`))).toEqual([
        'TypeError',
        'function is no data, and cannot cross',
      ])
      expect(returned(await run(`${call}catches(lambda: 'x' * 200_000)`))).toEqual([
        'TypeError',
        'what the function gives is more than 100000 bytes (limits.effectBytes)',
      ])
    })

    test('what it is given is data, of no more than an answer’s size', async () => {
      expect(returned(await run(`${call}gives(lambda x: x, 'a text')`))).toEqual([
        'returned',
        'a text',
      ])
      expect(returned(await run(`${call}gives(lambda x: x, 'large')`))).toEqual([
        '',
        'the value is larger than 100000 bytes',
      ])
      expect(returned(await run(`${call}gives(lambda x: x, 'function')`))).toEqual([
        '',
        'value[0]: a function cannot cross into a guest',
      ])
    })

    test('it may ask in its turn, and lend what it asks with', async () => {
      const source = `
def outer(n):
    return [double(n), doc.title, ticks(lambda m: n + m)]
${call}each([1, 2], outer)`
      expect(returned(await run(source))).toEqual([
        [2, 'Plan', 3],
        [4, 'Plan', 3],
      ])
    })

    test('a value that JavaScript would call by itself is none', async () => {
      for (const name of ['then', 'toJSON'])
        expect(raised(await run(`${call}each([], [{'a': [{'${name}': lambda *a: 1}]}])`))).toBe(
          `TypeError: ${call.slice(6)}each: no function is given under the name ${name}`,
        )
      expect(raised(await run(`${call}each(then=print)`))).toContain('under the name then')
    })

    test('calls back and forth without end are ended', async () => {
      const endless = call
        ? 'async def f(n):\n    return await a_each([n + 1], f)\nawait a_each([0], f)'
        : 'def f(n):\n    try:\n        return each([n + 1], f)\n    except Exception:\n        return n\neach([0], f)'
      const outcome = await run(endless)
      expect(['returned', 'raised', 'exhausted']).toContain(outcome.status)
      expect(returned(await run(`${call}each([1], lambda n: n)`))).toEqual([1])
    })

    test('after its call it is nothing any more, whoever has it', async () => {
      expect(returned(await run(`${call}keeps(lambda: 1)`))).toBeNull()
      const over = ['', 'the call that this function was given to is over']
      expect(await failure(held.at(-1)!())).toEqual(over)
      // Neither in another run, nor in the one that lent it.
      expect(returned(await run(`${call}calls_held()`))).toEqual(over)
      expect(returned(await run(`${call}keeps(lambda: 1)\n${call}calls_held()`))).toEqual(over)
    })

    test('the error of one run tells another nothing', async () => {
      expect(raised(await run(`def f(): raise ValueError('mine')\n${call}leaks(f)`))).toBe(
        'ValueError: mine',
      )
      expect(raised(await run(`${call}throws_again()`))).toBe(
        `RuntimeError: the host's ${call.slice(6)}throws_again failed`,
      )
    })

    test('one that never returns ends with its run, and its host is told', async () => {
      const outcome = await sandbox.run(`def f():\n    while True: pass\n${call}leaks(f)`, {
        limits: { wallMs: 200 },
      })
      expect(outcome).toMatchObject({ status: 'exhausted', limit: 'wallMs' })
      await sleep(5)
      expect(heard).toEqual([new CallbackError('', 'the run is over')])
      expect(events.map(({ kind, decision }) => [kind, decision]).sort()).toEqual([
        ['call', 'cancelled'],
        ['callback', 'cancelled'],
      ])
    })

    test('one that exits ends the program, past its host', async () => {
      const source = `import sys\ntry:\n    ${call}leaks(lambda: sys.exit(7))\nexcept Exception:\n    print('caught')`
      expect(await run(source)).toMatchObject({ status: 'exited', code: 7, output: '' })
      await sleep(5)
      expect(heard).toEqual([new CallbackError('', 'the run is over')])
    })

    test('each call is an effect, and no more are made than a run may have', async () => {
      expect(raised(await run(`${call}each(list(range(100)), lambda n: n)`))).toContain('failed')
      expect(events.filter(({ decision }) => decision === 'allowed')).toHaveLength(59)
      expect(events.filter(({ decision }) => decision === 'denied')).toHaveLength(1)
      expect(raised(await run(`${call}together(list(range(30)), lambda n: n)`))).toContain('failed')
    })
  })

  test('a coroutine function is a task of the loop', async () => {
    const source = `
import asyncio
order = []
async def f(n):
    order.append(n)
    await asyncio.sleep(0.01 * (4 - n))
    order.append(-n)
    return n * n
[await a_together([1, 2, 3], f), order]`
    expect(returned(await run(source))).toEqual([
      [1, 4, 9],
      [1, 2, 3, -3, -2, -1],
    ])
  })

  test('the loop goes on while the host works, and a task that is cancelled takes back what it lent', async () => {
    const source = `
import asyncio
seen = []
async def main():
    task = asyncio.create_task(a_each(list(range(50)), seen.append))
    while len(seen) < 2:
        await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        seen.append('cancelled')
    n = len(seen)
    await asyncio.sleep(0.05)
    return n == len(seen), 'cancelled' in seen
asyncio.run(main())`
    expect(returned(await run(source))).toEqual([true, true])
  })

  test('asyncio.to_thread lends too', async () => {
    const source = 'import asyncio\nseen = []\n[await asyncio.to_thread(ticks, seen.append), seen]'
    expect(returned(await run(source))).toEqual([3, [1, 2]])
  })

  test('what is called and not waited for is called before the answer, and fails nobody', async () => {
    expect(returned(await run('seen = []\n[ticks(seen.append), seen]'))).toEqual([3, [1, 2]])
    expect(returned(await run('ticks(lambda n: 1 / 0)'))).toBe(3)
    await sleep(5)
    expect(unhandled).toEqual([])
  })

  test('nothing but a call lends', async () => {
    expect(raised(await run("table['f'] = lambda: 1"))).toBe(
      'TypeError: table(): function is no data, and cannot cross',
    )
  })

  test('a capability that was taken back is of no use in one', async () => {
    expect(raised(await run('await a_revokes(lambda: doc.title)'))).toBe(
      'PermissionError: doc.title: access was taken back',
    )
  })

  if (isolation !== 'inline')
    test('a coroutine cannot be awaited on the stack', async () => {
      expect(raised(await run('async def f(n): return n\neach([1], f)'))).toBe(
        'TypeError: a function that is awaited can be lent to a function of the host that is awaited, and to no other',
      )
    })
})

describe('runs that wait, and that are made again', () => {
  const key = new Uint8Array(32).fill(3)
  const asked: unknown[] = []
  const options: SandboxOptions = {
    ...of('process'),
    states: { key },
    capabilities: {
      maps: awaitable(async (rows: unknown[], f: GuestFunction) => {
        asked.push(rows)
        return Promise.all(rows.map((row) => f(row)))
      }),
      each: async (rows: unknown[], f: GuestFunction) => {
        const seen = []
        for (const row of rows) seen.push(await f(row))
        return seen
      },
      later: awaitable(async () => LATER),
      pay: (n: number) => {
        asked.push(n)
        return n
      },
    },
  }
  const policy = { capabilities: { maps: { approve: true }, pay: { approve: true } } }
  let asking: Sandbox
  let granting: Sandbox
  beforeAll(async () => {
    asking = await createSandbox(policy, options)
    granting = await createSandbox({}, options)
  })
  afterAll(() => Promise.all([asking.close(), granting.close()]))

  test('a function waits with its program, and is lent in the process that goes on', async () => {
    asked.length = 0
    const one = await createSandbox(policy, options)
    const outcome = waiting(
      await one.run('k = 10\nfactor = lambda n: n * k\nawait maps([1, 2], factor)', { holdMs: 0 }),
    )
    await one.close()
    expect(outcome.calls).toMatchObject([
      { name: 'maps', args: [[1, 2], { type: 'function', opaque: true }] },
    ])
    expect(outcomeToJson(outcome)).toContain('"$opaque":true')
    expect(asked).toEqual([])
    const done = await asking.resume(outcome.state, { answers: { 1: { approved: true } } })
    expect(returned(done)).toEqual([10, 20])
    expect(asked).toEqual([[1, 2]])
  })

  test('a call in one waits for a person, and its turn is made again', async () => {
    asked.length = 0
    const source =
      'seen = []\ndef f(n):\n    seen.append(n)\n    return pay(n)\n[each([5], f), seen]'
    const outcome = waiting(await asking.run(source))
    expect(outcome.calls.map(({ name }) => name)).toEqual(['each', 'pay'])
    const { id } = outcome.calls[1]!
    const then = waiting(
      await asking.resume(outcome.state, { answers: { [id]: { approved: true } } }),
    )
    // Its host function ended with the run that was dropped: who resumes answers it.
    expect(then.calls.map(({ name }) => name)).toEqual(['each'])
    expect(asked).toEqual([5])
    const done = await asking.resume(then.state, { answers: { 1: { value: 'told' } } })
    expect(returned(done)).toEqual(['told', [5]])
    expect(asked).toEqual([5])
  })

  test('a recording has what was called, and asks nobody', async () => {
    const source =
      'seen = []\nx = await maps([1, 2], seen.append)\n[x, each([3], lambda n: n + 1), seen]'
    const first = await granting.run(source, { record: true })
    expect(returned(first)).toEqual([[null, null], [4], [1, 2]])
    asked.length = 0
    const again = await granting.run(source, { replay: first.recording! })
    expect(returned(again)).toEqual(returned(first))
    expect(asked).toEqual([])
  })

  test('formulas lend', async () => {
    const formula = await granting.formula('each(xs, lambda n: n * k)', ['xs', 'k'])
    if (formula.status !== 'compiled') throw new Error(formula.status)
    expect(await formula.evaluate({ xs: [1, 2], k: 3 })).toEqual([3, 6])
  })
})
