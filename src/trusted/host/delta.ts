/**
 * A guest's memory as its difference from the image: those 4 KiB pages that are not the image's (beyond it: not zero).
 *
 * Layout, little-endian: `PRD1`, the image's SHA-256, the memory's size in wasm pages (u32), then for each page its number
 * (u32, ascending) and its 4,096 bytes. The whole is checked before any of it is used.
 */
import type { GuestImage } from './image-facts.js'

/** The bytes are no delta of this image, or the memory they describe is larger than the guest may have. */
export class DeltaError extends Error {
  override readonly name = 'DeltaError'
}

const MAGIC = 0x31445250
const HEADER = 4 + 32 + 4
const PAGE = 4096
const ENTRY = 4 + PAGE
const WASM_PAGE = 65_536

function imageHash(image: GuestImage): Uint8Array {
  return Uint8Array.from(image.facts.sha256.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

export function captureDelta(image: GuestImage, memory: ArrayBufferLike): Uint8Array {
  const now = new Int32Array(memory)
  const { memory: bytesThen } = image
  const then = new Int32Array(bytesThen.buffer, bytesThen.byteOffset, bytesThen.length / 4)
  const words = PAGE / 4
  const changed: number[] = []
  for (let start = 0; start < now.length; start += words) {
    const end = start + words
    let at = start
    if (end <= then.length) while (at < end && now[at] === then[at]) at++
    else while (at < end && now[at] === (at < then.length ? then[at] : 0)) at++
    if (at < end) changed.push(start / words)
  }
  const delta = new Uint8Array(HEADER + changed.length * ENTRY)
  const view = new DataView(delta.buffer)
  view.setUint32(0, MAGIC, true)
  delta.set(imageHash(image), 4)
  view.setUint32(36, memory.byteLength / WASM_PAGE, true)
  const bytes = new Uint8Array(memory)
  changed.forEach((page, i) => {
    view.setUint32(HEADER + i * ENTRY, page, true)
    delta.set(bytes.subarray(page * PAGE, (page + 1) * PAGE), HEADER + i * ENTRY + 4)
  })
  return delta
}

/** Bytes of memory that `delta` needs. @throws DeltaError unless it is well-formed, of this image, and within `most` bytes. */
export function checkDelta(image: GuestImage, delta: Uint8Array, most: number): number {
  const view = new DataView(delta.buffer, delta.byteOffset, delta.length)
  if (delta.length < HEADER || view.getUint32(0, true) !== MAGIC || (delta.length - HEADER) % ENTRY !== 0) {
    throw new DeltaError('not a delta of guest memory')
  }
  if (!imageHash(image).every((byte, i) => byte === delta[4 + i])) throw new DeltaError('a delta of another image')
  const size = view.getUint32(36, true) * WASM_PAGE
  if (size > most) throw new DeltaError(`a delta of ${size} bytes of memory, of ${most} allowed`)
  let last = -1
  for (let at = HEADER; at < delta.length; at += ENTRY) {
    const page = view.getUint32(at, true)
    if (page <= last || (page + 1) * PAGE > size) throw new DeltaError('pages out of order or of bounds')
    last = page
  }
  return size
}

/** Writes the pages of a checked delta over a memory that is the image's. */
export function applyDelta(delta: Uint8Array, memory: Uint8Array): void {
  const view = new DataView(delta.buffer, delta.byteOffset, delta.length)
  for (let at = HEADER; at < delta.length; at += ENTRY) {
    memory.set(delta.subarray(at + 4, at + ENTRY), view.getUint32(at, true) * PAGE)
  }
}
