/**
 * Puts a function of ours into a guest's table of functions, where the C function `_door` of the image finds it.
 *
 * A table takes functions of WebAssembly only: the module below imports a function and exports it again. Where the table is
 * not as the image says, nothing is bound, and the guest's call of `_door` traps.
 */
import type { DoorSlot } from './guest-options.js'
import { Killed } from './killed.js'

/** `(module (import "e" "f" (func (param i32 i32 i32) (result i32))) (export "f" (func 0)))`, 44 bytes. */
const STUB = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 8, 1, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f],
  ...[2, 7, 1, 1, 0x65, 1, 0x66, 0, 0],
  ...[7, 5, 1, 1, 0x66, 0, 0],
)
let stub: WebAssembly.Module | undefined

/** Makes `slot` what a guest reaches by a call of the table's entry `index`, which is the first beyond those of the module. */
export function bindSlot(table: WebAssembly.Table, index: number, slot: DoorSlot): void {
  if (table.grow(1) !== index) throw new Killed('crash', 'the table is not that of the image')
  stub ??= new WebAssembly.Module(STUB)
  const f = (_self: number, args: number, count: number): number => slot.serve(args, count)
  table.set(index, new WebAssembly.Instance(stub, { e: { f } }).exports['f'])
}
