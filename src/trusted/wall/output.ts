/**
 * What a guest writes, on its way to the host: one buffer, allocated once, whatever the number and size of the pieces; never a
 * byte more than allowed, and every byte that is.
 */
import { Killed } from './killed.js'

/** Takes a stretch of what the guest wrote. `bytes` is valid during the call only: copy what must stay. */
export type OnOutput = (fd: 1 | 2, bytes: Uint8Array) => void

const BUFFER_BYTES = 65_536

/** The output of one guest. A piece holds until `deliver` returns. */
export class GuestOutput {
  readonly #buffer = new Uint8Array(BUFFER_BYTES)
  readonly #deliver: OnOutput | undefined
  #held = 0
  #fd: 1 | 2 = 1
  #allowed = 0
  #written = 0

  constructor(deliver: OnOutput | undefined) {
    this.#deliver = deliver
  }

  /** Bytes written since `begin`. */
  get written(): number {
    return this.#written
  }

  /** A new call, which may write so many bytes. */
  begin(allowed: number): void {
    this.#held = 0
    this.#written = 0
    this.#allowed = allowed
  }

  /** Takes what still fits; throws Killed when that is not all. */
  write(fd: 1 | 2, bytes: Uint8Array): void {
    const taken = bytes.subarray(0, this.#allowed - this.#written)
    for (let at = 0; at < taken.length; ) {
      if (fd !== this.#fd || this.#held === BUFFER_BYTES) this.flush()
      this.#fd = fd
      const piece = taken.subarray(at, at + BUFFER_BYTES - this.#held)
      this.#buffer.set(piece, this.#held)
      this.#held += piece.length
      this.#written += piece.length
      at += piece.length
    }
    if (taken.length < bytes.length) throw new Killed('output')
  }

  flush(): void {
    const length = this.#held
    this.#held = 0
    if (length > 0) this.#deliver?.(this.#fd, this.#buffer.subarray(0, length))
  }
}
