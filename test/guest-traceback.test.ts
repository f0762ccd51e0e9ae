/** What a program writes of its own exceptions: the lines of its source, as full Python writes them of the same program. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSandbox, type Outcome, type Sandbox } from '../src/index.js'

const MODULES = {
  helpers: 'def fail(x):\n    y = x.value\n    return y + undefined_thing\n',
}
const OPTIONS = { isolation: 'thread', workers: 1, modules: MODULES } as const
const PROGRAMS = readFileSync(
  new URL('../fixtures/tracebacks/programs.py', import.meta.url),
  'utf8',
).split(/^# ---\n/m)

let restricted: Sandbox, full: Sandbox
beforeAll(async () => {
  restricted = await createSandbox({ preset: 'agent' }, OPTIONS)
  full = await createSandbox({ language: 'full' }, OPTIONS)
}, 60_000)
afterAll(async () => {
  await restricted.close()
  await full.close()
})

const told = (outcome: Outcome): string =>
  `${'output' in outcome ? outcome.output : ''}${outcome.status}` +
  (outcome.status === 'raised' ? `\n${outcome.exception.traceback}` : '')

test.each(PROGRAMS.slice(1).map((program, at) => [at + 1, program] as const))(
  'program %i',
  async (_at, program) => {
    const expected = told(await full.run(program))
    expect(expected).toContain('\n')
    expect(told(await restricted.run(program))).toBe(expected)
  },
)

const output = async (source: string, options = {}): Promise<string> => {
  const outcome = await restricted.run(source, options)
  if (outcome.status !== 'returned') throw new Error(told(outcome))
  return outcome.output
}

test('the body of a function, and a source that begins in another line', async () => {
  const source = `import traceback, warnings
try: {}['k'].x
except KeyError as e: traceback.print_exc(); print(traceback.extract_tb(e.__traceback__))
warnings.warn('here')`
  expect(
    await output(source, { mode: 'function', filename: 'a.py', firstLine: 11 }),
  ).toBe(`Traceback (most recent call last):
  File "a.py", line 12, in function
    try: {}['k'].x
         ~~^^^^^
KeyError: 'k'
[<FrameSummary file a.py, line 12 in function>]
a.py:14: UserWarning: here
  warnings.warn('here')
`)
})

test('functions of an earlier run of a session show their own lines', async () => {
  const session = await restricted.session()
  await session.run('import traceback\ndef f(x):\n    return x._y.z + 1\nfirst = f')
  await session.run('def f():\n    pass')
  const outcome = await session.run('try: first(1)\nexcept AttributeError: traceback.print_exc()')
  expect(outcome).toMatchObject({
    output: `Traceback (most recent call last):
  File "<run 3>", line 1, in <module>
    try: first(1)
         ~~~~~^^^
  File "<run 1>", line 3, in f
    return x._y.z + 1
           ^^^^
AttributeError: 'int' object has no attribute '_y'
`,
  })
  await session.close()
})

test('the calls that led somewhere are the program’s alone', async () => {
  const source = `import traceback
def f(): return g()
def g(): return traceback.format_stack(), traceback.extract_stack(limit=1)
stack, last = f()
print(''.join(stack), last)`
  expect(await output(source)).toBe(`  File "<guest>", line 4, in <module>
    stack, last = f()
  File "<guest>", line 2, in f
    def f(): return g()
  File "<guest>", line 3, in g
    def g(): return traceback.format_stack(), traceback.extract_stack(limit=1)
 [<FrameSummary file <guest>, line 3 in g>]
`)
})
