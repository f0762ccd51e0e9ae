/** A run in slices: it stands still whenever the fuel of a slice is used up, until its host asks for the next. */

/** Between two slices. */
export interface Slice {
  /** Fuel that the run has used so far. */
  readonly fuel: number
}

/** @internal The slices of one run, over all of its calls. */
export class Slices {
  readonly #fuel: number
  /** Fuel that the run has used, and how much of it before the call under way. */
  #used = 0
  #before = 0
  /** What is left of the slice. */
  #left: number
  #isReleased = false
  #go!: () => void
  #going = new Promise<void>((resolve) => {
    this.#go = resolve
  })
  #stand!: (slice: Slice) => void
  #standing!: Promise<Slice>

  constructor(fuel: number) {
    this.#fuel = this.#left = fuel
    this.#await()
  }

  /** The next slice begins. Resolves when the run stands still again: never, when it ends before. */
  next(): Promise<Slice> {
    const standing = this.#standing
    this.#go()
    return standing
  }

  /** No more slices: the run goes on to its end. */
  release(): void {
    this.#isReleased = true
    this.#go()
  }

  /** Before each call of the run: what is left of its slice. */
  async begin(): Promise<number> {
    if (this.#used === 0) await this.#going
    this.#before = this.#used
    return this.#isReleased ? NO_SLICE : this.#left
  }

  /** The call under way has used so much, and stands still. Resolves to the fuel of the next slice. */
  async stood(fuel: number): Promise<number> {
    this.#used = this.#before + fuel
    this.#left = this.#fuel
    if (this.#isReleased) return NO_SLICE
    this.#going = new Promise((resolve) => {
      this.#go = resolve
    })
    const stand = this.#stand
    this.#await()
    stand({ fuel: this.#used })
    await this.#going
    return this.#isReleased ? NO_SLICE : this.#fuel
  }

  /** A call has ended, having used so much. */
  end(fuel: number): void {
    const used = this.#before + fuel
    this.#left = Math.max(1, this.#left - Math.max(0, used - this.#used))
    this.#used = used
  }

  #await(): void {
    this.#standing = new Promise((resolve) => {
      this.#stand = resolve
    })
  }
}

/** More than any run may use. */
const NO_SLICE = Number.MAX_SAFE_INTEGER
