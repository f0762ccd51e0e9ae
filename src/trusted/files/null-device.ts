/**
 * `/dev/null` of the guest's tree: nothing is read from it, and what is written to it is gone. It is ours alone, and no device of the
 * host's is behind it. It is there by its name, in every tree, and stands in no folder's listing: what a mount has under that name is not
 * reached.
 */
import { Errno } from '../wall/errno.js'
import { KIND, type Stat } from '../wall/file-table.js'
import { O, type Handle, type Path, type Volume } from './volume.js'

/** Where it is. */
export const NULL_DEVICE: Path = ['dev', 'null']

const STAT: Stat = Object.freeze({
  kind: KIND.device,
  mode: 0o666,
  size: 0,
  device: 1,
  inode: 2n,
  links: 1,
  modified: 0n,
  accessed: 0n,
  changed: 0n,
  block: 4_096,
})

const refuse = (code: 'EPERM' | 'EINVAL' | 'ENOTDIR' | 'EBUSY') => (): never => {
  throw new Errno(code)
}

/** Open. There is one, since it holds nothing. */
export const nullHandle: Handle = {
  kind: KIND.device,
  stat: () => STAT,
  read: () => 0,
  write: (_, bytes) => bytes.length,
  truncate: refuse('EINVAL'),
  setMode: refuse('EPERM'),
  setTimes: refuse('EPERM'),
  close: () => {},
}

/** Does `work` on the device itself: nothing is below it. */
const itself =
  <T>(work: () => T) =>
  (path: Path): T => {
    if (path.length > 0) throw new Errno('ENOTDIR')
    return work()
  }

/** The device as a volume. Its root is the device, and there is nothing else in it. */
export const nullVolume: Volume = {
  isReadOnly: false,
  stat: itself(() => STAT),
  list: refuse('ENOTDIR'),
  open: (path, flags) => {
    if (path.length > 0 || (flags & O.DIRECTORY) !== 0) throw new Errno('ENOTDIR')
    if ((flags & O.CREAT) !== 0 && (flags & O.EXCL) !== 0) throw new Errno('EEXIST')
    return nullHandle
  },
  makeFolder: refuse('ENOTDIR'),
  makeLink: refuse('ENOTDIR'),
  readLink: itself(refuse('EINVAL')),
  remove: refuse('ENOTDIR'),
  rename: refuse('EBUSY'),
  truncate: itself(refuse('EINVAL')),
  setMode: itself(refuse('EPERM')),
  setTimes: itself(refuse('EPERM')),
}
