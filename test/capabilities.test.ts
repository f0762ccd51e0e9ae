/** What a guest can ask its host: functions and objects, from the guest's side, the host's and an attacker's. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  awaitable,
  capability,
  createSandbox,
  GuestError,
  type EffectEvent,
  type Isolation,
  type Sandbox,
} from '../src/index.js'
import { returned, raised } from './support/outcomes.js'
import { sharedWorkers as of } from './support/shared-workers.js'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

class Document {
  title = 'T'
  status = 'Draft'
  secret = 'hunter2'
  save(): string {
    return `saved ${this.status}`
  }
  later(): Promise<number> {
    return sleep(5).then(() => 7)
  }
}

describe.each<Isolation>(['process', 'thread', 'inline'])('isolation %s', (isolation) => {
  let sandbox: Sandbox
  let events: EffectEvent[] = []
  let document: Document
  const calls: unknown[][] = []

  beforeAll(async () => {
    document = new Document()
    sandbox = await createSandbox(
      {
        modules: { asyncio: '*', functools: '*' },
        capabilities: { capped: { calls: 2 } },
        limits: { wallMs: 20_000, pending: 2_000 },
      },
      {
        ...of(isolation),
        capabilities: {
          echo: (...args: unknown[]) => {
            calls.push(args)
            return args
          },
          capped: () => 1,
          fails: () => {
            throw new Error('postgres://user:hunter2@db')
          },
          refuses: () => {
            throw new GuestError('ValueError', 'no such account')
          },
          sells: () => {
            throw Object.assign(new Error('not today'), { name: 'UserError' })
          },
          search: awaitable(async (query: string) => {
            await sleep(5)
            return `rows of ${query}`
          }),
          stands: awaitable(() => new Promise(() => {})),
          wait: isolation === 'inline' ? () => 1 : () => sleep(450).then(() => 1),
          waits: awaitable(() => sleep(450).then(() => 2)),
          doc: capability(document, {
            methods: ['save'],
            awaitable: ['later'],
            read: ['title'],
            write: ['status'],
          }),
          table: capability(new Map([['a', 1]]), { items: true }),
          open_doc: () =>
            capability({ name: 'inner', hi: () => 'hi' }, { methods: ['hi'], read: ['name'] }),
        },
        errors: { UserError: 'Exception' },
        onEffect: (event) => events.push(event),
      },
    )
  })
  afterAll(() => sandbox.close())

  const run = (source: string) => sandbox.run(source)

  test('a function is called with values by copy, and answers with a value', async () => {
    events = []
    const value = returned(
      await run(
        'rows = [1, {"a": 2.5}]\nvalue = echo(rows, key="x")\nrows.append(3)\n[value, rows]',
      ),
    )
    expect(value).toEqual([
      [[1, { a: 2.5 }], { key: 'x' }],
      [1, { a: 2.5 }, 3],
    ])
    expect(calls.at(-1)).toEqual([[1, { a: 2.5 }], { key: 'x' }])
    expect(
      events.map(({ kind, target, rule, decision, at }) => [
        kind,
        target,
        rule,
        decision,
        at?.line,
      ]),
    ).toEqual([['call', 'echo', 'capabilities.echo', 'allowed', 2]])
  })

  test('what it throws is an exception of the guest, without a word of the host’s', async () => {
    const caught = (call: string) =>
      run(`try:\n    ${call}\nexcept Exception as e:\n    r = type(e).__name__ + ': ' + str(e)\nr`)
    expect(returned(await caught('fails()'))).toBe("RuntimeError: the host's fails failed")
    expect(returned(await caught('refuses()'))).toBe('ValueError: no such account')
    expect(
      returned(await run('try:\n    sells()\nexcept UserError as e:\n    r = str(e)\nr')),
    ).toBe('not today')
    const outcome = await run('x = 1\nfails()')
    expect(raised(outcome)).toBe("RuntimeError: the host's fails failed")
    expect(JSON.stringify(outcome)).not.toContain('hunter2')
  })

  test('arguments that are no data are a TypeError at their line', async () => {
    expect(raised(await run('class C: pass\necho(C())'))).toMatch(/^TypeError: echo\(\): .*C/)
  })

  test('an awaited one is a coroutine function: await, tasks, gather, timeouts', async () => {
    expect(returned(await run('await search("x")'))).toBe('rows of x')
    const source = `
import asyncio
async def main():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(search(str(i))) for i in range(20)]
    try:
        async with asyncio.timeout(0.01):
            await stands()
    except TimeoutError:
        late = True
    return len({task.result() for task in tasks}), late, await asyncio.gather(search('a'), search('b'))
asyncio.run(main())`
    expect(returned(await run(source))).toEqual([20, true, ['rows of a', 'rows of b']])
  })

  const many = isolation === 'thread' ? 1_000 : 200
  test(`${many} in one gather`, async () => {
    const source = `import asyncio\nlen(await asyncio.gather(*[search(str(i)) for i in range(${many})]))`
    expect(returned(await run(source))).toBe(many)
  })

  test('waiting for the host is not the guest’s time', async () => {
    const limits = { wallMs: 300 }
    expect(returned(await sandbox.run('[wait(), await waits()]', { limits }))).toEqual([1, 2])
    const spun = await sandbox.run('await waits()\nwhile True: pass', { limits: { wallMs: 100 } })
    expect(spun.status === 'exhausted' && spun.limit).toBe('wallMs')
    expect(returned(await sandbox.run('1 + 1'))).toBe(2)
  })

  test('asyncio.to_thread waits for a plain function as others are waited for', async () => {
    expect(
      returned(
        await run(
          'import asyncio\nawait asyncio.gather(asyncio.to_thread(echo, 1), asyncio.to_thread(len, "ab"))',
        ),
      ),
    ).toEqual([[1], 2])
  })

  test('an object shows what is listed', async () => {
    expect(
      returned(
        await run('doc.status = "Open"\n[doc.title, doc.save(), await doc.later(), repr(doc)]'),
      ),
    ).toEqual(['T', 'saved Open', 7, '<doc of the host>'])
    for (const source of [
      'doc.secret',
      'doc.title = 1',
      'del doc.title',
      'doc.constructor',
      'doc["title"]',
      'doc.save.call',
    ])
      expect(raised(await run(source)), source).toMatch(/^(AttributeError|TypeError): /)
    expect(document).toEqual(Object.assign(new Document(), { status: 'Open' }))
    expect(
      returned(await run('table["b"] = 2\n[table["a"], "b" in table, len(table), sorted(table)]')),
    ).toEqual([1, true, 2, ['a', 'b']])
    expect(returned(await run('d = open_doc()\n[d.hi(), d.name]'))).toEqual(['hi', 'inner'])
  })

  test('caps hold for each run anew', async () => {
    const source =
      'n = 0\ntry:\n    while True:\n        n += capped()\nexcept PermissionError:\n    pass\nn'
    expect(returned(await run(source))).toBe(2)
    expect(returned(await run(source))).toBe(2)
  })

  test('a program that waits for nobody is told so', async () => {
    const source =
      'import asyncio\nasync def main():\n    await asyncio.Event().wait()\nasyncio.run(main())'
    expect(raised(await run(source))).toBe('RuntimeError: deadlock: every task waits for another')
  })

  test('a session keeps its functions, and awaits in the middle', async () => {
    if (isolation === 'inline') return expect(isolation).toBe('inline')
    const session = await sandbox.session()
    await session.run('async def f(x):\n    return await search(x)')
    expect(returned(await session.run('await f("y")'))).toBe('rows of y')
    expect(returned(await session.run('echo(1)'))).toEqual([1])
    await session.close()
  })
})

describe('attacks on those who wait', () => {
  const never = awaitable(() => new Promise(() => {}))
  const doc = capability({ title: 'P', owner: 'hunter2' }, { read: ['title'] })
  const events: EffectEvent[] = []
  let called = 0
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await createSandbox(
      { modules: 'standard', limits: { wallMs: 20_000, waitMs: 60_000 } },
      {
        ...of('thread'),
        capabilities: {
          never,
          now: () => 1,
          quick: awaitable(async () => 1),
          count: awaitable(async () => ++called),
          big: awaitable(async () => 'x'.repeat(3 << 20)),
          deep: awaitable(async () =>
            Array.from({ length: 990 }).reduce((held) => [held], 1 as unknown),
          ),
          doc,
          bag: capability({}, { items: true }),
          echo: (x: unknown) => x,
          echoes: awaitable(async (x: unknown) => x),
          same: () => doc.object,
          nested: () => ({ rows: [{ held: doc.object }] }),
          mapped: () => new Map([[doc.object, [doc.object]]]),
          find: (name: string) => capability({ name }, { read: ['name'] }),
        },
        onEffect: (event) => events.push(event),
      },
    )
  })
  afterAll(() => sandbox.close())

  test('a wait for nobody, on the stack, is a deadlock and not for ever', async () => {
    const source = `
import asyncio
async def main():
    task = asyncio.create_task(never())
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.Event().wait()
def go(): asyncio.run(main())
go()`
    expect(raised(await sandbox.run(source))).toBe(
      'RuntimeError: deadlock: every task waits for another',
    )
  })

  test('answers that are together more than one may be are answers all the same', async () => {
    const source =
      'import asyncio\nasync def main():\n    a, b, c = await asyncio.gather(big(), big(), deep())\n    return len(a) + len(b)\nasyncio.run(main())'
    expect(returned(await sandbox.run(source))).toBe(6 << 20)
  })

  test('an object that the guest gives back shows no more than before', async () => {
    for (const held of [
      'echo(doc)',
      'same()',
      "bag['d']",
      'echo([doc])[0]',
      "nested()['rows'][0]['held']",
      'list(mapped())[0]',
      'mapped()[doc][0]',
    ]) {
      const outcome = await sandbox.run(`bag['d'] = doc\nheld = ${held}\n[held.title, held.owner]`)
      expect(raised(outcome), held).toMatch(/^AttributeError: /)
      expect(JSON.stringify(outcome)).not.toContain('hunter2')
    }
  })

  test('timers of the guest’s own run, and are its own time', async () => {
    const slept = await sandbox.run('import asyncio\nawait asyncio.sleep(0.3)\n1')
    expect(returned(slept)).toBe(1)
    expect(slept.usage.wallMs).toBeGreaterThan(250)
    for (const source of ['await asyncio.sleep(3600)', 'while True: await asyncio.sleep(0.001)']) {
      const outcome = await sandbox.run(`import asyncio\n${source}`, { limits: { wallMs: 300 } })
      expect(outcome.status === 'exhausted' && outcome.limit, source).toBe('wallMs')
    }
  })

  test('an abort, and a closing sandbox, end a run that waits', async () => {
    const sandbox = await createSandbox(
      {},
      { isolation: 'thread', workers: 1, spares: 0, capabilities: { never } },
    )
    const stop = new AbortController()
    const aborted = sandbox.run('await never()', { signal: stop.signal })
    const closed = sandbox.run('await never()')
    setTimeout(() => stop.abort(), 100)
    expect((await aborted).status).toBe('cancelled')
    setTimeout(() => void sandbox.close(), 100)
    expect((await closed).status).toBe('cancelled')
  })

  test('as a result, an object of the host’s is its repr', async () => {
    expect(returned(await sandbox.run('[doc]'))).toEqual([
      expect.objectContaining({ type: 'HostObject', text: '<doc of the host>', opaque: true }),
    ])
  })

  test('what an earlier run of a session was given names nothing in a later one', async () => {
    const session = await sandbox.session()
    expect(returned(await session.run('o = find("a")\no.name'))).toBe('a')
    expect(raised(await session.run('p = find("b")\no.name'))).toMatch(/^PermissionError: /)
    await session.close()
  })

  test('an object that is gone, as an argument, is an error at its line', async () => {
    const session = await sandbox.session()
    returned(await session.run('o = find("a")\necho(o) == o'))
    for (const call of ['echo(o)', 'await echoes([o])'])
      expect(raised(await session.run(call))).toMatch(
        /^PermissionError: echo(es)?: an object that this run was never given$/,
      )
    await session.close()
  })

  test('200,000 calls at once end at a limit, and have called nobody', async () => {
    const source = 'import asyncio\nawait asyncio.gather(*[count(i) for i in range(200_000)])'
    const outcome = await sandbox.run(source, { limits: { wallMs: 500 } })
    expect(outcome.status === 'exhausted' && [outcome.limit, called]).toEqual(['wallMs', 0])
    expect(returned(await sandbox.run('await count(1)'))).toBe(1)
  }, 60_000)

  test('calls beyond those that may wait are refused where they are made', async () => {
    const source = `
import asyncio
async def main():
    tasks = [asyncio.ensure_future(never(i)) for i in range(2_000)]
    done, rest = await asyncio.wait(tasks, timeout=0.01)
    texts = {str(task.exception()) for task in done}
    for task in rest: task.cancel()
    return len(done), len(rest), texts
asyncio.run(main())`
    expect(returned(await sandbox.run(source))).toEqual([
      1_000,
      1_000,
      new Set(['1000 questions wait for their answers already (limits.pending)']),
    ])
  }, 60_000)

  test('the log says how much fuel a run had used when it asked', async () => {
    events.length = 0
    const outcome = await sandbox.run(
      'now()\nfor i in range(51_000): pass\nnow()\nawait quick()\nfor i in range(51_000): pass\nnow()',
    )
    const fuel = events.map((event) => event.fuel)
    expect([fuel[1]! - fuel[0]!, fuel[3]! - fuel[2]!]).toEqual([
      expect.closeTo(1_000, -2),
      expect.closeTo(1_000, -2),
    ])
    expect(outcome.usage.fuel).toBeGreaterThanOrEqual(fuel[3]!)
  })

  test('one that its host takes back is gone for everybody', async () => {
    doc.revoke()
    const caught = 'try:\n    echo(doc)\nexcept PermissionError as e:\n    r = str(e)\nr'
    expect(returned(await sandbox.run(caught))).toBe(
      'echo: an object to which access was taken back',
    )
  })

  test('what an object’s rule asks for, its methods are asked for too', async () => {
    const asked: string[] = []
    const sandbox = await createSandbox(
      { capabilities: { doc: { approve: true }, 'doc.save': { calls: 5 } } },
      {
        ...of('thread'),
        capabilities: { doc: capability({ save: () => 1 }, { methods: ['save'] }) },
        approve: ({ target }) => {
          asked.push(target)
          return false
        },
      },
    )
    expect(raised(await sandbox.run('doc.save()'))).toBe('PermissionError: doc.save: not approved')
    expect(asked).toEqual(['doc.save'])
    await sandbox.close()
  })
})

test('without capabilities nothing can be asked', async () => {
  const sandbox = await createSandbox({}, of('process'))
  expect(raised(await sandbox.run('echo(1)'))).toBe("NameError: name 'echo' is not defined")
  await sandbox.close()
})

test.each<[string, object]>([
  ['options.capabilities.x: must be a function', { capabilities: { x: 1 } }],
  ['options.capabilities: must be an object', { capabilities: [] }],
  ['options.errors.E: must be the name of the class', { errors: { E: 'BaseException' } }],
  ['options.onEffect: must be a function', { onEffect: 1 }],
])('%s', async (message, options) => {
  await expect(createSandbox({}, options as never)).rejects.toThrow(message)
})
