/** Folders of the host's, on a real disk: nothing above a mount exists, whatever lies in it and whoever changes it meanwhile. */
import { execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Policy } from '../src/policy/policy.js'
import { holdPath, hostSystem, whyNoHostFolders } from '../src/platform/node/host-system.js'
import type { SandboxOptions } from '../src/sandbox/sandbox-options.js'
import { hostFolder } from './support/host-folder.js'
import { sharedWorkers as workers } from './support/shared-workers.js'
import { createSandbox } from '../src/sandbox/sandbox.js'
import { Directory } from '../src/trusted/broker/directory.js'
import type { EffectEvent } from '../src/trusted/broker/effect.js'
import { awaitable } from '../src/trusted/broker/capability.js'
import type { GuestFunction } from '../src/trusted/broker/callbacks.js'
import { fileEffects } from '../src/trusted/broker/files.js'
import { denier } from '../src/trusted/files/deny.js'
import { ERRNO } from '../src/trusted/wall/errno.js'

let top: string
let data: string
let outside: string
beforeEach(() => {
  ;({ top, data, outside } = hostFolder())
})
afterEach(() => {
  rmSync(top, { recursive: true, force: true })
})

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What the program answers, or the last line of what it raised. */
async function answer(
  source: string,
  filesystem: NonNullable<Policy['filesystem']>,
  { limits, isolation = 'thread', ...options }: SandboxOptions & { limits?: Policy['limits'] } = {},
): Promise<unknown> {
  await using sandbox = await createSandbox(
    { modules: 'standard', filesystem, ...(limits && { limits }) },
    { ...workers(isolation), ...options },
  )
  const outcome = await sandbox.run(source)
  if (outcome.status === 'returned') return outcome.value
  return outcome.status === 'raised'
    ? outcome.exception.traceback.trim().split('\n').at(-1)
    : outcome
}

/** What comes of opening each path: text, or the number of the error. */
const OPENED = (paths: readonly string[], mode = 'r'): string => `
def opened(path):
    try:
        with open(path, ${JSON.stringify(mode)}) as f: return f.read() if ${mode === 'r' ? 'True' : 'False'} else f.write('x')
    except OSError as error: return error.errno
[opened(path) for path in ${JSON.stringify(paths)}]`

const MOUNTS = ['/read', '/overlay', '/write'] as const
/** The folder, mounted once with each access. */
const ofEveryAccess = (deny: string[] = []) => ({
  '/read': { from: data, deny },
  '/overlay': { from: data, access: 'overlay' as const, deny },
  '/write': { from: data, access: 'write' as const, deny },
})
const inEachOf = (mounts: readonly string[], paths: readonly string[]): string[] =>
  mounts.flatMap((mount) => paths.map((path) => mount + path))

const [EACCES, EISDIR, ELOOP, ENAMETOOLONG, ENOENT, EPERM, EROFS, EDQUOT] = [
  2, 31, 32, 37, 44, 63, 69, 19,
]

describe.each(['process', 'thread', 'inline'] as const)('isolation %s', (isolation) => {
  const mounts = () => ({ ...ofEveryAccess(), '/above/file': { from: join(data, 'file') } })

  test('reads, and writes nothing', async () => {
    expect(
      await answer(
        OPENED(['/file', '/folder/inner', '/folder', '/no', 'folder/../file']),
        { '/': { from: data } },
        { isolation },
      ),
    ).toEqual(['plain', 'inner', EISDIR, ENOENT, 'plain'])
    expect(
      await answer(OPENED(['/file', '/new'], 'w'), { '/': { from: data } }, { isolation }),
    ).toEqual([EROFS, EROFS])
    expect(readFileSync(join(data, 'file'), 'utf8')).toBe('plain')
    expect(readdirSync(data)).toEqual(['file', 'folder'])
  })

  test('os.access says who may write: nobody to a mount that is read, nor above one', async () => {
    symlinkSync('folder/inner', join(data, 'link'))
    symlinkSync('/write/file', join(data, 'across'))
    const below = ['', '/', '/file', '/folder/', '/link', '/across', '/no']
    const source = `
import os
def may(path, right):
    return os.access(path, os.F_OK | right)
[[at, [[may(at + path, right) for right in (os.R_OK, os.W_OK, os.R_OK | os.W_OK)] for path in ${JSON.stringify(below)}]]
 for at in ('/read', '/overlay', '/write')] + [may('/', os.W_OK), may('/above', os.W_OK), may('/above/file', os.R_OK), may('/above/file', os.W_OK)]`
    const [all, none, read] = [
      [true, true, true],
      [false, false, false],
      [true, false, false],
    ]
    // A link from one mount to another leads to what may be written there.
    expect(await answer(source, mounts(), { isolation })).toEqual([
      ['/read', [read, read, read, read, read, all, none]],
      ['/overlay', [all, all, all, all, all, all, none]],
      ['/write', [all, all, all, all, all, all, none]],
      false,
      false,
      true,
      false,
    ])
  })

  test('an overlay is written in memory, and the disk is as it was', async () => {
    expect(
      await answer(
        `import os
os.chdir('/overlay')
open('file', 'a').write(' more'); open('folder/new', 'w').write('new')
[open('/overlay/file').read(), open('folder/new').read(), open('folder/inner').read()]`,
        mounts(),
        { isolation },
      ),
    ).toEqual(['plain more', 'new', 'inner'])
    expect(readFileSync(join(data, 'file'), 'utf8')).toBe('plain')
    expect(existsSync(join(data, 'folder/new'))).toBe(false)
  })

  test('a mount that is written is written', async () => {
    expect(
      await answer(
        `f = open('/write/new', 'w+'); f.write('one'); f.seek(0); x = f.read(); f.truncate(2); f.close(); x`,
        mounts(),
        { isolation },
      ),
    ).toBe('one')
    expect(readFileSync(join(data, 'new'), 'utf8')).toBe('on')
    expect(statSync(join(data, 'new')).mode & 0o7777).toBe(0o644)
  })
})

describe('what lies in a mount', () => {
  test('links are followed in the tree of the guest: what they name outside is not there', async () => {
    symlinkSync(outside, join(data, 'absolute'))
    symlinkSync('../outside', join(data, 'relative'))
    symlinkSync('../../../../../../../etc', join(data, 'up'))
    symlinkSync(join(outside, 'secret'), join(data, 'file-link'))
    symlinkSync('folder/inner', join(data, 'within'))
    symlinkSync('/folder', join(data, 'rooted'))
    symlinkSync('loop', join(data, 'loop'))
    const paths = [
      '/absolute/secret',
      '/relative/secret',
      '/up/passwd',
      '/file-link',
      '/loop',
      '/within',
      '/rooted/inner',
      '/absolute/../file',
    ]
    const found = [ENOENT, ENOENT, ENOENT, ENOENT, ELOOP, 'inner', 'inner', ENOENT]
    expect(await answer(OPENED(paths), { '/': { from: data } })).toEqual(found)
    expect(await answer(OPENED(paths), { '/': { from: data, access: 'overlay' } })).toEqual(found)
    // Made through such a link, a file would be one of the guest's own tree.
    expect(
      await answer(OPENED(['/absolute/new', '/file-link'], 'w'), {
        '/': { from: data, access: 'write' },
      }),
    ).toEqual([ENOENT, ENOENT])
    expect(readdirSync(outside)).toEqual(['secret'])
  })

  test('there is nothing above, by any number of dots', async () => {
    const paths = [
      '/../outside/secret',
      '/../../../../etc/passwd',
      '/folder/../../outside/secret',
      `..${top}/outside/secret`,
      `${outside}/secret`,
    ]
    expect(await answer(OPENED(paths), { '/': { from: data } })).toEqual(paths.map(() => ENOENT))
    expect(
      await answer(OPENED(['/m/../../m/file', '/m/folder/../../m/file']), { '/m': { from: data } }),
    ).toEqual(['plain', 'plain'])
  })

  test('pipes, sockets and devices are not there, and nobody waits for them', async () => {
    execFileSync('mkfifo', [join(data, 'pipe')])
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(data, 'socket'), resolve))
    try {
      expect(await answer(OPENED(inEachOf(MOUNTS, ['/pipe', '/socket'])), ofEveryAccess())).toEqual(
        MOUNTS.flatMap(() => [ENOENT, ENOENT]),
      )
      expect(await answer(OPENED(['/write/pipe', '/write/socket'], 'w'), ofEveryAccess())).toEqual([
        EACCES,
        EACCES,
      ])
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  test('mounts below are not entered, nor /proc, nor devices', async () => {
    expect(
      await answer(
        OPENED([
          '/proc/version',
          '/proc/self/environ',
          '/sys/kernel/notes',
          '/dev/full',
          '/dev/zero',
        ]),
        { '/': { from: '/' } },
      ),
    ).toEqual([EACCES, EACCES, EACCES, EACCES, EACCES])
    for (const from of ['/proc', '/proc/self', '/sys'])
      await expect(createSandbox({ filesystem: { '/': { from } } })).rejects.toThrow(
        'doors to the system',
      )
  })

  test('many files are read in order at once, and each byte of each is its own', async () => {
    const [files, bytes] = [20, 700_000]
    for (let n = 0; n < files; n++) writeFileSync(join(data, `n${n}`), Buffer.alloc(bytes, n + 1))
    const source = `
import os
opened = [os.open(f'/n{n}', os.O_RDONLY) for n in range(${files})]
seen = [0] * ${files}
for _ in range(${bytes / 100_000}):
    for n, fd in enumerate(opened):
        piece = os.read(fd, 100_000)
        seen[n] += len(piece) if piece == bytes([n + 1]) * len(piece) else -1
[seen == [${bytes}] * ${files}, [os.read(fd, 1) for fd in opened] == [b''] * ${files}]`
    expect(await answer(source, { '/': { from: data } })).toEqual([true, true])
  })

  test.each(['process', 'thread', 'inline'] as const)(
    'the next piece is on its way while the guest works, whatever else it asks: %s',
    async (isolation) => {
      const numbers = Array.from({ length: 600_000 }, (_, n) => `${n}\n`).join('')
      writeFileSync(join(data, 'numbers'), numbers)
      writeFileSync(join(data, 'other'), numbers.slice(7))
      const read = vi.spyOn(hostSystem, 'read')
      try {
        await using sandbox = await createSandbox(
          {
            modules: 'standard',
            filesystem: {
              '/': { from: data, access: 'write' },
              '/over': { from: data, access: 'overlay' },
            },
          },
          { ...workers(isolation), capabilities: { pieces: () => read.mock.calls.length } },
        )
        const source = `
import os, zlib
fd = os.open('/numbers', os.O_RDONLY)
seen = os.read(fd, 1 << 17) + os.read(fd, 1 << 17) + os.read(fd, 1 << 17)
begun = pieces()
seen += os.read(fd, 1 << 17)
os.lseek(fd, 2_500_000, os.SEEK_SET)
elsewhere = os.read(fd, 8)
os.lseek(fd, 1 << 19, os.SEEK_SET)
whole, other = [seen], []
with open(fd, 'rb') as file, open('/over/other', 'rb') as second:
    while part := file.read(300_001):
        whole.append(part)
        other.append(second.read(200_000))
        if len(whole) % 3 == 0: os.stat('/file'), print(len(whole)), pieces()
        if len(whole) == 9:
            with open('/made', 'w') as made: made.write('m')
    other.append(second.read())
    file.seek(1_000_000)
    again = file.read(1_000_000)
    kept = file.read(1_200_000)[-1:]
[begun, *(zlib.crc32(b''.join(parts)) for parts in (whole, other, [again], [elsewhere])), kept]`
        const first = await sandbox.run(source, { record: true })
        const sums = [
          numbers,
          numbers.slice(7),
          numbers.slice(1_000_000, 2_000_000),
          numbers.slice(2_500_000, 2_500_008),
        ].map((text) => crc32(text))
        expect(first.status === 'returned' && first.value).toEqual([
          3,
          ...sums,
          new Uint8Array(Buffer.from(numbers[3_199_999]!)),
        ])
        const again = await sandbox.run(source, { replay: first.recording! })
        expect(again).toMatchObject({ status: 'returned' })
        // An end in the middle leaves nothing for the next run.
        const cut =
          'file = open("/numbers")\nfor line in file:\n  if line == "70000\\n":\n    while True: pass'
        expect((await sandbox.run(cut, { limits: { fuel: 50_000 } })).status).toBe('exhausted')
        const last = await sandbox.run('open("/file").read()')
        expect(last.status === 'returned' && last.value).toBe('plain')
      } finally {
        read.mockRestore()
      }
    },
  )

  test('what was read ahead is read again once the guest has written', async () => {
    writeFileSync(join(data, 'file'), 'a'.repeat(1_000))
    const source = `
import os
one, other = os.open('/file', os.O_RDONLY), os.open('/file', os.O_RDWR)
first = os.read(one, 10)
os.lseek(other, 10, os.SEEK_SET)
os.write(other, b'b' * 10)
second = os.read(one, 10)
os.truncate('/file', 25)
[first, second, os.read(one, 10), os.read(one, 10)]`
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
    expect(await answer(source, { '/': { from: data, access: 'write' } })).toEqual(
      ['a'.repeat(10), 'b'.repeat(10), 'a'.repeat(5), ''].map(bytes),
    )
  })

  test('times before 1970, and the microsecond', async () => {
    const times = [
      -1, -1_000, -1_500, -999_999_000, -1_000_001_000, -123_456_789_123_000, 0, 1, 1_000,
      1_700_000_000_123_457_000,
    ]
    const source = `
import os
def told(path, time):
    os.utime(path, ns=(time, time))
    return os.stat(path).st_mtime_ns
open('/memory/file', 'w').close()
[[told(path, time) for time in (${times.map((time) => `${BigInt(time)}`).join(', ')})] for path in ('/disk/file', '/memory/file')]`
    // The guest's own libc tells the microsecond that a time is in.
    const told = times.map((time) => BigInt(Math.floor(time / 1_000)) * 1_000n)
    const answered = await answer(source, {
      '/disk': { from: data, access: 'write' },
      '/memory': { memory: 1_000 },
    })
    expect((answered as number[][]).map((each) => each.map(BigInt))).toEqual([told, told])
  })

  test('a file with a second name is read, and not changed', async () => {
    linkSync(join(outside, 'secret'), join(data, 'second'))
    const write = { '/': { from: data, access: 'write' } } as const
    expect(await answer(OPENED(['/second']), write)).toEqual(['SECRET'])
    expect(await answer(OPENED(['/second'], 'w'), write)).toEqual([EPERM])
    expect(await answer(OPENED(['/second'], 'a'), write)).toEqual([EPERM])
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('SECRET')
  })

  test('long names and strange ones', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${data}/`), Buffer.from([0xff, 0xfe])]), 'x')
    writeFileSync(join(data, 'new\nline'), 'odd')
    expect(
      await answer(
        OPENED([
          `/${'n'.repeat(256)}`,
          `/${'ü'.repeat(200)}`,
          '/new\nline',
          `/${'d/'.repeat(3000)}`,
        ]),
        { '/': { from: data } },
      ),
    ).toEqual([ENAMETOOLONG, ENAMETOOLONG, 'odd', ENAMETOOLONG])
    expect(await answer("open('/a\\0b')", { '/': { from: data } })).toBe(
      'ValueError: embedded null byte',
    )
  })

  test('denied names are not there and are not made, in any case or form of Unicode', async () => {
    mkdirSync(join(data, '.git'))
    writeFileSync(join(data, '.git/config'), 'token')
    writeFileSync(join(data, 'key.PEM'), 'key')
    writeFileSync(join(data, 'folder/e\u0301'), 'accent')
    const deny = ['.git', '*.pem', 'folder/\u00e9']
    const paths = [
      '/.git/config',
      '/key.PEM',
      '/folder/e\u0301',
      '/folder/../.git/config',
      '/folder/inner',
    ]
    expect(await answer(OPENED(inEachOf(MOUNTS, paths)), ofEveryAccess(deny))).toEqual(
      MOUNTS.flatMap(() => [ENOENT, ENOENT, ENOENT, ENOENT, 'inner']),
    )
    const names = ['/.GIT', '/x.Pem', '/folder/\u00e9', '/\uff0egit']
    const written = ['/overlay', '/write']
    expect(await answer(OPENED(inEachOf(written, names), 'w'), ofEveryAccess(deny))).toEqual(
      written.flatMap(() => [EACCES, EACCES, EACCES, EACCES]),
    )
    expect(readFileSync(join(data, '.git/config'), 'utf8')).toBe('token')
    expect(readdirSync(data).sort()).toEqual(['.git', 'file', 'folder', 'key.PEM'])
  })
})

describe('what changes underneath', () => {
  test('a folder that is renamed, or put elsewhere, takes what is open with it and shows nothing else', async () => {
    let rounds = 0
    const onEffect = (): void => {
      if (rounds++ > 0) return
      renameSync(data, join(top, 'moved'))
      symlinkSync(outside, data)
    }
    const source = `
f = open('/file'); first = f.read()
try: second = open('/secret').read()
except OSError as error: second = error.errno
[first, second, open('/folder/inner').read()]`
    expect(await answer(source, { '/': { from: data } }, { onEffect })).toEqual([
      'plain',
      ENOENT,
      'inner',
    ])
  })

  test('what was removed is gone, and a folder that is gone is empty', async () => {
    const onEffect = (): void => rmSync(data, { recursive: true, force: true })
    expect(
      await answer(
        `f = open('/file'); x = f.read()\n${OPENED(['/file', '/folder/inner']).trim()}`,
        { '/': { from: data } },
        { onEffect },
      ),
    ).toEqual([ENOENT, ENOENT])
  })

  test('a process that swaps folders, links, pipes and second names: nothing outside is read or written, and nobody hangs', async () => {
    execFileSync('mkfifo', [join(data, 'pipe')])
    mkdirSync(join(data, 'deep/middle/low'), { recursive: true })
    writeFileSync(join(data, 'deep/middle/low/secret'), 'mine')
    writeFileSync(join(data, 'folder/secret'), 'mine')
    renameSync(join(data, 'file'), join(data, 'plain'))
    const racer = spawn(
      process.execPath,
      [fileURLToPath(new URL('support/file-racer.mjs', import.meta.url)), data, outside],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    try {
      await new Promise((resolve) => racer.stdout.once('data', resolve))
      const source = `
seen, errors = {}, {}
for turn in range(80):
    for path in ['/folder/secret', '/file', '/deep/middle/low/secret', '/deep/middle/../../secret', '/deep/middle/low/../../../outside/secret']:
        try:
            text = open(path).read()
            seen[text] = seen.get(text, 0) + 1
        except OSError as error: errors[error.errno] = errors.get(error.errno, 0) + 1
    for path in ['/folder/written', '/folder/secret', '/file', '/second']:
        try: open(path, 'a').write('W')
        except OSError as error: errors[error.errno] = errors.get(error.errno, 0) + 1
[sorted({text.replace('W', '') for text in seen}), sum(seen.values()) > 0, sum(errors.values()) > 0]`
      expect(
        await answer(
          source,
          { '/': { from: data, access: 'write' } },
          { isolation: 'inline', limits: { wallMs: 120_000 } },
        ),
      ).toEqual([expect.not.arrayContaining(['SECRET']), true, true])
    } finally {
      racer.kill('SIGKILL')
      await new Promise((resolve) => racer.once('exit', resolve))
    }
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('SECRET')
    expect(readdirSync(outside).filter((name) => name !== 'taken')).toEqual(['secret'])
  }, 180_000)
})

describe('what a forged worker asks of the broker', () => {
  /** Performs an operation as a worker that lies would ask for it. */
  function forger(access: 'read' | 'write', operations = 100_000, deny: string[] = []) {
    const directory = new Directory(hostSystem, holdPath(data).fd, denier(deny))
    const mount = {
      at: ['m'],
      path: 'filesystem["/m"]',
      access,
      maxBytes: 1000,
      maxFiles: 5,
      approve: false,
      directory,
    }
    const effects = fileEffects({
      mounts: [mount],
      system: hostSystem,
      operations,
      answerBytes: 4096,
      timeoutMs: 1000,
    })
    return {
      effects,
      ask: (kind: string, target: string, ...args: unknown[]): unknown => {
        const effect = effects.get(kind)!
        if (effect.rule(target) === undefined) return 'no rule'
        try {
          return effect.perform(
            { id: 1, effect: kind, target, args, kwargs: {}, at: undefined },
            new AbortController().signal,
          )
        } catch (error) {
          return (error as Error).message
        }
      },
      end: (): void => {
        for (const effect of effects.values()) effect.close()
        directory.close()
      },
    }
  }

  test('paths that are none lead nowhere', () => {
    const { ask, end } = forger('write')
    for (const target of [
      '/m/../outside/secret',
      '/m/folder/../../outside/secret',
      '/m/.',
      '/m/file\0',
      '/m/\ud800',
    ])
      for (const kind of [
        'file.stat',
        'file.read',
        'file.write',
        'file.unlink',
        'file.mkdir',
        'file.list',
        'file.chmod',
      ])
        expect(['EINVAL', 'EILSEQ', 'ENOENT'], `${kind} ${target}`).toContain(
          ask(kind, target, 0, 0),
        )
    for (const target of ['/', '/other/file', 'm/file', '', '/mm/file'])
      expect(ask('file.read', target, 0)).toBe('no rule')
    for (const to of [
      'folder',
      ['..', 'outside', 'x'],
      ['../outside/x'],
      ['a/b'],
      [''],
      [1],
      null,
      [],
    ])
      expect(['EINVAL', 'EEXIST', 'ENOENT']).toContain(ask('file.rename', '/m/file', to))
    expect(readdirSync(outside)).toEqual(['secret'])
    expect(readdirSync(data).sort()).toEqual(['file', 'folder'])
    end()
  })

  test('numbers of handles, sizes and places of any kind', () => {
    const { ask, end } = forger('read')
    const [handle] = ask('file.read', '/m/file', 0) as [number]
    for (const odd of [-1, 0.5, NaN, Infinity, 2 ** 60, '1', null, undefined, {}, [], 10n ** 30n]) {
      expect(['EBADF', 'EINVAL'], String(odd)).toContain(ask('handle.read', '/m/file', odd, 0, 10))
      if (odd !== 2 ** 60) expect(ask('handle.read', '/m/file', handle, odd, 10)).toBe('EINVAL')
    }
    expect(ask('handle.read', '/m/other', handle, 0, 10)).toBe('EBADF')
    expect(ask('handle.read', '/m/file', handle, 0, 2 ** 40)).toEqual(
      new TextEncoder().encode('plain'),
    )
    expect(ask('handle.write', '/m/file', handle, 0, Uint8Array.of(1))).toBe('EBADF')
    expect(ask('handle.truncate', '/m/file', handle, 0)).toBe('EINVAL')
    expect(ask('file.read', '/m/new', 0o1103, 0o777)).toBe('ENOENT')
    end()
    expect(ask('handle.read', '/m/file', handle, 0, 10)).toBe('EBADF')
    expect(readdirSync(data)).toEqual(['file', 'folder'])
  })

  test('a deep path counts as what it costs, and one that is longer than a path is none', () => {
    const { ask, end } = forger('write', 100)
    const deep = (names: number): unknown => ask('file.stat', `/m${'/d'.repeat(names)}`, false)
    for (let asked = 0; asked < 50; asked++) expect(deep(7)).toBe('ENOENT')
    expect(deep(8 * 49)).toBe('ENOENT')
    expect(deep(1)).toBe('EDQUOT')
    end()
    const { ask: again, end: endAgain } = forger('write', 100)
    for (const path of [`/m/${'d/'.repeat(3_000)}`, `/m/${'d'.repeat(5_000)}`])
      expect(again('file.stat', path, false)).toBe('ENAMETOOLONG')
    expect(again('file.rename', '/m/file', Array(5_000).fill('d'))).toBe('ENAMETOOLONG')
    expect(again('file.stat', '/m/file', false)).toHaveLength(8)
    endAgain()
  })

  test('growing by a size, second names and links count for what they are', () => {
    writeFileSync(join(data, 'once'), 'x'.repeat(900))
    linkSync(join(data, 'once'), join(data, 'twice'))
    symlinkSync('folder', join(data, 'link'))
    const { ask, end } = forger('write')
    const [handle] = ask('file.write', '/m/file', 2, 0) as [number]
    expect(ask('handle.truncate', '/m/file', handle, 5 + 1_001)).toBe('EDQUOT')
    expect(ask('handle.truncate', '/m/file', handle, 5 + 1_000)).toBe(null)
    expect(ask('file.truncate', '/m/file', 5 + 1_001)).toBe('EDQUOT')
    // Its bytes are still there, under the other name.
    expect(ask('file.unlink', '/m/twice')).toBe(null)
    expect(ask('handle.write', '/m/file', handle, null, Uint8Array.of(1))).toBe('EDQUOT')
    expect(ask('file.rename', '/m/link', ['folder', 'link'])).toBe('EPERM')
    end()
  })

  test('no more handles than there are, nor operations, nor permissions beyond those of files', () => {
    const { ask, end } = forger('write', 400)
    let handles = 0
    while (Array.isArray(ask('file.read', '/m/file', 0))) handles++
    expect(handles).toBe(256)
    expect(ask('file.chmod', '/m/file', 0o7777, true)).toBe(null)
    expect(statSync(join(data, 'file')).mode & 0o7777).toBe(0o777)
    while (ask('file.stat', '/m/file', true) !== 'EDQUOT');
    expect(ask('handle.close', '/m/file', 1)).toBe('EDQUOT')
    end()
    expect(
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return (
            readFileSync(`/proc/self/fdinfo/${fd}`) &&
            hostSystem.readLink(`/proc/self/fd/${fd}`).startsWith(data)
          )
        } catch {
          return false
        }
      }),
    ).toEqual([])
  })
})

describe('quotas, limits, approval, the log', () => {
  test('so many bytes more, and what was freed may be used again', async () => {
    const filesystem = { '/': { from: data, access: 'write', maxBytes: 1000 } } as const
    const source = `
import os
def grow(path, count):
    try:
        with open(path, 'ab', 0) as f: return f.write(b'x' * count)
    except OSError as error: return error.errno
[grow('/a', 600), grow('/b', 600), grow('/b', 1), open('/a', 'w').close(), grow('/b', 300)]`.replace(
      'import os\n',
      '',
    )
    expect(await answer(source, filesystem)).toEqual([600, 400, EDQUOT, null, 300])
    expect(statSync(join(data, 'b')).size).toBe(700)
  })

  test('nothing is given back of what is still there', async () => {
    const filesystem = {
      '/': { from: data, access: 'write', maxBytes: 1000, maxFiles: 5 },
    } as const
    const grow = `import os
def grow(path, count):
    f = open(path, 'ab', 0)
    try: return f.write(b'x' * count)
    except OSError as error: return error.errno
    finally: held.append(f)
held = []
`
    expect(
      await answer(
        `${grow}
[grow('/a', 900), os.rename('/a', '/a'), os.rename('/folder/../a', '//a'), grow('/b', 900)]`,
        filesystem,
      ),
    ).toEqual([900, null, null, 100])
    expect(
      await answer(
        `${grow}
told = [grow('/c', 900), os.unlink('/c'), grow('/d', 900), os.unlink('/d'), grow('/e', 1)]
for f in held: f.close()
told + [grow('/e', 900)]`,
        filesystem,
      ),
    ).toEqual([900, null, 100, null, EDQUOT, 900])
    expect(
      await answer(
        `${grow}
told = [grow('/f', 500), grow('/g', 500), os.rename('/g', '/f'), grow('/h', 400)]
held[0].close()
told + [grow('/h', 400)]`,
        filesystem,
      ),
    ).toEqual([500, 500, null, EDQUOT, 400])
  })

  test('each error that a guest may meet has its name in errno', async () => {
    const names = Object.keys(ERRNO)
    const source = `import errno\n[getattr(errno, name, None) for name in ${JSON.stringify(names)}]`
    expect(await answer(source, { '/': { memory: 1_000 } })).toEqual(Object.values(ERRNO))
  })

  test('an overlay without room left: what fails has changed nothing, and what was removed stays so', async () => {
    const left = Array.from({ length: 40 }, (_, n) => 10 * n)
    for (const n of left)
      for (const kind of ['renamed', 'replaced', 'removed'])
        writeFileSync(join(data, `${kind}${n}`), 'below')
    mkdirSync(join(data, 'empty'))
    const source = `
import errno, os
def fill(left):
    # Where truncate has no room any more, the overlay is full.
    low, high = 0, 60_000
    while low < high:
        middle = (low + high + 1) // 2
        try:
            os.truncate('/fill', middle)
            low = middle
        except OSError: high = middle - 1
    os.truncate('/fill', low - left)
def look(path):
    try:
        with open(path) as file: return file.read()
    except FileNotFoundError: return None
def whole(paths, work, done):
    before = [look(path) for path in paths]
    try: work()
    except OSError as error:
        return [look(path) for path in paths] == before and error.errno == errno.ENOSPC
    return [look(path) for path in paths] == done
open('/fill', 'w').close()
wrong = []
for left in ${JSON.stringify(left)}:
    new, renamed, replaced, removed = [f'/{kind}{left}' for kind in ('n', 'renamed', 'replaced', 'removed')]
    for path in '/s', removed:
        os.truncate('/fill', 0)
        with open(path, 'w') as file: file.write('above')
    fill(left)
    if not whole([new, renamed], lambda: os.rename(renamed, new), ['below', None]): wrong.append(new)
    fill(left)
    if not whole([replaced, '/s'], lambda: os.rename('/s', replaced), ['above', None]): wrong.append(replaced)
    fill(0)
    os.unlink(removed)
    if look(removed) is not None: wrong.append(removed)
    fill(left)
    if look(replaced) == 'above':
        try:
            os.unlink(replaced)
            if look(replaced) is not None: wrong.append('back: ' + replaced)
        except OSError as error: wrong.append(str(error))
for work in lambda: os.rename('/empty', '/empty/e'), lambda: (os.mkdir('/made'), os.mkdir('/made/e'), os.rename('/made', '/made/e')):
    try: work()
    except OSError as error: wrong.append(errno.errorcode[error.errno])
[wrong, os.listdir('/made')]`
    const filesystem = {
      '/': { from: data, access: 'overlay', maxBytes: 60_000, maxFiles: 900 },
    } as const
    expect(await answer(source, filesystem)).toEqual([['EXDEV', 'EINVAL'], ['e']])
  })

  test('so many files more', async () => {
    expect(
      await answer(OPENED(['/a', '/b', '/c', '/a'], 'w'), {
        '/': { from: data, access: 'write', maxFiles: 2 },
      }),
    ).toEqual([1, 1, EDQUOT, 1])
    expect(readdirSync(data).sort()).toEqual(['a', 'b', 'file', 'folder'])
  })

  test('limits.fileOperations bounds them, and limits.effects does not', async () => {
    const source = `
count = 0
try:
    while True: open('/file').close(); count += 1
except OSError as error: n = error.errno
[n, count]`
    const filesystem = { '/': { from: data } }
    const [errno, count] = (await answer(source, filesystem, {
      limits: { fileOperations: 100, effects: 1 },
    })) as [number, number]
    expect(errno).toBe(EDQUOT)
    expect(count).toBeGreaterThan(20)
    expect(count).toBeLessThan(60)
  })

  test('each opening and change is an event with its rule; pieces are none', async () => {
    const events: EffectEvent[] = []
    await answer(
      `open('/w/new', 'w').write('x'); open('/file').read()
try: open('/no')
except OSError: pass`,
      { '/': { from: data }, '/w': { from: outside, access: 'write' } },
      { onEffect: (event) => events.push(event) },
    )
    expect(
      events.map(({ seq, kind, target, rule, decision }) => [seq, kind, target, rule, decision]),
    ).toEqual([
      [1, 'file.write', '/w/new', 'filesystem["/w"]', 'allowed'],
      [2, 'file.read', '/file', 'filesystem["/"]', 'allowed'],
      [3, 'file.read', '/no', 'filesystem["/"]', 'failed'],
    ])
  })

  test.each(['restricted', 'full'] as const)(
    'the log has the line of the program, also where the library asks (language %s)',
    async (language) => {
      const places: unknown[] = []
      await using sandbox = await createSandbox(
        {
          language,
          ...(language === 'restricted' && { modules: 'standard' }),
          filesystem: { '/': { from: data, access: 'write' } },
        },
        { ...workers('thread'), onEffect: ({ kind, at }) => places.push([kind, at]) },
      )
      const source = `import os, pathlib, shutil
def made(name):
    return open(name, 'w')
made('/new').close()
x = [os.mkdir('/deep'),
     os.rename('/new', '/deep/new'), pathlib.Path('/deep/new').read_text()]
os.chmod('/deep/new', 0o600); os.utime('/deep/new', (1, 1)); os.truncate('/deep/new', 0)
os.remove('/deep/new'); os.rmdir('/deep')`
      expect((await sandbox.run(source)).status).toBe('returned')
      expect(places).toEqual([
        ['file.write', { line: 3, column: 12 }],
        ['file.mkdir', { line: 5, column: 6 }],
        ['file.rename', { line: 6, column: 6 }],
        ['file.read', { line: 6, column: 38 }],
        ['file.chmod', { line: 7, column: 1 }],
        ['file.utimes', { line: 7, column: 31 }],
        ['file.truncate', { line: 7, column: 62 }],
        ['file.unlink', { line: 8, column: 1 }],
        ['file.rmdir', { line: 8, column: 25 }],
      ])
    },
  )

  test('a secret that a guest has come by is masked in what it writes, in one piece or in many', async () => {
    const value = 'sk-4f1c8a0b27'
    const hidden = [...value].reverse().join('')
    const masked = '*'.repeat(value.length)
    await using sandbox = await createSandbox(
      {
        filesystem: { '/': { from: data, access: 'write' } },
        network: { allow: ['https://api.example.com'] },
      },
      { ...workers('thread'), secrets: { KEY: { value, hosts: ['api.example.com'] } } },
    )
    const source = `
key = '${hidden}'[::-1]
with open('/whole', 'w') as f: f.write('<' + key + '>')
with open('/pieces', 'wb', 0) as f:
    for byte in b'<' + key.encode() + b'><' + key.encode() + b'>': f.write(bytes([byte]))
with open('/added', 'wb', 0) as f: f.write(b'<sk-4f1c')
with open('/appended', 'ab', 0) as f:
    f.write(b'<' + key[:9].encode()); f.write(key[9:].encode() + b'> sk-4f1c')
with open('/none', 'w') as f: f.write('sk-4f1c8a0b2')`
    expect((await sandbox.run(source)).status).toBe('returned')
    const text = (name: string): string => readFileSync(join(data, name), 'utf8')
    expect(text('whole')).toBe(`<${masked}>`)
    expect(text('pieces')).toBe(`<${masked}><${masked}>`)
    expect(text('added')).toBe('<sk-4f1c')
    expect(text('appended')).toBe(`<${masked}> sk-4f1c`)
    expect(text('none')).toBe('sk-4f1c8a0b2')
  })

  test('a run with files of the host is recorded, and made again without them', async () => {
    await using sandbox = await createSandbox(
      { modules: 'standard', filesystem: { '/': { from: data, access: 'write' } } },
      workers('thread'),
    )
    const source = `
import os
text = open('/file').read()
with open('/new', 'w') as f: f.write(text * 2)
[text, os.path.getsize('/new'), sorted(os.listdir('/'))]`
    const first = await sandbox.run(source, { record: true })
    const told = ['plain', 10, ['file', 'folder', 'new']]
    expect(first).toMatchObject({ status: 'returned', value: told })
    rmSync(join(data, 'new'))
    writeFileSync(join(data, 'file'), 'other')
    const again = await sandbox.run(source, { replay: first.recording! })
    expect(again).toMatchObject({ status: 'returned', value: told })
    expect(readdirSync(data).sort()).toEqual(['file', 'folder'])
  })

  test.each(['thread', 'process'] as const)(
    'what is to be approved is asked for, isolation %s',
    async (isolation) => {
      const asked: string[] = []
      const approve = ({ kind, target }: { kind: string; target: string }): boolean => {
        asked.push(`${kind} ${target}`)
        return target === '/file'
      }
      expect(
        await answer(
          OPENED(['/file', '/folder/inner']),
          { '/': { from: data, approve: true } },
          { approve, isolation },
        ),
      ).toEqual(['plain', EACCES])
      expect(asked).toEqual(['file.read /file', 'file.read /folder/inner'])
    },
  )

  test('nobody makes a link on the disk', async () => {
    const { ask, end } = (() => {
      const directory = new Directory(hostSystem, holdPath(data).fd, denier([]))
      const effects = fileEffects({
        mounts: [
          {
            at: [],
            path: '',
            access: 'write',
            maxBytes: 1,
            maxFiles: 1,
            approve: false,
            directory,
          },
        ],
        system: hostSystem,
        operations: 10,
        answerBytes: 4096,
        timeoutMs: 1,
      })
      return { ask: [...effects.keys()], end: () => directory.close() }
    })()
    expect(ask.filter((kind) => /link/.test(kind))).toEqual(['file.readlink', 'file.unlink'])
    end()
  })
})

test('times are kept to a microsecond, and none comes out earlier than it was set', () => {
  const path = join(data, 'file')
  for (const time of [1_795_983_520_375_240_801n, 1_000_000_000_000_000_000n, 1n]) {
    hostSystem.setTimes(path, time, time)
    const { mtimeNs, atimeNs } = statSync(path, { bigint: true })
    expect(mtimeNs).toBeGreaterThanOrEqual(time)
    expect(mtimeNs).toBeLessThan(time + 2_000n)
    expect(atimeNs).toBe(mtimeNs)
  }
})

test('a copy with the times of its original is as old as that, whatever the disk knows beyond microseconds', async () => {
  execFileSync('touch', ['-d', '@1795983520.375240801', join(data, 'file')])
  expect(statSync(join(data, 'file'), { bigint: true }).mtimeNs).toBe(1_795_983_520_375_240_801n)
  expect(
    await answer(
      "import os, shutil\nshutil.copy2('/data/file', '/data/copy')\n" +
        "[os.stat(path).st_mtime_ns for path in ('/data/file', '/data/copy')]",
      { '/data': { from: data, access: 'write' } },
    ),
  ).toEqual([1_795_983_520_375_240_000n, 1_795_983_520_375_240_000n])
})

describe('mistakes of the host', () => {
  test.each([
    ['/no/such/folder', {}, 'there is no such file or folder'],
    ['/dev/null', {}, 'it is neither a file nor a folder'],
    ['FILE', { access: 'overlay' }, 'an overlay lies over a folder, and this is a file'],
  ])('%s', async (from, more, message) => {
    const path = from === 'FILE' ? join(data, 'file') : from
    await expect(
      createSandbox({ filesystem: { '/x': { from: path, ...more } as never } }),
    ).rejects.toThrow(`policy.filesystem["/x"].from: ${JSON.stringify(path)}: ${message}`)
  })

  test('answers that come while a file is read are there for those who wait for them', async () => {
    const source = `
import asyncio
seen = []
async def main():
    task = asyncio.create_task(slow(seen.append))
    await soon()
    # The host is done with the other by then, and has called back: nobody has looked yet.
    for _ in range(20):
        for _ in range(100_000): pass
        open('/data/file').read()
    return await asyncio.wait_for(task, 5)
[asyncio.run(main()), seen]`
    const capabilities = {
      soon: awaitable(async () => null),
      slow: awaitable(async (f: GuestFunction) => {
        await sleep(2)
        void f('called')
        await sleep(2)
        return 'answer'
      }),
    }
    const mounts = { '/data': { from: data } }
    const limits = { wallMs: 20_000, fuel: 10_000_000 }
    expect(await answer(source, mounts, { capabilities, limits })).toEqual(['answer', ['called']])
  })

  test('an approval that nobody can wait for', async () => {
    const filesystem = { '/': { from: data, approve: true } }
    await expect(createSandbox({ filesystem }, { isolation: 'inline' })).rejects.toThrow(
      'isolation "inline" cannot wait for an approval',
    )
  })

  test('one file is mounted as one file', async () => {
    expect(
      await answer(OPENED(['/in.txt', '/in.txt/x', '/folder/inner']), {
        '/in.txt': { from: join(data, 'file') },
      }),
    ).toEqual(['plain', 54, ENOENT])
  })

  test('systems without a proof of their own are told so', () => {
    const platform = Object.getOwnPropertyDescriptor(process, 'platform')!
    expect(whyNoHostFolders()).toBe(undefined)
    try {
      for (const other of ['win32', 'darwin']) {
        Object.defineProperty(process, 'platform', { ...platform, value: other })
        expect(whyNoHostFolders()).toContain(`Linux alone: on ${other} there is no proof`)
      }
    } finally {
      Object.defineProperty(process, 'platform', platform)
    }
  })
})
