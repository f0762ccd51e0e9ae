/**
 * The door between a guest and the trusted guest beside it, from where JavaScript stands: between their two memories.
 *
 * How a crossing goes. `table.total(2)` in the guest ends in `_door(METHOD, (7, 3, (2,), None))`: object 7 of the other side,
 * the method whose name has the number 3, its arguments. `_door` is a C function of the image's whose code is
 * {@link End.serve}, which does this, in the order in which it stands there:
 *
 *  1. CPython's marshal, in the memory of the one who asks, makes bytes of the payload. What is no plain data was replaced by
 *     a mark before (crossing.py): the number of an object that is ours, the number of one of yours, or the name of a class
 *     of data (a date, say) and its parts.
 *  2. `validate` reads these bytes where they lie. It believes nothing: whoever can write into the asking memory can forge them.
 *  3. The bytes are copied into a buffer in the other memory, and CPython's marshal makes objects of them there.
 *  4. The operation is a number. The function that serves it is called by its address in the image: no address is ever taken
 *     from the other side. A message with marks goes through `rich`, which puts objects in their place.
 *  5. What it returns goes back in the same way; what it raises is told as data, and raised anew on the other side.
 *
 * So whoever has all of the asking memory can send any message, and that is all. A message is one of the operations that
 * crossing.py lists, with objects that the sender was given and has not released.
 *
 * Both guests run in one thread, one inside the other: a callback is a crossing in the other direction while the first is
 * under way. A guest that is ended, is ended with the other: what ends it is thrown through both (Killed). How deep crossings
 * nest is bounded, for the two share the thread's stack.
 */
import type { Exports } from '../wall/c-api.js'
import type { DoorSlot } from '../wall/guest-options.js'
import type { DoorFacts, SideFacts } from '../wall/image-facts.js'
import { Killed } from '../wall/killed.js'
import { validate } from '../channel/validate.js'
import { WireError, type WireLimits } from '../channel/wire.js'
import type { Passage } from './passage.js'
import { CONTENTS, isPlain, loneReference, SIZE, TYPE } from './layout.js'

/** Crossings that may be under way at once. 200 fit the stack of a thread or process, 60 that of the caller's own thread. */
const MOST_NESTED = 60
/** What a message may be: data, and the marks of crossing.py. What 2 bytes make can take 40, which the memory limit bounds. */
const MESSAGE: WireLimits = {
  bytes: 16 << 20,
  nodes: 10_000_000,
  depth: 100,
  references: ['i', 'ii', 'u'],
}
/** A message of so many bytes or fewer arrives in a buffer that is kept. */
const KEPT = 4_096

/** One of the two guests, as an end of the door. */
export class End implements DoorSlot {
  other!: End
  /** Undefined until the guest has a door. */
  #x!: Exports
  #bytes = new Uint8Array(0)
  #words = new Int32Array(0)
  /** Addresses of the types of tuples and bytes. */
  #tuple = 0
  #bytesType = 0
  /** Where messages arrive; 0 until there is such a place. */
  #kept = 0
  /** The validator found marks in the message that was carried last. */
  #isRich = false
  readonly #plain: ReadonlySet<number>

  constructor(
    private readonly facts: SideFacts,
    { plain }: DoorFacts,
    private readonly passage: Passage,
    /** Called before the first crossing into it since it was put into place. */
    private readonly arrive: () => void,
  ) {
    this.#plain = new Set(plain)
  }

  adopt(exports: Exports): void {
    this.#x = exports
    this.#bytes = new Uint8Array(0)
    this.#tuple = Number(exports.PyTuple_Type.value)
    this.#bytesType = Number(exports.PyBytes_Type.value)
    this.forget()
  }

  /** The memory was replaced: what was kept in it is not there any more. */
  forget(): void {
    this.#kept = 0
  }

  /** Calls a function of the image's that takes one argument and whose answer nobody needs. */
  do(address: number): void {
    const x = this.#x
    this.#look()
    const done = x.PyObject_CallOneArg(address, Number(x._Py_NoneStruct.value))
    if (done === 0) throw new Killed('crash', 'the trusted guest does not wake')
    x.Py_DecRef(done)
    this.#look()
  }

  /** What a guest calls: `_door(operation, payload)`, a tuple. The answer's address, or 0 with an exception set. */
  serve(args: number, count: number): number {
    const { passage, other } = this
    if (count !== 2) throw new Killed('crash', 'forged crossing')
    this.#look()
    const operation = this.#x.PyLong_AsLong(this.#words[args >>> 2]!)
    const payload = this.#words[(args >>> 2) + 1]!
    const serving = other.facts.serves[operation]
    if (serving === undefined) throw new Killed('crash', 'forged crossing')
    const used = this.#x.emscripten_stack_get_base() - this.#x.emscripten_stack_get_current()
    if (passage.depth >= MOST_NESTED || used > passage.mostStack)
      return this.#refuse('PyExc_RecursionError', 'the host is called from too deep')
    passage.depth++
    passage.used = true
    try {
      other.#look()
      other.arrive()
      return this.#cross(operation, serving, payload)
    } finally {
      passage.depth--
    }
  }

  #cross(operation: number, serving: number, payload: number): number {
    const { other } = this
    const x = this.#x
    const y = other.#x
    const plain = isPlain(this.#words, payload, this.#tuple, this.#plain)
    const message = this.#written(payload, plain, this.facts.payload)
    if (message === 0) return 0
    const request = this.#carry(message)
    if (request === 0) return 0
    if (other.#words[(request >>> 2) + TYPE] !== other.#tuple)
      throw new Killed('crash', 'forged crossing')
    let answer: number
    if (this.#isRich) {
      const pair = y.PyTuple_New(2)
      y.PyTuple_SetItem(pair, 0, y.PyLong_FromLong(operation))
      y.PyTuple_SetItem(pair, 1, request)
      answer = y.PyObject_CallObject(other.facts.rich, pair)
      y.Py_DecRef(pair)
    } else {
      answer = y.PyObject_CallObject(serving, request)
      y.Py_DecRef(request)
    }
    if (answer === 0) return this.#failed()
    other.#look()
    const isData = other.#plain.has(other.#words[(answer >>> 2) + TYPE]!)
    const back = other.#written(answer, isData, other.facts.outward)
    y.Py_DecRef(answer)
    if (back === 0) return this.#failed()
    const there = other.#look()
    const lone = loneReference(other.#words, there, back)
    if (lone !== undefined) {
      y.Py_DecRef(back)
      return this.#met(lone)
    }
    const value = other.#carry(back)
    if (value === 0) return this.#failed()
    if (!other.#isRich) return value
    const whole = x.PyObject_CallOneArg(this.facts.inward, value)
    x.Py_DecRef(value)
    return whole
  }

  /** An object of this side's as a bytes object; 0 with an exception set. Where marshal refuses, `marked` puts marks in. */
  #written(object: number, isData: boolean, marked: number): number {
    const x = this.#x
    if (isData) {
      const message = x.PyMarshal_WriteObjectToString(object, 2)
      if (message !== 0) return message
      x.PyErr_Clear()
    }
    const data = x.PyObject_CallOneArg(marked, object)
    if (data === 0) return 0
    const message = x.PyMarshal_WriteObjectToString(data, 2)
    x.Py_DecRef(data)
    return message
  }

  /** The bytes object `message` of this side's, validated, as an object of the other's; 0 with an exception set here. */
  #carry(message: number): number {
    const { other } = this
    const x = this.#x
    const bytes = this.#look()
    const size = this.#words[(message >>> 2) + SIZE]!
    const at = (message >>> 0) + CONTENTS
    if (
      this.#words[(message >>> 2) + TYPE] !== this.#bytesType ||
      size < 0 ||
      at + size > bytes.length
    )
      throw new Killed('crash', 'forged message')
    try {
      this.#isRich = validate(bytes, at, at + size, MESSAGE)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      x.Py_DecRef(message)
      return this.#refuse('PyExc_ValueError', `cannot cross: ${error.message}`)
    }
    const y = other.#x
    const target = other.#room(size)
    if (target === 0) {
      x.Py_DecRef(message)
      return this.#refuse('PyExc_MemoryError', 'no memory for it on the other side of the door')
    }
    const there = other.#look()
    if (size < 256) for (let i = 0; i < size; i++) there[target + i] = bytes[at + i]!
    else there.set(bytes.subarray(at, at + size), target)
    const object = y.PyMarshal_ReadObjectFromString(target, size)
    if (size > KEPT) y.free(target)
    x.Py_DecRef(message)
    other.#look()
    if (object !== 0) return object
    // Text that is no UTF-8, which is left to CPython to find; or memory is wanting.
    y.PyErr_Clear()
    return this.#refuse(
      'PyExc_ValueError',
      'cannot cross: malformed text, or more than there is memory for',
    )
  }

  /** What stands here for the other side's object of these numbers. Spares most answers that are objects a walk. */
  #met([number, kind]: readonly [number, number]): number {
    const x = this.#x
    const pair = x.PyTuple_New(2)
    x.PyTuple_SetItem(pair, 0, x.PyLong_FromLong(number))
    x.PyTuple_SetItem(pair, 1, x.PyLong_FromLong(kind))
    const object = x.PyObject_CallObject(this.facts.remote, pair)
    x.Py_DecRef(pair)
    return object
  }

  /** The exception that the other side has set, told and raised here. */
  #failed(): number {
    const { other } = this
    const x = this.#x
    const y = other.#x
    this.passage.failures++
    const error = y.PyErr_GetRaisedException()
    const told = y.PyObject_CallOneArg(other.facts.told, error)
    y.Py_DecRef(error)
    if (told === 0 && other.#isRecursion())
      return this.#refuse('PyExc_RecursionError', 'maximum recursion depth exceeded')
    const back = told === 0 ? 0 : y.PyMarshal_WriteObjectToString(told, 2)
    if (back === 0) throw new Killed('memory', 'an exception that could not be told')
    y.Py_DecRef(told)
    const value = other.#carry(back)
    if (value === 0) throw new Killed('memory', 'an exception that could not be told')
    // The function raises the exception on this side. It has no answer to look at.
    x.PyObject_CallOneArg(this.facts.raise, value)
    x.Py_DecRef(value)
    return 0
  }

  /** Takes the exception that is set on this side, and tells whether its recursion limit left no room for a frame. */
  #isRecursion(): boolean {
    const x = this.#x
    const error = x.PyErr_GetRaisedException()
    this.#look()
    const kind = this.#words[Number(x.PyExc_RecursionError.value) >>> 2]
    const isRecursion = this.#words[(error >>> 2) + TYPE] === kind
    x.Py_DecRef(error)
    return isRecursion
  }

  #refuse(
    kind: 'PyExc_ValueError' | 'PyExc_MemoryError' | 'PyExc_RecursionError',
    text: string,
  ): number {
    const x = this.#x
    const encoded = new TextEncoder().encode(`${text}\0`)
    const pointer = x.malloc(encoded.length) >>> 0
    if (pointer === 0) throw new Killed('memory')
    this.#look().set(encoded, pointer)
    x.PyErr_SetString(this.#words[Number(x[kind].value) >>> 2]!, pointer)
    x.free(pointer)
    return 0
  }

  /** Memory for a message that arrives; 0 when there is none. Reading one runs no Python: no second one comes meanwhile. */
  #room(size: number): number {
    if (size > KEPT) return this.#x.malloc(size) >>> 0
    return (this.#kept ||= this.#x.malloc(KEPT) >>> 0)
  }

  /** The memory as it is now: once it has grown, it is another buffer, and the one before has no bytes. */
  #look(): Uint8Array {
    if (this.#bytes.length === 0) {
      const { buffer } = this.#x.memory
      this.#bytes = new Uint8Array(buffer)
      this.#words = new Int32Array(buffer)
    }
    return this.#bytes
  }
}
