/**
 * The files of one guest: its descriptors, its current folder, and the tree that its mounts make. Served in the worker; what a
 * mount of the host's holds is asked of the broker, which enforces the policy where the guest cannot reach.
 *
 * A path is followed here, name by name and link by link, in the guest's own tree, whose root has nothing above it: `..` there is
 * the root. What no mount holds is a folder that nobody can write to.
 */
import { Errno } from '../wall/errno.js'
import {
  AT_FDCWD,
  KIND,
  type Entry,
  type GuestFiles,
  type Kind,
  type Stat,
  type Time,
} from '../wall/file-table.js'
import { Descriptors, type Opened } from './descriptors.js'
import { MemoryVolume, type Node } from './memory.js'
import { OverlayVolume } from './overlay.js'
import { RemoteVolume, type AskHost } from './remote.js'
import { denier } from './deny.js'
import { load, save } from './saved.js'
import { LinkMet, O, type Handle, type Path, type Volume } from './volume.js'

/** A mount, as a worker is told of it. */
export interface Mount {
  readonly at: Path
  readonly kind: 'memory' | 'overlay' | 'host'
  /** Bytes of memory it may take, and how many files and folders; of a host's mount none. */
  readonly bytes: number
  readonly files: number
  /** Names that an overlay takes for none: the host's part of it does so by itself. */
  readonly deny: readonly string[]
}

interface Mounted {
  readonly at: Path
  readonly volume: Volume
}

/** Links on the way of one path, as on Linux. */
const MOST_LINKS = 40
const MOST_PATH = 4_096
const STANDARD_UMASK = 0o022
const PRESENT = Object.freeze({ now: () => 0n })

export class Files implements GuestFiles {
  readonly #mounted: readonly Mounted[]
  readonly #memories: readonly (MemoryVolume | OverlayVolume)[]
  readonly #descriptors = new Descriptors()
  #clock: { now: () => bigint } = PRESENT
  #cwd: Path = []
  #umask = STANDARD_UMASK
  #isTouched = false

  constructor(mounts: readonly Mount[], ask: AskHost) {
    const now = (): bigint => this.#clock.now()
    const volumes = mounts.map(({ at, kind, bytes, files, deny }, index) => {
      const device = index + 2
      if (kind === 'memory') return { at, volume: new MemoryVolume(device, bytes, files, now) }
      const remote = new RemoteVolume(device, at, ask)
      return {
        at,
        volume:
          kind === 'host'
            ? remote
            : new OverlayVolume(new MemoryVolume(device, bytes, files, now), remote, denier(deny)),
      }
    })
    const hasRoot = mounts.some(({ at }) => at.length === 0)
    if (!hasRoot) volumes.unshift({ at: [], volume: new MemoryVolume(1, 0, 0, now, true) })
    this.#mounted = volumes
    this.#memories = volumes
      .map(({ volume }) => volume)
      .filter((volume) => volume instanceof MemoryVolume || volume instanceof OverlayVolume)
  }

  attach(now: () => bigint): void {
    this.#clock = { now }
  }

  reset(): void {
    if (!this.#isTouched) return
    this.#isTouched = false
    this.#descriptors.forget()
    this.#cwd = []
    this.#umask = STANDARD_UMASK
    for (const volume of this.#memories) volume.reset()
  }

  save(): Uint8Array | undefined {
    if (!this.#isTouched) return undefined
    return save({
      cwd: this.#cwd,
      umask: this.#umask,
      volumes: this.#memories,
      descriptors: this.#descriptors.all().flatMap(([fd, { handle, path, flags, at }]) => {
        const node = (handle as { node?: Node }).node
        const volume = this.#memories.findIndex((one) => one.owns(handle))
        return node === undefined || volume < 0 ? [] : [{ fd, volume, node, path, flags, at }]
      }),
    })
  }

  load(saved: Uint8Array): void {
    this.#isTouched = true
    this.reset()
    this.#isTouched = true
    try {
      const { cwd, umask, descriptors } = load(saved, this.#memories)
      this.#cwd = cwd
      this.#umask = umask
      for (const { fd, volume, node, path, flags, at } of descriptors) {
        const handle = this.#memories[volume]!.handle(node)
        this.#descriptors.add({ handle, path, flags, at, entries: undefined, copies: 0 }, 0, fd)
      }
    } catch (error) {
      this.#isTouched = true
      this.reset()
      throw error
    }
  }

  /** Writes a file of the host's giving, with the folders above it. @throws Errno */
  put(path: string, bytes: Uint8Array): void {
    const names = path.split('/').filter(Boolean)
    for (let depth = 1; depth < names.length; depth++) {
      const above = `/${names.slice(0, depth).join('/')}`
      try {
        this.makeFolder(AT_FDCWD, above, 0o755)
      } catch (error) {
        if (!(error instanceof Errno) || !['EEXIST', 'EROFS', 'EBUSY'].includes(error.code))
          throw error
      }
    }
    const fd = this.open(AT_FDCWD, `/${names.join('/')}`, O.WRONLY | O.CREAT | O.TRUNC, 0o644)
    try {
      for (let at = 0; at < bytes.length; ) at += this.write(fd, [bytes.subarray(at)])
    } finally {
      this.close(fd)
    }
  }

  /** Files below a folder that are in memory, by their paths, in order, as many as fit; and how many did not. */
  taken(
    from: string,
    mostFiles: number,
    mostBytes: number,
  ): { files: [string, Uint8Array][]; omitted: number } {
    const files: [string, Uint8Array][] = []
    let [bytes, omitted] = [0, 0]
    const visit = (path: Path): void => {
      const { volume, rest } = this.#volumeOf(path)
      if (volume instanceof RemoteVolume) return
      const memory = volume instanceof OverlayVolume ? volume.upper : volume
      const folder = quietly(() => (memory as MemoryVolume).find(rest))
      if (folder?.kind !== KIND.folder) return
      for (const [name, node] of [...folder.entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (node.kind === KIND.folder) visit([...path, name])
        if (node.kind !== KIND.file) continue
        if (files.length >= mostFiles || bytes + node.size > mostBytes) omitted++
        else {
          bytes += node.size
          files.push([`/${[...path, name].join('/')}`, node.bytes.slice(0, node.size)])
        }
      }
      for (const { at } of this.#mounted)
        if (at.length === path.length + 1 && path.every((name, i) => at[i] === name)) visit(at)
    }
    visit(from.split('/').filter(Boolean))
    return { files, omitted }
  }

  open(dir: number, path: string, flags: number, mode: number): number {
    if (this.#descriptors.isFull) throw new Errno('EMFILE')
    const folders = path.endsWith('/') ? O.DIRECTORY : 0
    if (folders !== 0 && (flags & O.CREAT) !== 0) throw new Errno('EISDIR')
    const [handle, at] = this.#at(dir, path, (volume, rest, whole): [Handle, Path] => {
      if (this.#isAbove(whole) && !this.#isThere(volume, rest))
        return [above(this.#aboveStat()), whole]
      return [volume.open(rest, flags | folders, mode & ~this.#umask), whole]
    })
    this.#isTouched = true
    return this.#descriptors.add({
      handle,
      path: at,
      flags: flags & (O.ACCESS | O.APPEND),
      at: 0,
      entries: undefined,
      copies: 0,
    })
  }

  close(fd: number): void {
    if (fd >= 0 && fd <= 2) return
    this.#descriptors.close(fd)
  }

  read(fd: number, into: readonly Uint8Array[], at?: number): number {
    const opened = this.#descriptors.allowed(fd, false)
    if (opened.handle.kind === KIND.folder) throw new Errno('EISDIR')
    return this.#transfer(opened, into, at, (from, piece) => opened.handle.read(from, piece))
  }

  write(fd: number, pieces: readonly Uint8Array[], at?: number): number {
    const opened = this.#descriptors.allowed(fd, true)
    const isAppending = (opened.flags & O.APPEND) !== 0
    const count = this.#transfer(opened, pieces, at, (from, piece) =>
      opened.handle.write(isAppending ? undefined : from, piece),
    )
    if (isAppending && at === undefined) opened.at = opened.handle.stat().size
    return count
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

  seek(fd: number, offset: number, whence: number): number {
    if (fd >= 0 && fd <= 2) throw new Errno('ESPIPE')
    const opened = this.#descriptors.get(fd)
    if (whence < 0 || whence > 2) throw new Errno('EINVAL')
    const base = whence === 0 ? 0 : whence === 1 ? opened.at : opened.handle.stat().size
    const to = base + offset
    if (!Number.isSafeInteger(to) || to < 0) throw new Errno('EINVAL')
    if (opened.handle.kind === KIND.folder && to === 0) opened.entries = undefined
    opened.at = to
    return to
  }

  duplicate(fd: number, least: number, to?: number): number {
    const opened = this.#descriptors.get(fd)
    if (to === fd) return fd
    return this.#descriptors.add(opened, least, to)
  }

  flags(fd: number, set?: number): number {
    const opened = this.#descriptors.get(fd)
    if (set !== undefined) opened.flags = (opened.flags & O.ACCESS) | (set & O.APPEND)
    return opened.flags
  }

  kind(fd: number): Kind {
    return fd >= 1 && fd <= 2 ? KIND.device : this.#descriptors.get(fd).handle.kind
  }

  stat(fd: number): Stat {
    if (fd >= 1 && fd <= 2) return { ...this.#aboveStat(), kind: KIND.device, mode: 0o620 }
    return this.#descriptors.get(fd).handle.stat()
  }

  statAt(dir: number, path: string, follow: boolean): Stat {
    const isFolder = path.endsWith('/')
    const stat = this.#at(dir, path, (volume, rest, whole) =>
      this.#statOf(volume, rest, whole, follow || isFolder),
    )
    if (isFolder && stat.kind !== KIND.folder) throw new Errno('ENOTDIR')
    return stat
  }

  entries(fd: number): readonly Entry[] {
    const opened = this.#descriptors.get(fd)
    if (opened.handle.kind !== KIND.folder) throw new Errno('ENOTDIR')
    if (opened.entries === undefined) {
      const self = opened.handle.stat().inode
      opened.entries = [
        { name: '.', kind: KIND.folder, inode: self },
        { name: '..', kind: KIND.folder, inode: self },
        ...settled(() => this.#entriesOf(opened.path)),
      ]
    }
    return opened.entries.slice(opened.at)
  }

  advance(fd: number, count: number): void {
    this.#descriptors.get(fd).at += count
  }

  cwd(): string {
    return `/${this.#cwd.join('/')}`
  }

  chdir(path: string): void {
    this.#cwd = this.#at(AT_FDCWD, path, (volume, rest, whole) => {
      if (this.#statOf(volume, rest, whole, true).kind !== KIND.folder) throw new Errno('ENOTDIR')
      return whole
    })
    this.#isTouched = true
  }

  fchdir(fd: number): void {
    const { handle, path } = this.#descriptors.get(fd)
    if (handle.kind !== KIND.folder) throw new Errno('ENOTDIR')
    this.#cwd = path
    this.#isTouched = true
  }

  umask(mask: number): number {
    const before = this.#umask
    this.#umask = mask & 0o777
    this.#isTouched = true
    return before
  }

  makeFolder(dir: number, path: string, mode: number): void {
    this.#change(
      dir,
      path,
      (volume, rest) => volume.makeFolder(rest, mode & ~this.#umask),
      'EEXIST',
    )
  }

  makeLink(target: string, dir: number, path: string): void {
    this.#change(dir, path, (volume, rest) => volume.makeLink(rest, target), 'EEXIST')
  }

  remove(dir: number, path: string, isFolder: boolean): void {
    this.#change(dir, path, (volume, rest) => volume.remove(rest, isFolder), 'EBUSY')
  }

  rename(fromDir: number, from: string, toDir: number, to: string): void {
    const [source, target] = [
      this.#at(fromDir, from, (volume, rest, whole) => ({ stat: volume.stat(rest, false), whole })),
      this.#at(toDir, to, (volume, rest, whole) => {
        quietly(() => volume.stat(rest, false))
        return whole
      }),
    ]
    if (this.#isAbove(source.whole) || this.#isAbove(target)) throw new Errno('EBUSY')
    if (source.stat.kind !== KIND.folder && (from.endsWith('/') || to.endsWith('/')))
      throw new Errno('ENOTDIR')
    const [one, other] = [this.#volumeOf(source.whole), this.#volumeOf(target)]
    if (one.volume !== other.volume) throw new Errno('EXDEV')
    this.#isTouched = true
    settled(() => one.volume.rename(one.rest, other.rest))
    const moved = (path: Path): Path =>
      source.whole.every((name, i) => path[i] === name)
        ? [...target, ...path.slice(source.whole.length)]
        : path
    this.#cwd = moved(this.#cwd)
    for (const [, opened] of this.#descriptors.all()) opened.path = moved(opened.path)
  }

  readLink(dir: number, path: string): string {
    return this.#at(dir, path, (volume, rest) => volume.readLink(rest))
  }

  truncate(fd: number, size: number): void {
    const opened = this.#descriptors.get(fd)
    if ((opened.flags & O.ACCESS) === 0 || opened.handle.kind === KIND.folder)
      throw new Errno('EINVAL')
    opened.handle.truncate(size)
  }

  truncateAt(path: string, size: number): void {
    this.#change(AT_FDCWD, path, (volume, rest) => volume.truncate(rest, size), 'EISDIR')
  }

  access(dir: number, path: string, wanted: number, follow: boolean): void {
    const { mode } = this.statAt(dir, path, follow)
    if (((mode >> 6) & wanted) !== wanted) throw new Errno('EACCES')
  }

  setMode(fd: number, mode: number): void {
    this.#descriptors.get(fd).handle.setMode(mode)
  }

  setModeAt(dir: number, path: string, mode: number, follow: boolean): void {
    this.#change(dir, path, (volume, rest) => volume.setMode(rest, mode, follow), 'EROFS')
  }

  setTimes(fd: number, accessed: Time, modified: Time): void {
    this.#descriptors.get(fd).handle.setTimes(accessed, modified)
  }

  setTimesAt(dir: number, path: string, accessed: Time, modified: Time, follow: boolean): void {
    this.#change(
      dir,
      path,
      (volume, rest) => volume.setTimes(rest, accessed, modified, follow),
      'EROFS',
    )
  }

  sync(fd: number): void {
    this.kind(fd)
  }

  /** Does something to a path that is neither a mount nor above one. */
  #change(
    dir: number,
    path: string,
    work: (volume: Volume, rest: Path) => void,
    ifMounted: 'EEXIST' | 'EBUSY' | 'EISDIR' | 'EROFS',
  ): void {
    this.#isTouched = true
    this.#at(dir, path, (volume, rest, whole) => {
      if ((rest.length === 0 || this.#isAbove(whole)) && ifMounted !== 'EROFS')
        throw new Errno(ifMounted)
      work(volume, rest)
    })
  }

  /** Does `work` where the path leads. It throws {@link LinkMet} where that goes through a link, and is done again beyond it. */
  #at<T>(dir: number, path: string, work: (volume: Volume, rest: Path, whole: Path) => T): T {
    if (path === '') throw new Errno('ENOENT')
    let start: Path = []
    if (!path.startsWith('/')) {
      start = this.#cwd
      if (dir !== AT_FDCWD) {
        const opened = this.#descriptors.get(dir)
        if (opened.handle.kind !== KIND.folder) throw new Errno('ENOTDIR')
        start = opened.path
      }
    }
    let names = [...start, ...path.split('/')]
    for (let links = 0; ; links++) {
      if (links > MOST_LINKS) throw new Errno('ELOOP')
      let [whole, index] = [[] as string[], 0]
      try {
        for (; index < names.length; index++) {
          const name = names[index]!
          if (name === '' || name === '.') continue
          if (name !== '..') {
            whole.push(name)
            continue
          }
          // What is above a link is where it leads to, so it must be known whether this is one.
          this.#mustBeFolder(whole)
          whole.pop()
        }
        // A dot at the end is of a folder.
        if (names.at(-1) === '.' && whole.length > 0) this.#mustBeFolder(whole)
        const { volume, rest } = this.#volumeOf(whole)
        return work(volume, rest, whole)
      } catch (error) {
        if (!(error instanceof LinkMet)) throw error
        const depth = whole.length - this.#volumeOf(whole).rest.length + error.index
        const before = error.target.startsWith('/') ? [] : whole.slice(0, depth)
        names = [
          ...before,
          ...error.target.split('/'),
          ...whole.slice(depth + 1),
          ...names.slice(index),
        ]
        if (names.reduce((sum, name) => sum + name.length + 1, 0) > MOST_PATH)
          throw new Errno('ENAMETOOLONG')
      }
    }
  }

  #mustBeFolder(whole: Path): void {
    const { volume, rest } = this.#volumeOf(whole)
    if (this.#statOf(volume, rest, whole, true).kind !== KIND.folder) throw new Errno('ENOTDIR')
  }

  #statOf(volume: Volume, rest: Path, whole: Path, follow: boolean): Stat {
    try {
      return volume.stat(rest, follow)
    } catch (error) {
      if (!this.#isAbove(whole) || !(error instanceof Errno) || error.code !== 'ENOENT') throw error
      return this.#aboveStat()
    }
  }

  #isThere(volume: Volume, rest: Path): boolean {
    return rest.length === 0 || quietly(() => volume.stat(rest, false)) !== undefined
  }

  /** A folder's entries, and the mounts below it, which hide what was there. */
  #entriesOf(whole: Path): Entry[] {
    const { volume, rest } = this.#volumeOf(whole)
    const below = this.#mounted.filter(
      ({ at }) => at.length > whole.length && whole.every((name, i) => at[i] === name),
    )
    const names = new Set(below.map(({ at }) => at[whole.length]!))
    const own = names.size > 0 ? (quietly(() => volume.list(rest)) ?? []) : volume.list(rest)
    return [
      ...own.filter(({ name }) => !names.has(name)),
      ...[...names].map((name) => ({ name, kind: KIND.folder, inode: 1n })),
    ]
  }

  /** The innermost mount that the path is in, and what of it is below. */
  #volumeOf(whole: Path): { volume: Volume; rest: Path } {
    let found = this.#mounted[0]!
    for (const mounted of this.#mounted) {
      const { at } = mounted
      if (
        at.length <= whole.length &&
        at.length >= found.at.length &&
        at.every((name, i) => whole[i] === name)
      )
        found = mounted
    }
    return { volume: found.volume, rest: whole.slice(found.at.length) }
  }

  /** Whether a mount is at or below the path, the root's aside. */
  #isAbove(whole: Path): boolean {
    return this.#mounted.some(
      ({ at }) =>
        at.length > 0 && at.length >= whole.length && whole.every((name, i) => at[i] === name),
    )
  }

  /** A folder that is there because a mount is below it. */
  #aboveStat(): Stat {
    const never = 0n
    return {
      kind: KIND.folder,
      mode: 0o555,
      size: 0,
      device: 1,
      inode: 1n,
      links: 1,
      modified: never,
      accessed: never,
      changed: never,
      block: 4_096,
    }
  }
}

/** The folder of {@link Files.#aboveStat}, open. */
function above(stat: Stat): Handle {
  const refuse = (): never => {
    throw new Errno('EROFS')
  }
  return {
    kind: KIND.folder,
    stat: () => stat,
    read: refuse,
    write: refuse,
    truncate: refuse,
    setMode: refuse,
    setTimes: refuse,
    close: () => {},
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

/** What was found there just before is a link by now. */
function settled<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof LinkMet ? new Errno('ENOENT') : error
  }
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Errno)) throw error
    return undefined
  }
}
