/**
 * Values of JavaScript and values of Python: what crosses between host and guest, by copy, as wire bytes.
 *
 * What JavaScript has no equal of is a {@link PyValue}: data as the text that its Python type reads back, or, opaque, what a guest
 * returned that is no data at all, as its `repr`. On the wire both are references: `(StopIteration, type, text)`, and
 * `(StopIteration, type, text, True)` for the opaque, which only ever leave a guest.
 */
import { decode, decoding } from './decode.js'
import { encode, type Field, type Instead } from './encode.js'
import { complexText, TEXTS } from './texts.js'
import { PLAIN, WireError, type WireLimits } from './wire.js'

/**
 * What crosses. `undefined` arrives as None; numbers as int where {@link Number.isSafeInteger} says so, otherwise (and -0) as float;
 * a bigint as int, of whatever size; a Date as aware datetime in UTC. Float arrays are lists of floats, other typed arrays lists of
 * ints, but Uint8Array, Uint8ClampedArray, ArrayBuffer and DataView bytes. As a key, an array is a tuple and a Set a frozenset.
 */
export type Value =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | ArrayBufferView
  | ArrayBuffer
  | Date
  | PyValue
  | PyRecord
  | readonly Value[]
  | ReadonlySet<Value>
  | ReadonlyMap<Value, Value>
  | { readonly [key: string]: Value }

/** The Python types that cross as text. */
export type PyValueType =
  | 'datetime'
  | 'date'
  | 'time'
  | 'timedelta'
  | 'Decimal'
  | 'Fraction'
  | 'complex'
  | 'UUID'

/**
 * A Python value JavaScript has no equal of: `new PyValue('Decimal', '0.10')`, whose text is what the type's constructor (or
 * `fromisoformat`) reads; a timedelta's is its seconds, in decimals. What a guest returns that is no data (an instance, a function, a
 * range) is opaque: its class's name, and its `repr` as the text. An opaque one cannot be given to a guest.
 */
export class PyValue {
  readonly type: PyValueType | (string & {})
  readonly text: string
  /** There, and true, where `text` is a `repr` and no data. */
  declare readonly opaque?: true

  /** @throws RangeError for a text that the type does not read: `Decimal does not read "1,5"` */
  constructor(type: PyValueType, text: string)
  /** @internal */
  constructor(type: string, text: string, opaque: true)
  constructor(type: string, text: string, opaque?: true) {
    this.type = type
    this.text = text
    if (opaque) this.opaque = true
    else if (!isText(type, text)) throw new RangeError(wrongText(this))
  }

  toString(): string {
    return this.text
  }
}

/** What {@link record} makes: a value that arrives with its fields as attributes. */
export class PyRecord {
  /** @internal Use {@link record}. */
  constructor(readonly value: Value) {}
}

/**
 * Marks a value, so that the guest reads the fields of objects as attributes, as authors of templates write them: `user.name`, and
 * `user['name']` as of any dict. All plain objects and Maps in it, in lists too, whose keys are all strings, arrive as records: dicts
 * that can be read so. A field with the name of a method of dicts (`items`, `get`), or that begins with an underscore, is read
 * by `user['items']` alone; no field's name gives an attribute that the guest could not read before. Attributes are not written
 * (`user['name'] = …` is), and what a guest returns arrives as plain objects.
 *
 * @example
 * const greeting = await sandbox.formula('"Dear " + user.name', ['user'])
 * await greeting.evaluate({ user: record({ name: 'Ann' }) }) // 'Dear Ann'
 */
export function record(value: Value): PyRecord {
  return new PyRecord(value)
}

/** What is read of a guest as one value. */
export const VALUES: WireLimits = { ...PLAIN, references: ['uu', 'uuT'] }
/** How deep a value may nest that is given to a guest: it is written by recursion, on whatever the host has left of its stack. */
const GIVEN_DEPTH = 1_000

const PYTHON_YEAR = /^(?!0000)\d{4}-/

/** Encodes a value of the host's. @throws WireError with the path to what cannot cross, a cycle, or a limit reached. */
export function encodeValue(
  value: Value,
  limits: Partial<WireLimits> = {},
): Uint8Array<ArrayBuffer> {
  return encode(value, { ...VALUES, depth: GIVEN_DEPTH, ...limits }, instead)
}

/** Decodes bytes as if forged. @throws WireError, and nothing else, on anything that is not a value. */
export function decodeValue(encoded: Uint8Array, limits: Partial<WireLimits> = {}): Value {
  return decode(encoded, { ...VALUES, ...limits }, INWARD) as Value
}

/** As {@link decodeValue}, in steps; `encoded` must stay as it is until the last. */
export function* decodingValue(
  encoded: Uint8Array,
  limits: Partial<WireLimits> = {},
): Generator<void, Value> {
  return (yield* decoding(encoded, { ...VALUES, ...limits }, INWARD)) as Value
}

/** How what is no plain data is read. */
export const INWARD = {
  reference: ([type, text, opaque]: readonly Field[]): PyValue => {
    if (opaque) return new PyValue(type as string, text as string, true)
    if (!isText(type, text)) throw new WireError('a text that its type does not read')
    return new PyValue(type as PyValueType, text as string)
  },
  complex: (real: number, imaginary: number) =>
    new PyValue('complex', complexText(real, imaginary)),
  ellipsis: () => new PyValue('ellipsis', 'Ellipsis', true),
}

const isText = (type: unknown, text: unknown): boolean =>
  typeof type === 'string' &&
  typeof text === 'string' &&
  Object.hasOwn(TEXTS, type) &&
  TEXTS[type]!(text)

/** What is written for an object that is neither plain nor a container. */
export function instead(value: unknown, isKey: boolean): Instead {
  if (value instanceof PyValue && !value.opaque) {
    if (!isText(value.type, value.text)) throw new WireError(wrongText(value))
    return { fields: [value.type, value.text] }
  }
  if (value instanceof PyRecord && !isKey) return { fields: ['record', value.value] }
  if (value instanceof Date) {
    const text = Number.isNaN(value.getTime()) ? '' : value.toISOString()
    if (PYTHON_YEAR.test(text)) return { fields: ['datetime', text.replace('Z', '+00:00')] }
  } else if (!isKey) {
    if (value instanceof Float64Array || value instanceof Float32Array) return { floats: value }
    const bytes = bytesOf(value)
    if (bytes) return { value: bytes }
    if (ArrayBuffer.isView(value)) return { value: Array.from(value as Int32Array) }
  }
  const what = describe(value)
  throw new WireError(
    isKey ? `${what} cannot be a key or in a set` : `${what} cannot cross into a guest`,
  )
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return value instanceof DataView || value instanceof Uint8ClampedArray
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : undefined
}

function wrongText({ type, text }: PyValue): string {
  if (typeof text !== 'string' || !Object.hasOwn(TEXTS, type))
    return `a PyValue is one of ${Object.keys(TEXTS).join(', ')}, with a text`
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
  return `${type} does not read ${shown}`
}

/** What kind of thing cannot cross, and what to give instead where that is known. */
function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`
  if (value instanceof Date)
    return Number.isNaN(value.getTime())
      ? 'an invalid Date'
      : 'a Date of a year that Python has not'
  if (value instanceof PyValue) return `an opaque PyValue (${value.type}, which is no data)`
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'this object'
}
