/**
 * The system calls about files, as one table: the kinds of a call's arguments, who answers it, and what is done with the answer.
 *
 * Nothing here knows what a file is. A row's arguments are read from the guest's memory by their kind, and its answer is written
 * back by its own, through views that check every pointer; so a row holds no arithmetic, and there is one place for each way to
 * read or write. Calls of the table return an error as -errno, those of WASI (`fd_…`) as errno.
 */
import { Errno } from './errno.js'
import { F, fillWith, OWNER, piecesOf, READ, WRITE, type Lock } from './call-values.js'
import { AT_FDCWD, type Entry, type FileTable, type Time } from './file-table.js'

interface Machine {
  readonly files: FileTable
  readonly memory: () => ArrayBuffer
  /** Nanoseconds of the epoch. */
  readonly now: () => bigint
}

const AT = { SYMLINK_NOFOLLOW: 0x100, REMOVEDIR: 0x200, EMPTY_PATH: 0x1000 }
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
