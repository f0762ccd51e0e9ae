/**
 * The files of the host's that one run has open, and what it has used of its mounts. Whatever it is asked for is judged here: which mount
 * a guest path lies in, what may be written, how much more.
 */
import { linkText } from '../files/remote.js'
import { LinkMet, MOST_PATH, O, type Path } from '../files/volume.js'
import { Errno } from '../wall/errno.js'
import { KIND, type Kind } from '../wall/file-table.js'
import { errnoOf, type HostStat, type HostSystem } from './directory.js'
import { GuestError, type Question } from './effect.js'
import { long } from './file-arguments.js'
import { Quota } from './quota.js'
import type { Covered, FilesOptions, HostMountRule } from './host-mounts.js'

interface Handle {
  readonly fd: number
  readonly mount: HostMountRule
  readonly target: string
  readonly kind: Kind | 0
  readonly inode: bigint
  readonly isWritable: boolean
  /** Its last name was taken away: what it holds counts until nobody has it open. */
  isRemoved: boolean
  /** The last bytes that were written, and where they end: a secret may begin in them. */
  written: { readonly end: number; readonly bytes: Uint8Array }
}

/** Open at the same time. */
const MOST_HANDLES = 256
const MOST_PIECE = 1 << 21
/** Each name on the way is looked up by itself: so many more count as one more operation. */
const NAMES_OF_ONE = 8
const NONE = { end: -1, bytes: new Uint8Array() }
/** Room in an answer around a piece or an entry. */
const ANSWER_SLACK = 512

/** One operation of `files.ts`. `path` is below the mount; `target` and `args` are the guest's word. */
export type Operation = (
  run: FileRun,
  mount: HostMountRule,
  path: Path,
  args: readonly unknown[],
  target: string,
) => unknown

/** The files of one run. Its handles are numbers, and mean nothing in another run. */
export class FileRun {
  readonly #mounts: readonly HostMountRule[]
  readonly system: HostSystem
  readonly #answerBytes: number
  readonly #secrets: Covered | undefined
  readonly #handles = new Map<number, Handle>()
  readonly #quotas: ReadonlyMap<HostMountRule, Quota>
  #next = 1
  #left: number
  /** Where pieces are read: new memory costs more than reading does. */
  #piece = new Uint8Array(0)
  /** What is left of a folder's entries that did not fit into one answer. */
  #listing: { readonly target: string; readonly entries: [string, Kind][] } | undefined

  constructor({ mounts, system, operations, answerBytes, secrets }: FilesOptions) {
    this.#mounts = mounts
    this.#quotas = new Map(mounts.map((mount) => [mount, new Quota(mount)]))
    this.system = system
    this.#answerBytes = answerBytes
    this.#secrets = secrets
    this.#left = operations
  }

  perform(operation: Operation, { target, args }: Question): unknown {
    const mount = this.mountOf(target)
    if (mount === undefined) throw new GuestError('OSError', 'EACCES')
    try {
      if (target.length > MOST_PATH) throw new Errno('ENAMETOOLONG')
      const path = target.split('/').filter(Boolean).slice(mount.at.length)
      this.#left -= 1 + Math.floor(path.length / NAMES_OF_ONE)
      if (this.#left < 0) throw new Errno('EDQUOT')
      return operation(this, mount, path, args, target) ?? null
    } catch (error) {
      const known = errnoOf(error)
      if (known instanceof LinkMet) throw new GuestError('OSError', linkText(known))
      if (known instanceof Errno) throw new GuestError('OSError', known.code)
      throw error
    }
  }

  /** The run is over: nothing stays open. */
  end(): void {
    for (const number of [...this.#handles.keys()]) this.close(number)
  }

  /** The innermost mount of the host's that a guest path lies in. */
  mountOf(target: string): HostMountRule | undefined {
    if (!target.startsWith('/')) return undefined
    const path = target.split('/').filter(Boolean)
    let found: HostMountRule | undefined
    for (const mount of this.#mounts) {
      const isIn = mount.at.length <= path.length && mount.at.every((name, i) => path[i] === name)
      if (isIn && mount.at.length >= (found?.at.length ?? 0)) found = mount
    }
    return found
  }

  handle(number: unknown, target: string): Handle {
    const handle = this.#handles.get(number as number)
    if (handle === undefined || handle.target !== target) throw new Errno('EBADF')
    return handle
  }

  close(number: number): void {
    const handle = this.#handles.get(number)
    if (handle === undefined) return
    this.#handles.delete(number)
    if (handle.isRemoved && this.#openOf(handle.mount, handle.inode).length === 0)
      this.#quotas.get(handle.mount)!.giveBack(this.system.stat(handle.fd).size)
    this.system.close(handle.fd)
  }

  open(
    mount: HostMountRule,
    path: Path,
    flags: number,
    mode: number,
    target: string,
  ): [number, (number | bigint)[]] {
    if (this.#handles.size >= MOST_HANDLES) throw new Errno('EMFILE')
    const wants = flags & O.ACCESS
    const writes = wants !== 0 || (flags & O.TRUNC) !== 0
    let [fd, stat]: [fd?: number, stat?: HostStat] = []
    if ((flags & O.CREAT) !== 0 && quietly(() => mount.directory.stat(path, false)) === undefined)
      this.making(mount, () => {
        fd = mount.directory.create(path, mode & 0o777)
        return fd !== undefined
      })
    if (fd === undefined) {
      if ((flags & O.CREAT) !== 0 && (flags & O.EXCL) !== 0) throw new Errno('EEXIST')
      if ((flags & O.NOFOLLOW) !== 0 && mount.directory.stat(path, false).kind === KIND.link)
        throw new Errno('ELOOP')
      if (writes) needWrite(mount)
      const allowed = (found: HostStat): void => {
        if (found.kind === KIND.folder && (writes || (flags & O.CREAT) !== 0))
          throw new Errno('EISDIR')
        if (found.kind !== KIND.folder && (flags & O.DIRECTORY) !== 0) throw new Errno('ENOTDIR')
        if (writes) alone(found)
      }
      ;({ fd, stat } = mount.directory.open(
        path,
        !writes ? 'read' : wants === O.WRONLY ? 'write' : 'both',
        allowed,
      ))
    }
    stat ??= this.system.stat(fd)
    const number = this.#next++
    const rest = { isWritable: writes, isRemoved: false, written: NONE }
    const handle: Handle = { ...stat, fd, mount, target, ...rest }
    this.#handles.set(number, handle)
    if ((flags & O.TRUNC) !== 0) this.resize(handle, 0)
    return [number, rowOf(this.system.stat(fd))]
  }

  /** A piece, which holds until the next is read. */
  read({ fd, kind }: Handle, at: number, size: number): Uint8Array {
    if (kind !== KIND.file) throw new Errno('EISDIR')
    const most = Math.min(size, MOST_PIECE, this.#answerBytes - ANSWER_SLACK)
    if (this.#piece.length < most) this.#piece = new Uint8Array(most)
    return this.#piece.subarray(0, this.system.read(fd, at, this.#piece.subarray(0, most)))
  }

  /** As many bytes as the quota leaves room for. */
  write(handle: Handle, at: number | undefined, bytes: unknown): number {
    if (!handle.isWritable || handle.kind !== KIND.file || !(bytes instanceof Uint8Array))
      throw new Errno('EBADF')
    const quota = this.#quotas.get(handle.mount)!
    const { size } = this.system.stat(handle.fd)
    const place = at ?? size
    const room = Math.max(size, size + quota.bytes) - place
    const piece = bytes.subarray(0, Math.max(0, room))
    if (piece.length === 0 && bytes.length > 0) throw new Errno('EDQUOT')
    const count = this.#put(handle, place, piece)
    quota.grow(Math.max(0, place + count - size))
    return count
  }

  /** Writes, with secrets masked: also one that begins in what was written just before. */
  #put(handle: Handle, place: number, piece: Uint8Array): number {
    if (this.#secrets === undefined) return this.system.write(handle.fd, place, piece)
    const before = handle.written.end === place ? handle.written.bytes : NONE.bytes
    const whole = new Uint8Array(before.length + piece.length)
    whole.set(before)
    whole.set(piece, before.length)
    const masked = this.#secrets.mask(whole)
    // Only from what is masked on: before it may lie the end of what was masked already.
    const found = masked === whole ? -1 : masked.findIndex((byte, at) => byte !== whole[at])
    const from = found < 0 ? before.length : Math.min(found, before.length)
    const done =
      this.system.write(handle.fd, place - before.length + from, masked.subarray(from)) + from
    const bytes = whole.subarray(0, done).slice(1 - this.#secrets.longest)
    handle.written = { end: place - before.length + done, bytes }
    return Math.max(0, done - before.length)
  }

  resize(handle: Handle, size: number): void {
    if (!handle.isWritable || handle.kind !== KIND.file) throw new Errno('EINVAL')
    const quota = this.#quotas.get(handle.mount)!
    const grows = size - this.system.stat(handle.fd).size
    if (grows > 0 && grows > quota.bytes) throw new Errno('EDQUOT')
    this.system.truncate(handle.fd, size)
    quota.grow(grows)
  }

  /** A folder's entries from a place on, as many as fit into one answer. */
  list(
    { directory }: HostMountRule,
    path: Path,
    from: number,
    target: string,
  ): [page: [string, Kind][], isLast: boolean] {
    if (from === 0 || this.#listing?.target !== target)
      this.#listing = { target, entries: directory.list(path) }
    const page: [string, Kind][] = []
    let bytes = ANSWER_SLACK
    for (const entry of this.#listing.entries.slice(from)) {
      bytes += 3 * entry[0].length + 32
      if (bytes > this.#answerBytes && page.length > 0) break
      page.push(entry)
    }
    return [page, from + page.length >= this.#listing.entries.length]
  }

  changing<T>(mount: HostMountRule, work: () => T): T {
    needWrite(mount)
    return work()
  }

  /** Makes something new; what turns out not to be is not counted. */
  making(mount: HostMountRule, work: () => unknown): void {
    needWrite(mount)
    this.#quotas.get(mount)!.make(work)
  }

  /** Removes or replaces what is at the path. Bytes are given back that no other name has, nobody has open, and are gone. */
  freeing(mount: HostMountRule, path: Path, work: () => void): void {
    needWrite(mount)
    const before = quietly(() => mount.directory.stat(path, false))
    work()
    if (before === undefined) return
    if (quietly(() => mount.directory.stat(path, false))?.inode === before.inode) return
    const open = before.links === 1 ? this.#openOf(mount, before.inode) : []
    for (const handle of open) handle.isRemoved = true
    const isLast = before.kind === KIND.file && before.links === 1
    if (open.length === 0) this.#quotas.get(mount)!.giveBack(isLast ? before.size : 0)
  }

  #openOf(mount: HostMountRule, inode: bigint): Handle[] {
    return [...this.#handles.values()].filter((one) => one.mount === mount && one.inode === inode)
  }

  setMode(at: string, stat: HostStat, mode: number): void {
    alone(stat)
    this.system.setMode(at, mode & 0o777)
  }

  setTimes(at: string, stat: HostStat, accessed: unknown, modified: unknown): void {
    alone(stat)
    this.system.setTimes(
      at,
      accessed === null ? stat.accessed : long(accessed),
      modified === null ? stat.modified : long(modified),
    )
  }

  changeOpen({ fd, mount }: Handle, work: (at: string, stat: HostStat) => void): void {
    needWrite(mount)
    work(this.system.at(fd), this.system.stat(fd))
  }
}

function needWrite({ access }: HostMountRule): void {
  if (access !== 'write') throw new Errno('EROFS')
}

/** A file with another name may be one outside: it is read, and not changed. */
function alone({ kind, links }: HostStat): void {
  if (kind === KIND.file && links > 1) throw new Errno('EPERM')
}

/** What a guest is told of a file, as the guest's `remote.ts` reads it: neither the owner nor the device. */
export const rowOf = (of: HostStat): (number | bigint)[] => [
  ...[of.kind, of.mode, of.size, of.inode],
  ...[of.links, of.modified, of.accessed, of.changed],
]

function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Errno && error.code === 'ENOENT')) throw error
    return undefined
  }
}
