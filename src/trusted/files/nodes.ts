/**
 * The nodes of a volume in memory: what they hold, and what they cost, which is never more than the quota. Names and nodes are counted
 * as well as contents, so that empty files are not free; a file that was removed is counted until nobody has it open.
 */
import { Errno } from '../wall/errno.js'
import { KIND, type Stat, type Time } from '../wall/file-table.js'
import type { Handle } from './volume.js'

/** What a node costs beside its name and contents. */
const NODE_BYTES = 256
const BLOCK = 131_072
const [ROOT_MODE, FIXED_MODE] = [0o755, 0o555]

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
/** A file with its contents. */
export interface FileNode extends Common {
  readonly kind: typeof KIND.file
  /** Longer than the file, so that appending need not copy it each time. */
  bytes: Uint8Array
  size: number
}
/** A folder with what is in it, by name. */
export interface FolderNode extends Common {
  readonly kind: typeof KIND.folder
  readonly entries: Map<string, Node>
}
/** A link with the text that it holds, which may lead nowhere. */
export interface LinkNode extends Common {
  readonly kind: typeof KIND.link
  readonly target: string
}
/** What a name of the volume stands for. */
export type Node = FileNode | FolderNode | LinkNode

/**
 * Makes and changes the nodes of one volume, and counts them: `most` bytes and `mostNodes` nodes. One more throws Errno
 * `ENOSPC`.
 */
export class NodeStore {
  #nextInode = 2
  #used = 0
  #nodes = 0

  /** `isReadOnly`: nothing in it can be changed by a guest. */
  constructor(
    private readonly device: number,
    private readonly most: number,
    private readonly mostNodes: number,
    readonly now: () => bigint,
    private readonly isReadOnly: boolean,
  ) {}

  /** Forgets all nodes. Gives the root of an empty tree. */
  emptied(): FolderNode {
    this.#used = this.#nodes = 0
    this.#nextInode = 2
    return this.folder(1, this.isReadOnly ? FIXED_MODE : ROOT_MODE)
  }

  /** What a new node has of its own, of whatever kind it is. */
  common(inode: number, mode: number): Common {
    const now = this.now()
    return { inode, mode, modified: now, accessed: now, changed: now, links: 1, opened: 0 }
  }

  folder(inode: number, mode: number): FolderNode {
    return { ...this.common(inode, mode), kind: KIND.folder, entries: new Map() }
  }

  /** Puts a new node under a name. @throws Errno where it has no room */
  add(parent: FolderNode, name: string, make: (inode: number) => Node): void {
    if (this.#nodes >= this.mostNodes) throw new Errno('ENOSPC')
    this.charge(NODE_BYTES + name.length)
    this.#nodes++
    parent.entries.set(name, make(this.#nextInode++))
    parent.modified = parent.changed = this.now()
  }

  /** Takes a node's name away. */
  detach(parent: FolderNode, name: string, node: Node): void {
    parent.entries.delete(name)
    parent.modified = parent.changed = node.changed = this.now()
    node.links = 0
    this.#used -= name.length
    this.#release(node)
  }

  /** Before whatever changes something. @throws Errno where nothing can be changed */
  changing(): void {
    if (this.isReadOnly) throw new Errno('EROFS')
  }

  /** Charges, or gives back, bytes that are no file's contents. @throws Errno */
  charge(bytes: number): void {
    if (this.#used + bytes > this.most && bytes > 0) throw new Errno('ENOSPC')
    this.#used += bytes
  }

  /** Whether it is one of its handles. */
  owns(handle: Handle): boolean {
    return (handle as { owner?: unknown }).owner === this
  }

  /** An open file or folder. */
  handle(node: Node): Handle & { readonly node: Node; readonly owner: NodeStore } {
    node.opened++
    return {
      node,
      owner: this,
      kind: node.kind,
      stat: () => this.stat(node),
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
      truncate: (size) => this.resize(fileOf(node), size),
      setMode: (mode) => this.setMode(node, mode),
      setTimes: (accessed, modified) => this.setTimes(node, accessed, modified),
      close: () => {
        node.opened--
        this.#release(node)
      },
    }
  }

  /** Counts nodes that were saved, the root first, in place of its own. Gives the root. @throws Error where they are no such tree */
  adopt(nodes: readonly Node[]): FolderNode {
    const root = nodes[0]
    if (root?.kind !== KIND.folder) throw new Error('a volume without a root')
    this.#used = 0
    this.#nodes = nodes.length - 1
    for (const node of nodes) {
      this.#nextInode = Math.max(this.#nextInode, node.inode + 1)
      if (node !== root) this.#used += NODE_BYTES
      if (node.kind === KIND.file) this.#used += node.size
      else if (node.kind === KIND.link) this.#used += node.target.length
      else for (const name of node.entries.keys()) this.#used += name.length
    }
    if (this.#used > this.most) throw new Error('more than the volume holds')
    return root
  }

  /** Cut off, or filled up with zeros. @throws Errno */
  resize(file: FileNode, size: number): void {
    if (!(size >= 0)) throw new Errno('EINVAL')
    this.changing()
    this.charge(size - file.size)
    if (size > file.bytes.length) {
      const grown = new Uint8Array(Math.max(size, Math.min(this.most, file.size * 2), 512))
      grown.set(file.bytes.subarray(0, file.size))
      file.bytes = grown
    } else if (size < file.size) {
      // What was cut off is given back: memory that nobody counts would be kept.
      if (file.bytes.length > 2 * size) file.bytes = file.bytes.slice(0, size)
      else file.bytes.fill(0, size, file.size)
    }
    file.size = size
    file.modified = file.changed = this.now()
  }

  setMode(node: Node, mode: number): void {
    this.changing()
    node.mode = mode & 0o777
    node.changed = this.now()
  }

  setTimes(node: Node, accessed: Time, modified: Time): void {
    this.changing()
    node.accessed = accessed ?? node.accessed
    node.modified = modified ?? node.modified
    node.changed = this.now()
  }

  stat(node: Node): Stat {
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
      device: this.device,
      inode: BigInt(inode),
      links,
      modified,
      accessed,
      changed,
      block: BLOCK,
    }
  }

  #write(file: FileNode, at: number, bytes: Uint8Array): number {
    if (bytes.length === 0) return 0
    const room = this.most - this.#used + file.size
    const end = Math.min(at + bytes.length, Math.max(file.size, room))
    if (end <= at) throw new Errno('ENOSPC')
    if (end > file.size) this.resize(file, end)
    file.bytes.set(bytes.subarray(0, end - at), at)
    file.modified = file.changed = this.now()
    return end - at
  }

  /** Gives back what a node costs that has neither a name nor anybody who has it open. */
  #release(node: Node): void {
    if (node.links > 0 || node.opened > 0) return
    this.#used -= NODE_BYTES
    this.#nodes--
    if (node.kind === KIND.file) this.#used -= node.size
    if (node.kind === KIND.link) this.#used -= node.target.length
  }
}

function fileOf(node: Node): FileNode {
  if (node.kind !== KIND.file) throw new Errno('EISDIR')
  return node
}
