/** The sandbox through its public API, the same in every isolation: what became of a guest is an outcome, always. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ArgumentError,
  ClosedError,
  createSandbox,
  OverloadError,
  PolicyError,
  PyValue,
  ValueError,
  type Outcome,
  type Sandbox,
  type Value,
} from '../src/index.js'
import { sharedWorkers as of } from './support/shared-workers.js'

const value = (outcome: Outcome): Value => {
  if (outcome.status !== 'returned') throw new Error(JSON.stringify(outcome).slice(0, 500))
  return outcome.value
}

describe.each(['process', 'thread', 'inline'] as const)('%s', (isolation) => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await createSandbox(
      { modules: 'standard', limits: { wallMs: 2_000, outputBytes: 100_000 } },
      of(isolation),
    )
  })
  afterAll(() => sandbox.close())

  test('gives the value of an expression, of a final expression statement, or of a global', async () => {
    expect(value(await sandbox.run('1 + 1', { mode: 'eval' }))).toBe(2)
    expect(value(await sandbox.run('x = 20\nx + 1'))).toBe(21)
    expect(value(await sandbox.run('x = 20\ny = x + 1'))).toBe(null)
    expect(value(await sandbox.run('x = 20\ny = x + 1\nx', { result: 'y' }))).toBe(21)
  })

  test('is given inputs, which are copies', async () => {
    const inputs = {
      n: Number.MAX_SAFE_INTEGER,
      big: 2n ** 70n,
      f: 1.5,
      s: 'ä😀\ud800',
      b: Uint8Array.of(1, 2),
      items: [1, [2]],
      none: null,
      when: new PyValue('Decimal', '1.50'),
    }
    expect(
      value(
        await sandbox.run('items[1].append(3)\n[n + 1, big * 2, f, s, b, items, none, when + 1]', {
          inputs,
        }),
      ),
    ).toEqual([
      2n ** 53n,
      2n ** 71n,
      1.5,
      'ä😀\ud800',
      Uint8Array.of(1, 2),
      [1, [2, 3]],
      null,
      new PyValue('Decimal', '2.50'),
    ])
    expect(inputs.items).toEqual([1, [2]])
    expect(value(await sandbox.run('a', { inputs: new Map([['a', 1]]) }))).toBe(1)
  })

  test('sees inputs as they were when it was called', async () => {
    const inputs = { items: [1] }
    const running = sandbox.run('items', { inputs })
    inputs.items.push(2)
    expect(value(await running)).toEqual([1])
  })

  test('is pristine each time', async () => {
    await sandbox.run('import json\nleft = 1\njson.x = 1')
    expect(await sandbox.run('left')).toMatchObject({
      status: 'raised',
      exception: { type: 'NameError', message: "name 'left' is not defined" },
    })
    expect(value(await sandbox.run('import json\nhasattr(json, "x")'))).toBe(false)
  })

  test('tells what it wrote, in order, and as it writes', async () => {
    const seen: [string, string][] = []
    const outcome = await sandbox.run(
      'import sys\nprint("öne")\nprint("two", file=sys.stderr)\nprint("three", end="")',
      {
        onOutput: (text, stream) => {
          seen.push([stream, text])
        },
      },
    )
    expect(outcome.output).toBe('öne\ntwo\nthree')
    expect(outcome.usage.outputBytes).toBe(14)
    expect(seen).toEqual([
      ['stdout', 'öne\n'],
      ['stderr', 'two\n'],
      ['stdout', 'three'],
    ])
  })

  test('is refused by the checker, with positions', async () => {
    expect(await sandbox.run('x = 1\nx.__class__')).toEqual({
      status: 'refused',
      omitted: 0,
      output: '',
      stdout: '',
      stderr: '',
      usage: { wallMs: 0, fuel: 0, peakMemoryBytes: 0, outputBytes: 0 },
      diagnostics: [
        expect.objectContaining({
          code: 'PR203',
          span: {
            start: { line: 2, column: 3, offset: 8 },
            end: { line: 2, column: 12, offset: 17 },
          },
        }),
      ],
    })
  })

  test('tells an exception with a traceback of the source as written', async () => {
    const outcome = await sandbox.run(
      'def ratio(a, b):\n    total = sum([a.real,\n                 b.real])\n    return total[0] / b\n\nratio(1, 0)',
      { filename: 'ratio.py' },
    )
    expect(
      outcome.status === 'raised' && outcome.exception.traceback,
    ).toBe(`Traceback (most recent call last):
  File "ratio.py", line 6, in <module>
    ratio(1, 0)
    ~~~~~^^^^^^
  File "ratio.py", line 4, in ratio
    return total[0] / b
           ~~~~~^^^
TypeError: 'int' object is not subscriptable
`)
  })

  test('compiles once and runs many times', async () => {
    const program = await sandbox.compile('[x * n for x in range(n)]', {
      mode: 'eval',
      parameters: ['n'],
    })
    if (program.status !== 'compiled') throw new Error(program.status)
    expect(await Promise.all([1, 2, 3].map(async (n) => value(await program.run({ n }))))).toEqual([
      [0],
      [0, 2],
      [0, 3, 6],
    ])
    expect((await program.run({ n: 'x' })).status).toBe('raised')
  })

  test('refuses a name that nobody provides, once names are declared', async () => {
    const refused = await sandbox.compile('prise * qty', {
      mode: 'eval',
      parameters: ['price', 'qty'],
    })
    expect(refused).toMatchObject({
      status: 'refused',
      diagnostics: [{ code: 'PR209', span: { start: { column: 1 } } }],
    })
  })

  test('is cancelled by a signal that is aborted already', async () => {
    const outcome = await sandbox.run('1', { signal: AbortSignal.abort() })
    expect(outcome).toEqual({
      status: 'cancelled',
      output: '',
      stdout: '',
      stderr: '',
      usage: { wallMs: 0, fuel: 0, peakMemoryBytes: 0, outputBytes: 0 },
    })
  })

  test('rejects with what onOutput throws, and works on', async () => {
    const failing = sandbox.run('print(1)\n2', {
      onOutput: () => {
        throw new RangeError('mine')
      },
    })
    await expect(failing).rejects.toThrow(new RangeError('mine'))
    expect(value(await sandbox.run('3'))).toBe(3)
  })

  test("refuses the host's own mistakes, naming them", async () => {
    const rejects = async (options: object, error: Error | RegExp, source: unknown = '1') => {
      await expect(sandbox.run(source as string, options)).rejects.toThrow(error)
    }
    await rejects(
      { limts: {} },
      /^options\.limts: there is no such option; did you mean "limits"\? \(known: mode, .*limits.*\)$/,
    )
    await rejects(
      { limits: { wallMs: 1e9 } },
      new PolicyError(
        'policy.limits.wallMs: must be a whole number of milliseconds from 1 to 86400000, not 1000000000',
      ),
    )
    await rejects(
      { limits: { wallMs: 5_000 } },
      new PolicyError('policy.limits.wallMs: must not exceed 2000 milliseconds here'),
    )
    await rejects(
      { mode: 'single' },
      new ArgumentError('mode: must be "exec", "eval" or "function"'),
    )
    await rejects({ inputs: { 'a b': 1 } }, new ArgumentError('inputs: "a b" is not a Python name'))
    await rejects(
      { inputs: { _getattr_: 1 } },
      new ArgumentError(
        'inputs: "_getattr_" has a meaning of its own to the guest and cannot be bound',
      ),
    )
    await rejects(
      { inputs: { __builtins__: 1 } },
      new ArgumentError(
        'inputs: "__builtins__" has a meaning of its own to the guest and cannot be bound',
      ),
    )
    await rejects(
      { inputs: { lambda: 1 } },
      new ArgumentError('inputs: "lambda" is a keyword of Python'),
    )
    await rejects(
      { inputs: { ﬁ: 1 } },
      new ArgumentError('inputs: Python reads "ﬁ" as "fi": write that'),
    )
    await rejects({ inputs: { ʼx: 1 } }, new ArgumentError('inputs: "ʼx" is not a Python name'))
    await rejects(
      { result: '__class__' },
      new ArgumentError(
        'result: "__class__" has a meaning of its own to the guest and cannot be bound',
      ),
    )
    await rejects(
      { inputs: { rows: [{ a: () => 1 }] } },
      new ValueError('inputs.rows[0].a: a function cannot cross into a guest'),
    )
    await rejects(
      { inputs: { b: new Uint8Array(257 << 20) } },
      new ValueError(`inputs is larger than ${256 << 20} bytes`),
    )
    await rejects(
      { filename: 'a\nb' },
      new ArgumentError('filename: must be a line of 1 to 1000 characters'),
    )
    await rejects({}, new ArgumentError('source: must be a string, not number'), 42)
  })

  test('gives back plain data that is no behaviour', async () => {
    const returned = value(
      await sandbox.run('{"then": 1, "toJSON": 2, "__proto__": {"a": 1}, "constructor": 3}'),
    ) as Record<string, Value>
    expect(Object.getPrototypeOf(returned)).toBe(null)
    expect(Object.keys(returned)).toEqual(['then', 'toJSON', '__proto__', 'constructor'])
    expect(value(await sandbox.run('{1: "a", (1, 2): "b"}'))).toEqual(
      new Map<Value, Value>([
        [1, 'a'],
        [[1, 2], 'b'],
      ]),
    )
  })

  test('tells stdout and stderr apart, and an exit with its code', async () => {
    const outcome = await sandbox.run(
      'import sys\nprint("a")\nprint("b", file=sys.stderr)\nprint("c")\nraise SystemExit(["no", 1])',
    )
    expect(outcome).toMatchObject({
      status: 'exited',
      code: 1,
      stdout: 'a\nc\n',
      stderr: "b\n['no', 1]\n",
    })
    expect(outcome.output.length).toBe(outcome.stdout.length + outcome.stderr.length)
    expect(await sandbox.run('exit(7)')).toMatchObject({ status: 'exited', code: 7, output: '' })
    expect(await sandbox.run('raise SystemExit(2 ** 40)')).toMatchObject({ code: -1 })
    const hostile = 'class X:\n    def __str__(self): raise SystemExit(5)\nraise SystemExit(X())'
    expect(await sandbox.run(hostile)).toMatchObject({ status: 'exited', code: 1, stderr: '' })
  })

  test('tells a result that is no data by its repr', async () => {
    const looped = await sandbox.run('x = []\nx.append(x)\nx')
    expect(looped).toMatchObject({ status: 'returned', value: [{ type: 'list', text: '[[...]]' }] })
    const outcome = await sandbox.run('class P:\n    def __repr__(self): return "P(1)"\nP()')
    expect(outcome).toMatchObject({
      status: 'returned',
      value: { type: 'P', text: 'P(1)', opaque: true },
    })
    const { value } = outcome as { value: Value }
    await expect(sandbox.run('x', { inputs: { x: [value] } })).rejects.toThrow(
      new ValueError(
        'inputs.x[0]: an opaque PyValue (P, which is no data) cannot cross into a guest',
      ),
    )
  })

  test('refuses a text that its type does not read, with the path to it', async () => {
    for (const [type, was, text, why] of [
      ['Decimal', '1', 'hello', 'Decimal does not read "hello"'],
      ['date', '2026-02-28', '2026-02-31', 'date does not read "2026-02-31"'],
    ] as const) {
      expect(() => new PyValue(type, text)).toThrow(new RangeError(why))
      // One that was changed after it was made.
      const value = Object.assign(new PyValue(type, was), { text })
      await expect(sandbox.run('a', { inputs: { a: [0, value] } })).rejects.toThrow(
        new ValueError(`inputs.a[1]: ${why}`),
      )
    }
  })
})

test('the output takes bytes in turn with text, and tells itself as CPython’s', async () => {
  const sandbox = await createSandbox({ modules: { sys: '*' } }, of('thread'))
  const { stdout, stderr } = await sandbox.run(`import sys
print('a', end='')
print(sys.stdout.buffer.write('é\\n'.encode()))
sys.stderr.buffer.write(memoryview(b'apart'))
print(sys.stdout, sys.stderr.name, sys.stdout.mode, sys.stdout.readable())
for no in 'text', 3, [1]:
    try: sys.stdout.buffer.write(no)
    except TypeError as error: print(error)
print([name for name in ('raw', 'detach', '_stream', 'close') if hasattr(sys.stdout.buffer, name)])`)
  await sandbox.close()
  expect(stdout).toBe(`aé
3
<_io.TextIOWrapper name='<stdout>' mode='w' encoding='utf-8'> <stderr> w False
a bytes-like object is required, not 'str'
a bytes-like object is required, not 'int'
a bytes-like object is required, not 'list'
[]
`)
  expect(stderr).toBe('apart')
})

describe('a formula', () => {
  test('answers at once inline, with a promise elsewhere, and for columns', async () => {
    for (const isolation of ['inline', 'thread'] as const) {
      const sandbox = await createSandbox({ limits: { wallMs: 5_000 } }, of(isolation))
      const formula = await sandbox.formula('price * qty', ['price', 'qty'])
      if (formula.status !== 'compiled') throw new Error(formula.status)
      const answer = formula.evaluate({ price: 2, qty: 3, other: 4 })
      expect(answer instanceof Promise).toBe(isolation === 'thread')
      expect(await answer).toBe(6)
      expect(await formula.evaluate({ price: 'ab', qty: 2 })).toBe('abab')
      expect(await formula.map({ price: Float64Array.of(1, 2.5), qty: [4, 2] })).toEqual(
        Float64Array.of(4, 5),
      )
      const comparison = await sandbox.formula('x > 1', ['x'])
      if (comparison.status !== 'compiled') throw new Error(comparison.status)
      expect(await comparison.map({ x: [1, 2] })).toEqual([false, true])
      const texts = await sandbox.formula('str(x)', ['x'])
      if (texts.status !== 'compiled') throw new Error(texts.status)
      expect(await texts.map({ x: [1, 2] })).toEqual(['1.0', '2.0'])
      expect(await formula.evaluate({ price: 2, qty: 3 })).toBe(6)
      await sandbox.close()
    }
  })

  test('that has no value throws what became of it, and the next has one', async () => {
    const sandbox = await createSandbox({ limits: { wallMs: 400 } }, { isolation: 'inline' })
    const formula = await sandbox.formula('1 / x', ['x'])
    const endless = await sandbox.formula('[0 for y in iter(int, 1)]', [])
    if (formula.status !== 'compiled' || endless.status !== 'compiled') throw new Error()
    const thrown = (work: () => unknown) => {
      try {
        return work()
      } catch (error) {
        return error
      }
    }
    const raised = thrown(() => formula.evaluate({ x: 0 }))
    expect(raised).toMatchObject({
      name: 'EvaluationError',
      message: 'ZeroDivisionError: division by zero',
      outcome: { status: 'raised' },
    })
    expect(
      (raised as { outcome: { exception: { traceback: string } } }).outcome.exception.traceback,
    ).toBe(
      'Traceback (most recent call last):\n  File "<formula>", line 1, in <lambda>\n    1 / x\n    ~~^~~\nZeroDivisionError: division by zero\n',
    )
    expect(thrown(() => endless.evaluate({}))).toMatchObject({
      outcome: { status: 'exhausted', limit: 'wallMs' },
    })
    expect(formula.evaluate({ x: 4 })).toBe(0.25)
    await expect(formula.map({ x: [1, 0] })).rejects.toMatchObject({
      message: 'ZeroDivisionError: division by zero (row 1)',
    })
    expect(thrown(() => formula.evaluate({}))).toEqual(
      new ArgumentError('evaluate: no value for x'),
    )
    expect(await sandbox.formula('y', ['x'])).toMatchObject({ status: 'refused' })
    await sandbox.close()
    expect(thrown(() => formula.evaluate({ x: 1 }))).toEqual(
      new ClosedError('the sandbox is closed'),
    )
  })

  test('by the thousand share a guest, each its own function', async () => {
    const sandbox = await createSandbox({}, { isolation: 'inline' })
    const open = async (n: number) => {
      const formula = await sandbox.formula(`x + ${n % 10}`, ['x'])
      if (formula.status !== 'compiled') throw new Error(formula.status)
      return formula
    }
    const formulas = []
    for (let n = 0; n < 1_100; n++) formulas.push(await open(n))
    expect(formulas.map((formula, n) => formula.evaluate({ x: 1 }) === 1 + (n % 10))).toEqual(
      formulas.map(() => true),
    )
    expect(formulas[0].evaluate({ x: 5 })).toBe(5)
    expect(formulas[1_099].evaluate({ x: 5 })).toBe(14)
    await sandbox.close()
  })
})

describe('a sandbox', () => {
  test('refuses options that it cannot honour', async () => {
    const refuses = async (options: object, error: Error | RegExp) => {
      await expect(createSandbox({}, options)).rejects.toThrow(error)
    }
    await refuses(
      { isolation: 'none' },
      new ArgumentError('isolation: must be one of process, thread, inline'),
    )
    await refuses(
      { isolation: 'thread', wrap: ['bwrap'] },
      new PolicyError('wrap: a command goes around a process, and isolation is "thread"'),
    )
    await refuses(
      { isolation: 'inline', workers: 2 },
      new PolicyError(
        'workers: isolation "inline" runs one guest at a time, in the caller\'s own thread',
      ),
    )
    await refuses(
      { workers: 0 },
      new ArgumentError('workers: must be a whole number from 1 to 1024'),
    )
    await refuses(
      { snapshotKey: new Uint8Array(8) },
      new ArgumentError('snapshotKey: must be 32 bytes at least'),
    )
    await refuses(
      { worker: 1 },
      /^options\.worker: there is no such option; did you mean "workers"\? \(known: isolation, workers, .*\)$/,
    )
  })

  test('that is closed says so; closing twice is closing once', async () => {
    const sandbox = await createSandbox({}, { isolation: 'thread' })
    const program = await sandbox.compile('1')
    await Promise.all([sandbox.close(), sandbox.close()])
    await expect(sandbox.run('1')).rejects.toThrow(new ClosedError('the sandbox is closed'))
    await expect(sandbox.session()).rejects.toThrow(ClosedError)
    if (program.status !== 'compiled') throw new Error(program.status)
    await expect(program.run()).rejects.toThrow(ClosedError)
  })

  test('closing cancels what waits and runs; draining lets it end', async () => {
    for (const drain of [false, true]) {
      const sandbox = await createSandbox(
        { limits: { wallMs: 3_000 } },
        { isolation: 'process', workers: 1, spares: 0 },
      )
      const slow = 'x = 0\nfor i in range(100_000): x += 1\nx'
      await sandbox.run('1')
      const runs = [sandbox.run(slow), sandbox.run(slow)]
      const closing = sandbox.close({ drain })
      expect((await Promise.all(runs)).map(({ status }) => status)).toEqual(
        drain ? ['returned', 'returned'] : ['cancelled', 'cancelled'],
      )
      await closing
    }
  })

  test('refuses more than its queue holds, and runs what is in it', async () => {
    const sandbox = await createSandbox(
      {},
      { isolation: 'thread', workers: 1, spares: 0, queue: 2 },
    )
    await sandbox.run('1')
    const settled = await Promise.allSettled([1, 2, 3, 4].map((n) => sandbox.run(`${n}`)))
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ])
    expect((settled[3] as PromiseRejectedResult).reason).toBeInstanceOf(OverloadError)
    await sandbox.close()
  })

  test('a signal ends a run that waits and one that runs; those beside them go on', async () => {
    const sandbox = await createSandbox(
      { limits: { wallMs: 10_000 } },
      { isolation: 'process', workers: 1, spares: 0 },
    )
    await sandbox.run('1')
    // Compiled already, it has the worker before those that are asked for after it.
    await sandbox.compile('while True: pass')
    const [running, waiting] = [new AbortController(), new AbortController()]
    const one = sandbox.run('while True: pass', { signal: running.signal })
    const two = sandbox.run('2', { signal: waiting.signal })
    const three = sandbox.run('3')
    await new Promise((resolve) => setTimeout(resolve, 100))
    waiting.abort()
    expect((await two).status).toBe('cancelled')
    running.abort()
    expect((await one).status).toBe('cancelled')
    expect(value(await three)).toBe(3)
    await sandbox.close()
  })
})

describe('the value of a run', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await createSandbox({}, of('thread'))
  })
  afterAll(() => sandbox.close())

  test('with result: false is null, and costs nothing on its way', async () => {
    const none = { status: 'returned', value: null, output: 'done\n' }
    const source = 'print("done")\n"x" * 20_000'
    const limits = { resultBytes: 1_000 }
    expect(await sandbox.run(source, { limits })).toMatchObject({ limit: 'resultBytes' })
    expect(await sandbox.run(source, { limits, result: false })).toMatchObject(none)
    const program = await sandbox.compile(source)
    if (program.status !== 'compiled') throw new Error(program.status)
    expect(await program.run({}, { limits, result: false })).toMatchObject(none)
    await using session = await sandbox.session()
    expect(await session.run(source, { limits, result: false })).toMatchObject(none)
  })

  test.each(['eval', 'function'] as const)('with result: false, mode %s', async (mode) => {
    const source = mode === 'eval' ? '6 * 7' : 'return 6 * 7'
    expect(await sandbox.run(source, { mode, result: false })).toMatchObject({
      status: 'returned',
      value: null,
    })
  })

  test('result: true means nothing', async () => {
    await expect(sandbox.run('1', { result: true as never })).rejects.toThrow(ArgumentError)
  })

  test.each([
    ['1.0', '1.0'],
    ['(1, [2.5, None])', '(1, [2.5, None])'],
    ['1e16', '1e+16'],
    ['frozenset([1])', 'frozenset({1})'],
    ["{'a': b'\\x00'}", "{'a': b'\\x00'}"],
    ['None', null],
    ['class P:\n  def __repr__(self):\n    return "me"\nP()', 'me'],
  ])('with asText as Python shows it: %j', async (source, value) => {
    expect(await sandbox.run(source, { asText: true })).toMatchObject({ status: 'returned', value })
  })

  test('with asText, of a name, in a session', async () => {
    await using session = await sandbox.session()
    const asked = { asText: true, result: 'x' }
    expect(await session.run('x = 2.0', asked)).toMatchObject({ value: '2.0' })
  })

  test("with asText is guest code's: it raises, and ends at the run's limits", async () => {
    const showing = (body: string) =>
      sandbox.run(`class P:\n  def __repr__(self):\n    ${body}\nP()`, {
        asText: true,
        limits: { wallMs: 300 },
      })
    expect(await showing('1 / 0')).toMatchObject({
      status: 'raised',
      exception: { type: 'ZeroDivisionError' },
    })
    expect(await showing('while True: pass')).toMatchObject({ status: 'exhausted' })
    expect(await showing('return 1')).toMatchObject({
      status: 'raised',
      exception: { type: 'TypeError' },
    })
    await expect(sandbox.run('1', { asText: 1 as never })).rejects.toThrow(
      new ArgumentError('options.asText: must be true or false'),
    )
  })
})
