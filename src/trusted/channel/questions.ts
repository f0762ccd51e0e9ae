/**
 * The questions of a call to its host, each answered before the next is asked. One may be asked before its answer is wanted: the host is
 * at work on it while the guest goes on.
 */
import { Killed } from '../wall/killed.js'

/** Asks; what it gives waits for the answer, which holds until the next question. Null: the call is dropped. */
export type Ask = (id: number, question: Uint8Array, steps: number) => () => Uint8Array | null

/** The questions of one call after another: {@link Questions.begin} begins the next call. */
export class Questions {
  /** How long the call's questions have been waited for. */
  ms = 0
  #call = 0
  /** Reads the answer that nobody has waited for yet, and keeps it. */
  #unread: (() => void) | undefined

  constructor(
    private readonly ask: Ask,
    private readonly steps: () => number,
  ) {}

  begin(call: number): void {
    this.#call = call
    this.ms = 0
    this.#unread = undefined
  }

  /** Asks. What it gives waits for the answer, as long as nothing else is asked; then for what was kept of it. */
  put(question: Uint8Array): () => Uint8Array {
    this.settle()
    const wait = this.timed(() => this.ask(this.#call, question, this.steps()))
    let kept: Uint8Array | undefined
    const take = (): Uint8Array => {
      this.#unread = undefined
      const answer = this.timed(wait)
      if (answer === null) throw new Killed('dropped')
      return answer
    }
    this.#unread = () => {
      kept = take().slice()
    }
    return () => kept ?? take()
  }

  /** Nothing is on its way from the host any more. */
  settle(): void {
    this.#unread?.()
  }

  /** `work` waits for the host: that is none of the guest's time. */
  timed<T>(work: () => T): T {
    const began = performance.now()
    try {
      return work()
    } finally {
      this.ms += performance.now() - began
    }
  }
}
