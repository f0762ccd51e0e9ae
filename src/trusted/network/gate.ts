/** Waiting that ends when nobody waits any more. */

/** What `work` comes to, or a rejection as soon as nobody waits any more. */
export function aborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(signal.reason as Error)
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}

/** So many at a time; who comes later waits for one to leave. */
export class Gate {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(size: number) {
    this.#free = size
  }

  async enter(signal: AbortSignal): Promise<() => void> {
    while (this.#free === 0) {
      const turn = new Promise<void>((resolve) => this.#waiting.add(resolve))
      await aborted(signal, turn)
    }
    this.#free--
    return () => {
      this.#free++
      for (const wake of this.#waiting) wake()
      this.#waiting.clear()
    }
  }
}
