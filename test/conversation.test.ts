/** A conversation: rows of questions are read as if forged, and whoever waits is answered or told that nothing will come. */
import { describe, expect, test } from 'vitest'
import { Broker } from '../src/trusted/broker/broker.js'
import { Conversation } from '../src/trusted/broker/conversation.js'
import type { Effect, Question } from '../src/trusted/broker/effect.js'
import { ProtocolError } from '../src/trusted/channel/frames.js'
import { decodeValue, encodeValue, type Value } from '../src/trusted/channel/values.js'

const after = (ms: number, then: () => void): (() => void) => {
  const timer = setTimeout(then, ms)
  return () => clearTimeout(timer)
}

function converse(perform: Effect['perform'], pending = 10) {
  const performed: Question[] = []
  const effect: Effect = {
    rule: (target) => ({ path: target, calls: undefined, approve: false, timeoutMs: 10_000 }),
    perform: (question, signal) => {
      performed.push(question)
      return perform(question, signal)
    },
    close() {},
  }
  const encode = (value: unknown): Uint8Array => encodeValue(value as Value)
  const broker = new Broker({
    counts: { run: 'r', seq: 0, asked: new Map() },
    effects: new Map([['call', effect]]),
    limits: { effects: 100, pending },
    errors: new Set(),
    approve: undefined,
    onEffect: undefined,
    after,
    encode,
  })
  const conversation = new Conversation({
    broker,
    decode: decodeValue,
    encode,
    position: (line, column) => ({ line, column: column + 1 }),
    now: () => performance.now(),
    after,
    pending,
    questionBytes: () => 100,
  })
  return { conversation, broker, performed }
}

const row = (id: number, target = 'f', args: Value[] = []): Value => [
  id,
  'call',
  target,
  encodeValue([args, {}]),
  3,
  4,
  'guest.py',
]
const NOTHING = { asked: [], cancelled: [], given: [] }
const exchange = (fields: { [key: string]: Value }): Uint8Array =>
  encodeValue({ ...NOTHING, wanted: null, timeout: null, ...fields })

describe('a guest that waits on its stack', () => {
  test('gets the answer that it wants, and those that came meanwhile', async () => {
    const { conversation, performed } = converse(({ target }) =>
      target === 'late' ? new Promise((resolve) => setTimeout(resolve, 5, 'L')) : target,
    )
    const answer = await conversation.exchange(
      exchange({ asked: [row(1, 'now'), row(2, 'late', [7])], wanted: 2 }),
      7,
    )
    expect(decodeValue(answer)).toEqual([
      [1, 'now'],
      [2, 'L'],
    ])
    expect(performed.map(({ id, args, at }) => [id, args, at])).toEqual([
      [1, [], { line: 3, column: 5 }],
      [2, [7], { line: 3, column: 5 }],
    ])
  })

  test('is not kept waiting for an answer that can never come', async () => {
    const { conversation } = converse(() => 1)
    expect(decodeValue(await conversation.exchange(exchange({ wanted: 77 }), 7))).toEqual([])
  })

  test('waits for any answer no longer than it says', async () => {
    const { conversation } = converse(() => new Promise(() => {}))
    const answer = await conversation.exchange(exchange({ asked: [row(1)], timeout: 0.01 }), 7)
    expect(decodeValue(answer)).toEqual([])
    expect(conversation.open.map(({ id }) => id)).toEqual([1])
  })

  test('is told so where nobody can wait', () => {
    const { conversation } = converse(() => new Promise(() => {}))
    expect(decodeValue(conversation.exchangeNow(exchange({ asked: [row(1)] }), 7))).toEqual([
      [1, null, 'RuntimeError', expect.stringContaining('grant it with awaitable(...)')],
    ])
    expect(conversation.open).toEqual([])
  })
})

test('what the guest no longer waits for is aborted, and its answer dropped', async () => {
  let signal: AbortSignal | undefined
  const { conversation } = converse((_, given) => {
    signal = given
    return new Promise(() => {})
  })
  conversation.begin(conversation.rows({ ...NOTHING, asked: [row(1)] }), 7)
  conversation.begin(conversation.rows({ ...NOTHING, cancelled: [1, 99] }), 7)
  expect(signal?.aborted).toBe(true)
  await conversation.answered(50)
  expect(conversation.take()).toEqual([])
})

test.each<[string, Value]>([
  ['no list', { ...NOTHING, asked: 1 }],
  ['a row that is none', { ...NOTHING, asked: [1] }],
  ['a row too short', { ...NOTHING, asked: [[1, 'call', 'f', encodeValue([[], {}]), 1, 1]] }],
  [
    'a number that is none',
    { ...NOTHING, asked: [[-1, 'call', 'f', encodeValue([[], {}]), 1, 1, 'f']] },
  ],
  [
    'a number of another kind',
    { ...NOTHING, asked: [[1.5, 'call', 'f', encodeValue([[], {}]), 1, 1, 'f']] },
  ],
  [
    'a target of another kind',
    { ...NOTHING, asked: [[1, 'call', 2, encodeValue([[], {}]), 1, 1, 'f']] },
  ],
  ['arguments that are no bytes', { ...NOTHING, asked: [[1, 'call', 'f', [], 1, 1, 'f']] }],
  [
    'arguments that do not decode',
    { ...NOTHING, asked: [[1, 'call', 'f', new Uint8Array([1, 2]), 1, 1, 'f']] },
  ],
  [
    'arguments that are none',
    { ...NOTHING, asked: [[1, 'call', 'f', encodeValue([1, 2]), 1, 1, 'f']] },
  ],
  [
    'arguments that are too large',
    { ...NOTHING, asked: [[1, 'call', 'f', encodeValue([['x'.repeat(200)], {}]), 1, 1, 'f']] },
  ],
  ['a target that is too long', { ...NOTHING, asked: [row(1, 'f'.repeat(40_000))] }],
  [
    'more questions than may wait',
    { ...NOTHING, asked: Array.from({ length: 12 }, (_, n) => row(n + 1)) },
  ],
  ['more that is given up', { ...NOTHING, cancelled: Array.from({ length: 12 }, (_, n) => n + 1) }],
  [
    'more that is given',
    { ...NOTHING, given: Array.from({ length: 12 }, (_, n) => [n + 1, null, '', '']) },
  ],
  ['cancelled that is none', { ...NOTHING, cancelled: ['x'] }],
  ['what was given that is none', { ...NOTHING, given: [3] }],
  ['a number of no call', { ...NOTHING, given: [[0, encodeValue([1])]] }],
  ['a value that is no bytes', { ...NOTHING, given: [[1, 5]] }],
  ['a value in no list', { ...NOTHING, given: [[1, encodeValue({})]] }],
  ['a value that does not decode', { ...NOTHING, given: [[1, new Uint8Array([1, 2])]] }],
  ['a value that is too large', { ...NOTHING, given: [[1, encodeValue(['x'.repeat(200)])]] }],
  ['an exception that is none', { ...NOTHING, given: [[1, null, 7, 'text']] }],
  ['no record at all', 5],
])('%s breaks the protocol, and nothing is performed', (_, message) => {
  const { conversation, performed } = converse(() => 1)
  expect(() => conversation.exchange(encodeValue(message), 7)).toThrow(ProtocolError)
  expect(performed).toEqual([])
})
