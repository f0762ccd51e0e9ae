/** The walk of a path, name by name and link by link, in the guest's own tree alone. `..` at its root is the root. */
import { Errno } from '../wall/errno.js'
import { KIND } from '../wall/file-table.js'
import type { Place, Tree } from './tree.js'
import { LinkMet, MOST_PATH, type Path } from './volume.js'

/** Links on the way of one path, as on Linux. */
const MOST_LINKS = 40

/** Does `work` where the path leads from `start`. It throws {@link LinkMet} where that goes through a link, and is done again beyond it. */
export function walk<T>(tree: Tree, start: Path, path: string, work: (place: Place) => T): T {
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
        mustBeFolder(tree, whole)
        whole.pop()
      }
      // A dot at the end is of a folder.
      if (names.at(-1) === '.' && whole.length > 0) mustBeFolder(tree, whole)
      // However it was come by: what an operation costs grows with it.
      if (lengthOf(whole) > MOST_PATH) throw new Errno('ENAMETOOLONG')
      return work(tree.place(whole))
    } catch (error) {
      if (!(error instanceof LinkMet)) throw error
      const depth = whole.length - tree.place(whole).rest.length + error.index
      const before = error.target.startsWith('/') ? [] : whole.slice(0, depth)
      names = [
        ...before,
        ...error.target.split('/'),
        ...whole.slice(depth + 1),
        ...names.slice(index),
      ]
      if (lengthOf(names) > MOST_PATH) throw new Errno('ENAMETOOLONG')
    }
  }
}

const lengthOf = (names: Path): number => names.reduce((sum, { length }) => sum + length + 1, 0)

function mustBeFolder(tree: Tree, whole: Path): void {
  if (tree.stat(tree.place(whole), true).kind !== KIND.folder) throw new Errno('ENOTDIR')
}
