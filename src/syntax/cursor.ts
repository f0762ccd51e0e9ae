/**
 * Reads a tree through tree-sitter's public `TreeCursor`: the slow, documented way. It is the reference that the reading
 * of memory in `flatten.ts` is compared with at start-up, and what the parser uses when that comparison fails.
 *
 * Iterative: the cursor keeps the path, so nesting costs no stack. Some 740 ns a node.
 */
import type { Node, Tree as RawTree } from 'web-tree-sitter'
import { ERROR, EXTRA, MISSING, NAMED, type NodeArrays, type Reading } from './tree.js'

/** Fills `arrays` with every visible node of `tree`. */
export function readWithCursor(tree: RawTree, arrays: NodeArrays): Reading {
  const cursor = tree.walk()
  let count = 0
  let depth = 0
  let level = 0
  let parent = -1
  let flagged = false
  try {
    for (;;) {
      if (count === arrays.kind.length) arrays.grow()
      const node = cursor.currentNode
      const flags =
        (node.isNamed ? NAMED : 0) |
        (node.isMissing ? MISSING : 0) |
        (node.isExtra ? EXTRA : 0) |
        (node.isError ? ERROR : 0)
      if ((flags & (MISSING | ERROR)) !== 0) flagged = true
      arrays.kind[count] = node.typeId
      arrays.start[count] = node.startIndex
      arrays.end[count] = node.endIndex
      arrays.field[count] = cursor.currentFieldId
      arrays.flags[count] = flags
      arrays.parent[count] = parent
      const self = count
      count += 1
      if (cursor.gotoFirstChild()) {
        parent = self
        level += 1
        if (level > depth) depth = level
        continue
      }
      arrays.skip[self] = count
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) {
          const hasError = tree.rootNode.hasError
          return {
            count,
            depth,
            hasError,
            hiddenErrorAt: hasError && !flagged ? deepestError(tree.rootNode) : -1,
          }
        }
        level -= 1
        arrays.skip[parent] = count
        parent = arrays.parent[parent]
      }
    }
  } finally {
    cursor.delete()
  }
}

/** Where the innermost node ends that is repaired within, when no visible node says what was assumed. */
function deepestError(root: Node): number {
  let node = root
  for (;;) {
    const inner = node.children.find((child) => child.hasError)
    if (inner === undefined) return node.endIndex
    node = inner
  }
}
