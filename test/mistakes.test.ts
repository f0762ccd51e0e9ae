/** The host's own mistakes: whatever it gets wrong of the API is a `PyrestrictError` that names it, never ignored, never a TypeError. */
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ArgumentError,
  audit,
  check,
  createChecker,
  createMapper,
  createSandbox,
  PolicyError,
  rewrite,
  ValueError,
  type Formula,
  type InlineFormula,
  type Sandbox,
} from '../src/index.js'

/** As a caller without types would write it. */
const any = (value: unknown): never => value as never

describe('check and rewrite', () => {
  test.each([
    ['null', null, 'options must be an object, not null'],
    ['a list', [], 'options must be an object, not a list'],
    ['a string', 'eval', 'options must be an object, not string'],
  ])('options that are %s', async (_, options, message) => {
    await expect(check('1', any(options))).rejects.toThrow(new ArgumentError(message))
    await expect(rewrite('1', any(options))).rejects.toThrow(new ArgumentError(message))
    const checker = await createChecker()
    expect(() => checker.check('1', any(options))).toThrow(new ArgumentError(message))
  })

  test('a policy that is null is no policy left out', async () => {
    await expect(check('1', any({ policy: null }))).rejects.toThrow(
      new PolicyError('policy: must be an object'),
    )
    await expect(createChecker(any(null))).rejects.toThrow(
      new PolicyError('policy: must be an object'),
    )
  })

  test('a mapper of what no rewriting made', () => {
    expect(() => createMapper(any(1), '', new Int32Array(0))).toThrow(
      new ArgumentError('source and code must be strings'),
    )
    for (const edits of [undefined, [], new Int32Array(3)]) {
      expect(() => createMapper('', '', any(edits))).toThrow(
        new ArgumentError('edits must be the Int32Array of a rewritten text'),
      )
    }
  })
})

describe('a sandbox', () => {
  let sandbox: Sandbox<'thread'>
  let formula: Formula

  beforeAll(async () => {
    const trusted = { engine: { source: 'def f(guest, *args):\n    return args', expose: [] } }
    sandbox = await createSandbox(
      { limits: { wallMs: 5_000 } },
      {
        isolation: 'thread',
        workers: 1,
        spares: 0,
        snapshotKey: new Uint8Array(32).fill(7),
        trusted,
      },
    )
    const made = await sandbox.formula('a + toString', ['a', 'toString'])
    if (made.status !== 'compiled') throw new Error(made.status)
    formula = made
  })
  afterAll(() => sandbox.close())

  const throws = async (act: () => unknown, error: Error) => {
    await expect((async () => act())()).rejects.toThrow(error)
  }

  test('trusted modules', async () => {
    const refused = (trusted: unknown, message: string) =>
      throws(() => createSandbox({}, { trusted: any(trusted) }), new ArgumentError(message))
    await refused(null, 'trusted: must be an object, not null')
    await refused([], 'trusted: must be an object, not a list')
    await refused({ a: null }, 'trusted.a: must be an object, not null')
    await refused(
      { a: { source: '', expose: [], exposes: [] } },
      'trusted.a.exposes: there is no such key; did you mean "expose"? (known: source, expose)',
    )
    await refused(
      { math: { source: '', expose: [] } },
      'trusted.math: Python has a module of that name',
    )
    await refused(
      { a: { source: 'x = 1', expose: { x: ['_key'] } } },
      'trusted.a.expose.x: "_key" is neither a public attribute name nor an operator (() [] []= del [] in for with await async for async with == < <= > >= + - * / // % ** @ << >> & | ^ -x +x ~x abs() bool() float() hash() int() len() repr() reversed() round() str())',
    )
    await refused(
      { a: { source: 'x = 1', expose: { x: [1] } } },
      'trusted.a.expose.x: 1 is neither a public attribute name nor an operator (() [] []= del [] in for with await async for async with == < <= > >= + - * / // % ** @ << >> & | ^ -x +x ~x abs() bool() float() hash() int() len() repr() reversed() round() str())',
    )
  })

  test('options of a run', async () => {
    await throws(
      () => sandbox.run('1', any([])),
      new ArgumentError('options: must be an object, not a list'),
    )
    await throws(
      () => sandbox.run('1', { inputs: any(null) }),
      new ArgumentError('inputs: must be an object of values by name'),
    )
    await throws(
      () => sandbox.run('1', any({ limits: null })),
      new PolicyError('policy.limits: must be an object'),
    )
    const program = await sandbox.compile('1')
    if (program.status !== 'compiled') throw new Error(program.status)
    await throws(
      () => program.run(any(null)),
      new ArgumentError('inputs: must be an object of values by name'),
    )
    await throws(
      () => program.run({}, any({ inputs: {} })),
      new ArgumentError(
        'options.inputs: there is no such option (known: files, result, asText, stdin, argv, env, signal, onOutput, limits, holdMs, record, replay)',
      ),
    )
  })

  test.each(['sourceBytes', 'depth', 'codeBytes', 'compileMs'] as const)(
    'a run cannot lower %s, which decides what is compiled',
    async (name) => {
      const error = new PolicyError(
        `policy.limits.${name}: bounds what is compiled, for all runs: it is the policy's alone`,
      )
      await throws(
        () => sandbox.run('1', { limits: { [name]: 1_024 - (name === 'depth' ? 1_000 : 0) } }),
        error,
      )
      await using session = await sandbox.session()
      await throws(
        () => session.run('1', { limits: { [name]: 1_024 - (name === 'depth' ? 1_000 : 0) } }),
        error,
      )
    },
  )

  test('starting and closing', async () => {
    await throws(
      () => sandbox.start('1', any(null)).outcome,
      new ArgumentError('options: must be an object, not null'),
    )
    await throws(
      () => sandbox.start('1', any({ signal: 3 })).outcome,
      new ArgumentError('options.signal: must be an AbortSignal'),
    )
    await throws(
      () => sandbox.close(any(null)),
      new ArgumentError('options: must be an object, not null'),
    )
    await throws(
      () => sandbox.close(any({ drained: true })),
      new ArgumentError(
        'options.drained: there is no such option; did you mean "drain"? (known: drain)',
      ),
    )
    await throws(
      () => sandbox.close(any({ drain: 'yes' })),
      new ArgumentError('options.drain: must be true or false'),
    )
    expect(await sandbox.run('1')).toMatchObject({ status: 'returned', value: 1 })
  })

  test('calls of trusted modules there are not', async () => {
    await using session = await sandbox.session()
    await throws(
      () => session.call('engin', 'f'),
      new ArgumentError('call: there is no trusted module "engin" (known: engine)'),
    )
    expect(await session.call('engine', 'f', [1])).toMatchObject({ status: 'returned', value: [1] })
  })

  test('rows and columns of a formula, in every isolation', async () => {
    await using inline = await createSandbox({}, { isolation: 'inline' })
    const direct = await inline.formula('a + toString', ['a', 'toString'])
    if (direct.status !== 'compiled') throw new Error(direct.status)
    for (const one of [formula, direct] as (Formula | InlineFormula)[]) {
      await throws(
        () => one.evaluate(any(undefined)),
        new ArgumentError('evaluate: a row must be an object of values by name'),
      )
      await throws(
        () => one.evaluate({ a: 1 }),
        new ArgumentError('evaluate: no value for toString'),
      )
      await throws(
        () => one.evaluate({ a: [1], toString: any([() => 1]) }),
        new ValueError('toString[0]: a function cannot cross into a guest'),
      )
      await throws(
        () => one.map(any(null)),
        new ArgumentError('map: columns must be an object of lists by name'),
      )
      await throws(
        () => one.map({ a: any([1, , 2]), toString: [1, 2, 3] }),
        new ValueError('map: the column a holds what is no number in row 1'),
      )
      expect(await one.evaluate({ a: 1, toString: 2 })).toBe(3)
      expect(await one.map({ a: [1], toString: [2] })).toEqual(Float64Array.of(3))
    }
  })

  test('what is made shows nothing of its inside: no key, no source of a trusted module', async () => {
    await using session = await sandbox.session()
    const shown = inspect([sandbox, session, formula], { depth: 10 })
    expect(shown).not.toMatch(/snapshotKey|def f|Pool/)
    expect(shown).toContain("source: 'a + toString'")
  })
})

describe('the audit', () => {
  test.each([
    [null, 'options: must be an object, not null'],
    [{ wall: 1 }, 'options.wall: there is no such option (known: wallMs, calls, plant)'],
    [{ calls: 'yes' }, 'options.calls: must be true or false'],
    [{ plant: 'bomb' }, 'options.plant: must be "frame" or "module"'],
  ])('%j', async (options, message) => {
    await expect(audit({}, any(options))).rejects.toThrow(new ArgumentError(message))
  })
})
