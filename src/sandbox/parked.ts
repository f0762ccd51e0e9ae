/** What a session keeps of its guest's memory between its runs: packed once nothing was done for a second, a twentieth then. */
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'

const pack = promisify(deflateRaw) as (bytes: Uint8Array, options: object) => Promise<Uint8Array>
const unpack = promisify(inflateRaw) as (bytes: Uint8Array) => Promise<Uint8Array>

/** Most of a difference is zeros, which the quickest finds as well. */
const PACKING = { level: 1 }
const REST_MS = 1_000

/** The memory of one session: the base as it is, the difference to it, or that difference packed. */
export class Parked {
  #whole: Uint8Array | undefined
  #packed: Uint8Array | undefined
  #timer: NodeJS.Timeout | undefined

  /** The memory's difference to the base; undefined for none. */
  constructor(delta: Uint8Array | undefined) {
    this.keep(delta)
  }

  /** Whether it is the base as it is. */
  get isBase(): boolean {
    return this.#whole === undefined && this.#packed === undefined
  }

  /** Bytes that it takes. */
  get size(): number {
    return (this.#whole ?? this.#packed)?.length ?? 0
  }

  keep(delta: Uint8Array | undefined): void {
    this.#whole = delta
    this.#packed = undefined
    this.#rest()
  }

  /** The difference, whole; undefined where it is the base. */
  async delta(): Promise<Uint8Array | undefined> {
    if (this.#packed !== undefined) {
      const packed = this.#packed
      const whole = await unpack(packed)
      if (this.#packed === packed) this.#whole = whole
      this.#packed = undefined
    }
    this.#rest()
    return this.#whole
  }

  #rest(): void {
    clearTimeout(this.#timer)
    const whole = this.#whole
    if (whole === undefined) return
    this.#timer = setTimeout(() => {
      // It would go on to hold what it packs.
      this.#timer = undefined
      // Where there is no memory to pack it, it stays as it is.
      pack(whole, PACKING).then(
        (packed) => {
          if (this.#whole !== whole) return
          this.#whole = undefined
          this.#packed = packed
        },
        () => {},
      )
    }, REST_MS).unref()
  }
}
