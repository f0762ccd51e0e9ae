/**
 * A volume: what is mounted at one place of a guest's tree of files. Paths are names below its root, none of them empty, `.` or
 * `..`. A volume follows no link by itself: it throws {@link LinkMet}, and who asked goes on from there, so that a link means what
 * it says in the guest's own tree and nowhere else.
 */
import { Errno } from '../wall/errno.js'
import type { Entry, Kind, Stat, Time } from '../wall/file-table.js'

/** Names from a root downwards. Empty: the root itself. */
export type Path = readonly string[]

/** A longer path is none, counted in characters. */
export const MOST_PATH = 4_096

/** The name at `index` of the path is a link to `target`. */
export class LinkMet {
  constructor(
    readonly index: number,
    readonly target: string,
  ) {}
}

/** Flags of an opening, as the guest's libc numbers them. */
export const O = {
  ACCESS: 3,
  WRONLY: 1,
  RDWR: 2,
  CREAT: 0o100,
  EXCL: 0o200,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  DIRECTORY: 0o200000,
  NOFOLLOW: 0o400000,
} as const

/** Whether an opening with these flags may change anything: by writing, by cutting off, or by making the file. */
export const wantsWrite = (flags: number): boolean =>
  (flags & O.ACCESS) !== 0 || (flags & (O.TRUNC | O.CREAT)) !== 0

/** What is open. */
export interface Handle {
  readonly kind: Kind
  stat(): Stat
  read(at: number, into: Uint8Array): number
  /** At the end where `at` is undefined. How many were written: all, unless there is room for some only. */
  write(at: number | undefined, bytes: Uint8Array): number
  truncate(size: number): void
  setMode(mode: number): void
  setTimes(accessed: Time, modified: Time): void
  close(): void
}

/** What every volume does. What fails throws {@link Errno}, or {@link LinkMet} where a link is in the way. */
export interface Volume {
  /** Whether nothing in it is changed, whatever a node's permissions say. */
  readonly isReadOnly: boolean
  /** A link at the end is told of, or with `follow` met. */
  stat(path: Path, follow: boolean): Stat
  list(path: Path): Entry[]
  open(path: Path, flags: number, mode: number): Handle
  makeFolder(path: Path, mode: number): void
  makeLink(path: Path, target: string): void
  readLink(path: Path): string
  remove(path: Path, isFolder: boolean): void
  rename(from: Path, to: Path): void
  truncate(path: Path, size: number): void
  setMode(path: Path, mode: number, follow: boolean): void
  setTimes(path: Path, accessed: Time, modified: Time, follow: boolean): void
}

/** What was found there just before is a link by now. */
export function settled<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof LinkMet ? new Errno('ENOENT') : error
  }
}

/** Undefined where a volume refuses. */
export function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Errno)) throw error
    return undefined
  }
}
