/** Sessions: state that lasts, and a state that no ending by force leaves half-changed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ArgumentError,
  ClosedError,
  createSandbox,
  OverloadError,
  PolicyError,
  SnapshotError,
  type Outcome,
  type Sandbox,
  type Value,
} from '../src/index.js'
import { sharedWorkers as of } from './support/shared-workers.js'

const value = (outcome: Outcome): Value => {
  if (outcome.status !== 'returned') throw new Error(JSON.stringify(outcome).slice(0, 500))
  return outcome.value
}
const POLICY = {
  modules: 'standard',
  limits: { memoryMb: 128, outputBytes: 10_000 },
} as const
/** Of what never ends. */
const SOON = { limits: { wallMs: 50 } }
const ENGINE = `
class Table:
    def __init__(self):
        self.rows = [1, 2, 3]
    def total(self):
        return sum(self.rows)
    def add(self, row):
        self.rows.append(row)

import random
calls = 0
table = Table()
chance = lambda: random.random()

def recalc(guest, factor):
    global calls
    calls += 1
    return [guest['f'](table.total()) * factor, calls]

def broken(guest):
    raise KeyError('engine')
`

describe.each(['process', 'thread', 'inline'] as const)('%s', (isolation) => {
  let plain: Sandbox
  let sandbox: Sandbox
  // Workers are started when they are wanted, and one that a session gives back is the next session's.
  const workers = isolation === 'inline' ? 1 : 2
  beforeAll(async () => {
    plain = await createSandbox(POLICY, { isolation, workers, spares: 0, sessions: 2 })
    sandbox = await createSandbox(POLICY, {
      isolation,
      workers,
      spares: 0,
      trusted: { engine: { source: ENGINE, expose: ['table', 'chance'] } },
    })
  })
  afterAll(() => Promise.all([plain.close(), sandbox.close()]))

  test('keeps what runs bind, also those that raise, apart from other sessions', async () => {
    await using one = await plain.session()
    const other = await plain.session()
    await one.run('import math\nx = 1\ndef f(n):\n    return n + x')
    expect(await one.run('x = 2\ny = [1]\n1 / 0')).toMatchObject({ status: 'raised' })
    expect(value(await one.run('[f(1), x, y, math.floor(1.5)]'))).toEqual([3, 2, [1], 1])
    expect(value(await one.run('z = 5\nx + z', { inputs: { x: 10 }, mode: 'exec' }))).toBe(15)
    expect((await other.run('x')).status).toBe('raised')
    await other.close()
    expect((await plain.run('x')).status).toBe('raised')
  })

  test('goes back to where it was before a run that was ended by force', async () => {
    await using session = await plain.session()
    await session.run('items = [1]\ncount = 0')
    for (const [source, options, limit] of [
      ['items.append(2)\ncount += 1\nwhile True: pass', SOON, 'wallMs'],
      ['items.append(2)\ncount += 1\nsum(range(10 ** 12))', SOON, 'wallMs'],
      ['items.append(2)\nprint("x" * 20_000)', {}, 'outputBytes'],
    ] as const) {
      expect(await session.run(source, options)).toMatchObject({ status: 'exhausted', limit })
      expect(value(await session.run('[items, count]'))).toEqual([[1], 0])
    }
    expect(value(await session.run('items.append(3)\nitems'))).toEqual([1, 3])
  })

  test('does one thing after the other, in the order they were asked for', async () => {
    await using session = await plain.session()
    const outcomes = await Promise.all([
      session.run('x = [0]'),
      ...[1, 2, 3].map((n) => session.run(`x.append(${n})\nlen(x)`)),
    ])
    expect(outcomes.map(value)).toEqual([null, 2, 3, 4])
  })

  test('can be snapshot, restored and forked, tracebacks included', async () => {
    // The memory of trusted modules goes the same way: one isolation shows it.
    const box = isolation === 'thread' ? sandbox : plain
    const session = await box.session()
    await session.run(
      'class C:\n    def __init__(self):\n        self._n = 1\n    def fail(self):\n        return self._n / 0\nc = C()',
    )
    const snapshot = await session.snapshot()
    await session.run('c = None')
    expect(value(await session.run('c'))).toBe(null)
    await session.close()
    await using restored = await box.session({ from: snapshot })
    await using forked = await restored.fork()
    await restored.run('c._n = 5')
    expect(value(await restored.run('c._n'))).toBe(5)
    const outcome = await forked.run('c.fail()')
    expect(
      outcome.status === 'raised' && outcome.exception.frames.map(({ source }) => source),
    ).toEqual(['c.fail()', 'return self._n / 0'])
  })

  test('does not repeat chance: not in a fork, and not in a trusted module that every run begins with', async () => {
    const session = await sandbox.session()
    await session.run('import random, secrets\nrandom.random()')
    const fork = await session.fork()
    const source = '[random.random(), secrets.token_hex(4), chance()]'
    const seen = [value(await session.run(source)), value(await fork.run(source))]
    await Promise.all([session.close(), fork.close()])
    for (let n = 0; n < 2; n++)
      seen.push(value(await sandbox.run(`import random, secrets\n${source}`)))
    expect(new Set((seen as Value[][]).flat()).size).toBe(12)
  })

  test('has trusted modules in every run, as they were loaded', async () => {
    const totals = []
    for (const source of ['', 'table.add(4)\n', ''])
      totals.push(value(await sandbox.run(`${source}table.total()`)))
    expect(totals).toEqual([6, 10, 6])
  })

  test("calls trusted functions, which get the guest's globals first", async () => {
    await using session = await sandbox.session()
    await session.run('def f(total):\n    return total + table.rows[0]')
    expect(value(await session.call('engine', 'recalc', [10]))).toEqual([70, 1])
    expect(value(await session.call('engine', 'recalc', [1]))).toEqual([7, 2])
    expect(await session.call('engine', 'broken')).toMatchObject({
      status: 'raised',
      exception: { type: 'KeyError' },
    })
    expect(await session.call('engine', 'nothing')).toMatchObject({
      status: 'raised',
      exception: {
        type: 'AttributeError',
        message: "the trusted module 'engine' has no 'nothing' to call",
      },
    })
    await expect(session.call('nowhere', 'nothing')).rejects.toThrow(
      new ArgumentError('call: there is no trusted module "nowhere" (known: engine)'),
    )
    await session.run('def f(total):\n    while True: pass')
    expect((await session.call('engine', 'recalc', [1], SOON)).status).toBe('exhausted')
    await session.run('def f(total):\n    return total')
    expect(value(await session.call('engine', 'recalc', [1]))).toEqual([6, 3])
  })

  test('that is closed says so, and makes room for another', async () => {
    const sessions = await Promise.all([1, 2].map(() => plain.session()))
    await expect(plain.session()).rejects.toThrow(
      new OverloadError('2 sessions are open already (option "sessions")'),
    )
    await sessions[0].close()
    await sessions[0].close()
    await expect(sessions[0].run('1')).rejects.toThrow(new ClosedError('the session is closed'))
    await expect(sessions[0].snapshot()).rejects.toThrow(ClosedError)
    sessions.push(await plain.session())
    expect(value(await sessions[2].run('1'))).toBe(1)
    await Promise.all(sessions.map((session) => session.close()))
  })
})

// The host finds them: it is the same in all isolations.
test('frames of functions that earlier runs defined are told with their own lines', async () => {
  const sandbox = await createSandbox(POLICY, of('thread'))
  const session = await sandbox.session()
  await session.run('def f(x):\n    return 1 / x')
  await session.run('def g(x):\n    return f(x)', { filename: 'g.py' })
  await session.run('def h(x):\n    return g(x)', { filename: 'g.py' })
  const outcome = await session.run('h(0)')
  expect(
    outcome.status === 'raised' && outcome.exception.traceback,
  ).toBe(`Traceback (most recent call last):
  File "<run 4>", line 1, in <module>
    h(0)
    ~^^^
  File "g.py (2)", line 2, in h
    return g(x)
  File "g.py", line 2, in g
    return f(x)
  File "<run 1>", line 2, in f
    return 1 / x
           ~~^~~
ZeroDivisionError: division by zero
`)
})

describe('a snapshot', () => {
  const open = (options: object = {}, policy: object = POLICY) =>
    createSandbox(policy, { ...of('thread'), ...options })

  test('that was changed, cut, or is none is refused', async () => {
    const sandbox = await open()
    const session = await sandbox.session()
    await session.run('x = 1')
    const snapshot = await session.snapshot()
    const refused = async (bytes: Uint8Array) => {
      await expect(sandbox.session({ from: bytes })).rejects.toThrow(SnapshotError)
    }
    for (let i = 0; i < 64; i++) {
      const forged = snapshot.slice()
      forged[Math.floor((i * (snapshot.length - 1)) / 63)] ^= 1
      await refused(forged)
    }
    await refused(snapshot.slice(0, -1))
    await refused(new Uint8Array(0))
    await refused('snapshot' as unknown as Uint8Array)
    await sandbox.close()
  })

  test('is for the same key, policy and trusted modules only', async () => {
    const key = new Uint8Array(32).fill(7)
    const sandbox = await open({ snapshotKey: key })
    const session = await sandbox.session()
    await session.run('x = 1')
    const from = await session.snapshot()
    const opens = async (options: object, policy: object = POLICY) => {
      const other = await open(options, policy)
      try {
        return value(await (await other.session({ from })).run('x'))
      } catch (error) {
        return (error as Error).message
      } finally {
        await other.close()
      }
    }
    expect(await opens({ snapshotKey: key })).toBe(1)
    expect(await opens({})).toBe('the snapshot was made with another key, or was changed')
    const otherPolicy = 'the snapshot was made under another policy, image or trusted modules'
    expect(await opens({ snapshotKey: key }, { ...POLICY, modules: {} })).toBe(otherPolicy)
    expect(
      await opens({ snapshotKey: key, trusted: { engine: { source: ENGINE, expose: [] } } }),
    ).toBe(otherPolicy)
    await sandbox.close()
  })
})

describe('trusted modules', () => {
  test("that do not load are the host's mistake, told with a traceback", async () => {
    const trusted = { engine: { source: 'import json\nx = json.nothing', expose: [] } }
    await expect(createSandbox({}, { isolation: 'inline', trusted })).rejects.toThrow(PolicyError)
    await expect(
      createSandbox(
        {},
        { isolation: 'inline', trusted: { engine: { source: 'x = (', expose: [] } } },
      ),
    ).rejects.toThrow(PolicyError)
  })
  test('are refused for names no guest could have', async () => {
    const refused = async (trusted: object, message: string) => {
      await expect(createSandbox({}, { trusted: trusted as never })).rejects.toThrow(
        new ArgumentError(message),
      )
    }
    await refused(
      { 'a b': { source: '', expose: [] } },
      "trusted.a b: a module's name must be a public Python name",
    )
    await refused(
      { a: { source: '', expose: ['_getattr_'] } },
      'trusted.a.expose: "_getattr_" has a meaning of its own to the guest and cannot be bound',
    )
    await refused(
      { a: { source: '', expose: ['x'] }, b: { source: '', expose: ['x'] } },
      'trusted.b.expose: x is exposed by trusted.a too',
    )
    await refused({ a: { expose: [] } }, 'trusted.a.source: must be a string')
  })
})
