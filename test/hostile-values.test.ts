/** Host functions that go wrong in any way: each is one exception of the guest's, with nothing of the host in it, and its worker lives. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  awaitable,
  createSandbox,
  type EffectEvent,
  type Isolation,
  type Sandbox,
} from '../src/index.js'
import { returned } from './support/outcomes.js'

const SECRET = 'hunter2'

const revoked = <T extends object>(target: T): T => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}
/** Throws whatever is asked of it. */
const untouchable = (target: object = {}): object =>
  new Proxy(
    target,
    Object.fromEntries(
      Object.getOwnPropertyNames(Reflect).map((trap) => [
        trap,
        () => {
          throw new Error(SECRET)
        },
      ]),
    ),
  )
const cycle = (): unknown => {
  const list: unknown[] = []
  list.push({ list })
  return list
}
const deep = (levels: number): unknown => {
  let value: unknown = 1
  for (let i = 0; i < levels; i++) value = [value]
  return value
}
class Account {
  owner = SECRET
}

/** What a function does, and what the guest is told. */
const HOSTS: Readonly<Record<string, readonly [() => unknown, RegExp]>> = {
  throws: [
    () => {
      throw new Error(SECRET)
    },
    /^RuntimeError: the host's throws failed$/,
  ],
  throws_nothing: [
    () => {
      throw undefined
    },
    /^RuntimeError: the host's throws_nothing failed$/,
  ],
  throws_a_proxy: [
    () => {
      throw untouchable(new Error(SECRET))
    },
    /^RuntimeError: the host's throws_a_proxy failed$/,
  ],
  throws_a_revoked: [
    () => {
      throw revoked(new Error(SECRET))
    },
    /^RuntimeError: the host's throws_a_revoked failed$/,
  ],
  throws_a_getter: [
    () => {
      throw Object.defineProperty(new Error(SECRET), 'name', {
        get() {
          throw new Error(SECRET)
        },
      })
    },
    /^RuntimeError: the host's throws_a_getter failed$/,
  ],
  hangs: [() => new Promise(() => {}), /^TimeoutError: hangs: no answer after 100 ms$/],
  gives_a_function: [
    () => () => SECRET,
    /^TypeError: gives_a_function: value: a function cannot cross into a guest$/,
  ],
  gives_a_symbol: [
    () => Symbol(SECRET),
    /^TypeError: gives_a_symbol: value: a symbol cannot cross into a guest$/,
  ],
  gives_a_class: [
    () => Account,
    /^TypeError: gives_a_class: value: a function cannot cross into a guest$/,
  ],
  gives_an_instance: [
    () => ({ a: [new Account()] }),
    /^TypeError: gives_an_instance: value\.a\[0\]: an instance of Account cannot cross into a guest$/,
  ],
  gives_a_proxy: [
    () => untouchable(),
    /^(RuntimeError: the host's gives_a_proxy failed|TypeError: gives_a_proxy: the answer cannot be read)$/,
  ],
  holds_a_proxy: [() => [untouchable()], /^TypeError: holds_a_proxy: the answer cannot be read$/],
  holds_a_revoked: [() => [revoked({})], /^TypeError: holds_a_revoked: the answer cannot be read$/],
  holds_a_getter: [
    () => ({
      get a() {
        throw new Error(SECRET)
      },
    }),
    /^TypeError: holds_a_getter: the answer cannot be read$/,
  ],
  holds_a_cycle: [cycle, /^TypeError: holds_a_cycle: value\[0\]\.list: the value contains itself$/],
  nests: [() => deep(5_000), /^TypeError: nests: value\[0\].*nested deeper than 1000$/],
  is_large: [
    () => 'x'.repeat(200_000),
    /^TypeError: is_large: the value is larger than 100000 bytes$/,
  ],
  has_a_then_that_throws: [
    () => ({
      get then() {
        throw new Error(SECRET)
      },
    }),
    /^RuntimeError: the host's has_a_then_that_throws failed$/,
  ],
  is_thenable_that_throws: [
    () => ({
      then() {
        throw new Error(SECRET)
      },
    }),
    /^RuntimeError: the host's is_thenable_that_throws failed$/,
  ],
  is_thenable_that_hangs: [
    () => ({ then() {} }),
    /^TimeoutError: is_thenable_that_hangs: no answer after 100 ms$/,
  ],
  is_thenable_of_one_that_hangs: [
    () => ({ then: (resolve: (value: unknown) => void) => resolve({ then() {} }) }),
    /^TimeoutError: is_thenable_of_one_that_hangs: no answer after 100 ms$/,
  ],
  is_thenable_without_end: [
    () => {
      const again = { then: (resolve: (value: unknown) => void) => setTimeout(resolve, 1, again) }
      return again
    },
    /^TimeoutError: is_thenable_without_end: no answer after 100 ms$/,
  ],
  rejects_twice_and_resolves: [
    () => ({
      then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => {
        reject(new Error(SECRET))
        reject(new Error(SECRET))
        resolve(1)
      },
    }),
    /^RuntimeError: the host's rejects_twice_and_resolves failed$/,
  ],
}

describe.each<Isolation>(['process', 'thread', 'inline'])('isolation %s', (isolation) => {
  let sandbox: Sandbox
  let events: EffectEvent[] = []
  beforeAll(async () => {
    const functions = Object.fromEntries(
      Object.entries(HOSTS).map(([name, [host]]) => [
        name,
        isolation === 'inline' ? awaitable(host) : host,
      ]),
    )

    sandbox = await createSandbox(
      { modules: 'standard', limits: { waitMs: 100, effectBytes: 100_000, wallMs: 10_000 } },
      {
        isolation,
        spares: 0,
        capabilities: { ...functions, fine: () => 'fine' },
        onEffect: (event) => events.push(event),
      },
    )
  })
  afterAll(() => sandbox.close())

  test.each(Object.entries(HOSTS))('%s', async (name, [, told]) => {
    events = []
    const call = isolation === 'inline' ? `await ${name}()` : `${name}()`
    const kind = 'repr(error).partition("(")[0]'
    const source = `try:\n    ${call}\nexcept Exception as error:\n    told = ${kind} + ': ' + str(error)\n[told, fine()]`
    const [seen, fine] = returned(await sandbox.run(source)) as string[]
    expect(seen).toMatch(told)
    expect(seen).not.toContain(SECRET)
    // The same worker goes on.
    expect(fine).toBe('fine')
    expect(events.map(({ target, decision }) => [target, decision])).toEqual([
      [name, told.source.startsWith('^Timeout') ? 'timed out' : 'failed'],
      ['fine', 'allowed'],
    ])
  })
})

test('a log that throws, rejects, or is slow is nobody’s concern', async () => {
  let told = 0
  const sandbox = await createSandbox(
    {},
    {
      isolation: 'thread',
      spares: 0,
      capabilities: { f: () => 1 },
      onEffect: () => {
        told++
        if (told === 1) throw new Error('log')
        return Promise.reject(new Error('log')) as unknown as void
      },
    },
  )
  expect(returned(await sandbox.run('[f(), f(), f()]'))).toEqual([1, 1, 1])
  expect(told).toBe(3)
  await sandbox.close()
})
