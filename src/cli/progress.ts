/** How far a long command is, on a terminal's last line. Nothing is said before it takes long, and nothing in a pipe. */
import { isTerminal, printError } from './output.js'

/** When it begins to take long. */
const LONG_MS = 700
/** How often the line is written anew. */
const EVERY_MS = 100

/** Back to the beginning of the line, and nothing after it. */
const ERASED = '\r\u001b[K'

/** One line on stderr: `checked 120 of 4,000 files`. */
export class Progress {
  private readonly isShown: boolean
  private readonly begun = Date.now()
  private written = 0
  private done = 0
  private isOnScreen = false

  /** With `quiet`, nothing is ever said. */
  constructor(
    private readonly total: number,
    quiet: boolean,
  ) {
    this.isShown = !quiet && total > 1 && isTerminal(2)
  }

  /** Counts one more, and says so when it is time. */
  step(): void {
    this.done++
    const now = Date.now()
    if (!this.isShown || now - this.begun < LONG_MS || now - this.written < EVERY_MS) return
    this.written = now
    this.isOnScreen = true
    const [done, total] = [this.done, this.total].map((number) => number.toLocaleString('en-GB'))
    printError(`${ERASED}checked ${done} of ${total} files`)
  }

  /** Takes the line away: something else is going to be written, or the command has ended. */
  clear(): void {
    if (this.isOnScreen) printError(ERASED)
    this.isOnScreen = false
  }
}
