/** The environment of a program: what its host gives the run, and nothing of the host's process. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createSandbox,
  type Isolation,
  type Policy,
  type RunOptions,
  type Sandbox,
} from '../src/index.js'
import { pyrestrictEach } from './support/cli.js'
import { raised, returned, waiting } from './support/outcomes.js'

const HOME = { HOME: '/' }

describe.each<[Isolation, Policy]>([
  ['process', { language: 'full' }],
  ['thread', { modules: { os: '*', 'os.path': '*' } }],
  ['inline', { modules: 'standard', filesystem: { '/tmp': { memory: 1_000_000 } } }],
])('isolation %s, %j', (isolation, policy) => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await createSandbox(policy, { isolation, spares: 0 })
  })
  afterAll(() => sandbox.close())

  test('it is what was given, for reading and writing, and each run has its own', async () => {
    const all = 'import os\ndict(os.environ)'
    expect(returned(await sandbox.run(all))).toEqual(HOME)
    expect(returned(await sandbox.run(all, { env: { A: '1', 'Ä b': 'ö=\n' } }))).toEqual({
      A: '1',
      'Ä b': 'ö=\n',
    })
    expect(
      returned(
        await sandbox.run(
          'import os, os.path\nos.environ["B"] = "2"\n[os.getenv("A"), os.getenv("B"), os.getenv("C"), os.path.expanduser("~")]',
          { env: { A: '1', HOME: '/home/guest' } },
        ),
      ),
    ).toEqual(['1', '2', null, '/home/guest'])
    expect(raised(await sandbox.run('import os\nos.environ["B"]', { env: { A: '1' } }))).toBe(
      "KeyError: 'B'",
    )
    expect(returned(await sandbox.run(all))).toEqual(HOME)
  })

  test('a session keeps it until a run is given another; what is given is copied', async () => {
    await using session = await sandbox.session()
    const env = { A: '1' }
    const first = session.run('import os\nos.environ["B"] = "2"', { env })
    env.A = 'changed'
    expect((await first).status).toBe('returned')
    expect(returned(await session.run('dict(os.environ)'))).toEqual({ A: '1', B: '2' })
    expect(returned(await session.run('dict(os.environ)', { env: {} }))).toEqual({})
  })

  test('wrong ones are the host’s mistakes', async () => {
    for (const [env, message] of [
      [[], 'options.env: must be an object, not a list'],
      [{ A: 1 }, 'options.env.A: must be a string without NUL and lone surrogates'],
      [{ A: 'a\0' }, 'options.env.A: must be a string'],
      [{ A: '\ud800' }, 'options.env.A: must be a string'],
      [{ '': 'a' }, 'options.env: "" cannot be a variable\'s name'],
      [{ 'A=': 'a' }, 'options.env: "A=" cannot be a variable\'s name'],
    ] as const)
      await expect(sandbox.run('1', { env } as unknown as RunOptions)).rejects.toThrow(message)
  })
})

test('a run that waits goes on with it', async () => {
  await using asking = await createSandbox(
    { language: 'full', capabilities: { ask: { approve: true } } },
    { spares: 0, capabilities: { ask: () => 1, tell: () => 1 } },
  )
  const told = await asking.run('import os\n[tell(), os.environ["A"]]', { env: { A: '1' } })
  expect(returned(told)).toEqual([1, '1'])
  const source = 'import os\n[ask(), os.environ["A"]]'
  const { state } = waiting(await asking.run(source, { env: { A: '1' } }))
  const outcome = await asking.resume(state, { answers: { 1: { approved: true } } })
  expect(returned(outcome)).toEqual([1, '1'])
})

test('on the command line a variable is given, or passed on', async () => {
  const shows = ['run', '--language', 'full', '-c', 'import os\nsorted(os.environ.items())']
  const given = [
    [],
    ['--env', 'A=b=c', '--env', 'LANG', '--env', 'E='],
    ['--env', 'NONE'],
    ['--env', 'A=1', '--env', 'A=2'],
    ['--env', '=2'],
  ]
  const [none, some, unknown, twice, nameless] = await pyrestrictEach(
    given.map((args) => [...shows, ...args]),
    { keeps: true, env: { SECRET: 'hunter2', LANG: 'C' } },
  )
  expect(none!.stdout).toBe("[('HOME', '/')]\n")
  expect(some!.stdout).toBe("[('A', 'b=c'), ('E', ''), ('LANG', 'C')]\n")
  expect(unknown).toMatchObject({
    status: 2,
    stderr: 'pyrestrict: --env NONE: there is no variable of that name to pass on\n',
  })
  expect(twice!.stderr).toBe('pyrestrict: --env: A is given twice\n')
  expect(nameless!.stderr).toBe('pyrestrict: --env: "=2" is not NAME=VALUE\n')
})

test('the command line lets a program that it gives an environment read it, and nothing else of `os`', async () => {
  const source = 'import os\nprint(os.environ["A"], os.getenv("B"))\nos.listdir("/")'
  const run = ['run', '-c', source]
  const [given, none] = await pyrestrictEach([[...run, '--env', 'A=1'], run], { keeps: true })
  expect(given).toEqual({
    status: 3,
    stdout: '1 None\n',
    stderr: expect.stringContaining("module 'os' has no attribute 'listdir'"),
  })
  expect(none!.stderr).toContain('module `os`')
})
