/**
 * The null device of a guest that has files: it takes everything and gives nothing, as CPython's programs expect of `os.devnull`, over
 * every kind of mount; and no device of the host's is reached by it, nor any other name of `/dev`.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSandbox, type Policy } from '../src/index.js'
import { hostFolder } from './support/host-folder.js'
import { returned } from './support/outcomes.js'
import { sharedWorkers as workers } from './support/shared-workers.js'

let top: string
let data: string
beforeEach(() => {
  ;({ top, data } = hostFolder())
  mkdirSync(join(data, 'dev'))
  writeFileSync(join(data, 'dev/null'), 'a file of the host')
  writeFileSync(join(data, 'dev/other'), 'other')
})
afterEach(() => {
  rmSync(top, { recursive: true })
})

const USES = `
import contextlib, os, shutil, stat
def told(ask, *args):
    try:
        return ask(*args)
    except Exception as error:
        return type(error).__name__
with open(os.devnull, 'w') as sink, contextlib.redirect_stdout(sink):
    print('not seen')
    sink.flush()
    at = sink.tell()
with open(os.devnull, 'ab') as sink: sink.write(b'x' * 100_000)
with open(os.devnull, 'r+b') as both: both.write(b'x'); both.seek(0); read = both.read()
info = os.stat(os.devnull)
result = {
    'read': [open(os.devnull).read(), read, list(open(os.devnull))],
    'at': at,
    'stat': [stat.filemode(info.st_mode), info.st_size, os.path.isfile(os.devnull), os.path.exists(os.devnull), os.isatty(os.open(os.devnull, os.O_RDWR))],
    'access': [os.access(os.devnull, os.R_OK | os.W_OK), os.access(os.devnull, os.X_OK)],
    'same': os.path.samefile(os.devnull, '/dev/../dev//null') if os.path.isdir('/dev') else None,
    'refused': [
        told(open, os.devnull, 'x'), told(open, os.devnull + '/x'), told(os.listdir, os.devnull), told(os.mkdir, os.devnull),
        told(os.remove, os.devnull), told(os.rmdir, os.devnull), told(os.rename, os.devnull, '/taken'), told(os.truncate, os.devnull, 0),
        told(os.chmod, os.devnull, 0o777), told(os.utime, os.devnull, (1, 1)), told(os.readlink, os.devnull), told(os.open, os.devnull, os.O_DIRECTORY),
        told(open, os.devnull + '/..'),
    ],
    'others': [told(open, '/dev/' + name, mode) for mode in 'rw' for name in ('zero', 'full', 'urandom', 'tty', 'stdin', 'stdout', 'stderr', 'fd/0', 'fd/1')],
    'listed': [told(os.listdir, '/dev'), 'dev' in os.listdir('/')],
}
result`

const NO = 'OSError'
const EXPECTED = {
  read: ['', new Uint8Array(), []],
  at: 0,
  stat: ['crw-rw-rw-', 0, false, true, false],
  access: [true, false],
  refused: [
    'FileExistsError',
    'NotADirectoryError',
    'NotADirectoryError',
    'FileExistsError',
    NO,
    NO,
    NO,
    NO,
    'PermissionError',
    'PermissionError',
    NO,
    'NotADirectoryError',
    'NotADirectoryError',
  ],
}

describe.each(['restricted', 'full'] as const)('language %s', (language) => {
  const policy = (filesystem: Policy['filesystem']): Policy => ({
    language,
    ...(language === 'restricted' && { modules: 'standard files' as const }),
    ...(filesystem && { filesystem }),
  })
  const missing = 'FileNotFoundError'
  // What makes a file in a folder that is not there, or nobody may write to.
  const readOnly = [...Array(9).fill(missing), ...Array(9).fill(missing)] as string[]
  test.each([
    ['no mount', () => undefined, null, readOnly, [missing, false]],
    ['memory', () => ({ '/': { memory: 10_000 } }), null, readOnly, [missing, false]],
    [
      "the host's folder, which has a /dev/null",
      () => ({ '/': { from: data } }),
      true,
      [...Array(9).fill(missing), ...Array(9).fill(NO)],
      [['null', 'other'], true],
    ],
    ['elsewhere', () => ({ '/data': { from: data } }), null, readOnly, [missing, false]],
  ] as const)('%s', async (_, filesystem, same, others, listed) => {
    await using sandbox = await createSandbox(policy(filesystem()), workers('thread'))
    const outcome = await sandbox.run(USES)
    expect(returned(outcome)).toEqual({ ...EXPECTED, same, others, listed: [...listed] })
    expect(outcome.output).toBe('')
  })

  test('a folder that is written to', async () => {
    await using sandbox = await createSandbox(
      policy({ '/': { from: data, access: 'write' } }),
      workers('thread'),
    )
    const source = `
import os, shutil
open('/dev/null', 'w').write('gone')
open('/x', 'w').write('moved')
os.chdir('/dev')
open('null', 'a').write('gone')
shutil.copyfile('/x', '/dev/null')
try: os.rename('/x', '/dev/null')
except OSError as error: told = error.errno
[told, os.path.exists('/x')]`
    expect(returned(await sandbox.run(source))).toEqual([75, true])
    expect(readFileSync(join(data, 'dev/null'), 'utf8')).toBe('a file of the host')
    expect(readdirSync(join(data, 'dev')).sort()).toEqual(['null', 'other'])
  })
})

test('it stays open in a session, its snapshots and forks, and costs no memory', async () => {
  await using sandbox = await createSandbox(
    { modules: 'standard files', filesystem: { '/': { memory: 1_000 } } },
    { isolation: 'thread', spares: 0 },
  )
  await using session = await sandbox.session()
  await session.run("import os\nf = open(os.devnull, 'w')\ng = open('/kept', 'w')")
  const snapshot = await session.snapshot()
  await using restored = await sandbox.session({ from: snapshot })
  for (const one of [session, restored])
    expect(
      returned(await one.run("f.write('x' * 100_000); f.flush(); g.write('y'); g.flush()")),
    ).toBe(null)
  expect(returned(await restored.run("open('/kept').read()"))).toBe('y')
})

test('files are not put into it, but into what is mounted there', async () => {
  const files = { '/dev/null': 'x' }
  await using sandbox = await createSandbox({ filesystem: { '/': { memory: 1_000 } } })
  await expect(sandbox.run('1', { files })).rejects.toThrow('is the null device')
  await using mounted = await createSandbox(
    { filesystem: { '/dev/null': { from: join(data, 'file') } } },
    workers('thread'),
  )
  expect(returned(await mounted.run("open('/dev/null').read()"))).toBe('plain')
})
