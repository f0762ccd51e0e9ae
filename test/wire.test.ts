/** The wire format: what CPython writes is what we write and read, and what the validator passes CPython takes for plain data. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { allOf, decode, decoding, type Inward } from '../src/trusted/channel/decode.js'
import { inSteps } from '../src/sandbox/steps.js'
import { encode, Tuple } from '../src/trusted/channel/encode.js'
import { validate } from '../src/trusted/channel/validate.js'
import { MOST_DEPTH, PLAIN, WireError, type WireLimits } from '../src/trusted/channel/wire.js'
import { codePoint } from './support/code-points.js'
import { bare, BareGuest } from './support/images.js'

const MAKER = readFileSync(new URL('support/wire_values.py', import.meta.url), 'utf8')
const WITH_TEXTS: WireLimits = { ...PLAIN, references: ['uu'] }
const INWARD: Inward = {
  reference: (fields) => ({ reference: fields }),
  complex: (real, imaginary) => ({ real, imaginary }),
  ellipsis: () => ({ ellipsis: true }),
}

let python: BareGuest
beforeAll(() => {
  python = new BareGuest(bare())
})
beforeEach(() => {
  python.guest.reset()
  python.run(`import marshal\n${MAKER}`)
})

const refuse = (value: unknown): never => {
  throw new WireError(`a ${typeof value} cannot cross`)
}
const write = (value: unknown, limits = PLAIN) => encode(value, limits, refuse)
const read = (bytes: Uint8Array, limits = WITH_TEXTS) => decode(bytes, limits, INWARD)
const verdict = (bytes: Uint8Array, limits = WITH_TEXTS): string => {
  try {
    return validate(bytes, 0, bytes.length, limits) ? 'reference' : 'data'
  } catch (error) {
    if (error instanceof WireError) return error.message
    throw error
  }
}
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const raw = (...parts: (string | number | number[])[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === 'string'
        ? Buffer.from(part, 'latin1')
        : typeof part === 'number'
          ? Buffer.from(Int32Array.of(part).buffer)
          : Buffer.from(part),
    ),
  )

const numbers = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.maxSafeInteger())
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: codePoint }),
  fc.string({ unit: fc.nat(0xffff).map((n) => String.fromCharCode(n)) }),
  fc.string({ unit: codePoint, minLength: 40, maxLength: 200 }),
)
const scalars = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  numbers,
  text,
  fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }),
  fc.uint8Array(),
)
const values = fc.letrec<{ value: unknown; key: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalars,
    fc.array(tie('value')),
    fc.array(tie('value')).map((items) => new Tuple(items)),
    fc.array(numbers, { minLength: 8 }),
    fc.dictionary(text, tie('value')),
    fc.array(fc.tuple(tie('key'), tie('value'))).map((entries) => new Map(entries)),
    tie('key').map((key) => new Set([key])),
  ),
  key: fc.oneof({ depthSize: 'small' }, scalars, fc.array(tie('key'))),
})).value

describe('the same bytes as CPython', () => {
  test('for what JavaScript writes', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 20, maxLength: 20 }), (batch) => {
        const datas = batch.map((value) => write(value))
        // A dict of a text given twice, or of 1 and True, is written again without what was given first.
        const said = python.run('result = read(datas)', { datas }) as string[]
        said.forEach((told, i) => {
          if (told !== 'same') expect([told, hasEqualKeys(batch[i])]).toEqual(['other', true])
        })
      }),
      { numRuns: 60 },
    )
  })

  test('for one of each', () => {
    const cases: [unknown, string][] = [
      [null, 'None'],
      [undefined, 'None'],
      [true, 'True'],
      [-0, '-0.0'],
      [2 ** 31, '2**31'],
      [-(2 ** 31) - 1, '-2**31-1'],
      [2 ** 53 - 1, '2**53-1'],
      [2 ** 53, 'float(2**53)'],
      [2n ** 5000n, '2**5000'],
      [-(10n ** 6000n), '-10**6000'],
      [-5n, '-5'],
      ['\ud800x\udc00', "'\\ud800x\\udc00'"],
      ['é'.repeat(100), "'é'*100"],
      [Uint8Array.of(0, 255), "b'\\0\\xff'"],
      [[1, [2.5]], '[1, [2.5]]'],
      [new Tuple([new Tuple([])]), '((),)'],
      [new Set([[1, new Set(['x'])]]), "{(1, frozenset({'x'}))}"],
      [
        new Map<unknown, unknown>([
          [[1, 2], {}],
          ['k', new Map()],
        ]),
        "{(1, 2): {}, 'k': {}}",
      ],
      [NaN, "float('nan')"],
    ]
    expect(cases.map(([value]) => hex(write(value)))).toEqual(
      cases.map(([, code]) => hex(python.run(`result = marshal.dumps(${code}, 2)`) as Uint8Array)),
    )
  })

  test('for what Python writes, which is read', () => {
    for (let seed = 0; seed < 10; seed++) {
      const datas = python.run('result = written(seed, 300)', { seed }) as Uint8Array[]
      for (const data of datas) {
        expect(['data', 'reference']).toContain(verdict(data))
        read(data)
      }
    }
  })
})

/** Whether Python takes two keys of a dict or items of a set for equal that JavaScript does not. */
function hasEqualKeys(value: unknown): boolean {
  const inner =
    value instanceof Tuple
      ? value.items
      : value instanceof Map
        ? [...value.keys(), ...value.values()]
        : value instanceof Set || Array.isArray(value)
          ? [...value]
          : value instanceof Uint8Array || typeof value !== 'object' || value === null
            ? []
            : Object.values(value)
  const shown = (key: unknown): string =>
    Array.isArray(key)
      ? `(${key.map(shown).join()})`
      : typeof key === 'boolean'
        ? String(Number(key))
        : typeof key === 'number' && Object.is(key, -0)
          ? '0'
          : typeof key === 'string'
            ? JSON.stringify(key)
            : key === undefined
              ? 'null'
              : ArrayBuffer.isView(key)
                ? `b${String(key)}`
                : String(key)
  const equal = value instanceof Map && new Set([...value.keys()].map(shown)).size < value.size
  return equal || inner.some(hasEqualKeys)
}

describe('read again', () => {
  const there = (value: unknown) => read(write(value))

  test('numbers of every size are exact', () => {
    for (const n of [
      0n,
      -1n,
      2n ** 31n,
      -(2n ** 31n) - 1n,
      2n ** 45n - 1n,
      2n ** 45n,
      2n ** 53n - 1n,
      2n ** 53n,
      -(2n ** 53n),
      2n ** 60n,
      2n ** 64n,
      -(2n ** 2000n),
      10n ** 6000n,
    ]) {
      const isSafe = n > -(2n ** 53n) && n < 2n ** 53n
      expect(there(n)).toBe(isSafe ? Number(n) : n)
      expect(there([n])).toEqual([isSafe ? Number(n) : n])
    }
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.maxSafeInteger()), (n) => Object.is(there(n), n)),
    )
  })

  test('are read in steps that are as short whatever the shape, and come to the same', () => {
    const many = 20_000
    const shapes: [string, unknown, number][] = [
      ['a long list', Array.from({ length: many }, (_, i) => i), many / 1000],
      ['many small dicts', Array.from({ length: many }, (_, i) => ({ n: i })), many / 1000],
      [
        'one large dict',
        Object.fromEntries(Array.from({ length: many }, (_, i) => [`k${i}`, i])),
        80,
      ],
      ['one large Map', new Map(Array.from({ length: many }, (_, i) => [i, 'x'])), 120],
      ['one large set', new Set(Array.from({ length: many }, (_, i) => i)), 80],
    ]
    for (const [name, value, least] of shapes) {
      const bytes = write(value)
      const reading = decoding(bytes, PLAIN, INWARD)
      let steps = 0
      let last = reading.next()
      for (; !last.done; last = reading.next()) steps++
      expect(steps, name).toBeGreaterThan(least)
      expect(last.value, name).toEqual(read(bytes))
    }
  })

  test('are judged whole before the first of them is read', () => {
    const bytes = write([...Array.from({ length: 50_000 }, () => 1), 'end'])
    bytes[bytes.length - 8] = 0xff
    const made: unknown[] = []
    const inward = { ...INWARD, ellipsis: () => made.push(1) }
    expect(() => allOf(decoding(bytes, PLAIN, inward))).toThrow(WireError)
    expect(made).toEqual([])
  })

  test('let other work of the host come in between', async () => {
    const order: string[] = []
    const busy = function* (): Generator<void, string> {
      for (let i = 0; i < 4; i++) {
        const until = performance.now() + 10
        while (performance.now() < until);
        order.push(`step ${i}`)
        yield
      }
      return 'done'
    }
    setImmediate(() => order.push('other work'))
    expect(await inSteps(busy())).toBe('done')
    expect(order.indexOf('other work')).toBe(1)
  })

  test('texts are exact, lone surrogates and all', () => {
    fc.assert(
      fc.property(text, (value) => there(value) === value),
      { numRuns: 1000 },
    )
  })

  test('containers keep their kind in Python, and are arrays, Sets, Maps and objects here', () => {
    expect(
      python.run('result = repr(marshal.loads(data))', {
        data: write([new Tuple([1]), new Set([new Set()]), new Map([[[1], null]])]),
      }),
    ).toBe('[(1,), {frozenset()}, {(1,): None}]')
    const data = python.run(
      "result = marshal.dumps([(1,), {2}, frozenset([3]), {'b': 1, 'a': 2}, {'b': 1, '10': 2}, {1: 2}, {}, ()], 2)",
    ) as Uint8Array
    expect(read(data)).toEqual([
      [1],
      new Set([2]),
      new Set([3]),
      Object.assign(Object.create(null), { b: 1, a: 2 }),
      new Map([
        ['b', 1],
        ['10', 2],
      ]),
      new Map([[1, 2]]),
      Object.create(null),
      [],
    ])
  })

  test('a signalling NaN keeps its payload between two guests, and is NaN here', () => {
    const data = Buffer.from('67010000000000f47f', 'hex')
    expect(verdict(data)).toBe('data')
    expect(
      hex(python.run('result = marshal.dumps(marshal.loads(data), 2)', { data }) as Uint8Array),
    ).toBe(hex(data))
    expect(read(data)).toBe(NaN)
  })

  test('what nests as deep as CPython writes is read, by it and here, and one level more by neither', () => {
    const nest = (depth: number) =>
      python.run('x = None\nfor _ in range(depth): x = [x]\nresult = marshal.dumps(x, 2)', {
        depth,
      }) as Uint8Array
    const deep = nest(MOST_DEPTH)
    expect(verdict(deep)).toBe('data')
    expect(
      python.run('result = marshal.dumps(marshal.loads(data), 2) == data', { data: deep }),
    ).toBe(true)
    let value = read(deep)
    let depth = 0
    for (; Array.isArray(value); depth++) value = value[0]
    expect(depth).toBe(MOST_DEPTH)
    expect(() => nest(MOST_DEPTH + 1)).toThrow('too deeply nested')
    expect(verdict(raw('[', 1, deep.slice() as unknown as number[]))).toBe(
      'nested deeper than 1499',
    )
  })
})

describe('the validator', () => {
  test.each<[string, Uint8Array, string]>([
    ['nothing', raw(), 'the bytes end within a value'],
    ['bytes after the value', raw('NN'), 'bytes after the value'],
    ['code', raw('c'), 'no value begins with the byte 99'],
    ['a back reference', raw('[', 1, 'r', 0), 'no value begins with the byte 114'],
    ['a value to refer back to', raw([0xdb], 1, 'N'), 'no value begins with the byte 219'],
    ['an interned text', raw('t', 1, 'a'), 'no value begins with the byte 116'],
    ['a short text', raw('z', [1], 'a'), 'no value begins with the byte 122'],
    ['a small tuple', raw(')', [1], 'N'), 'no value begins with the byte 41'],
    ['a slice', raw(':NNN'), 'no value begins with the byte 58'],
    ['a float as text', raw('f', [1], '1'), 'no value begins with the byte 102'],
    ['64 bits', raw('I', 0, 0), 'no value begins with the byte 73'],
    ['half an int', raw('i', [1, 2]), 'the bytes end within a value'],
    ['a text of two thousand million', raw('u', 0x7fffffff, 'a'), 'the bytes end within a value'],
    ['bytes of a negative length', raw('s', -1), 'the bytes end within a value'],
    ['a list of two thousand million', raw('[', 0x7fffffff), 'the bytes end within a value'],
    ['a list of a negative length', raw('[', -1), 'the bytes end within a value'],
    ['an int without digits', raw('l', 0), 'the bytes end within a value'],
    ['the least count of digits', raw('l', -(2 ** 31), [0, 0]), 'the bytes end within a value'],
    ['a digit of 16 bits', raw('l', 1, [0xff, 0xff]), 'a digit out of range'],
    ['leading zeros', raw('l', 2, [1, 0, 0, 0]), 'a number with leading zeros'],
    ['a list as a key', raw('{[', 0, 'N0'), 'a key that cannot be hashed'],
    ['a set in a set', raw('<', 1, '<', 0), 'a key that cannot be hashed'],
    ['a dict in a tuple in a set', raw('>', 1, '(', 1, '{0'), 'a key that cannot be hashed'],
    ['a key without its value', raw('{N0'), 'no value begins with the byte 48'],
    ['a dict without its end', raw('{NN'), 'the bytes end within a value'],
    ['an end outside a dict', raw('[', 1, '0'), 'no value begins with the byte 48'],
    ['the class of references alone', raw('S'), 'no value begins with the byte 83'],
    ['it in a list', raw('[', 2, 'SN'), 'no value begins with the byte 83'],
    ['it as a tuple of its own', raw('(', 1, 'S'), 'no value begins with the byte 83'],
    ['it second in a tuple', raw('(', 2, 'NS'), 'no value begins with the byte 83'],
    ['a reference of another shape', raw('(', 2, 'Si', 1), 'a reference of no known shape'],
    ['a reference of a list', raw('(', 2, 'S[', 0), 'a reference of no known shape'],
    ['a reference of too many', raw('(', 6, 'STTTTT'), 'a reference of no known shape'],
    ['a reference that ends early', raw('(', 3, 'Su', 0), 'the bytes end within a value'],
    ['a reference with a long text', raw('(', 3, 'Su', 0, 'u', 9), 'the bytes end within a value'],
  ])('refuses %s', (_name, bytes, message) => {
    expect(verdict(bytes)).toBe(message)
    expect(() => read(bytes)).toThrow(new WireError(message))
  })

  test('takes the references of its table and no others', () => {
    const texts = raw('(', 3, 'Su', 0, 'u', 1, 'a')
    const one = raw('(', 2, 'Si', 7)
    const two = raw('(', 3, 'Si', 7, 'i', 1)
    const shapes = (references: readonly string[]) =>
      [texts, one, two].map((bytes) => verdict(bytes, { ...PLAIN, references }))
    const no = 'a reference of no known shape'
    expect(shapes([])).toEqual([no, no, no])
    expect(shapes(['uu'])).toEqual(['reference', no, no])
    expect(shapes(['i', 'ii'])).toEqual([no, 'reference', 'reference'])
    expect(verdict(raw('<', 1, texts as unknown as number[]))).toBe('reference')
    expect(read(raw('[', 1, texts as unknown as number[]))).toEqual([{ reference: ['', 'a'] }])
  })

  test('counts bytes, parts and levels, and says which were too many', () => {
    const limit = (bytes: Uint8Array, limits: Partial<WireLimits>) => {
      try {
        return validate(bytes, 0, bytes.length, { ...PLAIN, ...limits })
      } catch (error) {
        return (error as WireError).limit
      }
    }
    const list = raw('[', 3, 'NN[', 0)
    expect(limit(list, { nodes: 4, depth: 2, bytes: list.length })).toBe(false)
    expect(limit(list, { nodes: 3 })).toBe('nodes')
    expect(limit(list, { depth: 1 })).toBe('depth')
    expect(limit(list, { bytes: list.length - 1 })).toBe('bytes')
    expect(limit(raw('{NN{', '0', '0'), { nodes: 3 })).toBe('nodes')
  })

  test('reads where the bytes lie, and nowhere else', () => {
    const bytes = raw('NNi', 7, 'N')
    expect(validate(bytes, 2, 7, PLAIN)).toBe(false)
    for (const [start, end] of [
      [2, 6],
      [2, 8],
      [-1, 3],
      [3, 2],
      [0, 99],
      [NaN, 1],
      [0, NaN],
    ] as const)
      expect(() => validate(bytes, start, end, PLAIN)).toThrow(WireError)
  })

  test('passes of any bytes only what CPython loads as data, and its reader and ours agree on text', () => {
    const counts: Record<string, number> = {}
    for (let seed = 0; seed < 12; seed++) {
      const datas = python.run('result = tampered(seed, 1000)', { seed }) as Uint8Array[]
      const passed = datas.filter((data) => ['data', 'reference'].includes(verdict(data)))
      const said = python.run('result = read(datas)', { datas: passed }) as string[]
      said.forEach((told, i) => {
        counts[told] = (counts[told] ?? 0) + 1
        const ours = () => read(passed[i]!)
        if (told === 'UnicodeDecodeError') expect(ours).toThrow(new WireError('ill-formed text'))
        else ours()
      })
    }
    const { same, other, UnicodeDecodeError, ...wrong } = counts
    expect(wrong).toEqual({})
    expect(UnicodeDecodeError).toBeGreaterThan(0)
    expect(same! + (other ?? 0)).toBeGreaterThan(2_000)
  })

  test('throws nothing but a WireError on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => verdict(bytes) !== ''),
      {
        numRuns: 2_500,
      },
    )
  })
})
