/** How a guest's call ends when it does not return: one error, thrown by `Guest.call` and through wasm, where no Python catches it. */

/**
 * Which limit ended the call, or `crash`: the interpreter cannot go on (trap, abort, denied import, forged result). `memory`:
 * not even the answer that memory is wanting could be made; `response`: the answer is longer than allowed; `dropped`: the host has no
 * answer for it, and lets go of the call.
 */
export type KilledKind = 'fuel' | 'wall' | 'output' | 'memory' | 'response' | 'crash' | 'dropped'

/** Ends a guest's call. The guest is unusable until it is reset or restored. */
export class Killed extends Error {
  override readonly name = 'Killed'
  readonly kind: KilledKind
  /** For people: which import was denied, what the trap said. Never holds guest data longer than a line. */
  readonly detail: string

  constructor(kind: KilledKind, detail = '') {
    super(detail === '' ? kind : `${kind}: ${detail}`)
    this.kind = kind
    this.detail = detail
  }

  /**
   * Any exception that left wasm, as a Killed. A guest with a write into its own memory can make imports throw
   * (wild pointers, missing table entries) and can exhaust the stack: none of that may reach the caller raw.
   */
  static from(error: unknown): Killed {
    if (error instanceof Killed) return error
    if (error instanceof RangeError && /call stack/i.test(error.message))
      return new Killed('crash', 'stack')
    const text = error instanceof Error ? `${error.name}: ${error.message}` : 'unknown'
    return new Killed('crash', text.slice(0, 200))
  }
}
