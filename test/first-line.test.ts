/** Lines are counted as a source's author counts them: in diagnostics, tracebacks, spans, sessions, states and on the command line. */
import { afterAll, describe, expect, test } from 'vitest'
import { ArgumentError, awaitable, check, createSandbox, rewrite } from '../src/index.js'
import type { GuestException, Outcome } from '../src/index.js'
import { pyrestrict, pyrestrictEach, pyrestrictSays } from './support/cli.js'

const sandbox = await createSandbox(
  { preset: 'script', capabilities: { ask: {} }, evaluate: true },
  {
    isolation: 'thread',
    spares: 0,
    capabilities: { ask: awaitable(() => new Promise(() => {})) },
    onEffect: ({ at }) => void places.push(at?.line),
  },
)
const places: (number | undefined)[] = []
afterAll(() => sandbox.close())

function raised(outcome: Outcome): GuestException {
  if (outcome.status !== 'raised') throw new Error(JSON.stringify(outcome))
  return outcome.exception
}

/** Three lines of the host's, then two of somebody's. */
const PRELUDE = 'import math\ndef area(r):\n    return math.pi * r ** 2\n'
const FAILING = 'def f(x):\n    return area(x) + (\n        x / 0)\nf(2)\n'

describe('check and rewrite', () => {
  test('report with the number of the first line', async () => {
    const { diagnostics, imports } = await check('import math\nx.__class__\n', {
      firstLine: 40,
      policy: { modules: 'standard' },
    })
    expect(diagnostics.map(({ span }) => span)).toEqual([
      {
        start: { line: 41, column: 3, offset: 14 },
        end: { line: 41, column: 12, offset: 23 },
      },
    ])
    expect(imports[0]!.span.start.line).toBe(40)
    const refused = await rewrite('x = (\n', { firstLine: -1 })
    expect(refused.diagnostics[0]!.span.start.line).toBe(-1)
  })

  test('the source map is of the text that the source was cut out of', async () => {
    const later = await rewrite('a.b\n', { firstLine: 3, filename: 'page.html' })
    expect(later.ok && [later.map.mappings, later.map.sourcesContent]).toEqual([
      'AAEA,YAAEA,IAAC;AACH',
      ['\n\na.b\n'],
    ])
    const own = await rewrite(`${PRELUDE}a.b\n`, {
      firstLine: -2,
      policy: { modules: 'standard' },
    })
    expect(own.ok && [own.map.mappings.slice(0, 8), own.map.sourcesContent]).toEqual([
      ';;;AAAA,',
      ['a.b\n'],
    ])
  })

  test.each([1.5, NaN, '2', 2e9, null])('%s is no line', async (firstLine) => {
    const given = { firstLine } as unknown as { firstLine: number }
    await expect(check('1', given)).rejects.toThrow(ArgumentError)
    await expect(sandbox.run('1', given)).rejects.toThrow(ArgumentError)
    await expect(sandbox.formulas([{ source: '1', ...given }])).rejects.toThrow(ArgumentError)
  })
})

describe('a run', () => {
  test('tells its frames, spans and traceback so; with a prelude, the host’s lines are up to 0', async () => {
    const exception = raised(await sandbox.run(PRELUDE + FAILING, { firstLine: -2 }))
    expect(exception.traceback).toBe(`Traceback (most recent call last):
  File "<guest>", line 4, in <module>
    f(2)
    ~^^^
  File "<guest>", line 3, in f
    x / 0)
    ~~^~~
ZeroDivisionError: division by zero
`)
    expect(exception.frames.map(({ line, span }) => [line, span?.start])).toEqual([
      [4, { line: 4, column: 1, offset: (PRELUDE + FAILING).indexOf('f(2)') }],
      [3, { line: 3, column: 9, offset: (PRELUDE + FAILING).indexOf('x / 0') }],
    ])
    const own = raised(await sandbox.run(`${PRELUDE}area("")\n`, { firstLine: -2 }))
    expect(own.frames.map(({ line }) => line)).toEqual([1, 0])
  })

  test('an expression over several lines shows all of them', async () => {
    const text = '(1 +\n  0 /\n  0)\n'
    const plain = raised(await sandbox.run(text)).traceback
    const later = raised(await sandbox.run(text, { firstLine: 101 })).traceback
    expect(later).toBe(
      plain.replace(/line (\d)/g, (_, line: string) => `line ${100 + Number(line)}`),
    )
    expect(later).not.toBe(plain)
  })

  test('so do records of logs', async () => {
    const outcome = await sandbox.run(
      "import logging\nlogging.basicConfig(format='%(lineno)d %(message)s')\nlogging.warning('here')\n",
      { firstLine: 11 },
    )
    expect(outcome.stderr).toBe('13 here\n')
  })

  test('so does what it writes of itself; text that it evaluates has lines of its own', async () => {
    const outcome = await sandbox.run(
      'import traceback, warnings\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()\nwarnings.warn("old")\neval("\\n1 / 0")\n',
      { firstLine: 11 },
    )
    expect(outcome.stderr).toBe(
      'Traceback (most recent call last):\n  File "<guest>", line 13, in <module>\n    1 / 0\n    ~~^~~\n' +
        'ZeroDivisionError: division by zero\n<guest>:16: UserWarning: old\n  warnings.warn("old")\n',
    )
    expect(raised(outcome).frames.map(({ file, line }) => [file, line])).toEqual([
      ['<guest>', 17],
      ['<string>', 2],
    ])
  })

  test('a refusal, a program, a formula and a sheet’s cell tell it too', async () => {
    const refused = await sandbox.run('\n().__class__', { firstLine: 10 })
    expect(refused.status === 'refused' && refused.diagnostics[0]!.span.start.line).toBe(11)
    const late = await sandbox.run('def f():\n    nonlocal x\n', { firstLine: 10 })
    expect(late.status === 'refused' && late.diagnostics[0]!.span.start.line).toBe(11)
    const program = await sandbox.compile('1 / 0', { firstLine: 7 })
    if (program.status !== 'compiled') throw new Error(program.status)
    expect(raised(await program.run()).frames[0]!.line).toBe(7)
    const formula = await sandbox.formula('1 / x', ['x'], { firstLine: 8 })
    if (formula.status !== 'compiled') throw new Error(formula.status)
    await expect(formula.evaluate({ x: 0 })).rejects.toMatchObject({
      outcome: { exception: { frames: [{ line: 8 }] } },
    })
  })

  test('two pieces with the same text are told apart by their lines', async () => {
    const lines = await Promise.all(
      [5, 50].map(
        async (firstLine) => raised(await sandbox.run('1 / 0', { firstLine })).frames[0]!.line,
      ),
    )
    expect(lines).toEqual([5, 50])
  })

  test('one that waits goes on with it, and the log has its lines', async () => {
    places.length = 0
    const waiting = await sandbox.run('a = await ask()\na / 0\n', { firstLine: 21, holdMs: 0 })
    if (waiting.status !== 'waiting') throw new Error(JSON.stringify(waiting))
    const [{ id }] = waiting.calls as [{ id: number }]
    const outcome = await sandbox.resume(waiting.state, { answers: { [id]: { value: 1 } } })
    expect(raised(outcome).frames[0]!.line).toBe(22)
    expect(new Set(places)).toEqual(new Set([21]))
  })
})

test('functions of a session keep the lines of the run that made them, in a snapshot too', async () => {
  await using session = await sandbox.session()
  await session.run('def f():\n    1 / 0\n', { firstLine: 31, filename: 'cell' })
  const lines = async (one: typeof session): Promise<readonly number[]> =>
    raised(await one.run('f()', { firstLine: 3 })).frames.map(({ line }) => line)
  expect(await lines(session)).toEqual([3, 32])
  await using other = await sandbox.session({ from: await session.snapshot() })
  expect(await lines(other)).toEqual([3, 32])
})

test('all of Python tells it too', async () => {
  await using full = await createSandbox({ language: 'full' }, { isolation: 'thread', spares: 0 })
  expect(raised(await full.run('\n1 / 0', { firstLine: 0 })).traceback).toContain('line 1, in')
})

describe('--first-line', () => {
  test('of check, rewrite and run', async () => {
    const stdin = 'x = 1\nx.__class__\n'
    const [checked, rewritten, ran] = await Promise.all([
      pyrestrict(['check', '-', '--first-line', '12'], { stdin }),
      pyrestrict(['rewrite', '-', '--first-line=-1'], { stdin }),
      pyrestrictSays(['run', '--first-line=-1', '-c', '0\n0\n1 / 0'], { keeps: true }),
    ])
    expect(checked.stdout).toBe(
      `error[PR203]: attribute \`__class__\` is not accessible
  --> <stdin>:13:3
   |
12 | x = 1
13 | x.__class__
   |   ^^^^^^^^^
   = hint: write \`type(x)\`

Found 1 problem in 1 of 1 file.
`,
    )
    expect(rewritten.stderr).toContain('<stdin>:0:3')
    expect(ran.stderr).toContain('line 1, in <module>')
  })

  test('must be a line', async () => {
    const said = await pyrestrictEach([
      ['check', '-', '--first-line', '0'],
      ['run', '-', '--first-line', 'x'],
    ])
    expect(said.map(({ stderr }) => stderr)).toEqual([
      'pyrestrict: --first-line: must be 1 or more\n',
      'pyrestrict: --first-line: must be a whole number, not "x"\n',
    ])
  })
})
