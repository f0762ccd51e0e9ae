/**
 * What the wall hands system calls about files to, and nothing else: whoever implements this decides which files there are. Paths
 * are texts as the guest wrote them, `dir` is a descriptor or {@link AT_FDCWD}. Everything is the guest's word.
 * Methods throw an {@link Errno} for what Python is to raise as OSError.
 */

/** The directory that relative paths are of, where no descriptor says it. */
export const AT_FDCWD = -100

/** Kinds of what has a name, as a directory's entries tell them. */
export const KIND = { device: 2, folder: 4, file: 8, link: 10 } as const
/** One of these kinds: the number is that of `d_type` in the directory entries of Linux. */
export type Kind = (typeof KIND)[keyof typeof KIND]

/** What `stat` tells. Times are nanoseconds of the epoch. */
export interface Stat {
  readonly kind: Kind
  /** Permissions: the low nine bits. */
  readonly mode: number
  readonly size: number
  readonly device: number
  readonly inode: bigint
  readonly links: number
  readonly modified: bigint
  readonly accessed: bigint
  readonly changed: bigint
  /** How much it is best read at once. */
  readonly block: number
}

/** One name of a folder, and what is there. */
export interface Entry {
  readonly name: string
  readonly kind: Kind
  readonly inode: bigint
}

/** A time to be set: nanoseconds; undefined leaves it as it is. */
export type Time = bigint | undefined

/** The files of a guest, by system call. Descriptors are numbers; whatever fails throws {@link Errno}. */
export interface FileTable {
  open(dir: number, path: string, flags: number, mode: number): number
  close(fd: number): void
  /** From where the descriptor stands, or from `at` without moving it; 0 at the end. */
  read(fd: number, into: readonly Uint8Array[], at?: number): number
  write(fd: number, pieces: readonly Uint8Array[], at?: number): number
  seek(fd: number, offset: number, whence: number): number
  /** A copy of the descriptor, at `least` or above; or just at `to`. */
  duplicate(fd: number, least: number, to?: number): number
  /** The flags of its opening, and with `set` other ones from now on. */
  flags(fd: number, set?: number): number
  kind(fd: number): Kind
  stat(fd: number): Stat
  statAt(dir: number, path: string, follow: boolean): Stat
  /** What is left of a folder's entries; {@link FileTable.advance} tells how many of them were taken. */
  entries(fd: number): readonly Entry[]
  advance(fd: number, count: number): void
  cwd(): string
  chdir(path: string): void
  fchdir(fd: number): void
  umask(mask: number): number
  makeFolder(dir: number, path: string, mode: number): void
  /** Removes a name: a folder's, or another's. */
  remove(dir: number, path: string, isFolder: boolean): void
  rename(fromDir: number, from: string, toDir: number, to: string): void
  makeLink(target: string, dir: number, path: string): void
  readLink(dir: number, path: string): string
  truncate(fd: number, size: number): void
  truncateAt(path: string, size: number): void
  /** Whether `wanted` (4 read, 2 write, 1 execute) is allowed. */
  access(dir: number, path: string, wanted: number, follow: boolean): void
  setMode(fd: number, mode: number): void
  setModeAt(dir: number, path: string, mode: number, follow: boolean): void
  setTimes(fd: number, accessed: Time, modified: Time): void
  setTimesAt(dir: number, path: string, accessed: Time, modified: Time, follow: boolean): void
  sync(fd: number): void
}

/** The files of one guest: part of what it is, as its memory is. */
export interface GuestFiles extends FileTable {
  /** Whose clock stamps what is written: nanoseconds of the epoch. */
  attach(now: () => bigint): void
  /** As they were before anything ran: no descriptor, the root as current folder, nothing in memory. */
  reset(): void
  /** All that differs from that; undefined where nothing does. */
  save(): Uint8Array | undefined
  /** Takes back what {@link GuestFiles.save} gave. @throws Error for anything else; it is reset then. */
  load(saved: Uint8Array): void
}
