/** Runs that wait are data: from the guest's side, the host's, and that of who gets hold of a state. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  awaitable,
  capability,
  createSandbox,
  LATER,
  outcomeToJson,
  StateError,
  type Capabilities,
  type EffectEvent,
  type Isolation,
  type Policy,
  type Sandbox,
  type SandboxOptions,
  type Waiting,
} from '../src/index.js'
import { returned, raised, waiting } from './support/outcomes.js'
import { sharedWorkers as of } from './support/shared-workers.js'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const never = awaitable(() => new Promise(() => {}))
const later = awaitable(async () => LATER)
const key = new Uint8Array(32).fill(7)

const open = (
  capabilities: Capabilities,
  options: SandboxOptions = {},
  policy: Policy = {},
  isolation: Isolation = 'thread',
) =>
  createSandbox({ modules: 'standard', ...policy }, { ...of(isolation), capabilities, ...options })

describe.each<Isolation>(['process', 'thread', 'inline'])('isolation %s', (isolation) => {
  const events: EffectEvent[] = []
  let sandbox: Sandbox
  let other: Sandbox
  const document = {
    title: 'Plan',
    part: () => capability({ name: 'part' }, { read: ['name'] }),
  }
  beforeAll(async () => {
    const capabilities = {
      later,
      never,
      quick: awaitable(async (x: number) => x + 1),
      now: (x: unknown) => x,
      doc: capability(document, { read: ['title'], write: ['title'], methods: ['part'] }),
    }
    const options = {
      states: { key },
      onEffect: (event: EffectEvent) => events.push(event),
    }
    sandbox = await open(capabilities, options, {}, isolation)
    other = await open(capabilities, options, {}, isolation)
  })
  afterAll(() => Promise.all([sandbox.close(), other.close()]))

  test('a run that waits is told, and goes on in another sandbox, to the same end', async () => {
    const source = `
import asyncio, random
random.seed(3)
print('begun')
async def main():
    seen = [random.random(), await later('a', n=1)]
    print('got', seen[1])
    seen += await asyncio.gather(later('b'), quick(1), never('c'))
    return seen + [now(3), random.random()]
asyncio.run(main())`
    events.length = 0
    const first = waiting(await sandbox.run(source))
    expect(first.calls).toEqual([{ id: 1, name: 'later', args: ['a'], kwargs: { n: 1 } }])
    expect(first.output).toBe('begun\n')
    const heard: string[] = []
    const second = waiting(
      await other.resume(first.state, {
        answers: { 1: { value: [5] } },
        holdMs: 20,
        onOutput: (text) => heard.push(text),
      }),
    )
    expect(second.calls.map(({ id, name, args }) => [id, name, args])).toEqual([
      [2, 'later', ['b']],
      [4, 'never', ['c']],
    ])
    expect(heard.join('')).toBe('got [5]\n')
    const end = await sandbox.resume(second.state, {
      answers: { 2: { value: 'B' }, 4: { value: null } },
    })
    expect(returned(end)).toEqual([0.23796462709189137, [5], 'B', 2, null, 3, 0.5442292252959519])
    expect(end.output).toBe('begun\ngot [5]\n')
    expect(end.usage.fuel).toBeGreaterThanOrEqual(second.usage.fuel)
    expect(events.map(({ seq, target, decision }) => `${seq} ${target} ${decision}`)).toEqual([
      '1 later waiting',
      '1 later answered',
      '3 quick allowed',
      '2 later waiting',
      '4 never waiting',
      '2 later answered',
      '4 never answered',
      '5 now allowed',
    ])
    expect(new Set(events.map(({ run }) => run)).size).toBe(1)
    expect(events.at(-1)?.at).toEqual({ line: 9, column: 20 })
  })

  test('a session waits in the middle of a run, and is then as that run leaves it', async () => {
    const session = await sandbox.session()
    await session.run('def double(x): return 2 * x\nn = 1')
    const first = waiting(await session.run('n = 5\nn = double(await later()) + n\nn'))
    expect(returned(await session.resume(first.state, { answers: { 1: { value: 4 } } }))).toBe(13)
    expect(returned(await session.run('n'))).toBe(13)
    const second = waiting(await session.run('raise ValueError(await later())'))
    expect(returned(await session.run('n'))).toBe(13)
    await expect(session.resume(second.state)).rejects.toThrow('this one has gone on since')
    await expect(sandbox.resume(second.state)).rejects.toThrow('session.resume(state)')
    const elsewhere = await other.session()
    const end = await elsewhere.resume(second.state, { answers: { 2: { value: 'v' } } })
    expect(raised(end)).toBe('ValueError: v')
    expect(returned(await elsewhere.run('double(n)'))).toBe(26)
    await expect(
      elsewhere.resume(waiting(await sandbox.run('await later()')).state),
    ).rejects.toThrow('sandbox.resume(state)')
    await Promise.all([session.close(), elsewhere.close()])
  })

  test('it holds no worker, and what was used counts on', async () => {
    const held: Waiting[] = []
    for (let i = 0; i < 3; i++)
      held.push(
        waiting(
          await sandbox.run('for i in range(20_000): pass\nawait later()\nwhile True: pass', {
            limits: { fuel: 3_000 },
          }),
        ),
      )
    expect(sandbox.load.running).toBe(0)
    expect(returned(await sandbox.run('1'))).toBe(1)
    const end = await other.resume(held[1]!.state, { answers: { 1: { value: 1 } } })
    expect(end.status === 'exhausted' && [end.limit, end.used]).toEqual(['fuel', 3_000])
  })

  // What crosses is between the guest and the broker, the same in all isolations.
  if (isolation !== 'thread') return

  test('an exception, a refusal and a yes are answers', async () => {
    const source = `
out = []
for call in (later('x'), later('y')):
    try:
        await call
    except Exception as error:
        out.append(f'{type(error).__name__}: {error}')
out`
    const one = waiting(await sandbox.run(source))
    const two = waiting(
      await sandbox.resume(one.state, { answers: { 1: { error: ['KeyError', 'gone'] } } }),
    )
    const end = await sandbox.resume(two.state, { answers: { 2: { denied: 'not you' } } })
    expect(returned(end)).toEqual(["KeyError: 'gone'", 'PermissionError: later: not you'])
  })

  test('an object of the host’s is held across a wait: by its name for ever, else as long as its run', async () => {
    const source = `
held = [doc]
part = doc.part()
names = [part.name]
n = await later()
held[0].title = n
told = [doc.title, held[0] == doc]
try:
    part.name
except PermissionError as error:
    told.append(str(error))
told + [doc.part().name]`
    const { state } = waiting(await sandbox.run(source))
    const outcome = await other.resume(state, { answers: { 3: { value: 'New' } } })
    expect(returned(outcome)).toEqual([
      'New',
      true,
      expect.stringMatching(
        /^object#\w+-\d+\.name: the object was given to an earlier part of this run, or another: ask for it again$/,
      ),
      'part',
    ])
    expect(document.title).toBe('New')
  })
})

describe('when a run waits', () => {
  const signals: AbortSignal[] = []
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await open({
      later,
      never,
      doc: capability({ title: 'hunter2' }, { read: [] }),
      slow: awaitable(async (ms: number, { signal }: { signal: AbortSignal }) => {
        signals.push(signal)
        await sleep(ms)
        return ms
      }),
    })
  })
  afterAll(() => sandbox.close())

  test('a function that is at work is waited for as long as holdMs says', async () => {
    expect(returned(await sandbox.run('await slow(30)', { holdMs: 5_000 }))).toBe(30)
    const outcome = waiting(await sandbox.run('await slow(800)', { holdMs: 30 }))
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
    // Its function is not called again unless the host says so.
    const again = waiting(await sandbox.resume(outcome.state))
    expect(signals.length).toBe(2)
    expect(again.calls).toEqual(outcome.calls)
    const end = await sandbox.resume(again.state, { answers: { 1: { approved: true } } })
    expect(returned(end)).toBe(800)
    expect(signals.length).toBe(3)
  }, 20_000)

  test('what is to be approved waits where nobody approves, and is done once it is', async () => {
    const done: unknown[] = []
    const sandbox = await open(
      {
        pay: awaitable(async (sum: number) => {
          done.push(sum)
          return `paid ${sum}`
        }),
      },
      {},
      { capabilities: { pay: { approve: true } } },
    )
    const outcome = waiting(await sandbox.run('await pay(3)'))
    expect(done).toEqual([])
    expect(
      returned(await sandbox.resume(outcome.state, { answers: { 1: { approved: true } } })),
    ).toBe('paid 3')
    expect(done).toEqual([3])
    await sandbox.close()
  })

  test('approve may say yes, no, and later', async () => {
    const sandbox = await open(
      { pay: awaitable(async (sum: number) => sum) },
      {
        approve: async ({ seq }) => ([true, false, LATER] as const)[seq - 1]!,
      },
      { capabilities: { pay: { approve: true } } },
    )
    const source = `
out = [await pay(1)]
try:
    await pay(2)
except PermissionError as error:
    out.append(str(error))
out + [await pay(3)]`
    const outcome = waiting(await sandbox.run(source))
    expect(outcome.calls.map(({ args }) => args)).toEqual([[3]])
    expect(
      returned(await sandbox.resume(outcome.state, { answers: { 3: { value: 'c' } } })),
    ).toEqual([1, 'pay: not approved', 'c'])
    await sandbox.close()
  })

  test('the time of a person is not the program’s', async () => {
    const source = `
import asyncio
async def main():
    async with asyncio.timeout(0.5):
        return await later()
asyncio.run(main())`
    const outcome = waiting(await sandbox.run(source))
    await sleep(700)
    expect(returned(await sandbox.resume(outcome.state, { answers: { 1: { value: 1 } } }))).toBe(1)
  })

  test('timers of its own go on while a worker is held', async () => {
    for (const name of ['later', 'never']) {
      const source = `
import asyncio
async def main():
    try:
        async with asyncio.timeout(0.05):
            await ${name}()
    except TimeoutError:
        return 'late'
asyncio.run(main())`
      expect(returned(await sandbox.run(source, { holdMs: 5_000 })), name).toBe('late')
    }
  })

  test('on a clock that stands, a timer comes when it is due though a call is open', async () => {
    const sandbox = await open({ never }, {}, { clock: { fixed: '2026-01-31T12:00:00Z' } })
    const source = `
import asyncio, time
began = time.time()
async def main():
    try:
        async with asyncio.timeout(0.05):
            await never()
    except TimeoutError:
        await asyncio.sleep(7200)
        return time.time() - began
asyncio.run(main())`
    expect(returned(await sandbox.run(source))).toBeCloseTo(7200.05, 4)
    await sandbox.close()
  })

  test('a program that polls waits too', async () => {
    const sandbox = await open({ later, never }, {}, {}, 'inline')
    for (const name of ['later', 'never']) {
      const source = `
import asyncio
async def main():
    task = asyncio.create_task(${name}())
    while not task.done():
        await asyncio.sleep(0)
    return task.result()
asyncio.run(main())`
      const { state } = waiting(await sandbox.run(source, { holdMs: 20 }))
      expect(returned(await sandbox.resume(state, { answers: { 1: { value: 7 } } }))).toBe(7)
    }
    await sandbox.close()
  })

  test('trusted modules wait with their guest', async () => {
    const trusted = {
      shop: {
        source:
          'class Cart:\n    def __init__(self): self._n = 0\n    def add(self):\n        self._n += 1\n        return self._n\ncart = Cart()',
        expose: ['cart'],
      },
    }
    const sandbox = await open({ later }, { trusted, states: { key } }, {}, 'inline')
    const other = await open({ later }, { trusted, states: { key } }, {}, 'inline')
    const { state } = waiting(
      await sandbox.run('mine = cart\nmine.add()\nawait later()\nmine.add()'),
    )
    expect(returned(await other.resume(state, { answers: { 1: { value: 0 } } }))).toBe(2)
    await Promise.all([sandbox.close(), other.close()])
  })

  test('files wait with their guest', async () => {
    const policy: Policy = {
      filesystem: { '/out': { memory: 1_000_000 } },
      artifacts: { from: '/out' },
    }
    const [one, two] = [
      await open({ later }, { states: { key } }, policy),
      await open({ later }, { states: { key } }, policy),
    ]
    const source = `
f = open('/out/a.txt', 'w')
f.write('one ')
f.write(await later())
f.close()`
    const { state } = waiting(await one.run(source))
    const end = await two.resume(state, { answers: { 1: { value: 'two' } } })
    expect(returned(end)).toBe(null)
    expect(Object.keys(end.files ?? {})).toEqual(['/out/a.txt'])
    expect(Buffer.from(Object.values(end.files ?? {})[0]!).toString()).toBe('one two')
    await Promise.all([one.close(), two.close()])
  })

  test('JSON has it', async () => {
    const outcome = waiting(await sandbox.run('await later(doc, x=b"hi")'))
    const told = JSON.parse(outcomeToJson(outcome)) as Waiting
    expect(told.calls).toEqual([
      {
        id: 1,
        name: 'later',
        args: [expect.objectContaining({ $type: 'HostObject' })],
        kwargs: { x: { $bytes: 'aGk=' } },
      },
    ])
    expect(told.state).toEqual({ $bytes: Buffer.from(outcome.state).toString('base64') })
    expect(JSON.stringify(told)).not.toContain('hunter2')
  })
})

describe('states in the wrong hands', () => {
  const states = { key }
  let sandbox: Sandbox
  let state: Uint8Array
  beforeAll(async () => {
    sandbox = await open({ later }, { states })
    state = waiting(await sandbox.run('secret = "hunter2"\nawait later()\nsecret')).state
  })
  afterAll(() => sandbox.close())

  test('nothing of a run can be read in its state', () => {
    expect(Buffer.from(state).includes('hunter2')).toBe(false)
    expect(Buffer.from(state).includes('later')).toBe(false)
  })

  test('one that was cut, lengthened or changed anywhere is refused', async () => {
    const changed = (at: number): Uint8Array => {
      const copy = state.slice()
      copy[at]! ^= 1
      return copy
    }
    const bad = [
      new Uint8Array(0),
      state.subarray(0, 20),
      state.subarray(0, -1),
      Uint8Array.of(...state, 0),
      ...[0, 21, 36, 37, 44, 45, 1000, state.length - 1].map(changed),
      'text',
      null,
    ]
    for (const each of bad) await expect(sandbox.resume(each as never)).rejects.toThrow(StateError)
  })

  test.each<[string, SandboxOptions, Policy, Capabilities]>([
    ['another key', { states: { key: new Uint8Array(32) } }, {}, { later }],
    ['another key', {}, {}, { later }],
    ['another tenant', { states: { key, tenant: 'acme' } }, {}, { later }],
    ['another policy', { states }, { limits: { wallMs: 4_000 } }, { later }],
    ['or capabilities', { states }, {}, { later, more: never }],
    ['or capabilities', { states }, {}, { later: () => 1 }],
    [
      'trusted modules',
      { states, trusted: { t: { source: 'x = 1', expose: ['x'] } } },
      {},
      { later },
    ],
  ])('%s', async (why, options, policy, capabilities) => {
    const other = await open(capabilities, options, policy)
    await expect(other.resume(state)).rejects.toThrow(why)
    await other.close()
  })

  test('one that has expired', async () => {
    const short = await open({ later }, { states: { key, expiresMs: 1 } })
    const { state } = waiting(await short.run('await later()'))
    await sleep(5)
    await expect(short.resume(state)).rejects.toThrow('the state expired at 20')
    await short.close()
  })

  test('one is used once, whoever uses it at the same time', async () => {
    const used = new Set<string>()
    const claim = async (id: string, expires: Date): Promise<boolean> => {
      await sleep(1)
      expect(expires.getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000)
      return !used.has(id) && used.add(id) !== undefined
    }
    const [one, two] = [
      await open({ later }, { states: { key, claim } }),
      await open({ later }, { states: { key, claim } }),
    ]
    const { state } = waiting(await one.run('await later()'))
    const outcomes = await Promise.allSettled(
      [one, two, one].map((each) => each.resume(state, { answers: { 1: { value: 1 } } })),
    )
    expect(outcomes.map((each) => each.status).sort()).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ])
    const failing = await open(
      { later },
      { states: { key, claim: () => Promise.reject(new Error('db')) } },
    )
    await expect(failing.resume(state)).rejects.toThrow('db')
    expect(returned(await failing.run('1'))).toBe(1)
    await Promise.all([one.close(), two.close(), failing.close()])
  })

  test.each<[string, object]>([
    ['no call of this number waits', { 2: { value: 1 } }],
    ['no call of this number waits', { '01': { value: 1 } }],
    ['no call of this number waits', { x: { value: 1 } }],
    ['is one of value, error, denied and approved', { 1: {} }],
    ['is one of value, error, denied and approved', { 1: { value: 1, denied: 'x' } }],
    ['there is no such kind of answer', { 1: { val: 1 } }],
    ['must be an object', { 1: 5 }],
    ['must be [type, text]', { 1: { error: 'x' } }],
    ['the type must be one of', { 1: { error: ['SystemExit', 'x'] } }],
    ['must be the reason', { 1: { denied: 1 } }],
    ['must be true', { 1: { approved: false } }],
    ['cannot cross', { 1: { value: () => 1 } }],
    ['is larger than', { 1: { value: 'x'.repeat(5 << 20) } }],
    [
      'cannot be read',
      {
        1: {
          value: {
            get x() {
              throw new Error('own')
            },
          },
        },
      },
    ],
    ['must be an object', [] as never],
  ])('an answer that is none uses nothing up: %s', async (why, answers) => {
    await expect(sandbox.resume(state, { answers })).rejects.toThrow(why)
  })

  test('after all that it is as good as before', async () => {
    expect(returned(await sandbox.resume(state, { answers: { 1: { value: 1 } } }))).toBe('hunter2')
  })

  test('without capabilities there is nothing to resume', async () => {
    const none = await createSandbox({}, { ...of('thread'), states })
    await expect(none.resume(state)).rejects.toThrow(StateError)
    await none.close()
  })

  test('one of more memory than a guest may have leaves its worker whole', async () => {
    const source = 'import asyncio\nx = bytearray(8 << 20)\nx[:] = b"x" * len(x)\nawait later()'
    const { state } = waiting(await sandbox.run(source))
    const end = await sandbox.resume(state, { answers: { 1: { value: 2 } } })
    expect(returned(end)).toBe(2)
  })
})

test.each<[string, object]>([
  ['options.states.key: must be 32 bytes', { states: { key: new Uint8Array(5) } }],
  ['options.states.tenant', { states: { tenant: 5 } }],
  ['options.states.expiresMs', { states: { expiresMs: 0 } }],
  ['options.states.claim', { states: { claim: true } }],
  ['options.states.keys: there is no such option; did you mean "key"?', { states: { keys: 1 } }],
])('%s', async (message, options) => {
  await expect(createSandbox({}, options as never)).rejects.toThrow(message)
})

test.each([-1, 1.5, '5', 86_400_001])('holdMs of %s is refused', async (holdMs) => {
  const sandbox = await createSandbox({}, { isolation: 'inline' })
  await expect(sandbox.run('1', { holdMs: holdMs as number })).rejects.toThrow('options.holdMs')
  await sandbox.close()
})
