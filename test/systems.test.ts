/** docs/systems.md: each command prints what its row says, and each test is there. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { argumentsOf, pyrestrictEach, SHELL_ENV } from './support/cli.js'
import { OFFERS } from './support/systems.js'

const ROOT = join(import.meta.dirname, '..')

/** What each command prints. Those of README.md print what stands there: readme.test.ts runs them. Any other is run once, those of ours in one process. */
const printed = new Map<string, string | Promise<string>>(
  [
    ...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^\$ (.*)\n((?:(?!\$ |```).*\n)+)/gm),
  ].map(([, command, shown]) => [command!, shown!]),
)
const run = (command: string): Promise<string> =>
  new Promise((resolve) => {
    const shell = `pyrestrict() { "$NODE" dist/cli/main.js "$@"; }\nnode() { "$NODE" "$@"; }\n${command}`
    const env = { ...SHELL_ENV, NODE: process.execPath }
    execFile('/bin/sh', ['-c', shell], { cwd: ROOT, env }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    )
  })

beforeAll(async () => {
  const ours = [...new Set(OFFERS.map(({ command }) => command))].filter(
    (command) => argumentsOf(command) && !printed.has(command),
  )
  const said = await pyrestrictEach(
    ours.map((command) => argumentsOf(command)!),
    { keeps: true },
  )
  for (const [index, { stdout, stderr }] of said.entries())
    printed.set(ours[index]!, stdout + stderr)
})

describe.each(OFFERS)('$system: $offered', ({ command, shows, test: [file, name] }) => {
  test('its command', async () => {
    if (!printed.has(command)) printed.set(command, run(command))
    expect(await printed.get(command)).toContain(shows)
  })

  test('its test', () => {
    const tests = readFileSync(join(ROOT, `test/${file}.test.ts`), 'utf8')
    expect([`'${name}'`, `"${name}"`].some((text) => tests.includes(text))).toBe(true)
  })
})
