/**
 * Makes the classes that the image froze ones that can be changed, in a guest that is to be full Python: a flag of each type
 * object, at the addresses that the image keeps as a list. Nothing of the guest's has run by then.
 */
import type { ImageFacts } from './image-facts.js'

/** `Py_TPFLAGS_IMMUTABLETYPE`, and where a type object keeps its flags in this build. */
export const IMMUTABLE_TYPE = 1 << 8
export const TYPE_FLAGS_OFFSET = 84

/** Clears the flag wherever the image set it. `memory` is as the image says. */
export function thaw({ frozen }: ImageFacts, memory: ArrayBuffer): void {
  const words = new Uint32Array(memory)
  for (let i = 0; i < frozen.count; i++) {
    const type = words[(frozen.list >>> 2) + i]!
    words[(type + TYPE_FLAGS_OFFSET) >>> 2]! &= ~IMMUTABLE_TYPE
  }
}
