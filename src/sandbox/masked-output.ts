/** What one execution writes, on its way to its host: with no secret in it, until the host does not take it. */
import type { Masker, Secrets } from '../trusted/network/secrets.js'
import type { Execution } from './execution.js'
import { OutputCollector, type Written } from './output.js'

/** The output of one execution. What its host does not take ends the worker. */
export class MaskedOutput {
  readonly #collector: OutputCollector
  readonly #maskers: Readonly<Record<1 | 2, Masker>>
  readonly #notTaken: (error: unknown) => void
  #refusal: { readonly error: unknown } | undefined

  constructor(
    { worker, first, onOutput }: Pick<Execution, 'worker' | 'first' | 'onOutput'>,
    secrets: Secrets,
  ) {
    this.#notTaken = (error) => {
      this.#refusal ??= { error }
      worker.kill('the output was not taken')
    }
    const before = 'written' in first ? first.written : []
    // A turn that is made again writes again what it had written.
    const repeated = 'turn' in first && first.turn ? first.spent.outputBytes : Infinity
    this.#collector = new OutputCollector(onOutput, this.#notTaken, before, repeated)
    this.#maskers = { 1: secrets.masker(), 2: secrets.masker() }
  }

  /** Whether the host did not take it. */
  get isRefused(): boolean {
    return this.#refusal !== undefined
  }

  /** Everything that was written so far, in order. */
  get written(): readonly Written[] {
    return this.#collector.written
  }

  /** Takes what the guest writes, as it comes. */
  take(fd: 1 | 2, bytes: Uint8Array): void {
    this.#hand(fd, this.#maskers[fd].take(bytes))
  }

  /** Hands over what was held back, and tells the whole. @throws what the host threw when it did not take it */
  end(): ReturnType<OutputCollector['end']> {
    for (const fd of [1, 2] as const) this.#hand(fd, this.#maskers[fd].end())
    if (this.#refusal) throw this.#refusal.error
    return this.#collector.end()
  }

  #hand(fd: 1 | 2, bytes: Uint8Array): void {
    try {
      if (bytes.length > 0) this.#collector.take(fd, bytes)
    } catch (error) {
      this.#notTaken(error)
    }
  }
}
