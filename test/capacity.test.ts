/** What sandboxes take of a machine: nothing before they are used, nothing for long afterwards, and in a pool their turns. */
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { ArgumentError, createPool, createSandbox, OverloadError } from '../src/index.js'
import type { Outcome, Policy, PoolSettings, SandboxOptions, WorkerPool } from '../src/index.js'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

async function sandboxOf(options: SandboxOptions, policy: Policy = {}) {
  const modules = { time: '*', json: '*', random: '*' } as const
  const sandbox = await createSandbox({ modules, ...policy }, options)
  open.push(sandbox)
  return sandbox
}
function poolOf(settings: PoolSettings): WorkerPool {
  const pool = createPool(settings)
  open.push(pool)
  return pool
}
const value = (outcome: Outcome): unknown =>
  outcome.status === 'returned' ? outcome.value : outcome
const until = async (condition: () => boolean): Promise<void> => {
  for (const end = Date.now() + 20_000; !condition() && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 5))
  expect(condition()).toBe(true)
}
const BUSY = 'x = 0\nfor i in range(250_000): x += 1\nx'

/** The processes that this one has started, by their numbers. */
const jails = (): string[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ')

describe.each(['process', 'thread'] as const)('a sandbox, isolation %s', (isolation) => {
  test('starts nothing before it is used, and nothing is left when it was idle', async () => {
    const sandbox = await sandboxOf({ isolation, idleMs: 300 })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(sandbox.load).toEqual({ queued: 0, running: 0, sessions: 0, ready: 0, starting: 0 })
    expect(value(await sandbox.run('1 + 1'))).toBe(2)
    expect(sandbox.load.ready).toBeGreaterThan(0)
    await until(() => sandbox.load.ready + sandbox.load.starting === 0)
    expect(value(await sandbox.run('1 + 2'))).toBe(3)
  })

  test('parks a session that is idle, which goes on where it was', async () => {
    const sandbox = await sandboxOf({ isolation, spares: 0, idleMs: 300, sessions: 1 })
    const session = await sandbox.session()
    await session.run(
      'import random\nseen = [1]\ndef more(n):\n    seen.append(n)\n    return seen',
    )
    expect(sandbox.load.sessions).toBe(1)
    await until(() => sandbox.load.sessions + sandbox.load.ready + sandbox.load.starting === 0)
    expect(value(await session.run('more(2)'))).toEqual([1, 2])
    await until(() => sandbox.load.sessions === 0)
    await expect(sandbox.session()).rejects.toThrow(
      new OverloadError('1 sessions are open already (option "sessions")'),
    )
    expect(value(await session.run('more(3)'))).toEqual([1, 2, 3])
  })
})

describe.each(['process', 'thread'] as const)('a pool, isolation %s', (isolation) => {
  const single = createPool({ isolation, workers: 1 })
  afterAll(() => single.close())

  test('holds no worker for a session, whose state is its own', async () => {
    const sandbox = await sandboxOf({ pool: single })
    const sessions = await Promise.all(Array.from({ length: 6 }, () => sandbox.session()))
    await Promise.all(sessions.map((session, n) => session.run(`me = [${n}]`)))
    await Promise.all(sessions.map((session) => session.run('me.append(len(me))')))
    // The worker is as the last one left it.
    await sessions[2]!.run('me.append("kept")')
    await sessions[2]!.run('me.append("kept")')
    const told = await Promise.all(sessions.map((session) => session.run('me')))
    expect(told.map(value)).toEqual(
      sessions.map((_, n) => (n === 2 ? [2, 1, 'kept', 'kept'] : [n, 1])),
    )
    expect(single.load.running).toBe(0)
    expect(single.load.ready + single.load.starting).toBeLessThanOrEqual(1)
    // Closing one that had the worker last takes it from nobody.
    const last = sandbox.run(BUSY)
    await sessions[5]!.close()
    expect(value(await last)).toBe(250_000)
  })
})

// Who has a worker when is decided in the host, the same for workers of either isolation.
describe('a pool', () => {
  const single = createPool({ isolation: 'thread', workers: 1 })
  afterAll(() => single.close())

  test('serves many sandboxes with few workers, each pristine', async () => {
    const pool = poolOf({ isolation: 'thread', workers: 2 })
    const sandboxes = await Promise.all(Array.from({ length: 10 }, () => sandboxOf({ pool })))
    expect(pool.load).toEqual({ queued: 0, running: 0, ready: 0, starting: 0 })
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, pool.load.running + pool.load.ready + pool.load.starting)
    }, 1)
    const outcomes = await Promise.all(
      sandboxes.flatMap((sandbox, n) => [
        sandbox.run(`mine = ${n}\nimport json\nmine`),
        sandbox.run('mine'),
      ]),
    )
    clearInterval(watch)
    expect(outcomes.filter((_, n) => n % 2 === 0).map(value)).toEqual(sandboxes.map((_, n) => n))
    for (const outcome of outcomes.filter((_, n) => n % 2 === 1))
      expect(outcome).toMatchObject({ status: 'raised', exception: { type: 'NameError' } })
    expect(most).toBeLessThanOrEqual(2)
  })

  test('lets them take turns, however many runs one of them has asked for', async () => {
    const [greedy, modest] = [await sandboxOf({ pool: single }), await sandboxOf({ pool: single })]
    const ended: string[] = []
    const note = (name: string) => () => void ended.push(name)
    await greedy.run(BUSY)
    await modest.run('1')
    const runs = Array.from({ length: 5 }, () => greedy.run(BUSY).then(note('greedy')))
    await new Promise((resolve) => setTimeout(resolve, 20))
    runs.push(modest.run('1').then(note('modest')))
    await Promise.all(runs)
    expect(ended.indexOf('modest')).toBeLessThanOrEqual(2)
  })

  test('bounds what waits for each of them apart', async () => {
    const [one, other] = [
      await sandboxOf({ pool: single, queue: 2 }),
      await sandboxOf({ pool: single, queue: 2 }),
    ]
    await one.run(BUSY)
    await other.run('2')
    const settled = await Promise.allSettled([1, 2, 3, 4, 5].map(() => one.run(BUSY)))
    expect(settled.at(-1)).toMatchObject({ reason: { name: 'OverloadError' } })
    expect(value(await other.run('2'))).toBe(2)
  })

  test('keeps kinds of guests apart within its workers', async () => {
    const fixed = await sandboxOf({ pool: single }, { clock: { fixed: '2026-01-01T00:00:00Z' } })
    const real = await sandboxOf({ pool: single })
    const shop = { source: 'def price():\n    return 7', expose: ['price'] }
    const trusted = await sandboxOf({ pool: single, trusted: { shop } })
    const time = 'import time\ntime.time()'
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, single.load.running)
    }, 1)
    for (let turn = 0; turn < 2; turn++) {
      const told = await Promise.all([
        fixed.run(time),
        real.run('import time\ntime.time() > 1_780_000_000'),
        trusted.run('price()'),
        real.run('price()'),
      ])
      expect(told.slice(0, 3).map(value)).toEqual([1_767_225_600, true, 7])
      expect(told[3]).toMatchObject({ status: 'raised', exception: { type: 'NameError' } })
    }
    clearInterval(watch)
    expect(most).toBe(1)
  })

  test('ends with a sandbox what is the sandbox’s, and with itself everything', async () => {
    const pool = poolOf({ isolation: 'thread', workers: 2 })
    const [one, other] = [await sandboxOf({ pool }), await sandboxOf({ pool })]
    const lost = one.run('while True: pass')
    const kept = other.run('import time\ntime.sleep(1)\n1')
    await until(() => pool.load.running === 2)
    await one.close()
    expect((await lost).status).toBe('cancelled')
    expect(value(await kept)).toBe(1)
    const last = other.run('while True: pass')
    await until(() => pool.load.running === 1)
    await pool.close()
    expect(['cancelled', 'crashed']).toContain((await last).status)
    expect((await other.run('1')).status).toBe('cancelled')
    await expect(createSandbox({}, { pool })).rejects.toThrow(
      new ArgumentError('pool: it is closed'),
    )
  })

  test('has as many guests at once as their memory allows', async () => {
    const pool = poolOf({ isolation: 'thread', workers: 4, memoryMb: 300 })
    const sandbox = await sandboxOf({ pool }, { limits: { memoryMb: 128 } })
    const large = await sandboxOf({ pool }, { limits: { memoryMb: 512 } })
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, pool.load.running)
    }, 1)
    const runs = [1, 2, 3, 4, 5, 6].map(() => sandbox.run(BUSY))
    expect((await Promise.all([...runs, large.run('2 ** 10')])).map(value)).toEqual([
      ...runs.map(() => 250_000),
      1024,
    ])
    clearInterval(watch)
    expect(most).toBe(2)
  })

  test('keeps what compiles for sandboxes that come and go', async () => {
    // A command of their own around its jails: no other sandbox of this file shares what compiles for them.
    const pool = createPool({ workers: 1, wrap: ['env'] })
    const others = jails()
    const ownAfterOne = async () => {
      const sandbox = await createSandbox({}, { pool })
      expect(await sandbox.run('x = 1\nx')).toMatchObject({ status: 'returned', value: 1 })
      await sandbox.close()
      return jails().filter((jail) => !others.includes(jail))
    }
    const first = await ownAfterOne()
    expect(first).toHaveLength(2)
    expect(await ownAfterOne()).toEqual(first)
    await pool.close()
    expect(jails().filter((jail) => first.includes(jail))).toEqual([])
  })

  test('refuses what it cannot honour', async () => {
    const pool = poolOf({ isolation: 'thread' })
    await expect(createSandbox({}, { pool, workers: 2 })).rejects.toThrow(
      new ArgumentError('options.workers: of a sandbox with a pool, the pool decides it'),
    )
    await expect(createSandbox({}, { pool: {} as never })).rejects.toThrow(
      new ArgumentError('options.pool: must be one that createPool made'),
    )
    expect(() => createPool({ isolation: 'inline' as never })).toThrow(ArgumentError)
    expect(() => createPool({ worker: 1 } as never)).toThrow(/there is no such setting/)
    expect(() => createPool({ workers: 0 })).toThrow(
      new ArgumentError('workers: must be a whole number from 1 to 1024'),
    )
  })
})
