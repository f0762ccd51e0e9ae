/** Runs in slices: paused at any moment, resumed later, with nothing of the pause counted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSandbox, PolicyError, type Sandbox } from '../src/index.js'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** Writes a line every few milliseconds. */
const TICKING =
  'x = 0\nfor i in range(40):\n    for j in range(20_000): x += 1\n    print(i, flush=True)\nx'

describe.each(['process', 'thread'] as const)('%s', (isolation) => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await createSandbox(
      { limits: { wallMs: 20_000 } },
      { isolation, workers: 1, spares: 0 },
    )
    await sandbox.run('1')
  })
  afterAll(() => sandbox.close())

  test('a paused run stands still, and comes to its end when it is resumed, its pauses not counted', async () => {
    let lines = 0
    const run = sandbox.start(TICKING, {
      onOutput: (text) => {
        lines += text.split('\n').length - 1
      },
    })
    while (lines < 3) await pause(5)
    run.pause()
    await pause(150)
    const seen = lines
    await pause(300)
    expect(lines).toBe(seen)
    expect(lines).toBeLessThan(40)
    run.resume()
    const began = performance.now()
    const outcome = await run.outcome
    expect(outcome).toMatchObject({ status: 'returned', value: 800_000 })
    expect(lines).toBe(40)
    expect(performance.now() - began).toBeLessThan(20_000)
  })

  test('wallMs counts what runs: a pause longer than the limit ends nothing, and a run that goes on is ended', async () => {
    let begun = false
    const run = sandbox.start('print("begun", flush=True)\nwhile True: pass', {
      limits: { wallMs: 600 },
      onOutput: () => {
        begun = true
      },
    })
    while (!begun) await pause(5)
    run.pause()
    let ended = false
    void run.outcome.then(() => {
      ended = true
    })
    await pause(1_200)
    expect(ended).toBe(false)
    run.resume()
    const outcome = await run.outcome
    expect(outcome).toMatchObject({ status: 'exhausted', limit: 'wallMs', allowed: 600 })
    expect(outcome.usage.wallMs).toBeLessThan(1_800)
    expect(await sandbox.run('2')).toMatchObject({ value: 2 })
  })

  test('one that is paused before it begins does not begin; a signal ends a paused one; closing ends all', async () => {
    const controller = new AbortController()
    let wrote = ''
    const run = sandbox.start('print("x")\nwhile True: pass', {
      signal: controller.signal,
      onOutput: (text) => {
        wrote += text
      },
    })
    run.pause()
    await pause(300)
    if (isolation === 'process') expect(wrote).toBe('')
    controller.abort()
    expect((await run.outcome).status).toBe('cancelled')
    const closed = await createSandbox({}, { isolation, workers: 1, spares: 0 })
    let begun = false
    const other = closed.start('print("begun", flush=True)\nwhile True: pass', {
      onOutput: () => {
        begun = true
      },
    })
    while (!begun) await pause(5)
    other.pause()
    await closed.close()
    expect((await other.outcome).status).toBe('cancelled')
  })
})

test('what cannot be paused says so', async () => {
  const inline = await createSandbox({}, { isolation: 'inline' })
  expect(() => inline.start('1')).toThrow(
    new PolicyError('start: isolation "inline" has no other thread to pause a run from'),
  )
  await inline.close()
  const wrapped = await createSandbox({}, { wrap: ['/usr/bin/env'] })
  expect(() => wrapped.start('1')).toThrow(
    new PolicyError('start: a jail inside the command of "wrap" cannot be paused'),
  )
  await wrapped.close()
})
