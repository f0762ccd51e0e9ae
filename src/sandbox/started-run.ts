/** A run that can be made to stand still: an execution in slices, as its host finds time for it. */
import { Pauses } from './execution.js'
import type { Outcome } from './outcome.js'

/** A pause that lasts longer ends the run: it holds a worker, and a host that forgot it would hold it for ever. */
const LONGEST_PAUSE_MS = 600_000

/** Made by `sandbox.start()`. Time spent in pauses is not counted; a pause of more than ten minutes ends the run as `cancelled`. */
export class StartedRun {
  /** What becomes of it; as `sandbox.run()`, whose promise it is. */
  readonly outcome: Promise<Outcome>
  readonly #pauses = new Pauses()
  readonly #end = new AbortController()
  #timer: NodeJS.Timeout | undefined

  /** @internal Begins at once; `end` ends it. */
  constructor(begin: (pauses: Pauses, end: AbortController) => Promise<Outcome>) {
    this.outcome = begin(this.#pauses, this.#end).finally(() => clearTimeout(this.#timer))
    this.outcome.catch(() => {}) // whoever awaits it hears of it
  }

  /** Makes it stand still: a process at once, a thread at the next tick. One that waits for a worker will not begin. */
  pause(): void {
    this.#pauses.set(true)
    this.#timer ??= setTimeout(() => this.#end.abort(), LONGEST_PAUSE_MS).unref()
  }

  /** Lets it go on. */
  resume(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#pauses.set(false)
  }
}
