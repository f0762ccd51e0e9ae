/** The guests that keep prepared formulas: how much room their memory has for them, and when they begin anew. */
import type { InlineWorker } from '../platform/node/inline.js'

/** What a prepared function takes of the guest's memory: so much, and this for each byte of its code. Measured, with room. */
const PREPARED_BYTES = 2_048
const PREPARED_BYTES_A_CODE_BYTE = 3
/** The interpreter's own memory, and the part of the rest that prepared functions may take; values get the other. */
const INTERPRETER_BYTES = 36 << 20
const PREPARED_PART = 0.5

/** @internal What the prepared functions of one guest take of its memory. */
export class PreparedRoom {
  /** Bytes that they take, about. */
  #prepared = 0

  /**
   * Whether functions of so much code are prepared in the guest as it is, or in a fresh one, where those before are prepared
   * again as they are called: there is room for thousands.
   */
  begin(codeBytes: number, memoryBytes: number, functions = 1): 'keep' | 'base' {
    const bytes = functions * PREPARED_BYTES + PREPARED_BYTES_A_CODE_BYTE * codeBytes
    const room = PREPARED_PART * (memoryBytes - INTERPRETER_BYTES)
    const begin = this.#prepared === 0 || this.#prepared + bytes > room ? 'base' : 'keep'
    this.#prepared = begin === 'base' ? bytes : this.#prepared + bytes
    return begin
  }

  /** The guest was reset. */
  forget(): void {
    this.#prepared = 0
  }
}

/** An inline guest begins anew after so many values, and when it has been left alone for so long. */
const MOST_VALUES = 100_000
const IDLE_MS = 1_000

/**
 * @internal The guest that a sandbox's inline formulas are prepared in. What one of them did to its memory, through a bug of the
 * interpreter, is gone after a while: 4 ms for a fresh guest, and a tenth of a millisecond for each formula as it is asked again.
 */
export class FormulaGuest {
  readonly #room = new PreparedRoom()
  #worker: InlineWorker | undefined
  #values = 0
  #usedAt = 0
  constructor(private readonly start: () => InlineWorker) {}

  /** The worker, in place of one whose guest crashed. */
  get worker(): InlineWorker {
    if (!this.#worker?.alive) {
      this.#worker = this.start()
      this.#room.forget()
    }
    return this.#worker
  }

  /**
   * So many values are about to be asked of it, at that time. Tells whether prepared functions may be called: otherwise the next
   * is to be prepared, in a fresh guest.
   */
  use(now: number, values: number): boolean {
    this.#values += values
    const isFresh = this.#values <= MOST_VALUES && now - this.#usedAt <= IDLE_MS
    this.#usedAt = now
    if (!isFresh) {
      this.#values = values
      this.#room.forget()
    }
    return isFresh
  }

  /** {@link PreparedRoom.begin} */
  begin(codeBytes: number, memoryBytes: number): 'keep' | 'base' {
    // A worker in place of one that is gone has nothing prepared.
    return this.worker.alive ? this.#room.begin(codeBytes, memoryBytes) : 'base'
  }

  /** The guest was ended, and reset. */
  forget(): void {
    this.#room.forget()
  }
}
