/**
 * Writes JavaScript values as wire bytes, byte for byte as `marshal.dumps(x, 2)` would (but for the order within a set).
 *
 * None, booleans, numbers, bigints, strings, Uint8Arrays, arrays, Sets, Maps, plain objects and {@link Tuple}s are written here;
 * every other object is asked of `outward`, which tells the fields of a reference, or another value to be written instead, or
 * throws a {@link WireError} that says why not. Getters of the host's may run; what they change is not written twice.
 */
import { Refusal, ScalarWriter, type Room } from './scalars.js'
import { Code, PLAIN, WireError, type WireLimits } from './wire.js'

/** What stands behind StopIteration in a reference. */
export type Field = number | string | boolean

/** A tuple; arrays are lists. */
export class Tuple {
  constructor(readonly items: readonly unknown[]) {}
}

/** What {@link Outward} answers: a reference's fields, numbers that are floats even where they are whole, or another value. */
export type Instead =
  | { readonly fields: readonly unknown[] }
  | { readonly floats: Float64Array | Float32Array }
  | { readonly value: unknown }
/**
 * Says what is written in place of an object. `isKey`: it is to be hashed, as a key of a dict or an item of a set.
 * @throws WireError that says why it cannot cross
 */
export type Outward = (value: unknown, isKey: boolean) => Instead
/** What is written in place of an object that is known, as `outward` writes it; undefined for all others. */
type Known = (value: object) => object | undefined

/** Levels that an error's path names; what nests deeper has been told by then. */
const MOST_PATH = 40
const NAME = /^[A-Za-z_]\w*$/

/**
 * The bytes of `value`, as many as `limits` allow; in a `room`, where there is one.
 * @throws WireError with the path to what cannot be written, which begins with `value`; and whatever a getter throws.
 */
export function encode(
  value: unknown,
  limits: WireLimits,
  outward: Outward,
  known?: Known,
  room?: Room,
): Uint8Array<ArrayBuffer> {
  const out = new ScalarWriter(limits.bytes, room?.take())
  const writer = new Writer(out, limits, outward, known)
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
  room?.giveBack(out.memory)
  return out.written
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

class Writer {
  readonly #out: ScalarWriter
  #nodes: number
  /** The containers being written, outermost first. */
  readonly #open: unknown[] = []
  readonly #limits: WireLimits
  readonly #outward: Outward
  readonly #known: Known | undefined

  constructor(out: ScalarWriter, limits: WireLimits, outward: Outward, known: Known | undefined) {
    this.#out = out
    this.#limits = limits
    this.#outward = outward
    this.#known = known
    this.#nodes = limits.nodes
  }

  write(value: unknown, isKey = false): void {
    if (--this.#nodes < 0) throw this.#tooMany()
    switch (typeof value) {
      case 'number':
        return this.#out.number(value)
      case 'string':
        return this.#out.text(value)
      case 'boolean':
        return this.#out.code(value ? Code.TRUE : Code.FALSE)
      case 'undefined':
        return this.#out.code(Code.NONE)
      case 'bigint':
        return this.#out.bigint(value)
      case 'object':
        return value === null ? this.#out.code(Code.NONE) : this.#object(value, isKey)
      default:
        return this.#other(value, isKey)
    }
  }

  #object(value: object, isKey: boolean): void {
    const known = this.#known?.(value)
    if (known !== undefined) return this.#other(known, isKey)
    if (value instanceof Uint8Array) return this.#out.block(Code.BYTES, value)
    if (value instanceof Encoded) return this.#out.raw(value.bytes)
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
    this.#out.head(Code.TUPLE, instead.fields.length + 1)
    this.#out.code(Code.REFERENCE)
    for (const field of instead.fields) this.write(field)
  }

  #floats(floats: Float64Array | Float32Array): void {
    if (floats.length > this.#nodes) throw this.#tooMany()
    this.#nodes -= floats.length
    this.#out.head(Code.LIST, floats.length)
    for (const value of floats) this.#out.float(value)
  }

  /** As many items as are counted now: a getter among them may change the list. */
  #items(container: unknown, code: number, items: readonly unknown[], isKey: boolean): void {
    const count = items.length
    if (count >>> 0 !== count || count > this.#nodes) throw this.#tooMany()
    this.#enter(container)
    this.#out.head(code, count)
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
    const at = this.#out.size
    this.#out.head(isKey ? Code.FROZENSET : Code.SET, 0)
    let count = 0
    for (const item of items) {
      try {
        this.write(item, true)
      } catch (error) {
        throw stepped(error, count)
      }
      count++
    }
    this.#out.count(at, count)
    this.#open.pop()
  }

  /** The entries of a Map; or, for an object, its names with what `values` has under them. */
  #dict(
    container: unknown,
    entries: Iterable<unknown>,
    values?: Readonly<Record<string, unknown>>,
  ): void {
    this.#enter(container)
    this.#out.code(Code.DICT)
    for (const entry of entries) {
      const key = values ? entry : (entry as readonly unknown[])[0]
      try {
        this.write(key, true)
        this.write(values ? values[entry as string] : (entry as readonly unknown[])[1])
      } catch (error) {
        throw stepped(error, key)
      }
    }
    this.#out.code(Code.END)
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
