/** Compiled code that a host saves: nothing is compiled again after a restart, and nothing is taken that somebody else made. */
import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createSandbox, SnapshotError, type Policy, type SandboxOptions } from '../src/index.js'
import { decodeValue, encodeValue, type Value } from '../src/trusted/channel/values.js'

const key = randomBytes(32)
const POLICY: Policy = { preset: 'formula' }
const OPTIONS: SandboxOptions = { isolation: 'thread', snapshotKey: key }
const SOURCES = Array.from({ length: 100 }, (_, i) => `price * ${i} + math.sqrt(qty)`)
const HEAD = 'pyrestrict compiled 1\n'.length + 32

async function saved(): Promise<Uint8Array> {
  await using sandbox = await createSandbox(POLICY, OPTIONS)
  await sandbox.formulas(SOURCES)
  await sandbox.compile('1 / n', { firstLine: 7, filename: 'a.py' })
  return sandbox.saveCompiled()
}

/** What a sandbox does with the sources, and how many bytes of code it has before and after. */
async function formulasOf(options: SandboxOptions, policy = POLICY) {
  await using sandbox = await createSandbox(policy, options)
  const before = sandbox.saveCompiled().length
  const formulas = await sandbox.formulas(SOURCES)
  const values = []
  for (const formula of formulas.slice(0, 3)) {
    if (formula.status !== 'compiled') throw new Error(formula.status)
    values.push([formula.parameters, await formula.evaluate({ price: 2, qty: 9 })])
  }
  const program = await sandbox.compile('1 / n', { firstLine: 7, filename: 'a.py' })
  if (program.status !== 'compiled') throw new Error(program.status)
  const outcome = await program.run({ n: 0 })
  return {
    before,
    values,
    line: outcome.status === 'raised' && outcome.exception.frames[0]!.line,
    after: sandbox.saveCompiled().length,
  }
}

const RIGHT = [
  [['price', 'qty'], 3],
  [['price', 'qty'], 5],
  [['price', 'qty'], 7],
]

/** Sealed by somebody who has the key. */
function forged(change: (body: { codes: Value[][] }) => void): Uint8Array {
  const body = decodeValue(good.slice(HEAD), { bytes: 2 ** 30, nodes: 1e7 }) as never
  change(body)
  const bytes = encodeValue(body)
  const magic = 'pyrestrict compiled 1\n'
  const mac = createHmac('sha256', key).update(magic).update(bytes).digest()
  return Buffer.concat([Buffer.from(magic), mac, bytes])
}

const good = await saved()

describe('compiled code', () => {
  test('is there again, with its parameters, values and lines; nothing is compiled', async () => {
    const told = await formulasOf({ ...OPTIONS, compiled: good })
    expect(told).toMatchObject({ values: RIGHT, line: 7, before: good.length, after: good.length })
  })

  test('serves isolation inline as well, under the same terms', async () => {
    const told = await formulasOf({ ...OPTIONS, isolation: 'inline', compiled: good })
    expect(told).toMatchObject({ values: RIGHT, before: good.length })
  })

  test.each([
    ['another key', () => ({ snapshotKey: randomBytes(32), compiled: good })],
    ['no key', () => ({ snapshotKey: undefined, compiled: good })],
    [
      'a changed byte',
      () => ({ compiled: good.map((byte, at) => (at === good.length - 9 ? byte ^ 1 : byte)) }),
    ],
    [
      'a changed MAC',
      () => ({ compiled: good.map((byte, at) => (at === HEAD - 1 ? byte ^ 1 : byte)) }),
    ],
    ['a beginning', () => ({ compiled: good.subarray(0, HEAD + 50) })],
    ['nothing', () => ({ compiled: new Uint8Array(0) })],
    ['a text', () => ({ compiled: 'pyrestrict' as never })],
  ])('is not taken with %s', async (_, options) => {
    await expect(createSandbox(POLICY, { ...OPTIONS, ...options() })).rejects.toThrow(SnapshotError)
  })

  test('of another policy is as if there were none', async () => {
    const other: Policy = { preset: 'formula', limits: { recursion: 99 } }
    const told = await formulasOf({ ...OPTIONS, compiled: good }, other)
    expect(told).toMatchObject({ values: RIGHT, line: 7 })
    expect(told.before).toBeLessThan(good.length / 10)
  })

  test('of another version of what compiles is as if there were none', async () => {
    const other = forged((body) => Object.assign(body, { compiler: 'another' }))
    const told = await formulasOf({ ...OPTIONS, compiled: other })
    expect(told.values).toEqual(RIGHT)
    expect(told.before).toBeLessThan(good.length / 10)
  })

  test.each([
    ['no list', (body: object) => Object.assign(body, { codes: 5 })],
    ['a row that is none', ({ codes }: { codes: Value[][] }) => codes.push(7 as never)],
    [
      'edits that end early',
      ({ codes }: { codes: Value[][] }) => (codes[0]![11] = Buffer.from('abc')),
    ],
  ])('with the key, but %s, is an error that says so', async (_, change) => {
    const options = { ...OPTIONS, compiled: forged(change as never) }
    await expect(createSandbox(POLICY, options)).rejects.toThrow(
      new SnapshotError('compiled code cannot be read: it is no list of compiled sources'),
    )
  })

  test('is scanned where it runs: with the key, code that is none of the language is not executed', async () => {
    // The bytes of `__builtins__['__import__']('os')` and the like begin otherwise: any code that was not made here is refused.
    const bad = forged(({ codes }) => {
      for (const row of codes) row[9] = Buffer.from('e30000000000', 'hex')
    })
    await using sandbox = await createSandbox(POLICY, { ...OPTIONS, compiled: bad })
    const [formula] = await sandbox.formulas(SOURCES)
    if (formula?.status !== 'compiled') throw new Error(formula?.status)
    await expect(formula.evaluate({ price: 1, qty: 4 })).rejects.toThrow()
    expect(await sandbox.run('1 + 1')).toMatchObject({ status: 'returned', value: 2 })
  })
})
