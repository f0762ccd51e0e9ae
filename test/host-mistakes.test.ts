/** What a host gets wrong is told with what it probably meant, and as the kind of error that says what to do. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { audit, check, createSandbox, type Policy, type SandboxOptions } from '../src/index.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-mistakes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const told = async (mistake: () => Promise<unknown>): Promise<string> => {
  try {
    await mistake()
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
  return 'nothing'
}

test.each([
  [
    { isolaton: 'thread' },
    'ArgumentError: options.isolaton: there is no such option; did you mean "isolation"?',
  ],
  [
    { worker: 1 },
    'ArgumentError: options.worker: there is no such option; did you mean "workers"?',
  ],
  [{ zzz: 1 }, 'ArgumentError: options.zzz: there is no such option (known: '],
  [{ wrap: ['/nope/bwrap'] }, 'PolicyError: wrap: there is no command "/nope/bwrap"'],
  [
    { wrap: ['no-such-command-at-all'] },
    'PolicyError: wrap: there is no command "no-such-command-at-all"',
  ],
])('createSandbox: %j', async (options, message) => {
  expect(await told(() => createSandbox({}, options as SandboxOptions))).toContain(message)
})

test('check names every option that it has, and the one that was meant', async () => {
  expect(await told(() => check('1', { polcy: {} } as object))).toBe(
    'ArgumentError: unknown option "polcy"; did you mean "policy"? (known: policy, mode, names, filename, modules, firstLine)',
  )
})

test('an instant is text, and how to write it is told', async () => {
  const clock = { fixed: new Date(Date.UTC(2026, 0, 31)) }
  expect(await told(() => createSandbox({ clock } as unknown as Policy))).toBe(
    'PolicyError: policy.clock.fixed: must be text, not a Date: write "2026-01-31T00:00:00.000Z"',
  )
})

test('audit speaks of its own options', async () => {
  expect(await told(() => audit({}, { wallMs: 0 }))).toBe(
    'ArgumentError: options.wallMs: must be a whole number of milliseconds from 1 to 86400000',
  )
})

describe('types', () => {
  test('a result may be given a type', async () => {
    const sandbox = await createSandbox({}, { isolation: 'inline' })
    const outcome = await sandbox.run<{ readonly total: number }>('{"total": 2}')
    const total: number = outcome.status === 'returned' ? outcome.value.total : 0
    const program = await sandbox.compile('x + 1', { mode: 'eval', parameters: ['x'] })
    const next = program.status === 'compiled' ? await program.run<number>({ x: 1 }) : program
    const value: number | undefined = next.status === 'returned' ? next.value : undefined
    expect([total, value]).toEqual([2, 2])
    await sandbox.close()
  })
})
