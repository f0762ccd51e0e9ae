/**
 * How values cross between host and guest, and between host and worker: one tagged binary format, by copy.
 *
 * The decoder takes bytes that a hostile guest chose. It is iterative, allocates no more than the bytes it was given pay for,
 * counts nodes and depth, and builds only plain data: nothing decoded has a prototype of the sender's choice, a setter, or
 * a method. The encoder takes values of the host: it refuses what cannot cross, with the path to it.
 *
 * Format, little-endian: a tag, then what the tag says. Counts and lengths are u32. Containers are followed by their items.
 */
import { CodecError, Tag, Writer } from './codec-writer.js'

export { CodecError } from './codec-writer.js'

/** What crosses. `undefined` arrives as None; integral numbers as int, others (and -0) as float; a Date as aware UTC datetime. */
export type Value =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | PyValue
  | readonly Value[]
  | ReadonlySet<Value>
  | ReadonlyMap<Value, Value>
  | { readonly [key: string]: Value }

/** The Python types that cross as text, in the form their constructors read back (timedelta: seconds, in decimals). */
export const PY_VALUE_TYPES = [
  'datetime',
  'date',
  'time',
  'timedelta',
  'Decimal',
  'Fraction',
  'complex',
  'UUID',
] as const

/** A Python value JavaScript has no equal of: `new PyValue('Decimal', '0.10')`. */
export class PyValue {
  readonly type: (typeof PY_VALUE_TYPES)[number]
  readonly text: string

  constructor(type: (typeof PY_VALUE_TYPES)[number], text: string) {
    this.type = type
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

export interface CodecLimits {
  /** Values in all, containers and dict keys included, each visit counted. Default 10,000,000. */
  readonly maxNodes?: number
  /** Encoded size. Default 1 GiB. */
  readonly maxBytes?: number
  /** Nesting. Default 1,000. */
  readonly maxDepth?: number
}

const LIMITS: Required<CodecLimits> = { maxNodes: 10_000_000, maxBytes: 2 ** 30, maxDepth: 1000 }

/** Lists of at least so many floats, or of 32-bit ints, are written as one block. */
const BLOCK = 8

const fromUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** One container being written: its items are still to come. `names` are the keys of a mapping whose values `items` are. */
interface Open {
  readonly container: object
  readonly items: readonly Value[]
  readonly names: readonly Value[] | undefined
  /** How many, as was written: reading an item runs getters of the host's, which may change the list. */
  readonly count: number
  next: number
}

const PYTHON_YEAR = /^(?!0000)\d{4}-/

const isInt32 = (value: number): boolean => (value | 0) === value && !Object.is(value, -0)

function pathOf(open: readonly Open[]): string {
  return open.slice(0, 40).reduce((path, { names, next }) => {
    const name = names?.[next - 1]
    if (typeof name === 'string' && /^[A-Za-z_]\w*$/.test(name)) return `${path}.${name}`
    return `${path}[${names === undefined ? next - 1 : typeof name === 'string' ? JSON.stringify(name) : String(name)}]`
  }, 'value')
}

/** Writes what has no items; opens what has. Undefined when the value cannot cross. */
function encodeOne(writer: Writer, value: Value): Open | true | undefined {
  switch (typeof value) {
    case 'undefined':
      writer.tag(Tag.NONE)
      return true
    case 'boolean':
      writer.tag(value ? Tag.TRUE : Tag.FALSE)
      return true
    case 'string':
      writer.text(value)
      return true
    case 'bigint':
      writer.bigint(value)
      return true
    case 'number':
      if (isInt32(value)) writer.int32(value)
      else if (Number.isSafeInteger(value) && value !== 0) writer.bigint(BigInt(value))
      else writer.float(value)
      return true
    case 'object':
      break
    default:
      return undefined
  }
  if (value === null) {
    writer.tag(Tag.NONE)
    return true
  }
  if (Array.isArray(value)) {
    if (value.length >= BLOCK && value.every((item) => typeof item === 'number')) {
      if (value.every(isInt32)) return (writer.ints(value), true)
      if (!value.some((item) => Number.isSafeInteger(item) && !Object.is(item, -0)))
        return (writer.floats(value), true)
    }
    return opened(writer, Tag.LIST, value, value as readonly Value[])
  }
  if (value instanceof Uint8Array) return (writer.block(Tag.BYTES, value), true)
  if (value instanceof PyValue) {
    return PY_VALUE_TYPES.includes(value.type) && typeof value.text === 'string'
      ? pyValue(writer, value.type, value.text)
      : undefined
  }
  if (value instanceof Date) {
    const text = Number.isNaN(value.getTime()) ? '' : value.toISOString()
    return PYTHON_YEAR.test(text)
      ? pyValue(writer, 'datetime', text.replace('Z', '+00:00'))
      : undefined
  }
  if (value instanceof Set) {
    return opened(writer, Tag.SET, value, [...(value as Set<Value>)])
  }
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<Value, Value>)]
    return opened(
      writer,
      Tag.DICT,
      value,
      entries.map(([, item]) => item),
      entries.map(([name]) => name),
    )
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return undefined
  const names = Object.keys(value)
  return opened(
    writer,
    Tag.DICT,
    value,
    names.map((name) => (value as Record<string, Value>)[name]),
    names,
  )
}

function opened(
  writer: Writer,
  tag: number,
  container: object,
  items: readonly Value[],
  names?: readonly Value[],
): Open {
  const count = items.length
  writer.count(tag, count)
  return { container, items, names, count, next: 0 }
}

function pyValue(writer: Writer, type: string, text: string): true {
  writer.tag(Tag.PY_VALUE)
  writer.text(type)
  writer.text(text)
  return true
}

/** What kind of thing cannot cross, for the message. */
function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`
  if (value instanceof Date)
    return Number.isNaN(value.getTime())
      ? 'an invalid Date'
      : 'a Date of a year that Python has not'
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'this object'
}

/** Encodes a value of the host's. @throws CodecError with the path to what cannot cross, a cycle, or a limit reached. */
export function encodeValue(value: Value, limits: CodecLimits = {}): Uint8Array {
  const { maxNodes, maxBytes, maxDepth } = { ...LIMITS, ...limits }
  const writer = new Writer(maxBytes)
  const open: Open[] = []
  const within = new Set<object>()
  let nodes = 0
  const refuse = (why: string): never => {
    throw new CodecError(`${pathOf(open)}: ${why}`)
  }
  const visit = (item: Value): void => {
    nodes += Array.isArray(item) ? item.length + 1 : 1
    if (nodes > maxNodes) throw new CodecError(`the value has more than ${maxNodes} parts`)
    const opened = encodeOne(writer, item)
    if (opened === true) return
    if (opened === undefined) return refuse(`${describe(item)} cannot cross into a guest`)
    if (within.has(opened.container)) refuse('the value contains itself')
    if (open.length >= maxDepth) refuse(`nested deeper than ${maxDepth}`)
    within.add(opened.container)
    open.push(opened)
  }
  visit(value)
  while (open.length > 0) {
    const top = open[open.length - 1]!
    if (top.next === top.count) {
      within.delete(top.container)
      open.pop()
      continue
    }
    const at = top.next++
    const name = top.names?.[at]
    if (top.names !== undefined || top.container instanceof Set) {
      const key = top.names === undefined ? top.items[at] : name
      if (
        typeof key === 'object' &&
        key !== null &&
        !(key instanceof PyValue || key instanceof Date || key instanceof Uint8Array)
      ) {
        refuse(`${describe(key)} cannot be a key or in a set`)
      }
      if (top.names !== undefined) visit(name)
    }
    visit(top.items[at])
  }
  return writer.result
}

/** One container being read. */
interface Unfinished {
  readonly tag: number
  /** Items still to come; a dict's keys count. */
  left: number
  readonly items: Value[]
}

/** Keys that a JavaScript object would put first, in numeric order, whatever the order they came in. */
const ARRAY_INDEX = /^(?:0|[1-9]\d{0,9})$/

/** Keys put into a Set or Map at a time, how long that may take, in milliseconds (a twentieth is usual), and how often not. */
const BATCH = { keys: 256, ms: 0.5, slow: 16 }

/**
 * Puts keys into a Set or Map. Engines hash numbers without a secret: keys chosen to collide made 40,000 of them take seconds,
 * and ten times as many minutes. So a batch is timed; a slow one is taken back and put in again, since the machine may have
 * been busy; and keys that stay slow are refused.
 */
function insert(count: number, put: (i: number) => void, takeBack: (i: number) => void): void {
  let slow = 0
  for (let from = 0; from < count; from += BATCH.keys) {
    const to = Math.min(from + BATCH.keys, count)
    let took = Infinity
    for (let attempt = 0; took > BATCH.ms && attempt < 4; attempt++) {
      if (attempt > 0) for (let i = from; i < to; i++) takeBack(i)
      const began = performance.now()
      for (let i = from; i < to; i++) put(i)
      took = performance.now() - began
    }
    if (took > BATCH.ms && ++slow === BATCH.slow)
      throw new CodecError('keys that were chosen to collide')
  }
}

/** Undefined-free plain data of a finished container. Objects have no prototype, so `__proto__` is a key like any other. */
function finish({ tag, items }: Unfinished): Value {
  if (tag === Tag.LIST || tag === Tag.TUPLE) return items
  if (tag !== Tag.DICT) {
    const set = new Set<Value>()
    insert(
      items.length,
      (i) => set.add(items[i]),
      (i) => set.delete(items[i]),
    )
    return set
  }
  const object: Record<string, Value> = Object.create(null) as Record<string, Value>
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i]
    if (typeof key !== 'string' || ARRAY_INDEX.test(key)) {
      const map = new Map<Value, Value>()
      insert(
        items.length / 2,
        (j) => map.set(items[2 * j], items[2 * j + 1]),
        (j) => map.delete(items[2 * j]),
      )
      return map
    }
    object[key] = items[i + 1]
  }
  return object
}

/** Decodes bytes as if forged. @throws CodecError, and nothing else, on anything an encoder would not have written. */
export function decodeValue(encoded: Uint8Array, limits: CodecLimits = {}): Value {
  // Never a Buffer: its `slice` makes no copy, and what was decoded would change with it.
  const bytes = new Uint8Array(encoded.buffer, encoded.byteOffset, encoded.length)
  const { maxNodes, maxBytes, maxDepth } = { ...LIMITS, ...limits }
  if (bytes.length > maxBytes) throw new CodecError(`${bytes.length} bytes, of ${maxBytes} allowed`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const open: Unfinished[] = []
  let at = 0
  let nodes = 0
  const take = (size: number): number => {
    if (size > bytes.length - at) throw new CodecError('bytes end within a value')
    at += size
    return at - size
  }
  const spend = (count: number): void => {
    nodes += count
    if (nodes > maxNodes) throw new CodecError(`more than ${maxNodes} parts`)
  }
  const block = (): Uint8Array => {
    const size = view.getUint32(take(4), true)
    return bytes.subarray(take(size), at)
  }
  const text = (tag: number): string => {
    const data = block()
    if (tag === Tag.UTF16) {
      if (data.length % 2 !== 0) throw new CodecError('half a character')
      let out = ''
      for (let i = 0; i < data.length; i += 8192) {
        const units = new Uint16Array(data.slice(i, i + 8192).buffer)
        out += String.fromCharCode(...units)
      }
      return out
    }
    if (tag !== Tag.UTF8) throw new CodecError('text expected')
    try {
      return fromUtf8.decode(data)
    } catch {
      throw new CodecError('ill-formed text')
    }
  }
  /** A value without items, or undefined when a container was opened. */
  const one = (): { readonly value: Value } | undefined => {
    spend(1)
    const tag = bytes[take(1)]!
    switch (tag) {
      case Tag.NONE:
        return { value: null }
      case Tag.FALSE:
        return { value: false }
      case Tag.TRUE:
        return { value: true }
      case Tag.INT32:
        return { value: view.getInt32(take(4), true) }
      case Tag.FLOAT:
        return { value: view.getFloat64(take(8), true) }
      case Tag.BIGINT:
        return { value: readBigint(block()) }
      case Tag.UTF8:
      case Tag.UTF16:
        return { value: text(tag) }
      case Tag.BYTES:
        return { value: block().slice() }
      case Tag.PY_VALUE: {
        const type = text(bytes[take(1)]!)
        if (!(PY_VALUE_TYPES as readonly string[]).includes(type))
          throw new CodecError('unknown type')
        return { value: new PyValue(type as PyValue['type'], text(bytes[take(1)]!)) }
      }
      case Tag.FLOATS:
      case Tag.INTS: {
        const count = view.getUint32(take(4), true)
        spend(count)
        const size = tag === Tag.FLOATS ? 8 : 4
        const from = take(count * size)
        const values: number[] = []
        for (let i = 0; i < count; i++)
          values.push(
            tag === Tag.FLOATS
              ? view.getFloat64(from + 8 * i, true)
              : view.getInt32(from + 4 * i, true),
          )
        return { value: values }
      }
      case Tag.LIST:
      case Tag.TUPLE:
      case Tag.SET:
      case Tag.FROZENSET:
      case Tag.DICT: {
        const count = view.getUint32(take(4), true) * (tag === Tag.DICT ? 2 : 1)
        if (count > bytes.length - at) throw new CodecError('bytes end within a container')
        if (open.length >= maxDepth) throw new CodecError(`nested deeper than ${maxDepth}`)
        open.push({ tag, left: count, items: [] })
        return undefined
      }
      default:
        throw new CodecError(`unknown tag ${tag}`)
    }
  }
  let result = one()
  while (open.length > 0) {
    const top = open[open.length - 1]!
    if (result !== undefined) {
      top.items.push(result.value)
      top.left--
    }
    if (top.left > 0) result = one()
    else {
      open.pop()
      result = { value: finish(top) }
    }
  }
  if (at !== bytes.length) throw new CodecError('bytes after the value')
  return result!.value
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Two's complement, least byte first; a number where it is a safe integer. */
function readBigint(bytes: Uint8Array): number | bigint {
  if (bytes.length === 0) return 0
  let hex = ''
  for (let i = bytes.length - 1; i >= 0; i--) hex += HEX[bytes[i]!]
  const value = BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`))
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
