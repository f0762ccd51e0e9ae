/**
 * The one format of everything that crosses: a strict subset of version 2 of Python's `marshal`, as tables.
 *
 * A guest reads it with its own C reader, and that reader trusts its bytes. So no bytes go from one memory to another before
 * {@link validate} (validate.ts) has passed them: it accepts the codes below, lengths that the bytes bear out, keys that can be
 * hashed, and nothing that refers back to what was read before. What passes is one constructor call for each code: no code
 * object, no shared or unfinished object, no cycle, no class.
 *
 * What is not plain data crosses as a *reference*: a tuple that begins with the class StopIteration, which plain data never
 * holds, and goes on with a fixed number of scalars (`Decimal` and its digits; the number of an object). Which references a
 * place takes is a table of {@link WireLimits}; no others pass there.
 */

const code = (character: string): number => character.charCodeAt(0)

/** The first byte of every value: `marshal`'s own type codes. Lengths and counts after them are 32 bits, little-endian. */
export const Code = {
  NONE: code('N'),
  TRUE: code('T'),
  FALSE: code('F'),
  ELLIPSIS: code('.'),
  /** The class StopIteration: the first item of a reference, and nowhere else. */
  REFERENCE: code('S'),
  /** 32 bits, signed. */
  INT: code('i'),
  /** A count of digits, negative for a negative number, then as many digits of 15 bits, least first, in two bytes each. */
  LONG: code('l'),
  /** Eight bytes of IEEE 754. */
  FLOAT: code('g'),
  /** Two of them. */
  COMPLEX: code('y'),
  BYTES: code('s'),
  /** UTF-8, in which lone surrogates stand as three bytes each. */
  TEXT: code('u'),
  TUPLE: code('('),
  LIST: code('['),
  SET: code('<'),
  FROZENSET: code('>'),
  /** Keys and values in turn, without a count, up to {@link Code.END}. */
  DICT: code('{'),
  /** The end of a dict. */
  END: code('0'),
} as const

/** What one place accepts, and how much of it. */
export interface WireLimits {
  /** Most bytes of one message. */
  readonly bytes: number
  /** Most values in a message: scalars, containers, keys, references. */
  readonly nodes: number
  /** Most containers inside one another; at most {@link MOST_DEPTH}. */
  readonly depth: number
  /** The references accepted, each as the codes of what follows StopIteration: `ii` is `(StopIteration, int, int)`. */
  readonly references: readonly string[]
}

/** As deep as CPython's own writer goes (its reader goes one deeper); then each raises. */
export const MOST_DEPTH = 1_499

/** Nothing but plain data, as much as a host has room for. */
export const PLAIN: WireLimits = {
  bytes: 2 ** 30,
  nodes: 10_000_000,
  depth: MOST_DEPTH,
  references: [],
}

/** Codes that may stand in a reference. */
export const REFERENCE_CODES = 'iuTF'
/** The most that stand behind StopIteration in any. */
export const MOST_REFERENCE_FIELDS = 4

/**
 * Bytes are not what a writer of this format makes, or a value cannot be written; for a value, the message begins with the path
 * to what cannot, as in `value.rows[3]`. `limit` is there when all that is wrong is the size.
 */
export class WireError extends Error {
  override readonly name = 'WireError'

  constructor(
    message: string,
    readonly limit?: 'bytes' | 'nodes' | 'depth',
  ) {
    super(message)
  }
}
