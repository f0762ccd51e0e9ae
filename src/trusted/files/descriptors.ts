/** A guest's descriptors: numbers for what it has open. One that was copied shares where it stands with its copies. */
import { Errno } from '../wall/errno.js'
import type { Entry } from '../wall/file-table.js'
import { O, type Handle, type Path } from './volume.js'

/** Those below are stdin, stdout and stderr, which are not files. */
const FIRST = 3
/** Open at the same time; what libc says of it too. */
const MOST = 256
/** Entries of folders that are kept for those who read them, all together. */
const MOST_ENTRIES = 100_000

/** What descriptors share. */
export interface Opened {
  readonly handle: Handle
  /** Where it was opened, and where it is now if a folder above was renamed. */
  path: Path
  flags: number
  at: number
  /** A folder's, as they were when the first was asked for; undefined where they are to be asked for (again). */
  entries: readonly Entry[] | undefined
  copies: number
}

/** The descriptors from 3 on: those below are the standard streams. What fails throws Errno. */
export class Descriptors {
  readonly #open = new Map<number, Opened>()
  /** Folders whose entries are kept, and how many, the one that was asked first first. */
  readonly #listed = new Map<Opened, number>()
  #entries = 0

  get(fd: number): Opened {
    const opened = this.#open.get(fd)
    if (opened === undefined) throw new Errno('EBADF')
    return opened
  }

  /** With the right to read, or to write. */
  allowed(fd: number, isWrite: boolean): Opened {
    const opened = this.get(fd)
    const access = opened.flags & O.ACCESS
    if (isWrite ? access === 0 : access === O.WRONLY) throw new Errno('EBADF')
    return opened
  }

  /** A number for it: the lowest from `least` on, or `to`, whatever that was before. */
  add(opened: Opened, least = FIRST, to?: number): number {
    if (to !== undefined && (to < FIRST || to >= MOST)) throw new Errno('EBADF')
    let fd = to ?? Math.max(FIRST, least)
    if (to === undefined) while (this.#open.has(fd)) fd++
    if (fd >= MOST) throw new Errno(least >= MOST ? 'EINVAL' : 'EMFILE')
    if (to !== undefined && this.#open.has(to)) this.close(to)
    opened.copies++
    this.#open.set(fd, opened)
    return fd
  }

  get isFull(): boolean {
    return this.#open.size >= MOST - FIRST
  }

  close(fd: number): void {
    const opened = this.get(fd)
    this.#open.delete(fd)
    if (--opened.copies > 0) return
    this.#unlist(opened)
    opened.handle.close()
  }

  /**
   * Keeps a folder's entries for who reads them one after the other. Beyond {@link MOST_ENTRIES} those of the folder that was asked first
   * are dropped: a folder of 10,000 files, opened by every descriptor, took 300 MB.
   */
  keep(folder: Opened, entries: readonly Entry[]): void {
    folder.entries = entries
    this.#unlist(folder)
    this.#listed.set(folder, entries.length)
    this.#entries += entries.length
    for (const eldest of this.#listed.keys()) {
      if (this.#entries <= MOST_ENTRIES || eldest === folder) break
      eldest.entries = undefined
      this.#unlist(eldest)
    }
  }

  #unlist(folder: Opened): void {
    this.#entries -= this.#listed.get(folder) ?? 0
    this.#listed.delete(folder)
  }

  all(): [number, Opened][] {
    return [...this.#open]
  }

  /** Forgets all without closing: what they were of is gone. */
  forget(): void {
    this.#open.clear()
    this.#listed.clear()
    this.#entries = 0
  }
}
