/** Deep structures: no program ends the interpreter by nesting, and none writes below its stack. */
import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, test } from 'vitest'
import { createSandbox } from '../src/index.js'
import type { LoadedImage } from '../src/platform/node/image.js'
import type { Exports } from '../src/trusted/wall/c-api.js'
import { Killed } from '../src/trusted/wall/killed.js'
import { deepShapes } from './support/deep-shapes.js'
import { bare, BareGuest } from './support/images.js'

let image: LoadedImage
beforeAll(() => {
  image = bare()
}, 60_000)

/** What Node gives a thread, and what CPython is told of it. */
const ENGINE = 984 << 10
const TOLD = 96 << 10
const DEEP = 20_000

/** How a program ended: `returned`, or the exception's name; a Killed is thrown. */
function end(guest: BareGuest, source: string): string {
  try {
    guest.run(source)
    return 'returned'
  } catch (error) {
    if (error instanceof Killed) return String(error.message)
    // The last line of a traceback, before the notes that it may have.
    const { message } = error as Error
    return /^\w+(?=:|$)/m.exec(message.replace(/^[^]*\n {2}.*/, ''))?.[0] ?? message
  }
}

/** By so much the stack is looked through: a megabyte byte by byte takes longer than most programs here. */
const UNWRITTEN = Buffer.alloc(1 << 10)

/** The lowest address of the C stack that was ever written to, as its distance from the top. */
function deepest(guest: BareGuest): number {
  return guest.guest.enter({}, (exports: Exports) => {
    const [low, top] = [exports.emscripten_stack_get_end(), exports.emscripten_stack_get_base()]
    const stack = Buffer.from(exports.memory.buffer, low, top - low)
    let at = 0
    while (stack.subarray(at, at + UNWRITTEN.length).equals(UNWRITTEN)) at += UNWRITTEN.length
    while (stack[at] === 0) at += 1
    return stack.length - at
  })
}

describe('nested deep, on the smallest stack there is', () => {
  const shapes = deepShapes(DEEP)
  // One for all: reset, it is as it was made, and its stack as it was never written to.
  let guest: BareGuest
  beforeAll(() => {
    guest = new BareGuest(image, { stackBytes: ENGINE, memoryBytes: 512 << 20 })
  })

  test('there are many shapes', () => {
    expect(Object.keys(shapes).length).toBeGreaterThan(70)
  })

  test.each(Object.entries(shapes))('%s', (name, source) => {
    guest.guest.reset()
    expect(deepest(guest)).toBeLessThan(TOLD / 4)
    const ended = end(guest, source)
    expect(ended).toMatch(/^(returned|RecursionError|MemoryError)$/)
    if (name.endsWith('dropped')) expect(ended).toBe('returned')
    expect(deepest(guest)).toBeLessThanOrEqual(TOLD)
    // The same interpreter goes on.
    expect(guest.run('result = sorted(map(str, [2, 1]))')).toEqual(['1', '2'])
  })
})

describe('nested deeper, on the stack of workers', () => {
  const chosen = [
    'linked list of objects dropped',
    'tuples dropped',
    'closures dropped',
    'map asked',
    'tuples hashed',
    'lists compared',
    'slices shown',
    'calls through a sort',
  ]

  test('ends in the same ways', { timeout: 120_000 }, async () => {
    const all = deepShapes(150_000)
    const worker = new Worker(new URL('support/deep-worker.mjs', import.meta.url), {
      resourceLimits: { stackSizeMb: 48 },
      env: {},
      workerData: { probes: Object.fromEntries(chosen.map((name) => [name, all[name]])) },
    })
    const results = await new Promise((resolve, reject) =>
      worker.once('message', resolve).once('error', reject),
    )
    await worker.terminate()
    expect(results).toEqual({
      'linked list of objects dropped': 'returned',
      'tuples dropped': 'returned',
      'closures dropped': 'returned',
      'map asked': 'RecursionError',
      'tuples hashed': 'RecursionError',
      'lists compared': 'RecursionError',
      'slices shown': 'RecursionError',
      'calls through a sort': 'RecursionError',
    })
  })
})

test('what nothing checks ends the guest, and the interpreter below its stack is untouched', () => {
  const nested = `t = int\nfor i in range(${DEEP}): t = (t,)\nisinstance("", t)`
  const guest = new BareGuest(image, { stackBytes: ENGINE })
  expect(end(guest, nested)).toBe('crash: stack')
  guest.guest.reset()
  expect(guest.run('result = 1')).toBe(1)
})

test('a stack that overflowed all the same never returns', () => {
  const guest = new BareGuest(image)
  const overflow = (): unknown =>
    guest.guest.enter({}, (exports: Exports) => {
      new Uint8Array(exports.memory.buffer)[exports.emscripten_stack_get_end() + 100] = 1
    })
  expect(overflow).toThrow('the C stack overflowed')
  expect(() => guest.run('result = 1')).toThrow('not reset')
})

test.each(['process', 'thread', 'inline'] as const)(
  'a program that drops a long linked list just works: %s',
  { timeout: 60_000 },
  async (isolation) => {
    await using sandbox = await createSandbox(
      { preset: 'script', limits: { wallMs: 30_000 } },
      { isolation, workers: 1, spares: 0 },
    )
    const outcome = await sandbox.run(`
class Node:
    def __init__(self, value, rest):
        self.value = value
        self.rest = rest

head = None
for value in range(100_000):
    head = Node(value, head)
head = None
'done'`)
    expect(outcome).toMatchObject({ status: 'returned', value: 'done' })
  },
)
