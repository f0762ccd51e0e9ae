/** Values cross by copy, and mean the same on both sides; what is no data arrives as its repr; forged bytes are an error. */
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decodeValue, encodeValue, PyValue, type Value } from '../src/trusted/channel/values.js'
import { WireError } from '../src/trusted/channel/wire.js'
import { codePoint } from './support/code-points.js'
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
  fc.string({ unit: codePoint }),
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
      'an object as a key',
      new Map<unknown, unknown>([[[{ a: 1 }], 1]]),
      'value[[object Object]][0]: an instance of Object cannot be a key or in a set',
    ],
    [
      'a Map in a Set',
      [new Set([new Map()])],
      'value[0][0]: an instance of Map cannot be a key or in a set',
    ],
  ])('%s', (_name, value, message) => {
    expect(() => encodeValue(value as Value)).toThrow(new WireError(message))
  })

  test('more than the limits allow', () => {
    let deep: Value = []
    for (let i = 0; i < 20_000; i++) deep = [deep]
    expect(() => encodeValue(deep)).toThrow('nested deeper than 1000')
    expect(() => encodeValue('x'.repeat(100), { bytes: 50 })).toThrow('larger than 50 bytes')
    let bomb: Value = ['x']
    for (let i = 0; i < 40; i++) bomb = [bomb, bomb]
    expect(() => encodeValue(bomb, { nodes: 100_000 })).toThrow('more than 100000 parts')
  })
})

describe('leaving Python', () => {
  const opaque = (type: string, text: string) => new PyValue(type, text, true)

  test('what is no data is its repr, where it stands', () => {
    expect(
      python.run(`
x = [1]
x.append(x)
d = {}
d["self"] = d
def f(): pass
class Hm:
    def __repr__(self): return "Hm()"
class Own(complex): pass
result = [x, d, range(3), Hm(), {Hm: 1}, (StopIteration, "Decimal", "?"), ..., Own(1)]`),
    ).toEqual([
      [1, opaque('list', '[1, [...]]')],
      Object.assign(Object.create(null), { self: opaque('dict', "{'self': {...}}") }),
      opaque('range', 'range(0, 3)'),
      opaque('Hm', 'Hm()'),
      new Map([[opaque('type', "<class '__bare__.Hm'>"), 1]]),
      [opaque('type', "<class 'StopIteration'>"), 'Decimal', '?'],
      opaque('ellipsis', 'Ellipsis'),
      opaque('Own', '(1+0j)'),
    ])
  })

  test('is as deep as marshal goes, and then opaque', () => {
    const nest = (depth: number): [number, Value] => {
      let value = python.run(`result = "end"\nfor _ in range(${depth}): result = [result]`)
      let met = 0
      for (; Array.isArray(value); met++) value = (value as Value[])[0]
      return [met, value]
    }
    expect(nest(1_400)).toEqual([1_400, 'end'])
    const [depth, value] = nest(3_000)
    expect(depth).toBe(1_480)
    expect(value).toMatchObject({ type: 'list', opaque: true })
  })

  test('is counted: parts and bytes, of what is shared too', () => {
    const limits = (code: string) =>
      python.run(`
b = [1.5]
for _ in range(40): b = [b, b]
tell = lambda things: map(repr, things)
try: ${code}
except values.TooLarge: result = "too large"`)
    const of = (value: string, nodes: number, bytes: number) =>
      limits(`result = len(values.returned(${value}, ${nodes}, ${bytes}, tell))`)
    expect(of('b', 100_000, 1 << 20)).toBe('too large')
    expect(of('[b, range(1)]', 100_000, 1 << 20)).toBe('too large')
    expect(of('["x" * 10**6] * 10**5', 200_000, 1 << 20)).toBe('too large')
    expect(of('[1] * 1001', 1_001, 1 << 20)).toBe('too large')
    expect(of('[1] * 1000', 1_001, 1 << 20)).toBeGreaterThan(5_000)
    expect(of('[b"x" * 1000, 1]', 10, 100)).toBe('too large')
    expect(of('["S" * 94]', 10, 104)).toBeGreaterThan(104)
    expect(of('["S" * 95]', 10, 104)).toBe('too large')
    expect(of('[range(1)] * 3', 4, 20)).toBe('too large')
  })

  test('what lends its bytes is bytes; a class that would be asked for them is not', () => {
    expect(
      python.run(`
import array
called = []
class Lends:
    def __buffer__(self, flags): called.append(1); return memoryview(b"x")
    def __repr__(self): return "Lends()"
data = array.array("d", [1.5])
released = memoryview(b"abc"); released.release()
result = [bytearray(b"a"), data, memoryview(b"abc")[::2], Lends(), called, released]`),
    ).toEqual([
      Uint8Array.of(97),
      new Uint8Array(Float64Array.of(1.5).buffer),
      Uint8Array.of(97, 99),
      opaque('Lends', 'Lends()'),
      [],
      expect.objectContaining({ type: 'memoryview', opaque: true }),
    ])
  })

  test('runs no code of a class it meets: its contents are data', () => {
    expect(
      python.run(`
called = []
def hostile(base):
    names = '''__iter__ __len__ __str__ __getattribute__ __hash__ __eq__ __index__ __int__ __float__ __le__ __ge__
               __lt__ __gt__ __bool__ __getitem__ items keys values __reduce_ex__ __format__ encode isoformat __neg__ __pos__ __add__
               __buffer__'''.split()
    class Meta(type):
        def __hash__(cls): called.append('meta hash'); return 1
        def __eq__(cls, other): called.append('meta eq'); return True
        def mro(cls): return type.mro(cls)
    def method(name):
        def body(*a): called.append(name); raise ZeroDivisionError
        return body
    return Meta('Hostile', (base,), {name: method(name) for name in names} | {'__repr__': lambda self: 'told'})
made = [hostile(int)(7), hostile(int)(10**12), hostile(float)(1.5), hostile(str)('text'), hostile(bytes)(b'b'), hostile(bytearray)(b'c')]
for base, contents in (list, [1]), (tuple, (2,)), (dict, {'k': 3}):
    made.append(hostile(base)(contents))
made += [hostile(type('Own', (), {}))(), hostile(complex)(1)]
called.clear()
data = values.returned(made, 1000, 10000, lambda things: map(repr, things))
result = [called, data]
`),
    ).toEqual([[], expect.any(Uint8Array)])
    expect(
      (decodeValue(python.run('result = data') as Uint8Array) as { value: Value }).value,
    ).toEqual([
      7,
      10 ** 12,
      1.5,
      'text',
      Uint8Array.of(98),
      Uint8Array.of(99),
      [1],
      [2],
      Object.assign(Object.create(null), { k: 3 }),
      opaque('Hostile', 'told'),
      opaque('Hostile', 'told'),
    ])
  })

  test('asks no time zone of a guest for data', () => {
    expect(
      python.run(`
import datetime
class Zone(datetime.tzinfo):
    def utcoffset(self, when): raise ZeroDivisionError
    def __repr__(self): return "Zone()"
result = datetime.datetime(2024, 1, 1, tzinfo=Zone())`),
    ).toEqual(opaque('datetime', 'datetime.datetime(2024, 1, 1, 0, 0, tzinfo=Zone())'))
  })
})

describe('texts', () => {
  const reads = (type: string, texts: readonly string[]) =>
    python.run(
      `
def reads(text):
    try: values.READERS[kind](text)
    except (ValueError, ArithmeticError, TypeError): return False
    return True
result = [reads(text) for text in texts]`,
      { kind: type, texts: [...texts] },
    ) as boolean[]
  const passes = (type: string, text: string): boolean => {
    try {
      encodeValue(new PyValue(type as 'date', text))
      return true
    } catch (error) {
      if (error instanceof RangeError) return false
      throw error
    }
  }

  test('that pass are read by their types', () => {
    const pieces: Record<string, string[]> = {
      datetime: [
        '2024-02-29',
        '2023-02-29',
        '0001-01-01',
        '0000-01-01',
        'T',
        ' ',
        '12:30',
        ':59',
        '.5',
        '.000001',
        'Z',
        '+02:00',
        '-23:59:59',
        '24:00',
      ],
      date: [
        '2024-02-29',
        '2023-02-29',
        '2024-13-01',
        '9999-12-31',
        '2024-04-31',
        '2024-00-10',
        '20240101',
        ' ',
      ],
      time: [
        '12:30',
        '23:59:59',
        ':60',
        '.1',
        '.1234567',
        '+02:00',
        'Z',
        '24:00',
        '+24:00',
        '-00:00:01.000001',
      ],
      timedelta: [
        '-',
        '1',
        '86399999999999',
        '86400000000000',
        '-86399999913600',
        '-86399999913601',
        '.5',
        '.1234567',
        '0',
        '+',
      ],
      Decimal: [
        '-',
        '1',
        '.',
        '5',
        'E',
        '+',
        '400000000',
        '425000000',
        '99999999999',
        'NaN',
        's',
        'Inf',
        'inity',
        ' ',
        '_',
      ],
      Fraction: ['-', '1', '/', '0', '3', '.', '5', '1'.repeat(4_300), '1'.repeat(4_301), ' '],
      complex: ['(', ')', '1', '.5', '+', '-', 'j', 'inf', 'nan', 'e5', '1e400', ' '],
      UUID: [
        '12345678-1234-1234',
        '-',
        '1234',
        '12345678-ABCD',
        'abcd-123456789012',
        '-1234-123456789012',
        '{',
        '}',
        'g',
      ],
    }
    for (const [type, parts] of Object.entries(pieces)) {
      const texts = fc
        .sample(fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 4 }), {
          numRuns: 2_000,
          seed: 7,
        })
        .map((chosen) => chosen.join(''))
      const passing = [...new Set(texts)].filter((text) => passes(type, text))
      expect([type, passing.length > 1]).toEqual([type, true])
      const read = reads(type, passing)
      expect([type, passing.filter((_, i) => !read[i])]).toEqual([type, []])
    }
  })

  test('that Python writes pass', () => {
    const written = python.run(`
import random, struct, uuid
from datetime import *
from decimal import Decimal
from fractions import Fraction
rnd = random.Random(5)
def when():
    zone = rnd.choice([None, timezone.utc, timezone(timedelta(seconds=rnd.randrange(-86399, 86400)))])
    return datetime.fromordinal(rnd.randrange(1, date.max.toordinal())).replace(hour=rnd.randrange(24), second=rnd.randrange(60), microsecond=rnd.choice([0, 1, 999999]), tzinfo=zone)
number = lambda: struct.unpack('<d', rnd.randbytes(8))[0]
result = []
for _ in range(300):
    result += [when(), when().date(), when().timetz(), when().replace(tzinfo=None) - datetime(2000, 1, 1)]
    result += [Decimal(number()), Decimal(rnd.randrange(10**9)).scaleb(rnd.randrange(-400, 400)), Fraction(number() if False else rnd.randrange(10**9), rnd.randrange(1, 10**9))]
    result += [complex(number(), number()), complex(0, -number()), uuid.UUID(int=rnd.getrandbits(128))]
result += [timedelta.max, timedelta.min, timedelta(0), datetime.min, datetime.max, Decimal('-0E-10'), Decimal('sNaN123'), Decimal('-Infinity'), Decimal('9E400000000')]
result += [complex(0, 0), complex(-0.0, -0.0), complex(1e16, 1e-5), complex(123456789012345680.0, 0.0001), complex(float('nan'), float('-inf')), 1e22j]
reprs = [repr(x) for x in result]`) as PyValue[]
    expect(written.every((value) => value instanceof PyValue && !value.opaque)).toBe(true)
    const back = python.run('result = [repr(x) for x in value]', { value: written }) as string[]
    expect(back).toEqual(python.run('result = reprs'))
    expect(written.filter(({ type }) => type === 'complex').map(({ text }) => text)).toEqual(
      back.filter((_, i) => written[i]!.type === 'complex'),
    )
  })
})

describe('forged bytes', () => {
  const limits = { nodes: 2000, bytes: 1 << 16, depth: 50 }
  const decodeOrRefuse = (bytes: Uint8Array): void => {
    try {
      decodeValue(bytes, limits)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
    }
  }

  test('mutated or random, are a WireError or plain data on the host', () => {
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

  test('a text that no such type reads, a name of none, and an opaque one of another shape', () => {
    const forged = (...fields: unknown[]) => {
      const parts = fields.map((field) =>
        field === true ? Buffer.from('T') : Buffer.from(encodeValue(field as string)),
      )
      const head = Buffer.from(Uint8Array.of(40, parts.length + 1, 0, 0, 0, 83))
      return () => decodeValue(Buffer.concat([head, ...parts]))
    }
    const reads = 'a text that its type does not read'
    expect(forged('Decimal', '1.5')()).toEqual(new PyValue('Decimal', '1.5'))
    expect(forged('Decimal', 'hello')).toThrow(new WireError(reads))
    expect(forged('date', '2024-02-30')).toThrow(new WireError(reads))
    expect(forged('object', '1')).toThrow(new WireError(reads))
    expect(forged('toString', '1')).toThrow(new WireError(reads))
    expect(forged('Decimal', 'hello', true)()).toEqual(new PyValue('Decimal', 'hello', true))
    expect(forged('Decimal')).toThrow(WireError)
    expect(forged('Decimal', '1', '2')).toThrow(WireError)
    expect(forged('Decimal', 1)).toThrow(WireError)
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
  /** A set of so many items of `size` bytes, each made by `write` where it lies. */
  const set = (
    count: number,
    size: number,
    write: (bytes: Buffer, at: number, i: number) => void,
  ): Buffer => {
    const bytes = Buffer.alloc(5 + count * size)
    bytes[0] = 60 // <
    bytes.writeUInt32LE(count, 1)
    for (let i = 0; i < count; i++) write(bytes, 5 + i * size, i + 1)
    return bytes
  }
  /** Of 2 ** 75 * high + low: engines hash the low 64 bits. */
  const bigints = (count: number, low: (i: number) => number): Buffer =>
    set(count, 19, (bytes, at, high) => {
      bytes[at] = 108 // l
      bytes.writeUInt32LE(7, at + 1)
      bytes.writeUInt16LE(low(high) & 0x7fff, at + 5)
      bytes.writeUInt16LE(low(high) >> 15, at + 7)
      bytes.writeUInt16LE(high & 0x7fff, at + 15)
      bytes.writeUInt16LE((high >> 15) | 0x4000, at + 17)
    })
  const doubles = (count: number): Buffer =>
    set(count, 9, (bytes, at, i) => {
      bytes[at] = 103 // g
      bytes.writeDoubleLE(i / 3, at + 1)
    })
  test('are refused soon', () => {
    const began = performance.now()
    expect(() => decodeValue(bigints(150_000, () => 1))).toThrow(
      new WireError('keys that were chosen to collide'),
    )
    expect(performance.now() - began).toBeLessThan(20_000)
  })
  test('as many others are not', () => {
    expect((decodeValue(bigints(150_000, (i) => i)) as Set<Value>).size).toBe(150_000)
    expect((decodeValue(doubles(250_000)) as Set<Value>).size).toBe(250_000)
  })
})

test.each([
  [new Date(8.64e15), 'a Date of a year that Python has not'],
  [new Date(-1e14), 'a Date of a year that Python has not'],
  [new PyValue('object', '', true), 'an opaque PyValue (object, which is no data)'],
  [new (class Engine {})(), 'an instance of Engine'],
])('%s cannot cross', (value, what) => {
  expect(() => encodeValue([value])).toThrow(
    new WireError(`value[0]: ${what} cannot cross into a guest`),
  )
})

test.each([
  ['Decimal', 'hello', 'Decimal does not read "hello"'],
  ['date', '2026-02-31', 'date does not read "2026-02-31"'],
  ['date', `2026${'-'.repeat(50)}`, `date does not read "2026${'-'.repeat(36)}…"`],
  [
    'object',
    '',
    'a PyValue is one of datetime, date, time, timedelta, Decimal, Fraction, complex, UUID, with a text',
  ],
  [
    'Decimal',
    5,
    'a PyValue is one of datetime, date, time, timedelta, Decimal, Fraction, complex, UUID, with a text',
  ],
])('a PyValue of %s with %s cannot be made, and cannot cross', (type, text, why) => {
  expect(() => new PyValue(type as 'date', text as string)).toThrow(new RangeError(why))
  const changed = Object.assign(new PyValue('date', '2026-02-28'), { type, text })
  expect(() => encodeValue({ a: [changed] })).toThrow(new WireError(`value.a[0]: ${why}`))
})

test.each<[string, Value, string]>([
  ['floats are floats', Float64Array.of(1, 1.5, NaN), '[1.0, 1.5, nan]'],
  ['floats of 32 bits', Float32Array.of(0.5, 2), '[0.5, 2.0]'],
  ['ints', Int32Array.of(1, -2), '[1, -2]'],
  ['ints of 16 bits', Uint16Array.of(65_535), '[65535]'],
  ['ints of 64 bits', BigInt64Array.of(2n ** 62n), '[4611686018427387904]'],
  ['bytes', Uint8Array.of(1, 2), "b'\\x01\\x02'"],
  ['clamped bytes', Uint8ClampedArray.of(255), "b'\\xff'"],
  ['a buffer', Uint8Array.of(65).buffer, "b'A'"],
  ['a view of one', new DataView(Uint8Array.of(65, 66, 67).buffer, 1, 1), "b'B'"],
  [
    'keys',
    new Map<Value, Value>([[[1, [2]], new Set([new Set([3])])]]),
    '{(1, (2,)): {frozenset({3})}}',
  ],
])('a typed array or a key arrives as it says: %s', (_name, value, repr) => {
  expect(python.run('result = repr(value)', { value })).toBe(repr)
})
