/** The jail inside an operator's own command: any command at all, and bubblewrap where the machine has it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { audit, createPool, createSandbox, InstallationError } from '../src/index.js'
import { bubblewrap, wrapOf } from '../src/platform/node/bubblewrap.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const { resolve } = createRequire(import.meta.url)

/** The operator's own command, with folders where `auto` shows single files. */
const OWN_COMMAND = bubblewrap([
  dirname(process.execPath),
  ...['dist', 'package.json', 'grammar-rules'].map((name) => join(root, name)),
  ...['pyodide', 'web-tree-sitter'].map((name) => dirname(resolve(name))),
])
const hasBubblewrap =
  spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true']).status === 0

test('any command', async () => {
  const sandbox = await createSandbox({}, { wrap: ['/usr/bin/env', '-i'] })
  expect(await sandbox.run('1 + 1')).toMatchObject({ status: 'returned', value: 2 })
  expect(await sandbox.run('sum(range(10 ** 12))', { limits: { wallMs: 200 } })).toMatchObject({
    status: 'exhausted',
    limit: 'wallMs',
  })
  await sandbox.close()
})

test('a command of a pool is around every process, those that compile included', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-wrap-'))
  const log = join(folder, 'log')
  const pool = createPool({
    workers: 1,
    wrap: ['/bin/sh', '-c', `echo "$@" >> ${log}; exec "$@"`, 'sh'],
  })
  const sandbox = await createSandbox({}, { pool })
  expect(await sandbox.run('1 + 1')).toMatchObject({ status: 'returned', value: 2 })
  const started = readFileSync(log, 'utf8')
  expect(started).toContain('bundle/worker.js')
  expect(started).toContain('bundle/compile-worker.js')
  await sandbox.close()
  await pool.close()
  rmSync(folder, { recursive: true })
})

test('a command that fails is told with what it said', async () => {
  const sandbox = await createSandbox(
    {},
    { wrap: ['/bin/sh', '-c', 'echo no such cage >&2; exit 9'] },
  )
  await expect(sandbox.run('1')).rejects.toThrow(
    new InstallationError('no worker could be started: the worker exited with 9: no such cage'),
  )
  await sandbox.close()
})

describe.runIf(hasBubblewrap)('bubblewrap', () => {
  test('runs, ends what never ticks, and leaves nothing behind', async () => {
    const sandbox = await createSandbox({}, { wrap: OWN_COMMAND })
    expect(await sandbox.run('1 + 1')).toMatchObject({ status: 'returned', value: 2 })
    expect(await sandbox.run('sum(range(10 ** 12))', { limits: { wallMs: 200 } })).toMatchObject({
      status: 'exhausted',
      limit: 'wallMs',
    })
    const running = sandbox.run('while True: pass')
    await new Promise((resolve) => setTimeout(resolve, 200))
    await sandbox.close()
    expect((await running).status).toBe('cancelled')
    const left = execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('bwrap') && line.includes(join(root, 'dist')))
    expect(left).toEqual([])
  })
})

describe('auto', () => {
  test('is bubblewrap where that works, and nothing elsewhere', async () => {
    expect(wrapOf('auto', ['/opt/x'])).toEqual(
      hasBubblewrap ? expect.arrayContaining(['bwrap', '--unshare-all', '/opt/x']) : [],
    )
    expect(wrapOf(undefined, ['/opt/x'])).toEqual([])
    const sandbox = await createSandbox({ modules: 'standard' }, { wrap: 'auto' })
    expect(await sandbox.run('import math\nmath.sqrt(4)')).toMatchObject({
      status: 'returned',
      value: 2,
    })
    expect(await sandbox.run('sum(range(10 ** 12))', { limits: { wallMs: 200 } })).toMatchObject({
      status: 'exhausted',
    })
    if (hasBubblewrap)
      expect(() => sandbox.start('1')).toThrow(
        'a jail inside the command of "wrap" cannot be paused',
      )
    await sandbox.close()
  })

  test('is in a pool as well, and says so in an audit', async () => {
    const pool = createPool({ wrap: 'auto', workers: 1 })
    const sandbox = await createSandbox({}, { pool })
    expect(await sandbox.run('1 + 1')).toMatchObject({ status: 'returned', value: 2 })
    await sandbox.close()
    await pool.close()
    const { wrap } = await audit({ builtins: { allow: ['len'] } }, { calls: false })
    expect(wrap).toBe(hasBubblewrap ? 'bubblewrap' : 'nothing')
  })

  test.each(['Auto', 'bwrap', true])('%s is none', async (wrap) => {
    await expect(createSandbox({}, { wrap: wrap as never })).rejects.toThrow('or "auto"')
  })
})
