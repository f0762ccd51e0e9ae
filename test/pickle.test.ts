/** `pickle` as guest code: the bytes and the errors of CPython's `_pickle`, which full Python has. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSandbox, type Sandbox } from '../src/index.js'

const program = readFileSync(new URL('../fixtures/pickle/values.py', import.meta.url), 'utf8')
const LIMITS = { wallMs: 30_000 }
let ours: Sandbox
let full: Sandbox

beforeAll(async () => {
  ours = await createSandbox(
    { preset: 'agent', limits: LIMITS },
    { isolation: 'thread', spares: 0 },
  )
  full = await createSandbox(
    { language: 'full', limits: LIMITS },
    { isolation: 'thread', spares: 0 },
  )
})
afterAll(async () => {
  await ours.close()
  await full.close()
})

test('what programs pickle is the same, byte for byte, and is read again', async () => {
  const [here, there] = await Promise.all([ours.run(program), full.run(program)])
  expect([here.status, there.status]).toEqual(['returned', 'returned'])
  expect(here.output!.split('\n')).toEqual(there.output!.split('\n'))
  expect(here.output!.split('\n').length).toBeGreaterThan(250)
})

/** What was read of a pickle, or what it raised. */
const read = async (pickle: string, limits = {}) => {
  const source = `import pickle\ntry: told = pickle.loads(${pickle})\nexcept Exception as error: told = f'{type(error).__name__}: {error}'\ntold`
  const outcome = await ours.run(source, { limits })
  return outcome.status === 'returned'
    ? outcome.value
    : [outcome.status, 'limit' in outcome && outcome.limit]
}

test('pickles that were made to take too much end at the limits', async () => {
  const small = { memoryMb: 64 }
  expect(await read("b'\\x80\\x05' + b'(' * 3_000_000 + b'.'", small)).toBe('MemoryError: ')
  expect(await read("b'\\x80\\x05\\x96' + b'\\xff' * 3 + b'\\x7f' + b'\\x00' * 4", small)).toBe(
    'MemoryError: ',
  )
  expect(await read("b'r\\xff\\xff\\xff\\xff.'")).toBe('ValueError: negative LONG_BINPUT argument')
  expect(await read("b'K\\x01r\\xff\\xff\\xff\\x7f.'")).toBe(1)
  expect(await read("b'\\x80\\x04' + b'(' * 2000 + b't' * 2000 + b'.'")).toMatchObject({})
})

test('names are those of the policy, and those that it denies are none', async () => {
  const sandbox = await createSandbox(
    { modules: { pickle: '*', datetime: ['date'] }, builtins: { deny: ['input'] } },
    { isolation: 'thread', spares: 0 },
  )
  const told = async (name: string): Promise<unknown> => {
    const outcome = await sandbox.run(
      `import pickle\ntry: told = repr(pickle.loads(b'c${name}\\n.'))\nexcept Exception as error: told = f'{type(error).__name__}: {error}'\ntold`,
    )
    return outcome.status === 'returned' ? outcome.value : outcome
  }
  expect(await told('datetime\\ndate')).toBe("<class 'datetime.date'>")
  expect(await told('datetime\\ndatetime')).toMatch(
    /^AttributeError: module 'datetime' has no attribute 'datetime'/,
  )
  expect(await told('re\\n_compile')).toMatch(/^ModuleNotFoundError: No module named 're' here/)
  expect(await told('os\\nsystem')).toMatch(/^ModuleNotFoundError: No module named 'os' here/)
  expect(await told('builtins\\ninput')).toBe(
    "AttributeError: module 'builtins' has no attribute 'input'",
  )
  expect(await told('builtins\\neval')).toBe(
    "AttributeError: module 'builtins' has no attribute 'eval'",
  )
  expect(await told('__main__\\npickle')).toMatch(/^<module 'pickle'/)
  await sandbox.close()
})
