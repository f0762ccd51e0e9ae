/** The flat syntax tree every later layer reads: one pre-order array per property, no objects per node. */

/** Flag bits of {@link Tree.flags}. */
export const NAMED = 1
export const MISSING = 2
export const EXTRA = 4
export const ERROR = 8

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
  /** The greatest nesting depth of visible and hidden nodes. */
  readonly depth: number
  /** True when tree-sitter had to repair: some node is ERROR or MISSING. */
  readonly hasError: boolean
}
