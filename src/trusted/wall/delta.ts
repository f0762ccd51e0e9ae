/**
 * A guest's memory as its difference from the image: those 4 KiB pages that are not the image's (beyond it: not zero); and
 * where its clock and its seeded randomness stood, which a guest that goes on must not see begin anew.
 *
 * Layout, little-endian: `PRD3`, the image's SHA-256, the memory's size in wasm pages (u32), the microseconds of the steady
 * clock (f64), four words of the seeded source (i32 each), then for each page its number (u32, ascending) and its 4,096
 * bytes, XORed with the image's: most of them are zero then, and whoever stores a delta can make it twenty times smaller.
 * The whole is checked before any of it is used.
 */
import { fillFrom, imageBytes, ZEROS, type GuestImage } from './image-facts.js'
import { same } from './same.js'

/** The bytes are no delta of this image. */
export class DeltaError extends Error {
  override readonly name = 'DeltaError'
}

/** What a guest's memory does not hold of it. */
export interface Moment {
  /** Microseconds of its steady clock. */
  readonly elapsed: number
  /** Four words of its seeded randomness. */
  readonly random: readonly number[]
}

const MAGIC = 0x33445250
const AT = { hash: 4, size: 36, elapsed: 40, random: 48 }
const HEADER = 64
const PAGE = 4096
const ENTRY = 4 + PAGE
const WASM_PAGE = 65_536

function imageHash(image: GuestImage): Uint8Array {
  return Uint8Array.from(image.facts.sha256.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** `used` is how far the heap goes: what lies beyond it and is zero is not part of what is captured. */
export function captureDelta(
  image: GuestImage,
  memory: ArrayBufferLike,
  used: number,
  { elapsed, random }: Moment,
): Uint8Array {
  const now = new Uint8Array(memory)
  const then = imageBytes(image)
  const changed: number[] = []
  // Most of the memory is never written to: it is compared by larger pieces first.
  for (let start = 0; start < now.length; start += WASM_PAGE) {
    const end = start + WASM_PAGE
    if (isSame(now.subarray(start, end), then.subarray(start, end))) continue
    for (let page = start; page < end; page += PAGE) {
      const next = page + PAGE
      if (!isSame(now.subarray(page, next), then.subarray(page, next))) changed.push(page / PAGE)
    }
  }
  const delta = new Uint8Array(HEADER + changed.length * ENTRY)
  const view = new DataView(delta.buffer)
  view.setUint32(0, MAGIC, true)
  delta.set(imageHash(image), AT.hash)
  const end = Math.max(used, image.facts.size, ((changed.at(-1) ?? -1) + 1) * PAGE)
  view.setUint32(AT.size, Math.min(Math.ceil(end / WASM_PAGE), now.length / WASM_PAGE), true)
  view.setFloat64(AT.elapsed, elapsed, true)
  random.forEach((word, i) => view.setInt32(AT.random + 4 * i, word, true))
  changed.forEach((page, i) => {
    view.setUint32(HEADER + i * ENTRY, page, true)
    const bytes = differing(image, page, now.subarray(page * PAGE, (page + 1) * PAGE))
    delta.set(bytes, HEADER + i * ENTRY + 4)
  })
  return delta
}

/** A page where bytes of the image stand for bytes of the memory, and the other way round: both are one XOR. */
const own = new Uint32Array(PAGE / 4)
const other = new Uint32Array(PAGE / 4)
const ownBytes = new Uint8Array(own.buffer)
const otherBytes = new Uint8Array(other.buffer)

/** `bytes` XOR the image's page; to be copied before the next is asked for. */
function differing(image: GuestImage, page: number, bytes: Uint8Array): Uint8Array {
  const start = page * PAGE
  const length = Math.max(0, Math.min(PAGE, image.facts.size - start))
  fillFrom(image, otherBytes.subarray(0, length), start)
  otherBytes.fill(0, length)
  ownBytes.set(bytes)
  for (let i = 0; i < own.length; i++) own[i]! ^= other[i]!
  return ownBytes
}

/** Whether a stretch of memory is what the image has of it, and zeros beyond the image's end. */
function isSame(now: Uint8Array, then: Uint8Array): boolean {
  return (
    same(now.subarray(0, then.length), then) &&
    same(now.subarray(then.length), ZEROS.subarray(then.length, now.length))
  )
}

/** Bytes of memory that `delta` needs, and its moment. @throws DeltaError unless it is well-formed and of this image. */
export function checkDelta(image: GuestImage, delta: Uint8Array): Moment & { size: number } {
  const view = new DataView(delta.buffer, delta.byteOffset, delta.length)
  if (
    delta.length < HEADER ||
    view.getUint32(0, true) !== MAGIC ||
    (delta.length - HEADER) % ENTRY !== 0
  ) {
    throw new DeltaError('not a delta of guest memory')
  }
  if (!imageHash(image).every((byte, i) => byte === delta[AT.hash + i]))
    throw new DeltaError('a delta of another image')
  const size = view.getUint32(AT.size, true) * WASM_PAGE
  const elapsed = view.getFloat64(AT.elapsed, true)
  if (!(elapsed >= 0 && elapsed < Infinity)) throw new DeltaError('a clock that stands nowhere')
  let last = -1
  for (let at = HEADER; at < delta.length; at += ENTRY) {
    const page = view.getUint32(at, true)
    if (page <= last || (page + 1) * PAGE > size)
      throw new DeltaError('pages out of order or of bounds')
    last = page
  }
  const random = [0, 4, 8, 12].map((i) => view.getInt32(AT.random + i, true))
  return { size, elapsed, random }
}

/** Writes the pages of a checked delta over a memory that is the image's. */
export function applyDelta(image: GuestImage, delta: Uint8Array, memory: Uint8Array): void {
  const view = new DataView(delta.buffer, delta.byteOffset, delta.length)
  for (let at = HEADER; at < delta.length; at += ENTRY) {
    const page = view.getUint32(at, true)
    memory.set(differing(image, page, delta.subarray(at + 4, at + ENTRY)), page * PAGE)
  }
}

/** A memory and its guest's files as one: this, the length of the files (u32), the files, the delta. */
const FILES_MAGIC = 0x31465250
const FILES_HEADER = 8

/** The delta, with the files where there are any. */
export function withFiles(delta: Uint8Array, files: Uint8Array | undefined): Uint8Array {
  if (files === undefined) return delta
  const both = new Uint8Array(FILES_HEADER + files.length + delta.length)
  const view = new DataView(both.buffer)
  view.setUint32(0, FILES_MAGIC, true)
  view.setUint32(4, files.length, true)
  both.set(files, FILES_HEADER)
  both.set(delta, FILES_HEADER + files.length)
  return both
}

/** What {@link withFiles} put together. @throws DeltaError for a length that is not borne out */
export function parted(captured: Uint8Array): [delta: Uint8Array, files: Uint8Array | undefined] {
  const view = new DataView(captured.buffer, captured.byteOffset, captured.length)
  if (captured.length < FILES_HEADER || view.getUint32(0, true) !== FILES_MAGIC)
    return [captured, undefined]
  const end = FILES_HEADER + view.getUint32(4, true)
  if (end > captured.length) throw new DeltaError('files that are cut off')
  return [captured.subarray(end), captured.subarray(FILES_HEADER, end)]
}
