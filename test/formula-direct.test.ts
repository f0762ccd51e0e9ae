/** Prepared functions: the same values as by a request, whatever they return or raise, and no stale or unchecked pointer. */
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { decodeValue, PyValue, type Value } from '../src/trusted/channel/values.js'
import { WireError } from '../src/trusted/channel/wire.js'
import { PreparedFunction } from '../src/sandbox/direct-call.js'
import { PreparedRoom } from '../src/sandbox/formula-guest.js'
import { createSandbox, type InlineFormula } from '../src/index.js'
import { InlineWorker } from '../src/platform/node/inline.js'
import { Killed } from '../src/trusted/wall/killed.js'
import { codePoint } from './support/code-points.js'
import { ask, type Answer } from './support/images.js'
import { COMMON, shipped, ShippedGuest } from './support/shipped.js'

let python: ShippedGuest
beforeAll(() => {
  python = new ShippedGuest(shipped(), { stackBytes: 984 << 10 })
})
beforeEach(() => {
  python.guest.reset()
})

function prepare(
  source: string,
  parameters: readonly string[],
  common: Record<string, Value> = {},
): PreparedFunction {
  const code = python.compile(source, 'eval', parameters)
  const answer = ask(python.guest, { op: 'prepare', code, ...COMMON, ...common })
  return new PreparedFunction(python.guest, answer.value, parameters.length)
}

/** The value, whichever way it came. */
function value(prepared: PreparedFunction, args: readonly Value[]): Value {
  const result = prepared.call(args, {})
  if ('value' in result) return result.value
  const answer = decodeValue(result.response) as Answer
  if (answer.status !== 'returned') throw new Error(JSON.stringify(answer))
  return answer.value
}
const raised = (prepared: PreparedFunction, args: readonly Value[]): Record<string, Value> => {
  const result = prepared.call(args, {})
  expect('response' in result).toBe(true)
  const answer = decodeValue((result as { response: Uint8Array }).response) as Answer
  expect(answer.status).toBe('raised')
  return answer.exception as Record<string, Value>
}

describe('a direct call', () => {
  test('gives back every simple value as it is', () => {
    const identity = prepare('x', ['x'])
    const simple = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      fc.string(),
      fc.string({ unit: codePoint, maxLength: 3000 }),
      fc.string({ unit: fc.nat(0xffff).map((n) => String.fromCharCode(n)) }),
    )
    fc.assert(
      fc.property(simple, (x) => {
        expect(value(identity, [x])).toBe(x)
      }),
      { numRuns: 1000 },
    )
  })

  test('and every other one, as wire bytes', () => {
    const identity = prepare('x', ['x'])
    for (const x of [
      [1, [2]],
      Uint8Array.of(1),
      2n ** 70n,
      new PyValue('Decimal', '1.5'),
      'y'.repeat(5000),
      new Set([1]),
      Array(20).fill(0.5),
    ] as Value[]) {
      expect(value(identity, [x])).toEqual(x)
    }
    expect(value(prepare('10 ** 400', []), [])).toBe(10n ** 400n)
    expect(value(prepare('-1', []), [])).toBe(-1)
    expect(value(prepare('2 ** 53', []), [])).toBe(2n ** 53n)
    expect(value(prepare('True', []), [])).toBe(true)
  })

  test('hands over exact types', () => {
    const kinds = prepare(
      '[type(a).__name__, type(b).__name__, type(c).__name__, type(d).__name__, type(e).__name__, b]',
      ['a', 'b', 'c', 'd', 'e'],
    )
    expect(value(kinds, [1, -0, 2 ** 40, true, undefined])).toEqual([
      'int',
      'float',
      'int',
      'bool',
      'NoneType',
      -0,
    ])
  })

  test('tells an exception with its place, and goes on', () => {
    const inverse = prepare('1 / x', ['x'])
    for (let i = 0; i < 3; i++) {
      expect(raised(inverse, [0])).toMatchObject({
        type: 'ZeroDivisionError',
        message: 'division by zero',
      })
      expect((raised(inverse, [0]).frames as Value[])[0]).toMatchObject({
        file: 'guest.py',
        line: 1,
        column: 0,
        endColumn: 5,
      })
      expect(value(inverse, [4])).toBe(0.25)
    }
    expect(raised(inverse, ['text']).type).toBe('TypeError')
    expect(raised(prepare('(lambda f: f(f))(lambda f: f(f))', []), []).type).toBe('RecursionError')
  })

  test('reads no value of a class by asking it', () => {
    const code = python.compile(
      'class F(float):\n    def __float__(self): return 1 / 0\nclass S(str):\n    def __str__(self): return 1 / 0\nclass I(int):\n    def __int__(self): return 1 / 0\nNone',
    )
    const expression = python.compile('[F(1.5), S("s"), I(7)][n]', 'eval', ['n'], ['F', 'S', 'I'])
    python.perform(code)
    const answer = ask(python.guest, { op: 'prepare', code: expression, ...COMMON })
    const pick = new PreparedFunction(python.guest, answer.value, 1)
    expect([0, 1, 2].map((n) => value(pick, [n]))).toEqual([1.5, 's', 7])
  })

  test('refuses what cannot cross, before the guest is entered', () => {
    const identity = prepare('x', ['x'])
    expect(() => identity.call([(() => 1) as unknown as Value], {})).toThrow(WireError)
    expect(identity.valid).toBe(true)
    expect(() => identity.call([], {})).toThrow(TypeError)
  })

  test('answers what is no data, or is too large, as a run does', () => {
    const opaque = prepare('range(x)', ['x']).call([3], {}) as { response: Uint8Array }
    expect((decodeValue(opaque.response) as Answer).value).toEqual(
      new PyValue('range', 'range(0, 3)', true),
    )
    const long = prepare('"x" * n', ['n'])
    const result = long.call([2_000_000], {}) as { response: Uint8Array }
    expect(decodeValue(result.response)).toEqual(
      Object.assign(Object.create(null), { status: 'exhausted', limit: 'resultBytes' }),
    )
  })

  test('is bounded by fuel, time and memory', () => {
    const loop = prepare('sum(i for i in range(10 ** 9))', [])
    expect(() => loop.call([], { fuel: 100 })).toThrow(new Killed('fuel'))
    expect(loop.valid).toBe(false)
    expect(() => loop.call([], {})).toThrow('prepare again')
    python.guest.reset()
    const again = prepare('sum(i for i in range(10 ** 9))', [])
    expect(() => again.call([], { deadline: performance.now() + 100 })).toThrow(new Killed('wall'))
    python.guest.reset()
    const large = prepare('len("x" * n)', ['n'])
    const result = large.call([10 ** 9], { memoryBytes: 64 << 20 }) as { response: Uint8Array }
    expect((decodeValue(result.response) as Answer).status).toMatch(/raised|exhausted/)
  })

  test('is of no use after a reset', () => {
    const identity = prepare('x', ['x'])
    python.guest.reset()
    expect(identity.valid).toBe(false)
    expect(() => identity.call([1], {})).toThrow(TypeError)
  })

  test('of an earlier function stays good when others are prepared', () => {
    const codes = ['x + 1', 'x + 2', 'x + 3'].map((source) => python.compile(source, 'eval', ['x']))
    const prepared = codes.map(
      (code) =>
        new PreparedFunction(
          python.guest,
          ask(python.guest, { op: 'prepare', code, ...COMMON }).value,
          1,
        ),
    )
    ask(python.guest, { op: 'map', columns: [new Uint8Array(8)], ...COMMON })
    expect(prepared.map((each) => value(each, [10]))).toEqual([11, 12, 13])
  })

  test('has room for thousands in one guest, and then begins afresh', () => {
    const code = python.compile('x * 2 + 1', 'eval', ['x'])
    const prepareOne = (): PreparedFunction =>
      new PreparedFunction(
        python.guest,
        ask(python.guest, { op: 'prepare', code, ...COMMON }).value,
        1,
      )
    const first = prepareOne()
    const before = python.guest.usage.peakMemoryBytes
    let last = first
    for (let i = 0; i < 1_500; i++) last = prepareOne()
    const each = (python.guest.usage.peakMemoryBytes - before) / 1_500
    // What formula.ts reckons with.
    expect(each).toBeLessThan(2_048 + 3 * code.length)
    expect([value(first, [4]), value(last, [4])]).toEqual([9, 9])

    const formulas = new PreparedRoom()
    const begun = Array.from({ length: 5_000 }, () => formulas.begin(code.length, 64 << 20))
    expect(begun.slice(0, 3_000)).toEqual(['base', ...Array<string>(2_999).fill('keep')])
    // Bounded all the same.
    expect(formulas.begin(20 << 20, 64 << 20)).toBe('base')
  })

  test('leaks nothing: a million bytes stay as they are', () => {
    const pair = prepare('[x, {"k": y}] if y else y[0]', ['x', 'y'])
    const use = (): number => {
      for (let i = 0; i < 3000; i++) {
        pair.call([`text ${i} ${'z'.repeat(900)}`, [i, 'more']], {})
        pair.call([`text ${i} ${'z'.repeat(900)}`, []], {})
      }
      return python.guest.usage.peakMemoryBytes
    }
    const before = use()
    expect(use() - before).toBeLessThan(1 << 20)
  })
})

describe('a map over columns', () => {
  const column = (...numbers: number[]): Uint8Array =>
    new Uint8Array(Float64Array.from(numbers).buffer)
  const map = (source: string, parameters: string[], columns: Uint8Array[]): Answer => {
    const code = python.compile(source, 'eval', parameters)
    ask(python.guest, { op: 'prepare', code, ...COMMON })
    return ask(python.guest, { op: 'map', columns, ...COMMON, resultBytes: 1 << 24 })
  }
  const floats = (answer: Answer): number[] => [
    ...new Float64Array((answer.value as { floats: Uint8Array }).floats.slice().buffer),
  ]

  test('gives floats, flags or values', () => {
    expect(floats(map('a * b', ['a', 'b'], [column(1, 2.5), column(4, 2)]))).toEqual([4, 5])
    expect(floats(map('0 if a < 2 else a', ['a'], [column(1, 2.5)]))).toEqual([0, 2.5])
    expect((map('a < 2', ['a'], [column(1, 2.5)]).value as { bools: Uint8Array }).bools).toEqual(
      Uint8Array.of(1, 0),
    )
    expect((map('str(a)', ['a'], [column(1, 2.5)]).value as { values: Value }).values).toEqual([
      '1.0',
      '2.5',
    ])
    expect(
      (map('2 ** 53 + 1 if a < 2 else a', ['a'], [column(1, 2.5)]).value as { values: Value })
        .values,
    ).toEqual([2n ** 53n + 1n, 2.5])
    expect(
      (map('10 ** 400 if a < 2 else a', ['a'], [column(1, 2.5)]).value as { values: Value }).values,
    ).toEqual([10n ** 400n, 2.5])
    expect(floats(map('a', ['a'], [column()]))).toEqual([])
    expect(floats(map('a + 0', ['a'], [column(NaN, -0, Infinity)]))).toEqual([NaN, 0, Infinity])
  })

  test('tells the row of an exception', () => {
    expect(map('1 / (a - 2)', ['a'], [column(1, 2, 3)])).toMatchObject({ status: 'raised', row: 1 })
  })

  test('of columns that are none is an exception, not an end', () => {
    expect(map('a', ['a'], [Uint8Array.of(1, 2, 3)]).status).toBe('raised')
    expect(python.guest.ready).toBe(true)
  })
})

describe('the guest of inline formulas', () => {
  const begun = async (
    work: (formulas: readonly InlineFormula[]) => Promise<void> | void,
  ): Promise<string[]> => {
    const sandbox = await createSandbox(
      { preset: 'formula', limits: { wallMs: 30_000 } },
      { isolation: 'inline' },
    )
    const formulas = (await sandbox.formulas(['x + 1', 'x * 2'])) as InlineFormula[]
    const told: string[] = []
    // On a clock that stands, so that a busy machine is not taken for an idle guest.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now())
    const performNow = InlineWorker.prototype.performNow
    InlineWorker.prototype.performNow = function (call) {
      told.push(String(call.begin))
      return performNow.call(this, call)
    }
    try {
      await work(formulas)
    } finally {
      InlineWorker.prototype.performNow = performNow
      clock.mockRestore()
      await sandbox.close()
    }
    return told
  }

  test('is fresh after 100,000 values, and each formula is prepared in it once', async () => {
    const told = await begun(([plus, twice]) => {
      // Counted, since to expect each of them takes longer than to evaluate it.
      let right = 0
      for (let n = 0; n < 60_000; n++)
        if (plus!.evaluate({ x: n }) === n + 1 && twice!.evaluate({ x: n }) === 2 * n) right++
      expect(right).toBe(60_000)
    })
    expect(told).toEqual(['base', 'keep', 'base', 'keep'])
  }, 60_000)

  test('is fresh after it was left alone for a second', async () => {
    const told = await begun(([plus, twice]) => {
      expect([plus!.evaluate({ x: 1 }), twice!.evaluate({ x: 1 })]).toEqual([2, 2])
      vi.mocked(performance.now).mockReturnValue(performance.now() + 1_001)
      expect([plus!.evaluate({ x: 2 }), twice!.evaluate({ x: 2 })]).toEqual([3, 4])
    })
    expect(told).toEqual(['base', 'keep', 'base', 'keep'])
  })

  test('counts the values of a map', async () => {
    const columns = { x: Float64Array.from({ length: 70_000 }, (_, i) => i) }
    const told = await begun(async ([plus]) => {
      for (let n = 0; n < 2; n++) expect((await plus!.map(columns))[69_999]).toBe(70_000)
    })
    // Each map prepares its function, and has a call of its own.
    expect(told).toEqual(['base', 'keep', 'base', 'keep'])
  })
})
