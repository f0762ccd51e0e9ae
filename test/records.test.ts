/** Records: data whose fields are attributes, for templates; and field names that somebody hostile chose. */
import { afterAll, describe, expect, test } from 'vitest'
import { createSandbox, record, type Isolation, type Value } from '../src/index.js'

const ISOLATIONS: readonly Isolation[] = ['process', 'thread', 'inline']

describe.each(ISOLATIONS)('%s', async (isolation) => {
  const sandbox = await createSandbox(
    { preset: 'script', dunders: 'guarded' },
    { isolation, spares: 0 },
  )
  afterAll(() => sandbox.close())

  async function value(source: string, user: Value): Promise<Value> {
    const formula = await sandbox.formula(source, ['user'])
    if (formula.status !== 'compiled') throw new Error(JSON.stringify(formula))
    return formula.evaluate({ user })
  }
  const USER = record({
    name: 'Ann',
    tags: [{ text: 'new' }, 7],
    address: new Map<Value, Value>([['city', 'Ulm']]),
    scores: new Map<Value, Value>([[1, { at: 'home' }]]),
    since: new Date(0),
    nothing: null,
  })

  test('fields are attributes at every depth, and items as well', async () => {
    expect(
      await value(
        '[user.name, user["name"], user.tags[0].text, user.address.city, user.scores[1].at, user.since.year, user.nothing]',
        USER,
      ),
    ).toEqual(['Ann', 'Ann', 'new', 'Ulm', 'home', 1970, null])
    expect(
      await value('[row.price * 2 for row in user]', record([{ price: 2 }, { price: 3 }])),
    ).toEqual([4, 6])
    expect(
      await value('getattr(user, "name", 0), hasattr(user, "age"), "name" in user', USER),
    ).toEqual(['Ann', false, true])
  })

  test('in a program, as an input beside plain data', async () => {
    const outcome = await sandbox.run('f"{user.name}{plain[0]}", user', {
      inputs: { user: USER, plain: [1] },
    })
    expect(outcome.status === 'returned' && outcome.value).toEqual([
      'Ann1',
      Object.assign(Object.create(null), {
        name: 'Ann',
        tags: [Object.assign(Object.create(null), { text: 'new' }), 7],
        address: Object.assign(Object.create(null), { city: 'Ulm' }),
        scores: new Map([[1, Object.assign(Object.create(null), { at: 'home' })]]),
        since: expect.objectContaining({ type: 'datetime' }),
        nothing: null,
      }),
    ])
  })

  test('a field that is not there, and writing', async () => {
    await expect(value('user.age', USER)).rejects.toThrow(
      "AttributeError: the record has no field 'age'",
    )
    const write = await sandbox.run('user.name = 1', { inputs: { user: USER } })
    expect(write.status === 'raised' && write.exception.type).toBe('AttributeError')
    const item = await sandbox.run('user["name"] = 1\nuser.name', { inputs: { user: USER } })
    expect(item.status === 'returned' && item.value).toBe(1)
  })

  test('no name of a field changes what an attribute is', async () => {
    const hostile = record({
      __class__: 'forged',
      __dict__: 'forged',
      __getattr__: 'forged',
      _private: 'read as an item',
      ʼ_private: 'forged',
      items: 'shadowed by the method',
      f_globals: 'forged',
      '': 'empty',
    })
    expect(await value('user.__class__.__name__', hostile)).toBe('record')
    expect(
      await value('user["_private"], user["items"], len(user.items()), user[""]', hostile),
    ).toEqual(['read as an item', 'shadowed by the method', 8, 'empty'])
    await expect(value('user._private', hostile)).rejects.toThrow("no field '_private'")
    await expect(value('getattr(user, "__dict__")', hostile)).rejects.toThrow('AttributeError')
    await expect(value('getattr(user, "f_glob" + "als")', hostile)).rejects.toThrow(
      'AttributeError',
    )
    await expect(value('type(user).__getattr__.__globals__', hostile)).rejects.toThrow()
    await expect(value('user.__getattr__', hostile)).rejects.toThrow()
  })

  test('what cannot cross is told by its path, and a key is none', async () => {
    await expect(value('user', record({ a: [() => 1] as unknown as Value }))).rejects.toThrow(
      'user',
    )
    const keys = new Map([[record({}), 1]]) as unknown as Value
    await expect(value('user', keys)).rejects.toThrow('cannot be a key')
  })
})

test('all of Python has them too, and so have trusted modules', async () => {
  await using sandbox = await createSandbox(
    { language: 'full' },
    {
      isolation: 'thread',
      workers: 1,
      spares: 0,
      trusted: { shop: { source: 'def city(scope, user): return user.address.city', expose: [] } },
    },
  )
  const outcome = await sandbox.run('user.name', { inputs: { user: record({ name: 'Ann' }) } })
  expect(outcome.status === 'returned' && outcome.value).toBe('Ann')
  await using session = await sandbox.session()
  const called = await session.call('shop', 'city', [record({ address: { city: 'Ulm' } })])
  expect(called.status === 'returned' && called.value).toBe('Ulm')
})
