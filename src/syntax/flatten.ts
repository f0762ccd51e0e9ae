/**
 * Reads a tree straight out of tree-sitter's WebAssembly memory: some 100 ns a node against 740 for a cursor.
 *
 * It reads private structures (`Subtree`, `TSLanguage`, tree-sitter 0.25 to 0.27, grammar ABI 15, 32-bit pointers, little
 * endian), which nobody promised to keep. Hence three nets: the package versions are pinned, {@link createHeapReader}
 * returns undefined when the language's header does not look as expected, and `parse.ts` compares a reading with
 * `cursor.ts` before it trusts this file. Addresses are only ever read, inside bounds-checked typed arrays: at worst the
 * arrays hold nonsense, which the comparison finds.
 *
 * Iterative, with a stack of its own: 20,000 nested parentheses cost memory, not the caller's stack.
 */
import type { Language, Tree as RawTree } from 'web-tree-sitter'
import type { Heap } from './language.js'
import { readTables, type Tables } from './language-tables.js'
import { ERROR, ERROR_KIND, EXTRA, MISSING, NAMED, type NodeArrays, type Reading } from './tree.js'

/** Fills `arrays` with every visible node of `tree`. */
export type HeapReader = (tree: RawTree, arrays: NodeArrays) => Reading

/** Offsets into `SubtreeHeapData`, in bytes (`subtree.h`). Children lie in memory just before it, 8 bytes each. */
const SUBTREE = {
  padding: 4,
  size: 16,
  errorCost: 32,
  childCount: 36,
  symbol: 40,
  flags: 44,
  moreFlags: 45,
  production: 66,
} as const

/** A reader for trees of `language`, or undefined when the memory is not ours to see or not laid out as expected. */
export function createHeapReader(language: Language, heap: Heap): HeapReader | undefined {
  const address = addressOf(language)
  if (address === undefined || !heap.HEAPU8 || !heap.HEAPU16 || !heap.HEAPU32) return undefined
  const tables = readTables(address, language, heap.HEAPU8, heap.HEAPU16, heap.HEAPU32)
  return tables === undefined ? undefined : heapReader(tables, heap)
}

/** web-tree-sitter keeps the address of what an object stands for in its element 0. */
function addressOf(wrapper: Language | RawTree): number | undefined {
  const address = (wrapper as unknown as { readonly 0?: unknown })[0]
  return typeof address === 'number' && address > 0 && address % 4 === 0 ? address : undefined
}

function heapReader(tables: Tables, heap: Heap): HeapReader {
  const { maxAlias, aliases, fieldWidth, fields, publicKind, named } = tables
  const frames = new Frames()

  return (tree, arrays) => {
    // Memory may have grown since the last parse: the views are fetched anew each time.
    const u8 = heap.HEAPU8 as Uint8Array
    const u16 = heap.HEAPU16 as Uint16Array
    const u32 = heap.HEAPU32 as Uint32Array
    let { kind, start, end, field, flags, skip, parent } = arrays
    let capacity = kind.length
    let stack = frames.words
    let frameLimit = stack.length - FRAME
    let top = 0
    let level = 0
    let deepest = 0
    let flagged = 0
    let hiddenErrorAt = -1

    const root = u32[(addressOf(tree) as number) >> 2]
    const rootStart = u32[(root + SUBTREE.padding) >> 2]
    kind[0] = publicKind[u16[(root + SUBTREE.symbol) >> 1]]
    start[0] = rootStart >>> 1
    end[0] = (rootStart + u32[(root + SUBTREE.size) >> 2]) >>> 1
    field[0] = 0
    flags[0] = NAMED | (kind[0] === ERROR_KIND ? ERROR : 0)
    flagged |= flags[0]
    parent[0] = -1
    let count = 1

    // The frame at hand: which children are being visited, and what they inherit from hidden parents.
    let childCount = u32[(root + SUBTREE.childCount) >> 2]
    let children = root - 8 * childCount
    let index = 0
    // Position among the production's own children: extras (comments, line continuations) do not count.
    let slot = 0
    let position = rootStart
    let inheritedField = 0
    let owner = 0
    let production = childCount === 0 ? 0 : u16[(root + SUBTREE.production) >> 1]

    for (;;) {
      if (index === childCount) {
        if (top === 0) break
        top -= FRAME
        const finished = owner
        children = stack[top]
        childCount = stack[top + 1]
        index = stack[top + 2]
        slot = stack[top + 3]
        position = stack[top + 4]
        inheritedField = stack[top + 5]
        owner = stack[top + 6]
        production = stack[top + 7]
        if (finished !== owner) {
          skip[finished] = count
          level -= 1
        }
        continue
      }

      const child = children + 8 * index
      const word = u32[child >> 2]
      let symbol: number
      let visible: number
      let isNamed: number
      let isExtra: number
      let isMissing: number
      let padding: number
      let size: number
      let grandchildren = 0
      if ((word & 1) !== 0) {
        // A small leaf lies in the pointer itself.
        const lengths = u32[(child >> 2) + 1]
        visible = word & 2
        isNamed = (word >>> 2) & NAMED
        isExtra = (word >>> 1) & EXTRA
        isMissing = (word >>> 4) & MISSING
        symbol = (word >>> 8) & 255
        padding = (lengths >>> 16) & 255
        size = lengths >>> 24
      } else {
        const heapFlags = u8[word + SUBTREE.flags]
        visible = heapFlags & 1
        isNamed = (heapFlags >>> 1) & NAMED
        isExtra = heapFlags & EXTRA
        isMissing = u8[word + SUBTREE.moreFlags] & MISSING
        symbol = u16[(word + SUBTREE.symbol) >> 1]
        padding = u32[(word + SUBTREE.padding) >> 2]
        size = u32[(word + SUBTREE.size) >> 2]
        grandchildren = u32[(word + SUBTREE.childCount) >> 2]
      }
      // The first child's padding is its parent's, already counted.
      if (index !== 0) position += padding
      index += 1

      let fieldId = 0
      if (isExtra === 0) {
        if (production !== 0) {
          const alias = aliases[production * maxAlias + slot]
          if (alias !== 0) {
            symbol = alias
            visible = 1
            isNamed = named[alias]
          }
        }
        fieldId = fields[production * fieldWidth + slot]
        if (fieldId === 0) fieldId = inheritedField
        slot += 1
      }

      let self = owner
      if (visible !== 0) {
        if (count === capacity) {
          arrays.grow()
          ;({ kind, start, end, field, flags, skip, parent } = arrays)
          capacity = kind.length
        }
        const publicId = publicKind[symbol]
        const bits = isNamed | isMissing | isExtra | (publicId === ERROR_KIND ? ERROR : 0)
        kind[count] = publicId
        start[count] = position >>> 1
        end[count] = (position + size) >>> 1
        field[count] = fieldId
        flags[count] = bits
        parent[count] = owner
        flagged |= bits
        if (level === deepest) deepest = level + 1
        self = count
        count += 1
      } else if (isMissing !== 0 && hiddenErrorAt < 0) {
        hiddenErrorAt = position >>> 1
      }

      if (grandchildren === 0) {
        position += size
        if (self !== owner) skip[self] = count
        continue
      }
      if (top > frameLimit) {
        stack = frames.grow()
        frameLimit = stack.length - FRAME
      }
      stack[top] = children
      stack[top + 1] = childCount
      stack[top + 2] = index
      stack[top + 3] = slot
      stack[top + 4] = position + size
      stack[top + 5] = inheritedField
      stack[top + 6] = owner
      stack[top + 7] = production
      top += FRAME
      if (self !== owner) level += 1
      // A visible node hands no field down; a hidden one hands on the field it stands under.
      inheritedField = visible === 0 ? fieldId : 0
      children = word - 8 * grandchildren
      childCount = grandchildren
      index = 0
      slot = 0
      production = u16[(word + SUBTREE.production) >> 1]
      owner = self
    }
    skip[0] = count
    const hasError = u32[(root + SUBTREE.errorCost) >> 2] > 0
    const visiblyRepaired = (flagged & (MISSING | ERROR)) !== 0
    return {
      count,
      depth: deepest,
      hasError: hasError || visiblyRepaired,
      hiddenErrorAt: visiblyRepaired ? -1 : hiddenErrorAt,
    }
  }
}

/** Words a suspended frame takes. */
const FRAME = 8

/** The reader's own stack, kept between parses. */
class Frames {
  words: Int32Array = new Int32Array(FRAME * 256)

  grow(): Int32Array {
    const larger = new Int32Array(this.words.length * 2)
    larger.set(this.words)
    this.words = larger
    return larger
  }
}
