/** What a guest writes, as it comes and as a whole: bytes in the order they were written, decoded without ever failing. */

/** Which of the guest's streams. */
export type Stream = 'stdout' | 'stderr'

/** Takes text as the guest writes it. An error it throws, or rejects with while the run lasts, ends the run, which rejects with it. */
export type OnOutput = (text: string, stream: Stream) => void

/** @internal A piece of it. */
export interface Written {
  readonly fd: 1 | 2
  readonly bytes: Uint8Array
}

/** @internal The output of one run: handed to `onOutput` as it comes, and kept for the outcome. */
export class OutputCollector {
  readonly #chunks: Written[]
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }

  #isOver = false
  /** Bytes still to come that were told before. */
  #repeated = 0

  /**
   * `failed` is told what an `onOutput` that is asynchronous rejects with. `before` is what was written and handed over earlier, of
   * a run that goes on.
   */
  constructor(
    private readonly onOutput: OnOutput | undefined,
    private readonly failed: (error: unknown) => void = () => {},
    before: readonly Written[] = [],
    /** How many bytes of that were written when the turn began that is made again: what it writes again is not told again. */
    repeatsFrom = Infinity,
  ) {
    this.#chunks = [...before]
    const total = before.reduce((sum, { bytes }) => sum + bytes.length, 0)
    this.#repeated = Math.max(0, total - repeatsFrom)
  }

  /** Everything written, in order. */
  get written(): readonly Written[] {
    return this.#chunks
  }

  /** Throws what `onOutput` throws. */
  take(fd: 1 | 2, all: Uint8Array): void {
    const bytes = all.subarray(Math.min(all.length, this.#repeated))
    this.#repeated -= all.length - bytes.length
    if (bytes.length === 0) return
    this.#chunks.push({ fd, bytes })
    const stream = fd === 1 ? 'stdout' : 'stderr'
    if (this.onOutput) this.#hand(this.#decoders[stream].decode(bytes, { stream: true }), stream)
  }

  /** Everything written, in order and by stream. Hands over what a cut-off character left. */
  end(): { readonly output: string; readonly stdout: string; readonly stderr: string } {
    this.#isOver = true
    if (this.onOutput)
      for (const stream of ['stdout', 'stderr'] as const)
        this.#hand(this.#decoders[stream].decode(), stream)
    const text = (...fds: readonly number[]): string =>
      new TextDecoder().decode(
        Buffer.concat(this.#chunks.filter(({ fd }) => fds.includes(fd)).map(({ bytes }) => bytes)),
      )
    return { output: text(1, 2), stdout: text(1), stderr: text(2) }
  }

  #hand(text: string, stream: Stream): void {
    if (text === '') return
    const taken = this.onOutput?.(text, stream) as unknown
    // After the run its error is nobody's but its own.
    if (taken instanceof Promise)
      taken.catch((error: unknown) => {
        if (this.#isOver) throw error
        this.failed(error)
      })
  }
}
