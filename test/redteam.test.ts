/** Every program with which this was attacked ends as recorded, under presets that narrow the language most and least. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSandbox, type Sandbox } from '../src/index.js'
import { ENGINE, expectEnds, programs } from './support/redteam.js'

/** What the trusted module keeps to itself, and no program may print or return. */
const SECRETS = /GLOBAL-SECRET|hunter2|SECRET-CV|PIN-1234|PRIVATE-KEY|1000000\b.*salary/

/** How deep something is, and how large a number: what the interpreter does with it no preset changes. Once is enough. */
const DEEP = ['guest-big-numbers.py', 'guest-deep.py']

describe.each(['script', 'agent'] as const)('under preset %s', (preset) => {
  let sandbox: Sandbox
  let trusting: Sandbox
  const policy = { preset, limits: { wallMs: 60_000, memoryMb: 128 } } as const
  beforeAll(async () => {
    sandbox = await createSandbox(policy, { isolation: 'thread', workers: 1 })
    trusting = await createSandbox(policy, { isolation: 'thread', workers: 1, trusted: ENGINE })
  })
  afterAll(() => Promise.all([sandbox.close(), trusting.close()]))

  const guests = programs('guest-').filter(({ file }) => preset === 'agent' || !DEEP.includes(file))
  // Each has the guest after the one before it: what that left behind would change its end.
  test.each(guests)('$file: $name', async (program) => {
    await expectEnds(program, sandbox, preset)
  })

  test('the sandbox of all of them lives', async () => {
    expect(await sandbox.run('1 + 1')).toMatchObject({ status: 'returned', value: 2 })
  })

  test.each(programs('door-'))('$file: $name', async (program) => {
    const ends = await expectEnds(program, trusting, preset)
    // The host itself asks for the engine's state; a guest never gets it.
    const guests = ends.filter((_, i) => !program.parts[i]!.code.startsWith('# call'))
    expect(guests.filter((end) => SECRETS.test(end))).toEqual([])
  })
})
