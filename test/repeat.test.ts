/** What is made again does nothing twice: turns in whose middle a person was asked, and whole runs that were recorded. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  awaitable,
  capability,
  createSandbox,
  LATER,
  type Capabilities,
  type EffectEvent,
  type Isolation,
  type Policy,
  type Sandbox,
  type SandboxOptions,
} from '../src/index.js'
import { returned, waiting } from './support/outcomes.js'
import { sharedWorkers as of } from './support/shared-workers.js'

const key = new Uint8Array(32).fill(7)

describe.each<Isolation>(['process', 'thread', 'inline'])('isolation %s', (isolation) => {
  let sandbox: Sandbox
  let other: Sandbox
  const done: unknown[] = []
  const events: EffectEvent[] = []
  beforeAll(async () => {
    const capabilities = {
      note: (x: unknown) => void done.push(x),
      pay: (sum: number) => {
        done.push(`paid ${sum}`)
        return sum
      },
      search: awaitable(async (x: unknown) => {
        done.push(x)
        return [x]
      }),
      doc: capability({ title: 'T' }, { read: ['title'], write: ['title'] }),
    }
    const options: SandboxOptions = {
      ...of(isolation),
      capabilities,
      states: { key },
      onEffect: (event) => events.push(event),
    }
    const policy: Policy = {
      modules: 'standard',
      capabilities: { pay: { approve: true }, 'doc.title': { approve: true } },
    }
    sandbox = await createSandbox(policy, options)
    other = await createSandbox(policy, options)
  })
  afterAll(() => Promise.all([sandbox.close(), other.close()]))

  test('a plain call deep in a turn waits for a person, and nothing before it is done twice', async () => {
    done.length = events.length = 0
    const source = `
import random, time, uuid
print('begun')
seen = [random.random(), time.time(), str(uuid.uuid4()), time.monotonic()]
def keyed(x):
    note(x)
    print('at', x)
    return pay(x) if x == 2 else x
order = sorted([3, 2, 1], key=keyed)
print('then')
[order, seen, random.random() != seen[0], time.monotonic() >= seen[3]]`
    const outcome = waiting(await sandbox.run(source))
    expect(outcome.calls).toEqual([{ id: 3, name: 'pay', args: [2], kwargs: {} }])
    expect([done, outcome.output]).toEqual([[3, 2], 'begun\nat 3\nat 2\n'])
    const heard: string[] = []
    const end = await other.resume(outcome.state, {
      answers: { 3: { approved: true } },
      onOutput: (text) => heard.push(text),
    })
    const value = returned(end) as [unknown, [number, number], boolean, boolean]
    expect([value[0], value[2], value[3]]).toEqual([[1, 2, 3], true, true])
    expect(done).toEqual([3, 2, 'paid 2', 1])
    expect(heard.join('')).toBe('at 1\nthen\n')
    expect(end.output).toBe('begun\nat 3\nat 2\nat 1\nthen\n')
    expect(events.map(({ seq, target, decision }) => `${seq} ${target} ${decision}`)).toEqual([
      '1 note allowed',
      '2 note allowed',
      '3 pay waiting',
      '3 pay approved',
      '4 note allowed',
    ])
  })

  test('in a later turn, and again in the same one', async () => {
    done.length = 0
    const source = `
import asyncio, random
async def main():
    a = await search(1)
    x = random.random()
    b = pay(2)
    c = await search(3)
    note(4)
    d = pay(5)
    doc.title = 'U'
    return [a, b, c, d, 0 <= x < 1]
asyncio.run(main())`
    const ids: number[] = []
    let outcome = await sandbox.run(source)
    for (const each of [other, sandbox, other]) {
      const { calls, state } = waiting(outcome)
      ids.push(calls[0]!.id)
      outcome = await each.resume(state, { answers: { [calls[0]!.id]: { approved: true } } })
    }
    expect(returned(outcome)).toEqual([[1], 2, [3], 5, true])
    expect(done).toEqual([1, 'paid 2', 3, 4, 'paid 5'])
    expect(ids).toEqual([2, 5, 6])
  })

  test('a no is an exception at its call; what is not answered waits on', async () => {
    const source = `
try:
    pay(1)
except PermissionError as error:
    said = str(error)
said`
    const { state } = waiting(await sandbox.run(source))
    const again = waiting(await sandbox.resume(state))
    expect(again.calls.map(({ name }) => name)).toEqual(['pay'])
    expect(
      returned(await other.resume(again.state, { answers: { 1: { denied: 'too much' } } })),
    ).toBe('pay: too much')
  })

  test('a session is asked in the middle of a turn too', async () => {
    if (isolation === 'inline') return expect(isolation).toBe('inline')
    const session = await sandbox.session()
    await session.run('n = [1]')
    const { state } = waiting(await session.run('n.append(pay(2))\nn'))
    expect(returned(await session.resume(state, { answers: { 1: { approved: true } } }))).toEqual([
      1, 2,
    ])
    expect(returned(await session.run('n'))).toEqual([1, 2])
    await session.close()
  })
})

describe('a run that was recorded', () => {
  const called: unknown[] = []
  const capabilities: Capabilities = {
    now: (x: unknown) => {
      called.push(x)
      return { at: Date.now(), x }
    },
    search: awaitable(async (x: unknown) => {
      called.push(x)
      return `${String(x)} ${Math.random()}`
    }),
    fails: () => {
      throw new Error('host')
    },
  }
  const source = `
import asyncio, random, time, uuid
async def main():
    out = [random.random(), time.time_ns(), str(uuid.uuid4()), now(1)]
    out += await asyncio.gather(search('a'), search('b'))
    try:
        fails()
    except RuntimeError as error:
        out.append(str(error))
    async with asyncio.timeout(5):
        out.append(await search('c'))
    await asyncio.sleep(0.01)
    print(out, id(out) > 0, {object() for i in range(3)})
    return out
asyncio.run(main())`
  const sandboxes = {} as Record<Isolation, Sandbox>
  beforeAll(async () => {
    for (const isolation of ['process', 'thread', 'inline'] as const)
      sandboxes[isolation] = await createSandbox(
        { modules: 'standard' },
        { ...of(isolation), capabilities },
      )
  })
  afterAll(() => Promise.all(Object.values(sandboxes).map((sandbox) => sandbox.close())))

  test.each<[Isolation, Isolation]>([
    ['process', 'thread'],
    ['thread', 'inline'],
    ['inline', 'process'],
  ])('in %s, is the same to the byte in %s, and asks nobody', async (one, two) => {
    const first = await sandboxes[one].run(source, { record: true })
    returned(first)
    called.length = 0
    const again = await sandboxes[two].run(source, { replay: first.recording! })
    const { recording, usage, ...told } = first
    const { usage: used, ...toldAgain } = again
    expect(toldAgain).toEqual(told)
    expect([used.fuel, used.outputBytes]).toEqual([usage.fuel, usage.outputBytes])
    expect(called).toEqual([])
  })

  test('without a host there is time and chance to be told again', async () => {
    const sandbox = await createSandbox({ modules: 'standard' }, of('thread'))
    const source = 'import random, time\nprint(random.random(), time.time_ns())\n1 / 0'
    const first = await sandbox.run(source, { record: true })
    const again = await sandbox.run(source, { replay: first.recording! })
    expect(again.output).toBe(first.output)
    expect(again.status).toBe('raised')
    expect((await sandbox.run(source)).output).not.toBe(first.output)
    await sandbox.close()
  })

  test.each<[string, string, string]>([
    ['another question', 'now(1)\nnow(2)', 'now(1)\n\nnow(3)'],
    ['a question too many', 'now(1)', 'now(1)\nnow(2)'],
    ['a question too few', 'now(1)\nnow(2)', 'now(1)'],
    ['the same question later', 'now(1)', 'for i in range(10): pass\nnow(1)'],
    ['another wait', 'await search(1)', 'await search(2)'],
    ['an end in place of a wait', 'await search(1)', '2'],
    ['a wait in place of an end', '2', 'await search(1)'],
    ['other chance', 'import random\nrandom.random()', 'import time\ntime.time()'],
  ])('departs by %s, and says where', async (what, one, other) => {
    const sandbox = sandboxes.thread
    called.length = 0
    const { recording } = await sandbox.run(one, { record: true })
    const count = called.length
    const outcome = await sandbox.run(other, { replay: recording! })
    expect(outcome.status, JSON.stringify(outcome)).toBe('crashed')
    const reason = outcome.status === 'crashed' ? outcome.reason : ''
    expect(reason).toMatch(/^the replay departed from what was recorded: /)
    if (what === 'another question')
      expect(reason).toContain('question 2 of the turn: it asks now, line 3,')
    expect(called.length).toBe(count)
    expect(returned(await sandbox.run('1'))).toBe(1)
  })

  test('goes on in its state', async () => {
    const sandbox = await createSandbox(
      { modules: 'standard' },
      {
        ...of('thread'),
        capabilities: { ...capabilities, ask: awaitable(() => LATER) },
      },
    )
    const program = 'import random\n[random.random(), await ask(), now(1), random.random()]'
    const first = waiting(await sandbox.run(program, { record: true }))
    const end = await sandbox.resume(first.state, { answers: { 1: { value: 'x' } } })
    const again = await sandbox.run(program, { replay: end.recording! })
    expect(returned(again)).toEqual(returned(end))
    await sandbox.close()
  })

  test('that is none is refused', async () => {
    const sandbox = sandboxes.inline
    for (const replay of [new Uint8Array(0), new Uint8Array(100), 'x'])
      await expect(sandbox.run('1', { replay: replay as never })).rejects.toThrow('options.replay')
    await expect(sandbox.run('1', { record: 1 as never })).rejects.toThrow('options.record')
  })
})
