/**
 * A trusted guest behind the door, and in place of the untrusted guest nothing but forgery: whatever its memory would hold and
 * its WebAssembly would answer is made up here. That is more than an attacker has who writes all of a guest's memory.
 */
import { readFileSync } from 'node:fs'
import { decodeValue, encodeValue } from '../../dist/trusted/channel/values.js'
import { End } from '../../dist/trusted/door/door.js'
import { Passage } from '../../dist/trusted/door/passage.js'
import { Pair } from '../../dist/trusted/door/pair.js'
import { Killed } from '../../dist/trusted/wall/killed.js'
import { Guest } from '../../dist/trusted/wall/runtime.js'
import { loadImage, readLibrary } from '../../dist/platform/node/image.js'

const MEMORY = 1 << 20
const MESSAGE_AT = 1024
const READ_AT = 900_000

/** A trusted guest with `source` loaded, and what forged messages do to it. */
export class ForgedDoor {
  /** `op` of main.py, for the guest that was there when the module was loaded. */
  static attend = {
    op: 'attend',
    policy: { modules: 'standard' },
    recursion: 1000,
    resultBytes: 1e6,
    resultNodes: 1e6,
    resultDepth: 100,
  }

  constructor(source, expose) {
    const { wasm, image } = loadImage()
    const settle = encodeValue({ op: 'settle' })
    const pair = new Pair(wasm, image, {}, settle)
    const ask = (to, request) => {
      const answer = decodeValue(pair.call(to, encodeValue(request), {}).response)
      if (answer.status !== 'returned') throw new Error(JSON.stringify(answer))
      return answer.value
    }
    ask('guest', ForgedDoor.attend)
    ask('host', { op: 'full', archive: readLibrary() })
    ask('host', { op: 'load', name: 'engine', source, expose })
    const both = pair.capture()
    const first = new DataView(both.buffer).getUint32(4, true)
    this.memory = both.slice(8 + first)
    this.facts = image.facts.door
    this.passage = new Passage(1 << 20)
    this.guest = new Guest(wasm, image, { memoryBytes: 512 << 20 })
    this.forged = new End(this.facts.guest, this.facts, this.passage, () => {})
    this.real = new End(this.facts.host, this.facts, this.passage, () => {})
    this.forged.other = this.real
    this.real.other = this.forged
    this.guest.connect(this.real)
    this.forged.adopt(this.#forgery())
    this.restore()
  }

  restore() {
    this.guest.restore(this.memory, 512 << 20)
    this.real.forget()
  }

  /** The memory and the functions of a guest that are all lies. What arrives there is kept in `heard`. */
  #forgery() {
    const memory = new WebAssembly.Memory({ initial: MEMORY >> 16 })
    this.words = new Int32Array(memory.buffer)
    this.bytes = new Uint8Array(memory.buffer)
    const global = (value) => ({ value })
    const object = () => READ_AT
    this.words[(READ_AT >> 2) + 1] = 72
    return {
      memory,
      PyBytes_Type: global(71),
      PyTuple_Type: global(72),
      _Py_NoneStruct: global(8),
      PyExc_ValueError: global(16),
      PyExc_MemoryError: global(16),
      PyExc_RecursionError: global(16),
      PyLong_AsLong: () => this.operation,
      PyLong_FromLong: object,
      PyTuple_New: object,
      PyTuple_SetItem: () => 0,
      PyObject_CallOneArg: object,
      PyObject_CallObject: object,
      PyErr_GetRaisedException: object,
      emscripten_stack_get_base: () => 0,
      emscripten_stack_get_current: () => 0,
      PyErr_Clear: () => {},
      PyErr_SetString: (_, at) => {
        this.refusal = new TextDecoder().decode(this.bytes.slice(at, this.bytes.indexOf(0, at)))
      },
      Py_DecRef: () => {},
      malloc: () => 600_000,
      free: () => {},
      PyMarshal_WriteObjectToString: () => this.#place(this.messages.shift() ?? this.last),
      PyMarshal_ReadObjectFromString: (at, size) => {
        this.heard.push(this.bytes.slice(at, at + size))
        return READ_AT
      },
    }
  }

  #place(message) {
    this.last = message
    this.words[(MESSAGE_AT >> 2) + 1] = 71
    this.words[(MESSAGE_AT >> 2) + 2] = message.length
    this.bytes.set(message.subarray(0, 200_000), MESSAGE_AT + 16)
    return MESSAGE_AT
  }

  /**
   * Sends a message, and `answers` to whatever comes back as a question. How it ended: `answered` (`heard` holds what arrived),
   * `refused` by the door itself, or `ended`, with the trusted guest put back.
   */
  send(operation, message, ...answers) {
    this.operation = operation
    this.messages = [message, ...answers]
    this.heard = []
    this.refusal = undefined
    this.passage.depth = 0
    try {
      const answer = this.guest.enter({ fuel: 20_000 }, () => this.forged.serve(64, 2))
      return answer === 0 && this.refusal !== undefined ? 'refused' : 'answered'
    } catch (error) {
      if (!(error instanceof Killed)) throw error
      this.killed = error
      this.restore()
      return `ended: ${error.kind} ${error.detail}`
    }
  }
}

export const vault = () => readFileSync(new URL('vault.py', import.meta.url), 'utf8')
