/** What a station needs of the guests it serves: one guest, or one and the trusted guest beside it. */
import type { CallLimits, Guest, GuestOptions, GuestUsage } from '../wall/runtime.js'
import type { Recipient } from './protocol.js'

/** The guests of one station, called and put back as one. */
export interface Guests {
  /** The untrusted one. */
  readonly guest: Guest
  readonly usage: GuestUsage
  /** True when they may be called: false after a Killed, until they are reset or restored. */
  readonly ready: boolean
  /** Hands a request to one of them. `traces` is the trusted guest's, for the host alone: where its exceptions were raised. */
  call(
    to: Recipient,
    request: Uint8Array,
    limits: CallLimits,
  ): { readonly response: Uint8Array; readonly traces: Uint8Array | null }
  /** Does `work`, which calls the untrusted guest directly, with the other one at hand. */
  around<T>(work: () => T): T
  /** Delivers output that is still held. */
  flush(): void
  /** Whether a call that may have so many bytes of memory gets no more than that. */
  fits(memoryBytes: number): boolean
  /** Back to the image. The next call may have `memoryBytes`. */
  reset(memoryBytes?: number): void
  /** The memory of all of them, as one: parts of it are never put back alone. */
  capture(): Uint8Array
  /** @throws DeltaError when the bytes are no memory of theirs, Killed when they need more than `memoryBytes`. */
  restore(memory: Uint8Array, memoryBytes?: number): void
}

/** Makes the guests of a station. */
export type MakeGuests = (options: GuestOptions) => Guests
