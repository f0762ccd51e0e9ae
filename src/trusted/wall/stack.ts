/**
 * How deep a guest may call: so deep that CPython's own checks end it, in RecursionError or by putting off what it frees,
 * before either stack ends: the engine's, whose end ends the guest, and the one in the guest's memory, whose end nobody
 * guards and below which CPython's static data lie.
 *
 * Bytes of the engine's stack per byte of the C stack, measured with Node 20 on x64 (shapes nested until they ended, with the
 * functions that the image builder wraps): calls of Python through C 9.0; repr of lists 6.3, of dicts 6.8; JSON 6.3; objects
 * compared 5 to 8; chains freed, of objects, tuples, closures, generators, exceptions, 3 to 7; iterators of iterators 3 to 5.
 * The other way round, a byte of the engine's stack takes at most 0.2 of the C stack, so {@link STACK_SIZE_MB} cannot use up
 * the 10 MiB. What CPython does not check and nothing wraps (`isinstance` with tuples nested 5,000 deep) ends at the end of
 * the engine's stack, as a crash.
 */
import type { Exports } from './c-api.js'

/** Stack for a thread or process of guests, in MiB. */
export const STACK_SIZE_MB = 48

/** Of the engine's stack, this part is told to CPython as its own: more than the worst of the ratios above. */
const RATIO = 10
/** In steps of this. */
const STEP = 8 << 10
/** Bytes at the C stack's end that hold zeros as long as it has not been used up. */
const CANARY = 1 << 10

/** Bytes of its C stack that CPython is told of on an engine's stack of so many bytes. */
export const toldStack = (engine: number = STACK_SIZE_MB << 20): number =>
  Math.max(STEP * 4, Math.floor(engine / RATIO / STEP) * STEP)

/** Tells CPython how much of its C stack it may use. */
export function boundStack(exports: Exports, size: number): void {
  exports.PyUnstable_ThreadState_SetStackProtection(
    exports.PyThreadState_Get(),
    exports.emscripten_stack_get_base() - size,
    size,
  )
}

/** Whether nothing was ever written at the end of the C stack. The image has zeros there. */
export function isStackWhole({ memory, emscripten_stack_get_end: end }: Exports): boolean {
  const words = new Int32Array(memory.buffer, end(), CANARY / 4)
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false
  return true
}
