/**
 * The bytes that are being written, and in them what is no container: numbers, texts and bytes, each as `marshal` writes it.
 */
import { Code, type WireError } from './wire.js'

const toUtf8 = new TextEncoder()
/** Shorter texts are written unit by unit as long as they are ASCII. */
const SHORT = 48
/** Room at first, and behind what is made room for; and the most that is kept of a {@link Room}. */
const [SLACK, MOST_ROOM] = [256, 1 << 22]

const isWellFormed = (text: string): boolean =>
  (text as string & { isWellFormed(): boolean }).isWellFormed()

/** A value that cannot be written: where it is, from within outwards, and why. */
export class Refusal extends Error {
  readonly steps: string[] = []
  constructor(
    readonly why: string,
    readonly limit?: WireError['limit'],
  ) {
    super(why)
  }
}

/** Memory that is written into again and again: what was written holds until it is written into next. */
export class Room {
  #bytes = new Uint8Array(SLACK)

  /** Nobody else has it meanwhile: a getter of the host's may have something else written. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes
    this.#bytes = new Uint8Array(SLACK)
    return bytes
  }

  giveBack(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length <= MOST_ROOM) this.#bytes = bytes
  }
}

/** Bytes that grow as they are written. What would make them more than `most` throws {@link Refusal}. */
export class ScalarWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #view: DataView
  #at = 0
  readonly #most: number

  /** @param most bytes that may be written */
  constructor(most: number, bytes: Uint8Array<ArrayBuffer> = new Uint8Array(SLACK)) {
    this.#most = most
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }

  /** All of the memory that it is written in. */
  get memory(): Uint8Array<ArrayBuffer> {
    return this.#bytes
  }

  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#at)
  }

  /** How many bytes are written. */
  get size(): number {
    return this.#at
  }

  /** Makes room for `size` bytes and returns where they begin. */
  #reserve(size: number): number {
    const at = this.#at
    const end = at + size
    if (end > this.#most) throw new Refusal(`is larger than ${this.#most} bytes`, 'bytes')
    if (end > this.#bytes.length) {
      // After a large piece comes its end: it does not take as much again.
      const bytes = new Uint8Array(Math.max(end + SLACK, this.#bytes.length * 2))
      bytes.set(this.#bytes.subarray(0, at))
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer)
    }
    this.#at = end
    return at
  }

  code(code: number): void {
    const at = this.#reserve(1)
    this.#bytes[at] = code
  }

  head(code: number, count: number): void {
    const at = this.#reserve(5)
    this.#bytes[at] = code
    this.#view.setInt32(at + 1, count, true)
  }

  number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) this.head(Code.INT, value)
    else if (Number.isSafeInteger(value) && value !== 0) this.#long(value < 0, Math.abs(value))
    else this.float(value)
  }

  float(value: number): void {
    const at = this.#reserve(9)
    this.#bytes[at] = Code.FLOAT
    this.#view.setFloat64(at + 1, value, true)
  }

  /** A whole number beyond 32 bits that a float holds exactly. */
  #long(isNegative: boolean, magnitude: number): void {
    const digits: number[] = []
    for (let rest = magnitude; rest > 0; rest = Math.floor(rest / 0x8000))
      digits.push(rest % 0x8000)
    this.#digits(isNegative, digits.length, (i) => digits[i]!)
  }

  bigint(value: bigint): void {
    if (value >= -0x80000000n && value < 0x80000000n) return this.head(Code.INT, Number(value))
    // Octal, five characters a digit of 15 bits: digit by digit of the bigint would take quadratic time.
    const octal = (value < 0n ? -value : value).toString(8)
    const count = Math.ceil(octal.length / 5)
    this.#digits(value < 0n, count, (i) => {
      const to = octal.length - 5 * i
      return Number.parseInt(octal.slice(Math.max(0, to - 5), to), 8)
    })
  }

  #digits(isNegative: boolean, count: number, digit: (i: number) => number): void {
    this.head(Code.LONG, isNegative ? -count : count)
    const at = this.#reserve(2 * count)
    for (let i = 0; i < count; i++) this.#view.setUint16(at + 2 * i, digit(i), true)
  }

  text(text: string): void {
    const length = text.length
    if (length < SHORT) {
      const at = this.#reserve(5 + length)
      const bytes = this.#bytes
      let i = 0
      for (; i < length; i++) {
        const unit = text.charCodeAt(i)
        if (unit > 0x7f) break
        bytes[at + 5 + i] = unit
      }
      if (i === length) {
        bytes[at] = Code.TEXT
        this.#view.setInt32(at + 1, length, true)
        return
      }
      this.#at = at
    }
    this.block(Code.TEXT, isWellFormed(text) ? toUtf8.encode(text) : withSurrogates(text))
  }

  block(code: number, block: Uint8Array): void {
    if (block.length > 0x7fffffff) throw new Refusal('is larger than 2147483647 bytes', 'bytes')
    this.head(code, block.length)
    const at = this.#reserve(block.length)
    this.#bytes.set(block, at)
  }

  /** Bytes that are wire bytes already. */
  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** Says in the head that was written at `at` how many items have followed. */
  count(at: number, count: number): void {
    this.#view.setInt32(at + 1, count, true)
  }
}

/** UTF-8 in which lone surrogates are written as the three bytes that Python's `surrogatepass` writes. */
function withSurrogates(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0)!
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63))
    else if (point < 0x10000)
      bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63))
    else
      bytes.push(
        0xf0 | (point >> 18),
        0x80 | ((point >> 12) & 63),
        0x80 | ((point >> 6) & 63),
        0x80 | (point & 63),
      )
  }
  return Uint8Array.from(bytes)
}
