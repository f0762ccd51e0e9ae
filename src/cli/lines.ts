/** Lines of stdin: typed with history and editing on a terminal, or from a pipe. */
import { createInterface, type Interface } from 'node:readline'
import { isTerminal, print } from './output.js'

/** What stands for a line that Ctrl-C has taken back. */
export const CLEARED = '\u0003'

/**
 * Reads stdin line by line. Ctrl-C stops what {@link Lines.whileRunning} runs; else it clears the line on a terminal,
 * and from a pipe ends the process with status 130.
 */
export class Lines {
  readonly #isTerminal = isTerminal(0) && isTerminal(1)
  readonly #interface: Interface
  readonly #waiting: string[] = []
  #isOver = false
  #wake: (() => void) | undefined
  #stop: AbortController | undefined

  constructor() {
    this.#interface = createInterface({
      input: process.stdin,
      ...(this.#isTerminal && {
        output: process.stdout,
        historySize: 1_000,
        removeHistoryDuplicates: true,
      }),
      terminal: this.#isTerminal,
    })
    this.#interface.on('line', (line) => this.#push(line))
    this.#interface.on('close', () => {
      this.#isOver = true
      this.#wake?.()
    })
    this.#interface.on('SIGINT', () => this.#interrupt())
    if (!this.#isTerminal) process.on('SIGINT', () => process.exit(130))
  }

  /** The next line; undefined when there are no more. */
  async next(prompt: string): Promise<string | undefined> {
    if (this.#isTerminal) {
      this.#interface.setPrompt(prompt)
      this.#interface.prompt()
    }
    while (this.#waiting.length === 0 && !this.#isOver)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    return this.#waiting.shift()
  }

  /** Lines as a program reads them. */
  async *asStdin(): AsyncGenerator<string> {
    for (;;) {
      const line = await this.next('')
      if (line === undefined) return
      if (line !== CLEARED) yield `${line}\n`
    }
  }

  /** Lets Ctrl-C end the work. */
  async whileRunning<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#stop = new AbortController()
    try {
      return await work(this.#stop.signal)
    } finally {
      this.#stop = undefined
    }
  }

  close(): void {
    this.#interface.close()
    process.stdin.destroy()
  }

  #interrupt(): void {
    if (this.#stop) return this.#stop.abort()
    print('\n')
    this.#push(CLEARED)
  }

  #push(line: string): void {
    this.#waiting.push(line)
    this.#wake?.()
  }
}
