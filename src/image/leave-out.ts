/**
 * Leaves out of the WebAssembly what no guest needs. A guest's memory is the image's, so the data that the module would
 * fill a new memory with is of no use. And of the fifteen thousand exports, for each of which the engine makes an object in each
 * guest, those remain that we call. Both together are nine tenths of the time that a new instance takes.
 *
 * What is made is a list of splices, as `wrapFunctions` makes one.
 */
import type { Exports } from '../trusted/wall/c-api.js'
import type { Splice } from '../trusted/wall/image-facts.js'
import { hex, leb, Reader, SECTION, sectionsOf } from './wasm-sections.js'

/** Each of {@link Exports}: the type says so. */
const KEPT: Record<keyof Exports, true> = {
  memory: true,
  __indirect_function_table: true,
  emscripten_stack_init: true,
  emscripten_stack_get_base: true,
  emscripten_stack_get_current: true,
  emscripten_stack_get_end: true,
  _emscripten_stack_restore: true,
  _emscripten_tempret_set: true,
  emscripten_get_sbrk_ptr: true,
  malloc: true,
  free: true,
  PyThreadState_Get: true,
  PyUnstable_ThreadState_SetStackProtection: true,
  Py_DecRef: true,
  PyErr_GetRaisedException: true,
  PyErr_Clear: true,
  PyErr_SetString: true,
  PyObject_CallOneArg: true,
  PyObject_CallObject: true,
  PyObject_Vectorcall: true,
  PyMarshal_WriteObjectToString: true,
  PyMarshal_ReadObjectFromString: true,
  PyTuple_New: true,
  PyTuple_SetItem: true,
  PyBytes_FromStringAndSize: true,
  PyBytes_AsString: true,
  PyBytes_Size: true,
  PyFloat_FromDouble: true,
  PyFloat_AsDouble: true,
  PyLong_FromLong: true,
  PyLong_AsLong: true,
  PyLong_FromDouble: true,
  PyLong_AsDouble: true,
  PyUnicode_FromStringAndSize: true,
  PyUnicode_AsUTF8AndSize: true,
  PyBytes_Type: true,
  PyTuple_Type: true,
  PyFloat_Type: true,
  PyLong_Type: true,
  PyUnicode_Type: true,
  _Py_NoneStruct: true,
  _Py_TrueStruct: true,
  _Py_FalseStruct: true,
  PyExc_ValueError: true,
  PyExc_MemoryError: true,
  PyExc_RecursionError: true,
}

/** The splices that leave out data and the exports that are not {@link KEPT}. */
export function leaveOut(wasm: Uint8Array): Splice[] {
  const sections = sectionsOf(wasm)
  const exported = sections.get(SECTION.export)!
  const reader = new Reader(wasm, exported.from)
  const entries = reader.list(() => {
    const from = reader.at
    const name = reader.name()
    reader.byte()
    reader.number()
    return { name, bytes: wasm.subarray(from, reader.at) }
  })
  const kept = entries.filter(({ name }) => Object.hasOwn(KEPT, name))
  const lacking = Object.keys(KEPT).filter((name) => !kept.some((entry) => entry.name === name))
  if (lacking.length > 0) throw new Error(`nothing is exported as ${lacking.join(', ')}`)
  const body = [...leb(kept.length), ...kept.flatMap(({ bytes }) => [...bytes])]
  const without = (id: number): Splice => {
    const { size, to } = sections.get(id)!
    return { at: size - 1, remove: to - size + 1, insert: '' }
  }
  return [
    {
      at: exported.size,
      remove: exported.to - exported.size,
      insert: hex([...leb(body.length), ...body]),
    },
    without(SECTION.dataCount),
    without(SECTION.data),
  ]
}
