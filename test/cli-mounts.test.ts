/** Files on the command line: what a program finds, and where those that it leaves go. */
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { isName, putArtifacts } from '../src/cli/mounts.js'
import { pyrestrictSays } from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-mounts-'))
afterAll(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'data'))
writeFileSync(join(folder, 'data/sales.csv'), 'item,price\ntea,3\n')

const run = (source: string, ...args: string[]) =>
  pyrestrictSays(['run', '-c', source, ...args], { keeps: true, cwd: folder })

/** Writes what a program left at these places below `/out` into a folder. */
const put = (folderName: string, ...paths: readonly string[]): void =>
  putArtifacts(
    Object.fromEntries(paths.map((path) => [`/out/${path}`, Buffer.from('x')])),
    '/out',
    join(folder, folderName),
  )

describe('mounts', () => {
  test('a folder as the root, read, and artifacts out', async () => {
    expect(
      await run(
        "open('/out/deep', 'w').write(open('/sales.csv').read().upper())",
        ...['--read', 'data::/', '--memory-dir', '/out=1m', '--artifacts', '/out::results'],
      ),
    ).toEqual({ status: 0, stdout: '17\n', stderr: '' })
    expect(readFileSync(join(folder, 'results/deep'), 'utf8')).toBe('ITEM,PRICE\nTEA,3\n')
  })

  test('an overlay leaves the disk as it was, and a written folder is written', async () => {
    mkdirSync(join(folder, 'written'))
    const source =
      "for at in ('/over', '/written', '/read'): print(open(at + '/new', 'w').write('x'))"
    const { status, stdout, stderr } = await run(
      source,
      ...['--overlay', 'data::/over', '--write', 'written::/written', '--read', 'data::/read'],
    )
    expect([status, stdout]).toEqual([3, '1\n1\n'])
    expect(stderr).toContain('OSError: [Errno 69] Read-only file system')
    expect(readdirSync(join(folder, 'data'))).toEqual(['sales.csv'])
    expect(readFileSync(join(folder, 'written/new'), 'utf8')).toBe('x')
  })

  test('artifacts stay in their folder, whatever links are there, and replace files of their names', () => {
    mkdirSync(join(folder, 'elsewhere'))
    mkdirSync(join(folder, 'kept'))
    writeFileSync(join(folder, 'elsewhere/file'), 'mine')
    writeFileSync(join(folder, 'kept/old'), 'old')
    symlinkSync('../elsewhere', join(folder, 'kept/folder'))
    symlinkSync('../elsewhere/file', join(folder, 'kept/link'))
    for (const path of ['folder/file', 'folder/new', 'link'])
      expect(() => put('kept', path), path).toThrow(
        `--artifacts: ${join(folder, 'kept', path)}: cannot be written: `,
      )
    put('kept', 'old')
    expect(readFileSync(join(folder, 'kept/old'), 'utf8')).toBe('x')
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['file'])
    expect(readFileSync(join(folder, 'elsewhere/file'), 'utf8')).toBe('mine')
  })

  test('two artifacts that are one file on the disk do not replace each other; nobody waits for a pipe', async () => {
    mkdirSync(join(folder, 'same'))
    writeFileSync(join(folder, 'same/a'), 'long before')
    linkSync(join(folder, 'same/a'), join(folder, 'same/b'))
    execFileSync('mkfifo', [join(folder, 'same/pipe')])
    expect(
      await run(
        "for name in 'ab': open('/out/' + name, 'w').write(name)",
        ...['--memory-dir', '/out=1m', '--artifacts', '/out::same'],
      ),
    ).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'pyrestrict: --artifacts: same/b: cannot be written: it is the same file here as same/a\n',
    })
    expect(readFileSync(join(folder, 'same/a'), 'utf8')).toBe('a')
    expect(() => put('same', 'pipe')).toThrow(
      `--artifacts: ${join(folder, 'same/pipe')}: cannot be written: what is there is no file`,
    )
  })

  test('names that Windows takes for a device, a path or another name', () => {
    for (const name of [
      'con',
      'NUL.txt',
      'com1',
      'LPT9.',
      'a.',
      'b ',
      'c:d',
      'e\\f',
      'CONOUT$',
      'g\t',
    ])
      expect([name, isName(name, 'win32'), isName(name, 'linux')]).toEqual([name, false, true])
    for (const name of ['console', 'a.b', '.c', 'com', 'nullable.txt', 'ü'])
      expect([name, isName(name, 'win32')]).toEqual([name, true])
  })

  test.each([
    [['--read', 'data'], '--read: "data" is not PATH::AT, as data::/data'],
    [
      ['--read', 'data::d'],
      '--read data::d: "d" must be an absolute path of the program\'s, without . and .. and without a / at its end, as / or /data',
    ],
    [
      ['--write', 'data:/d'],
      '--write: "data:/d" is not PATH::AT, as data::/data; did you mean data::/d?',
    ],
    [
      ['--overlay', 'data/sales.csv::/d'],
      '--overlay data/sales.csv::/d: an overlay lies over a folder, and this is a file',
    ],
    [
      ['--read', '/proc::/d'],
      '--read /proc::/d: what is there are doors to the system and its processes, not files',
    ],
    [['--read', 'data::/a/../b'], '"/a/../b" must be an absolute path'],
    [['--read', 'none::/d'], 'pyrestrict: --read none::/d: there is no such file or folder'],
    [
      ['--read', 'data::/d', '--write', 'data::/d'],
      '--write data::/d: something is mounted at /d already',
    ],
    [['--memory-dir', '/d'], '--memory-dir: "/d" is not AT=SIZE, as /tmp=16m'],
    [['--memory-dir', '/d=much'], '--memory-dir /d: "much" is not a number with one of the units'],
    [
      ['--artifacts', '/out::results'],
      'pyrestrict: --artifacts /out::results: "/out" must lie in a mount of memory or an overlay (policy.filesystem); no mount holds it; --memory-dir /out=16m makes one',
    ],
    [
      ['--memory-dir', '/out=1m', '--artifacts', '/out::data/sales.csv'],
      '--artifacts /out::data/sales.csv: data/sales.csv is no folder',
    ],
    [['--read', 'data::/d', '--artifacts', '/d::x'], 'of others the host has the files already'],
  ])('%j', async (args, message) => {
    const { status, stdout, stderr } = await run("print('ran')", ...args)
    expect(stdout).toBe('')
    expect(stderr).toContain(message)
    expect(status).toBe(2)
  })
})
