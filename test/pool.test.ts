/** The pool, with real workers: who waits, who is replaced, and that nothing is left. */
import { afterEach, describe, expect, test } from 'vitest'
import { InstallationError, OverloadError } from '../src/errors.js'
import { Pool, type PoolOptions } from '../src/sandbox/pool.js'
import { CANCELLED } from '../src/sandbox/tenants.js'
import { starterOf } from '../src/sandbox/workers.js'
import { encodeValue } from '../src/trusted/channel/values.js'
import type { GuestWorker } from '../src/trusted/channel/worker.js'
import { LIMITS as limits, SETUP as setup } from './support/worker-setup.js'

const startThread = starterOf('thread', setup, undefined)

const pools: Pool[] = []
const started: GuestWorker[] = []
function createPool(options: Partial<PoolOptions> = {}): Pool {
  const start = options.start ?? startThread
  const pool = new Pool({
    workers: 1,
    sessions: 1,
    spares: 0,
    queue: 10,
    ...options,
    start: () => {
      const worker = start()
      started.push(worker)
      return worker
    },
  })
  pools.push(pool)
  return pool
}
const leased = async (pool: Pool, signal?: AbortSignal): Promise<GuestWorker> => {
  const worker = await pool.lease('run', signal)
  if (worker === CANCELLED) throw new Error('cancelled')
  return worker
}
const settled = async (condition: () => boolean): Promise<void> => {
  for (const end = Date.now() + 5_000; !condition() && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 5))
  expect(condition()).toBe(true)
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
  expect(started.splice(0).filter((worker) => worker.alive)).toEqual([])
})

describe('a worker whose guest crashed', () => {
  test.each(['thread', 'process', 'inline'] as const)(
    'is ended, and another takes its place: %s',
    async (isolation) => {
      const pool = createPool({ start: starterOf(isolation, setup, undefined) })
      const request = encodeValue({ op: 'warm' })
      const call = { request, limits, end: 'reset' } as const
      const first = await leased(pool)
      expect(await first.perform({ ...call, begin: 'base' })).toMatchObject({ kind: 'done' })
      // After a reset nothing is kept: the only crash that needs no fault of the interpreter's.
      expect(await first.perform({ ...call, begin: 'keep' })).toMatchObject({
        kind: 'killed',
        why: 'crash',
        detail: 'there is no memory to keep',
      })
      expect(first.alive).toBe(false)
      pool.release(first)
      const second = await leased(pool)
      expect(second).not.toBe(first)
      expect(await second.perform({ ...call, begin: 'base' })).toMatchObject({ kind: 'done' })
      pool.release(second)
    },
  )
})

// Who has a worker when does not depend on what that is: guests of this thread are made soonest.
describe('leases', () => {
  const start = starterOf('inline', setup, undefined)

  test('are of one worker each, first come first served, and the worker is used again', async () => {
    const pool = createPool({ start })
    const first = await leased(pool)
    const order: number[] = []
    const waiting = [1, 2, 3].map(async (n) => {
      const worker = await leased(pool)
      order.push(n)
      expect(worker).toBe(first)
      pool.release(worker)
    })
    expect(pool.load).toEqual({ queued: 3, running: 1, sessions: 0, ready: 0, starting: 0 })
    pool.release(first)
    await Promise.all(waiting)
    expect(order).toEqual([1, 2, 3])
    expect(started.length).toBe(1)
  })

  test('of sessions are counted apart, and do not queue', async () => {
    const pool = createPool({ start, sessions: 1 })
    const session = await pool.lease('session')
    await expect(pool.lease('session')).rejects.toThrow(
      new OverloadError('1 sessions are open already (option "sessions")'),
    )
    const run = await leased(pool)
    expect(run).not.toBe(session)
    pool.release(session as GuestWorker)
    pool.release(run)
    expect(await pool.lease('session')).toBeTypeOf('object')
  })

  test('start no more workers than are asked for, however often one was given back', async () => {
    const pool = createPool({ start, workers: 3, sessions: 3 })
    pool.release(await leased(pool))
    const [one, other] = [await leased(pool), await leased(pool)]
    expect(started.length).toBe(2)
    const session = await pool.lease('session')
    expect(started.length).toBe(3)
    for (const worker of [one, other, session]) pool.release(worker as GuestWorker)
    expect(pool.load).toMatchObject({ ready: 3, starting: 0 })
  })

  test('beyond the queue are refused at once, and only those', async () => {
    const pool = createPool({ start, queue: 1 })
    const first = await leased(pool)
    const second = leased(pool)
    await expect(pool.lease('run')).rejects.toThrow(
      new OverloadError('1 runs are waiting already (option "queue")'),
    )
    pool.release(first)
    pool.release(await second)
    expect((await leased(pool)).alive).toBe(true)
  })

  test('are given up by their signal, before and while waiting', async () => {
    const pool = createPool({ start })
    expect(await pool.lease('run', AbortSignal.abort())).toBe(CANCELLED)
    const first = await leased(pool)
    const controller = new AbortController()
    const waiting = pool.lease('run', controller.signal)
    controller.abort()
    expect(await waiting).toBe(CANCELLED)
    expect(pool.load.queued).toBe(0)
    pool.release(first)
    expect(await leased(pool)).toBe(first)
  })
})

describe('a worker that ends', () => {
  test('while ready is replaced before it is wanted', async () => {
    const pool = createPool({ spares: 1 })
    pool.release(await leased(pool))
    await settled(() => pool.load.ready === 1)
    started[0].kill('from outside')
    await settled(() => pool.load.ready === 1 && started.length === 2)
    expect((await leased(pool)).alive).toBe(true)
  })

  test('while leased leaves its place to a spare at once', async () => {
    const pool = createPool({ spares: 1 })
    const first = await leased(pool)
    await settled(() => pool.load.ready === 1)
    first.kill('from outside')
    const waiting = pool.lease('run')
    pool.release(first)
    const began = performance.now()
    expect(((await waiting) as GuestWorker).alive).toBe(true)
    expect(performance.now() - began).toBeLessThan(20)
    await settled(() => pool.load.ready === 1)
  })

  test('while starting, again and again, is a broken installation to those who wait', async () => {
    const start = starterOf('process', setup, ['/bin/sh', '-c', 'echo no such thing >&2; exit 3'])
    const pool = createPool({ start })
    await expect(pool.lease('run')).rejects.toThrow(
      new InstallationError('no worker could be started: the worker exited with 3: no such thing'),
    )
    expect(started.length).toBe(3)
  })

  test('that cannot even be begun likewise', async () => {
    const pool = createPool({
      start: () => {
        throw new Error('no image')
      },
    })
    await expect(pool.lease('run')).rejects.toThrow(
      new InstallationError('no worker could be started: no image'),
    )
  })
})

describe('a spare', () => {
  test('is started beside a long run, and not for short ones, one after another', async () => {
    const pool = createPool({ spares: 1 })
    for (let n = 0; n < 3; n++) pool.release(await leased(pool))
    expect(pool.whole).toEqual({ queued: 0, running: 0, ready: 1, starting: 0 })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(started.length).toBe(1)
    await leased(pool)
    await settled(() => started.length === 2)
  })

  test('takes the place of one that has ended at once', async () => {
    const pool = createPool({ spares: 1 })
    const first = await leased(pool)
    first.kill('from outside')
    pool.release(first)
    expect(pool.whole).toMatchObject({ ready: 0, starting: 1 })
  })
})

describe('closing', () => {
  test('cancels who waits, ends what runs, and leaves nothing', async () => {
    const pool = createPool({ workers: 2, spares: 1, sessions: 1 })
    const [one, , session] = await Promise.all([leased(pool), leased(pool), pool.lease('session')])
    const busy = one.perform({
      begin: 'base',
      request: encodeValue({ op: 'ping' }),
      limits,
      end: 'reset',
    })
    const waiting = pool.lease('run')
    await pool.close()
    expect(await waiting).toBe(CANCELLED)
    expect(['lost', 'done']).toContain((await busy).kind)
    expect((session as GuestWorker).alive).toBe(false)
    expect(await pool.lease('run')).toBe(CANCELLED)
    expect(pool.load).toMatchObject({ queued: 0, ready: 0, starting: 0 })
  })

  test('while workers start ends them too', async () => {
    const pool = createPool()
    const waiting = pool.lease('run')
    await pool.close()
    expect(await waiting).toBe(CANCELLED)
    expect(await started[0].ended).toBe('the sandbox was closed')
  })
})
