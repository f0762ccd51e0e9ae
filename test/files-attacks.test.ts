/**
 * Programs that want out of their mounts on a real disk, each by one class of means and with every call that takes a path
 * (fixtures/files/, begun with calls.py), in both languages. The folder beside the mount is asked afterwards whether anyone was there.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { hostFolder, refill } from './support/host-folder.js'
import { sharedWorkers as workers } from './support/shared-workers.js'
import { createSandbox, type Capabilities, type Policy, type Sandbox } from '../src/index.js'
import { denier } from '../src/trusted/files/deny.js'

const folders = hostFolder()
const { top, data, outside } = folders
let before: unknown

/** All that the folder beside the mount tells: names, contents, permissions and times of change. */
const beside = (): unknown =>
  readdirSync(outside)
    .sort()
    .map((name) => {
      const { mode, nlink, size, mtimeMs } = lstatSync(join(outside, name))
      return [name, mode, nlink, size, mtimeMs, readFileSync(join(outside, name), 'utf8')]
    })

beforeEach(() => {
  refill(folders)
  before = beside()
})
afterAll(() => execFileSync('rm', ['-rf', top]))

const LANGUAGES = ['restricted', 'full'] as const

type Language = (typeof LANGUAGES)[number]
type Mount = Partial<NonNullable<Policy['filesystem']>[string]>

/** One for each mount of a language. Every run has it as its first one had. */
const sandboxes = new Map<string, Promise<Sandbox>>()
const closeAll = async (): Promise<void> => {
  await Promise.all([...sandboxes.values()].map(async (sandbox) => (await sandbox).close()))
  sandboxes.clear()
}
function sandboxWith(
  language: Language,
  mount: Mount,
  capabilities: Capabilities,
): Promise<Sandbox> {
  const key = JSON.stringify([language, mount, Object.keys(capabilities)])
  const known = sandboxes.get(key)
  if (known !== undefined) return known
  const made = createSandbox(
    {
      language,
      ...(language === 'restricted' && { modules: 'standard' }),
      filesystem: { '/': { from: data, maxFiles: 10_000, ...mount } as never },
      limits: { wallMs: 60_000, fileOperations: 1_000_000 },
    },
    { ...workers('thread'), capabilities },
  )
  sandboxes.set(key, made)
  return made
}

/** What the attack's program answers. */
async function attack(
  language: Language,
  file: string,
  inputs: Record<string, unknown>,
  mount: Mount = { access: 'write' },
  capabilities: Capabilities = {},
): Promise<unknown> {
  const sandbox = await sandboxWith(language, mount, capabilities)
  const source = ['calls', file].map((name) =>
    readFileSync(new URL(`../fixtures/files/${name}.py`, import.meta.url), 'utf8'),
  )
  const outcome = await sandbox.run(source.join('\n'), { inputs: inputs as never })
  if (outcome.status !== 'returned') throw new Error(JSON.stringify(outcome, undefined, 1))
  return outcome.value
}

describe.each(LANGUAGES)('language %s', (language) => {
  afterAll(closeAll)

  test.each(['write', 'overlay'] as const)('dots, by every call (%s)', async (access) => {
    const paths = [
      '/../outside/secret',
      '../../outside/secret',
      '/folder/../../outside/secret',
      '/folder/../..' + outside + '/secret',
      outside + '/secret',
      '/../../../../etc/passwd',
    ]
    expect(await attack(language, 'outward', { paths }, { access })).toEqual([])
    expect(beside()).toEqual(before)
  })

  test.each(['write', 'overlay'] as const)(
    'links that are on the disk, by every call (%s)',
    async (access) => {
      symlinkSync(outside, join(data, 'absolute'))
      symlinkSync('../outside', join(data, 'relative'))
      symlinkSync(join(outside, 'secret'), join(data, 'to-file'))
      symlinkSync('/proc/self/root', join(data, 'root'))
      symlinkSync('/proc/self/cwd', join(data, 'cwd'))
      const paths = [
        '/absolute/secret',
        '/relative/secret',
        '/relative/new',
        `/root${outside}/secret`,
        '/root/etc/passwd',
        '/cwd/package.json',
        '/to-file',
        '/absolute',
      ]
      expect(await attack(language, 'outward', { paths }, { access })).toEqual([])
      expect(beside()).toEqual(before)
    },
  )

  test('links that the program makes', async () => {
    const refused = ['PermissionError', [], 'FileNotFoundError']
    const none = [false, false, false]
    const made = (await attack(language, 'links-made', { outside })) as unknown[]
    expect(made.slice(0, 3)).toEqual([refused, refused, refused])
    expect(made.slice(4)).toEqual(none)
    // In an overlay a link is made in memory, and means what it says in the guest's own tree.
    const above = (await attack(language, 'links-made', { outside }, { access: 'overlay' })) as [
      unknown,
      string[],
    ][]
    expect(above.slice(0, 3).map(([, seen]) => seen)).toEqual([[], [], []])
    expect(beside()).toEqual(before)
    expect(readdirSync(data, { withFileTypes: true }).filter((e) => e.isSymbolicLink())).toEqual([])
  })

  test('archives whose members name places outside', async () => {
    expect(await attack(language, 'archives', { outside })).toBe('done')
    expect(beside()).toEqual(before)
    expect(readdirSync(top).sort()).toEqual(['data', 'outside'])
    const made = readdirSync(data, { withFileTypes: true, recursive: true })
    expect(made.filter((entry) => !entry.isFile() && !entry.isDirectory())).toEqual([])
  })

  test('a second name of a file outside: its contents, permissions and times stay', async () => {
    linkSync(join(outside, 'secret'), join(data, 'second'))
    before = beside()
    await attack(language, 'outward', { paths: ['/second'] })
    const [, mode, , size, time, text] = (beside() as unknown[][])[0]!
    const [, mode0, , size0, time0, text0] = (before as unknown[][])[0]!
    expect([mode, size, time, text]).toEqual([mode0, size0, time0, text0])
  })

  test('pipes and sockets, by every call, and devices', async () => {
    execFileSync('mkfifo', [join(data, 'pipe')])
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(data, 'socket'), resolve))
    try {
      const paths = ['/pipe', '/socket']
      for (const access of ['write', 'overlay'] as const)
        expect(
          await attack(language, 'specials', { paths, writes: access === 'write' }, { access }),
        ).toEqual([[], []])
      expect(lstatSync(join(data, 'pipe')).isFIFO()).toBe(true)
      expect(lstatSync(join(data, 'socket')).isSocket()).toBe(true)
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
    const paths = ['null', 'zero', 'full', 'random', 'tty', 'fd/0', 'shm'].map((name) => `/${name}`)
    const [reached] = (await attack(
      language,
      'specials',
      { paths, writes: false },
      { from: '/dev', access: 'overlay' },
    )) as [unknown]
    expect(reached).toEqual([])
  })

  test('a zero in a name, by every call', async () => {
    for (const access of ['write', 'overlay'] as const)
      expect(await attack(language, 'null', {}, { access })).toEqual([])
    expect(readFileSync(join(data, 'here'), 'utf8')).toBe('here')
  })

  test('denied names, by every call, and through folders that are renamed', async () => {
    mkdirSync(join(data, '.git'))
    writeFileSync(join(data, '.git/config'), 'token')
    writeFileSync(join(data, 'key.PEM'), 'key')
    mkdirSync(join(data, 'by/path'), { recursive: true })
    writeFileSync(join(data, 'by/path/hook'), 'hook')
    const deny = ['.git', '*.pem', 'by/path/hook', 'by2/**/hook']
    const paths = ['/.git/config', '/.GIT/new', '/\uff0egit', '/.g\u200dit', '/key.PEM', '/x.Pem']
    for (const access of ['write', 'overlay'] as const)
      expect(
        await attack(language, 'denied', { paths: [...paths, '/by/path/hook'] }, { access, deny }),
        access,
      ).toEqual([])
    expect(readFileSync(join(data, '.git/config'), 'utf8')).toBe('token')
    expect(readFileSync(join(data, 'by/path/hook'), 'utf8')).toBe('hook')
    expect(readFileSync(join(data, 'key.PEM'), 'utf8')).toBe('key')
    expect(readdirSync(data).filter((name) => /git|pem/i.test(name.normalize('NFKC')))).toEqual([
      '.git',
      'key.PEM',
    ])
    expect(
      readdirSync(data, { recursive: true }).filter((path) => /^by2.*hook/.test(`${path}`)),
    ).toEqual([])
  })

  test('deep folders and long names', async () => {
    const descriptors = readdirSync('/proc/self/fd').length
    const depth = 2000
    execFileSync('mkdir', ['-p', 'd/'.repeat(depth)], { cwd: data })
    expect(await attack(language, 'deep', { depth })).toEqual([
      [4, null, 'deep', 'OSError'],
      [
        [0, null],
        ['OSError', 'OSError'],
        [0, null],
        ['OSError', 'OSError'],
        ['OSError', 'OSError'],
      ],
    ])
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(descriptors + 20)
  })

  test('files and folders that change underneath', async () => {
    const path = join(data, 'file')
    const host = (what: string): null => {
      if (what === 'grow') appendFileSync(path, ' and more')
      else if (what === 'shrink') truncateSync(path, 3)
      else if (what === 'parent') {
        renameSync(join(data, 'folder'), join(top, 'gone'))
        symlinkSync(outside, join(data, 'folder'))
      } else {
        rmSync(path, { recursive: true, force: true })
        if (what === 'replace') writeFileSync(path, 'another')
        if (what === 'folder') mkdirSync(path)
        if (what === 'pipe') execFileSync('mkfifo', [path])
        if (what === 'link') symlinkSync(join(outside, 'secret'), path)
      }
      return null
    }
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
    const none = 'FileNotFoundError'
    expect(await attack(language, 'underneath', {}, { access: 'write' }, { host })).toEqual([
      bytes('pl'),
      [bytes('ain and more'), 14],
      [3, bytes('pla'), bytes('')],
      [3, 'another'],
      'IsADirectoryError',
      none,
      [none, none],
      [none, none, none],
    ])
    expect(beside()).toEqual(before)
  })
})

describe('what the system refuses', () => {
  /** Runs tests' own program with the system's help: a mount of its own, or another user. */
  const asked = (...command: string[]): unknown => {
    const child = fileURLToPath(new URL('support/refused-files.mjs', import.meta.url))
    const [program, ...args] = [...command, process.execPath, child, data]
    const { stdout, stderr } = spawnSync(program!, args, { encoding: 'utf8' })
    return stdout === '' ? stderr : JSON.parse(stdout)
  }

  // As root, or as a user who may have mounts of their own; a container may allow neither.
  const mount = 'mount -t tmpfs -o size=64k none "$1" && shift && exec "$@"'
  const space = [['-m'], ['-Urm']].find(
    (flags) =>
      spawnSync('unshare', [...flags, 'sh', '-c', mount, 'sh', '/mnt', 'true']).status === 0,
  )
  test.runIf(space !== undefined)('a full disk', () => {
    expect(asked('unshare', ...space!, 'sh', '-c', mount, 'sh', data)).toEqual({
      // ENOSPC, as the guest numbers it; then what there is room for again.
      full: [51, 65_536, 100],
    })
  })

  test('what the host itself may not', () => {
    writeFileSync(join(data, 'closed'), 'SECRET', { mode: 0o000 })
    mkdirSync(join(data, 'shut'), { mode: 0o000 })
    expect(asked('env', 'AS=65534')).toEqual({
      refused: { read: 2, write: 2, list: 2, make: 2, change: 63 },
    })
    expect(readdirSync(data).sort()).toEqual(['closed', 'file', 'folder', 'shut'])
  })
})

test('what is denied is so by every spelling that a disk may take for it', () => {
  for (const [glob, name] of [
    ['.git', '.g\u200cit'],
    ['.git', '.gi\u00adt'],
    ['pass', 'pa\u00df'],
    ['pa\u00df', 'PASS'],
    ['*\u03c3', '\u03b1\u03c2'],
    ['a?c', 'a\u00dfc'],
    ['*.pem', 'x\uff0fy.pem'],
    ['\u212aey', 'key'],
    ['e\u0301', 'E\u034f\u0301'],
  ] as const)
    expect(denier([glob]).has([name]), `${glob} ${name}`).toBe(true)
  expect(denier(['.git', '*.pem']).has(['gift', 'pem', 'x.pe'])).toBe(false)
})

test('a path of the guest takes no time of the host that its length does not explain', () => {
  const globs = ['**/a/**/b', '*a*a*a*b', '**a**a**a**b', 'a?*?*?*?b']
  const paths = ['a/'.repeat(2_040), `${'a'.repeat(250)}/`.repeat(16), 'a'.repeat(4_000)]
  const began = performance.now()
  for (const path of paths) expect(denier(globs).has(path.split('/').filter(Boolean))).toBe(false)
  // Seconds for each, where what was tried in vain is tried again.
  expect(performance.now() - began).toBeLessThan(2_000)
})

test('a folder of an overlay is not moved to where a path that is denied would come to be', async () => {
  const source = `
import os
os.makedirs('/made/path')
open('/made/path/hook', 'w').close()
def told(name):
    try:
        os.rename('/made', name)
    except OSError as error:
        return error.errno
[told('/by'), told('/other')]`
  await using sandbox = await createSandbox(
    {
      modules: 'standard',
      filesystem: { '/': { from: data, access: 'overlay', deny: ['by/path/hook'] } },
    },
    workers('thread'),
  )
  expect((await sandbox.run(source)) as unknown).toMatchObject({ value: [75, null] })
})

test('a folder is not moved where a path that is denied would come to be, or cease to be', () => {
  const { mayBeBelow } = denier(['a/b/c', 'd/**/e', 'name'])
  for (const path of ['a', 'A/b', 'd', 'd/x', 'd/x/y/z', ''])
    expect(mayBeBelow(path.split('/').filter(Boolean)), path).toBe(true)
  for (const path of ['x', 'x/b', 'a/x', 'a/b/c', 'name', 'b'])
    expect(mayBeBelow(path.split('/')), path).toBe(false)
})
