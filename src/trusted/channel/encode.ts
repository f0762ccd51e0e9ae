/**
 * Writes JavaScript values as wire bytes, byte for byte as `marshal.dumps(x, 2)` would (but for the order within a set).
 *
 * None, booleans, numbers, bigints, strings, Uint8Arrays, arrays, Sets, Maps, plain objects and {@link Tuple}s are written here;
 * every other object is asked of `outward`, which tells the fields of a reference, or another value to be written instead, or
 * throws a {@link WireError} that says why not. Getters of the host's may run; what they change is not written twice.
 */
import { Code, PLAIN, WireError, type WireLimits } from './wire.js'

/** What stands behind StopIteration in a reference. */
export type Field = number | string | boolean

/** A tuple; arrays are lists. */
export class Tuple {
  constructor(readonly items: readonly unknown[]) {}
}

/** What {@link Outward} answers: a reference's fields, numbers that are floats even where they are whole, or another value. */
export type Instead =
  | { readonly fields: readonly Field[] }
  | { readonly floats: Float64Array | Float32Array }
  | { readonly value: unknown }
export type Outward = (value: unknown, isKey: boolean) => Instead
/** What is written in place of an object that is known, as `outward` writes it; undefined for all others. */
export type Known = (value: object) => object | undefined

const toUtf8 = new TextEncoder()
/** Shorter texts are written unit by unit as long as they are ASCII. */
const SHORT = 48
/** Levels that an error's path names; what nests deeper has been told by then. */
const MOST_PATH = 40
const NAME = /^[A-Za-z_]\w*$/

const isWellFormed = (text: string): boolean =>
  (text as string & { isWellFormed(): boolean }).isWellFormed()

/** A value that cannot be written: where it is, from within outwards, and why. */
class Refusal extends Error {
  readonly steps: string[] = []
  constructor(
    readonly why: string,
    readonly limit?: WireError['limit'],
  ) {
    super(why)
  }
}

/**
 * The bytes of `value`, as many as `limits` allow.
 * @throws WireError with the path to what cannot be written, which begins with `value`; and whatever a getter throws.
 */
export function encode(
  value: unknown,
  limits: WireLimits,
  outward: Outward,
  known?: Known,
): Uint8Array<ArrayBuffer> {
  const writer = new Writer(limits, outward, known)
  try {
    writer.write(value)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const path = error.steps.reverse().slice(0, MOST_PATH).join('')
    throw new WireError(
      error.limit === 'bytes' || error.limit === 'nodes'
        ? `the value ${error.why}`
        : `value${path}: ${error.why}`,
      error.limit,
    )
  }
  return writer.written
}

/** The bytes of a dict, with one more field whose value is written already. */
export function withField(dict: Uint8Array, name: string, value: Uint8Array): Uint8Array {
  const key = encode(name, PLAIN, never)
  const joined = new Uint8Array(dict.length + key.length + value.length)
  joined.set(dict.subarray(0, -1))
  joined.set(key, dict.length - 1)
  joined.set(value, dict.length - 1 + key.length)
  joined[joined.length - 1] = Code.END
  return joined
}

/** For what holds plain values alone. */
export const never: Outward = (value) => {
  throw new WireError(`a ${typeof value} is no plain value`)
}

/** A step of a path: `.name`, `["a name"]`, `[3]`. */
function stepTo(key: unknown): string {
  if (typeof key !== 'string') return `[${String(key)}]`
  return NAME.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

/** A value that was written before, by the same limits: its bytes stand for it. */
export class Encoded {
  constructor(readonly bytes: Uint8Array) {}
}

/** Room at first, and behind what is made room for. */
const SLACK = 256

class Writer {
  #bytes = new Uint8Array(SLACK)
  #view = new DataView(this.#bytes.buffer)
  #at = 0
  #nodes: number
  /** The containers being written, outermost first. */
  readonly #open: unknown[] = []
  readonly #limits: WireLimits
  readonly #outward: Outward
  readonly #known: Known | undefined

  constructor(limits: WireLimits, outward: Outward, known: Known | undefined) {
    this.#limits = limits
    this.#outward = outward
    this.#known = known
    this.#nodes = limits.nodes
  }

  get written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#at)
  }

  write(value: unknown, isKey = false): void {
    if (--this.#nodes < 0) throw this.#tooMany()
    switch (typeof value) {
      case 'number':
        return this.#number(value)
      case 'string':
        return this.#text(value)
      case 'boolean':
        return this.#code(value ? Code.TRUE : Code.FALSE)
      case 'undefined':
        return this.#code(Code.NONE)
      case 'bigint':
        return this.#bigint(value)
      case 'object':
        return value === null ? this.#code(Code.NONE) : this.#object(value, isKey)
      default:
        return this.#other(value, isKey)
    }
  }

  /** Makes room for `size` bytes and returns where they begin. */
  #reserve(size: number): number {
    const at = this.#at
    const end = at + size
    if (end > this.#limits.bytes)
      throw new Refusal(`is larger than ${this.#limits.bytes} bytes`, 'bytes')
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

  #code(code: number): void {
    const at = this.#reserve(1)
    this.#bytes[at] = code
  }

  #head(code: number, count: number): void {
    const at = this.#reserve(5)
    this.#bytes[at] = code
    this.#view.setInt32(at + 1, count, true)
  }

  #number(value: number): void {
    if ((value | 0) === value && !Object.is(value, -0)) this.#head(Code.INT, value)
    else if (Number.isSafeInteger(value) && value !== 0) this.#long(value < 0, Math.abs(value))
    else this.#float(value)
  }

  #float(value: number): void {
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

  #bigint(value: bigint): void {
    if (value >= -0x80000000n && value < 0x80000000n) return this.#head(Code.INT, Number(value))
    // Octal, five characters a digit of 15 bits: digit by digit of the bigint would take quadratic time.
    const octal = (value < 0n ? -value : value).toString(8)
    const count = Math.ceil(octal.length / 5)
    this.#digits(value < 0n, count, (i) => {
      const to = octal.length - 5 * i
      return Number.parseInt(octal.slice(Math.max(0, to - 5), to), 8)
    })
  }

  #digits(isNegative: boolean, count: number, digit: (i: number) => number): void {
    this.#head(Code.LONG, isNegative ? -count : count)
    const at = this.#reserve(2 * count)
    for (let i = 0; i < count; i++) this.#view.setUint16(at + 2 * i, digit(i), true)
  }

  #text(text: string): void {
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
    this.#block(Code.TEXT, isWellFormed(text) ? toUtf8.encode(text) : withSurrogates(text))
  }

  #block(code: number, block: Uint8Array): void {
    if (block.length > 0x7fffffff) throw new Refusal('is larger than 2147483647 bytes', 'bytes')
    this.#head(code, block.length)
    const at = this.#reserve(block.length)
    this.#bytes.set(block, at)
  }

  #object(value: object, isKey: boolean): void {
    const known = this.#known?.(value)
    if (known !== undefined) return this.#other(known, isKey)
    if (value instanceof Uint8Array) return this.#block(Code.BYTES, value)
    if (value instanceof Encoded) {
      const at = this.#reserve(value.bytes.length)
      return this.#bytes.set(value.bytes, at)
    }
    if (Array.isArray(value))
      return this.#items(value, isKey ? Code.TUPLE : Code.LIST, value, isKey)
    if (value instanceof Tuple) return this.#items(value, Code.TUPLE, value.items, isKey)
    if (value instanceof Set) return this.#set(value, isKey)
    if (isKey) return this.#other(value, isKey)
    if (value instanceof Map) return this.#dict(value, value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
      return this.#other(value, isKey)
    this.#dict(value, Object.keys(value), value as Readonly<Record<string, unknown>>)
  }

  #other(value: unknown, isKey: boolean): void {
    let instead: Instead
    try {
      instead = this.#outward(value, isKey)
    } catch (error) {
      throw error instanceof WireError ? new Refusal(error.message) : error
    }
    if ('value' in instead) {
      this.#nodes++
      return this.write(instead.value, isKey)
    }
    if ('floats' in instead) return this.#floats(instead.floats)
    this.#head(Code.TUPLE, instead.fields.length + 1)
    this.#code(Code.REFERENCE)
    for (const field of instead.fields) this.write(field)
  }

  #floats(floats: Float64Array | Float32Array): void {
    if (floats.length > this.#nodes) throw this.#tooMany()
    this.#nodes -= floats.length
    this.#head(Code.LIST, floats.length)
    for (const value of floats) this.#float(value)
  }

  /** As many items as are counted now: a getter among them may change the list. */
  #items(container: unknown, code: number, items: readonly unknown[], isKey: boolean): void {
    const count = items.length
    if (count >>> 0 !== count || count > this.#nodes) throw this.#tooMany()
    this.#enter(container)
    this.#head(code, count)
    for (let i = 0; i < count; i++) {
      try {
        this.write(items[i], isKey)
      } catch (error) {
        throw stepped(error, i)
      }
    }
    this.#open.pop()
  }

  #set(items: ReadonlySet<unknown>, isKey: boolean): void {
    this.#enter(items)
    const at = this.#at
    this.#head(isKey ? Code.FROZENSET : Code.SET, 0)
    let count = 0
    for (const item of items) {
      try {
        this.write(item, true)
      } catch (error) {
        throw stepped(error, count)
      }
      count++
    }
    this.#view.setInt32(at + 1, count, true)
    this.#open.pop()
  }

  /** The entries of a Map; or, for an object, its names with what `values` has under them. */
  #dict(
    container: unknown,
    entries: Iterable<unknown>,
    values?: Readonly<Record<string, unknown>>,
  ): void {
    this.#enter(container)
    this.#code(Code.DICT)
    for (const entry of entries) {
      const key = values ? entry : (entry as readonly unknown[])[0]
      try {
        this.write(key, true)
        this.write(values ? values[entry as string] : (entry as readonly unknown[])[1])
      } catch (error) {
        throw stepped(error, key)
      }
    }
    this.#code(Code.END)
    this.#open.pop()
  }

  #enter(container: unknown): void {
    const open = this.#open
    if (open.includes(container)) throw new Refusal('the value contains itself')
    if (open.length >= this.#limits.depth)
      throw new Refusal(`nested deeper than ${this.#limits.depth}`, 'depth')
    open.push(container)
  }

  #tooMany(): Refusal {
    return new Refusal(`has more than ${this.#limits.nodes} parts`, 'nodes')
  }
}

function stepped(error: unknown, key: unknown): unknown {
  if (error instanceof Refusal) error.steps.push(stepTo(key))
  return error
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
