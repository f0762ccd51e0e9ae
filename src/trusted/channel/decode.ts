/**
 * Reads wire bytes as JavaScript values, after {@link validate} has passed them. Without recursion, whatever the depth; what is made is
 * plain data, without a prototype of the sender's choice. References are given to `inward`, which makes or refuses what they stand for.
 *
 * A large value takes seconds, so it is read in steps: {@link decoding} may be left alone after each, {@link decode} takes all at once.
 *
 * Tuples and lists become arrays, sets and frozensets Sets, a dict an object without a prototype where every key is a name, and
 * a Map where some are not or an object would put them in another order. Ellipsis and complex numbers are given to `inward` too.
 */
import { FEW, keyed, manyKeyed, manyValuesOf, valuesOf } from './keys.js'
import { validate, validating } from './validate.js'
import { Code, WireError, type WireLimits } from './wire.js'
import type { Field } from './encode.js'

/** What a reference, a complex number or Ellipsis is here. Throws a {@link WireError} for one that is nothing. */
export interface Inward {
  readonly reference: (fields: readonly Field[]) => unknown
  readonly complex: (real: number, imaginary: number) => unknown
  readonly ellipsis: () => unknown
  /** Bytes are parts of what was read, not copies: for who alone has it, and does not change it. Default false. */
  readonly areParts?: boolean
}

/** A container whose items are still to come; -1 for a dict, whose end is a code. */
interface Open {
  readonly code: number
  readonly items: unknown[]
  left: number
}

const fromUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Shorter texts are read byte by byte as long as they are ASCII. */
const SHORT = 24

/** Values read in a step: well under a millisecond's. */
const STEP = 1_000

/** The value that the whole of `encoded` is. @throws WireError, and nothing else, on anything a writer would not have written. */
export function decode(encoded: Uint8Array, limits: WireLimits, inward: Inward): unknown {
  validate(encoded, 0, encoded.length, limits)
  return allOf(read(encoded, inward))
}

/** What steps come to, all at once. */
export function allOf<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** As {@link decode}, in steps; `encoded` must stay as it is until the last. */
export function* decoding(
  encoded: Uint8Array,
  limits: WireLimits,
  inward: Inward,
): Generator<void, unknown> {
  yield* validating(encoded, limits)
  return yield* read(encoded, inward)
}

/** The value of bytes that were judged. */
function* read(encoded: Uint8Array, inward: Inward): Generator<void, unknown> {
  // Never a Buffer: its `slice` makes no copy, and what was decoded would change with it.
  const bytes = new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const open: Open[] = []
  let steps = STEP
  let top: Open | undefined
  let at = 0
  const length = (): number => {
    at += 4
    return view.getInt32(at - 4, true)
  }
  const float = (): number => {
    at += 8
    return view.getFloat64(at - 8, true)
  }
  const text = (): string => {
    const from = at + 4
    at = from + view.getInt32(at, true)
    return textOf(bytes, from, at)
  }
  const field = (): Field => {
    const code = bytes[at++]
    return code === Code.TEXT ? text() : code === Code.INT ? length() : code === Code.TRUE
  }
  for (;;) {
    if (--steps === 0) {
      steps = STEP
      yield
    }
    let value: unknown
    const code = bytes[at++]!
    switch (code) {
      case Code.NONE:
        value = null
        break
      case Code.TRUE:
        value = true
        break
      case Code.FALSE:
        value = false
        break
      case Code.INT:
        value = length()
        break
      case Code.FLOAT:
        value = float()
        break
      case Code.TEXT:
        value = text()
        break
      case Code.BYTES: {
        const from = at + 4
        at = from + view.getInt32(at, true)
        value = inward.areParts ? bytes.subarray(from, at) : bytes.slice(from, at)
        break
      }
      case Code.LONG: {
        const count = length()
        const from = at
        at += 2 * Math.abs(count)
        value = longOf(view, from, Math.abs(count), count < 0)
        break
      }
      case Code.COMPLEX:
        value = inward.complex(float(), float())
        break
      case Code.ELLIPSIS:
        value = inward.ellipsis()
        break
      case Code.DICT:
        open.push((top = { code, items: [], left: -1 }))
        continue
      case Code.END:
        {
          const { items } = top!
          value = items.length > FEW ? yield* manyKeyed(items) : keyed(items)
        }
        open.pop()
        top = open[open.length - 1]
        break
      default: {
        const count = length()
        if (code === Code.TUPLE && count > 1 && bytes[at] === Code.REFERENCE) {
          at++
          value = inward.reference(Array.from({ length: count - 1 }, field))
        } else if (count > 0) {
          open.push((top = { code, items: [], left: count }))
          continue
        } else value = finished(code, [])
      }
    }
    // The value is an item of the innermost container, which may be its last, and so on outwards.
    while (top !== undefined) {
      top.items.push(value)
      if (--top.left !== 0) break
      const { code, items } = top
      value = isSet(code) && items.length > FEW ? yield* manyValuesOf(items) : finished(code, items)
      open.pop()
      top = open[open.length - 1]
    }
    if (top === undefined) return value
  }
}

const isSet = (code: number): boolean => code === Code.SET || code === Code.FROZENSET

const finished = (code: number, items: unknown[]): unknown =>
  isSet(code) ? valuesOf(items) : items

/** UTF-8 with lone surrogates, as Python's `surrogatepass` writes it. @throws WireError for anything else */
function textOf(bytes: Uint8Array, from: number, to: number): string {
  if (to - from < SHORT) {
    let text = ''
    let at = from
    for (; at < to; at++) {
      const byte = bytes[at]!
      if (byte > 0x7f) break
      text += String.fromCharCode(byte)
    }
    if (at === to) return text
  }
  const part = bytes.subarray(from, to)
  try {
    return fromUtf8.decode(part)
  } catch {
    return withSurrogates(part)
  }
}

/** How many bytes a character takes that begins with this one; 0 where none does. */
const sizeFrom = (lead: number): number =>
  lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
/** The least that a character of so many bytes is: fewer would have done for what is less. */
const LEAST = [0, 0, 0x80, 0x800, 0x10000]

function withSurrogates(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const size = sizeFrom(bytes[at]!)
    if (size === 0 || at + size > bytes.length) throw new WireError('ill-formed text')
    let point = size === 1 ? bytes[at]! : bytes[at]! & (0x7f >> size)
    for (let i = 1; i < size; i++) {
      const byte = bytes[at + i]!
      if ((byte & 0xc0) !== 0x80) throw new WireError('ill-formed text')
      point = (point << 6) | (byte & 63)
    }
    if (point < LEAST[size]! || point > 0x10ffff) throw new WireError('ill-formed text')
    parts.push(String.fromCodePoint(point))
    at += size
  }
  return parts.join('')
}

/** A number where a float holds it exactly and beyond doubt, otherwise a bigint. */
function longOf(view: DataView, from: number, count: number, isNegative: boolean): number | bigint {
  const digit = (i: number): number => view.getUint16(from + 2 * i, true)
  // Three digits are 45 bits, and the fourth has eight more of 53.
  if (count < 4 || (count === 4 && digit(3) < 0x100)) {
    let number = 0
    for (let i = count - 1; i >= 0; i--) number = number * 0x8000 + digit(i)
    return isNegative ? -number : number
  }
  // As hexadecimal digits, read at once: one after the other would take quadratic time.
  const digits = new Uint8Array(4 * count)
  let at = digits.length
  for (let i = 0, held = 0, bits = 0; i < count; i++) {
    held |= digit(i) << bits
    for (bits += 15; bits >= 4; bits -= 4, held >>= 4) digits[--at] = HEX[held & 15]!
    if (i === count - 1) digits[--at] = HEX[held]!
  }
  const number = BigInt(`0x${fromUtf8.decode(digits.subarray(at))}`)
  return isNegative ? -number : number
}

const HEX = new TextEncoder().encode('0123456789abcdef')
