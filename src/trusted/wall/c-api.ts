/** Those of the module's exports that we call, CPython's C API among them. Pointers and sizes are i32, and come back signed. */
export interface Exports {
  readonly memory: WebAssembly.Memory
  readonly __indirect_function_table: WebAssembly.Table

  emscripten_stack_init(): void
  emscripten_stack_get_base(): number
  emscripten_stack_get_current(): number
  emscripten_stack_get_end(): number
  _emscripten_stack_restore(pointer: number): void
  _emscripten_tempret_set(value: number): void
  emscripten_get_sbrk_ptr(): number
  malloc(size: number): number
  free(pointer: number): void

  PyThreadState_Get(): number
  PyUnstable_ThreadState_SetStackProtection(thread: number, start: number, size: number): number
  Py_DecRef(object: number): void
  PyErr_GetRaisedException(): number
  PyErr_Clear(): void
  PyErr_SetString(type: number, text: number): void

  PyObject_CallOneArg(callable: number, argument: number): number
  PyObject_CallObject(callable: number, args: number): number
  PyObject_Vectorcall(callable: number, args: number, count: number, names: number): number

  PyMarshal_WriteObjectToString(object: number, version: number): number
  PyMarshal_ReadObjectFromString(pointer: number, size: number): number
  PyTuple_New(size: number): number
  PyTuple_SetItem(tuple: number, index: number, item: number): number
  PyBytes_FromStringAndSize(pointer: number, size: number): number
  PyBytes_AsString(object: number): number
  PyBytes_Size(object: number): number
  PyFloat_FromDouble(value: number): number
  PyFloat_AsDouble(object: number): number
  PyLong_FromLong(value: number): number
  PyLong_AsLong(object: number): number
  PyLong_FromDouble(value: number): number
  PyLong_AsDouble(object: number): number
  PyUnicode_FromStringAndSize(pointer: number, size: number): number
  PyUnicode_AsUTF8AndSize(object: number, size: number): number

  /** Addresses of objects. */
  readonly PyBytes_Type: WebAssembly.Global
  readonly PyTuple_Type: WebAssembly.Global
  readonly PyFloat_Type: WebAssembly.Global
  readonly PyLong_Type: WebAssembly.Global
  readonly PyUnicode_Type: WebAssembly.Global
  readonly _Py_NoneStruct: WebAssembly.Global
  readonly _Py_TrueStruct: WebAssembly.Global
  readonly _Py_FalseStruct: WebAssembly.Global

  /** Addresses of pointers to exception classes. */
  readonly PyExc_ValueError: WebAssembly.Global
  readonly PyExc_MemoryError: WebAssembly.Global
  readonly PyExc_RecursionError: WebAssembly.Global
}
