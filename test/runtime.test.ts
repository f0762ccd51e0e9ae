/** The guest runtime keeps its limits, and a reset leaves nothing: on the real wasm, with full Python inside. */
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DeltaError } from '../src/trusted/wall/delta.js'
import { wasmPath, type LoadedImage } from '../src/platform/node/image.js'
import { Killed } from '../src/trusted/wall/killed.js'
import { Guest, type CallLimits, type GuestOptions } from '../src/trusted/wall/runtime.js'
import type { Value } from '../src/trusted/channel/values.js'
import { bare, BareGuest } from './support/images.js'

let image: LoadedImage
let python: BareGuest
beforeAll(() => {
  image = bare()
  python = new BareGuest(image)
})
beforeEach(() => {
  python.pristine()
})

/** Bytes of a delta of one page, in which the interpreter keeps how large its stack is: else the memory is the image's. */
const PRISTINE = 64 + 4_100
const MIB = 1 << 20
const make = (options: GuestOptions): BareGuest => new BareGuest(image, options)

/** How a call ended that did not return. */
function killed(
  code: string,
  limits: CallLimits,
  guest = python,
): { kind: string; detail: string } {
  try {
    guest.run(code, {}, limits)
  } catch (error) {
    if (!(error instanceof Killed)) throw error
    return { kind: error.kind, detail: error.detail }
  }
  return { kind: 'returned', detail: '' }
}

const DEEDS: Record<string, string> = {
  nothing: 'result = 1',
  globals: 'planted = [1, 2, 3]; import sys; sys.planted = planted',
  'builtins and modules':
    'import builtins, json, math; builtins.len = None; builtins.evil = 1; json.loads = None; math.pi = 3',
  'loaded modules':
    'import sys; sys.modules.clear(); sys.path.append("/"); sys.meta_path.append(1)',
  classes:
    'class A: pass\nclass B(A):\n    def __del__(self): pass\nxs = [B() for _ in range(1000)]',
  hooks:
    'import sys, threading\nsys.settrace(lambda *a: None); sys.setprofile(lambda *a: None); sys.setrecursionlimit(77)',
  collector: 'import gc; gc.disable(); gc.set_threshold(1); gc.callbacks.append(print)',
  caches:
    'import re, functools, struct, decimal, random, locale\nre.compile("planted+"); struct.calcsize("<7I"); decimal.getcontext().prec = 3; random.seed(1)',
  codecs:
    'import codecs; codecs.register_error("planted", lambda e: ("", 1)); codecs.register(lambda n: None)',
  interning: 'import sys; kept = [sys.intern(f"planted{i}") for i in range(1000)]',
  memory: 'kept = [bytearray(1 << 20) for _ in range(30)]',
  'much memory': 'kept = [bytearray(1 << 20) for _ in range(150)]',
  output: 'import sys; print("half a line", end=""); sys.stdout = None',
  generators: 'def g():\n    try: yield\n    finally: print("never")\nkept = g(); next(kept)',
  exceptions: 'import sys\ndef f(): f()\ntry: f()\nexcept RecursionError as e: kept = e',
  environment:
    'import os, sys; os.environ["PLANTED"] = "1"; sys.argv.append("x"); sys.stdout.reconfigure(encoding="latin-1")',
  'raw memory': `${readFileSync(new URL('support/memory-write.py', import.meta.url), 'utf8')}\nfor a in range(64 * 1024, 27 * ${MIB}, 65536): pass\npoke(25 * ${MIB}, 0xdeadbeef)`,
}

describe('reset', () => {
  test.each(Object.entries(DEEDS))('leaves nothing of %s', (_name, code) => {
    const before = python.run(
      'import sys, gc; result = [len(sys.modules), hash("abc"), id(object()), len(gc.get_objects())]',
    )
    python.guest.reset()
    python.run(code)
    expect(python.guest.capture().length).toBeGreaterThan(PRISTINE)
    python.guest.reset()
    expect(python.guest.capture().length).toBe(PRISTINE)
    expect(
      python.run(
        'import sys, gc; result = [len(sys.modules), hash("abc"), id(object()), len(gc.get_objects())]',
      ),
    ).toEqual(before)
  })

  test('heals whatever ended a call', () => {
    for (const [code, limits] of [
      ['while True: pass', { fuel: 100 }],
      ['import os; os.abort()', {}],
      [
        'import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return sorted([1], key=lambda _: f(n))\nf(0)',
        {},
      ],
      ['print("x" * 10**6)', { outputBytes: 10 }],
    ] as const) {
      expect(killed(code, limits).kind).not.toBe('returned')
      expect(() => python.run('result = 1')).toThrow('crash: not reset since it was ended')
      python.guest.reset()
      expect(python.guest.capture().length).toBe(PRISTINE)
      expect(python.run('result = 1 + 1')).toBe(2)
    }
  })

  test('is the same for every guest of the image', () => {
    const code =
      'import random, sys\nresult = [hash("x"), id(result), len(sys.modules)]\nkept = [object() for _ in range(999)]'
    const first = python.run(code)
    const other = new Guest(image.wasm, image.image, {})
    expect(other.capture().length).toBe(PRISTINE)
    const second = new BareGuest(image)
    expect(second.run(code)).toEqual(first)
    // But for the moments at which they were taken.
    const [one, two] = [second, python].map(({ guest }) => guest.capture().fill(0, 40, 48))
    expect(Buffer.compare(one!, two!)).toBe(0)
  })

  /** The claim that one memory copy resets everything stands on this: no other state can change. */
  test('misses no state that the module has: four mutable globals, no passive segments', () => {
    const { globals, passive } = moduleState(readFileSync(wasmPath()))
    expect(globals).toBe(4)
    expect(passive).toBe(0)
    expect(
      WebAssembly.Module.exports(image.wasm)
        .filter(({ kind }) => kind === 'table' || kind === 'memory')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['__indirect_function_table', 'memory'])
  })
})

describe('capture and restore', () => {
  test('bring a state back, in the same guest and in another', () => {
    python.run(
      'class Account:\n    def __init__(self): self.total = 40\na = Account()\ndef add(n): a.total += n; return a.total',
    )
    const delta = python.guest.capture()
    expect(python.run('result = add(1)')).toBe(41)
    expect(killed('a.total = "lost"\nwhile True: pass', { fuel: 500 }).kind).toBe('fuel')
    python.guest.restore(delta)
    expect(python.run('result = add(2)')).toBe(42)
    const other = new BareGuest(image)
    other.guest.restore(delta)
    expect(other.run('result = add(3)')).toBe(43)
  })

  test('carry grown memory', () => {
    python.run('kept = bytearray(b"x" * (60 << 20))')
    const delta = python.guest.capture()
    const other = new BareGuest(image)
    other.guest.restore(delta)
    expect(other.run('result = [len(kept), kept[-1]]')).toEqual([60 * MIB, 120])
    const small = new BareGuest(image, { memoryBytes: 64 * MIB })
    expect(() => small.guest.restore(delta)).toThrow(new Killed('memory'))
    expect(small.guest.usage.peakMemoryBytes).toBeGreaterThan(88 * MIB)
    expect(small.run('result = "as it was"')).toBe('as it was')
    expect(() => other.guest.restore(delta, 80 * MIB)).toThrow(new Killed('memory'))
  })

  test('carry no more memory than is in use', () => {
    python.run('kept = bytearray(20 << 20)')
    python.run('kept = None')
    const used = python.guest.usage.peakMemoryBytes
    const other = new BareGuest(image)
    other.guest.restore(python.guest.capture(), Math.ceil(used / 65_536) * 65_536)
    expect(other.run('result = kept')).toBe(null)
  })

  test('carry the clock on, which never runs backwards', () => {
    const read =
      'import fcntl, struct, time; fcntl.ioctl(1000, 1, bytearray(struct.pack("<d", 0.03))); result = time.monotonic()'
    for (const clock of ['real', { fixed: 0 }] as const) {
      const first = make({ clock })
      const before = first.run(read) as number
      const delta = first.guest.capture()
      first.guest.reset()
      const second = make({ clock })
      second.guest.restore(delta)
      const after = second.run('import time; result = time.monotonic()') as number
      expect(after).toBeGreaterThanOrEqual(before)
      // What passed between the two is nobody's.
      expect(after).toBeLessThan(before + 0.5)
      second.guest.reset()
      expect(second.run('import time; result = time.monotonic()')).toBeLessThan(before)
    }
  })

  test('carry seeded chance on', () => {
    const draw = 'import os; result = [os.urandom(8)]'
    const first = make({ random: { seed: 7 } })
    const begun = first.run(draw)
    const delta = first.guest.capture()
    const goesOn = first.run(draw)
    expect(goesOn).not.toEqual(begun)
    const second = make({ random: { seed: 7 } })
    second.guest.restore(delta)
    expect(second.run(draw)).toEqual(goesOn)
    second.guest.reset()
    expect(second.run(draw)).toEqual(begun)
  })

  test('leave the classes of a guest beside another open to change, and say nothing of them', () => {
    const beside = make({ beside: python.guest })
    const change =
      'import fractions\nfractions.Fraction.added = 1\nresult = fractions.Fraction.added'
    expect(() => python.run(change)).toThrow('immutable')
    expect(beside.guest.capture().length).toBe(PRISTINE)
    expect(beside.run(change)).toBe(1)
    beside.guest.restore(beside.guest.capture())
    expect(
      beside.run(
        'import fractions\nfractions.Fraction.added += 1\nresult = fractions.Fraction.added',
      ),
    ).toBe(2)
  })

  test('keep the stack of the guest that goes on, not of the one before', () => {
    const deep = 'def f(n): return sorted([1], key=lambda _: f(n))\nf(0)'
    python.run('kept = 1')
    const small = make({ stackBytes: 984 << 10 })
    small.guest.restore(python.guest.capture())
    expect(() => small.run(deep)).toThrow('RecursionError')
    expect(small.run('result = kept')).toBe(1)
  })

  test('refuse bytes that are no delta of this image, and change nothing then', () => {
    python.run('planted = 1')
    const good = python.guest.capture()
    const twice = new Uint8Array(good.length + 4100)
    twice.set(good)
    twice.set(good.subarray(64, 4164), good.length)
    const beyond = good.slice(0, 64 + 4100)
    new DataView(beyond.buffer).setUint32(
      64,
      new DataView(good.buffer).getUint32(36, true) * 16,
      true,
    )
    const edited = (at: number, byte: number): Uint8Array => {
      const bytes = good.slice()
      bytes[at] = byte
      return bytes
    }
    for (const [bytes, message] of [
      [new Uint8Array(0), 'not a delta of guest memory'],
      [good.subarray(0, good.length - 1), 'not a delta of guest memory'],
      [edited(0, 0), 'not a delta of guest memory'],
      [edited(20, good[20]! ^ 1), 'a delta of another image'],
      [edited(47, 255), 'a clock that stands nowhere'],
      [edited(67, 255), 'pages out of order or of bounds'],
      [twice, 'pages out of order or of bounds'],
      [beyond, 'pages out of order or of bounds'],
    ] as const) {
      expect(() => python.guest.restore(bytes)).toThrow(new DeltaError(message))
    }
    expect(() => python.guest.restore(edited(39, 255))).toThrow(new Killed('memory'))
    expect(python.run('result = planted')).toBe(1)
  })
})

describe('the memory of a call', () => {
  /** How many MiB a program gets before MemoryError. */
  const GRAB = `
held = []
try:
    while True: held.append(bytearray(1 << 20))
except MemoryError: pass
result = len(held)
held = None`

  test('is no more than its limit, whatever ran before', () => {
    const grab = (guest: BareGuest): Value => {
      guest.guest.reset(64 * MIB)
      return guest.run(GRAB, {}, { memoryBytes: 64 * MIB })
    }
    const fresh = grab(python)
    python.guest.reset()
    python.run('held = bytearray(60 << 20)')
    expect(python.guest.usage.peakMemoryBytes).toBeGreaterThan(80 * MIB)
    expect(grab(python)).toBe(fresh)
    expect(python.guest.usage.peakMemoryBytes).toBeLessThanOrEqual(64 * MIB)
  })
})

describe('fuel', () => {
  test.each([
    ['a loop', 'while True: pass'],
    [
      'a loop that catches everything',
      'while True:\n    try:\n        while True: pass\n    except BaseException: pass\n    finally: continue',
    ],
    ['recursion', 'def f(n): return f(n - 1) + f(n - 1) if n else 1\nf(60)'],
    ['generators', 'sum(1 for _ in iter(int, 1))'],
    ['a finalizer', 'class A:\n    def __del__(self):\n        while True: pass\nA()'],
    [
      '__str__ of an exception',
      'class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E',
    ],
  ])('ends %s', (_name, code) => {
    expect(killed(code, { fuel: 1000 })).toEqual({ kind: 'fuel', detail: '' })
    expect(python.guest.usage.fuel).toBe(1000)
  })

  test('of the same program is the same, whatever ran before and on every guest', () => {
    const code = `
import random, json, re
random.seed(5)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
class Node:
    def __init__(self, v): self.v = v
result = [fib(15), sorted(random.random() for _ in range(500))[3], len({Node(i) for i in range(500)}), json.dumps({'k': list(range(300))})[:9]]
for i in range(20_000): re.sub('a+', 'b', 'caat')`
    const used: number[] = []
    for (let i = 0; i < 4; i++) {
      python.run(code)
      used.push(python.guest.usage.fuel)
      killed('while True: pass', { fuel: i * 7 })
      python.guest.reset()
    }
    const other = new BareGuest(image)
    other.run(code, {}, { deadline: performance.now() + 60_000 })
    expect(used).toEqual(Array(4).fill(other.guest.usage.fuel))
    expect(used[0]).toBeGreaterThan(400)
  })

  test('a tick is 51 loop turns', () => {
    python.run('for _ in range(1_000_000): pass')
    expect(Math.abs(python.guest.usage.fuel - 1_000_000 / 51)).toBeLessThan(20)
  })
})

describe('the deadline', () => {
  test.each([
    ['a tight loop', 'while True: pass'],
    ['caught exceptions', 'while True:\n    try: raise ValueError\n    except BaseException: pass'],
    ['slow steps after quick ones', 'for _ in range(10**5): pass\nwhile True: bytearray(10**6)'],
    ['slower steps', 'x = bytearray(10**7)\nwhile True: x[:]'],
    ['growing memory', 'x = []\nwhile True: x.append(bytearray(10**6)); x = x[-50:]'],
    ['sleep', 'import fcntl, struct\nfcntl.ioctl(1000, 1, bytearray(struct.pack("<d", 60.0)))'],
  ])('ends %s within 250 ms', (_name, code) => {
    python.run('result = 1')
    const started = performance.now()
    expect(killed(code, { deadline: started + 100 })).toEqual({ kind: 'wall', detail: '' })
    const took = performance.now() - started
    expect(took).toBeGreaterThanOrEqual(100)
    expect(took).toBeLessThan(350)
  })

  test('is put off by what a pulse held the guest up for', () => {
    let held = 0
    const paused = new BareGuest(image, {
      pulse: () => {
        if (held > 0) return 0
        held = 300
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, held)
        return held
      },
    })
    const started = performance.now()
    expect(killed('while True: pass', { deadline: started + 200 }, paused).kind).toBe('wall')
    expect(performance.now() - started).toBeGreaterThanOrEqual(500)
  })
})

describe('memory', () => {
  test('at the cap is a MemoryError, which Python survives', () => {
    const capped = new BareGuest(image, { memoryBytes: 64 * MIB })
    expect(
      capped.run(`
caught = 0
for i in range(200):
    try:
        x = []
        while True: x.append(bytearray(4 << 20))
    except MemoryError:
        caught += 1
        del x
for code in "'a' * 10**9", "[0] * 10**9", "1 << 8 * 10**9", "dict.fromkeys(range(10**8))":
    try: eval(code)
    except (MemoryError, OverflowError): caught += 1
result = caught`),
    ).toBe(204)
    const { peakMemoryBytes, memoryDenied } = capped.guest.usage
    expect(memoryDenied).toBe(true)
    expect(peakMemoryBytes).toBeLessThanOrEqual(64 * MIB)
    expect(peakMemoryBytes).toBeGreaterThan(50 * MIB)
  })

  test('of small objects runs out too', () => {
    const capped = new BareGuest(image, { memoryBytes: 48 * MIB })
    expect(() => capped.run('x = {}\nwhile True: x[len(x)] = [len(x)]')).toThrow(
      /MemoryError|memory/,
    )
    capped.guest.reset()
    expect(capped.run('result = 1')).toBe(1)
  })

  test('may be capped call by call, and a lower cap counts after a higher one', () => {
    const code =
      'x = None\ntry: x = bytearray(80 << 20)\nexcept MemoryError: pass\nresult = x is not None\nx = None'
    expect(python.run(code, {}, { memoryBytes: 48 * MIB })).toBe(false)
    expect(python.run(code, {}, { memoryBytes: 160 * MIB })).toBe(true)
    python.guest.reset()
    expect(python.run(code, {}, { memoryBytes: 48 * MIB })).toBe(false)
    expect(python.guest.usage.peakMemoryBytes).toBeLessThanOrEqual(48 * MIB)
  })
})

describe('output', () => {
  test('arrives whole and in order, as bytes', () => {
    const chunks: string[] = []
    const guest = new BareGuest(image, {
      onOutput: (fd, bytes) => {
        chunks.push(`${fd}:${Buffer.from(bytes).toString()}`)
      },
    })
    guest.run(
      'import sys\nprint("a", "é", "😀")\nprint("b", file=sys.stderr)\nprint("c" * 100_000)\nprint("end", end="")\nsys.stdout.flush()',
    )
    expect(chunks.map((chunk) => chunk.slice(0, 2)).join('')).toMatch(/^1:2:(1:)+$/)
    expect(chunks.map((chunk) => chunk.slice(2)).join('')).toBe(
      `a é 😀\nb\n${'c'.repeat(100_000)}\nend`,
    )
    expect(guest.guest.usage.outputBytes).toBe(100_016)
  })

  test('ends the run at the cap, to the byte', () => {
    expect(
      killed('i = 0\nwhile True:\n    try: print(i := i + 1)\n    except BaseException: pass', {
        outputBytes: 1001,
      }).kind,
    ).toBe('output')
    expect(python.output.length).toBe(1001)
    expect(python.output.startsWith('1\n2\n3\n')).toBe(true)
    expect(python.guest.usage.outputBytes).toBe(1001)
  })

  test('in a flood of tiny pieces takes no memory of the host', () => {
    let bytes = 0
    const guest = new BareGuest(image, {
      onOutput: (_fd, piece) => {
        bytes += piece.length
      },
    })
    const flood = (turns: number): void => {
      guest.run(
        `import os\nfor _ in range(${turns}): os.write(1, b""); os.write(1, b"x"); os.write(2, b"y")`,
        {},
        { outputBytes: 1e9 },
      )
    }
    flood(50_000) // The engine takes memory too, for code and young objects, once.
    const before = process.memoryUsage().rss
    flood(150_000)
    expect(bytes).toBe(400_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(30 * MIB)
  })

  test('held back is delivered when a call is ended', () => {
    expect(killed('print("before")\nwhile True: pass', { fuel: 10 }).kind).toBe('fuel')
    expect(python.output).toBe('before\n')
  })
})

describe('clock, chance and the hatch', () => {
  const SLEEP =
    'import fcntl, struct\ndef sleep(s): fcntl.ioctl(1000, 1, bytearray(struct.pack("<d", s)))\n'

  test('a fixed clock stands still until the guest sleeps, and sleeping takes no time', () => {
    const guest = make({ clock: { fixed: Date.UTC(2024, 1, 29, 12) } })
    const code = `${SLEEP}import time, datetime
a = time.monotonic(), time.time()
for _ in range(10**5): pass
sleep(3600.5)
result = [a[1], time.monotonic() - a[0], str(datetime.datetime.now()), time.perf_counter() == time.monotonic()]`
    const started = performance.now()
    expect(guest.run(code)).toEqual([1709208000, 3600.5, '2024-02-29 13:00:00.500000', true])
    expect(performance.now() - started).toBeLessThan(2000)
    guest.guest.reset()
    expect((guest.run(code) as Value[])[0]).toBe(1709208000)
  })

  test('a real clock is real, in UTC, and in coarse steps', () => {
    const [wall, local, steps, slept] = python.run(`${SLEEP}import time
t = time.monotonic(); sleep(0.05); slept = time.monotonic() - t
steps = {round((b - a) * 1e6) % 5 for a, b in [(time.perf_counter(), time.perf_counter()) for _ in range(2000)]}
result = [time.time(), time.mktime(time.gmtime(86400 * 366)), sorted(steps), slept]`) as number[]
    expect(Math.abs(wall! * 1000 - Date.now())).toBeLessThan(2000)
    expect(local).toBe(86400 * 366)
    expect(steps).toEqual([0])
    expect(slept).toBeGreaterThanOrEqual(0.049)
    expect(slept).toBeLessThan(0.5)
  })

  test('seeded chance repeats, real chance does not', () => {
    const code = 'import os, random\nrandom.seed()\nresult = [os.urandom(8), random.random()]'
    const [a, b, c] = [7, 7, 8].map((seed) => make({ random: { seed } }).run(code))
    expect(a).toEqual(b)
    expect(a).not.toEqual(c)
    const seeded = make({ random: { seed: 7 } })
    seeded.run(code)
    seeded.guest.reset()
    expect(seeded.run(code)).toEqual(a)
    const drawn = [0, 1].map(() => (python.guest.reset(), python.run(code)))
    expect(drawn[0]).not.toEqual(drawn[1])
    expect(python.run('import os; result = len(os.urandom(3_000_000))')).toBe(3_000_000)
  })

  const CALL = `import fcntl, struct
def call(request):
    size = fcntl.ioctl(1000, 2, bytearray(struct.pack('<I', len(request)) + request))
    answer = bytearray(struct.pack('<I', size) + bytes(size))
    fcntl.ioctl(1000, 3, answer)
    return bytes(answer[4:])
`
  test('the hatch passes bytes both ways, small and large', () => {
    const guest = make({ hatch: (request) => Uint8Array.from(request).reverse() })
    expect(
      guest.run(
        `${CALL}result = [call(b''), call(b'abc'), call(bytes(range(256)) * 4096) == bytes(range(255, -1, -1)) * 4096]`,
      ),
    ).toEqual([new Uint8Array(0), Uint8Array.of(99, 98, 97), true])
  })

  test('no hatch is an OSError; a wrong use of it too', () => {
    expect(
      python.run(`${CALL}
result = []
for op, data in [(2, bytes(4)), (3, bytes(4)), (9, bytes(8)), (1, struct.pack('<d', -1.0)), (1, struct.pack('<d', float('nan')))]:
    try: fcntl.ioctl(1000, op, bytearray(data))
    except OSError as e: result.append(e.errno)`),
    ).toEqual([52, 28, 28, 28, 28])
  })

  test('an answer is taken once, into room enough for it', () => {
    const guest = make({ hatch: () => new Uint8Array(9).fill(7) })
    expect(
      guest.run(`${CALL}
result = [fcntl.ioctl(1000, 2, bytearray(4))]
small = bytearray(struct.pack('<I', 8) + bytes(12))
for data in small, bytearray(struct.pack('<I', 9) + bytes(9)), bytearray(struct.pack('<I', 9) + bytes(9)):
    try: result += [fcntl.ioctl(1000, 3, data), data[-1]]
    except OSError as e: result += [e.errno, data[-1]]`),
    ).toEqual([9, 28, 0, 9, 7, 28, 0])
  })

  test('what the host throws behind the hatch ends the call, nothing more', () => {
    const guest = make({
      hatch: () => {
        throw new Error('broken broker')
      },
    })
    expect(killed(`${CALL}try: call(b'')\nexcept BaseException: pass`, {}, guest)).toEqual({
      kind: 'crash',
      detail: 'Error: broken broker',
    })
  })
})

describe('deep recursion', () => {
  const PROBES: Record<string, string> = {
    calls: 'def f(n): return f(n + 1)\nf(0)',
    'calls through C': 'def f(n): return sorted([1], key=lambda _: f(n))\nf(0)',
    'special methods': 'class A:\n    def __repr__(self): return repr([self])\nrepr(A())',
    caches: 'import functools\n@functools.lru_cache(None)\ndef f(n): return f(n + 1)\nf(0)',
    'containers compared': 'x = []; y = []\nfor _ in range(100_000): x = [x]; y = [y]\nx == y',
    'containers freed':
      'x = []\nfor _ in range(100_000): x = [x]\nx = None\nraise RecursionError("freed")',
  }

  test('is a RecursionError on a stack of the recommended size', async () => {
    const worker = new Worker(new URL('support/deep-worker.mjs', import.meta.url), {
      resourceLimits: { stackSizeMb: 48 },
      env: {},
      workerData: { probes: PROBES },
    })
    const results = await new Promise((resolve, reject) =>
      worker.once('message', resolve).once('error', reject),
    )
    expect(results).toEqual(
      Object.fromEntries(Object.keys(PROBES).map((name) => [name, 'RecursionError'])),
    )
    await worker.terminate()
  })

  test('through Python and C is one on a small stack too', () => {
    const small = new BareGuest(image, { stackBytes: 984 << 10 })
    for (const name of ['calls', 'calls through C', 'special methods', 'caches']) {
      expect(() => small.run(PROBES[name]!)).toThrow('RecursionError')
    }
    expect(
      small.run('def f(n): return n and sorted([f(n - 1)], key=lambda x: x)[0]\nresult = f(100)'),
    ).toBe(0)
  })

  test('beyond the stack is a crash, and only that', () => {
    expect(killed(PROBES['containers compared']!, {})).toEqual({ kind: 'crash', detail: 'stack' })
  })
})

/** Mutable globals, and passive data and element segments, of a wasm binary. */
function moduleState(bytes: Uint8Array): { globals: number; passive: number } {
  let at = 8
  const leb = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }
  const skipExpression = (): void => {
    while (bytes[at] !== 0x0b) {
      const opcode = bytes[at++]!
      if (opcode === 0x41 || opcode === 0x42 || opcode === 0x23 || opcode === 0xd2) leb()
      else if (opcode === 0xd0) at++
      else if (opcode === 0x43) at += 4
      else if (opcode === 0x44) at += 8
      else throw new Error(`opcode ${opcode} in a constant expression`)
    }
    at++
  }
  let globals = 0,
    passive = 0
  while (at < bytes.length) {
    const id = bytes[at++]!
    const size = leb()
    const end = at + size
    if (id === 6) {
      for (let count = leb(); count > 0; count--) {
        at++
        globals += bytes[at++]!
        skipExpression()
      }
    } else if (id === 11) {
      for (let count = leb(); count > 0; count--) {
        const flags = leb()
        if (flags === 1) passive++
        else {
          if (flags === 2) leb()
          skipExpression()
        }
        const length = leb()
        at += length
      }
    }
    at = end
  }
  return { globals, passive }
}
