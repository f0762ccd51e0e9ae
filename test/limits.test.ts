/** Limits: exact in what they count, told in full, and in force whatever the guest does instead of ticking. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  awaitable,
  createPool,
  createSandbox,
  type Outcome,
  type Policy,
  type Sandbox,
  type SandboxOptions,
} from '../src/index.js'

/** Programs that do not tick while they do what they do, or hardly. */
const NEVER_TICKING: Record<string, string> = {
  'a sum over a range': 'sum(range(10 ** 12))',
  'a long sort':
    'x = list(range(2_000_000)) * 4\nx.sort(key=None, reverse=True)\nwhile True: x.sort(); x.reverse()',
  'a regular expression': 'import re\nre.match("(a+)+$", "a" * 50 + "b")',
  'a power': '10 ** 10 ** 8',
  'a conversion': 'str(7 ** 3_000_000)',
  'a product': 'import itertools\nlist(itertools.product(range(100), repeat=5)) and 1',
  'an endless repeat':
    'import collections, itertools\ncollections.deque(itertools.repeat(1), maxlen=0)',
  'a membership test': '-1 in range(0, 10 ** 18, 3) or max(iter(int, 1))',
  'a factorial': 'import math\nmath.factorial(10 ** 7)',
}

/** Beyond its limit, a run is answered within this time on an idle machine; this many times that on one that is not. */
const LATE_MS = 250
const PATIENCE = 8

describe.each(['process', 'thread', 'inline'] as const)('%s', (isolation) => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await createSandbox(
      {
        modules: 'standard',
        limits: { wallMs: 5_000, outputBytes: 1_000, memoryMb: 96, recursion: 300 },
      },
      { isolation, workers: 1, spares: 0 },
    )
    await sandbox.run('import math, re, itertools, collections')
  })
  afterAll(() => Promise.all([sandbox.close(), pool?.close()]))

  // Sandboxes of other policies share a worker, which their sessions take turns with their runs in.
  const pool = isolation === 'inline' ? undefined : createPool({ isolation, workers: 1 })
  const ofPolicy = (policy: Policy, options: SandboxOptions = {}): Promise<Sandbox> =>
    createSandbox(policy, { ...(pool ? { pool } : { isolation }), ...options })

  // What ends them within their worker is the same in all isolations (watchdog.ts): in two of them, three show that it is there.
  const neverTicking = Object.entries(NEVER_TICKING).slice(
    0,
    isolation === 'thread' ? undefined : 3,
  )
  test.each(neverTicking)('wallMs ends %s', async (_, source) => {
    await sandbox.compile(source)
    const began = performance.now()
    const outcome = await sandbox.run(source, { limits: { wallMs: 50 } })
    const took = performance.now() - began
    // Some are ended by memory first, in their own way.
    if (outcome.status === 'raised')
      expect(outcome.exception.type).toMatch(/^(MemoryError|ValueError|OverflowError)$/)
    else expect(outcome).toMatchObject({ status: 'exhausted', limit: 'wallMs', allowed: 50 })
    expect(took).toBeLessThan(50 + PATIENCE * LATE_MS)
    expect(await sandbox.run('1')).toMatchObject({ status: 'returned', value: 1 })
  })

  test('wallMs cannot be caught, and tells what was written until then', async () => {
    const source =
      'print("before")\nwhile True:\n    try:\n        while True: pass\n    except BaseException: print("caught")\n    finally: print("finally")'
    const outcome = await sandbox.run(source, { limits: { wallMs: 300 } })
    expect(outcome).toMatchObject({ status: 'exhausted', limit: 'wallMs', output: 'before\n' })
  })

  test('fuel ends a run at exactly as many ticks, the same each time', async () => {
    const source = 'x = 0\nwhile True: x += 1'
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => sandbox.run(source, { limits: { fuel: 1_000 } })),
    )
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: 'exhausted',
        limit: 'fuel',
        used: 1_000,
        allowed: 1_000,
        usage: { fuel: 1_000 },
        message: 'fuel: used 1000 of 1000 ticks; policy.limits.fuel raises it',
      })
    }
    const spent = (outcome: Outcome) => outcome.usage.fuel
    const finite = 'for i in range(10_000): pass'
    const once = spent(await sandbox.run(finite))
    expect(spent(await sandbox.run(finite))).toBe(once)
    expect((await sandbox.run(finite, { limits: { fuel: once } })).status).toBe('returned')
    expect((await sandbox.run(finite, { limits: { fuel: once - 1 } })).status).toBe('exhausted')
  })

  test('what was written before a run that never ticks is told as well, to the middle of a line', async () => {
    const outcome = await sandbox.run(
      'import sys\nprint("before")\nprint("a", end=" ")\nsys.stdout.write("b")\nprint("c", end="", file=sys.stderr)\nsum(range(10**12))',
      { limits: { wallMs: 300 } },
    )
    expect(outcome).toMatchObject({
      status: 'exhausted',
      limit: 'wallMs',
      output: 'before\na bc',
      usage: { outputBytes: 11 },
    })
  })

  test('outputBytes: so many are written and not one more', async () => {
    expect(await sandbox.run('print("x" * 999)')).toMatchObject({
      status: 'returned',
      usage: { outputBytes: 1_000 },
    })
    const outcome = await sandbox.run('print("x" * 1000)')
    expect(outcome).toMatchObject({
      status: 'exhausted',
      limit: 'outputBytes',
      allowed: 1_000,
      output: 'x'.repeat(1_000),
    })
    expect(
      (await sandbox.run('import sys\nwhile True: print("y" * 99, file=sys.stderr)')).output,
    ).toBe(`${'y'.repeat(99)}\n`.repeat(10))
    expect(await sandbox.run('print("z")', { limits: { outputBytes: 0 } })).toMatchObject({
      status: 'exhausted',
      limit: 'outputBytes',
      output: '',
    })
  })

  test('memoryMb: a run gets what it may have, whatever ran before it', async () => {
    const grab =
      'held = []\ntry:\n    while True: held.append(bytearray(1 << 20))\nexcept MemoryError: pass\nn = len(held)\nheld = None\nn'
    const limits = { memoryMb: 64 }
    const fresh = await sandbox.run(grab, { limits })
    expect(fresh).toMatchObject({ status: 'returned' })
    const other = await sandbox.run('held = bytearray(50 << 20)\n1')
    expect(other.status === 'returned' && other.usage.peakMemoryBytes).toBeGreaterThan(80 << 20)
    const later = await sandbox.run(grab, { limits })
    expect(later).toMatchObject({ value: fresh.status === 'returned' && fresh.value })
    expect(later.usage.peakMemoryBytes).toBeLessThanOrEqual(64 << 20)
    const session = await sandbox.session()
    await session.run('held = bytearray(40 << 20)')
    expect(await session.run('1', { limits })).toMatchObject({
      status: 'exhausted',
      limit: 'memoryMb',
      allowed: 64,
    })
    expect(await session.run('len(held)')).toMatchObject({ value: 40 << 20 })
    await session.run('held = None')
    await session.close()
  })

  test('memoryMb: more is a MemoryError that the guest may catch', async () => {
    expect(await sandbox.run('x = bytearray(10 ** 8)')).toMatchObject({
      status: 'raised',
      exception: { type: 'MemoryError' },
    })
    expect(
      await sandbox.run(
        'try:\n    x = bytearray(10 ** 8)\nexcept MemoryError:\n    x = "caught"\nx',
      ),
    ).toMatchObject({ value: 'caught' })
    const many = await sandbox.run('x = []\nwhile True: x.append(bytearray(1_000_000))')
    expect(
      many.status === 'raised'
        ? many.exception.type
        : many.status === 'exhausted'
          ? many.limit
          : many,
    ).toMatch(/^(MemoryError|memoryMb|wallMs)$/)
    expect(many.usage.peakMemoryBytes).toBeLessThanOrEqual(96 << 20)
    expect(await sandbox.run('1')).toMatchObject({ value: 1 })
  })

  test('resultBytes, and what is in a result', async () => {
    expect(await sandbox.run('"x" * 2_000', { limits: { resultBytes: 1_000 } })).toMatchObject({
      status: 'exhausted',
      limit: 'resultBytes',
      allowed: 1_000,
    })
    expect(await sandbox.run('"x" * 900', { limits: { resultBytes: 1_000 } })).toMatchObject({
      status: 'returned',
    })
    // Of 2 ** 100 parts, so few bytes are not counted for long.
    const dag = 'x = 0\nfor i in range(100): x = [x, x]\nx'
    expect(await sandbox.run(dag, { limits: { resultBytes: 10_000 } })).toMatchObject({
      status: 'exhausted',
      limit: 'resultBytes',
      allowed: 10_000,
    })
  })

  // What the policy says, what the program asks for, how deep it may then call. Calls this deep need the isolation's stack.
  const deep = [
    [{ modules: { sys: '*' } }, 20_000, 10_000],
    [{ preset: 'script' }, 60_000, 60_000],
    [{ language: 'full', limits: { recursion: 300 } }, 60_000, 60_000],
  ] as const
  // Which of the two holds is the guest's own arithmetic, the same in all isolations.
  const lower = [
    [{ modules: { sys: '*' }, limits: { recursion: 3_000 } }, 20_000, 3_000],
    [{ modules: { sys: '*' }, limits: { recursion: 300 } }, 20_000, 300],
    [{ modules: { sys: '*' }, limits: { recursion: 3_000 } }, 500, 500],
  ] as const
  test.each([...deep, ...(isolation === 'thread' ? lower : [])])(
    'recursion: %o, raised to %i',
    async (policy, asked, allowed) => {
      const own = await ofPolicy(policy)
      const program = (before: string): string =>
        `import sys\n${before}\nlimit = sys.getrecursionlimit()\ndef f(n): return n and 1 + f(n - 1)\nf(limit - 20)`
      // Full Python counts the frames before its own.
      const before = 'language' in policy ? 4 : 0
      const begins = before + Math.min(1_000, 'limits' in policy ? policy.limits.recursion : 1_000)
      expect(await own.run(program(''))).toMatchObject({ value: begins - 20 })
      const raise = `sys.setrecursionlimit(${asked})`
      expect(await own.run(program(raise))).toMatchObject({ value: allowed - 20 })
      expect(await own.run(`import sys\n${raise}\ndef f(n): return f(n + 1)\nf(0)`)).toMatchObject({
        exception: { type: 'RecursionError', message: 'maximum recursion depth exceeded' },
      })
      // What one program raised is no other's, but the session's own.
      const session = await own.session()
      await session.run(`import sys\n${raise}`)
      const limit = 'import sys\nsys.getrecursionlimit()'
      expect(await session.run(limit)).toMatchObject({ value: allowed })
      expect(await own.run(limit)).toMatchObject({ value: begins })
      await own.close()
    },
  )

  test('recursion: a RecursionError, as deep as was allowed', async () => {
    const depth =
      'n = 0\ndef f():\n    global n\n    n += 1\n    f()\ntry: f()\nexcept RecursionError: pass\nn'
    const outcome = await sandbox.run(depth)
    expect(outcome.status === 'returned' && Number(outcome.value)).toBeGreaterThan(280)
    expect(outcome.status === 'returned' && Number(outcome.value)).toBeLessThan(310)
    const through = 'class A:\n    def __repr__(self): return repr(self)\nrepr(A())'
    expect(await sandbox.run(through)).toMatchObject({
      status: 'raised',
      exception: { type: 'RecursionError' },
    })
    const nested = 'x = []\nfor i in range(100_000): x = [x]\nrepr(x)'
    // As deep as the stack goes, which on a stack of 64 MiB takes longer than anybody waits.
    const deep = await sandbox.run(nested, { limits: { wallMs: 50 } })
    expect(deep.status === 'raised' ? deep.exception.type : deep.status).toMatch(
      /^(RecursionError|returned|exhausted)$/,
    )
  })

  // The isolation has no part in these: a stack that is deep enough is tried above, and inline sandboxes have their sources compiled in threads.
  if (isolation === 'inline') return

  test('a source that is too large, too deep, or too much to compile is refused', async () => {
    expect(await sandbox.run(`x = "${'a'.repeat(11_000_000)}"`)).toMatchObject({
      status: 'refused',
      diagnostics: [{ code: 'PR500' }],
    })
    expect(await sandbox.run(`${'('.repeat(5_000)}1${')'.repeat(5_000)}`)).toMatchObject({
      status: 'refused',
    })
    const bomb =
      Array.from(
        { length: 14 },
        (_, i) => `${' '.repeat(i)}try: pass\n${' '.repeat(i)}finally:\n`,
      ).join('') + `${' '.repeat(14)}${'pass; '.repeat(30)}`
    expect(await sandbox.run(bomb)).toMatchObject({ status: 'refused' })
    expect(await sandbox.run('1')).toMatchObject({ value: 1 })
  })

  if (isolation === 'process') return

  test('recursion: without sys, all of it from the start', async () => {
    const own = await ofPolicy({ limits: { recursion: 4_000 } })
    const deep = 'def f(n): return n and 1 + f(n - 1)\nf(3_900)'
    expect(await own.run(deep)).toMatchObject({ value: 3_900 })
    await own.close()
  })

  test('recursion: as a program raised it, after it has waited for its host', async () => {
    const policy = { preset: 'script', capabilities: { later: {} } } as const
    const capabilities = { later: awaitable(() => Promise.resolve(1)) }
    const own = await ofPolicy(policy, { capabilities })
    const source = `import sys
sys.setrecursionlimit(5_000)
def f(n): return n and 1 + f(n - 1)
await later()
[f(4_900), sys.getrecursionlimit()]`
    expect(await own.run(source)).toMatchObject({ value: [4_900, 5_000] })
    await own.close()
  })

  test('codeBytes, to the character, with the key that raises it', async () => {
    await using small = await ofPolicy({ limits: { codeBytes: 1_024 } })
    expect(await small.run(`1#${'x'.repeat(1_022)}`)).toMatchObject({
      status: 'returned',
      value: 1,
    })
    expect(await small.run(`1#${'x'.repeat(1_023)}`)).toMatchObject({
      status: 'refused',
      diagnostics: [
        {
          code: 'PR902',
          message:
            '1025 characters of guarded text, of 1024 allowed; policy.limits.codeBytes raises it',
        },
      ],
    })
    expect(
      await small.run(Array.from({ length: 60 }, (_, i) => `a${i}=${i}.5`).join(';')),
    ).toMatchObject({
      status: 'refused',
      diagnostics: [
        {
          code: 'PR902',
          message: expect.stringMatching(
            /it makes \d+ bytes of code, of 1024 allowed; policy\.limits\.codeBytes raises it$/,
          ),
        },
      ],
    })
  })
})

test('waiting for a worker and compiling are not in wallMs', async () => {
  const sandbox = await createSandbox(
    { limits: { wallMs: 200 } },
    { isolation: 'thread', workers: 1, spares: 0 },
  )
  const busy = 'import_free = 0\nwhile True: pass'
  const outcomes = await Promise.all([
    ...[1, 2].map(() => sandbox.run(busy)),
    sandbox.run('"last"'),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['exhausted', 'exhausted', 'returned'])
  await sandbox.close()
})

test('a host that was busy itself does not take a run that ended in time for a late one', async () => {
  for (const isolation of ['process', 'thread'] as const) {
    const sandbox = await createSandbox(
      { limits: { wallMs: 300 } },
      { isolation, workers: 1, spares: 0 },
    )
    await sandbox.run('1')
    let begun = false
    const running = sandbox.run('print("begun", flush=True)\nimport_free = 2\nimport_free', {
      onOutput: () => {
        begun = true
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800)
      },
    })
    expect(await running).toMatchObject({ status: 'returned', value: 2 })
    expect(begun).toBe(true)
    await sandbox.close()
  }
})
