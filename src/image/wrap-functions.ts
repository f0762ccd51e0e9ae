/**
 * Wraps functions of the WebAssembly so that recursion through them is seen by CPython, which measures the C stack in memory
 * and not the engine's. A function that keeps nothing in memory takes none of that stack: freeing a chain of tuples, hashing
 * one or asking an iterator of iterators was never too deep for CPython, until the engine's stack ended, and the guest with it.
 *
 * What is made is a list of splices, applied by whoever loads the module: an unwrapped function moves to the module's end,
 * and its place is taken by code that claims room on the stack, asks CPython whether it is too deep where it is to ask, and
 * calls it. Indices of functions, and so the table and the image, stay as they were.
 */
import type { Splice } from '../trusted/wall/image-facts.js'
import { hex, leb, Reader, SECTION, sectionsOf } from './wasm-sections.js'

/** A function of one i32, or several, with one result or none. */
export interface Wrap {
  /** The name of an export, or the function's index in the table. */
  readonly target: string | number
  /** What it returns when CPython finds that it is too deep, and raised RecursionError; undefined: it is not asked. */
  readonly failure?: number
}

/** Bytes of the C stack that a call through a wrapper takes: a fifth to a tenth of what it takes of the engine's. */
const ROOM = 64

const OP = {
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  call: 0x10,
  localGet: 0x20,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i32Add: 0x6a,
  i32Sub: 0x6b,
}
const I32 = 0x7f
const NOTHING = 0x40

function signed(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7) {
    const byte = rest & 127
    const isLast = (rest >> 7 === 0 && byte < 64) || (rest >> 7 === -1 && byte >= 64)
    bytes.push(isLast ? byte : byte | 128)
    if (isLast) return bytes
  }
}

/** The functions of the table's element segments, by their index in the table. */
function tableOf(reader: Reader): Map<number, number> {
  const table = new Map<number, number>()
  reader.list(() => {
    const kind = reader.number()
    if (kind !== 0 || reader.byte() !== OP.i32Const) throw new Error('a segment of another kind')
    const start = reader.number()
    if (reader.byte() !== OP.end) throw new Error('a segment of another kind')
    reader.list(() => reader.number()).forEach((index, i) => table.set(start + i, index))
  })
  return table
}

/** The splices that wrap these functions. `where` is the address of the text that CPython adds to a RecursionError's. */
export function wrapFunctions(wasm: Uint8Array, wraps: readonly Wrap[], where: number): Splice[] {
  const sections = sectionsOf(wasm)
  const section = (id: number) => {
    const found = sections.get(id)
    if (!found) throw new Error(`a module without section ${id}`)
    return { ...found, reader: new Reader(wasm, found.from) }
  }
  const types = section(SECTION.type)
  const signatures = types.reader.list(() => {
    if (types.reader.byte() !== 0x60) throw new Error('a type that is no function')
    const kinds = () => types.reader.list(() => types.reader.byte())
    return { takes: kinds(), gives: kinds() }
  })
  const imported = section(SECTION.import)
  let importedFunctions = 0
  imported.reader.list(() => {
    const { reader } = imported
    reader.name()
    reader.name()
    switch (reader.byte()) {
      case 0:
        importedFunctions++
        reader.number()
        break
      case 1:
        reader.byte()
        if (reader.number() & 1) reader.number()
        reader.number()
        break
      case 3:
        reader.at += 2
        break
      case 4:
        reader.byte()
        reader.number()
        break
      default:
        throw new Error('an import of another kind')
    }
  })
  const functions = section(SECTION.function)
  const typeOf = functions.reader.list(() => functions.reader.number())
  const exported = new Map<string, number>()
  const { reader: exports } = section(SECTION.export)
  exports.list(() => {
    const name = exports.name()
    const kind = exports.byte()
    exported.set(`${kind === 3 ? 'global ' : ''}${name}`, exports.number())
  })
  const named = (name: string): number => {
    const index = exported.get(name)
    if (index === undefined) throw new Error(`nothing is exported as ${name}`)
    return index
  }
  const code = section(SECTION.code)
  const bodies = code.reader.list(() => {
    const from = code.reader.at
    const length = code.reader.number()
    const start = code.reader.at
    code.reader.at += length
    return { from, start, to: start + length }
  })
  const table = tableOf(section(SECTION.element).reader)

  const stack = named('global __stack_pointer')
  const move = (op: number): number[] => [
    OP.globalGet,
    ...leb(stack),
    OP.i32Const,
    ...signed(ROOM),
    op,
    OP.globalSet,
    ...leb(stack),
  ]
  const splices: Splice[] = []
  const addedTypes: number[] = []
  const addedBodies: Uint8Array[] = []
  const done = new Set<number>()
  for (const { target, failure } of wraps) {
    const index = typeof target === 'string' ? named(target) : table.get(target)
    if (index === undefined) throw new Error(`the table holds nothing at ${target}`)
    if (done.has(index)) continue
    done.add(index)
    const own = index - importedFunctions
    const type = typeOf[own]!
    const { takes, gives } = signatures[type]!
    if (gives.length > 1 || [...takes, ...gives].some((kind) => kind !== I32))
      throw new Error(`${target} takes or gives other things than i32`)
    const call = [
      ...takes.flatMap((_, i) => [OP.localGet, ...leb(i)]),
      OP.call,
      ...leb(importedFunctions + typeOf.length + addedTypes.length),
    ]
    const asked =
      failure === undefined
        ? call
        : [
            OP.i32Const,
            ...signed(where),
            OP.call,
            ...leb(named('Py_EnterRecursiveCall')),
            OP.if,
            gives.length === 0 ? NOTHING : I32,
            ...(gives.length === 0 ? [] : [OP.i32Const, ...signed(failure)]),
            OP.else,
            ...call,
            OP.end,
          ]
    // What would be `Py_LeaveRecursiveCall` does nothing in this CPython: the stack is measured, not counted.
    const wrapper = [0, ...move(OP.i32Sub), ...asked, ...move(OP.i32Add), OP.end]
    const { from, start, to } = bodies[own]!
    splices.push({ at: from, remove: to - from, insert: hex([...leb(wrapper.length), ...wrapper]) })
    addedTypes.push(type)
    addedBodies.push(wasm.subarray(start, to))
  }
  const moved = addedBodies.flatMap((body) => [...leb(body.length), ...body])
  const grown = splices.reduce((sum, { remove, insert }) => sum + insert.length / 2 - remove, 0)
  const counted = (
    at: { size: number; from: number; to: number },
    count: number,
    more: number,
  ): Splice => {
    const reader = new Reader(wasm, at.from)
    reader.number()
    const told = leb(count + addedTypes.length)
    const size = at.to - reader.at + told.length + more
    return { at: at.size, remove: reader.at - at.size, insert: hex([...leb(size), ...told]) }
  }
  const newTypes = addedTypes.flatMap(leb)
  splices.push(
    counted(functions, typeOf.length, newTypes.length),
    { at: functions.to, remove: 0, insert: hex(newTypes) },
    counted(code, bodies.length, grown + moved.length),
    { at: code.to, remove: 0, insert: hex(moved) },
  )
  return splices.sort((one, other) => one.at - other.at)
}
