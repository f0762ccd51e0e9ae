/** What one run reads, piece by piece: text, bytes, or pieces of either that come later. */
import { GuestError } from '../trusted/broker/effect.js'
import type { Readable } from '../trusted/broker/stdin.js'

/** What a host gives a guest to read: text, bytes, or pieces of either that may come later. */
export type Stdin = string | Uint8Array | AsyncIterable<string | Uint8Array>

/** The input of one run: the host is asked for a piece when the guest reads on, and no sooner. */
export class Input implements Readable {
  readonly #pieces: AsyncIterator<unknown> | undefined
  /** What was given and has not been read. */
  #left: Uint8Array
  /** The next piece, once it has been asked for: a guest that stopped waiting for it finds it at its next read. */
  #next: Promise<void> | undefined
  /** The first half of a pair of UTF-16 that two pieces share. */
  #half = ''
  #isOver: boolean

  constructor(stdin: Stdin) {
    const isWhole = typeof stdin === 'string' || stdin instanceof Uint8Array
    this.#left = typeof stdin === 'string' ? ENCODER.encode(stdin) : isWhole ? stdin.slice() : NONE
    this.#isOver = isWhole
    if (!isWhole) this.#pieces = stdin[Symbol.asyncIterator]()
  }

  /** As many bytes as there are, at most `most`; none at the end. Who no longer waits takes nothing from those who do. */
  read(most: number, signal: AbortSignal): Uint8Array | Promise<Uint8Array> {
    if (this.#left.length > 0 || this.#isOver) {
      const bytes = this.#left.subarray(0, most)
      this.#left = this.#left.subarray(bytes.length)
      return bytes
    }
    this.#next ??= this.#fetch().finally(() => {
      this.#next = undefined
    })
    return this.#next.then(() => (signal.aborted ? NONE : this.read(most, signal)))
  }

  /** What was given whole and has not been read, for a run that goes on elsewhere; what comes later cannot be kept. */
  get rest(): Uint8Array | undefined {
    return this.#pieces === undefined ? this.#left.slice() : undefined
  }

  /** Nobody reads any more. */
  close(): void {
    const isWaiting = !this.#isOver
    this.#isOver = true
    this.#left = NONE
    // What a generator of the host's does in its `finally` is the host's.
    if (isWaiting) this.#pieces?.return?.().then(undefined, () => {})
  }

  async #fetch(): Promise<void> {
    const { done = false, value } = await this.#pieces!.next()
    if (this.#isOver) return
    this.#isOver = done
    if (done) this.#left = this.#half === '' ? NONE : ENCODER.encode(this.#half)
    else if (typeof value === 'string') {
      const text = this.#half + value
      this.#half = /[\uD800-\uDBFF]$/.test(text) ? text.slice(-1) : ''
      this.#left = ENCODER.encode(text.slice(0, text.length - this.#half.length))
    } else if (value instanceof Uint8Array) this.#left = value.slice()
    else throw new GuestError('TypeError', `stdin: the host gave neither text nor bytes`)
  }
}

const ENCODER = new TextEncoder()
const NONE = new Uint8Array()
