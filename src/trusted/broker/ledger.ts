/**
 * What a guest asked while it waited on its stack, in one call of it, and what it was answered: so that the call can be made again
 * without anything being done twice. A question is the same when it is asked at the same step and is, byte for byte, the same.
 */
import { same } from '../wall/same.js'

/** A question, at which step of the interpreter it was asked, and the answer; null while there is none. */
export type Exchange = readonly [steps: number, question: Uint8Array, answer: Uint8Array | null]

/** Bytes of questions and answers that are kept of one call. */
const MOST_BYTES = 64 << 20

/** The call did not ask what it had asked. */
export class Departed extends Error {
  override readonly name = 'Departed'

  /** @param at which question of the call it is, from 0. */
  constructor(
    readonly at: number,
    /** What it asks in its place; undefined when it asks nothing any more. */
    readonly question: Uint8Array | undefined,
  ) {
    super('the call departed from what was recorded')
  }
}

/** The exchanges of one call, in their order. Beyond 64 MiB of questions and answers it {@link Ledger.isFull}. */
export class Ledger {
  readonly #exchanges: Exchange[]
  #at = 0
  #bytes = 0

  /** @param isWhole whether there is nothing to ask beyond it: a recording. */
  constructor(
    exchanges: readonly Exchange[] = [],
    private readonly isWhole = false,
  ) {
    this.#exchanges = [...exchanges]
  }

  get exchanges(): readonly Exchange[] {
    return this.#exchanges
  }

  /** Whether it holds more than is to be kept. */
  get isFull(): boolean {
    return this.#bytes > MOST_BYTES
  }

  /** What is known of a question that is asked now; undefined for one that is new. @throws Departed */
  next(steps: number, question: Uint8Array): Exchange | undefined {
    const known = this.#exchanges[this.#at]
    if (!known && !this.isWhole) return undefined
    if (known?.[0] !== steps || !same(known[1], question)) throw new Departed(this.#at, question)
    if (known[2] !== null) this.#at++
    return known
  }

  /** The answer to the question that {@link next} was asked of last. */
  put(steps: number, question: Uint8Array, answer: Uint8Array | null): void {
    // A copy: an answer holds until the next.
    this.#exchanges[this.#at] = [steps, question, answer?.slice() ?? null]
    this.#bytes += question.length + (answer?.length ?? 0)
    if (answer !== null) this.#at++
  }

  /** The call has ended. @throws Departed when there was more to be asked */
  end(): void {
    if (this.#at < this.#exchanges.length) throw new Departed(this.#at, undefined)
  }
}
