/** The host's end of a worker that lies: whatever it says, and in whatever order, the call is answered and the host lives. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Link } from '../src/trusted/channel/link.js'
import type { Call, Performed } from '../src/trusted/channel/worker.js'
import { encodeFrame, type CallLimits, type Report } from '../src/trusted/channel/protocol.js'

const limits: CallLimits = {
  wallMs: 60_000,
  fuel: 1,
  memoryBytes: 1,
  outputBytes: 10,
  responseBytes: 10,
}
const call: Call = { begin: 'base', request: new Uint8Array(1), limits, end: 'reset' }
const usage = { wallMs: 1, fuel: 1, peakMemoryBytes: 1, outputBytes: 1 }
const bytes = (length: number) => new Uint8Array(length)

/** A link whose other side is the test. */
function connected(options: Partial<Call> = {}) {
  const link = new Link()
  const sent: Uint8Array[] = []
  let killed = 0
  link.connect(
    {
      send: (...parts) => {
        sent.push(new Uint8Array(Buffer.concat(parts)))
      },
      pause: () => {},
      hold: () => {},
      kill: () => {
        killed++
        link.close('gone')
      },
    },
    new Uint8Array(0),
  )
  const say = (...reports: Report[]) => {
    for (const report of reports) link.receive(encodeFrame(report))
  }
  say({ kind: 'ready' })
  let performed: Performed | undefined
  const written: string[] = []
  const answered = link
    .perform({
      ...call,
      onOutput: (_, text) => {
        written.push(Buffer.from(text).toString())
      },
      ...options,
    })
    .then((result) => {
      performed = result
    })
  return { link, say, sent, written, answered, killed: () => killed, performed: () => performed }
}

const done = {
  kind: 'done',
  id: 1,
  usage,
  response: bytes(1),
  delta: null,
  traces: null,
  tape: null,
  files: null,
} as const
const begun = { kind: 'begun', id: 1 } as const
const ended = { kind: 'ended', id: 1 } as const

describe('a worker that keeps to the protocol', () => {
  test('is believed', async () => {
    const { say, answered, performed, written, killed } = connected()
    say(begun, { kind: 'output', id: 1, fd: 1, bytes: Buffer.from('hello') }, ended, done)
    await answered
    expect(performed()).toMatchObject({ kind: 'done', usage })
    expect(written).toEqual(['hello'])
    expect(killed()).toBe(0)
  })
  test('need not say that a call has ended whose answer it has', async () => {
    const { say, answered, performed, killed } = connected()
    say(begun, done)
    await answered
    expect(performed()).toMatchObject({ kind: 'done', usage })
    expect(killed()).toBe(0)
  })
  test('is answered what it asks', async () => {
    const { say, sent, answered, performed } = connected({
      onAsk: async (question) => question.slice().reverse(),
    })
    say(begun, { kind: 'ask', id: 1, question: Uint8Array.of(1, 2), steps: 7 })
    await new Promise(setImmediate)
    expect(sent.length).toBe(3)
    say(ended, done)
    await answered
    expect(performed()?.kind).toBe('done')
  })
})

describe('a worker that does not is ended, and its call lost', () => {
  const cases: Record<string, [Report[], Partial<Call>?]> = {
    'ready twice': [[{ kind: 'ready' }]],
    'another call': [[{ kind: 'begun', id: 2 }]],
    'an end without a beginning': [[done]],
    'two beginnings': [[begun, begun]],
    'more output than the limit': [
      [
        begun,
        { kind: 'output', id: 1, fd: 1, bytes: bytes(6) },
        { kind: 'output', id: 1, fd: 2, bytes: bytes(5) },
      ],
    ],
    'a response over the limit': [[begun, ended, { ...done, response: bytes(11) }]],
    'output of nothing': [[begun, { kind: 'output', id: 1, fd: 1, bytes: bytes(0) }]],
    'output of what has ended': [[begun, ended, { kind: 'output', id: 1, fd: 1, bytes: bytes(1) }]],
    'two ends': [[begun, ended, ended]],
    'traces beyond what there can be': [
      [begun, ended, { ...done, traces: new Uint8Array((1 << 20) + 1) }],
    ],
    'a delta nobody wanted': [[begun, ended, { ...done, delta: bytes(1) }]],
    'no delta where one was wanted': [[begun, ended, done], { end: 'capture' }],
    'a slice nobody asked for': [[begun, { kind: 'sliced', id: 1, fuel: 1 }]],
    'a tape nobody wanted': [[begun, ended, { ...done, tape: bytes(1) }]],
    'a question nobody answers': [[begun, { kind: 'ask', id: 1, question: bytes(1), steps: 7 }]],
    'a report while it waits for an answer': [
      [begun, { kind: 'ask', id: 1, question: bytes(1), steps: 7 }, done],
      { onAsk: () => new Promise(() => {}) },
    ],
    'an answer that the host fails to give': [
      [begun, { kind: 'ask', id: 1, question: bytes(1), steps: 7 }],
      {
        onAsk: () => {
          throw new Error('host')
        },
      },
    ],
  }
  test.each(Object.entries(cases))('%s', async (_, [reports, options]) => {
    const { say, answered, performed, killed, link } = connected(options)
    say(...reports)
    await answered
    expect(performed()?.kind).toBe('lost')
    expect(killed()).toBe(1)
    expect(link.alive).toBe(false)
  })
  test('after its call was answered: another end', async () => {
    const { say, answered, performed, link } = connected()
    say(begun, ended, done, done)
    await answered
    expect(performed()?.kind).toBe('done')
    expect(link.alive).toBe(false)
    expect(await link.perform(call)).toMatchObject({ kind: 'lost', begun: false })
  })
})

test('any reports in any order: nothing throws, and an ended worker has answered', async () => {
  const id = fc.constantFrom(0, 1, 2)
  const report: fc.Arbitrary<Report> = fc.oneof(
    fc.constant<Report>({ kind: 'ready' }),
    fc
      .tuple(fc.constantFrom('begun' as const, 'ended' as const), id)
      .map(([kind, n]): Report => ({ kind, id: n })),
    fc
      .tuple(id, fc.nat(8))
      .map(([n, length]): Report => ({ kind: 'output', id: n, fd: 1, bytes: bytes(length) })),
    id.map((n): Report => ({ kind: 'ask', id: n, question: bytes(1), steps: 7 })),
    fc.tuple(id, fc.nat(12), fc.boolean()).map(
      ([n, length, delta]): Report => ({
        ...done,
        id: n,
        response: bytes(length),
        delta: delta ? bytes(1) : null,
        traces: null,
        files: null,
      }),
    ),
    id.map((n): Report => ({ kind: 'killed', id: n, usage, why: 'crash', detail: '', tape: null })),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(report, fc.uint8Array({ maxLength: 20 })), { maxLength: 8 }),
      fc.boolean(),
      async (reports, asks) => {
        const { link, performed } = connected(asks ? { onAsk: () => bytes(1) } : {})
        for (const one of reports) link.receive(one instanceof Uint8Array ? one : encodeFrame(one))
        await new Promise(setImmediate)
        if (!link.alive) expect(performed()).toBeDefined()
        link.kill('enough')
        await new Promise(setImmediate)
        expect(performed()).toBeDefined()
      },
    ),
    { numRuns: 500 },
  )
})

test('a worker that is late is killed, and the call exhausted', async () => {
  const { say, answered, performed, killed } = connected({ limits: { ...limits, wallMs: 50 } })
  say(begun)
  const began = performance.now()
  await answered
  expect(performed()).toMatchObject({ kind: 'killed', why: 'wall' })
  expect(performance.now() - began).toBeLessThan(2_000)
  expect(killed()).toBe(1)
})

test('a worker that ends itself at the limit, in the middle of a report, has ended the call at the limit', async () => {
  const { say, answered, performed, link } = connected({ limits: { ...limits, wallMs: 30 } })
  say(begun)
  await new Promise((resolve) => setTimeout(resolve, 40))
  link.close('the worker exited with 70')
  await answered
  expect(performed()).toMatchObject({
    kind: 'killed',
    why: 'wall',
    detail: 'the worker exited with 70',
  })
})

test("handing over a large answer is not the guest's time, and does not take for ever", async () => {
  const { say, answered, performed } = connected({ limits: { ...limits, wallMs: 20 } })
  say(begun, ended)
  await new Promise((resolve) => setTimeout(resolve, 400))
  say(done)
  await answered
  expect(performed()).toMatchObject({ kind: 'done', usage })
})

test('a worker that was cut off is believed, however late the host heard that the call began', async () => {
  const { say, answered, performed, link } = connected()
  say(begun)
  link.close('the worker exited with 70', true)
  await answered
  expect(performed()).toMatchObject({
    kind: 'killed',
    why: 'wall',
    usage: { wallMs: limits.wallMs },
  })
})

test('a worker that says nothing at its start is given up', async () => {
  const link = new Link()
  let killed = 0
  link.connect(
    {
      send: () => {},
      pause: () => {},
      hold: () => {},
      kill: () => {
        killed++
      },
    },
    new Uint8Array(0),
    30,
  )
  expect(await link.ready).toBe(false)
  expect(killed).toBe(1)
  expect(await link.perform(call)).toMatchObject({
    kind: 'lost',
    begun: false,
    reason: 'the worker did not start',
  })
})

test('what may come is small, but for the end of a call', () => {
  const most = (options: Partial<Call>): number[] => {
    const { say, link } = connected({ limits: { ...limits, responseBytes: 1 << 20 }, ...options })
    const during = link.mostBytes
    say(begun, ended, { ...done, delta: options.end === 'capture' ? bytes(1) : null })
    return [during, link.mostBytes]
  }
  expect(most({})).toEqual([(1 << 17) + (2 << 20), 1 << 17])
  expect(most({ end: 'capture' })).toEqual([Infinity, 1 << 17])
})
