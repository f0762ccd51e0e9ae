/** Modes: a program, one expression that can name what it is granted, and the body of a function. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { awaitable, createChecker, createSandbox, type Sandbox } from '../src/index.js'

const FEES = { fees: { source: 'def vat(x): return x * 2', expose: ['vat'] } }
let sandbox: Sandbox<'thread'>

beforeAll(async () => {
  sandbox = await createSandbox(
    { modules: { math: ['sqrt', 'pi'], 'collections.abc': '*' } },
    { isolation: 'thread', workers: 1, spares: 0, trusted: FEES },
  )
})
afterAll(() => sandbox.close())

describe('an expression names what it is granted', () => {
  test.each([
    ['math.sqrt(x)', 3],
    ['[math.sqrt(i) for i in [x]][0]', 3],
    ['(lambda y: y + math.sqrt(x))(1)', 4],
    ['vat(x)', 18],
    ['isinstance(x, collections.abc.Hashable)', true],
  ])('%s', async (source, value) => {
    const formula = await sandbox.formula(source, ['x'])
    if (formula.status !== 'compiled') throw new Error(JSON.stringify(formula))
    expect(await formula.evaluate({ x: 9 })).toEqual(value)
    const program = await sandbox.compile(source, { mode: 'eval', parameters: ['x'] })
    if (program.status !== 'compiled') throw new Error(JSON.stringify(program))
    expect(await program.run({ x: 9 })).toMatchObject({ status: 'returned', value })
    expect(await sandbox.run(source, { mode: 'eval', inputs: { x: 9 } })).toMatchObject({
      status: 'returned',
      value,
    })
  })

  test('and nothing else: neither an ungranted module nor an ungranted name', async () => {
    expect(await sandbox.formula('json.dumps(x)', ['x'])).toMatchObject({
      status: 'refused',
      diagnostics: [{ code: 'PR209' }],
    })
    expect(await sandbox.run('json', { mode: 'eval' })).toMatchObject({
      status: 'raised',
      exception: { type: 'NameError' },
    })
    expect(await sandbox.run('math.floor(1.5)', { mode: 'eval' })).toMatchObject({
      status: 'raised',
      exception: { type: 'AttributeError' },
    })
  })

  test('a parameter of a module’s name is the parameter', async () => {
    const formula = await sandbox.formula('math + 1', ['math'])
    if (formula.status !== 'compiled') throw new Error(JSON.stringify(formula))
    expect(await formula.evaluate({ math: 1 })).toBe(2)
  })

  test('a program imports', async () => {
    expect(await sandbox.run('math.pi')).toMatchObject({ exception: { type: 'NameError' } })
  })
})

describe('suggestions do not mislead', () => {
  test.each([
    ['eval', 'sin(x)', 'write `math.sin`'],
    ['exec', 'sin(x)', 'write `from math import sin` first'],
    ['exec', 'math.sin(x)', 'write `import math` first'],
    [
      'exec',
      'random.random()',
      'it is a module that the policy does not grant: `"modules": { "random": "*" }`',
    ],
    ['exec', 'randint(1, 2)', 'it is in the module `random`, which the policy does not grant'],
    ['eval', '_ + x', undefined],
    ['eval', 'hr(x)', undefined],
    ['eval', 'IF(x)', 'write `a if test else b`'],
    ['eval', 'x == null', 'write `None`'],
    ['eval', 'lenn(x)', 'did you mean `len`?'],
  ] as const)('%s: %s', async (mode, source, hint) => {
    const checker = await createChecker({ modules: { math: '*' } })
    const { diagnostics } = checker.check(source, { mode, names: ['x'] })
    expect(diagnostics.map((found) => [found.code, found.hint])).toEqual([['PR209', hint]])
  })

  test.each([
    ['exec', 'from collections import Mapping', 'PR302', 'it is in `collections.abc`'],
    [
      'exec',
      'import datetime\ndatetime.now()',
      'PR602',
      'it is of the class: `datetime.datetime.now`',
    ],
    ['exec', 'import time\ntime.clock()', 'PR602', 'use `time.perf_counter`'],
    [
      'eval',
      'import math',
      'PR102',
      'leave it out, and name the module where it is used: `math.sqrt(x)`',
    ],
    ['eval', 'while 1: pass', 'PR102', 'write a value: `a if test else b` chooses one'],
  ] as const)('%s: %s', async (mode, source, code, hint) => {
    const checker = await createChecker({ modules: 'standard' })
    const { diagnostics, warnings } = checker.check(source, { mode })
    expect([...diagnostics, ...warnings].map((found) => [found.code, found.hint])).toEqual([
      [code, hint],
    ])
  })
})

describe('the body of a function', () => {
  const run = (source: string, inputs = {}) => sandbox.run(source, { mode: 'function', inputs })

  test.each([
    ['if not items:\n    return []\nreturn items[0]', { items: [] }, []],
    ['if not items:\n    return []\nreturn items[0]', { items: [7] }, 7],
    ['x = x + 1\nreturn x', { x: 1 }, 2],
    ['"""About it."""\nfrom __future__ import annotations\nreturn 1', {}, 1],
    ['n = 0\ndef step():\n    nonlocal n\n    n += 1\nstep()\nreturn n', {}, 1],
    ['class A:\n    def __init__(self): self._x = 5\nreturn A()._x', {}, 5],
    ['# nothing', {}, null],
    ['def function(): return 3\nreturn function()', {}, 3],
    ['return vat(2)', {}, 4],
  ])('%s', async (source, inputs, value) => {
    expect(await run(source, inputs)).toMatchObject({ status: 'returned', value })
  })

  test('compiled with its parameters', async () => {
    const program = await sandbox.compile('return a - b', {
      mode: 'function',
      parameters: ['a', 'b'],
    })
    if (program.status !== 'compiled') throw new Error(JSON.stringify(program))
    expect(await program.run({ a: 3, b: 1 })).toMatchObject({ value: 2 })
    expect(await program.run({ a: 3 })).toMatchObject({
      exception: { type: 'NameError' },
    })
  })

  test('tracebacks have its lines, and no frame of nobody’s', async () => {
    const outcome = await run('x = 1\nreturn x / 0')
    if (outcome.status !== 'raised') throw new Error(outcome.status)
    expect(outcome.exception.traceback).toContain(
      '  File "<guest>", line 2, in function\n    return x / 0\n           ~~^~~\n',
    )
    expect(outcome.exception.traceback).not.toContain('<module>')
  })

  test.each(['restricted', 'full'] as const)('it awaits, its host too: %s', async (language) => {
    const price = awaitable(async (key: unknown) => ({ coffee: 4 })[String(key)] ?? 0)
    const policy = language === 'full' ? { language } : ({ modules: 'standard' } as const)
    const awaiting = await createSandbox(policy, {
      isolation: 'thread',
      workers: 1,
      spares: 0,
      capabilities: { price },
    })
    const source = `import asyncio
if not item:
    return 'nothing'
async def later(x):
    await asyncio.sleep(0)
    return x
async def each():
    yield 1
total = [await later(1), await price(item)]
async for x in each():
    total.append(x)
return total`
    const ended = async (item: string) =>
      await awaiting.run(source, { mode: 'function', inputs: { item } })
    expect(await ended('coffee')).toMatchObject({ status: 'returned', value: [1, 4, 1] })
    expect(await ended('')).toMatchObject({ status: 'returned', value: 'nothing' })
    const wrong = await awaiting.run('await price(item)\nreturn 1 / 0', {
      mode: 'function',
      inputs: { item: 'tea' },
    })
    if (wrong.status !== 'raised') throw new Error(wrong.status)
    expect(wrong.exception.traceback).toContain('  File "<guest>", line 2, in function\n')
    // What another function awaits makes none of this one.
    const quiet = 'async def f():\n    await g()\nreturn type(f).__name__'
    expect(await awaiting.run(quiet, { mode: 'function' })).toMatchObject({ value: 'function' })
    expect(await awaiting.run('f = lambda: await g()', { mode: 'function' })).toMatchObject({
      status: 'refused',
    })
    await awaiting.close()
  })

  test('in a session, too', async () => {
    const session = await sandbox.session()
    expect(await session.run('return x * 2', { mode: 'function', inputs: { x: 4 } })).toMatchObject(
      { value: 8 },
    )
    await session.close()
  })

  test('`return` stays refused elsewhere, and `yield` there', async () => {
    expect(await sandbox.run('return 1')).toMatchObject({ diagnostics: [{ code: 'PR131' }] })
    expect(await run('class A:\n    return 1')).toMatchObject({ diagnostics: [{ code: 'PR131' }] })
    expect(await run('yield 1')).toMatchObject({ diagnostics: [{ code: 'PR131' }] })
  })

  test('a parameter that is no name is the host’s mistake', async () => {
    await expect(
      sandbox.run('return 1', { mode: 'function', parameters: ['a=1'] }),
    ).rejects.toThrow('parameters: "a=1" is not a Python name')
  })
})
