/** Files in memory: what full Python finds of CPython's own meaning, that quotas hold, and that nothing outlives or leaves a run. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeAll, describe, expect, test } from 'vitest'
import type { LoadedImage } from '../src/platform/node/image.js'
import { createSandbox, type Sandbox } from '../src/sandbox/sandbox.js'
import { Files } from '../src/trusted/files/files.js'
import { O } from '../src/trusted/files/volume.js'
import { decodeTaken, encodeTaken } from '../src/trusted/channel/mounts.js'
import { Errno } from '../src/trusted/wall/errno.js'
import { AT_FDCWD } from '../src/trusted/wall/file-table.js'
import { fileImports } from '../src/trusted/wall/system-calls.js'
import { bare, BareGuest } from './support/images.js'
import { sharedWorkers as workers } from './support/shared-workers.js'

const MIB = 1 << 20
let image: LoadedImage
beforeAll(() => {
  image = bare()
})

const nobody = (): never => {
  throw new Error('nobody is asked')
}

/** Full Python with files in memory, and nothing between it and the wall. One of each kind serves one test after another. */
function full(bytes = 8 * MIB, at: string[] = []): BareGuest {
  const kind = `${bytes} ${at.join('/')}`
  const guest = guests.get(kind) ?? anotherFull(bytes, at)
  guests.set(kind, guest)
  return guest.pristine()
}
const guests = new Map<string, BareGuest>()

function anotherFull(bytes = 8 * MIB, at: string[] = []): BareGuest {
  const files = new Files(
    [{ at, kind: 'memory', bytes, files: Number.MAX_SAFE_INTEGER, deny: [] }],
    nobody,
  )
  return new BareGuest(image, { files })
}

describe("CPython's own meaning", () => {
  test.each([
    [
      'text, newlines and modes',
      `
with open('/a', 'w', newline='\\r\\n') as f: f.write('x\\ny\\n')
with open('/a', 'a') as f: f.write('z')
with open('/a', 'rb') as f: raw = f.read()
with open('/a') as f: lines = f.readlines()
result = [raw, lines]`,
      [new TextEncoder().encode('x\r\ny\r\nz'), ['x\n', 'y\n', 'z']],
    ],
    [
      'positions and truncation',
      `
with open('/a', 'w+b') as f:
    f.write(b'abc'); f.seek(1); f.truncate(); f.seek(3); f.write(b'z'); f.seek(0)
    result = [f.read(), f.tell()]`,
      [new TextEncoder().encode('a\0\0z'), 4],
    ],
    [
      'folders and walking',
      `
import os
os.makedirs('/d/e'); open('/d/e/x', 'w').close(); open('/d/y', 'w').close()
result = [[list(row) for row in os.walk('/')]]`,
      [
        [
          ['/', ['d'], []],
          ['/d', ['e'], ['y']],
          ['/d/e', [], ['x']],
        ],
      ],
    ],
    [
      'a current folder that is renamed',
      `
import os
os.makedirs('/d/e'); os.chdir('/d/e'); os.rename('/d', '/q'); open('x', 'w').close()
result = [os.getcwd(), os.listdir('/q/e')]`,
      ['/q/e', ['x']],
    ],
    [
      'links are followed in the tree of the guest',
      `
import os
os.makedirs('/d/e'); open('/d/e/x', 'w').write('there')
os.symlink('../d/e', '/d/rel'); os.symlink('/d', '/abs')
result = [open('/abs/rel/x').read(), os.path.realpath('/abs/rel/x'), os.readlink('/d/rel'), os.path.exists('/abs/rel/../y')]`,
      ['there', '/d/e/x', '../d/e', false],
    ],
    [
      'a removed file lives as long as it is open',
      `
import os
f = open('/a', 'w+'); f.write('kept'); os.remove('/a'); f.seek(0)
result = [f.read(), os.path.exists('/a'), os.fstat(f.fileno()).st_nlink]`,
      ['kept', false, 0],
    ],
    [
      'descriptors: copies share their place',
      `
import os
open('/a', 'wb').write(b'abcdef')
one = os.open('/a', os.O_RDONLY); two = os.dup(one)
result = [os.read(one, 2), os.read(two, 2), os.pread(one, 2, 0), os.get_inheritable(one)]`,
      [...['ab', 'cd', 'ab'].map((text) => new TextEncoder().encode(text)), false],
    ],
    [
      'times, permissions and sizes',
      `
import os
open('/a', 'w').write('xyz'); os.utime('/a', (1, 2.5)); os.chmod('/a', 0o400)
stat = os.stat('/a'); result = [stat.st_size, stat.st_atime, stat.st_mtime, oct(stat.st_mode), os.access('/a', os.W_OK)]`,
      [3, 1, 2.5, '0o100400', false],
    ],
  ] as const)('%s', (_, code, expected) => {
    expect(full().run(code)).toEqual(expected)
  })

  test.each([
    ["open('/no')", "[Errno 44] No such file or directory: '/no'"],
    ["open('/')", "[Errno 31] Is a directory: '/'"],
    ["open('/f', 'w').close(); open('/f/x')", "[Errno 54] Not a directory: '/f/x'"],
    ["open('/f', 'w').close(); open('/f', 'x')", "[Errno 20] File exists: '/f'"],
    [
      "os.mkdir('/d'); open('/d/x', 'w').close(); os.rmdir('/d')",
      "[Errno 55] Directory not empty: '/d'",
    ],
    ["os.symlink('/l', '/l'); open('/l')", "[Errno 32] Symbolic link loop: '/l'"],
    ["open('/' + 'n' * 256, 'w')", '[Errno 37] Filename too long'],
    ["open('/' + 'ü' * 128, 'w')", '[Errno 37] Filename too long'],
    ["os.lseek(os.open('/f', os.O_CREAT), -1, 0)", '[Errno 28] Invalid argument'],
    ["open('/' + 'n/' * 3000, 'w')", '[Errno 37] Filename too long'],
    ["os.mkdir('/d'); os.rename('/d', '/d/e')", "[Errno 28] Invalid argument: '/d' -> '/d/e'"],
    ["os.rmdir('/')", "[Errno 10] Resource busy: '/'"],
    ['os.read(1000, 1)', '[Errno 8] Bad file descriptor'],
    ["os.open('/\\udcff', os.O_CREAT)", '[Errno 25] Illegal byte sequence'],
    ["os.link('/a', '/b')", "module 'os' has no attribute 'link'"],
    ["open('/f', 'w').close(); os.chmod('/f', 0); open('/f')", "[Errno 2] Permission denied: '/f'"],
  ])('%s', (code, message) => {
    const guest = full()
    expect(() => guest.run(`import os\n${code}`)).toThrow(message)
    expect(guest.run('result = 1')).toBe(1)
  })

  test('without files none exists, as ever', () => {
    const guest = new BareGuest(image)
    expect(() => guest.run("open('/a', 'w')")).toThrow('[Errno 52] Function not implemented')
  })
})

describe('the tree', () => {
  test('nothing is above the root, and what no mount holds takes nothing', () => {
    const guest = full(MIB, ['data', 'deep'])
    expect(
      guest.run(`
import os
open('/data/deep/x', 'w').write('1')
result = [os.listdir('/'), os.listdir('/data'), os.listdir('/..'), os.path.realpath('/../../data/deep/../deep/x'),
          open('/../../../data/deep/../../data/deep/x').read(), os.path.exists('/proc'), os.path.exists('/etc')]`),
    ).toEqual([['data'], ['data'].map(() => 'deep'), ['data'], '/data/deep/x', '1', false, false])
    for (const code of ["open('/x', 'w')", "os.mkdir('/data/y')", "os.symlink('a', '/l')"])
      expect(() => guest.run(`import os\n${code}`)).toThrow(/Errno (69|44)/)
    expect(() => guest.run("import os; os.rename('/data/deep', '/data/other')")).toThrow('Errno 10')
  })

  test('forged arguments: an error number, or the RangeError that ends a guest, and nothing else', () => {
    const files = new Files([{ at: [], kind: 'memory', bytes: MIB, files: 1000, deny: [] }], nobody)
    const memory = new ArrayBuffer(65_536)
    new Uint8Array(memory).set(new TextEncoder().encode('/a\0/a/b\0../l\0'), 64)
    const calls = Object.entries(
      fileImports({ files, memory: () => memory, now: () => 0n }, () => {}),
    )
    const some = [0, 1, 3, 4, 64, 67, 72, -1, -100, 0x7fffffff, 0xffffffff, 65_530, 2 ** 31, 0o102]
    let seed = 7
    const next = (): number => some[(seed = (seed * 48_271) % 2_147_483_647) % some.length]!
    const wrong: unknown[] = []
    for (let round = 0; round < 40_000; round++) {
      const [name, call] = calls[round % calls.length]!
      try {
        const answer = call(...Array.from({ length: 7 }, next))
        if (!Number.isInteger(answer)) wrong.push([name, answer])
      } catch (error) {
        if (!(error instanceof RangeError)) wrong.push([name, error])
      }
    }
    expect(wrong).toEqual([])
    files.reset()
    expect(files.save()).toBe(undefined)
    // EINVAL: a record for each piece would be made before any of them is looked at.
    const { fd_read: read, fd_pwrite: write } = Object.fromEntries(calls)
    expect([read!(3, 0, 1_025, 0), write!(3, 0, 2 ** 31, 0, 0)]).toEqual([28, 28])
  })

  test('a worker brings back no more than was asked for, and nothing beside it', () => {
    const artifacts = { from: '/out', maxFiles: 2, maxBytes: 10 }
    const taken = (...files: [string, Uint8Array][]): unknown => {
      try {
        return decodeTaken(encodeTaken({ files, omitted: 0 }), artifacts).files.length
      } catch (error) {
        return (error as Error).name
      }
    }
    const ten = new Uint8Array(10)
    const none = new Uint8Array()
    expect(taken(['/out/a', ten], ['/out/b/c', none])).toBe(2)
    for (const path of [
      ...['/other', '/outside', '/out', '/out/', 'out/a', '/out/../etc/passwd', '/out/./a'],
      ...['/out//a', '/out/a\0', '', '/out/a/..'],
    ])
      expect(taken([path, none]), path).toBe('ProtocolError')
    expect(taken(['/out/a', ten], ['/out/b', ten])).toBe('ProtocolError')
    expect(taken(['/out/a', none], ['/out/b', none], ['/out/c', none])).toBe('ProtocolError')
  })
})

describe('quotas', () => {
  test('contents: what fits is written, then the disk is full', () => {
    const guest = full(MIB)
    expect(
      guest.run(`
import os
fd = os.open('/a', os.O_CREAT | os.O_WRONLY)
written = 0
try:
    while True: written += os.write(fd, b'x' * 100_000)
except OSError as error: result = [error.errno, written == os.fstat(fd).st_size, written > 1_000_000]
os.close(fd); os.remove('/a'); open('/b', 'wb').write(b'y' * 1_000_000)`),
    ).toEqual([51, true, true])
  })

  test('a place far beyond the end costs what it costs', () => {
    const guest = full(MIB)
    expect(() => guest.run("f = open('/a', 'wb', 0); f.seek(1 << 40); f.write(b'x')")).toThrow(
      '[Errno 51]',
    )
    expect(() => guest.run("f = open('/a', 'wb', 0); f.truncate(1 << 40)")).toThrow('[Errno 51]')
  })

  test('names: empty files, folders and links are not free', () => {
    const guest = full(MIB)
    expect(
      guest.run(`
import os
count = 0
try:
    while True:
        os.mkdir(f'/{count}'); os.symlink('t' * 100, f'/l{count}'); count += 1
except OSError as error: result = [error.errno, 1000 < count < 2100]`),
    ).toEqual([51, true])
  })

  test('removed and still open counts on', () => {
    const guest = full(MIB)
    expect(
      guest.run(`
import os
f = open('/a', 'wb'); f.write(b'x' * 900_000); f.flush(); os.remove('/a')
try: open('/b', 'wb', 0).write(b'y' * 900_000); result = 'written'
except OSError as error: result = error.errno
short = os.path.getsize('/b'); f.close(); os.remove('/b')
open('/c', 'wb').write(b'z' * 900_000)
result = [short < 200_000, os.path.getsize('/c')]`),
    ).toEqual([true, 900_000])
  })

  /** Bytes that are in use, once all that nobody holds is gone: memory of arrays goes a little later than they. */
  const held = async (): Promise<number> => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    for (let i = 0; i < 3; i++) {
      collect()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const { arrayBuffers, heapUsed } = process.memoryUsage()
    return arrayBuffers + heapUsed
  }
  const volume = (): Files =>
    new Files([{ at: [], kind: 'memory', bytes: 8 * MIB, files: 10_000, deny: [] }], nobody)

  test('what is cut off a file takes no memory any more', async () => {
    const files = volume()
    const before = await held()
    for (let i = 0; i < 12; i++) {
      const fd = files.open(AT_FDCWD, `/${i}`, O.RDWR | O.CREAT, 0o644)
      files.write(fd, [new Uint8Array(7 * MIB).fill(1)])
      files.truncate(fd, 2)
      const read = new Uint8Array(4)
      expect([files.read(fd, [read], 0), ...read]).toEqual([2, 1, 1, 0, 0])
      files.truncate(fd, 4)
      expect([files.read(fd, [read], 0), ...read]).toEqual([4, 1, 1, 0, 0])
      files.close(fd)
    }
    expect((await held()) - before).toBeLessThan(32 * MIB)
    expect(files.statAt(AT_FDCWD, '/11', true).size).toBe(4)
  })

  test('folders that are read by many take no more memory than by a few, and each is read to its end', async () => {
    const files = volume()
    for (let i = 0; i < 5_000; i++) files.close(files.open(AT_FDCWD, `/${i}`, O.CREAT, 0o644))
    const before = await held()
    const folders = Array.from({ length: 125 }, () => files.open(AT_FDCWD, '/', O.DIRECTORY, 0))
    for (const fd of folders) {
      expect(files.entries(fd).length).toBe(5_002)
      files.advance(fd, 2)
    }
    expect((await held()) - before).toBeLessThan(16 * MIB)
    const names = new Set(files.entries(folders[0]!).map(({ name }) => name))
    expect([names.size, names.has('0'), names.has('.')]).toEqual([5_000, true, false])
  })

  test('descriptors: so many, and their numbers are used again', () => {
    expect(
      full().run(`
import os
fds = []
try:
    while True: fds.append(os.open('/a', os.O_CREAT))
except OSError as error: result = [error.errno, len(fds)]
for fd in fds: os.close(fd)
result += [os.open('/a', 0)]
fds = []
try:
    while True: fds.append(os.dup(3))
except OSError as error: result += [error.errno, len(fds)]`),
    ).toEqual([33, 253, 3, 33, 252])
  })
})

describe('with the memory of the guest', () => {
  test('a reset takes files, descriptors, folder and umask back', () => {
    const guest = full()
    guest.run("import os; os.mkdir('/d'); os.chdir('/d'); os.umask(0o077); f = open('x', 'w')")
    guest.guest.reset()
    expect(
      guest.run(
        "import os; result = [os.listdir('/'), os.getcwd(), os.umask(0), os.open('/a', os.O_CREAT)]",
      ),
    ).toEqual([[], '/', 0o022, 3])
  })

  test('what is captured is put back, also in another guest, with what is open', () => {
    const guest = full()
    guest.run(
      "import os; os.mkdir('/d'); os.chdir('/d'); f = open('x', 'w+'); f.write('kept'); f.flush(); os.symlink('x', 'l')",
    )
    const captured = guest.guest.capture()
    guest.run("f.write('lost'); f.flush(); os.remove('l')")
    for (const other of [guest, anotherFull()]) {
      other.guest.restore(captured)
      expect(
        other.run(
          "f.seek(0); result = [f.read(), open('/d/l').read(), os.getcwd(), os.listdir('/d')]",
        ),
      ).toEqual(['kept', 'kept', '/d', ['x', 'l']])
    }
  })

  test('files that are not of these mounts are refused, and the guest is empty then', () => {
    const guest = full()
    guest.run("open('/a', 'w').write('x' * 1000)")
    const captured = guest.guest.capture()
    expect(() => full(100).guest.restore(captured)).toThrow()
    expect(() => new BareGuest(image).guest.restore(captured)).toThrow(
      'files for a guest that has none',
    )
    expect(() => guest.guest.restore(captured.slice(0, 20))).toThrow()
  })
})

test('a tree deeper than a path is long is kept, carried, and told of where it comes back', () => {
  const mounts = [{ at: [], kind: 'memory', bytes: 64 * MIB, files: 1e6, deny: [] }] as const
  const files = new Files(mounts, nobody)
  const chain = (names: number): string => '/d'.repeat(names)
  files.makeFolder(-100, '/tree', 0o755)
  files.put('/tree/deep', new Uint8Array(1))
  files.put('/near', new Uint8Array(1))
  // No path is longer than a path may be, but what a folder holds may be moved below another.
  for (let moved = 0; moved < 480; moved++) {
    for (let depth = 1; depth <= 25; depth++) files.makeFolder(-100, chain(depth), 0o755)
    files.rename(-100, '/tree', -100, `${chain(25)}/d`)
    files.rename(-100, '/d', -100, '/tree')
  }
  const most = '/tree' + chain((4_096 - 5) / 2)
  files.chdir(most)
  expect(() => files.makeFolder(-100, 'more', 0o755)).toThrow(new Errno('ENAMETOOLONG'))
  expect(files.taken('/', 10, MIB)).toMatchObject({ files: [['/near', {}]], omitted: 1 })
  const other = new Files(mounts, nobody)
  other.load(files.save()!)
  expect(Buffer.compare(other.save()!, files.save()!)).toBe(0)
})

describe.each(['process', 'thread', 'inline'] as const)('runs, isolation %s', (isolation) => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await createSandbox(
      {
        modules: { csv: '*', json: '*' },
        filesystem: { '/': { memory: MIB }, '/out': { memory: 50_000 } },
        artifacts: { from: '/out', maxFiles: 2, maxBytes: 20_000 },
      },
      { isolation, spares: 0 },
    )
    return () => sandbox.close()
  })

  test('files go in, artifacts come out', async () => {
    const outcome = await sandbox.run(
      `
import csv, json
with open('/in/data.csv') as f: rows = list(csv.DictReader(f))
with open('/out/rows.json', 'w') as f: json.dump(rows, f)
open('/elsewhere', 'w').write('x')
open('/in/raw', 'rb').read()`,
      { files: { '/in/data.csv': 'a,b\n1,ü\n', '/in/raw': Uint8Array.of(0, 255) } },
    )
    expect(outcome).toMatchObject({
      status: 'returned',
      value: Uint8Array.of(0, 255),
      filesOmitted: 0,
    })
    expect({ ...outcome.files }).toEqual({
      '/out/rows.json': new TextEncoder().encode('[{"a": "1", "b": "\\u00fc"}]'),
    })
  })

  test('what comes out is bounded, and an exception keeps it', async () => {
    const outcome = await sandbox.run(`
for name in 'abcd': open('/out/' + name, 'w').write(name * 8000)
1 / 0`)
    expect(outcome).toMatchObject({ status: 'raised', filesOmitted: 2 })
    expect(Object.keys(outcome.files!)).toEqual(['/out/a', '/out/b'])
  })

  test('what comes out of mounts within mounts', async () => {
    await using nested = await createSandbox(
      {
        filesystem: { '/': { memory: MIB }, '/a/b/c': { memory: MIB }, '/a/d': { memory: MIB } },
        artifacts: { from: '/' },
      },
      workers(isolation),
    )
    const source = "for path in '/x', '/a/b/c/y', '/a/d/z': open(path, 'w').close()"
    const outcome = await nested.run(source)
    expect(Object.keys(outcome.files!)).toEqual(['/x', '/a/b/c/y', '/a/d/z'])
  })

  test('a run begins with no files of the one before', async () => {
    await sandbox.run("open('/x', 'w').write('secret')")
    const outcome = await sandbox.run("open('/x')")
    expect(outcome).toMatchObject({ status: 'raised', exception: { type: 'FileNotFoundError' } })
  })

  test('a session keeps them, what is open too; a snapshot carries them; forks part', async () => {
    await using session = await sandbox.session()
    await session.run("f = open('/x', 'w+'); f.write('one'); f.flush()", {
      files: { '/given': 'g' },
    })
    expect(await session.run("f.seek(0); f.read() + open('/given').read()")).toMatchObject({
      value: 'oneg',
    })
    await using fork = await session.fork()
    await using later = await sandbox.session({ from: await session.snapshot() })
    await fork.run("open('/x', 'w').write('two')")
    for (const [one, text] of [
      [session, 'one'],
      [fork, 'two'],
      [later, 'one'],
    ] as const)
      expect(await one.run("open('/x').read()")).toMatchObject({ value: text })
    const ended = await session.run("open('/x', 'w').write('three'); x = 0\nwhile True: x += 1", {
      limits: { fuel: 1000 },
    })
    expect(ended.status).toBe('exhausted')
    expect(await session.run("open('/x').read()")).toMatchObject({ value: 'one' })
  })
})

describe('mistakes of the host', () => {
  test.each([
    [
      { filesystem: { data: { memory: 1 } } },
      'policy.filesystem["data"]: must be an absolute path',
    ],
    [
      { filesystem: { '/data/': { memory: 1 } } },
      'policy.filesystem["/data/"]: must be an absolute path',
    ],
    [{ filesystem: { '/a/../b': { memory: 1 } } }, 'must be an absolute path without'],
    [
      { filesystem: { '/': { memory: -1 } } },
      'must be a whole number of bytes from 0 to 1073741824',
    ],
    [{ filesystem: { '/': { memory: 1, from: 'x' } } }, 'unknown key'],
    [{ filesystem: { '/': { from: 'x', maxBytes: 5 } } }, 'access is "read"'],
    [{ filesystem: [] }, 'must be an object of mounts by guest path'],
    [{ artifacts: { from: '/out' } }, 'must lie in a mount of memory or an overlay'],
    [
      { filesystem: { '/': { from: '.' } }, artifacts: { from: '/out' } },
      'of others the host has the files already',
    ],
  ])('%j', async (policy, message) => {
    await expect(createSandbox(policy as never)).rejects.toThrow(message)
  })

  test.each([
    [{ 'in.csv': '' }, 'options.files["in.csv"]: must be an absolute guest path of a file'],
    [{ '/a/../b': '' }, 'must be an absolute guest path of a file'],
    [{ '/data/x': 1 }, 'options.files["/data/x"]: must be a string or a Uint8Array'],
    [{ '/data/x': 'x'.repeat(2000) }, 'is more than /data holds, 1000 bytes'],
    [
      { '/other': '' },
      'no mount holds it; "filesystem": { "/": { "memory": 1000000 } } in the policy makes one',
    ],
    [[], 'options.files: must be an object'],
  ])('files: %j', async (files, message) => {
    await using sandbox = await createSandbox({ filesystem: { '/data': { memory: 1000 } } })
    await expect(sandbox.run('1', { files: files as never })).rejects.toThrow(message)
  })

  test('what does not fit beside its name ends the run, with the reason', async () => {
    await using sandbox = await createSandbox(
      { filesystem: { '/': { memory: 1000 } } },
      workers('process'),
    )
    const outcome = await sandbox.run('1', { files: { '/a': 'x'.repeat(900) } })
    expect(outcome).toMatchObject({
      status: 'crashed',
      reason: expect.stringContaining("/a could not be put into the guest's files: ENOSPC"),
    })
  })
})
