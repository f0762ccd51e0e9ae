/** A run in slices of fuel: it does what it would have done, and stands still in between. */
import { afterAll, describe, expect, test } from 'vitest'
import { awaitable, createPool, createSandbox } from '../src/index.js'

const LOOP =
  'x = 0\nfor i in range(102_000):\n    x += 1\n    if i % 51_000 == 0: print(i, flush=True)\nx'
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.each(['process', 'thread'] as const)('%s', (isolation) => {
  const pool = createPool({ isolation, workers: 1 })
  afterAll(() => pool.close())

  test('each slice is so long, and what comes of them is what comes of the whole', async () => {
    const sandbox = await createSandbox({}, { pool })
    const whole = await sandbox.run(LOOP)
    const heard: string[] = []
    const run = sandbox.start(LOOP, { onOutput: (text) => heard.push(text) })
    const used: number[] = []
    for await (const { fuel } of run.slices({ fuel: 500 })) {
      used.push(fuel)
      if (used.length === 1) {
        const before = heard.join('')
        await pause(100)
        expect(heard.join('')).toBe(before)
      }
    }
    const outcome = await run.outcome
    expect(outcome).toMatchObject({ status: 'returned', value: 102_000, output: '0\n51000\n' })
    expect(outcome.usage.fuel).toBe(whole.usage.fuel)
    expect(used).toEqual(Array.from({ length: used.length }, (_, i) => 500 * (i + 1)))
    expect(used.length).toBe(Math.floor(whole.usage.fuel / 500))
    await sandbox.close()
  })

  test('standing still is not counted, and limits hold', async () => {
    const sandbox = await createSandbox({ limits: { wallMs: 1_000 } }, { pool })
    await sandbox.run('1')
    const run = sandbox.start('while True: pass', { limits: { fuel: 2_500 } })
    let count = 0
    for await (const _ of run.slices({ fuel: 1_000 })) {
      await pause(600)
      count++
    }
    const outcome = await run.outcome
    expect(outcome).toMatchObject({ status: 'exhausted', limit: 'fuel', used: 2_500 })
    expect(count).toBe(2)
    expect(outcome.usage.wallMs).toBeLessThan(900)
    await sandbox.close()
  })

  test('over turns of a program that awaits', async () => {
    const capabilities = { quick: awaitable(async (x: number) => x) }
    const sandbox = await createSandbox({}, { pool, capabilities })
    const run = sandbox.start(
      'n = 0\nfor i in range(5):\n    n += await quick(i)\n    for j in range(20_000): pass\nn',
    )
    const used: number[] = []
    for await (const { fuel } of run.slices({ fuel: 300 })) used.push(fuel)
    expect(await run.outcome).toMatchObject({ status: 'returned', value: 10 })
    expect(used.length).toBeGreaterThan(4)
    expect(used).toEqual([...used].sort((a, b) => a - b))
    await sandbox.close()
  })

  test('who leaves the loop lets it go on; an abort and a close end one that stands', async () => {
    const sandbox = await createSandbox({}, { pool })
    const run = sandbox.start(LOOP)
    for await (const _ of run.slices({ fuel: 100 })) break
    expect(await run.outcome).toMatchObject({ value: 102_000 })
    const stop = new AbortController()
    const aborted = sandbox.start(LOOP, { signal: stop.signal })
    const slices = aborted.slices({ fuel: 100 })
    await slices.next()
    stop.abort()
    expect((await aborted.outcome).status).toBe('cancelled')
    const unbegun = sandbox.start(LOOP)
    unbegun.slices({ fuel: 100 })
    await pause(300)
    await sandbox.close()
    expect((await unbegun.outcome).status).toBe('cancelled')
  })
})

test('slices that are none, or too late, are refused', async () => {
  const sandbox = await createSandbox({}, { isolation: 'thread', workers: 1, spares: 0 })
  const run = sandbox.start('1')
  for (const fuel of [0, -1, 1.5, 'x', Infinity])
    expect(() => run.slices({ fuel: fuel as number })).toThrow('slices.fuel')
  expect(() => run.slices({ fule: 1 } as never)).toThrow('did you mean "fuel"')
  await run.outcome
  expect(() => run.slices({ fuel: 5 })).toThrow('the run has begun')
  await sandbox.close()
})
