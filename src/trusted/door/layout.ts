/**
 * What the door reads of CPython's objects where they lie in a guest's memory. Whoever holds that memory can forge them: what is
 * read here decides only how fast a message crosses, and every length is checked by the view it goes through.
 */

/** Parts of a payload, and of a tuple in it, that are looked at before marshal is tried. */
const MOST_PARTS = 16
/** Layout of objects, in words: the type, the size of what has one, the items of a tuple. In bytes: where those of bytes begin. */
export const TYPE = 1
/** The word with an object's size, of what has one. */
export const SIZE = 2
const ITEMS = 4
/** Bytes from the beginning of a bytes object to its first byte. */
export const CONTENTS = 16
/** The bytes of a message that is one reference to an object of the sender's and nothing else: `(`, 3, `S`, `i` n, `i` c. */
const REFERENCE = { tuple: 0x28, count: 3, mark: 0x53, int: 0x69, size: 16 }

/** Whether a payload, and each tuple in it, holds plain data and containers only: otherwise marshal would only fail. */
export function isPlain(
  words: Int32Array,
  payload: number,
  tuple: number,
  plain: ReadonlySet<number>,
): boolean {
  if (words[(payload >>> 2) + TYPE] !== tuple) return false
  const count = Math.min(words[(payload >>> 2) + SIZE]!, MOST_PARTS)
  for (let i = 0; i < count; i++) {
    const part = words[(payload >>> 2) + ITEMS + i]!
    const type = words[(part >>> 2) + TYPE]!
    if (!plain.has(type)) return false
    if (type !== tuple) continue
    const inner = Math.min(words[(part >>> 2) + SIZE]!, MOST_PARTS)
    for (let k = 0; k < inner; k++) {
      const item = words[(part >>> 2) + ITEMS + k]!
      if (!plain.has(words[(item >>> 2) + TYPE]!)) return false
    }
  }
  return true
}

/** The two numbers of a bytes object that holds one reference and nothing else; undefined for any other. */
export function loneReference(
  words: Int32Array,
  bytes: Uint8Array,
  object: number,
): readonly [number: number, kind: number] | undefined {
  const at = (object >>> 0) + CONTENTS
  if (
    words[(object >>> 2) + SIZE] !== REFERENCE.size ||
    bytes[at] !== REFERENCE.tuple ||
    bytes[at + 1] !== REFERENCE.count ||
    bytes[at + 5] !== REFERENCE.mark ||
    bytes[at + 6] !== REFERENCE.int ||
    bytes[at + 11] !== REFERENCE.int
  )
    return undefined
  const number = (from: number): number =>
    bytes[from]! | (bytes[from + 1]! << 8) | (bytes[from + 2]! << 16) | (bytes[from + 3]! << 24)
  return [number(at + 7), number(at + 12)]
}
