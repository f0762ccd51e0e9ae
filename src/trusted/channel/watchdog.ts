/**
 * Ends what no tick of the interpreter can: a long sort, `sum(range(10**12))`, a regular expression, a compile bomb. Two
 * watchdogs, one behind the other: `within` ends the work inside the worker, from a thread of Node's own, and the worker
 * lives on; a {@link Watchdog} on the host's side kills the whole worker when even that was late. Neither needs the
 * guest's cooperation.
 */
import { createContext, Script } from 'node:vm'

/** Work was ended by {@link within}. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut'
}

const context = createContext({ work: undefined as (() => void) | undefined })
const script = new Script('work()')

/**
 * Does `work`, and ends it after `ms`: then throws {@link TimedOut}. The work is cut off wherever it is, its `catch` and
 * `finally` blocks included: whatever it was changing is to be thrown away, not trusted. Costs 0.1 ms. Not nestable.
 */
export function within(ms: number, work: () => void): void {
  context['work'] = work
  try {
    script.runInContext(context, { timeout: Math.max(1, Math.ceil(ms)) })
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code
    throw code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? new TimedOut(`ended after ${ms} ms`) : error
  } finally {
    context['work'] = undefined
  }
}

/** The longest delay that a timer of Node's takes as it is; a longer one is waited for in pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Calls `bite` once when `ms` have passed, pauses not counted, unless stopped before. Never keeps the process alive. */
export class Watchdog {
  #timer: NodeJS.Timeout | undefined
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
      else this.#timer = setTimeout(wait, Math.min(Math.ceil(left), LONGEST_TIMER_MS)).unref()
    }
    wait()
  }

  stop(): void {
    this.pause()
  }
}
