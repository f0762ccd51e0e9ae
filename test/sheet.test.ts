/** Formulas by the thousand, and sheets of them: values and errors cell by cell, in every isolation, whatever one of them does. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ArgumentError, ClosedError, createPool, createSandbox, ValueError } from '../src/index.js'
import type {
  Cell,
  FormulaOf,
  Isolation,
  Row,
  Sandbox,
  SandboxOptions,
  Value,
} from '../src/index.js'

const ISOLATIONS = ['process', 'thread', 'inline'] as const

// Evaluations are spread over as many workers as there are: over two.
const pools = {
  process: createPool({ workers: 2 }),
  thread: createPool({ isolation: 'thread', workers: 2 }),
}
afterAll(() => Promise.all([pools.process.close(), pools.thread.close()]))
const of = (isolation: Isolation): SandboxOptions =>
  isolation === 'inline' ? { isolation } : { pool: pools[isolation] }

async function compiled<I extends Isolation>(
  sandbox: Sandbox<I>,
  sources: readonly string[],
): Promise<FormulaOf<I>[]> {
  const formulas = await sandbox.formulas(sources)
  return formulas.map((formula) => {
    if (formula.status !== 'compiled') throw new Error(JSON.stringify(formula))
    return formula as FormulaOf<I>
  })
}

const value = (of: unknown): Cell => ({ value: of }) as Cell
const raised = (type: string, message: string): Cell => ({
  error: { status: 'raised', type, message },
})

describe.each(ISOLATIONS)('a sheet, isolation %s', (isolation) => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await createSandbox({ preset: 'formula', limits: { wallMs: 500 } }, of(isolation))
  })
  afterAll(() => sandbox.close())

  test('has numbers and texts, and an error for each cell that has no value', async () => {
    const formulas = await compiled(sandbox, ['a / b', 'str(a) + name', 'math.sqrt(a)'])
    expect(formulas.map(({ parameters }) => parameters)).toEqual([['a', 'b'], ['a', 'name'], ['a']])
    const rows: Row[] = [
      { a: 1, b: 2, name: 'x' },
      { a: 3, b: 0, name: 'é' },
      { a: -4, b: 1, name: null },
    ]
    expect(await sandbox.sheet(formulas, rows)).toEqual([
      [value(0.5), raised('ZeroDivisionError', 'ZeroDivisionError: division by zero'), value(-4)],
      [
        value('1x'),
        value('3é'),
        raised('TypeError', 'TypeError: can only concatenate str (not "NoneType") to str'),
      ],
      [
        value(1),
        value(Math.sqrt(3)),
        raised('ValueError', 'ValueError: expected a nonnegative input, got -4.0'),
      ],
    ])
  })

  test('loses one cell to an endless one and one to what no tick ends, not the others', async () => {
    const formulas = await compiled(sandbox, [
      'n + 1 if n != 7 and n != 17 else sum(range(10 ** 12)) if n > 7 else sum(0 for y in iter(int, 1))',
    ])
    // One worker asks for so many in pairs before each is alone, where one of them loops.
    const rows = Array.from({ length: 60 }, (_, n) => ({ n }))
    const [cells] = await sandbox.sheet(formulas, rows)
    expect(cells!.filter((cell, n) => 'value' in cell && cell.value === n + 1)).toHaveLength(58)
    for (const n of [7, 17])
      expect(cells![n]).toMatchObject({ error: { status: 'exhausted', limit: 'wallMs' } })
  })

  test('is the same whatever is evaluated beside it', async () => {
    const formulas = await compiled(sandbox, ['x * 3', '10 // x', 'str(x)[::-1]'])
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 30 }),
        async (xs) => {
          const sheet = await sandbox.sheet(
            formulas,
            xs.map((x) => ({ x })),
          )
          expect(sheet).toEqual([
            xs.map((x) => value(x * 3)),
            xs.map((x) =>
              x === 0
                ? raised('ZeroDivisionError', 'ZeroDivisionError: division by zero')
                : value(Math.floor(10 / x) + 0),
            ),
            xs.map((x) => value([...String(x)].reverse().join(''))),
          ])
        },
      ),
      { numRuns: isolation === 'thread' ? 20 : 5 },
    )
  })

  test('names the row that the host got wrong, and evaluates nothing', async () => {
    const [sum] = await compiled(sandbox, ['a + b'])
    await expect(sandbox.sheet([sum!], [{ a: 1, b: 2 }, { a: 1 }])).rejects.toThrow(
      new ArgumentError('rows[1]: no value for b'),
    )
    const cannot = (() => 1) as never
    await expect(sandbox.sheet([sum!], [{ a: 1, b: cannot }])).rejects.toThrow(ValueError)
    await expect(sandbox.sheet([sum!], [{ a: 1, b: cannot }])).rejects.toThrow(/^rows\[0\]\.b/)
    await expect(sandbox.sheet([{} as never], [])).rejects.toThrow(
      new ArgumentError('formulas[0]: is no formula of this sandbox'),
    )
    await expect(sandbox.sheet([sum!], {} as never)).rejects.toThrow(
      new ArgumentError('rows: must be a list of objects'),
    )
    await expect(sandbox.sheet([sum!], [], { signals: 1 } as never)).rejects.toThrow(ArgumentError)
  })

  test('that is cancelled leaves the rest without a value', async () => {
    const [slow] = await compiled(sandbox, ['sum(range(100_000)) + n'])
    expect(await sandbox.sheet([slow!], [{ n: 0 }])).toEqual([[value(4_999_950_000)]])
    const cancel = new AbortController()
    setTimeout(() => cancel.abort(), 250)
    const rows = Array.from({ length: 5_000 }, (_, n) => ({ n }))
    const [cells] = await sandbox.sheet([slow!], rows, { signal: cancel.signal })
    expect(cells![0]).toEqual(value(4_999_950_000))
    expect(cells!.at(-1)).toEqual({
      error: { status: 'cancelled', message: 'it was cancelled' },
    })
    expect(await sandbox.sheet([slow!], [{ n: 1 }])).toEqual([[value(4_999_950_001)]])
  })
})

describe('many formulas', () => {
  test('are compiled at once, refused one by one, and told their parameters', async () => {
    const sandbox = await createSandbox({ preset: 'formula' }, of('thread'))
    const sources = Array.from({ length: 300 }, (_, n) => `price * qty + ${n}`)
    const formulas = await sandbox.formulas([
      ...sources,
      'x.__class__',
      '1 +',
      { source: 'b - a', parameters: ['a', 'b'] },
      { source: 'c', parameters: ['a'], filename: 'Sheet1!A1' },
    ])
    expect(formulas.map(({ status }) => status)).toEqual([
      ...sources.map(() => 'compiled'),
      'refused',
      'refused',
      'compiled',
      'refused',
    ])
    expect(formulas[299]).toMatchObject({ parameters: ['price', 'qty'] })
    expect(formulas[302]).toMatchObject({ parameters: ['a', 'b'] })
    expect(formulas[300]).toMatchObject({ diagnostics: [{ code: 'PR203' }] })
    expect(formulas[303]).toMatchObject({ diagnostics: [{ code: 'PR209' }] })
    await expect(sandbox.formulas('x' as never)).rejects.toThrow(
      new ArgumentError('formulas: must be a list of sources'),
    )
    await expect(sandbox.formulas([{ source: 'x', names: [] } as never])).rejects.toThrow(
      new ArgumentError(
        'formulas[0]: there is no key "names", only source, parameters, filename, firstLine',
      ),
    )
    await sandbox.close()
    await expect(sandbox.formulas(['x'])).rejects.toThrow(ClosedError)
  })

  test('are compiled beside one that takes all the time there is', async () => {
    const sandbox = await createSandbox({ limits: { compileMs: 300 } }, of('thread'))
    // A quarter of a million names, each with its place in the tree.
    const slow = '[' + 'x, '.repeat(250_000) + ']'
    const formulas = await sandbox.formulas(['a + 1', slow, 'a + 2'])
    expect(formulas.map(({ status }) => status)).toEqual(['compiled', 'refused', 'compiled'])
    await sandbox.close()
  })
})

describe('evaluations that are asked for together', () => {
  test('are all answered, each by its own value or error', async () => {
    for (const isolation of ['process', 'thread'] as const) {
      const sandbox = await createSandbox(
        { preset: 'formula', limits: { wallMs: 300 } },
        of(isolation),
      )
      const [half, hangs] = await compiled(sandbox, ['10 / n', 'sum(0 for y in iter(int, 1))'])
      const [answers, hung] = await Promise.all([
        Promise.allSettled(Array.from({ length: 300 }, (_, n) => half!.evaluate({ n }))),
        Promise.allSettled([hangs!.evaluate({})]),
      ])
      expect(answers.slice(1)).toEqual(
        Array.from({ length: 299 }, (_, n) => ({ status: 'fulfilled', value: 10 / (n + 1) })),
      )
      expect(answers[0]).toMatchObject({
        status: 'rejected',
        reason: {
          name: 'EvaluationError',
          outcome: {
            status: 'raised',
            exception: {
              traceback:
                'Traceback (most recent call last):\n  File "<formula>", line 1, in <lambda>\n    10 / n\n    ~~~^~~\nZeroDivisionError: division by zero\n',
            },
          },
        },
      })
      expect(hung[0]).toMatchObject({ reason: { outcome: { limit: 'wallMs' } } })
      await sandbox.close()
    }
  })

  test('share a guest that a run never sees, and that is pristine after one', async () => {
    const sandbox = await createSandbox(
      { preset: 'formula' },
      { isolation: 'thread', workers: 1, spares: 0 },
    )
    // The names that a pattern is compiled under are kept by the library, in the guest's memory.
    const [mark, count] = await compiled(sandbox, [
      'random.seed(7) or random.random()',
      'random.random()',
    ])
    const first = await mark!.evaluate({})
    const next = await count!.evaluate({})
    await mark!.evaluate({})
    // The guest was kept: its generator goes on where the formula before left it.
    expect(await count!.evaluate({})).toBe(next)
    await mark!.evaluate({})
    expect(await sandbox.run('import random\nrandom.random()')).not.toMatchObject({ value: next })
    const after = await count!.evaluate({})
    expect([first, next]).not.toContain(after)
    await sandbox.close()
  })

  test('find no file of another where the policy has files', async () => {
    const sandbox = await createSandbox(
      { preset: 'agent', filesystem: { '/': { memory: 100_000 } } },
      of('thread'),
    )
    const [add] = await compiled(sandbox, ['[open("/a", "a").write(t), open("/a").read()]'])
    expect(await sandbox.sheet([add!], [{ t: 'x' }, { t: 'y' }])).toEqual([
      [value([1, 'x']), value([1, 'y'])],
    ])
    await sandbox.close()
  })

  test('are each carried out once where a trusted module would notice', async () => {
    const sandbox = await createSandbox(
      { limits: { wallMs: 300 } },
      {
        ...of('thread'),
        trusted: {
          ledger: {
            source: 'calls = []\ndef note(n):\n    calls.append(n)\n    return len(calls)',
            expose: ['note'],
          },
        },
      },
    )
    const [note] = await compiled(sandbox, ['note(n) if n < 3 else sum(0 for y in iter(int, 1))'])
    const [cells] = await sandbox.sheet(
      [note!],
      [0, 1, 2, 3].map((n) => ({ n })),
    )
    // Each in a pristine guest with a pristine trusted module: nothing was called twice in any of them.
    expect(cells).toMatchObject([value(1), value(1), value(1), { error: { limit: 'wallMs' } }])
    await sandbox.close()
  })

  describe.each(['thread', 'inline'] as const)('isolation %s', (isolation) => {
    test('lose one cell to one that ends the guest, and to one that is too large', async () => {
      const limits = { resultBytes: 10_000, memoryMb: 64 }
      const small = await createSandbox({ limits }, of(isolation))
      const [text, exits] = await compiled(small, ['"x" * n', 'exit(n) if n == 2 else n'])
      const rows = [1, 2, 20_000].map((n) => ({ n }))
      expect(await small.sheet([text!, exits!], rows)).toMatchObject([
        [value('x'), value('xx'), { error: { status: 'exhausted', limit: 'resultBytes' } }],
        [
          value(1),
          { error: { status: 'exited', message: 'it exited with code 2' } },
          value(20_000),
        ],
      ])
      await small.close()
    })

    test('go together beside those that name a grant, and ask the host once each', async () => {
      const asked: unknown[] = []
      const sandbox = await createSandbox(
        { preset: 'agent', capabilities: { rate: {} }, modules: 'standard' },
        {
          ...of(isolation),
          capabilities: {
            rate: (n: Value) => {
              asked.push(n)
              return (n as number) * 10
            },
          },
        },
      )
      const sources = [
        'n + 1',
        'rate(n)',
        'globals()["ra" + "te"](n)',
        // What nobody sees in the text: it is asked again, by itself.
        '[f for f in [getattr(sys.modules["__main__"], "ra" + "te")]][0](n)',
      ]
      const formulas = await compiled(sandbox, sources)
      const rows = [1, 2, 3].map((n) => ({ n }))
      const tens = [value(10), value(20), value(30)]
      expect(await sandbox.sheet(formulas, rows)).toEqual([
        [value(2), value(3), value(4)],
        tens,
        tens,
        tens,
      ])
      expect(asked.sort()).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3])
      await sandbox.close()
    })
  })
})
