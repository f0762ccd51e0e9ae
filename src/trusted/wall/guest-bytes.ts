/** Bytes that a guest and its host hand each other. Lengths and pointers are the guest's word: the views throw where they lead out. */
import type { Exports } from './c-api.js'
import { Killed } from './killed.js'

/** Bytes of `NOTE` in guest/noted.py. */
const MOST_NOTE = 1_024
const fromUtf8 = new TextDecoder()

const view = ({ buffer }: WebAssembly.Memory, pointer: number, length: number): Uint8Array =>
  new Uint8Array(buffer, pointer >>> 0, length)

/** A new `bytes` object of the guest's with these contents; 0 when there is no memory for it. */
export function bytesOf(exports: Exports, contents: Uint8Array): number {
  const object = exports.PyBytes_FromStringAndSize(0, contents.length)
  if (object !== 0)
    view(exports.memory, exports.PyBytes_AsString(object), contents.length).set(contents)
  return object
}

/** A `bytes` object of the guest's, as a copy; the reference is given up. @throws Killed when it holds more than `most` bytes */
export function contentsOf(exports: Exports, object: number, most: number): Uint8Array {
  const length = exports.PyBytes_Size(object)
  if (length < 0) throw new Killed('crash', 'forged result')
  if (length > most) throw new Killed('response')
  const bytes = view(exports.memory, exports.PyBytes_AsString(object), length).slice()
  exports.Py_DecRef(object)
  return bytes
}

/** Line, column and file of the note at `pointer`, which the guest writes (guest/noted.py); undefined where there is none. */
export function readNote(
  memory: WebAssembly.Memory,
  pointer: number,
): readonly [line: number, column: number, file: string] | undefined {
  const bytes = view(memory, pointer, MOST_NOTE)
  const text = fromUtf8.decode(bytes.slice(0, Math.max(0, bytes.indexOf(0))))
  const found = /^(\d{1,9}) (\d{1,9}) (.+)$/s.exec(text)
  return found ? [Number(found[1]), Number(found[2]), found[3]!] : undefined
}

/** Where the heap ends: the guest's own word for it, at most the end of its memory. */
export function heapEnd(exports: Exports): number {
  const { buffer } = exports.memory
  const end = new Uint32Array(buffer)[exports.emscripten_get_sbrk_ptr() >>> 2] ?? 0
  return Math.min(end, buffer.byteLength)
}
