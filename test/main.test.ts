/** The entry: programs in, data out, whatever the program leaves behind. On the shipped image. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decodeValue, PyValue, type Value } from '../src/trusted/channel/values.js'
import type { LoadedImage } from '../src/platform/node/image.js'
import { Killed } from '../src/trusted/wall/killed.js'
import { ask, type Answer } from './support/images.js'
import { COMMON, shipped, ShippedGuest } from './support/shipped.js'

let image: LoadedImage
let python: ShippedGuest
beforeAll(() => {
  image = shipped()
  python = new ShippedGuest(image, { stackBytes: 984 << 10 })
})
beforeEach(() => {
  python.guest.reset()
  python.output = ''
})

type Told = Record<string, Value> & { frames: Record<string, Value>[] }
const raised = (answer: Answer): Told => {
  expect(answer.status).toBe('raised')
  return answer.exception as Told
}
/** An object as dicts are decoded: without a prototype. */
const bare = (object: Record<string, Value>): Value =>
  Object.assign(Object.create(null) as Record<string, Value>, object)
const classOf = (name: string, base: string, body: string): string =>
  `class ${name}(${base}):\n    ${body.replaceAll('\n', '\n    ')}\n`

describe('a run answers', () => {
  test('the value of the final expression', () => {
    expect(python.run('x = 6\nx * 7')).toEqual(bare({ status: 'returned', value: 42 }))
    expect(python.run('x = 6')).toEqual(bare({ status: 'returned', value: null }))
  })

  test('the value of the named global, and a NameError without it', () => {
    expect(python.run('answer = [1]\n99', { result: 'answer' }).value).toEqual([1])
    expect(raised(python.run('1', { result: 'answer' }))).toMatchObject({
      type: 'NameError',
      message: "name 'answer' is not defined",
    })
  })

  test('the value of an expression over inputs', () => {
    expect(python.run('a + b', { mode: 'eval', inputs: { a: 1, b: 2.5 } }).value).toBe(3.5)
    expect(
      python.run('total = sum(numbers)\ntotal', { inputs: { numbers: [1, 2, 3] } }).value,
    ).toBe(6)
  })

  test('with the output up to its end, and no more', () => {
    python.run('print("a")\nprint("é", end="")')
    expect(python.output).toBe('a\né')
  })

  test('the repr of what is no data, and the data around it', () => {
    const opaque = (source: string) => python.run(source).value
    expect(opaque('class P:\n    def __repr__(self): return "P(1)"\n[P(), 2]')).toEqual([
      new PyValue('P', 'P(1)', true),
      2,
    ])
    expect(opaque('{StopIteration: range(3), "k": {1: 2}.keys()}')).toEqual(
      new Map<Value, Value>([
        [
          new PyValue('type', "<class 'StopIteration'>", true),
          new PyValue('range', 'range(0, 3)', true),
        ],
        ['k', new PyValue('dict_keys', 'dict_keys([1])', true)],
      ]),
    )
    expect(opaque('x = [1]\nx.append(x)\nx')).toEqual([1, new PyValue('list', '[1, [...]]', true)])
    expect(opaque('from enum import Enum\nclass C(Enum):\n    RED = 1\n{C.RED: C.RED}')).toEqual(
      new Map([[new PyValue('C', '<C.RED: 1>', true), new PyValue('C', '<C.RED: 1>', true)]]),
    )
    expect(opaque('(StopIteration, "Decimal", "no number")')).toEqual([
      new PyValue('type', "<class 'StopIteration'>", true),
      'Decimal',
      'no number',
    ])
  })

  test("a default where the repr raises, is none, or is too long; its output and its limits are the run's", () => {
    const of = (body: string) => python.run(`class P:\n    def __repr__(self): ${body}\nP()`).value
    const none = new PyValue('P', '<P object>', true)
    expect(of('raise SystemExit')).toEqual(none)
    expect(of('return 1')).toEqual(none)
    expect(of('return repr(self)')).toEqual(none)
    expect(of('return "x" * 10_001')).toEqual(none)
    expect(of('return "x" * 10_000')).toEqual(new PyValue('P', 'x'.repeat(10_000), true))
    python.output = ''
    expect(of('print("here"); return "P()"')).toEqual(new PyValue('P', 'P()', true))
    expect(python.output).toBe('here\n')
    const code = python.compile('class P:\n    def __repr__(self):\n        while True: pass\nP()')
    expect(() => python.perform(code, {}, { fuel: 10_000 })).toThrow(new Killed('fuel'))
  })

  test("what a class of the guest's holds, as data, without asking it", () => {
    expect(
      python.run(
        `${classOf('L', 'list', 'def __iter__(self): raise ValueError\ndef __repr__(self): raise ValueError')}
${classOf('N', 'int', 'def __index__(self): raise ValueError')}
[L([1]), {N(5): N(7)}]`,
      ).value,
    ).toEqual([[1], new Map([[5, 7]])])
  })

  test('which limit the result exceeds', () => {
    expect(python.run('"x" * 2_000_000')).toEqual(
      bare({ status: 'exhausted', limit: 'resultBytes' }),
    )
    expect(python.run('[None] * 200_000')).toEqual(
      bare({ status: 'exhausted', limit: 'resultBytes' }),
    )
  })

  test('failed, to a request that is none', () => {
    for (const request of [
      null,
      {},
      { op: 'nothing' },
      { op: 'run' },
      { op: 'run', code: new Uint8Array(3), ...COMMON },
    ] as Value[]) {
      expect(ask(python.guest, request).status).toBe('failed')
    }
    expect((decodeValue(python.guest.call(new Uint8Array([99]))) as Answer).message).toMatch(
      /^EOFError: /,
    )
  })

  test('failed, to code that no verified program compiles to', () => {
    const code = python.compile('"no name here is " + "hidden"')
    const forged = Buffer.from(code)
    const at = forged.indexOf('hidden')
    expect(at).toBeGreaterThan(0)
    expect(
      ask(python.guest, {
        op: 'run',
        code: Uint8Array.of(1, 2, 3),
        mode: 'exec',
        inputs: {},
        result: null,
        ...COMMON,
      }).status,
    ).toBe('failed')
  })
})

describe('an exception is told', () => {
  test('with its frames, to the column', () => {
    const told = raised(
      python.run(
        'def f(n):\n    return 1 // n\n\ndef g():\n    return [f(x) for x in (1, 0)]\n\ng()',
      ),
    )
    expect(told).toEqual(
      bare({
        type: 'ZeroDivisionError',
        module: null,
        message: 'division by zero',
        truncated: 0,
        notes: [],
        suppress: false,
        suggestion: '',
        trace: 0,
        frames: [
          bare({
            file: 'guest.py',
            name: '<module>',
            line: 7,
            column: 0,
            endLine: 7,
            endColumn: 3,
          }),
          bare({ file: 'guest.py', name: 'g', line: 5, column: 12, endLine: 5, endColumn: 16 }),
          bare({ file: 'guest.py', name: 'f', line: 2, column: 11, endLine: 2, endColumn: 17 }),
        ],
      }),
    )
  })

  test('with cause, context, notes and groups', () => {
    const told = raised(
      python.run(`
try:
    try: {}[1]
    except KeyError as e: raise ValueError("second") from e
except ValueError as e:
    e.add_note("a note")
    raise ExceptionGroup("many", [e, TypeError("third")])`),
    )
    expect(told).toMatchObject({
      type: 'ExceptionGroup',
      message: 'many (2 sub-exceptions)',
      suppress: false,
    })
    expect(
      (told.exceptions as Told[]).map(({ type, message, notes }) => [type, message, notes]),
    ).toEqual([
      ['ValueError', 'second', ['a note']],
      ['TypeError', 'third', []],
    ])
    const contexts = [told.context, (told.exceptions as Told[])[0]].filter(Boolean) as Told[]
    expect(contexts.some(({ cause }) => (cause as Told | undefined)?.type === 'KeyError')).toBe(
      true,
    )
    expect(
      raised(python.run('try: 1 / 0\nexcept ZeroDivisionError: raise KeyError("x") from None')),
    ).toMatchObject({ type: 'KeyError', message: "'x'", suppress: true })
  })

  test('with private names as the source spells them', () => {
    const told = raised(
      python.run(
        `${classOf('_Hidden', 'Exception', 'pass')}${classOf('A', 'object', 'def _go(self): raise _Hidden(self._gone)')}A()._go()`,
      ),
    )
    expect(told).toMatchObject({
      type: 'AttributeError',
      message: "'A' object has no attribute '_gone'",
    })
    expect(told.frames.map(({ name }) => name)).toEqual(['<module>', '_go'])
    expect(
      raised(python.run(`${classOf('_Hidden', 'Exception', 'pass')}raise _Hidden("x")`)).type,
    ).toBe('_Hidden')
  })

  test('when recursion is too deep: both ends, and how much is missing between', () => {
    const told = raised(python.run('def f(n): return f(n + 1)\nf(0)', { recursion: 3000 }))
    expect(told).toMatchObject({
      type: 'RecursionError',
      message: 'maximum recursion depth exceeded',
    })
    expect(told.frames.length).toBe(1200)
    expect(told.truncated).toBeGreaterThan(1700)
    expect(told.truncated).toBeLessThan(1900)
    expect(told.frames[0]!.name).toBe('<module>')
  })

  test('about as deep as CPython counts', () => {
    expect(python.run('def f(n): return 1 + f(n - 1) if n else 0\nf(998)').value).toBe(998)
    expect(raised(python.run('def f(n): return 1 + f(n - 1) if n else 0\nf(999)')).type).toBe(
      'RecursionError',
    )
  })

  test('however it ends a program', () => {
    for (const [text, code] of [
      ['exit(3)', 3],
      ['exit()', 0],
      ['exit(0)', 0],
      ['raise SystemExit', 0],
      ['exit(True)', 1],
      ['exit(-1)', -1],
    ] as const)
      expect(python.run(text), text).toEqual(bare({ status: 'exited', code }))
    expect(raised(python.run('raise KeyboardInterrupt'))).toMatchObject({
      type: 'KeyboardInterrupt',
    })
    expect(raised(python.run(`${classOf('Odd', 'BaseException', 'pass')}raise Odd`))).toMatchObject(
      { type: 'Odd', module: null },
    )
  })
})

describe('a hostile exception is data all the same', () => {
  test.each([
    ['a message that raises', 'def __str__(self): raise ValueError', '<exception str() failed>'],
    ['a message that is no string', 'def __str__(self): return 7', '<exception str() failed>'],
    ['a message that exits', 'def __str__(self): exit()', '<exception str() failed>'],
    ['a message that recurses', 'def __str__(self): return str(self)', '<exception str() failed>'],
  ])('%s', (_name, body, message) => {
    expect(raised(python.run(`${classOf('E', 'Exception', body)}raise E`))).toMatchObject({
      type: 'E',
      message,
    })
  })

  test("a message that never ends takes the run's fuel", () => {
    const code = python.compile(
      `${classOf('E', 'Exception', 'def __str__(self):\n    while True: pass')}raise E`,
    )
    expect(() => python.perform(code, {}, { fuel: 1000 })).toThrow(new Killed('fuel'))
  })

  test('a message of a subclass of str', () => {
    expect(
      raised(
        python.run(
          `${classOf('S', 'str', 'def __str__(self): return self\ndef __getitem__(self, k): raise ValueError\ndef __len__(self): return 10**9')}${classOf('E', 'Exception', 'def __str__(self): return S("text")')}raise E`,
        ),
      ).message,
    ).toBe('text')
  })

  test('messages and chains without end are bounded', () => {
    const told = raised(
      python.run(
        'e = None\nfor i in range(5000):\n    try:\n        try: raise ValueError("x" * 10_000)\n        except ValueError as v: raise KeyError(i) from (e or v)\n    except KeyError as k: e = k\nraise e',
      ),
    )
    let depth = 0
    for (let at: Told | undefined = told; at !== undefined; at = at.cause as Told | undefined)
      depth++
    expect(depth).toBe(100)
    expect(raised(python.run('raise ValueError("y" * 10_000_000)')).message).toHaveLength(1_000_000)
  })

  test('a chain that ends in itself', () => {
    const told = raised(
      python.run(
        'a = ValueError("a"); b = KeyError("b")\ntry: raise a from b\nexcept ValueError: pass\ntry: raise b from a\nexcept KeyError: pass\nraise a',
      ),
    )
    expect((told.cause as Told).type).toBe('KeyError')
    expect((told.cause as Told).cause).toBe(undefined)
  })

  test('groups within groups are bounded', () => {
    const told = raised(
      python.run(
        'g = ValueError(1)\nfor i in range(150): g = ExceptionGroup("g", [g, TypeError(i)])\nraise g',
      ),
    )
    expect(told.type).toBe('ExceptionGroup')
  })
})

describe('what the guest leaves behind does not run', () => {
  test('generators with a finally', () => {
    expect(
      python.run('def g():\n    try: yield 1\n    finally: print("ran")\nkept = g()\nnext(kept)')
        .value,
    ).toBe(1)
    expect(python.output).toBe('')
  })

  test('memory it filled does not keep the answer', () => {
    const answer = python.run(
      'kept = []\nwhile True: kept.append([len(kept)])',
      {},
      { memoryBytes: 48 << 20 },
    )
    expect(answer.status === 'raised' ? raised(answer).type : answer.limit).toMatch(
      /^(MemoryError|memoryMb)$/,
    )
    python.guest.reset()
    expect(raised(python.run('x = bytearray(10**9)', {}, { memoryBytes: 64 << 20 })).type).toBe(
      'MemoryError',
    )
  })
})

describe('a session', () => {
  let compiling: ShippedGuest
  beforeAll(() => {
    compiling = new ShippedGuest(image)
  })
  const run = (text: string, request: Record<string, Value> = {}): Answer =>
    python.perform(compiling.compile(text), request)

  test('keeps its globals between runs', () => {
    run('count = 40\ndef add(n):\n    global count\n    count += n\n    return count')
    expect(run('add(2)').value).toBe(42)
    expect(run('count').value).toBe(42)
    expect(raised(run('1 / 0')).type).toBe('ZeroDivisionError')
    expect(run('count').value).toBe(42)
  })

  test('does not take the value of an earlier run for its own', () => {
    expect(run('7').value).toBe(7)
    expect(run('x = 1').value).toBe(null)
  })
})
