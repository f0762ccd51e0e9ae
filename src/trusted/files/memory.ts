/**
 * A volume in memory: a tree that costs no more than its quota, whatever is done with it. Names and nodes are counted as well as
 * contents, so that empty files are not free; a file that was removed is counted until nobody has it open.
 */
import { Errno } from '../wall/errno.js'
import { KIND, type Entry, type Kind, type Stat, type Time } from '../wall/file-table.js'
import { LinkMet, O, wantsWrite, type Handle, type Path, type Volume } from './volume.js'

/** What a node costs beside its name and contents. */
const NODE_BYTES = 256
const MOST_NAME = 255
const BLOCK = 131_072
const [ROOT_MODE, FIXED_MODE] = [0o755, 0o555]
const [READ, WRITE, SEARCH] = [0o400, 0o200, 0o100]

interface Common {
  readonly inode: number
  mode: number
  modified: bigint
  accessed: bigint
  changed: bigint
  /** Names that it has: one, or none once it was removed. */
  links: number
  opened: number
}
export interface FileNode extends Common {
  readonly kind: typeof KIND.file
  /** Longer than the file, so that appending need not copy it each time. */
  bytes: Uint8Array
  size: number
}
export interface FolderNode extends Common {
  readonly kind: typeof KIND.folder
  readonly entries: Map<string, Node>
}
export interface LinkNode extends Common {
  readonly kind: typeof KIND.link
  readonly target: string
}
export type Node = FileNode | FolderNode | LinkNode

export class MemoryVolume implements Volume {
  readonly #device: number
  readonly #most: number
  readonly #mostNodes: number
  readonly #now: () => bigint
  readonly #isFixed: boolean
  #nextInode = 2
  #used = 0
  #nodes = 0
  root: FolderNode

  /** `isFixed`: nothing in it can be changed by a guest. */
  constructor(device: number, most: number, mostNodes: number, now: () => bigint, isFixed = false) {
    this.#device = device
    this.#most = most
    this.#mostNodes = mostNodes
    this.#now = now
    this.#isFixed = isFixed
    this.root = this.#emptyRoot()
  }

  /** Empty again. */
  reset(): void {
    this.#used = this.#nodes = 0
    this.#nextInode = 2
    this.root = this.#emptyRoot()
  }

  /** The node of a path, no link followed but the last where that is asked. */
  find(path: Path, follow = false): Node {
    let node: Node = this.root
    for (const [index, name] of path.entries()) {
      if (node.kind === KIND.link) throw new LinkMet(index - 1, node.target)
      if (node.kind !== KIND.folder) throw new Errno('ENOTDIR')
      need(node, SEARCH)
      if (name.length > MOST_NAME) throw new Errno('ENAMETOOLONG')
      const next: Node | undefined = node.entries.get(name)
      if (next === undefined) {
        // Where more was to come, the way there is missing; a link in it would have been met.
        throw new Errno('ENOENT')
      }
      node = next
    }
    if (follow && node.kind === KIND.link) throw new LinkMet(path.length - 1, node.target)
    return node
  }

  stat(path: Path, follow: boolean): Stat {
    return this.#told(this.find(path, follow))
  }

  list(path: Path): Entry[] {
    const folder = this.#folderAt(path)
    need(folder, READ)
    return [...folder.entries].map(([name, { kind, inode }]) => ({
      name,
      kind,
      inode: BigInt(inode),
    }))
  }

  open(path: Path, flags: number, mode: number): Handle {
    let node = this.#ifThere(path)
    if (node !== undefined && (flags & O.CREAT) !== 0 && (flags & O.EXCL) !== 0)
      throw new Errno('EEXIST')
    if (node?.kind === KIND.link) {
      if ((flags & O.NOFOLLOW) !== 0) throw new Errno('ELOOP')
      throw new LinkMet(path.length - 1, node.target)
    }
    if (node === undefined) {
      if ((flags & O.CREAT) === 0) throw new Errno('ENOENT')
      this.#add(path, (inode) => ({
        ...this.#common(inode, mode & 0o777),
        kind: KIND.file,
        bytes: new Uint8Array(0),
        size: 0,
      }))
      node = this.find(path) as FileNode
    } else {
      if (node.kind === KIND.folder && wantsWrite(flags)) throw new Errno('EISDIR')
      if (node.kind !== KIND.folder && (flags & O.DIRECTORY) !== 0) throw new Errno('ENOTDIR')
      if ((flags & O.ACCESS) !== O.WRONLY) need(node, READ)
      if ((flags & (O.WRONLY | O.RDWR | O.TRUNC)) !== 0) {
        this.#changing()
        need(node, WRITE)
      }
      if (node.kind === KIND.file && (flags & O.TRUNC) !== 0) this.#resize(node, 0)
    }
    return this.handle(node)
  }

  makeFolder(path: Path, mode: number): void {
    if (this.#ifThere(path) !== undefined) throw new Errno('EEXIST')
    this.#add(path, (inode) => this.#folder(inode, mode & 0o777))
  }

  makeLink(path: Path, target: string): void {
    if (target === '') throw new Errno('ENOENT')
    if (this.#ifThere(path) !== undefined) throw new Errno('EEXIST')
    this.#changing()
    this.#charge(target.length)
    try {
      this.#add(path, (inode) => ({ ...this.#common(inode, 0o777), kind: KIND.link, target }))
    } catch (error) {
      this.#charge(-target.length)
      throw error
    }
  }

  readLink(path: Path): string {
    const node = this.find(path)
    if (node.kind !== KIND.link) throw new Errno('EINVAL')
    return node.target
  }

  remove(path: Path, isFolder: boolean): void {
    const node = this.find(path)
    if (isFolder && node.kind !== KIND.folder) throw new Errno('ENOTDIR')
    if (!isFolder && node.kind === KIND.folder) throw new Errno('EISDIR')
    if (node === this.root) throw new Errno('EBUSY')
    if (node.kind === KIND.folder && node.entries.size > 0) throw new Errno('ENOTEMPTY')
    const parent = this.#parentOf(path)
    this.#detach(parent, path.at(-1)!, node)
  }

  rename(from: Path, to: Path): void {
    const node = this.find(from)
    const target = this.#ifThere(to)
    if (node === target) return
    if (node === this.root || target === this.root) throw new Errno('EBUSY')
    if (node.kind === KIND.folder && from.every((name, i) => to[i] === name))
      throw new Errno('EINVAL')
    if (target !== undefined) {
      if (node.kind === KIND.folder && target.kind !== KIND.folder) throw new Errno('ENOTDIR')
      if (node.kind !== KIND.folder && target.kind === KIND.folder) throw new Errno('EISDIR')
      if (target.kind === KIND.folder && target.entries.size > 0) throw new Errno('ENOTEMPTY')
    }
    const [source, place] = [this.#parentOf(from), this.#parentOf(to)]
    const name = to.at(-1)!
    checkName(name)
    if (name.length > from.at(-1)!.length) this.#charge(name.length - from.at(-1)!.length)
    else this.#used -= from.at(-1)!.length - name.length
    if (target !== undefined) this.#detach(place, name, target)
    source.entries.delete(from.at(-1)!)
    place.entries.set(name, node)
    source.modified = source.changed = place.modified = place.changed = node.changed = this.#now()
  }

  truncate(path: Path, size: number): void {
    const node = this.find(path, true)
    if (node.kind !== KIND.file) throw new Errno('EISDIR')
    this.#changing()
    need(node, WRITE)
    this.#resize(node, size)
  }

  setMode(path: Path, mode: number, follow: boolean): void {
    this.#setMode(this.find(path, follow), mode)
  }

  setTimes(path: Path, accessed: Time, modified: Time, follow: boolean): void {
    this.#setTimes(this.find(path, follow), accessed, modified)
  }

  /** Charges, or gives back, what something else of this volume's costs. */
  charge(bytes: number): void {
    this.#charge(bytes)
  }

  /** Whether it is one of its handles. */
  owns(handle: Handle): boolean {
    return (handle as { owner?: unknown }).owner === this
  }

  /** An open file or folder. */
  handle(node: Node): Handle & { readonly node: Node; readonly owner: MemoryVolume } {
    node.opened++
    return {
      node,
      owner: this,
      kind: node.kind,
      stat: () => this.#told(node),
      read: (at, into) => {
        const file = fileOf(node)
        const bytes = file.bytes.subarray(
          Math.min(at, file.size),
          Math.min(at + into.length, file.size),
        )
        into.set(bytes)
        return bytes.length
      },
      write: (at, bytes) => this.#write(fileOf(node), at ?? fileOf(node).size, bytes),
      truncate: (size) => this.#resize(fileOf(node), size),
      setMode: (mode) => this.#setMode(node, mode),
      setTimes: (accessed, modified) => this.#setTimes(node, accessed, modified),
      close: () => {
        node.opened--
        this.#release(node)
      },
    }
  }

  /** Puts back nodes that were saved, the root first, and counts them anew. @throws Error where they are no tree of this volume's. */
  adopt(nodes: readonly Node[]): void {
    const root = nodes[0]
    if (root?.kind !== KIND.folder) throw new Error('a volume without a root')
    this.root = root
    this.#used = 0
    this.#nodes = nodes.length - 1
    for (const node of nodes) {
      this.#nextInode = Math.max(this.#nextInode, node.inode + 1)
      if (node !== root) this.#used += NODE_BYTES
      if (node.kind === KIND.file) this.#used += node.size
      else if (node.kind === KIND.link) this.#used += node.target.length
      else for (const name of node.entries.keys()) this.#used += name.length
    }
    if (this.#used > this.#most) throw new Error('more than the volume holds')
  }

  #common(inode: number, mode: number): Common {
    const now = this.#now()
    return { inode, mode, modified: now, accessed: now, changed: now, links: 1, opened: 0 }
  }

  #emptyRoot(): FolderNode {
    return this.#folder(1, this.#isFixed ? FIXED_MODE : ROOT_MODE)
  }

  #folder(inode: number, mode: number): FolderNode {
    return { ...this.#common(inode, mode), kind: KIND.folder, entries: new Map() }
  }

  #ifThere(path: Path): Node | undefined {
    try {
      return this.find(path)
    } catch (error) {
      if (!(error instanceof Errno) || error.code !== 'ENOENT') throw error
      // Its folder must be there: else what is missing is the way.
      if (path.length > 1) this.#folderAt(path.slice(0, -1))
      return undefined
    }
  }

  #folderAt(path: Path): FolderNode {
    const node = this.find(path, true)
    if (node.kind !== KIND.folder) throw new Errno('ENOTDIR')
    return node
  }

  /** The folder that a name is added to or taken from. */
  #parentOf(path: Path): FolderNode {
    if (path.length === 0) throw new Errno('EEXIST')
    this.#changing()
    const parent = this.#folderAt(path.slice(0, -1))
    need(parent, WRITE)
    need(parent, SEARCH)
    return parent
  }

  #changing(): void {
    if (this.#isFixed) throw new Errno('EROFS')
  }

  #add(path: Path, make: (inode: number) => Node): void {
    const parent = this.#parentOf(path)
    const name = path.at(-1)!
    checkName(name)
    if (parent.links === 0) throw new Errno('ENOENT')
    if (this.#nodes >= this.#mostNodes) throw new Errno('ENOSPC')
    this.#charge(NODE_BYTES + name.length)
    this.#nodes++
    parent.entries.set(name, make(this.#nextInode++))
    parent.modified = parent.changed = this.#now()
  }

  #detach(parent: FolderNode, name: string, node: Node): void {
    parent.entries.delete(name)
    parent.modified = parent.changed = node.changed = this.#now()
    node.links = 0
    this.#used -= name.length
    this.#release(node)
  }

  /** Gives back what a node costs that has neither a name nor anybody who has it open. */
  #release(node: Node): void {
    if (node.links > 0 || node.opened > 0) return
    this.#used -= NODE_BYTES
    this.#nodes--
    if (node.kind === KIND.file) this.#used -= node.size
    if (node.kind === KIND.link) this.#used -= node.target.length
  }

  #charge(bytes: number): void {
    if (this.#used + bytes > this.#most && bytes > 0) throw new Errno('ENOSPC')
    this.#used += bytes
  }

  #write(file: FileNode, at: number, bytes: Uint8Array): number {
    if (bytes.length === 0) return 0
    const room = this.#most - this.#used + file.size
    const end = Math.min(at + bytes.length, Math.max(file.size, room))
    if (end <= at) throw new Errno('ENOSPC')
    if (end > file.size) this.#resize(file, end)
    file.bytes.set(bytes.subarray(0, end - at), at)
    file.modified = file.changed = this.#now()
    return end - at
  }

  #resize(file: FileNode, size: number): void {
    if (!(size >= 0)) throw new Errno('EINVAL')
    this.#changing()
    this.#charge(size - file.size)
    if (size > file.bytes.length) {
      const grown = new Uint8Array(Math.max(size, Math.min(this.#most, file.size * 2), 512))
      grown.set(file.bytes.subarray(0, file.size))
      file.bytes = grown
    } else if (size < file.size) {
      if (size === 0) file.bytes = new Uint8Array(0)
      else file.bytes.fill(0, size, file.size)
    }
    file.size = size
    file.modified = file.changed = this.#now()
  }

  #setMode(node: Node, mode: number): void {
    this.#changing()
    node.mode = mode & 0o777
    node.changed = this.#now()
  }

  #setTimes(node: Node, accessed: Time, modified: Time): void {
    this.#changing()
    node.accessed = accessed ?? node.accessed
    node.modified = modified ?? node.modified
    node.changed = this.#now()
  }

  #told(node: Node): Stat {
    const { kind, mode, inode, modified, accessed, changed, links } = node
    const size =
      node.kind === KIND.file
        ? node.size
        : node.kind === KIND.link
          ? new TextEncoder().encode(node.target).length
          : 0
    return {
      kind,
      mode,
      size,
      device: this.#device,
      inode: BigInt(inode),
      links,
      modified,
      accessed,
      changed,
      block: BLOCK,
    }
  }
}

/** The owner's permission: there is nobody else. */
function need(node: { readonly mode: number }, bit: number): void {
  if ((node.mode & bit) === 0) throw new Errno('EACCES')
}

function checkName(name: string): void {
  if (new TextEncoder().encode(name).length > MOST_NAME) throw new Errno('ENAMETOOLONG')
}

function fileOf(node: Node): FileNode {
  if (node.kind !== KIND.file) throw new Errno('EISDIR')
  return node
}

export type { Kind }
