/**
 * A folder (or one file) of the host's, and what is below it: nothing above it, beside it or elsewhere is reached, whoever changes
 * it meanwhile.
 *
 * Nothing is opened by a path of more than one name. Each name is looked up in a folder that is held open, by `O_PATH|O_NOFOLLOW`,
 * which opens the thing itself and does nothing to it: neither a link nor a device nor a pipe. What was found is looked at, and then
 * used through its descriptor; so it cannot be another thing by then. A link is told of and never followed: its text means what it
 * says in the guest's own tree. Other devices, pipes and sockets are not there; a mount below is not entered.
 */
import { Errno, ERRNO, type ErrorName } from '../wall/errno.js'
import { KIND, type Kind } from '../wall/file-table.js'
import type { Denied } from '../files/deny.js'
import { LinkMet, type Path } from '../files/volume.js'

/** What the system tells of something. Times in nanoseconds. */
export interface HostStat {
  readonly kind: Kind | 0
  readonly mode: number
  readonly size: number
  readonly inode: bigint
  readonly links: number
  readonly modified: bigint
  readonly accessed: bigint
  readonly changed: bigint
}

/** The system calls of the host, one for one. Each throws an error with the `code` of the system's. */
export interface HostSystem {
  /** Where the descriptors of this process are found as files: what is `at` one, and what is named `name` in it. */
  at(fd: number, name?: string): string
  /** Opens the thing itself, whatever it is, and follows no link. */
  hold(path: string): number
  /** Opens the thing that the path leads to, which never becomes the terminal or waits. */
  open(path: string, access: 'read' | 'write' | 'both' | 'create', mode: number): number
  close(fd: number): void
  stat(fd: number): HostStat
  /** Which mount a descriptor is of. */
  mount(fd: number): string
  read(fd: number, at: number, into: Uint8Array): number
  write(fd: number, at: number, bytes: Uint8Array): number
  truncate(fd: number, size: number): void
  setMode(path: string, mode: number): void
  setTimes(path: string, accessed: bigint, modified: bigint): void
  /** Names that are text, each with its kind and inode. */
  list(path: string): [string, Kind | 0][]
  makeFolder(path: string, mode: number): void
  removeFolder(path: string): void
  removeFile(path: string): void
  rename(from: string, to: string): void
  readLink(path: string): string
}

/** What a system call's error is to the guest. */
export function errnoOf(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string' || error instanceof Errno) return error
  return new Errno(Object.hasOwn(ERRNO, code) ? (code as ErrorName) : 'EIO')
}

/** How often a file may be made by another between two looks. */
const MOST_TRIES = 10
const MOST_NAME = 255

/**
 * One folder or file, held open by a descriptor, until {@link Directory.close}. What fails throws Errno, or LinkMet
 * where a link is in the way.
 */
export class Directory {
  readonly #system: HostSystem
  readonly #root: number
  readonly #mount: string
  readonly #denied: Denied

  /** `root` is a held folder or file, which {@link Directory.close} gives up. `denied`: names that are not there. */
  constructor(system: HostSystem, root: number, denied: Denied) {
    this.#system = system
    this.#root = root
    this.#mount = system.mount(root)
    this.#denied = denied
  }

  close(): void {
    this.#system.close(this.#root)
  }

  /** What is at the path: a link itself, unless it is to be followed. */
  stat(path: Path, follow: boolean): HostStat {
    return this.#held(path, follow, (_, stat) => stat)
  }

  list(path: Path): [string, Kind][] {
    return this.#held(path, true, (fd, { kind }) => {
      if (kind !== KIND.folder) throw new Errno('ENOTDIR')
      return this.#system
        .list(this.#system.at(fd))
        .filter(
          (entry): entry is [string, Kind] =>
            entry[1] !== 0 && !this.#denied.has([...path, entry[0]]),
        )
    })
  }

  /** Opens a file or a folder that is there, and tells what it is. */
  open(
    path: Path,
    access: 'read' | 'write' | 'both',
    allowed: (stat: HostStat) => void,
  ): { fd: number; stat: HostStat } {
    return this.#held(path, true, (fd, stat) => {
      allowed(stat)
      return { fd: this.#system.open(this.#system.at(fd), access, 0), stat }
    })
  }

  /** Makes a file that is not there; undefined where one is. */
  create(path: Path, mode: number): number | undefined {
    this.#mayBe(path)
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      try {
        return this.#in(path, (parent, name) =>
          this.#system.open(this.#system.at(parent, name), 'create', mode),
        )
      } catch (error) {
        if (!(error instanceof Errno) || error.code !== 'EEXIST') throw error
        if (quietly(() => this.stat(path, false)) !== undefined) return undefined
      }
    }
    throw new Errno('EACCES')
  }

  readLink(path: Path): string {
    const { kind } = this.stat(path, false)
    if (kind !== KIND.link) throw new Errno('EINVAL')
    return this.#in(path, (parent, name) => this.#system.readLink(this.#system.at(parent, name)))
  }

  makeFolder(path: Path, mode: number): void {
    this.#mayBe(path)
    this.#in(path, (parent, name) => this.#system.makeFolder(this.#system.at(parent, name), mode))
  }

  remove(path: Path, isFolder: boolean): void {
    this.stat(path, false)
    this.#in(path, (parent, name) => {
      const at = this.#system.at(parent, name)
      if (isFolder) this.#system.removeFolder(at)
      else this.#system.removeFile(at)
    })
  }

  rename(from: Path, to: Path): void {
    // A link says where from it is: elsewhere it would mean something else to others.
    const { kind } = this.stat(from, false)
    if (kind === KIND.link) throw new Errno('EPERM')
    this.#mayBe(to)
    // With its folder, what is denied by its path would come to be where it is not, or the other way round.
    if (kind === KIND.folder && [from, to].some((path) => this.#denied.mayBeBelow(path)))
      throw new Errno('EXDEV')
    // What is replaced must be something that the guest could see.
    const target = quietly(() => this.stat(to, false))
    this.#in(from, (source, name) =>
      this.#in(to, (place, newName) => {
        const at = this.#system.at(place, newName)
        if (target === undefined && this.#isTaken(at)) throw new Errno('EACCES')
        this.#system.rename(this.#system.at(source, name), at)
      }),
    )
  }

  /** Does something to a thing's own record, by its descriptor: never to a link's. */
  change(path: Path, follow: boolean, work: (at: string, stat: HostStat) => void): void {
    this.#held(path, follow, (fd, stat) => {
      if (stat.kind === KIND.link) throw new Errno('EPERM')
      work(this.#system.at(fd), stat)
    })
  }

  /** Holds the thing at the path. */
  #held<T>(path: Path, follow: boolean, work: (fd: number, stat: HostStat) => T): T {
    if (this.#denied.has(path)) throw new Errno('ENOENT')
    if (path.length === 0) return system(() => work(this.#root, this.#system.stat(this.#root)))
    return this.#in(path, (parent, name) => {
      const { fd, stat } = this.#hold(parent, name)
      try {
        if (follow && stat.kind === KIND.link) throw this.#linkAt(parent, name, path.length - 1)
        return work(fd, stat)
      } finally {
        this.#system.close(fd)
      }
    })
  }

  /**
   * Holds the folder that the path's last name is in. Each folder on the way is let go of once the next is held: a deep path takes
   * no more descriptors than a short one.
   */
  #in<T>(path: Path, work: (parent: number, name: string) => T): T {
    const name = path.at(-1)
    if (name === undefined) throw new Errno('EBUSY')
    for (const one of path) checkName(one)
    let parent = this.#root
    try {
      for (const [index, step] of path.slice(0, -1).entries()) {
        const above = parent
        const { fd, stat } = this.#hold(above, step)
        parent = fd
        try {
          if (stat.kind === KIND.link) throw this.#linkAt(above, step, index)
          if (stat.kind !== KIND.folder) throw new Errno('ENOTDIR')
        } finally {
          this.#leave(above)
        }
      }
      return system(() => work(parent, name))
    } finally {
      this.#leave(parent)
    }
  }

  #leave(fd: number): void {
    if (fd !== this.#root) this.#system.close(fd)
  }

  /**
   * Holds what is named so in a folder that is held: something of this mount, and neither a device nor a pipe nor a socket. Who
   * asked gives it up.
   */
  #hold(parent: number, name: string): { fd: number; stat: HostStat } {
    return system(() => {
      const fd = this.#system.hold(this.#system.at(parent, name))
      try {
        const stat = this.#system.stat(fd)
        if (stat.kind === 0) throw new Errno('ENOENT')
        if (stat.kind !== KIND.link && this.#system.mount(fd) !== this.#mount)
          throw new Errno('EACCES')
        return { fd, stat }
      } catch (error) {
        this.#system.close(fd)
        throw error
      }
    })
  }

  #linkAt(parent: number, name: string, index: number): LinkMet {
    return new LinkMet(
      index,
      system(() => this.#system.readLink(this.#system.at(parent, name))),
    )
  }

  #isTaken(at: string): boolean {
    const fd = quietly(() => system(() => this.#system.hold(at)))
    if (fd !== undefined) this.#system.close(fd)
    return fd !== undefined
  }

  /** A name that may be given to something. */
  #mayBe(path: Path): void {
    if (path.length === 0) throw new Errno('EEXIST')
    if (this.#denied.has(path)) throw new Errno('EACCES')
  }
}

/** One name of the guest's, which a path of ours is made of. */
function checkName(name: string): void {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
    throw new Errno('EINVAL')
  if (!(name as string & { isWellFormed(): boolean }).isWellFormed()) throw new Errno('EILSEQ')
  if (name.length > MOST_NAME) throw new Errno('ENAMETOOLONG')
}

function system<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw errnoOf(error)
  }
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof Errno) return undefined
    throw error
  }
}
