/** The system calls on descriptors: what a guest does with what it has open. */
import { Errno } from '../wall/errno.js'
import { KIND, type Entry, type Kind, type Stat, type Time } from '../wall/file-table.js'
import { Descriptors, type Opened } from './descriptors.js'
import { ABOVE, type Tree } from './tree.js'
import { O, settled } from './volume.js'

/** Files by descriptor. What fails throws Errno. */
export class OpenFiles {
  protected readonly descriptors = new Descriptors()

  constructor(protected readonly tree: Tree) {}

  close(fd: number): void {
    if (fd >= 0 && fd <= 2) return
    this.descriptors.close(fd)
  }

  read(fd: number, into: readonly Uint8Array[], at?: number): number {
    const opened = this.descriptors.allowed(fd, false)
    if (opened.handle.kind === KIND.folder) throw new Errno('EISDIR')
    return this.#transfer(opened, into, at, (from, piece) => opened.handle.read(from, piece))
  }

  write(fd: number, pieces: readonly Uint8Array[], at?: number): number {
    const opened = this.descriptors.allowed(fd, true)
    const isAppending = (opened.flags & O.APPEND) !== 0
    const count = this.#transfer(opened, pieces, at, (from, piece) =>
      opened.handle.write(isAppending ? undefined : from, piece),
    )
    if (isAppending && at === undefined) opened.at = opened.handle.stat().size
    return count
  }

  seek(fd: number, offset: number, whence: number): number {
    if (fd >= 0 && fd <= 2) throw new Errno('ESPIPE')
    const opened = this.descriptors.get(fd)
    if (whence < 0 || whence > 2) throw new Errno('EINVAL')
    if (opened.handle.kind === KIND.device) return 0
    const base = whence === 0 ? 0 : whence === 1 ? opened.at : opened.handle.stat().size
    const to = base + offset
    if (!Number.isSafeInteger(to) || to < 0) throw new Errno('EINVAL')
    if (opened.handle.kind === KIND.folder && to === 0) opened.entries = undefined
    opened.at = to
    return to
  }

  duplicate(fd: number, least: number, to?: number): number {
    const opened = this.descriptors.get(fd)
    if (to === fd) return fd
    return this.descriptors.add(opened, least, to)
  }

  flags(fd: number, set?: number): number {
    const opened = this.descriptors.get(fd)
    if (set !== undefined) opened.flags = (opened.flags & O.ACCESS) | (set & O.APPEND)
    return opened.flags
  }

  kind(fd: number): Kind {
    return fd >= 1 && fd <= 2 ? KIND.device : this.descriptors.get(fd).handle.kind
  }

  stat(fd: number): Stat {
    if (fd >= 1 && fd <= 2) return { ...ABOVE, kind: KIND.device, mode: 0o620 }
    return this.descriptors.get(fd).handle.stat()
  }

  truncate(fd: number, size: number): void {
    const opened = this.descriptors.get(fd)
    if ((opened.flags & O.ACCESS) === 0 || opened.handle.kind === KIND.folder)
      throw new Errno('EINVAL')
    opened.handle.truncate(size)
  }

  setMode(fd: number, mode: number): void {
    this.descriptors.get(fd).handle.setMode(mode)
  }

  setTimes(fd: number, accessed: Time, modified: Time): void {
    this.descriptors.get(fd).handle.setTimes(accessed, modified)
  }

  sync(fd: number): void {
    this.kind(fd)
  }

  entries(fd: number): readonly Entry[] {
    const opened = this.descriptors.get(fd)
    if (opened.handle.kind !== KIND.folder) throw new Errno('ENOTDIR')
    if (opened.entries === undefined) {
      const self = opened.handle.stat().inode
      this.descriptors.keep(opened, [
        { name: '.', kind: KIND.folder, inode: self },
        { name: '..', kind: KIND.folder, inode: self },
        ...settled(() => this.tree.entries(this.tree.place(opened.path))),
      ])
    }
    return opened.entries!.slice(opened.at)
  }

  advance(fd: number, count: number): void {
    this.descriptors.get(fd).at += count
  }

  #transfer(
    opened: Opened,
    pieces: readonly Uint8Array[],
    at: number | undefined,
    move: (at: number, piece: Uint8Array) => number,
  ): number {
    if (at !== undefined && at < 0) throw new Errno('EINVAL')
    let done = 0
    for (const piece of pieces) {
      if (piece.length === 0) continue
      const count = part(() => move((at ?? opened.at) + done, piece), done > 0)
      done += count
      if (count < piece.length) break
    }
    if (at === undefined) opened.at += done
    return done
  }
}

/** What has been done of several pieces is told before what went wrong with the next. */
function part(move: () => number, isLater: boolean): number {
  try {
    return move()
  } catch (error) {
    if (isLater && error instanceof Errno) return 0
    throw error
  }
}
