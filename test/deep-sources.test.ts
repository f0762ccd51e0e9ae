/** Sources that nest deeply: what CPython compiles is compiled, what it has no stack for is refused, and the sandbox goes on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSandbox } from '../src/index.js'
import type { Isolation, Outcome, Sandbox } from '../src/index.js'

const joined = (term: string, operator: string) => (terms: number) =>
  Array<string>(terms).fill(term).join(operator)

/** Operators, which nest as their terms are many: 10,000 of them. */
const SUMS: readonly (readonly [string, (terms: number) => string, unknown])[] = [
  ['numbers', joined('1', '+'), 10_000],
  ['items, each of them guarded', (terms) => `a = [1]\n${joined('a[0]', '+')(terms)}`, 10_000],
  ['names', (terms) => `a = 1\n${joined('a', ' + ')(terms)}`, 10_000],
  ['calls', (terms) => `f = lambda: 1\n${joined('f()', '+')(terms)}`, 10_000],
  ['texts', (terms) => `len(${joined('f"{1}"', '+')(terms)})`, 10_000],
  ['named values', (terms) => joined('(a := 1)', '+')(terms), 10_000],
]

/** What nests from the left, where CPython's parser has stack for some thousands. */
const PREFIXES: readonly (readonly [string, (depth: number) => string, unknown])[] = [
  ['signs', (depth) => `${'-'.repeat(depth)}1`, 1],
  ['negations', (depth) => `${'not '.repeat(depth)}1`, true],
  ['conditionals', (depth) => `${'1 if 0 else '.repeat(depth)}2`, 2],
  ['powers', joined('1', '**'), 1],
  [
    'branches',
    (depth) => `a = -1\nif a == 0: 0\n${'elif a == 1: 1\n'.repeat(depth - 10)}else: a = 7\na`,
    7,
  ],
]

const ending = (outcome: Outcome): unknown =>
  outcome.status === 'refused' ? outcome.diagnostics.map(({ code }) => code) : outcome.status

describe.each(['process', 'thread', 'inline'] as const)('isolation %s', (isolation: Isolation) => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await createSandbox({ preset: 'script' }, { isolation, spares: 0 })
  })
  afterAll(() => sandbox.close())

  // The stack is that of the isolation's compile worker, and that of inline sandboxes is a thread as well; what nests is one in all.
  const [sums, prefixes] = {
    process: [SUMS.slice(0, 2), PREFIXES.slice(-2)],
    thread: [SUMS, PREFIXES],
    inline: [SUMS.slice(0, 1), PREFIXES.slice(0, 1)],
  }[isolation]

  test.each(sums)('a sum of 10,000 %s', async (_what, source, value) => {
    expect(await sandbox.run(source(10_000))).toMatchObject({ status: 'returned', value })
    expect(ending(await sandbox.run(source(11_000)))).toEqual(['PR501'])
  })

  test.each(prefixes)('2,000 %s within one another, and too many', async (_what, source, value) => {
    expect(await sandbox.run(source(2_000))).toMatchObject({ status: 'returned', value })
    for (const depth of [2_500, 6_000])
      expect([['PR501'], ['PR902'], 'returned']).toContainEqual(
        ending(await sandbox.run(source(depth))),
      )
    expect(ending(await sandbox.run(source(50_000)))).toEqual(['PR501'])
    expect(await sandbox.run('6 * 7')).toMatchObject({ status: 'returned', value: 42 })
  })
})

test('what CPython has no stack for says so', async () => {
  const sandbox = await createSandbox(
    { limits: { depth: 12_000 } },
    { isolation: 'thread', spares: 0 },
  )
  const deep = await sandbox.run(joined('1', '+')(11_900))
  const branches = await sandbox.run(`if a: 0\n${'elif a: 1\n'.repeat(2_100)}`)
  expect([deep, branches]).toMatchObject([
    {
      status: 'refused',
      diagnostics: [
        { code: 'PR902', message: 'the program cannot be compiled: it is nested too deeply' },
      ],
    },
    {
      status: 'refused',
      diagnostics: [
        {
          code: 'PR501',
          message:
            "more than 2000 clauses in a row: to CPython's compiler each is within the one before",
          span: { start: { line: 1_998 } },
        },
      ],
    },
  ])
  await sandbox.close()
})
