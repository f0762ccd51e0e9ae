/** The bytes of the codec's format, written one value at a time into a buffer that grows by doubling, up to its limit. */

/** What follows: the first byte of every value. The same numbers as in guest/codec.py. */
export const Tag = {
  NONE: 0,
  FALSE: 1,
  TRUE: 2,
  INT32: 3,
  FLOAT: 4,
  BIGINT: 5,
  UTF8: 6,
  UTF16: 7,
  BYTES: 8,
  LIST: 9,
  TUPLE: 10,
  SET: 11,
  FROZENSET: 12,
  DICT: 13,
  PY_VALUE: 14,
  FLOATS: 15,
  INTS: 16,
} as const

/** A value cannot cross, or bytes are not what an encoder makes. The message holds the path, as in `value.rows[3]`. */
export class CodecError extends Error {
  override readonly name = 'CodecError'
}

const toUtf8 = new TextEncoder()
const isWellFormed = (text: string): boolean =>
  (text as string & { isWellFormed(): boolean }).isWellFormed()

export class Writer {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  #length = 0
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  /** Makes room for `size` bytes and returns where they begin. */
  #reserve(size: number): number {
    const at = this.#length
    this.#length += size
    if (this.#length > this.#most)
      throw new CodecError(`the value is larger than ${this.#most} bytes`)
    if (this.#length > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2))
      bytes.set(this.#bytes)
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer)
    }
    return at
  }

  tag(tag: number): void {
    const at = this.#reserve(1)
    this.#bytes[at] = tag
  }

  count(tag: number, count: number): void {
    const at = this.#reserve(5)
    this.#bytes[at] = tag
    this.#view.setUint32(at + 1, count, true)
  }

  int32(value: number): void {
    const at = this.#reserve(5)
    this.#bytes[at] = Tag.INT32
    this.#view.setInt32(at + 1, value, true)
  }

  float(value: number): void {
    const at = this.#reserve(9)
    this.#bytes[at] = Tag.FLOAT
    this.#view.setFloat64(at + 1, value, true)
  }

  block(tag: number, bytes: Uint8Array, count = bytes.length): void {
    this.count(tag, count)
    const at = this.#reserve(bytes.length)
    this.#bytes.set(bytes, at)
  }

  floats(values: readonly number[]): void {
    const floats = Float64Array.from(values)
    this.block(Tag.FLOATS, new Uint8Array(floats.buffer), floats.length)
  }

  ints(values: readonly number[]): void {
    const ints = Int32Array.from(values)
    this.block(Tag.INTS, new Uint8Array(ints.buffer), ints.length)
  }

  text(text: string): void {
    if (isWellFormed(text)) {
      this.block(Tag.UTF8, toUtf8.encode(text))
      return
    }
    const units = new Uint8Array(2 * text.length)
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      units[2 * i] = unit & 255
      units[2 * i + 1] = unit >> 8
    }
    this.block(Tag.UTF16, units)
  }

  bigint(value: bigint): void {
    const magnitude = value < 0n ? ~value : value
    const hex = magnitude.toString(16)
    const size = Math.floor(hex.length / 2) + 1
    const bytes = new Uint8Array(size)
    const padded = hex.padStart(2 * size, '0')
    const flip = value < 0n ? 255 : 0
    for (let i = 0; i < size; i++)
      bytes[size - 1 - i] = Number.parseInt(padded.slice(2 * i, 2 * i + 2), 16) ^ flip
    this.block(Tag.BIGINT, bytes)
  }

  get result(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }
}
