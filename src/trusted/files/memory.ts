/**
 * A volume in memory: a tree of folders, files and links. Here are its names and what their owner may do with them; what the nodes
 * hold and cost is in `nodes.ts`.
 */
import { Errno } from '../wall/errno.js'
import { KIND, type Entry, type Stat, type Time } from '../wall/file-table.js'
import { NodeStore, type FileNode, type FolderNode, type Node } from './nodes.js'
import { LinkMet, O, wantsWrite, type Handle, type Path, type Volume } from './volume.js'

const MOST_NAME = 255
const [READ, WRITE, SEARCH] = [0o400, 0o200, 0o100]

/**
 * A volume of at most `most` bytes and `mostNodes` nodes. Of its permissions the owner's count, as the guest is the only
 * user.
 */
export class MemoryVolume implements Volume {
  readonly #store: NodeStore
  root: FolderNode

  /** `isReadOnly`: nothing in it can be changed by a guest. */
  constructor(
    device: number,
    most: number,
    mostNodes: number,
    now: () => bigint,
    readonly isReadOnly = false,
  ) {
    this.#store = new NodeStore(device, most, mostNodes, now, isReadOnly)
    this.root = this.#store.emptied()
  }

  /** Empty again. */
  reset(): void {
    this.root = this.#store.emptied()
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
    return this.#store.stat(this.find(path, follow))
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
        ...this.#store.common(inode, mode & 0o777),
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
        this.#store.changing()
        need(node, WRITE)
      }
      if (node.kind === KIND.file && (flags & O.TRUNC) !== 0) this.#store.resize(node, 0)
    }
    return this.handle(node)
  }

  makeFolder(path: Path, mode: number): void {
    if (this.#ifThere(path) !== undefined) throw new Errno('EEXIST')
    this.#add(path, (inode) => this.#store.folder(inode, mode & 0o777))
  }

  makeLink(path: Path, target: string): void {
    if (target === '') throw new Errno('ENOENT')
    if (this.#ifThere(path) !== undefined) throw new Errno('EEXIST')
    this.#store.changing()
    this.#store.charge(target.length)
    try {
      this.#add(path, (inode) => ({ ...this.#store.common(inode, 0o777), kind: KIND.link, target }))
    } catch (error) {
      this.#store.charge(-target.length)
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
    this.#store.detach(this.#parentOf(path), path.at(-1)!, node)
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
    this.#store.charge(name.length - from.at(-1)!.length)
    if (target !== undefined) this.#store.detach(place, name, target)
    source.entries.delete(from.at(-1)!)
    place.entries.set(name, node)
    source.modified =
      source.changed =
      place.modified =
      place.changed =
      node.changed =
        this.#store.now()
  }

  truncate(path: Path, size: number): void {
    const node = this.find(path, true)
    if (node.kind !== KIND.file) throw new Errno('EISDIR')
    this.#store.changing()
    need(node, WRITE)
    this.#store.resize(node, size)
  }

  setMode(path: Path, mode: number, follow: boolean): void {
    this.#store.setMode(this.find(path, follow), mode)
  }

  setTimes(path: Path, accessed: Time, modified: Time, follow: boolean): void {
    this.#store.setTimes(this.find(path, follow), accessed, modified)
  }

  /** Charges, or gives back, what something else of this volume's costs. */
  charge(bytes: number): void {
    this.#store.charge(bytes)
  }

  /** Whether it is one of its handles. */
  owns(handle: Handle): boolean {
    return this.#store.owns(handle)
  }

  /** An open file or folder. */
  handle(node: Node): Handle {
    return this.#store.handle(node)
  }

  /** Puts back nodes that were saved, the root first. @throws Error where they are no tree of this volume's. */
  adopt(nodes: readonly Node[]): void {
    this.root = this.#store.adopt(nodes)
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
    this.#store.changing()
    const parent = this.#folderAt(path.slice(0, -1))
    need(parent, WRITE)
    need(parent, SEARCH)
    return parent
  }

  #add(path: Path, make: (inode: number) => Node): void {
    const parent = this.#parentOf(path)
    const name = path.at(-1)!
    checkName(name)
    if (parent.links === 0) throw new Errno('ENOENT')
    this.#store.add(parent, name, make)
  }
}

/** The owner's permission: there is nobody else. */
function need(node: { readonly mode: number }, bit: number): void {
  if ((node.mode & bit) === 0) throw new Errno('EACCES')
}

function checkName(name: string): void {
  if (new TextEncoder().encode(name).length > MOST_NAME) throw new Errno('ENAMETOOLONG')
}
