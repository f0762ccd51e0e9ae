/** Values cross by copy, in one format that both ends read alike; forged bytes are an error, never behaviour. */
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  CodecError,
  decodeValue,
  encodeValue,
  PyValue,
  type Value,
} from '../src/trusted/channel/codec.js'
import { bare, BareGuest } from './support/images.js'

let python: BareGuest
beforeEach(() => {
  if (python.guest.ready === false) python.guest.reset()
})
beforeAll(() => {
  python = new BareGuest(bare())
})

const there = (value: Value): Value => decodeValue(encodeValue(value))
/** Encoded here, decoded and encoded by Python, decoded here. */
const around = (value: Value): Value => python.run('result = value', { value })

const numbers = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.maxSafeInteger())
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.nat(0xffff).map((n) => String.fromCharCode(n)) }),
)
const scalars: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  numbers,
  text,
  fc.bigInt().filter((n) => !Number.isSafeInteger(Number(n))),
  fc.uint8Array(),
)
const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalars,
    fc.array(tie('value')),
    fc.array(numbers, { minLength: 8 }),
    fc
      .dictionary(
        text.filter((key) => !/^\d/.test(key)),
        tie('value'),
        { noNullPrototype: false },
      )
      .map((object) => Object.assign(Object.create(null) as Record<string, Value>, object)),
  ),
})).value

/** Python makes no difference between 0 and -0 as an int; JavaScript's -0 crosses as a float. */
const same = (a: Value, b: Value): void => {
  expect(a).toEqual(b)
}

describe('what goes in comes out', () => {
  test('through the host alone', () => {
    fc.assert(
      fc.property(values, (value) => same(there(value), value)),
      { numRuns: 300 },
    )
  })

  test('through Python', () => {
    fc.assert(
      fc.property(values, (value) => same(around(value), value)),
      { numRuns: 300 },
    )
  })

  test('integers of every size, exactly', () => {
    for (const n of [
      0n,
      1n,
      -1n,
      2n ** 31n,
      -(2n ** 31n) - 1n,
      2n ** 53n,
      -(2n ** 53n),
      2n ** 64n,
      -(2n ** 2000n),
      10n ** 6000n,
    ]) {
      const back = around(n)
      expect(typeof back === 'number' ? BigInt(back) : back).toBe(n)
      expect(typeof back).toBe(n > -(2n ** 53n) && n < 2n ** 53n ? 'number' : 'bigint')
    }
  })

  test('numbers: integral ones are ints, others and -0 are floats', () => {
    expect(
      python.run('result = [type(x).__name__ + repr(x) for x in value]', {
        value: [1, -0, 1.5, 1e300, 2 ** 53, Infinity, 2 ** 31],
      }),
    ).toEqual([
      'int1',
      'float-0.0',
      'float1.5',
      'float1e+300',
      'float9007199254740992.0',
      'floatinf',
      'int2147483648',
    ])
  })

  test('every kind of container', () => {
    expect(
      python.run(
        'result = {"l": [1], "t": (1, 2), "s": {3}, "f": frozenset([4]), "b": b"\\0\\xff", "a": bytearray(b"x")}',
      ),
    ).toEqual(
      Object.assign(Object.create(null), {
        l: [1],
        t: [1, 2],
        s: new Set([3]),
        f: new Set([4]),
        b: Uint8Array.of(0, 255),
        a: Uint8Array.of(120),
      }),
    )
    expect(
      python.run('result = sorted(map(repr, value))', {
        value: [
          new Set([1]),
          new Map<Value, Value>([
            [1, 'x'],
            [null, 2],
          ]),
          { a: undefined },
        ],
      }),
    ).toEqual(["{'a': None}", "{1: 'x', None: 2}", '{1}'])
  })

  test('a dict is an object when every key is a name, else a Map in the order of the keys', () => {
    expect(python.run('result = {"b": 1, "a": 2}')).toEqual(
      Object.assign(Object.create(null), { b: 1, a: 2 }),
    )
    expect([...(python.run('result = {"b": 1, "10": 2, "2": 3}') as Map<string, number>)]).toEqual([
      ['b', 1],
      ['10', 2],
      ['2', 3],
    ])
    expect([
      ...(python.run('result = {1: "one", True: "yes", "1": "text", (1, 2): "pair"}') as Map<
        Value,
        Value
      >),
    ]).toEqual([
      [1, 'yes'],
      ['1', 'text'],
      [[1, 2], 'pair'],
    ])
  })

  test('keys that mean something in JavaScript are data', () => {
    const value = python.run(
      'result = {"__proto__": {"polluted": 1}, "then": 2, "toJSON": 3, "constructor": 4}',
    ) as Record<string, Value>
    expect(Object.getPrototypeOf(value)).toBe(null)
    expect(Object.keys(value)).toEqual(['__proto__', 'then', 'toJSON', 'constructor'])
    expect(({} as { polluted?: number }).polluted).toBe(undefined)
  })

  test.each([
    ['datetime', '2024-05-01T12:30:00.000001', 'datetime.datetime(2024, 5, 1, 12, 30, 0, 1)'],
    [
      'datetime',
      '2024-05-01T12:30:00+02:00',
      'datetime.datetime(2024, 5, 1, 12, 30, tzinfo=datetime.timezone(datetime.timedelta(seconds=7200)))',
    ],
    ['date', '2024-05-01', 'datetime.date(2024, 5, 1)'],
    ['time', '23:59:59', 'datetime.time(23, 59, 59)'],
    ['timedelta', '-86400.5', 'datetime.timedelta(days=-2, seconds=86399, microseconds=500000)'],
    ['timedelta', '-0.000001', 'datetime.timedelta(days=-1, seconds=86399, microseconds=999999)'],
    ['Decimal', '0.10', "Decimal('0.10')"],
    ['Fraction', '-1/3', 'Fraction(-1, 3)'],
    ['complex', '(1-2j)', '(1-2j)'],
    [
      'UUID',
      '12345678-1234-5678-1234-567812345678',
      "UUID('12345678-1234-5678-1234-567812345678')",
    ],
  ] as const)('%s %s', (type, text, repr) => {
    expect(python.run('result = [repr(value), value]', { value: new PyValue(type, text) })).toEqual(
      [repr, new PyValue(type, text)],
    )
  })

  test('a Date arrives as an aware datetime', () => {
    expect(
      python.run('result = repr(value)', { value: new Date(Date.UTC(2024, 0, 2, 3, 4, 5, 6)) }),
    ).toBe('datetime.datetime(2024, 1, 2, 3, 4, 5, 6000, tzinfo=datetime.timezone.utc)')
  })
})

describe('what cannot cross', () => {
  const cyclic: Value[] = []
  cyclic.push([cyclic])
  test.each<[string, unknown, string]>([
    ['a function', { rows: [1, () => 1] }, 'value.rows[1]: a function cannot cross into a guest'],
    ['a symbol', [Symbol('x')], 'value[0]: a symbol cannot cross into a guest'],
    [
      'an instance',
      new Map([['k', new (class Engine {})()]]),
      'value.k: an instance of Engine cannot cross into a guest',
    ],
    [
      'an invalid Date',
      { 'a b': new Date(NaN) },
      'value["a b"]: an invalid Date cannot cross into a guest',
    ],
    ['a cycle', cyclic, 'value[0][0]: the value contains itself'],
    [
      'an array as a key',
      new Map([[[1], 1]]),
      'value[1]: an instance of Array cannot be a key or in a set',
    ],
  ])('%s', (_name, value, message) => {
    expect(() => encodeValue(value as Value)).toThrow(new CodecError(message))
  })

  test('more than the limits allow', () => {
    let deep: Value = []
    for (let i = 0; i < 20_000; i++) deep = [deep]
    expect(() => encodeValue(deep)).toThrow('nested deeper than 1000')
    expect(() => encodeValue('x'.repeat(100), { maxBytes: 50 })).toThrow('larger than 50 bytes')
    let bomb: Value = ['x']
    for (let i = 0; i < 40; i++) bomb = [bomb, bomb]
    expect(() => encodeValue(bomb, { maxNodes: 100_000 })).toThrow('more than 100000 parts')
  })
})

describe('leaving Python', () => {
  const refuses = (code: string, message: string): void => {
    expect(() => python.run(code)).toThrow(message)
  }
  test('refuses cycles, depth, bombs and what is no data', () => {
    refuses('result = []; result.append(result)', 'the value contains itself')
    refuses('result = {}; result[1] = [result]', 'the value contains itself')
    refuses('result = []\nfor _ in range(2000): result = [result]', 'nested deeper than 1000')
    refuses('result = lambda: 1', 'a value of type function cannot leave the guest')
    refuses('result = type("Hm", (), {})()', 'a value of type Hm cannot leave the guest')
    refuses('import sys; result = sys', 'a value of type module cannot leave the guest')
    python.guest.reset()
    expect(
      python.run(
        'b = [1]\nfor _ in range(40): b = [b, b]\ntry: codec.dumps(b, 100000)\nexcept codec.TooLarge as e: result = [e.limit, str(e)]',
      ),
    ).toEqual(['nodes', 'the value has more than 100000 parts'])
    expect(
      python.run(
        'try: codec.dumps(b"x" * 1000, 10, 100)\nexcept codec.TooLarge as e: result = [e.limit, str(e)]',
      ),
    ).toEqual(['bytes', 'the value is larger than 100 bytes'])
  })

  test('runs no code of a class it meets: its contents are data', () => {
    expect(
      python
        .run(`
called = []
def hostile(base):
    names = '''__iter__ __len__ __str__ __repr__ __getattribute__ __hash__ __eq__ __index__ __int__ __float__ __le__ __ge__
               __lt__ __gt__ __bool__ __getitem__ items keys values __reduce_ex__ __format__ encode isoformat __neg__ __pos__ __add__'''.split()
    class Meta(type):
        def __hash__(cls): called.append('meta hash'); return 1
        def __eq__(cls, other): called.append('meta eq'); return True
        def mro(cls): return type.mro(cls)
    def method(name):
        def body(*a): called.append(name); raise ZeroDivisionError
        return body
    return Meta('Hostile', (base,), {name: method(name) for name in names})
import uuid
made = [hostile(int)(7), hostile(int)(10**12), hostile(float)(1.5), hostile(str)('text'), hostile(bytes)(b'b'), hostile(bytearray)(b'c')]
for base, contents in (list, [1]), (tuple, (2,)), (dict, {'k': 3}):
    made.append(hostile(base)(contents))
plain = set([5])
refused = []
for x in hostile(type('Own', (), {}))(), hostile(complex)(1):
    try: codec.dumps([x])
    except codec.CodecError as e: refused.append(str(e))
called.clear()
data = codec.dumps(made)
result = [called, refused, data]
`)
        .toSpliced(2, 1),
    ).toEqual([
      [],
      [
        'a value of type Hostile cannot leave the guest',
        'a value of type Hostile cannot leave the guest',
      ],
    ])
    expect(decodeValue(python.run('result = data') as Uint8Array)).toEqual([
      7,
      10 ** 12,
      1.5,
      'text',
      Uint8Array.of(98),
      Uint8Array.of(99),
      [1],
      [2],
      Object.assign(Object.create(null), { k: 3 }),
    ])
  })

  test('asks no time zone of a guest', () => {
    refuses(
      `
import datetime
class Zone(datetime.tzinfo):
    def utcoffset(self, when): raise ZeroDivisionError
result = datetime.datetime(2024, 1, 1, tzinfo=Zone())`,
      'a time zone of its own',
    )
  })
})

describe('forged bytes', () => {
  const limits = { maxNodes: 2000, maxBytes: 1 << 16, maxDepth: 50 }
  const decodeOrRefuse = (bytes: Uint8Array): void => {
    try {
      decodeValue(bytes, limits)
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
    }
  }

  test('mutated or random, are a CodecError or plain data on the host', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decodeOrRefuse), { numRuns: 3000 })
    fc.assert(
      fc.property(
        values,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        (value, edits, cut) => {
          const bytes = encodeValue(value).slice()
          for (const [at, byte] of edits) bytes[at % bytes.length] = byte
          decodeOrRefuse(bytes.subarray(0, bytes.length - (cut % 3)))
        },
      ),
      { numRuns: 3000 },
    )
  })

  test('mutated or random, are a CodecError or plain data in Python', () => {
    const check =
      'for d in datas:\n    try: codec.loads(d)\n    except codec.CodecError: pass\nresult = len(datas)'
    const mutated = fc.tuple(values, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
      const bytes = encodeValue(value).slice()
      bytes[at % bytes.length] = byte
      return bytes
    })
    fc.assert(
      fc.property(
        fc.array(fc.oneof(mutated, fc.uint8Array({ maxLength: 60 })), {
          minLength: 50,
          maxLength: 50,
        }),
        (datas) => {
          expect(python.run(check, { datas: datas as Value[] })).toBe(50)
        },
      ),
      { numRuns: 40 },
    )
  })

  test.each<[string, number[]]>([
    ['nothing', []],
    ['an unknown tag', [99]],
    ['a count of four billion', [9, 255, 255, 255, 255]],
    ['floats of four billion', [15, 255, 255, 255, 255, 0]],
    ['text of four billion', [6, 255, 255, 255, 255, 65]],
    ['ill-formed UTF-8', [6, 1, 0, 0, 0, 255]],
    ['surrogates in UTF-8', [6, 3, 0, 0, 0, 0xed, 0xa0, 0x80]],
    ['half a UTF-16 unit', [7, 1, 0, 0, 0, 65]],
    ['an unknown type', [14, 6, 1, 0, 0, 0, 65, 6, 1, 0, 0, 0, 65]],
    ['a type that is no text', [14, 0, 0]],
    ['something after the value', [0, 0]],
    ['a dict without its last value', [13, 1, 0, 0, 0, 0]],
  ])('refuses %s', (_name, bytes) => {
    expect(() => decodeValue(Uint8Array.from(bytes))).toThrow(CodecError)
    expect(
      python.run('try: codec.loads(d)\nexcept codec.CodecError: result = "refused"', {
        d: Uint8Array.from(bytes),
      }),
    ).toBe('refused')
  })

  test('nests no deeper than allowed, without recursion', () => {
    const deep = new Uint8Array(5 * 20_000 + 1)
    for (let i = 0; i < 20_000; i++) deep.set([9, 1, 0, 0, 0], 5 * i)
    expect(() => decodeValue(deep)).toThrow('nested deeper than 1000')
    expect(
      python.run('try: codec.loads(d)\nexcept codec.CodecError as e: result = str(e)', { d: deep }),
    ).toBe('nested deeper than 1000')
  })

  test('are counted: blocks of numbers too', () => {
    expect(() =>
      decodeValue(encodeValue(Array.from({ length: 3000 }, (_, i) => i)), limits),
    ).toThrow('more than 2000 parts')
  })
})

describe("a host's values that change while they are read", () => {
  test('cross as they were counted', () => {
    const grows: Value[] = []
    grows.push(Object.defineProperty({}, 'a', { enumerable: true, get: () => grows.push(7) }), 5)
    expect(there(grows)).toEqual([Object.assign(Object.create(null) as object, { a: 3 }), 5])
    const shrinks: Value[] = []
    shrinks.push(
      Object.defineProperty({}, 'a', {
        enumerable: true,
        get: () => {
          shrinks.length = 1
          return 1
        },
      }),
      5,
      6,
    )
    expect(there([shrinks, 3])).toEqual([
      [Object.assign(Object.create(null) as object, { a: 1 }), null, null],
      3,
    ])
    class Liar extends Map<Value, Value> {
      override get size() {
        return 5
      }
    }
    expect(there(new Liar([[1, 2]]))).toEqual(new Map([[1, 2]]))
  })
})

describe("keys that were chosen to collide in an engine's tables", () => {
  const set = (count: number, item: (i: number) => Buffer): Buffer => {
    const head = Buffer.alloc(5)
    head[0] = 11
    head.writeUInt32LE(count, 1)
    return Buffer.concat([head, ...Array.from({ length: count }, (_, i) => item(i + 1))])
  }
  const bigint = (low: number, high: number): Buffer => {
    const bytes = Buffer.alloc(22)
    bytes[0] = 5
    bytes.writeUInt32LE(17, 1)
    bytes.writeUInt32LE(low, 5)
    bytes.writeUInt32LE(high, 13)
    return bytes
  }
  test('are refused soon', () => {
    const began = performance.now()
    expect(() => decodeValue(set(300_000, (i) => bigint(1, i)))).toThrow(
      new CodecError('keys that were chosen to collide'),
    )
    expect(performance.now() - began).toBeLessThan(20_000)
  })
  test('as many others are not', () => {
    expect((decodeValue(set(300_000, (i) => bigint(i, i))) as Set<Value>).size).toBe(300_000)
    const double = (i: number): Buffer => {
      const bytes = Buffer.alloc(9)
      bytes[0] = 4
      bytes.writeDoubleLE(i / 3, 1)
      return bytes
    }
    expect((decodeValue(set(500_000, double)) as Set<Value>).size).toBe(500_000)
  })
})

test.each([
  [new Date(8.64e15), 'a Date of a year that Python has not'],
  [new Date(-1e14), 'a Date of a year that Python has not'],
  [new PyValue('object' as 'date', ''), 'an instance of PyValue'],
  [new PyValue('Decimal', 5 as never), 'an instance of PyValue'],
])('%s cannot cross', (value, what) => {
  expect(() => encodeValue([value])).toThrow(
    new CodecError(`value[0]: ${what} cannot cross into a guest`),
  )
})
