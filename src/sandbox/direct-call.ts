/**
 * Calls a prepared function of the guest without a request for each call: arguments and results that are numbers, strings,
 * booleans or None are made and read by CPython's own functions; everything else goes by wire bytes. A microsecond or two.
 *
 * Every pointer is checked for NULL, and the pending exception taken. Only exact floats, ints and strs are read here: a subclass
 * would be asked for its `__float__`. What is read from the guest's memory is data, whoever wrote it.
 */
import type { Exports } from '../trusted/wall/c-api.js'
import { contentsOf } from '../trusted/wall/guest-bytes.js'
import { encodeValue, type Value } from '../trusted/channel/values.js'
import type { CallLimits, Guest } from '../trusted/wall/runtime.js'

/** What trusted code answers to a direct call whose value is not a simple one: the response to a run. */
export type DirectResult = { readonly value: Value } | { readonly response: Uint8Array }

/** Longest string that goes without wire bytes, in UTF-16 units. */
const SHORT = 1000
const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The answer to a `prepare` request: addresses, in this order. */
interface Addresses {
  readonly target: number
  readonly loads: number
  readonly finish: number
  readonly fail: number
}

/** Where a guest of an age has room for a string. */
const texts = new WeakMap<Guest, { readonly age: number; readonly pointer: number }>()

function textOf(guest: Guest): number {
  const known = texts.get(guest)
  if (known?.age === guest.age) return known.pointer
  const pointer = guest.enter({}, (exports) => {
    const pointer = exports.malloc(3 * SHORT)
    if (pointer === 0) throw guest.broken()
    return pointer >>> 0
  })
  texts.set(guest, { age: guest.age, pointer })
  return pointer
}

/**
 * One function in one memory of its guest. After a reset or a restore its addresses mean something else: it is not
 * {@link PreparedFunction.valid} then.
 */
export class PreparedFunction {
  readonly #guest: Guest
  readonly #age: number
  readonly #addresses: Addresses
  /** Guest memory of ours: a pointer for each argument, and a size. */
  readonly #slots: number
  /** Guest memory of ours for a string, which all functions of a guest take turns with. */
  readonly #text: number
  readonly #count: number

  /**
   * @param addresses the value of the response to a `prepare` request.
   * @throws Killed, TypeError when the addresses are none.
   */
  constructor(guest: Guest, addresses: Value, parameters: number) {
    const [target, loads, finish, fail] = Array.isArray(addresses) ? (addresses as Value[]) : []
    if (![target, loads, finish, fail].every(Number.isSafeInteger))
      throw new TypeError('not the answer to "prepare"')
    this.#guest = guest
    this.#age = guest.age
    this.#addresses = { target, loads, finish, fail } as Addresses
    this.#count = parameters
    this.#slots = guest.enter({}, (exports) => {
      const pointer = exports.malloc(4 * parameters + 4)
      if (pointer === 0) throw guest.broken()
      return pointer >>> 0
    })
    this.#text = textOf(guest)
  }

  /** False once the guest was reset or restored: prepare again. */
  get valid(): boolean {
    return this.#guest.age === this.#age && this.#guest.ready
  }

  /**
   * The function's value for `args`, or the response of trusted code for a value, or an exception, that is not simple.
   *
   * @throws Killed; WireError for an argument that cannot cross.
   */
  call(args: readonly Value[], limits: CallLimits): DirectResult {
    if (!this.valid || args.length !== this.#count)
      throw new TypeError('prepare again, and give each parameter its argument')
    const encoded = args.map((value) => (isSimple(value) ? undefined : encodeValue(value)))
    return this.#guest.enter(limits, (exports) => {
      const { target, fail } = this.#addresses
      const pointers: number[] = []
      for (let i = 0; i < args.length; i++) pointers.push(this.#make(exports, args[i], encoded[i]))
      const slots = new Int32Array(exports.memory.buffer, this.#slots, args.length)
      slots.set(pointers)
      const result = exports.PyObject_Vectorcall(target, this.#slots, args.length, 0)
      for (const pointer of pointers) exports.Py_DecRef(pointer)
      if (result !== 0) return this.#read(exports, result, limits)
      return { response: this.#respond(exports, fail, exports.PyErr_GetRaisedException(), limits) }
    })
  }

  /** A new reference to the Python object for `value`. */
  #make(exports: Exports, value: Value, encoded: Uint8Array | undefined): number {
    let object: number
    if (encoded !== undefined) object = this.#decode(exports, encoded)
    else if (typeof value === 'number') {
      if ((value | 0) === value && !Object.is(value, -0)) object = exports.PyLong_FromLong(value)
      else
        object =
          Number.isSafeInteger(value) && value !== 0
            ? exports.PyLong_FromDouble(value)
            : exports.PyFloat_FromDouble(value)
    } else if (typeof value === 'string') {
      const pointer = this.#text
      const { written } = utf8.encodeInto(
        value,
        new Uint8Array(exports.memory.buffer, pointer, 3 * SHORT),
      )
      object = exports.PyUnicode_FromStringAndSize(pointer, written)
    } else {
      // Immortal: their counts are not kept.
      const constant =
        value === true
          ? exports._Py_TrueStruct
          : value === false
            ? exports._Py_FalseStruct
            : exports._Py_NoneStruct
      object = Number(constant.value)
    }
    if (object === 0) throw this.#guest.broken()
    return object
  }

  #decode(exports: Exports, encoded: Uint8Array): number {
    const bytes = exports.PyBytes_FromStringAndSize(0, encoded.length)
    if (bytes === 0) throw this.#guest.broken()
    new Uint8Array(
      exports.memory.buffer,
      exports.PyBytes_AsString(bytes) >>> 0,
      encoded.length,
    ).set(encoded)
    const object = exports.PyObject_CallOneArg(this.#addresses.loads, bytes)
    exports.Py_DecRef(bytes)
    return object
  }

  #read(exports: Exports, result: number, limits: CallLimits): DirectResult {
    const value = this.#simple(exports, result)
    if (value === undefined)
      return { response: this.#respond(exports, this.#addresses.finish, result, limits) }
    exports.Py_DecRef(result)
    return { value }
  }

  /** The value of an exact float, str, small int, bool or None; otherwise undefined. */
  #simple(exports: Exports, object: number): Value {
    const type = new DataView(exports.memory.buffer).getInt32((object >>> 0) + 4, true)
    if (type === exports.PyFloat_Type.value) return exports.PyFloat_AsDouble(object)
    if (object === exports._Py_TrueStruct.value) return true
    if (object === exports._Py_FalseStruct.value) return false
    if (object === exports._Py_NoneStruct.value) return null
    if (type === exports.PyLong_Type.value) {
      const number = exports.PyLong_AsDouble(object)
      if (number !== -1) return Number.isSafeInteger(number) ? number : undefined
      // Minus one, or an int beyond every float, whose exception is cleared.
      exports.PyErr_Clear()
      return undefined
    }
    if (type === exports.PyUnicode_Type.value) {
      const size = this.#slots + 4 * this.#count
      const pointer = exports.PyUnicode_AsUTF8AndSize(object, size) >>> 0
      const length = new DataView(exports.memory.buffer).getUint32(size, true)
      if (pointer !== 0 && length <= 3 * SHORT)
        return fromUtf8.decode(new Uint8Array(exports.memory.buffer, pointer, length))
      exports.PyErr_Clear()
    }
    return undefined
  }

  /** What trusted code makes of `object`, whose reference is given up, as the bytes of a response. */
  #respond(exports: Exports, how: number, object: number, limits: CallLimits): Uint8Array {
    if (object === 0) throw this.#guest.broken()
    const response = exports.PyObject_CallOneArg(how, object)
    exports.Py_DecRef(object)
    if (response === 0) throw this.#guest.broken()
    return contentsOf(exports, response, limits.responseBytes ?? 64 << 20)
  }
}

function isSimple(value: Value): boolean {
  switch (typeof value) {
    case 'number':
    case 'boolean':
    case 'undefined':
      return true
    case 'string':
      return value.length <= SHORT && (value as string & { isWellFormed(): boolean }).isWellFormed()
    default:
      return value === null
  }
}
