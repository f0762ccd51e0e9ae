/**
 * Takes images: loads stock Pyodide in this very process, lets `prelude.py` put each guest together, and writes the
 * memory that results. Run by build.ts in a child of its own (empty environment, TZ=UTC), never at run time.
 *
 * Everything that could differ between two builds is fixed here before Pyodide is imported: clocks, randomness, `Date`,
 * arguments. An image is byte-for-byte the same wherever it is built, and after whichever other; and it holds nothing of the machine
 * that built it.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { guestSources, pyodideFile } from './sources.js'
import {
  IMAGE_FORMAT,
  POLL_COUNTDOWN,
  type DoorFacts,
  type ImageFacts,
} from '../trusted/wall/image-facts.js'
import { IMMUTABLE_TYPE, TYPE_FLAGS_OFFSET } from '../trusted/wall/thaw.js'
import { leaveOut } from './leave-out.js'
import {
  fixTheWorld,
  loadStock,
  SOURCES,
  type Captured,
  type Pyodide,
  type Stock,
} from './stock.js'
import { wrapFunctions, type Wrap } from './wrap-functions.js'

const WASM_PAGE = 65_536
/** `METH_FASTCALL`: such a function is called through the table, without a detour by JavaScript. */
const METH_FASTCALL = 0x80

/** Where a type object keeps `tp_iternext` in this build. */
const TYPE_NEXT_OFFSET = 112

/**
 * What is wrapped so that CPython sees how deep it is: the freeing of objects, which it then puts off; comparing, which it
 * checks but which takes too little of the stack that it measures; hashing, which it does not check. (And the iterators that
 * ask another, of types that prelude.py names.)
 */
const WRAPPED: readonly Wrap[] = [
  { target: '_Py_Dealloc' },
  { target: 'PyObject_RichCompare' },
  { target: 'PyObject_Hash', failure: -1 },
]
/** A text of CPython's own that ends where the empty one begins that is added to these RecursionErrors. */
const SOME_TEXT = ' while calling a Python object'

/** Makes `sys.pyrestrict_door`, the function `_door` of crossing.py: what it calls is the entry of a guest's table that is bound there. */
function hangDoor({ instance, tableLength }: Captured): void {
  const x = instance.exports as unknown as Record<string, (...args: number[]) => number>
  const memory = (): ArrayBuffer => (instance.exports.memory as WebAssembly.Memory).buffer
  const text = (value: string): number => {
    const bytes = new TextEncoder().encode(`${value}\0`)
    const pointer = x.malloc!(bytes.length)
    new Uint8Array(memory()).set(bytes, pointer)
    return pointer
  }
  const name = text('door')
  const definition = x.malloc!(16)
  new Int32Array(memory()).set([name, tableLength, METH_FASTCALL, 0], definition >> 2)
  const door = x.PyCMethod_New!(definition, 0, 0, 0)
  const sys = x.PyImport_AddModule!(text('sys'))
  if (door === 0 || x.PyObject_SetAttrString!(sys, text('pyrestrict_door'), door) !== 0)
    throw new Error('the door could not be made')
}

function writeSources({ FS }: Pyodide, sources: ReadonlyMap<string, string>): void {
  for (const [path, text] of sources) {
    const file = `${SOURCES}/${path}`
    FS.mkdirTree(file.slice(0, file.lastIndexOf('/')))
    FS.writeFile(file, text)
  }
}

/** The guarded texts of the library, what compiles them, and that as the image has it. */
const [TEXTS, CODES] = ['pyrestrict/texts.py', 'pyrestrict/guest/codes.py']
const COMPILE = `
import sys
sys.path.insert(0, '${SOURCES}')
from pyrestrict.guest.codes import CODES
f'CODES = {CODES!r}\\n'
`

/** Compiles the texts of the library in an interpreter that is reset then: it leaves a larger memory behind. */
function compileLibrary({ python, reset }: Stock, sources: Map<string, string>): void {
  writeSources(python, sources)
  sources.set(CODES, String(python.runPython(COMPILE)))
  sources.delete(TEXTS)
  reset()
}

function takeImage(stock: Stock, folder: string, variant: string): void {
  const { python, captured } = stock
  const sources = guestSources(variant)
  if (sources.has(TEXTS)) compileLibrary(stock, sources)
  writeSources(python, sources)
  hangDoor(captured)
  const prelude = readFileSync(
    fileURLToPath(new URL('../../src/image/prelude.py', import.meta.url)),
    'utf8',
  )
  const told = JSON.parse(String(python.runPython(prelude))) as {
    entry: number
    classes: number[]
    iterators: number[]
    version: string
    door: Omit<DoorFacts, 'slot'>
    note: number
    frozen: ImageFacts['frozen']
  }

  const { exports } = captured.instance as {
    exports: Record<string, WebAssembly.Global & ((...a: number[]) => number)>
  }
  const memory = (exports.memory as unknown as WebAssembly.Memory).buffer
  const words = new Int32Array(memory)
  for (const address of told.classes) words[(address + TYPE_FLAGS_OFFSET) >> 2]! |= IMMUTABLE_TYPE
  // Prelude's second half runs with the classes frozen: it fails the build when one is not.
  python.runPython('_check_frozen()')

  const address = (name: string): number => Number(exports[name]!.value)
  // A trampoline of the builder's, an index into its table, would mean nothing in a guest: without one CPython calls the import.
  if (
    words[
      (address('_PyRuntime') + words[address('_PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET') >> 2]!) >> 2
    ] !== 0
  )
    throw new Error('a trampoline was made')
  // From now on the interpreter polls us.
  words[address('Py_EMSCRIPTEN_SIGNAL_HANDLING') >> 2] = 1
  words[address('_Py_emscripten_signal_clock') >> 2] = POLL_COUNTDOWN
  // What returned calls left on the C stack is of no use to anybody.
  const bytes = new Uint8Array(memory)
  bytes.fill(0, exports.emscripten_stack_get_end!(), Number(exports.__stack_pointer!.value))
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  const image = bytes.slice(0, Math.ceil(end / WASM_PAGE) * WASM_PAGE)
  const got: Record<string, number> = {}
  for (const { module, name } of WebAssembly.Module.imports(captured.module)) {
    if (module === 'GOT.func') got[name] = Number(captured.imports['GOT.func'][name]!.value)
  }
  const wasm = readFileSync(pyodideFile('pyodide.asm.wasm'))
  const nexts = told.iterators.map((type) => words[(type + TYPE_NEXT_OFFSET) >> 2]!)
  const text = Buffer.from(image.buffer, image.byteOffset, image.length).indexOf(SOME_TEXT)
  if (text < 0) throw new Error('CPython has other texts')
  const wrapped = wrapFunctions(
    wasm,
    [...WRAPPED, ...nexts.map((target) => ({ target, failure: 0 }))],
    text + SOME_TEXT.length,
  )
  // What is added to a section's end comes before what the next one loses.
  const splices = [...wrapped, ...leaveOut(wasm)].sort((one, other) => one.at - other.at)
  const facts: ImageFacts = {
    format: IMAGE_FORMAT,
    entry: told.entry,
    note: told.note,
    stackPointer: address('__stack_pointer'),
    break: words[exports.emscripten_get_sbrk_ptr!() >> 2]!,
    signalClock: address('_Py_emscripten_signal_clock'),
    door: { slot: captured.tableLength, ...told.door },
    frozen: told.frozen,
    got,
    python: told.version,
    size: image.length,
    filled: filledStretches(image),
    sha256: createHash('sha256').update(image).digest('hex'),
    wasmSha256: createHash('sha256').update(wasm).digest('hex'),
    splices,
    pyodide: (JSON.parse(readFileSync(pyodideFile('package.json'), 'utf8')) as { version: string })
      .version,
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/guest.mem`, image)
  writeFileSync(`${folder}/guest.json`, `${JSON.stringify(facts, null, 1)}\n`)
}

/** Folder, variant, folder, variant. */
const wanted = process.argv.slice(2)
try {
  fixTheWorld()
  const stock = await loadStock()
  for (let at = 0; at < wanted.length; at += 2) {
    takeImage(stock, wanted[at]!, wanted[at + 1]!)
    stock.reset()
  }
} catch (error) {
  // The message is Python's whole traceback; Node would print the line of Pyodide that threw, a megabyte long.
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

/** Stretches of whole wasm pages that are not all zero: beginning, end, beginning, end. */
function filledStretches(image: Uint8Array): number[] {
  const words = new BigUint64Array(image.buffer, image.byteOffset, image.length / 8)
  const filled: number[] = []
  for (let start = 0; start < image.length; start += WASM_PAGE) {
    if (words.subarray(start / 8, (start + WASM_PAGE) / 8).every((word) => word === 0n)) continue
    if (filled.at(-1) === start) filled.pop()
    else filled.push(start)
    filled.push(start + WASM_PAGE)
  }
  return filled
}
