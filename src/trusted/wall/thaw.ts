/**
 * Makes the classes that the image froze ones that can be changed, in a guest that is to be full Python: a flag of each type
 * object, at the addresses that the image keeps as a list. They are on 1,300 pages, which a captured memory need not hold: it
 * is captured with its classes frozen.
 */
import { fillFrom, type GuestImage } from './image-facts.js'

/** `Py_TPFLAGS_IMMUTABLETYPE`, and where a type object keeps its flags in this build. */
export const IMMUTABLE_TYPE = 1 << 8
/** Bytes from the beginning of a type object to its flags. */
export const TYPE_FLAGS_OFFSET = 84

/** Turns the flag over wherever the image has it: off, or on again. */
export function turnFrozen(image: GuestImage, memory: ArrayBuffer): void {
  const { list, count } = image.facts.frozen
  const types = new Uint32Array(count)
  fillFrom(image, new Uint8Array(types.buffer), list)
  const words = new Uint32Array(memory)
  for (const type of types) words[(type + TYPE_FLAGS_OFFSET) >>> 2]! ^= IMMUTABLE_TYPE
}
