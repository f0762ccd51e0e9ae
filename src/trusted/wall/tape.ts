/**
 * What a guest learns of time and chance in one call: recorded as it reads it, and told again when the call is repeated. With that, the
 * memory it began with and the answers it got, a call does again what it did, step for step.
 *
 * Layout: for each reading what was read (a byte), then a number (f64, little-endian); of chance its length (u32) and its bytes.
 */
import type { Clock, RandomSource } from './clock.js'

/** Bytes of one tape. A call that reads more is not recorded any further, and has none. */
const TAPE_BYTES = 4 << 20
const WALL = 1,
  STEADY = 2,
  CHANCE = 3

/** The clock and the source of chance that a guest reads through, and what it read of them. */
export class Tape {
  readonly clock: Clock
  readonly random: RandomSource
  /** Undefined while nothing is recorded. */
  #bytes: Uint8Array | undefined
  #size = 0
  /** What was told again so far. */
  #at = 0
  #steady = 0

  constructor(
    private readonly real: Clock,
    random: RandomSource,
  ) {
    this.clock = {
      wall: () => this.#number(WALL, () => real.wall()),
      steady: () => this.#number(STEADY, () => real.steady()),
      // What is told again says how long it was.
      sleep: (milliseconds, block) => real.sleep(milliseconds, this.#isTelling ? () => {} : block),
      restart: (elapsed) => real.restart(elapsed),
    }
    this.random = {
      fill: (bytes) => this.#chance(bytes, random),
      state: () => random.state(),
      restart: (state) => random.restart(state),
    }
  }

  /** Tells `tape` again, and records what is read after it; with null, neither. */
  begin(tape: Uint8Array | null): void {
    this.#bytes = tape?.slice()
    this.#size = tape?.length ?? 0
    this.#at = 0
  }

  /** What was recorded since, what was told again included; null for nothing, and for too much. */
  end(): Uint8Array | null {
    const tape = this.#bytes?.slice(0, this.#size) ?? null
    this.#bytes = undefined
    return tape
  }

  get #isTelling(): boolean {
    return this.#bytes !== undefined && this.#at < this.#size
  }

  #number(what: number, read: () => number): number {
    if (this.#bytes === undefined) return read()
    const told = this.#told(what, 8)
    if (told) {
      const value = told.getFloat64(0, true)
      if (what === STEADY) this.#steady = value
      this.#toldOne()
      return value
    }
    const value = read()
    this.#room(what, 8)?.setFloat64(0, value, true)
    return value
  }

  #chance(bytes: Uint8Array, random: RandomSource): void {
    const told = this.#bytes && this.#told(CHANCE, 4 + bytes.length)
    if (told && told.getUint32(0, true) === bytes.length) {
      bytes.set(new Uint8Array(told.buffer, told.byteOffset + 4, bytes.length))
      return this.#toldOne()
    }
    random.fill(bytes)
    const room = this.#bytes && this.#room(CHANCE, 4 + bytes.length)
    if (!room) return
    room.setUint32(0, bytes.length, true)
    new Uint8Array(room.buffer, room.byteOffset + 4, bytes.length).set(bytes)
  }

  /** The next reading of the tape. A guest that reads something else is not told again: what it reads is new. */
  #told(what: number, size: number): DataView | undefined {
    const bytes = this.#bytes!
    if (this.#at >= this.#size) return undefined
    if (bytes[this.#at] !== what || this.#at + 1 + size > this.#size) {
      this.#size = this.#at
      this.#goOn()
      return undefined
    }
    const view = new DataView(bytes.buffer, this.#at + 1, size)
    this.#at += 1 + size
    return view
  }

  #toldOne(): void {
    if (this.#at === this.#size) this.#goOn()
  }

  /** From here on time is real, and is not to go back. */
  #goOn(): void {
    this.real.restart(Math.max(this.#steady, this.real.steady()))
  }

  #room(what: number, size: number): DataView | undefined {
    const at = this.#size
    if (at + 1 + size > TAPE_BYTES) {
      this.#bytes = undefined
      return undefined
    }
    if (at + 1 + size > this.#bytes!.length) {
      const grown = new Uint8Array(Math.max(256, 2 * (at + 1 + size)))
      grown.set(this.#bytes!.subarray(0, at))
      this.#bytes = grown
    }
    this.#bytes![at] = what
    this.#at = this.#size = at + 1 + size
    return new DataView(this.#bytes!.buffer, at + 1, size)
  }
}
