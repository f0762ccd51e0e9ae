/** docs/systems.md: each command prints what its row says, and each test is there. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SHELL_ENV } from './support/cli.js'
import { OFFERS } from './support/systems.js'

const ROOT = join(import.meta.dirname, '..')

const printed = (command: string): Promise<string> =>
  new Promise((resolve) => {
    const shell = `pyrestrict() { "$NODE" dist/cli/main.js "$@"; }\nnode() { "$NODE" "$@"; }\n${command}`
    const env = { ...SHELL_ENV, NODE: process.execPath }
    execFile('/bin/sh', ['-c', shell], { cwd: ROOT, env }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    )
  })

describe.each(OFFERS)('$system: $offered', ({ command, shows, test: [file, name] }) => {
  test('its command', async () => {
    expect(await printed(command)).toContain(shows)
  })

  test('its test', () => {
    const tests = readFileSync(join(ROOT, `test/${file}.test.ts`), 'utf8')
    expect([`'${name}'`, `"${name}"`].some((text) => tests.includes(text))).toBe(true)
  })
})
