/**
 * A guest and, where there are trusted modules, the trusted guest beside it: two instances in one thread, called, ended,
 * captured and restored as one.
 *
 * The trusted guest is made when the host first asks something of it, or puts memory in place that holds it. Until then there
 * is one guest, whose door leads nowhere. Both share one budget of fuel and time, one output, one clock and one source of
 * chance. What ends one ends the other. Each has a memory limit of its own.
 *
 * Memory of both is one string of bytes, authenticated as a whole where it leaves the process: numbers that one guest holds
 * mean objects of the other, and a part taken back alone would give a number a second meaning.
 */
import type { Guests } from '../channel/guests.js'
import type { Recipient } from '../channel/protocol.js'
import { DeltaError } from '../wall/delta.js'
import type { GuestImage } from '../wall/image-facts.js'
import { Killed } from '../wall/killed.js'
import {
  Guest,
  MEMORY_BYTES,
  type CallLimits,
  type GuestOptions,
  type GuestUsage,
} from '../wall/runtime.js'
import { same } from '../wall/same.js'
import { toldStack } from '../wall/stack.js'
import { End } from './door.js'
import { Passage } from './passage.js'

/** Memory that the trusted guest may have beyond the guest's own limit: the library it loads is the host's wish. */
const LIBRARY_BYTES = 64 << 20
/** C stack in use when a guest asks something, at most: some 80 calls through C on the caller's own stack, 1,700 elsewhere. */
const STACK_ASKED = 1 << 20
/** Layout of the memory of two, little-endian: this, the length of the first part (u32), the two parts. */
const MAGIC = 0x32505250
const HEADER = 8
/** A request that asks the trusted guest for the places of its exceptions, once a call has ended (hosted.py). */
const SETTLE_FUEL = 10_000
const SETTLE_MS = 1_000

interface TrustedGuest {
  readonly guest: Guest
  readonly end: End
  /** The memory it holds, where nothing has touched it since that was put there. */
  memory: Uint8Array | 'image' | undefined
  /** Nothing has crossed since its memory was put in place. */
  asleep: boolean
}

/** The guests of one worker. A call of either, and every reset, capture and restore, is of both. */
export class Pair implements Guests {
  readonly guest: Guest
  readonly #passage: Passage
  readonly #wasm: WebAssembly.Module
  readonly #image: GuestImage
  readonly #options: GuestOptions
  readonly #end: End
  #trusted: TrustedGuest | undefined
  #usage: GuestUsage | undefined

  constructor(
    wasm: WebAssembly.Module,
    image: GuestImage,
    options: GuestOptions,
    private readonly settleRequest: Uint8Array,
  ) {
    this.#wasm = wasm
    this.#image = image
    this.#options = options
    this.#passage = new Passage(Math.min(toldStack(options.stackBytes) / 2, STACK_ASKED))
    this.guest = new Guest(wasm, image, options)
    this.#end = new End(image.facts.door.guest, image.facts.door, this.#passage, () => {})
  }

  get usage(): GuestUsage {
    const usage = this.#usage ?? this.guest.usage
    const { peakMemoryBytes = 0 } = this.#trusted?.guest.usage ?? {}
    return {
      ...usage,
      peakMemoryBytes: Math.max(usage.peakMemoryBytes, this.#passage.used ? peakMemoryBytes : 0),
    }
  }

  get ready(): boolean {
    return this.guest.ready && (this.#trusted?.guest.ready ?? true)
  }

  call(
    to: Recipient,
    request: Uint8Array,
    limits: CallLimits,
  ): { response: Uint8Array; traces: Uint8Array | null } {
    this.#begin()
    if (to === 'guest' && this.#trusted === undefined)
      return { response: this.guest.call(request, limits), traces: null }
    const { guest: host } = (this.#trusted ??= this.#makeTrusted())
    let response: Uint8Array
    if (to === 'guest') {
      response = host.enter(this.#ownLimits(limits), () => this.guest.call(request, limits))
    } else {
      this.#passage.used = true
      response = this.guest.enter(limits, () => {
        return host.enter(this.#ownLimits(limits), (exports) => {
          this.#wake()
          return host.ask(exports, request, limits, this.#image.facts.door.entry)
        })
      })
    }
    return { response, traces: to === 'guest' ? this.#settle(host, limits) : null }
  }

  around<T>(work: () => T): T {
    this.#begin()
    if (this.#trusted === undefined) return work()
    // What is no end of a guest's goes its own way.
    let failure: { readonly error: unknown } | undefined
    const done = this.#trusted.guest.enter(this.#ownLimits({}), () => {
      try {
        return work()
      } catch (error) {
        if (error instanceof Killed) throw error
        failure = { error }
        return undefined
      }
    })
    if (failure) throw failure.error
    return done as T
  }

  flush(): void {
    this.guest.flush()
  }

  fits(memoryBytes: number): boolean {
    const trusted = this.#trusted?.guest
    return this.guest.fits(memoryBytes) && (trusted?.fits(memoryBytes + LIBRARY_BYTES) ?? true)
  }

  reset(memoryBytes?: number): void {
    this.guest.reset(memoryBytes)
    this.#end.forget()
    if (this.#trusted) this.#put(this.#trusted, 'image', memoryBytes)
  }

  capture(): Uint8Array {
    const first = this.guest.capture()
    const trusted = this.#trusted
    if (!trusted) return first
    if (trusted.memory === undefined || trusted.memory === 'image' || this.#passage.used)
      trusted.memory = trusted.guest.capture()
    // What is captured is what it holds: until something crosses, it need not be put back.
    this.#passage.used = false
    const second = trusted.memory
    const both = new Uint8Array(HEADER + first.length + second.length)
    const view = new DataView(both.buffer)
    view.setUint32(0, MAGIC, true)
    view.setUint32(4, first.length, true)
    both.set(first, HEADER)
    both.set(second, HEADER + first.length)
    return both
  }

  restore(memory: Uint8Array, memoryBytes?: number): void {
    const [first, second] = parts(memory)
    this.guest.restore(first, memoryBytes)
    this.#end.forget()
    if (second) this.#put((this.#trusted ??= this.#makeTrusted()), second, memoryBytes)
    else if (this.#trusted) this.#put(this.#trusted, 'image', memoryBytes)
  }

  #begin(): void {
    this.#usage = undefined
    this.#passage.depth = 0
    this.#passage.failures = 0
  }

  #ownLimits({ memoryBytes }: CallLimits): CallLimits {
    return {
      memoryBytes: (memoryBytes ?? this.#options.memoryBytes ?? MEMORY_BYTES) + LIBRARY_BYTES,
    }
  }

  #makeTrusted(): TrustedGuest {
    const { facts } = this.#image
    const guest = new Guest(this.#wasm, this.#image, {
      ...this.#options,
      ...this.#ownLimits({}),
      beside: this.guest,
    })
    const end = new End(facts.door.host, facts.door, this.#passage, () => this.#wake())
    end.other = this.#end
    this.#end.other = end
    this.guest.connect(this.#end)
    guest.connect(end)
    return { guest, end, memory: 'image', asleep: true }
  }

  /** Puts memory into the trusted guest, unless it holds just that. */
  #put(trusted: TrustedGuest, memory: Uint8Array | 'image', memoryBytes?: number): void {
    const { guest, end } = trusted
    const most = this.#ownLimits(memoryBytes === undefined ? {} : { memoryBytes }).memoryBytes!
    const isThere =
      guest.ready &&
      guest.fits(most) &&
      !this.#passage.used &&
      (trusted.memory === memory ||
        (trusted.memory instanceof Uint8Array &&
          memory instanceof Uint8Array &&
          same(trusted.memory, memory)))
    this.#passage.used = false
    trusted.asleep = true
    if (isThere) return
    trusted.memory = undefined
    if (memory === 'image') guest.reset(most)
    else guest.restore(memory, most)
    end.forget()
    trusted.memory = memory
  }

  /** Before anything runs in a trusted guest whose memory others began with too. */
  #wake(): void {
    const trusted = this.#trusted!
    if (!trusted.asleep) return
    trusted.asleep = false
    trusted.end.do(this.#image.facts.door.wake)
  }

  /** The trusted guest's own output is delivered, and the places of its exceptions fetched. */
  #settle(host: Guest, { outputBytes }: CallLimits): Uint8Array | null {
    if (!this.#passage.used) return null
    const usage = this.guest.usage
    const traces = this.guest.enter(
      {
        fuel: SETTLE_FUEL,
        deadline: performance.now() + SETTLE_MS,
        outputBytes: Math.max(0, (outputBytes ?? 1 << 20) - usage.outputBytes),
      },
      () => host.call(this.settleRequest, this.#ownLimits({}), this.#image.facts.door.entry),
    )
    this.#usage = { ...usage, outputBytes: usage.outputBytes + this.guest.usage.outputBytes }
    return this.#passage.failures > 0 ? traces : null
  }
}

/** The two parts of a memory that is a pair's; the whole and nothing for one that is a single guest's. */
function parts(memory: Uint8Array): [Uint8Array, Uint8Array | undefined] {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.length)
  if (memory.length < HEADER || view.getUint32(0, true) !== MAGIC) return [memory, undefined]
  const length = view.getUint32(4, true)
  if (length > memory.length - HEADER) throw new DeltaError('not a memory of two guests')
  return [memory.subarray(HEADER, HEADER + length), memory.subarray(HEADER + length)]
}
