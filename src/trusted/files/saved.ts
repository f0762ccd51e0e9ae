/**
 * The files of a guest as bytes: what is in memory, and what is open there. Layout: the length of a JSON text (u32, little-endian),
 * the text, then the contents of all files in its order. It goes where a guest's memory goes, under the same MAC.
 */
import { KIND } from '../wall/file-table.js'
import type { MemoryVolume } from './memory.js'
import type { FileNode, Node } from './nodes.js'
import { OverlayVolume } from './overlay.js'
import type { Path } from './volume.js'

type Memory = MemoryVolume | OverlayVolume

/** A descriptor of something in memory, or of the null device, which is no volume's and has no node. */
interface SavedDescriptor {
  readonly fd: number
  /** Which of the volumes. */
  readonly volume: number
  readonly node: Node | undefined
  readonly path: Path
  readonly flags: number
  readonly at: number
}

interface State {
  readonly cwd: Path
  readonly umask: number
  readonly descriptors: readonly SavedDescriptor[]
}

type Row = [number, number, number, string, string, string, number, unknown]
interface Text {
  cwd: string[]
  umask: number
  volumes: { nodes: Row[]; hidden: string[] }[]
  descriptors: [number, number, number, string[], number, number][]
}

const memoryOf = (volume: Memory): MemoryVolume =>
  volume instanceof OverlayVolume ? volume.upper : volume

/** The bytes of all that {@link load} puts back. */
export function save({
  cwd,
  umask,
  descriptors,
  volumes,
}: State & { readonly volumes: readonly Memory[] }): Uint8Array {
  const contents: Uint8Array[] = []
  const text: Text = {
    cwd: [...cwd],
    umask,
    volumes: volumes.map((volume, index) => {
      const nodes: Row[] = []
      const seen = new Set<Node>()
      // The next is the last: no call for each folder below another, of which there may be any number.
      const open = descriptors.flatMap((one) => (one.volume === index && one.node) || [])
      const next: Node[] = [...open.reverse(), memoryOf(volume).root]
      for (let node = next.pop(); node !== undefined; node = next.pop()) {
        if (seen.has(node)) continue
        seen.add(node)
        const { inode, kind, mode, modified, accessed, changed, links } = node
        let payload: unknown
        if (node.kind === KIND.file) {
          payload = node.size
          contents.push(node.bytes.subarray(0, node.size))
        } else if (node.kind === KIND.link) payload = node.target
        else payload = [...node.entries].map(([name, child]) => [name, child.inode])
        nodes.push([inode, kind, mode, `${modified}`, `${accessed}`, `${changed}`, links, payload])
        if (node.kind === KIND.folder) for (const child of node.entries.values()) next.push(child)
      }
      return { nodes, hidden: volume instanceof OverlayVolume ? [...volume.hidden] : [] }
    }),
    descriptors: descriptors.map(({ fd, volume, node, path, flags, at }) => [
      fd,
      volume,
      node?.inode ?? 0,
      [...path],
      flags,
      at,
    ]),
  }
  const head = new TextEncoder().encode(JSON.stringify(text))
  const saved = new Uint8Array(
    4 + head.length + contents.reduce((sum, { length }) => sum + length, 0),
  )
  new DataView(saved.buffer).setUint32(0, head.length, true)
  saved.set(head, 4)
  let at = 4 + head.length
  for (const bytes of contents) {
    saved.set(bytes, at)
    at += bytes.length
  }
  return saved
}

/** Puts the nodes into the volumes, and tells the rest. @throws Error for what {@link save} did not write for such volumes. */
export function load(saved: Uint8Array, volumes: readonly Memory[]): State {
  const length = new DataView(saved.buffer, saved.byteOffset, saved.length).getUint32(0, true)
  const text = JSON.parse(
    new TextDecoder('utf-8', { fatal: true }).decode(saved.subarray(4, 4 + length)),
  ) as Text
  if (text.volumes.length !== volumes.length) throw new Error('files of other mounts')
  let at = 4 + length
  const byInode = text.volumes.map(({ nodes, hidden }, index) => {
    const found = new Map<number, Node>()
    for (const [inode, kind, mode, modified, accessed, changed, links, payload] of nodes) {
      const common = {
        inode,
        mode,
        modified: BigInt(modified),
        accessed: BigInt(accessed),
        changed: BigInt(changed),
        links,
        opened: 0,
      }
      if (kind === KIND.file) {
        const bytes = saved.slice(at, (at += payload as number))
        if (bytes.length !== payload) throw new Error('contents that are missing')
        found.set(inode, { ...common, kind, bytes, size: payload } satisfies FileNode)
      } else if (kind === KIND.link)
        found.set(inode, { ...common, kind, target: payload as string })
      else found.set(inode, { ...common, kind: KIND.folder, entries: new Map() })
    }
    for (const [inode, kind, , , , , , payload] of nodes) {
      const node = found.get(inode)!
      if (kind !== KIND.folder || node.kind !== KIND.folder) continue
      for (const [name, child] of payload as [string, number][])
        node.entries.set(name, found.get(child)!)
    }
    const volume = volumes[index]!
    memoryOf(volume).adopt([...found.values()])
    if (volume instanceof OverlayVolume) {
      volume.hidden.clear()
      for (const path of hidden) volume.hidden.add(path)
    }
    return found
  })
  return {
    cwd: text.cwd,
    umask: text.umask,
    descriptors: text.descriptors.map(([fd, volume, inode, path, flags, position]) => ({
      fd,
      volume,
      node: byInode[volume]?.get(inode),
      path,
      flags,
      at: position,
    })),
  }
}
