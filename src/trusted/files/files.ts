/**
 * The files of one guest, as a whole: how they begin, are kept and carried with its memory, what the host puts in, and what it takes
 * out. Served in the worker; what a mount of the host's holds is asked of the broker, which enforces the policy where the guest cannot
 * reach.
 */
import { Errno } from '../wall/errno.js'
import { AT_FDCWD, KIND, type GuestFiles } from '../wall/file-table.js'
import type { MemoryVolume } from './memory.js'
import { NamedFiles, STANDARD_UMASK } from './named-files.js'
import type { Node } from './nodes.js'
import { nullHandle } from './null-device.js'
import { OverlayVolume } from './overlay.js'
import { RemoteVolume, type AskHost } from './remote.js'
import { load, save } from './saved.js'
import { Tree, type Mount } from './tree.js'
import { MOST_PATH, O, quietly, type Path } from './volume.js'

/**
 * The files of one guest, under the mounts that its worker was told of. `ask` carries questions about mounts of the
 * host's.
 */
export class Files extends NamedFiles implements GuestFiles {
  constructor(mounts: readonly Mount[], ask: AskHost) {
    super(new Tree(mounts, ask))
  }

  attach(now: () => bigint): void {
    this.tree.now = now
  }

  reset(): void {
    if (!this.isTouched) return
    this.isTouched = false
    this.descriptors.forget()
    this.current = []
    this.mask = STANDARD_UMASK
    this.tree.reset()
  }

  save(): Uint8Array | undefined {
    if (!this.isTouched) return undefined
    return save({
      cwd: this.current,
      umask: this.mask,
      volumes: this.tree.memories,
      descriptors: this.descriptors.all().flatMap(([fd, { handle, path, flags, at }]) => {
        const node = (handle as { node?: Node }).node
        const volume = this.tree.memories.findIndex((one) => one.owns(handle))
        const isKept = handle === nullHandle || (node !== undefined && volume >= 0)
        return isKept ? [{ fd, volume, node, path, flags, at }] : []
      }),
    })
  }

  load(saved: Uint8Array): void {
    this.isTouched = true
    this.reset()
    this.isTouched = true
    try {
      const { cwd, umask, descriptors } = load(saved, this.tree.memories)
      this.current = cwd
      this.mask = umask
      for (const { fd, volume, node, path, flags, at } of descriptors) {
        const handle = node === undefined ? nullHandle : this.tree.memories[volume]!.handle(node)
        this.descriptors.add({ handle, path, flags, at, entries: undefined, copies: 0 }, 0, fd)
      }
    } catch (error) {
      this.isTouched = true
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
    const start = from.split('/').filter(Boolean)
    // The next is the last: no call for each folder below another, of which there may be any number.
    const next: Path[] = [...this.tree.mountsBelow(start).reverse(), start]
    for (let path = next.pop(); path !== undefined; path = next.pop()) {
      const { volume, rest } = this.tree.place(path)
      if (volume instanceof RemoteVolume) continue
      const memory = volume instanceof OverlayVolume ? volume.upper : volume
      const folder = quietly(() => (memory as MemoryVolume).find(rest))
      if (folder?.kind !== KIND.folder) continue
      const below: Path[] = []
      for (const [name, node] of [...folder.entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const whole = `/${[...path, name].join('/')}`
        if (this.tree.place([...path, name]).volume !== volume) continue
        if (node.kind === KIND.folder && whole.length < MOST_PATH) below.push([...path, name])
        else if (node.kind === KIND.folder) omitted++
        if (node.kind !== KIND.file) continue
        const isTooMuch = files.length >= mostFiles || bytes + node.size > mostBytes
        if (isTooMuch || whole.length > MOST_PATH) omitted++
        else {
          bytes += node.size
          files.push([whole, node.bytes.slice(0, node.size)])
        }
      }
      next.push(...below.reverse())
    }
    return { files, omitted }
  }
}
