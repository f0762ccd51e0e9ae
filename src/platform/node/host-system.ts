/** The system calls on which folders of the host's are served: those of Linux, by Node, on descriptors in `/proc/self/fd`. */
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmdirSync,
  statfsSync,
  unlinkSync,
  utimesSync,
  writeSync,
  type Dirent,
} from 'node:fs'
import type { HostStat, HostSystem } from '../../trusted/broker/directory.js'
import { KIND, type Kind } from '../../trusted/wall/file-table.js'

/** Opens the thing itself and gives no right but to look at it. The same number on all machines that Node runs on. */
const O_PATH = 0o10000000
const { O_NOFOLLOW, O_NONBLOCK, O_NOCTTY, O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL } = constants
const OPEN = {
  read: O_RDONLY | O_NONBLOCK | O_NOCTTY,
  write: O_WRONLY | O_NONBLOCK | O_NOCTTY,
  both: O_RDWR | O_NONBLOCK | O_NOCTTY,
  // Never an existing file's, and never through a link.
  create: O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW,
}
const DESCRIPTORS = '/proc/self/fd'
/** Systems of files that are none: what is in them leads to processes and devices. */
const UNREAL = new Set([0x9fa0, 0x62656572, 0x64626720, 0x73636673, 0x1cd1, 0x27e0eb, 0x63677270])
const fromUtf8 = new TextDecoder('utf-8', { fatal: true })

/** Why folders of the host's cannot be served here; undefined where they can. */
export function whyNoHostFolders(): string | undefined {
  if (process.platform !== 'linux')
    return `folders of the host are served on Linux alone: on ${process.platform} there is no proof that nothing above them can be reached`
  return existsSync(DESCRIPTORS)
    ? undefined
    : `there is no ${DESCRIPTORS} here, on which they are served`
}

/** Holds a file or folder of the host's by its path, links followed: the path is the host's own. @throws the system's error */
export function holdPath(path: string): {
  fd: number
  isFolder: boolean
  isFile: boolean
  isUnreal: boolean
} {
  const fd = openSync(path, O_PATH)
  const stat = fstatSync(fd)
  return {
    fd,
    isFolder: stat.isDirectory(),
    isFile: stat.isFile(),
    isUnreal: UNREAL.has(Number(statfsSync(`${DESCRIPTORS}/${fd}`).type)),
  }
}

const kindOf = (of: Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): Kind | 0 =>
  of.isFile() ? KIND.file : of.isDirectory() ? KIND.folder : of.isSymbolicLink() ? KIND.link : 0

/**
 * The system calls, each without a judgement of its own. One that fails throws Node's error, whose `code` names the
 * errno.
 */
export const hostSystem: HostSystem = {
  at: (fd, name) => (name === undefined ? `${DESCRIPTORS}/${fd}` : `${DESCRIPTORS}/${fd}/${name}`),
  hold: (path) => openSync(path, O_PATH | O_NOFOLLOW),
  open: (path, access, mode) => openSync(path, OPEN[access], mode),
  close: closeSync,
  stat: (fd): HostStat => {
    const stat = fstatSync(fd, { bigint: true })
    return {
      kind: kindOf(stat as unknown as Dirent),
      mode: Number(stat.mode & 0o777n),
      size: Number(stat.size),
      inode: stat.ino,
      links: Number(stat.nlink),
      modified: wholeMicroseconds(stat.mtimeNs),
      accessed: wholeMicroseconds(stat.atimeNs),
      changed: wholeMicroseconds(stat.ctimeNs),
    }
  },
  mount: (fd) => /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))![1]!,
  read: (fd, at, into) => readSync(fd, into, 0, into.length, at),
  write: (fd, at, bytes) => writeSync(fd, bytes, 0, bytes.length, at),
  truncate: ftruncateSync,
  setMode: chmodSync,
  setTimes: (path, accessed, modified) => utimesSync(path, seconds(accessed), seconds(modified)),
  list: (path) =>
    readdirSync(path, { withFileTypes: true, encoding: 'buffer' }).flatMap((entry) => {
      try {
        const name = fromUtf8.decode(entry.name as unknown as Uint8Array)
        return [[name, kindOf(entry)]] as [string, Kind | 0][]
      } catch {
        return []
      }
    }),
  makeFolder: (path, mode) => mkdirSync(path, mode),
  removeFolder: rmdirSync,
  removeFile: unlinkSync,
  rename: renameSync,
  readLink: (path) => fromUtf8.decode(readlinkSync(path, { encoding: 'buffer' })),
}

/** The times that are told are those that can be set, so that a copy with the times of its original is as old as that. */
const wholeMicroseconds = (nanoseconds: bigint): bigint =>
  nanoseconds - (((nanoseconds % 1000n) + 1000n) % 1000n)

/**
 * Node and the guest's libc set whole microseconds: the next one, so that what is set never comes out earlier. Node cuts a number off
 * towards 1970, takes one before that for now, and a text for what it says.
 */
const seconds = (nanoseconds: bigint): string => {
  const whole = Number((nanoseconds > 0n ? nanoseconds + 999n : nanoseconds) / 1000n)
  return `${(whole + (whole < 0 ? -0.25 : 0.25)) / 1e6}`
}
