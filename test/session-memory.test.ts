/** Where a session's memory is between its runs, and what becomes of it when the worker dies, is wanted elsewhere, or is given back. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createPool, createSandbox, SnapshotError } from '../src/index.js'
import type { Outcome, Policy, Sandbox, SandboxOptions, Session, WorkerPool } from '../src/index.js'
import { starterOf } from '../src/sandbox/workers.js'
import { encodeValue } from '../src/trusted/channel/values.js'
import { LIMITS as limits, SETUP as setup } from './support/worker-setup.js'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})
async function sandboxOf(options: SandboxOptions = {}, policy: Policy = {}): Promise<Sandbox> {
  const sandbox = await createSandbox(policy, options)
  open.push(sandbox)
  return sandbox
}
const value = (outcome: Outcome): unknown =>
  outcome.status === 'returned' ? outcome.value : outcome
const children = (): number[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').map(Number)
const LOST = 'the worker was lost with the memory that the last runs had left: nothing was executed'

/** A session in a process of its own, and what ends that. */
async function sessionAlone(policy?: Policy): Promise<[Session, () => void]> {
  const before = new Set(children())
  const sandbox = await sandboxOf({ workers: 1, spares: 0 }, policy)
  const session = await sandbox.session()
  const workers = children().filter((pid) => !before.has(pid))
  expect(workers.length).toBe(1)
  return [session, () => process.kill(workers[0]!, 'SIGKILL')]
}

describe.each(['process', 'thread', 'inline'] as const)('a session, %s', (isolation) => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await createSandbox(
      { modules: { random: '*' }, limits: { memoryMb: 128 } },
      { isolation, workers: 1, spares: 0 },
    )
  })
  afterAll(() => sandbox.close())

  test('keeps what runs without a pause have left, whatever ends the next one', async () => {
    const session = await sandbox.session()
    await session.run('seen = []')
    const ends = [
      ['while True: pass', { fuel: 1_000 }],
      ['print("x" * 20_000)', { outputBytes: 10_000 }],
      ['sum(range(10 ** 12))', { wallMs: 50 }],
      ['"x" * 20_000', { resultBytes: 10_000 }],
    ] as const
    for (const [n, [source, limits]] of ends.entries()) {
      await session.run(`seen.append(${n})`)
      const ended = { status: 'exhausted', limit: Object.keys(limits)[0] }
      for (let times = 0; times < 2; times++)
        expect(await session.run(`seen.append('no')\n${source}`, { limits })).toMatchObject(ended)
    }
    expect(value(await session.run('seen'))).toEqual([0, 1, 2, 3])
    const forked = await session.fork()
    expect(value(await forked.run('seen'))).toEqual([0, 1, 2, 3])
  })

  test('does not go through the same chance twice where a run was ended', async () => {
    const session = await sandbox.session()
    await session.run('import random\nrandom.random()')
    const told: string[] = []
    const source = 'print(random.random())\nwhile True: pass'
    for (let n = 0; n < 3; n++) {
      // Before the last, the host fetches what the session goes back to.
      if (n === 2) await sleep(100)
      const outcome = await session.run(source, { limits: { fuel: 1_000 } })
      expect(outcome).toMatchObject({ status: 'exhausted', limit: 'fuel' })
      told.push(outcome.stdout)
    }
    expect([...new Set(told)]).toEqual(told)
  })
})

describe('a worker that dies', () => {
  test('at once after runs takes what they have left: the next run says so, and is not executed', async () => {
    const [session, kill] = await sessionAlone()
    await session.run('x = 1')
    await sleep(200)
    await session.run('x = 2')
    await session.run('x = 3')
    kill()
    expect(await session.run('x = 4')).toMatchObject({
      status: 'crashed',
      reason: LOST,
      runsLost: 2,
      usage: { fuel: 0 },
    })
    const outcome = await session.run('x')
    expect(outcome).toMatchObject({ status: 'returned', value: 1 })
    expect(Object.hasOwn(outcome, 'runsLost')).toBe(false)
  })

  test('in a run takes what the runs before it have left: its outcome says so', async () => {
    const [session, kill] = await sessionAlone()
    await session.run('x = 1')
    await sleep(200)
    await session.run('x = 2')
    const running = session.run('x = 3\nwhile True: pass')
    await sleep(100)
    kill()
    expect(await running).toMatchObject({ status: 'crashed', runsLost: 1 })
    expect(value(await session.run('x'))).toBe(1)
  })

  test('before a snapshot or a fork: they say so, once', async () => {
    const [session, kill] = await sessionAlone()
    await session.run('x = 1')
    await sleep(200)
    await session.run('x = 2')
    kill()
    await expect(session.snapshot()).rejects.toThrow(
      new SnapshotError(
        "the session's worker was lost with what its last runs had left (1 of them): it is as it was before them",
      ),
    )
    const forked = await session.fork()
    expect(value(await forked.run('x'))).toBe(1)
  })

  test('after a moment of rest takes nothing', async () => {
    const [session, kill] = await sessionAlone()
    for (const n of [1, 2, 3]) await session.run(`x = ${n}`)
    await sleep(300)
    kill()
    expect(value(await session.run('x'))).toBe(3)
  })

  test('takes the runs of about a second at most, where they never rest', async () => {
    const [session, kill] = await sessionAlone({ modules: { time: '*' } })
    await session.run('import time\nx = 0')
    let runs = 0
    for (const end = performance.now() + 2_200; performance.now() < end; runs++)
      await session.run('x += 1\ntime.sleep(0.05)')
    kill()
    const { runsLost = 0 } = await session.run('x')
    expect(runsLost).toBeGreaterThan(0)
    expect(runsLost).toBeLessThan(runs * 0.75)
    expect(value(await session.run('x'))).toBe(runs - runsLost)
  })
})

test.each(['process', 'thread'] as const)(
  'a run that its host may end begins when the host has the memory before it: %s',
  async (isolation) => {
    const sandbox = await sandboxOf(
      { isolation, workers: 1, spares: 0, capabilities: { ask: () => 1 } },
      { capabilities: { ask: {} } },
    )
    const session = await sandbox.session()
    await session.run('x = 1')
    const abort = new AbortController()
    const running = session.run('x = 2\nwhile True: pass', { signal: abort.signal })
    setTimeout(() => abort.abort(), 100)
    const cancelled = await running
    expect(cancelled.status).toBe('cancelled')
    expect(Object.hasOwn(cancelled, 'runsLost')).toBe(false)
    expect(value(await session.run('x += ask()\nx'))).toBe(2)
    // What no tick ends, in a run that may ask, costs the worker.
    const late = await session.run('sum(range(10 ** 12))', { limits: { wallMs: 50 } })
    expect(late).toMatchObject({ status: 'exhausted', limit: 'wallMs' })
    expect(Object.hasOwn(late, 'runsLost')).toBe(false)
    expect(value(await session.run('x += ask()\nx'))).toBe(3)
  },
)

describe.each(['process', 'thread'] as const)('in a pool of one worker, %s', (isolation) => {
  let pool: WorkerPool
  beforeAll(() => {
    pool = createPool({ workers: 1, isolation })
  })
  afterAll(() => pool.close())

  test('a session gives its worker to whoever waits, and goes on where it was', async () => {
    const [one, other] = [await sandboxOf({ pool, queue: 0 }), await sandboxOf({ pool, queue: 0 })]
    const sessions = [await one.session(), await one.session(), await other.session()]
    const waits = await sandboxOf({ pool })
    expect(value(await waits.run('0'))).toBe(0)
    for (const [n, session] of sessions.entries()) await session.run(`seen = [${n}]`)
    expect(pool.load).toMatchObject({ running: 0, queued: 0 })
    for (let round = 1; round < 3; round++) {
      for (const session of sessions) await session.run(`seen.append(${round})`)
      expect(value(await other.run('1 + 1'))).toBe(2)
    }
    const seen: unknown[] = []
    for (const session of sessions) seen.push(value(await session.run('seen')))
    expect(seen).toEqual([0, 1, 2].map((n) => [n, 1, 2]))
  })

  test('one that is closed while it runs gives its worker back when it has', async () => {
    const sandbox = await sandboxOf({ pool })
    const session = await sandbox.session()
    const running = session.run('x = sum(range(10 ** 6))\nx')
    const closing = session.close()
    const after = sandbox.run('2')
    expect(value(await running)).toBe(499_999_500_000)
    await closing
    expect(value(await after)).toBe(2)
    expect(pool.load).toMatchObject({ running: 0, queued: 0 })
  })
})

test('a worker that has saved nothing has nothing to go back to', async () => {
  const request = encodeValue({ op: 'warm' })
  const worker = starterOf('thread', setup, undefined)()
  expect(await worker.ready).toBe(true)
  const call = { request, limits } as const
  const saved = await worker.perform({ ...call, begin: 'base', end: 'save' })
  expect(saved).toMatchObject({ kind: 'done', delta: null })
  const asked = { ...call, request: new Uint8Array(0), end: 'capture' } as const
  const first = await worker.perform({ ...asked, begin: 'keep' })
  expect(first.kind === 'done' && first.delta!.length).toBeGreaterThan(64)
  expect(await worker.perform({ ...call, begin: 'saved', end: 'keep' })).toMatchObject({
    kind: 'killed',
    why: 'crash',
    detail: 'no memory was saved',
  })
  await worker.ended
})

test('an inspection sees what the runs before it have left, and where it is ended they are lost', async () => {
  const options = { isolation: 'thread', spares: 0, capabilities: { f: () => 1 } } as const
  const session = await (await sandboxOf(options, { limits: { wallMs: 500 } })).session()
  const look = (ends: boolean) =>
    session.inspect('def look(guest, ends):\n  while ends: pass\n  return guest["x"]', 'look', [
      ends,
    ])
  await session.run('x = 1')
  expect(value(await look(false))).toBe(1)
  await session.run('x = 2')
  expect(await look(true)).toMatchObject({ status: 'exhausted', limit: 'wallMs', runsLost: 1 })
  expect(value(await session.run('x'))).toBe(1)
})
