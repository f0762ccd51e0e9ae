/**
 * Ends what no tick of the interpreter can: a long sort, `sum(range(10**12))`, a regular expression, a compile bomb. Two
 * watchdogs, one behind the other: {@link Within} ends the work inside the worker, and the worker
 * lives on; a {@link Watchdog} on the host's side kills the whole worker when even that was late. Neither needs the
 * guest's cooperation.
 */

/** Work was ended by a {@link Within}. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut'
}

/**
 * Does `work`, and ends it after `ms`, from a thread of the platform's own: then throws {@link TimedOut}. The work is cut off
 * wherever it is, its `catch` and `finally` blocks included: whatever it was changing is to be thrown away, not trusted.
 */
export type Within = (ms: number, work: () => void) => void

/** The longest delay that a timer of Node's takes as it is; a longer one is waited for in pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Calls `bite` once when `ms` have passed, pauses not counted, unless stopped before. Never keeps the process alive. */
export class Watchdog {
  #timer: ReturnType<typeof setTimeout> | undefined
  #left: number
  /** When it was last set going; undefined while it pauses or was stopped. */
  #since: number | undefined

  constructor(
    ms: number,
    private readonly bite: () => void,
  ) {
    this.#left = ms
    this.resume()
  }

  pause(): void {
    if (this.#since === undefined) return
    clearTimeout(this.#timer)
    this.#left -= performance.now() - this.#since
    this.#since = undefined
  }

  resume(): void {
    if (this.#since !== undefined) return
    this.#since = performance.now()
    const wait = (): void => {
      const left = this.#left - (performance.now() - this.#since!)
      if (left <= 0) this.bite()
      else {
        this.#timer = setTimeout(wait, Math.min(Math.ceil(left), LONGEST_TIMER_MS))
        // In Node a timer is an object, and keeps the process alive.
        ;(this.#timer as { unref?(): void }).unref?.()
      }
    }
    wait()
  }

  stop(): void {
    this.pause()
  }
}
