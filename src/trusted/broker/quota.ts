/** What one run may add to a mount of the host's: bytes by which files grow, and new files. What it takes away it may add again. */
import { Errno } from '../wall/errno.js'

/** Counts one mount in one run: `maxBytes` by which files may grow, and `maxFiles` that may be made. */
export class Quota {
  #grown = 0
  #made = 0

  constructor(private readonly most: { readonly maxBytes: number; readonly maxFiles: number }) {}

  /** Bytes that may still be added. */
  get bytes(): number {
    return this.most.maxBytes - this.#grown
  }

  /** A file has grown by so many bytes, or has become shorter. */
  grow(bytes: number): void {
    this.#grown = Math.max(0, this.#grown + bytes)
  }

  /** Does `work`, which makes something new unless it answers false. @throws Errno where nothing more may be made */
  make(work: () => unknown): void {
    if (this.#made >= this.most.maxFiles) throw new Errno('EDQUOT')
    if (work() !== false) this.#made++
  }

  /** A file is gone, and so many bytes with it. */
  giveBack(bytes: number): void {
    this.#made = Math.max(0, this.#made - 1)
    this.grow(-bytes)
  }
}
