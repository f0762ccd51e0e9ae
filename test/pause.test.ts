/** Runs in slices: paused at any moment, resumed later, with nothing of the pause counted. */
import { describe, expect, test } from 'vitest'
import { createSandbox, PolicyError } from '../src/index.js'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** Writes a line every few milliseconds. */
const TICKING =
  'x = 0\nfor i in range(40):\n    for j in range(20_000): x += 1\n    print(i, flush=True)\nx'

describe.each(['process', 'thread'] as const)('%s', (isolation) => {
  test('a paused run stands still, and comes to its end when it is resumed, its pauses not counted', async () => {
    const sandbox = await createSandbox({ limits: { wallMs: 20_000 } }, { isolation, workers: 1 })
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
    await pause(600)
    expect(lines).toBe(seen)
    expect(lines).toBeLessThan(40)
    run.resume()
    const began = performance.now()
    const outcome = await run.outcome
    expect(outcome).toMatchObject({ status: 'returned', value: 800_000 })
    expect(lines).toBe(40)
    expect(performance.now() - began).toBeLessThan(20_000)
    await sandbox.close()
  })

  test('wallMs counts what runs: a pause longer than the limit ends nothing, and a run that goes on is ended', async () => {
    const sandbox = await createSandbox({ limits: { wallMs: 1_000 } }, { isolation, workers: 1 })
    await sandbox.run('1')
    let begun = false
    const run = sandbox.start('print("begun", flush=True)\nwhile True: pass', {
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
    await pause(1_500)
    expect(ended).toBe(false)
    run.resume()
    const outcome = await run.outcome
    expect(outcome).toMatchObject({ status: 'exhausted', limit: 'wallMs', allowed: 1_000 })
    expect(outcome.usage.wallMs).toBeLessThan(2_200)
    expect(await sandbox.run('2')).toMatchObject({ value: 2 })
    await sandbox.close()
  })

  test('one that is paused before it begins does not begin; a signal ends a paused one; closing ends all', async () => {
    const sandbox = await createSandbox({}, { isolation, workers: 1 })
    const controller = new AbortController()
    let wrote = ''
    const run = sandbox.start('print("x")\nwhile True: pass', {
      signal: controller.signal,
      onOutput: (text) => {
        wrote += text
      },
    })
    run.pause()
    await pause(500)
    if (isolation === 'process') expect(wrote).toBe('')
    controller.abort()
    expect((await run.outcome).status).toBe('cancelled')
    const other = sandbox.start('while True: pass')
    await pause(300)
    other.pause()
    await sandbox.close()
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
