/** A run that can be made to stand still: an execution in slices, as its host finds time for it. */
import { Pauses } from './execution.js'
import type { Outcome } from './outcome.js'
import { ArgumentError } from '../errors.js'
import { checkKeys, checkRecord } from './records.js'
import { Slices, type Slice } from './slices.js'

/** A pause that lasts longer ends the run: it holds a worker, and a host that forgot it would hold it for ever. */
const LONGEST_PAUSE_MS = 600_000

/** Made by `sandbox.start()`. Time spent in pauses is not counted; a pause of more than ten minutes ends the run as `cancelled`. */
export class StartedRun {
  /** What becomes of it; as `sandbox.run()`, whose promise it is. */
  readonly outcome: Promise<Outcome>
  readonly #pauses = new Pauses()
  readonly #end = new AbortController()
  #timer: NodeJS.Timeout | undefined
  /** While it stands between two slices. */
  #standing: NodeJS.Timeout | undefined

  /** @internal Begins at once; `end` ends it. */
  constructor(begin: (pauses: Pauses, end: AbortController) => Promise<Outcome>) {
    this.outcome = begin(this.#pauses, this.#end).finally(() => {
      clearTimeout(this.#timer)
      clearTimeout(this.#standing)
    })
    this.outcome.catch(() => {}) // whoever awaits it hears of it
  }

  /** Makes it stand still: a process at once, a thread at the next tick. One that waits for a worker will not begin. */
  pause(): void {
    this.#pauses.set(true)
    this.#timer ??= setTimeout(() => this.#end.abort(), LONGEST_PAUSE_MS).unref()
  }

  /**
   * The run, a slice at a time: it stands still after each `fuel` ticks until the next slice is asked for, the first one included, and
   * that time is not counted; ten minutes of it end the run as `cancelled`. Whoever leaves the loop lets the run go on to its end.
   * Slices are asked for before the run begins: right after `sandbox.start()`, or while it is paused.
   * @throws ArgumentError for fuel that is no whole number from 1, and once the run has begun.
   * @example for await (const { fuel } of run.slices({ fuel: 10_000 })) await others(fuel)
   */
  slices(options: { readonly fuel: number }): AsyncGenerator<Slice, void, undefined> {
    checkRecord(options, 'slices')
    checkKeys(options, ['fuel'], 'slices', 'option')
    const { fuel } = options
    if (!Number.isSafeInteger(fuel) || fuel < 1)
      throw new ArgumentError('slices.fuel: must be a whole number of ticks from 1')
    if (this.#pauses.hasBegun || this.#pauses.slices)
      throw new ArgumentError('slices: the run has begun; ask for slices right after start()')
    this.#pauses.slices = new Slices(fuel)
    this.#arm()
    return this.#each(this.#pauses.slices)
  }

  async *#each(slices: Slices): AsyncGenerator<Slice, void, undefined> {
    const ended = this.outcome.then(
      () => undefined,
      () => undefined,
    )
    try {
      for (;;) {
        clearTimeout(this.#standing)
        const slice = await Promise.race([slices.next(), ended])
        if (slice === undefined) return
        this.#arm()
        yield slice
      }
    } finally {
      clearTimeout(this.#standing)
      slices.release()
    }
  }

  #arm(): void {
    this.#standing = setTimeout(() => this.#end.abort(), LONGEST_PAUSE_MS).unref()
  }

  /** Lets it go on. */
  resume(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#pauses.set(false)
  }
}

/**
 * @internal Work that ends when the caller's signal does. Not by `AbortSignal.any`, which leaves something with a signal that lives
 * longer than the run.
 */
export async function following<T>(
  signal: AbortSignal | undefined,
  end: AbortController,
  work: () => Promise<T>,
): Promise<T> {
  const cancel = (): void => end.abort()
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel)
  try {
    return await work()
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}
