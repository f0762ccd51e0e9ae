/**
 * A volume over another: what is written stays in memory above, and hides what is below, which is never changed.
 *
 * A file is copied up when it is first opened for writing, with the folders above it. What was removed is remembered by its path;
 * that counts among the memory's bytes. A folder that lies below cannot be renamed (EXDEV, as on Linux): `shutil.move` copies it.
 */
import { Errno } from '../wall/errno.js'
import { KIND, type Entry, type Stat, type Time } from '../wall/file-table.js'
import type { Denied } from './deny.js'
import type { MemoryVolume } from './memory.js'
import type { Node } from './nodes.js'
import { O, wantsWrite, type Handle, type Path, type Volume } from './volume.js'

const PIECE = 1 << 20
/** What a name costs that is remembered as hidden, beside its characters. */
const HIDDEN_BYTES = 64

/** `upper` over `lower`, as one volume. What is `denied` of the lower one is not made in the upper one either. */
export class OverlayVolume implements Volume {
  readonly isReadOnly = false
  /** Paths below that are not seen, with all that is below them. */
  readonly hidden = new Set<string>()

  constructor(
    readonly upper: MemoryVolume,
    readonly lower: Volume,
    private readonly denied: Denied,
  ) {}

  reset(): void {
    this.upper.reset()
    this.hidden.clear()
  }

  owns(handle: Handle): boolean {
    return this.upper.owns(handle)
  }

  handle(node: Node): Handle {
    return this.upper.handle(node)
  }

  stat(path: Path, follow: boolean): Stat {
    // The root has the times and the mode of what is below.
    if (path.length === 0) return this.lower.stat(path, follow)
    return this.#in(path, (volume) => volume.stat(path, follow))
  }

  list(path: Path): Entry[] {
    const above = ifThere(() => this.upper.list(path))
    const below = this.#sees(path) ? ifThere(() => this.lower.list(path)) : undefined
    if (above === undefined && below === undefined) throw new Errno('ENOENT')
    const names = new Set(above?.map(({ name }) => name))
    return [
      ...(above ?? []),
      ...(below ?? []).filter(
        ({ name }) => !names.has(name) && !this.hidden.has([...path, name].join('/')),
      ),
    ]
  }

  open(path: Path, flags: number, mode: number): Handle {
    if (!wantsWrite(flags) || path.length === 0)
      return this.#in(path, (volume) => volume.open(path, flags, mode))
    if (!this.#isAbove(path)) {
      const below = this.#below(path)
      if (below !== undefined) {
        if ((flags & O.CREAT) !== 0 && (flags & O.EXCL) !== 0) throw new Errno('EEXIST')
        if (below.kind === KIND.link) {
          if ((flags & O.NOFOLLOW) !== 0) throw new Errno('ELOOP')
          this.lower.stat(path, true)
        }
        if (below.kind === KIND.folder) throw new Errno('EISDIR')
        const writes = (flags & O.ACCESS) !== 0 || (flags & O.TRUNC) !== 0
        if (!writes) return this.lower.open(path, flags & ~O.CREAT, mode)
        this.#copyUp(path, (flags & O.TRUNC) !== 0)
      } else if ((flags & O.CREAT) !== 0) this.#copyFolders(path)
    }
    return this.upper.open(path, flags, mode)
  }

  makeFolder(path: Path, mode: number): void {
    this.#absent(path)
    this.#copyFolders(path)
    this.upper.makeFolder(path, mode)
  }

  makeLink(path: Path, target: string): void {
    this.#absent(path)
    this.#copyFolders(path)
    this.upper.makeLink(path, target)
  }

  readLink(path: Path): string {
    return this.#in(path, (volume) => volume.readLink(path))
  }

  remove(path: Path, isFolder: boolean): void {
    const { kind } = this.stat(path, false)
    if (isFolder && kind !== KIND.folder) throw new Errno('ENOTDIR')
    if (!isFolder && kind === KIND.folder) throw new Errno('EISDIR')
    if (path.length === 0) throw new Errno('EBUSY')
    if (isFolder && this.list(path).length > 0) throw new Errno('ENOTEMPTY')
    if (this.#isAbove(path)) this.upper.remove(path, isFolder)
    if (this.#below(path) !== undefined) this.#hide(path)
  }

  rename(from: Path, to: Path): void {
    const { kind } = this.stat(from, false)
    const target = ifThere(() => this.stat(to, false))
    const isSame = from.join('/') === to.join('/')
    if (isSame) return
    if (kind === KIND.folder) {
      if (this.#below(from) !== undefined || this.denied.mayBeBelow(to)) throw new Errno('EXDEV')
      if (from.every((name, i) => to[i] === name)) throw new Errno('EINVAL')
      if (target !== undefined) {
        if (target.kind !== KIND.folder) throw new Errno('ENOTDIR')
        this.remove(to, true)
      }
    } else {
      if (target?.kind === KIND.folder) throw new Errno('EISDIR')
      if (!this.#isAbove(from)) this.#copyUp(from, false)
    }
    this.#copyFolders(to)
    const isHidden = this.#below(to) !== undefined && this.#hide(to)
    try {
      this.upper.rename(from, to)
    } catch (error) {
      if (isHidden) this.#show(to)
      throw error
    }
  }

  truncate(path: Path, size: number): void {
    this.#raised(path, true, size === 0)
    this.upper.truncate(path, size)
  }

  setMode(path: Path, mode: number, follow: boolean): void {
    if (path.length === 0) return
    this.#raised(path, follow)
    this.upper.setMode(path, mode, follow)
  }

  setTimes(path: Path, accessed: Time, modified: Time, follow: boolean): void {
    if (path.length === 0) return
    this.#raised(path, follow)
    this.upper.setTimes(path, accessed, modified, follow)
  }

  /** Does `work` in the volume that has the path. */
  #in<T>(path: Path, work: (volume: Volume) => T): T {
    if (this.#isAbove(path)) return work(this.upper)
    if (this.#sees(path)) return work(this.lower)
    throw new Errno('ENOENT')
  }

  #isAbove(path: Path): boolean {
    return path.length > 0 && ifThere(() => this.upper.stat(path, false)) !== undefined
  }

  /** Whether nothing on the way was removed. */
  #sees(path: Path): boolean {
    return (
      this.hidden.size === 0 ||
      !path.some((_, i) => this.hidden.has(path.slice(0, i + 1).join('/')))
    )
  }

  #below(path: Path): Stat | undefined {
    return this.#sees(path) ? ifThere(() => this.lower.stat(path, false)) : undefined
  }

  #absent(path: Path): void {
    if (path.length === 0 || this.#isAbove(path) || this.#below(path) !== undefined)
      throw new Errno('EEXIST')
  }

  #hide(path: Path): boolean {
    const key = path.join('/')
    if (this.hidden.has(key)) return false
    this.upper.charge(HIDDEN_BYTES + key.length)
    this.hidden.add(key)
    return true
  }

  #show(path: Path): void {
    const key = path.join('/')
    if (this.hidden.delete(key)) this.upper.charge(-HIDDEN_BYTES - key.length)
  }

  /** Sees to it that the path is above. */
  #raised(path: Path, follow: boolean, isEmpty = false): void {
    if (this.#isAbove(path)) return
    const { kind } = this.#in(path, (volume) => volume.stat(path, follow))
    if (kind === KIND.folder) this.#copyFolders([...path, ''])
    else this.#copyUp(path, isEmpty)
  }

  /** Makes the folders above a path, each as it is below. Nothing is made under a name that is denied. */
  #copyFolders(path: Path): void {
    if (this.denied.has(path)) throw new Errno('EACCES')
    for (let depth = 1; depth < path.length; depth++) {
      const folder = path.slice(0, depth)
      if (this.#isAbove(folder)) continue
      const below = this.#below(folder)
      if (below === undefined) throw new Errno('ENOENT')
      if (below.kind === KIND.link) this.lower.stat(folder, true)
      if (below.kind !== KIND.folder) throw new Errno('ENOTDIR')
      this.upper.makeFolder(folder, below.mode | 0o700)
      this.upper.setTimes(folder, below.accessed, below.modified, false)
    }
  }

  /** What is copied is hidden below at once: later, when it is removed above, there may be no room for that, and it would be back. */
  #copyUp(path: Path, isEmpty: boolean): void {
    const { kind, mode, accessed, modified } = this.lower.stat(path, false)
    this.#copyFolders(path)
    if (kind === KIND.link) {
      const target = this.lower.readLink(path)
      this.#hide(path)
      try {
        return this.upper.makeLink(path, target)
      } catch (error) {
        this.#show(path)
        throw error
      }
    }
    const from = this.lower.open(path, 0, 0)
    try {
      const to = this.upper.open(path, O.WRONLY | O.CREAT | O.EXCL, mode)
      try {
        const piece = new Uint8Array(PIECE)
        for (let at = 0; !isEmpty; ) {
          const count = from.read(at, piece)
          if (count === 0) break
          if (to.write(at, piece.subarray(0, count)) < count) throw new Errno('ENOSPC')
          at += count
        }
        to.setTimes(accessed, modified)
        this.#hide(path)
      } catch (error) {
        // Half a copy would hide the whole.
        this.upper.remove(path, false)
        throw error
      } finally {
        to.close()
      }
    } finally {
      from.close()
    }
  }
}

function ifThere<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof Errno && error.code === 'ENOENT') return undefined
    throw error
  }
}
