/** Bad moments: a signal, an end or a busy host at any time; each run is answered once, and with what happened. */
import { getEventListeners } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClosedError, createSandbox, ValueError, type Sandbox } from '../src/index.js'
import { SETUP as setup } from './support/worker-setup.js'

/** The thread does nothing else meanwhile, nor the processor. */
const block = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
const endless = 'while True: pass'

describe.each(['process', 'thread'] as const)('%s', (isolation) => {
  const open = (spares = 0) =>
    createSandbox(
      { limits: { wallMs: 20_000, resultBytes: 32 << 20 } },
      { isolation, workers: 1, spares },
    )
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await open()
  })
  afterAll(() => sandbox.close())

  test('a signal is heeded however soon it comes', async () => {
    await using sandbox = await open(1)
    await using session = await sandbox.session()
    const program = await sandbox.compile(endless)
    if (program.status !== 'compiled') throw new Error(program.status)
    const began = performance.now()
    // Most of these cost their worker. How soon a signal is heeded is the host's doing, the same in both isolations.
    const most = isolation === 'thread' ? 8 : 3
    for (let turns = 0; turns < most; turns++) {
      for (const run of [
        (signal: AbortSignal) => sandbox.run(`${endless} #${turns}`, { signal }),
        (signal: AbortSignal) => program.run({}, { signal }),
        (signal: AbortSignal) => session.run(endless, { signal }),
        (signal: AbortSignal) => sandbox.start(endless, { signal }).outcome,
      ]) {
        const controller = new AbortController()
        const running = run(controller.signal)
        for (let i = 0; i < turns; i++) await null
        controller.abort()
        expect((await running).status).toBe('cancelled')
        expect(getEventListeners(controller.signal, 'abort')).toEqual([])
      }
    }
    expect(performance.now() - began).toBeLessThan(15_000)
  })

  test('an answer that was there in time is not late because the host is', async () => {
    const outcome = await sandbox.run('print("begun", flush=True)\nb"x" * 30_000_000', {
      limits: { wallMs: 1_500 },
      onOutput: () => block(2_000),
    })
    expect(outcome.status === 'returned' && (outcome.value as Uint8Array).length).toBe(30_000_000)
  })

  test("keeping a session's memory is not its run's time", async () => {
    await using session = await sandbox.session()
    await session.run('x = [bytes([i % 251 + 1]) * 1_000_000 for i in range(150)]')
    expect(await session.run('len(x)', { limits: { wallMs: 100 } })).toMatchObject({
      status: 'returned',
      value: 150,
    })
  })

  test('a snapshot of a session whose sandbox is closed meanwhile is none, and not an empty one', async () => {
    const sandbox = await open()
    const session = await sandbox.session()
    await session.run('x = 1')
    const running = session.run(endless)
    const snapshot = session.snapshot()
    const told = expect(snapshot).rejects.toThrow(new ClosedError('the session is closed'))
    await sandbox.close()
    expect((await running).status).toBe('cancelled')
    await told
  })

  test('an asynchronous `onOutput` that rejects ends the run like one that throws', async () => {
    const mine = new Error('mine')
    await expect(
      sandbox.run(`print(1)\n${endless}`, {
        onOutput: async () => {
          throw mine
        },
      }),
    ).rejects.toBe(mine)
  })

  test('a result that would hold the host up is refused', async () => {
    const began = performance.now()
    expect(await sandbox.run('{2 ** 64 * k + 1 for k in range(1, 30_000)}')).toMatchObject({
      status: 'crashed',
      reason: 'the guest did not answer properly: keys that were chosen to collide',
    })
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(await sandbox.run('len(x)', { inputs: { x: new Set([1, 2 ** 70]) } })).toMatchObject({
      status: 'returned',
      value: 2,
    })
  })
})

test("inputs that cannot be read are the host's mistake, whatever they throw", async () => {
  await using sandbox = await createSandbox({}, { isolation: 'inline' })
  const mine = new Error('mine')
  const rejected = async (inputs: object): Promise<unknown> =>
    sandbox.run('1', { inputs: inputs as never }).catch((error: unknown) => error)
  for (const inputs of [
    {
      get x() {
        throw mine
      },
    },
    {
      x: {
        get y() {
          throw mine
        },
      },
    },
  ]) {
    const error = await rejected(inputs)
    expect(error).toEqual(new ValueError('inputs: cannot be read: Error: mine'))
    expect((error as Error).cause).toBe(mine)
  }
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const bytes = new Uint8Array(8)
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  for (const x of [revoked.proxy, bytes]) expect(await rejected({ x })).toBeInstanceOf(ValueError)
})

test('fifty thousand who wait are served in turn, and soon', async () => {
  const { Pool } = await import('../src/sandbox/pool.js')
  const { starterOf } = await import('../src/sandbox/workers.js')
  const pool = new Pool({
    workers: 1,
    sessions: 1,
    spares: 0,
    queue: 100_000,
    start: starterOf('thread', setup, undefined),
  })
  const began = performance.now()
  let last = -1
  await Promise.all(
    Array.from({ length: 50_000 }, async (_, n) => {
      const worker = await pool.lease('run')
      if (typeof worker === 'symbol' || n !== last + 1) throw new Error('out of turn')
      last = n
      pool.release(worker)
    }),
  )
  expect(performance.now() - began).toBeLessThan(10_000)
  await pool.close()
})
