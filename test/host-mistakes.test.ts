/** What a host gets wrong is told with what it probably meant, and as the kind of error that says what to do. */
import { expect, test } from 'vitest'
import { check, createSandbox, type Policy } from '../src/index.js'

const told = async (mistake: () => Promise<unknown>): Promise<string> => {
  try {
    await mistake()
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
  return 'nothing'
}

test('check names every option that it has, and the one that was meant', async () => {
  expect(await told(() => check('1', { polcy: {} } as object))).toBe(
    'ArgumentError: unknown option "polcy"; did you mean "policy"? (known: policy, mode, names, filename)',
  )
})

test('an instant is text, and how to write it is told', async () => {
  const clock = { fixed: new Date(Date.UTC(2026, 0, 31)) }
  expect(await told(() => createSandbox({ clock } as unknown as Policy))).toBe(
    'PolicyError: policy.clock.fixed: must be text, not a Date: write "2026-01-31T00:00:00.000Z"',
  )
})
