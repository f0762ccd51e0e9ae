/**
 * The system calls about files, as one table: the kinds of a call's arguments, who answers it, and what is done with the answer.
 *
 * Nothing here knows what a file is. A row's arguments are read from the guest's memory by their kind, and its answer is written
 * back by its own, through views that check every pointer; so a row holds no arithmetic, and there is one place for each way to
 * read or write. Calls of the table return an error as -errno, those of WASI (`fd_…`) as errno.
 */
import { Errno } from './errno.js'
import { AT_FDCWD, KIND, type Entry, type FileTable, type Stat, type Time } from './file-table.js'

/** A longer path is none, and no directory's entry or link is longer. */
const MOST_PATH = 4_096
/** A readv or writev of more pieces than this is refused: 3.7 million empty ones took 900 MB of the host. */
const MOST_PIECES = 1_024
/** Owner of everything: not the one that may do anything. */
const OWNER = 1_000
const [UTIME_NOW, UTIME_OMIT] = [0x3fffffff, 0x3ffffffe]
const AT = { SYMLINK_NOFOLLOW: 0x100, REMOVEDIR: 0x200, EMPTY_PATH: 0x1000 }
const F = {
  DUPFD: 0,
  GETFD: 1,
  SETFD: 2,
  GETFL: 3,
  SETFL: 4,
  GETLK: 12,
  SETLK: 13,
  SETLKW: 14,
  DUPFD_CLOEXEC: 1030,
  UNLCK: 2,
}

interface Machine {
  readonly files: FileTable
  readonly memory: () => ArrayBuffer
  /** Nanoseconds of the epoch. */
  readonly now: () => bigint
}

/** An argument of `fcntl`. `free` makes the lock whose record it points to one that nobody holds. */
interface Lock {
  readonly number: number
  readonly free: () => void
}

/** How an argument is read: from one wasm argument, `pieces` and `room` from two. */
const READ = {
  /** A number as it is. */
  int: (value: number | bigint): number => Number(value),
  /** A path, or undefined for a null pointer. */
  path: (value: number, memory: ArrayBuffer): string | undefined => {
    if (value === 0) return undefined
    const bytes = new Uint8Array(memory, value >>> 0)
    const length = bytes.subarray(0, MOST_PATH + 1).indexOf(0)
    if (length < 0) throw new Errno('ENAMETOOLONG')
    try {
      return fromUtf8.decode(bytes.slice(0, length))
    } catch {
      throw new Errno('EILSEQ')
    }
  },
  /** The first of the variable arguments; 0 where there are none. */
  more: (value: number, memory: ArrayBuffer): number =>
    value === 0 ? 0 : new DataView(memory).getInt32(value >>> 0, true),
  /** The same: a number, or where the record of a lock is. */
  lock: (value: number, memory: ArrayBuffer): Lock => {
    const number = READ.more(value, memory)
    const free = (): void => new DataView(memory).setInt16(number >>> 0, F.UNLCK, true)
    return { number, free }
  },
  /** Times of access and change. */
  times: (value: number, memory: ArrayBuffer, now: () => bigint): [Time, Time] => {
    if (value === 0) return [now(), now()]
    const view = new DataView(memory)
    const at = (pointer: number): Time => {
      const nanoseconds = view.getInt32(pointer + 8, true)
      if (nanoseconds === UTIME_NOW) return now()
      if (nanoseconds === UTIME_OMIT) return undefined
      return (
        BigInt.asIntN(64, view.getBigInt64(pointer, true) * 1_000_000_000n) + BigInt(nanoseconds)
      )
    }
    return [at(value >>> 0), at((value >>> 0) + 16)]
  },
  /** Where the answer goes. */
  out: (value: number): number => value >>> 0,
}
const fromUtf8 = new TextDecoder('utf-8', { fatal: true })
const toUtf8 = new TextEncoder()

function piecesOf(pointer: number, count: number, memory: ArrayBuffer): Uint8Array[] {
  if (count >>> 0 > MOST_PIECES) throw new Errno('EINVAL')
  const view = new DataView(memory)
  return Array.from({ length: count }, (_, i) => {
    const at = (pointer >>> 0) + 8 * i
    return new Uint8Array(memory, view.getUint32(at, true), view.getUint32(at + 4, true))
  })
}

/** How an answer is written: what the call returns. `out` is where to, `room` how much there is. */
const WRITE = {
  number: (value: unknown): number => value as number,
  nothing: (): number => 0,
  /** Into a word of 32 bits, or of 64. */
  word: (value: unknown, memory: ArrayBuffer, out: number): number => {
    new DataView(memory).setUint32(out, value as number, true)
    return 0
  },
  long: (value: unknown, memory: ArrayBuffer, out: number): number => {
    new DataView(memory).setBigInt64(out, BigInt(value as number), true)
    return 0
  },
  /** The text and a NUL: the whole or nothing. */
  text: (value: unknown, memory: ArrayBuffer, out: number, room: number): number => {
    const bytes = toUtf8.encode(`${value as string}\0`)
    if (bytes.length > room >>> 0) throw new Errno('ERANGE')
    new Uint8Array(memory, out, bytes.length).set(bytes)
    return bytes.length
  },
  /** As much of the text as there is room for, without a NUL. */
  link: (value: unknown, memory: ArrayBuffer, out: number, room: number): number => {
    const bytes = toUtf8.encode(value as string).subarray(0, room >>> 0)
    new Uint8Array(memory, out, bytes.length).set(bytes)
    return bytes.length
  },
  stat: (value: unknown, memory: ArrayBuffer, out: number): number => {
    const { kind, mode, size, device, inode, links, block, ...times } = value as Stat
    new Uint8Array(memory, out, 96).fill(0)
    const view = new DataView(memory)
    const put = (at: number, number: number): void => view.setUint32(out + at, number, true)
    put(0, device)
    put(4, (kind << 12) | mode)
    put(8, links)
    put(12, OWNER)
    put(16, OWNER)
    view.setBigInt64(out + 24, BigInt(size), true)
    put(32, block)
    put(36, Math.ceil(size / 512))
    for (const [at, time] of [
      [40, times.accessed],
      [56, times.modified],
      [72, times.changed],
    ] as const) {
      const rest = BigInt.asUintN(64, ((time % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)
      view.setBigInt64(out + at, (time - rest) / 1_000_000_000n, true)
      put(at + 8, Number(rest))
    }
    view.setBigUint64(out + 88, BigInt.asUintN(64, inode), true)
    return 0
  },
  /** WASI's record of a descriptor: its kind alone is of use to anybody. */
  kind: (value: unknown, memory: ArrayBuffer, out: number): number => {
    new Uint8Array(memory, out, 24).fill(0)
    new DataView(memory).setUint8(out, WASI_KINDS[value as number] ?? 0)
    return 0
  },
}
/** An output is of no kind that WASI names, as a pipe is: that of a device would say that it is a terminal. */
const WASI_KINDS: Readonly<Record<number, number>> = {
  [KIND.folder]: 3,
  [KIND.file]: 4,
}

type Argument = keyof typeof READ | 'pieces' | 'room' | 'fill'
type Call = (files: FileTable, ...args: never[]) => unknown
type Row = readonly [args: string, answer: keyof typeof WRITE, call: Call]

/** The directory that a call with flags is of: with EMPTY_PATH and no path, the descriptor itself. */
const isItself = (path: string | undefined, flags: number): path is undefined | '' =>
  path === undefined || (path === '' && (flags & AT.EMPTY_PATH) !== 0)
const follows = (flags: number): boolean => (flags & AT.SYMLINK_NOFOLLOW) === 0
/** A path must be there. */
const told = (path: string | undefined): string => {
  if (path === undefined) throw new Errno('EINVAL')
  return path
}
type Path = string | undefined

/** Name of the import; kinds of its arguments; how it is answered, by whom. */
const ROWS: Readonly<Record<string, Row>> = {
  __syscall_openat: [
    'int path int more',
    'number',
    (f, dir: number, path: Path, flags: number, mode: number) =>
      f.open(dir, told(path), flags, mode),
  ],
  fd_close: ['int', 'nothing', (f, fd: number) => f.close(fd)],
  fd_read: ['int pieces out', 'word', (f, fd: number, pieces: Uint8Array[]) => f.read(fd, pieces)],
  fd_pread: [
    'int pieces int out',
    'word',
    (f, fd: number, pieces: Uint8Array[], at: number) => f.read(fd, pieces, at),
  ],
  fd_write: [
    'int pieces out',
    'word',
    (f, fd: number, pieces: Uint8Array[]) => f.write(fd, pieces),
  ],
  fd_pwrite: [
    'int pieces int out',
    'word',
    (f, fd: number, pieces: Uint8Array[], at: number) => f.write(fd, pieces, at),
  ],
  fd_seek: [
    'int int int out',
    'long',
    (f, fd: number, offset: number, whence: number) => f.seek(fd, offset, whence),
  ],
  fd_sync: ['int', 'nothing', (f, fd: number) => f.sync(fd)],
  fd_fdstat_get: ['int out', 'kind', (f, fd: number) => f.kind(fd)],
  __syscall_fdatasync: ['int', 'nothing', (f, fd: number) => f.sync(fd)],
  __syscall_dup: ['int', 'number', (f, fd: number) => f.duplicate(fd, 0)],
  __syscall_dup3: ['int int int', 'number', (f, fd: number, to: number) => f.duplicate(fd, 0, to)],
  __syscall_fcntl64: ['int int lock', 'number', control],
  __syscall_fstat64: ['int out', 'stat', (f, fd: number) => f.stat(fd)],
  __syscall_stat64: ['path out', 'stat', (f, path: Path) => f.statAt(AT_FDCWD, told(path), true)],
  __syscall_lstat64: ['path out', 'stat', (f, path: Path) => f.statAt(AT_FDCWD, told(path), false)],
  __syscall_newfstatat: [
    'int path out int',
    'stat',
    (f, dir: number, path: Path, flags: number) =>
      isItself(path, flags) ? f.stat(dir) : f.statAt(dir, path, follows(flags)),
  ],
  __syscall_getcwd: ['room', 'text', (f) => f.cwd()],
  __syscall_chdir: ['path', 'nothing', (f, path: Path) => f.chdir(told(path))],
  __syscall_fchdir: ['int', 'nothing', (f, fd: number) => f.fchdir(fd)],
  __syscall_umask_js: ['int', 'number', (f, mask: number) => f.umask(mask)],
  __syscall_getuid32_js: ['', 'number', () => OWNER],
  __syscall_mkdirat: [
    'int path int',
    'nothing',
    (f, dir: number, path: Path, mode: number) => f.makeFolder(dir, told(path), mode),
  ],
  __syscall_rmdir: ['path', 'nothing', (f, path: Path) => f.remove(AT_FDCWD, told(path), true)],
  __syscall_unlinkat: [
    'int path int',
    'nothing',
    (f, dir: number, path: Path, flags: number) =>
      f.remove(dir, told(path), (flags & AT.REMOVEDIR) !== 0),
  ],
  __syscall_renameat: [
    'int path int path',
    'nothing',
    (f, fromDir: number, from: Path, toDir: number, to: Path) =>
      f.rename(fromDir, told(from), toDir, told(to)),
  ],
  __syscall_symlinkat: [
    'path int path',
    'nothing',
    (f, target: Path, dir: number, path: Path) => f.makeLink(told(target), dir, told(path)),
  ],
  __syscall_readlinkat: [
    'int path room',
    'link',
    (f, dir: number, path: Path) => f.readLink(dir, told(path)),
  ],
  __syscall_ftruncate64: [
    'int int',
    'nothing',
    (f, fd: number, size: number) => f.truncate(fd, size),
  ],
  __syscall_truncate64: [
    'path int',
    'nothing',
    (f, path: Path, size: number) => f.truncateAt(told(path), size),
  ],
  __syscall_faccessat: [
    'int path int int',
    'nothing',
    (f, dir: number, path: Path, wanted: number, flags: number) =>
      f.access(dir, told(path), wanted, follows(flags)),
  ],
  __syscall_chmod: [
    'path int',
    'nothing',
    (f, path: Path, mode: number) => f.setModeAt(AT_FDCWD, told(path), mode, true),
  ],
  __syscall_fchmod: ['int int', 'nothing', (f, fd: number, mode: number) => f.setMode(fd, mode)],
  __syscall_fchmodat2: [
    'int path int int',
    'nothing',
    (f, dir: number, path: Path, mode: number, flags: number) =>
      f.setModeAt(dir, told(path), mode, follows(flags)),
  ],
  __syscall_utimensat: [
    'int path times int',
    'nothing',
    (f, dir: number, path: Path, [accessed, modified]: [Time, Time], flags: number) =>
      isItself(path, flags)
        ? f.setTimes(dir, accessed, modified)
        : f.setTimesAt(dir, path, accessed, modified, follows(flags)),
  ],
  __syscall_getdents64: [
    'int room fill',
    'number',
    (f, fd: number, fill: (entries: readonly Entry[]) => [number, number]) => list(f, fd, fill),
  ],
  _try_fcntl64: ['int int int int', 'nothing', () => 0],
  __syscall_mknodat: ['int path int int', 'nothing', () => fail('EPERM')],
  _mmap_js: ['int int int int int int int', 'number', () => fail('ENODEV')],
}

function fail(code: 'EPERM' | 'ENODEV'): never {
  throw new Errno(code)
}

function control(files: FileTable, fd: number, command: number, { number, free }: Lock): number {
  switch (command) {
    case F.DUPFD:
    case F.DUPFD_CLOEXEC:
      return files.duplicate(fd, number)
    case F.GETFL:
      return files.flags(fd)
    case F.SETFL:
      files.flags(fd, number)
      return 0
    case F.GETFD:
      files.kind(fd)
      return 1
    case F.SETFD:
      files.kind(fd)
      return 0
    // A lock holds nobody off: there is nobody else.
    case F.GETLK:
      files.kind(fd)
      free()
      return 0
    case F.SETLK:
    case F.SETLKW:
      files.kind(fd)
      return 0
    default:
      files.kind(fd)
      throw new Errno('EINVAL')
  }
}

/** Writes as many entries as there is room for, 8-aligned, each with the number of the one that follows. */
function list(
  files: FileTable,
  fd: number,
  fill: (entries: readonly Entry[]) => [number, number],
): number {
  const entries = files.entries(fd)
  const [count, bytes] = fill(entries)
  if (count === 0 && entries.length > 0) throw new Errno('EINVAL')
  files.advance(fd, count)
  return bytes
}

function fillWith(memory: ArrayBuffer, out: number, room: number) {
  return (entries: readonly Entry[]): [number, number] => {
    let [count, at] = [0, 0]
    const view = new DataView(memory)
    for (const { name, kind, inode } of entries) {
      const bytes = toUtf8.encode(name)
      const length = (19 + bytes.length + 1 + 7) & ~7
      if (at + length > room >>> 0) break
      const record = new Uint8Array(memory, out + at, length)
      record.fill(0)
      view.setBigUint64(out + at, BigInt.asUintN(64, inode), true)
      view.setBigInt64(out + at + 8, BigInt(count + 1), true)
      view.setUint16(out + at + 16, length, true)
      record[18] = kind
      record.set(bytes, 19)
      at += length
      count++
    }
    return [count, at]
  }
}

type Import = (...args: (number | bigint)[]) => number

/** The table's imports, by name, for a guest that has files. `around` is done after each: it looks at the clock. */
export function fileImports(machine: Machine, around: () => void): Record<string, Import> {
  return Object.fromEntries(
    Object.entries(ROWS).map(([name, [kinds, answer, call]]) => {
      const sign = name.startsWith('fd_') ? 1 : -1
      const row = kinds.split(' ').filter(Boolean) as Argument[]
      return [
        name,
        (...given: (number | bigint)[]) => perform(machine, row, answer, call, given, sign, around),
      ]
    }),
  )
}

function perform(
  { files, memory: memoryOf, now }: Machine,
  kinds: readonly Argument[],
  answer: keyof typeof WRITE,
  call: Call,
  given: readonly (number | bigint)[],
  sign: number,
  around: () => void,
): number {
  const memory = memoryOf()
  const args: unknown[] = []
  let [next, out, room] = [0, 0, 0]
  try {
    for (const kind of kinds) {
      if (kind === 'fill') {
        args.push(fillWith(memory, out, room))
        continue
      }
      const value = given[next++] as number
      if (kind === 'pieces') args.push(piecesOf(value, given[next++] as number, memory))
      else if (kind === 'out') out = READ.out(value)
      else if (kind === 'room') [out, room] = [READ.out(value), given[next++] as number]
      else args.push(READ[kind](value, memory, now))
    }
    return WRITE[answer](call(files, ...(args as never[])), memory, out, room)
  } catch (error) {
    if (!(error instanceof Errno)) throw error
    return sign * error.number
  } finally {
    around()
  }
}
