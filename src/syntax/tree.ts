/** The flat syntax tree every later layer reads: one pre-order array per property, no objects per node. */

/** Flag bits of {@link Tree.flags}. */
export const NAMED = 1
/** A node that tree-sitter put in, to go on after a mistake: there is no text for it. */
export const MISSING = 2
/** A comment or a line continuation, which may stand anywhere. */
export const EXTRA = 4
/** A stretch of text that tree-sitter made nothing of. */
export const ERROR = 8

/** The kind id of an ERROR node, in every tree-sitter grammar. */
export const ERROR_KIND = 65535

/**
 * A parsed source as parallel arrays, indexed by node number in pre-order (node 0 is the root; a node's first child, if
 * any, is the next number). Holds every visible node, named and anonymous. The arrays belong to the parser and are
 * reused by its next parse: read what is needed before parsing again, never keep them.
 */
export interface Tree {
  /** The text that was parsed; node offsets index it directly (UTF-16 code units). */
  readonly text: string
  /** How many nodes there are; the arrays may be longer. */
  readonly count: number
  /** tree-sitter's public symbol id of each node's kind, as `kindId(name, named)` gives it; 65535 is ERROR. */
  readonly kind: Uint16Array
  readonly start: Uint32Array
  readonly end: Uint32Array
  /** Field id under which the node hangs from its parent (`fieldId(name)`), 0 when none. */
  readonly field: Uint8Array
  /** {@link NAMED} | {@link MISSING} | {@link EXTRA} | {@link ERROR}. */
  readonly flags: Uint8Array
  /** Number of the first node after this node's subtree: children of `i` are `j = i + 1; j < skip[i]; j = skip[j]`. */
  readonly skip: Uint32Array
  /** Parent's number, -1 for the root. */
  readonly parent: Int32Array
  /** The greatest nesting depth: edges from the root to the deepest visible node. */
  readonly depth: number
  /** True when tree-sitter had to repair the text anywhere, visibly (an ERROR or MISSING node) or not. */
  readonly hasError: boolean
  /** Offset of the first repair that left no visible node (a hidden token was assumed), -1 when there is none. */
  readonly hiddenErrorAt: number
  /** True when parsing was given up for its cost: the tree is then one ERROR node. */
  readonly tooCostly: boolean
}

/** The growing storage behind a {@link Tree}. One instance serves every parse of a parser, so that none allocates. */
export class NodeArrays {
  kind = new Uint16Array(INITIAL_CAPACITY)
  start = new Uint32Array(INITIAL_CAPACITY)
  end = new Uint32Array(INITIAL_CAPACITY)
  field = new Uint8Array(INITIAL_CAPACITY)
  flags = new Uint8Array(INITIAL_CAPACITY)
  skip = new Uint32Array(INITIAL_CAPACITY)
  parent = new Int32Array(INITIAL_CAPACITY)

  /** Doubles every array, keeping what they hold. */
  grow(): void {
    const capacity = this.kind.length * 2
    this.kind = copied(new Uint16Array(capacity), this.kind)
    this.start = copied(new Uint32Array(capacity), this.start)
    this.end = copied(new Uint32Array(capacity), this.end)
    this.field = copied(new Uint8Array(capacity), this.field)
    this.flags = copied(new Uint8Array(capacity), this.flags)
    this.skip = copied(new Uint32Array(capacity), this.skip)
    this.parent = copied(new Int32Array(capacity), this.parent)
  }
}

/** What reading a tree yields besides the filled {@link NodeArrays}; the fields mean what they mean in {@link Tree}. */
export interface Reading {
  readonly count: number
  readonly depth: number
  readonly hasError: boolean
  readonly hiddenErrorAt: number
}

/** 21 bytes a node: 86 KB at the start, enough for some 20 KB of source. */
const INITIAL_CAPACITY = 1 << 12

function copied<A extends { set(from: A): void }>(to: A, from: A): A {
  to.set(from)
  return to
}
