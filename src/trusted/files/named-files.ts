/** The system calls on names: what a guest opens, asks after and changes by a path. */
import { Errno } from '../wall/errno.js'
import { AT_FDCWD, KIND, type Stat, type Time } from '../wall/file-table.js'
import { OpenFiles } from './open-files.js'
import { isWithin, type Place } from './tree.js'
import { O, quietly, settled, type Path, type Volume } from './volume.js'
import { walk } from './walk.js'

/** The permissions that new files do not have, until a guest says otherwise. */
export const STANDARD_UMASK = 0o022
/** The right to write, as `access` is asked for it. */
const WRITE = 2

/** Files by path, from a descriptor or the current folder. What fails throws Errno. */
export class NamedFiles extends OpenFiles {
  /** The current folder. */
  protected current: Path = []
  protected mask = STANDARD_UMASK
  /** Whether anything may differ from how it began. */
  protected isTouched = false

  open(dir: number, path: string, flags: number, mode: number): number {
    if (this.descriptors.isFull) throw new Errno('EMFILE')
    const folders = path.endsWith('/') ? O.DIRECTORY : 0
    if (folders !== 0 && (flags & O.CREAT) !== 0) throw new Errno('EISDIR')
    const opened = this.#at(dir, path, (place) => ({
      handle: this.tree.open(place, flags | folders, mode & ~this.mask),
      path: place.whole,
    }))
    this.isTouched = true
    return this.descriptors.add({
      ...opened,
      flags: flags & (O.ACCESS | O.APPEND),
      at: 0,
      entries: undefined,
      copies: 0,
    })
  }

  statAt(dir: number, path: string, follow: boolean): Stat {
    return this.#found(dir, path, follow).stat
  }

  access(dir: number, path: string, wanted: number, follow: boolean): void {
    const { stat, isReadOnly } = this.#found(dir, path, follow)
    if ((wanted & WRITE) !== 0 && isReadOnly) throw new Errno('EROFS')
    if (((stat.mode >> 6) & wanted) !== wanted) throw new Errno('EACCES')
  }

  cwd(): string {
    return `/${this.current.join('/')}`
  }

  chdir(path: string): void {
    this.current = this.#at(AT_FDCWD, path, (place) => {
      if (this.tree.stat(place, true).kind !== KIND.folder) throw new Errno('ENOTDIR')
      return place.whole
    })
    this.isTouched = true
  }

  fchdir(fd: number): void {
    const { handle, path } = this.descriptors.get(fd)
    if (handle.kind !== KIND.folder) throw new Errno('ENOTDIR')
    this.current = path
    this.isTouched = true
  }

  umask(mask: number): number {
    const before = this.mask
    this.mask = mask & 0o777
    this.isTouched = true
    return before
  }

  makeFolder(dir: number, path: string, mode: number): void {
    this.#change(dir, path, (volume, rest) => volume.makeFolder(rest, mode & ~this.mask), 'EEXIST')
  }

  makeLink(target: string, dir: number, path: string): void {
    this.#change(dir, path, (volume, rest) => volume.makeLink(rest, target), 'EEXIST')
  }

  readLink(dir: number, path: string): string {
    return this.#at(dir, path, ({ volume, rest }) => volume.readLink(rest))
  }

  remove(dir: number, path: string, isFolder: boolean): void {
    this.#change(dir, path, (volume, rest) => volume.remove(rest, isFolder), 'EBUSY')
  }

  rename(fromDir: number, from: string, toDir: number, to: string): void {
    const source = this.#at(fromDir, from, (place) => ({
      ...place,
      kind: place.volume.stat(place.rest, false).kind,
    }))
    const target = this.#at(toDir, to, (place) => {
      quietly(() => place.volume.stat(place.rest, false))
      return place
    })
    if (this.tree.isAbove(source.whole) || this.tree.isAbove(target.whole)) throw new Errno('EBUSY')
    if (source.kind !== KIND.folder && (from.endsWith('/') || to.endsWith('/')))
      throw new Errno('ENOTDIR')
    if (source.volume !== target.volume) throw new Errno('EXDEV')
    this.isTouched = true
    settled(() => source.volume.rename(source.rest, target.rest))
    const moved = (path: Path): Path =>
      isWithin(path, source.whole) ? [...target.whole, ...path.slice(source.whole.length)] : path
    this.current = moved(this.current)
    for (const [, opened] of this.descriptors.all()) opened.path = moved(opened.path)
  }

  truncateAt(path: string, size: number): void {
    this.isTouched = true
    this.#at(AT_FDCWD, path, (place) => {
      if (this.tree.stat(place, true).kind === KIND.folder) throw new Errno('EISDIR')
      place.volume.truncate(place.rest, size)
    })
  }

  setModeAt(dir: number, path: string, mode: number, follow: boolean): void {
    this.#change(dir, path, (volume, rest) => volume.setMode(rest, mode, follow), 'EROFS')
  }

  setTimesAt(dir: number, path: string, accessed: Time, modified: Time, follow: boolean): void {
    this.#change(
      dir,
      path,
      (volume, rest) => volume.setTimes(rest, accessed, modified, follow),
      'EROFS',
    )
  }

  /** What is there, and whether that is in a volume where nothing is changed. */
  #found(dir: number, path: string, follow: boolean): { stat: Stat; isReadOnly: boolean } {
    const isFolder = path.endsWith('/')
    const found = this.#at(dir, path, (place) => ({
      stat: this.tree.stat(place, follow || isFolder),
      isReadOnly: place.volume.isReadOnly,
    }))
    if (isFolder && found.stat.kind !== KIND.folder) throw new Errno('ENOTDIR')
    return found
  }

  /** Does something to a path that is neither a mount nor above one. */
  #change(
    dir: number,
    path: string,
    work: (volume: Volume, rest: Path) => void,
    ifMounted: 'EEXIST' | 'EBUSY' | 'EROFS',
  ): void {
    this.isTouched = true
    this.#at(dir, path, ({ volume, rest, whole }) => {
      if ((rest.length === 0 || this.tree.isAbove(whole)) && ifMounted !== 'EROFS')
        throw new Errno(ifMounted)
      work(volume, rest)
    })
  }

  /** Does `work` where the path leads. `dir` is a descriptor, or that of the current folder. */
  #at<T>(dir: number, path: string, work: (place: Place) => T): T {
    if (path === '') throw new Errno('ENOENT')
    let start: Path = []
    if (!path.startsWith('/')) {
      start = this.current
      if (dir !== AT_FDCWD) {
        const opened = this.descriptors.get(dir)
        if (opened.handle.kind !== KIND.folder) throw new Errno('ENOTDIR')
        start = opened.path
      }
    }
    return walk(this.tree, start, path, work)
  }
}
