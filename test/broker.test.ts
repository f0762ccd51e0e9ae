/** The broker: whatever a guest asks and whatever a handler does, each question has one answer and one event. */
import { describe, expect, test } from 'vitest'
import { Broker, type BrokerOptions } from '../src/trusted/broker/broker.js'
import { callEffects, Objects, type Granted } from '../src/trusted/broker/calls.js'
import { awaitable, capability } from '../src/trusted/broker/capability.js'
import { WireError } from '../src/trusted/channel/wire.js'
import { GuestError, LATER, type EffectEvent, type Question } from '../src/trusted/broker/effect.js'

interface Given {
  granted?: Readonly<Record<string, Granted>>
  rules?: Parameters<typeof callEffects>[0]['rules']
  limits?: Partial<BrokerOptions['limits']>
  approve?: BrokerOptions['approve']
  errors?: readonly string[]
}

function brokerOf({ granted = {}, rules = {}, limits, approve, errors = [] }: Given) {
  const events: EffectEvent[] = []
  const objects = new Objects(granted)
  const broker = new Broker({
    counts: { run: 'r', seq: 0, asked: new Map() },
    effects: callEffects({ granted, objects, rules, timeoutMs: 1000 }),
    limits: { effects: 100, pending: 10, ...limits },
    errors: new Set(errors),
    approve,
    onEffect: (event) => events.push(event),
    after: (ms, then) => {
      const timer = setTimeout(then, ms)
      return () => clearTimeout(timer)
    },
    encode: (value) => {
      if (typeof value === 'function') throw new WireError('a function cannot cross')
      return new TextEncoder().encode(JSON.stringify(value) ?? 'null')
    },
  })
  let id = 0
  const ask = async (target: string, args: unknown[] = [], more: Partial<Question> = {}) => {
    const question = { id: ++id, effect: 'call', target, args, kwargs: {}, at: undefined, ...more }
    const settled = await broker.ask(question, 10, 7)
    if (settled === LATER) return { later: true }
    const { id: answered, encoded, ...told } = settled
    expect(answered).toBe(question.id)
    return told
  }
  return { broker, ask, events, objects }
}

describe('functions', () => {
  test('a plain one is called with the arguments; named ones follow as an object', async () => {
    const calls: unknown[][] = []
    const { ask, events } = brokerOf({ granted: { f: (...args: unknown[]) => calls.push(args) } })
    expect(await ask('f', [1, 'a'])).toEqual({ value: 1 })
    expect(await ask('f', [], { kwargs: { key: 2 } })).toEqual({ value: 2 })
    expect(calls).toEqual([[1, 'a'], [{ key: 2 }]])
    expect(
      events.map(({ seq, kind, target, rule, decision }) => [seq, kind, target, rule, decision]),
    ).toEqual([
      [1, 'call', 'f', 'capabilities.f', 'allowed'],
      [2, 'call', 'f', 'capabilities.f', 'allowed'],
    ])
  })

  test('one that nobody granted does not exist, whatever it is called', async () => {
    const { ask, events } = brokerOf({ granted: { f: () => 1 } })
    for (const target of [
      'g',
      'constructor',
      '__proto__',
      'toString',
      'f.call',
      'f.bind',
      '',
      '.',
      'hasOwnProperty',
    ])
      expect(await ask(target), target).toEqual({
        error: [expect.stringMatching(/^(Permission|Type)Error$/), expect.any(String)],
      })
    expect(events.filter(({ decision }) => decision === 'allowed')).toEqual([])
  })

  test('what one throws stays with the host, but for a GuestError and the classes that the host named', async () => {
    class UserError extends Error {
      override readonly name = 'UserError'
    }
    const thrower = (error: unknown) => () => {
      throw error
    }
    const { ask } = brokerOf({
      errors: ['UserError'],
      granted: {
        secret: thrower(new Error('password=hunter2')),
        odd: thrower('text'),
        shown: thrower(new GuestError('ValueError', 'no such account')),
        forged: thrower(new GuestError('SystemExit', 'x')),
        own: thrower(new UserError('not today')),
        later: awaitable(async () => {
          throw new Error('password=hunter2')
        }),
      },
    })
    expect(await ask('secret')).toEqual({ error: ['RuntimeError', "the host's secret failed"] })
    expect(await ask('odd')).toEqual({ error: ['RuntimeError', "the host's odd failed"] })
    expect(await ask('later')).toEqual({ error: ['RuntimeError', "the host's later failed"] })
    expect(await ask('shown')).toEqual({ error: ['ValueError', 'no such account'] })
    expect(await ask('forged')).toEqual({ error: ['RuntimeError', "the host's forged failed"] })
    expect(await ask('own')).toEqual({ error: ['UserError', 'not today'] })
  })

  test('one that never answers is given up, and told so by its signal', async () => {
    let signal: AbortSignal | undefined
    const { ask, events } = brokerOf({
      granted: {
        f: awaitable(
          (context: { signal: AbortSignal }) => new Promise(() => (signal = context.signal)),
        ),
      },
      rules: { f: { timeoutMs: 20 } },
    })
    expect(await ask('f')).toEqual({ error: ['TimeoutError', 'f: no answer after 20 ms'] })
    expect(signal?.aborted).toBe(true)
    expect(events[0]?.decision).toBe('timed out')
  })

  test('a value that cannot cross is the exception of that call alone', async () => {
    const { ask } = brokerOf({ granted: { f: () => () => 1, g: () => 2 } })
    expect(await ask('f')).toEqual({ error: ['TypeError', 'f: a function cannot cross'] })
    expect(await ask('g')).toEqual({ value: 2 })
  })
})

describe('counts', () => {
  test('a run asks no more than its limit, a name no more than its rule', async () => {
    let calls = 0
    const { ask } = brokerOf({
      granted: { f: () => ++calls, g: () => ++calls },
      rules: { f: { calls: 2 } },
      limits: { effects: 5 },
    })
    const told = []
    for (let i = 0; i < 4; i++) told.push(await ask('f'))
    expect(told.map((answer) => ('value' in answer ? answer.value : answer.error[0]))).toEqual([
      1,
      2,
      'PermissionError',
      'PermissionError',
    ])
    expect(await ask('g')).toEqual({ value: 3 })
    expect(await ask('g')).toEqual({
      error: ['RuntimeError', 'this run may ask its host 5 times (limits.effects)'],
    })
    expect(calls).toBe(3)
  })

  test('no more wait at once than the limit, and a number in use is refused', async () => {
    const { broker, ask } = brokerOf({
      granted: { f: awaitable(() => new Promise(() => {})) },
      limits: { pending: 2 },
    })
    const waiting = [ask('f', [], { id: 1 }), ask('f', [], { id: 2 })]
    expect(await ask('f', [], { id: 3 })).toEqual({
      error: ['RuntimeError', expect.stringContaining('limits.pending')],
    })
    broker.close()
    for (const each of await Promise.all(waiting))
      expect(each).toEqual({ error: ['TimeoutError', expect.any(String)] })
    expect(await ask('f', [], { id: 4 })).toEqual({ error: ['RuntimeError', 'the run is over'] })
  })
})

describe('approval', () => {
  test.each<[string, () => unknown, boolean]>([
    ['yes', () => true, true],
    ['a yes that comes later', async () => true, true],
    ['no', () => false, false],
    ['something else than true', () => 'yes', false],
    [
      'an approver that fails',
      () => {
        throw new Error('x')
      },
      false,
    ],
    ['an approver that rejects', () => Promise.reject(new Error('x')), false],
  ])('%s', async (_, approve, isDone) => {
    let done = false
    const { ask, events } = brokerOf({
      granted: {
        f: () => {
          done = true
        },
      },
      rules: { f: { approve: true } },
      approve,
    })
    const answer = await ask('f')
    expect(done).toBe(isDone)
    expect(events[0]?.decision).toBe(isDone ? 'approved' : 'denied')
    expect('error' in answer).toBe(!isDone)
  })

  test('nobody to ask puts it off, until it is answered: then it is done, or is not', async () => {
    let done = 0
    const { ask, broker, events } = brokerOf({
      granted: { f: () => ++done },
      rules: { f: { approve: true } },
    })
    for (const id of [1, 2, 3, 4]) expect(await ask('f'), String(id)).toEqual({ later: true })
    expect([done, events]).toEqual([0, []])
    expect(await broker.answer(1, { approved: true })).toMatchObject({ id: 1, value: 1 })
    expect(await broker.answer(2, { value: 'x' })).toMatchObject({ id: 2, value: 'x' })
    expect(await broker.answer(3, { denied: 'no' })).toMatchObject({
      error: ['PermissionError', 'f: no'],
    })
    expect(broker.hold().map(({ seq, question: { id } }) => [seq, id])).toEqual([[4, 4]])
    broker.close()
    expect(done).toBe(1)
    expect(events.map(({ seq, decision }) => [seq, decision])).toEqual([
      [1, 'approved'],
      [2, 'answered'],
      [3, 'denied'],
      [4, 'waiting'],
    ])
  })

  test('an approver that knows at once answers at once', () => {
    const { broker } = brokerOf({
      granted: { f: () => 5 },
      rules: { f: { approve: true } },
      approve: () => true,
    })
    const question = { id: 1, effect: 'call', target: 'f', args: [], kwargs: {}, at: undefined }
    expect(broker.ask(question, 1, 2)).toMatchObject({ value: 5 })
  })
})

describe('handlers that go wrong', () => {
  test('a proxy that throws when it is asked what it is, is an error as others are', async () => {
    const thrown = new Proxy(new Error('x'), {
      getPrototypeOf() {
        throw new Error('trap')
      },
    })
    const { ask } = brokerOf({
      granted: {
        f: () => {
          throw thrown
        },
        g: () => Promise.reject(thrown),
      },
    })
    for (const name of ['f', 'g'])
      expect(await ask(name)).toEqual({ error: ['RuntimeError', `the host's ${name} failed`] })
  })

  test('a thenable that resolves to one that never ends is timed out', async () => {
    const { ask, events } = brokerOf({
      granted: {
        f: () => ({
          then: (resolve: (value: unknown) => void) => resolve(new Promise(() => {})),
        }),
      },
      rules: { f: { timeoutMs: 20 } },
    })
    expect(await ask('f')).toEqual({ error: ['TimeoutError', 'f: no answer after 20 ms'] })
    expect(events.map(({ decision }) => decision)).toEqual(['timed out'])
  })

  test('nothing listens to a signal any more when its question has ended', async () => {
    let listening = 0
    const { ask } = brokerOf({
      granted: {
        f: awaitable(async ({ signal }: { signal: AbortSignal }) => {
          const [add, remove] = [signal.addEventListener, signal.removeEventListener]
          signal.addEventListener = (...args: Parameters<typeof add>) => {
            listening++
            add.apply(signal, args)
          }
          signal.removeEventListener = (...args: Parameters<typeof remove>) => {
            listening--
            remove.apply(signal, args)
          }
          return 1
        }),
      },
    })
    expect(await ask('f')).toEqual({ value: 1 })
    await new Promise(setImmediate)
    expect(listening).toBe(0)
  })

  test('one that is cancelled, or still at work at the end, has one event', async () => {
    const { broker, ask, events } = brokerOf({
      granted: { f: () => new Promise((resolve) => setTimeout(resolve, 5)) },
    })
    const answers = [ask('f'), ask('f'), ask('f')]
    broker.cancel(2)
    await Promise.all([answers[0], answers[2]])
    const last = ask('f')
    broker.close()
    broker.cancel(4)
    await Promise.all([...answers, last])
    expect(events.map(({ seq, decision, fuel }) => [seq, decision, fuel])).toEqual([
      [2, 'cancelled', 7],
      [1, 'allowed', 7],
      [3, 'allowed', 7],
      [4, 'cancelled', 7],
    ])
  })
})

describe('objects', () => {
  class Document {
    title = 'T'
    status = 'Draft'
    secret = 'S'
    saved = 0
    save() {
      return ++this.saved
    }
    destroy() {
      this.saved = -1
    }
  }

  test('show their listed names, and nothing of their class or of JavaScript', async () => {
    const object = new Document()
    const doc = capability(object, { methods: ['save'], read: ['title'], write: ['status'] })
    const { ask } = brokerOf({ granted: { doc } })
    expect(await ask('doc.save')).toEqual({ value: 1 })
    expect(await ask('doc.title', [], { effect: 'get' })).toEqual({ value: 'T' })
    expect(await ask('doc.status', ['Open'], { effect: 'set' })).toEqual({ value: null })
    expect(object.status).toBe('Open')
    const wrong: [string, string][] = [
      ['call', 'doc.destroy'],
      ['call', 'doc.constructor'],
      ['call', 'doc.toString'],
      ['call', 'doc.__proto__.x'],
      ['call', 'doc.save.call'],
      ['get', 'doc.secret'],
      ['get', 'doc.status'],
      ['get', 'doc.constructor'],
      ['get', 'doc.save'],
      ['set', 'doc.title'],
      ['set', 'doc.__proto__'],
      ['item', 'doc'],
    ]
    for (const [effect, target] of wrong)
      expect(await ask(target, ['x'], { effect }), target).toEqual({
        error: [expect.stringMatching(/^(Type|Permission)Error$/), expect.any(String)],
      })
    expect(object).toEqual(Object.assign(new Document(), { status: 'Open', saved: 1 }))
  })

  test('taken back, are of no use to anybody, from that moment on', async () => {
    const doc = capability(new Document(), { methods: ['save'] })
    const { ask } = brokerOf({ granted: { doc } })
    expect(await ask('doc.save')).toEqual({ value: 1 })
    doc.revoke()
    expect(await ask('doc.save')).toEqual({
      error: ['PermissionError', 'doc.save: access was taken back'],
    })
  })

  test('have items where the host says so: own properties, entries of a Map, places of a list', async () => {
    const map = new Map<unknown, unknown>([['a', 1]])
    const own = { a: 1 }
    const { ask } = brokerOf({
      granted: {
        map: capability(map, { items: true }),
        own: capability(own, { items: 'read' }),
        list: capability([10, 20], { items: 'read' }),
      },
    })
    const item = (target: string, ...args: unknown[]) => ask(target, args, { effect: 'item' })
    expect(await item('map', 'get', 'a')).toEqual({ value: 1 })
    expect(await item('map', 'set', 'b', 2)).toEqual({ value: null })
    expect([...map]).toEqual([
      ['a', 1],
      ['b', 2],
    ])
    expect(await item('map', 'keys')).toEqual({ value: ['a', 'b'] })
    expect(await item('own', 'get', 'a')).toEqual({ value: 1 })
    for (const key of ['toString', 'constructor', '__proto__', 'hasOwnProperty'])
      expect(await item('own', 'get', key)).toEqual({ error: ['KeyError', key] })
    expect(await item('own', 'set', 'a', 5)).toEqual({ error: ['TypeError', expect.any(String)] })
    expect(await item('list', 'get', -1)).toEqual({ value: 20 })
    expect(await item('list', 'get', 2)).toEqual({ error: ['IndexError', '2'] })
    expect(await item('list', 'get', 'length')).toEqual({
      error: ['TypeError', 'indices must be integers'],
    })
    expect(own).toEqual({ a: 1 })
  })

  test('answered by a call, are known by a token of this run, the same each time', async () => {
    const inner = capability(new Document(), { methods: ['save'] })
    const { ask, objects } = brokerOf({ granted: { open: () => 1 } })
    expect(await ask('object#1.save')).toEqual({ error: ['PermissionError', expect.any(String)] })
    const { token } = objects.tell(inner)
    expect(token).toMatch(/^object#[0-9a-f]{8}-1$/)
    expect(objects.tell(inner).token).toBe(token)
    expect(await ask(`${token}.save`)).toEqual({ value: 1 })
    expect(await ask('object#2.save')).toEqual({ error: ['PermissionError', expect.any(String)] })
  })
})

test.each<[string, () => unknown]>([
  ['capability: must be given an object', () => capability(1 as never, {})],
  ['capability: unknown option "method"', () => capability({}, { method: [] } as never)],
  [
    'capability: the object has no method "toString"',
    () => capability({}, { methods: ['toString'] }),
  ],
  [
    'capability: "constructor" leads out of the object',
    () => capability({}, { read: ['constructor'] }),
  ],
  [
    'capability: methods holds _x, which is no public name',
    () => capability({ _x() {} }, { methods: ['_x'] }),
  ],
  [
    'capability: "f" is either called or awaited, not both',
    () => capability({ f() {} }, { methods: ['f'], awaitable: ['f'] }),
  ],
  ['awaitable: must be given a function', () => awaitable(1 as never)],
])('%s', (message, make) => {
  expect(make).toThrow(message)
})
