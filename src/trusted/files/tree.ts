/**
 * The tree of a guest's files: which volume a path lies in, and the folders that are there because a mount is below them. The root has
 * nothing above it. What no mount holds is a folder that nobody can write to.
 */
import { Errno } from '../wall/errno.js'
import { KIND, type Entry, type Stat } from '../wall/file-table.js'
import { denier } from './deny.js'
import { MemoryVolume } from './memory.js'
import { NULL_DEVICE, nullVolume } from './null-device.js'
import { OverlayVolume } from './overlay.js'
import { RemoteVolume, type AskHost } from './remote.js'
import { quietly, type Handle, type Path, type Volume } from './volume.js'

/** A mount, as a worker is told of it. */
export interface Mount {
  readonly at: Path
  readonly kind: 'memory' | 'overlay' | 'read' | 'write'
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

/** Where a path is: the innermost mount that it is in, and what of it is below. */
export interface Place {
  readonly whole: Path
  readonly volume: Volume
  readonly rest: Path
}

/** What is told of a folder that is there because a mount is below it. */
export const ABOVE: Stat = Object.freeze({
  kind: KIND.folder,
  mode: 0o555,
  size: 0,
  device: 1,
  inode: 1n,
  links: 1,
  modified: 0n,
  accessed: 0n,
  changed: 0n,
  block: 4_096,
})

/** The tree of one guest, made of its mounts: the innermost that a path lies in serves it. */
export class Tree {
  readonly #mounted: readonly Mounted[]
  /** The same and the null device, unless one is mounted there. */
  readonly #placed: readonly Mounted[]
  /** Those that keep something in memory. */
  readonly memories: readonly (MemoryVolume | OverlayVolume)[]
  readonly #remotes: RemoteVolume[] = []
  /** Nanoseconds of the epoch, by which what is written is stamped. */
  now = (): bigint => 0n

  constructor(mounts: readonly Mount[], ask: AskHost) {
    const now = (): bigint => this.now()
    const volumes = mounts.map(({ at, kind, bytes, files, deny }, index) => {
      const device = index + 2
      if (kind === 'memory') return { at, volume: new MemoryVolume(device, bytes, files, now) }
      const remote = new RemoteVolume(device, at, ask, kind !== 'write')
      this.#remotes.push(remote)
      return {
        at,
        volume:
          kind === 'overlay'
            ? new OverlayVolume(new MemoryVolume(device, bytes, files, now), remote, denier(deny))
            : remote,
      }
    })
    const hasRoot = mounts.some(({ at }) => at.length === 0)
    if (!hasRoot) volumes.unshift({ at: [], volume: new MemoryVolume(1, 0, 0, now, true) })
    this.#mounted = volumes
    const isTaken = volumes.some(({ at }) => isSame(at, NULL_DEVICE))
    this.#placed = isTaken ? volumes : [...volumes, { at: NULL_DEVICE, volume: nullVolume }]
    this.memories = volumes
      .map(({ volume }) => volume)
      .filter((volume) => volume instanceof MemoryVolume || volume instanceof OverlayVolume)
  }

  /** Nothing in memory, and nothing read ahead. */
  reset(): void {
    for (const volume of this.memories) volume.reset()
    for (const volume of this.#remotes) volume.forget()
  }

  place(whole: Path): Place {
    let found = this.#placed[0]!
    for (const mounted of this.#placed)
      if (mounted.at.length >= found.at.length && isWithin(whole, mounted.at)) found = mounted
    return { whole, volume: found.volume, rest: whole.slice(found.at.length) }
  }

  /** Whether a mount is at or below the path, the root's aside. */
  isAbove(whole: Path): boolean {
    return this.#mounted.some(({ at }) => at.length > 0 && isWithin(at, whole))
  }

  /** Paths of the mounts below. */
  mountsBelow(whole: Path): Path[] {
    return this.#mounted
      .map(({ at }) => at)
      .filter((at) => at.length > whole.length && isWithin(at, whole))
  }

  isThere({ volume, rest }: Place): boolean {
    return rest.length === 0 || quietly(() => volume.stat(rest, false)) !== undefined
  }

  stat({ volume, rest, whole }: Place, follow: boolean): Stat {
    try {
      return volume.stat(rest, follow)
    } catch (error) {
      if (!this.isAbove(whole) || !(error instanceof Errno) || error.code !== 'ENOENT') throw error
      return ABOVE
    }
  }

  open(place: Place, flags: number, mode: number): Handle {
    return this.isAbove(place.whole) && !this.isThere(place)
      ? above
      : place.volume.open(place.rest, flags, mode)
  }

  /** A folder's entries, and the mounts below it, which hide what was there. */
  entries({ volume, rest, whole }: Place): Entry[] {
    const names = new Set(this.mountsBelow(whole).map((at) => at[whole.length]!))
    const own = names.size > 0 ? (quietly(() => volume.list(rest)) ?? []) : volume.list(rest)
    return [
      ...own.filter(({ name }) => !names.has(name)),
      ...[...names].map((name) => ({ name, kind: KIND.folder, inode: 1n })),
    ]
  }
}

const isSame = (one: Path, other: Path): boolean =>
  one.length === other.length && isWithin(one, other)

/** Whether a path is a folder's, or below it. */
export const isWithin = (path: Path, folder: Path): boolean =>
  folder.every((name, i) => path[i] === name)

const refuse = (): never => {
  throw new Errno('EROFS')
}
/** The folder of {@link ABOVE}, open. */
const above: Handle = {
  kind: KIND.folder,
  stat: () => ABOVE,
  read: refuse,
  write: refuse,
  truncate: refuse,
  setMode: refuse,
  setTimes: refuse,
  close: () => {},
}
