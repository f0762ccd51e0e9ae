/** What a guest is made with, what a call may use, and what it used. */
import type { ClockPolicy, RandomPolicy } from './clock.js'
import type { Exports } from './c-api.js'
import type { GuestFiles } from './file-table.js'
import type { OnOutput } from './output.js'
import type { Guest } from './runtime.js'

/** What a guest's door leads to: the C function that the image keeps at `facts.door.slot` of the table. */
export interface DoorSlot {
  /** A new instance, at the start and whenever the memory had to be made anew: what was known of the one before is void. */
  adopt(exports: Exports): void
  /** Called by the guest with whatever it likes: where its arguments lie, and how many. An object's address, or 0 when it raised. */
  serve(args: number, count: number): number
}

/** What a guest is made with, for all of its calls. */
export interface GuestOptions {
  /** Most bytes of memory, the interpreter's own 32 MiB included; default 256 MiB. A call may set its own. */
  readonly memoryBytes?: number
  /** Default real. */
  readonly clock?: ClockPolicy
  /** Default real. */
  readonly random?: RandomPolicy
  readonly onOutput?: OnOutput
  /** The host's side of the hatch (language/hatch.py); may block. Whatever it throws ends the call as a crash, unless it is a Killed. */
  readonly hatch?: (request: Uint8Array) => Uint8Array
  /** Its files; without, no file exists. They are reset, captured and restored with its memory. */
  readonly files?: GuestFiles | undefined
  /** A guest of the same thread whose fuel, deadline, output, clock and chance this one shares: entered while it is, never alone. */
  readonly beside?: Guest
  /** Called every few milliseconds of running guest; may block (a pause), and returns the milliseconds it blocked. */
  readonly pulse?: () => number
  /** Called when the fuel of a slice is used up; may block, and returns how much the next one has. */
  readonly sliced?: (fuel: number) => number
  /** Bytes of the engine's stack that calls of the guest find; default {@link STACK_SIZE_MB}. */
  readonly stackBytes?: number
}

/**
 * What one call may use. Memory that is wanting is a MemoryError in the guest. Every other limit ends the call as
 * {@link Killed}, which names it.
 */
export interface CallLimits {
  /** Polls of the interpreter, about 51 loop turns or calls each; default no limit. */
  readonly fuel?: number
  /** Fuel of the first slice, from 1; default no slices. */
  readonly slice?: number
  /** `performance.now()` after which the guest is ended; default none. */
  readonly deadline?: number
  /** Bytes to stdout and stderr together; exactly so many are delivered. Default 1 MiB. */
  readonly outputBytes?: number
  /** Longest response; a longer one ends the call. Default 64 MiB. */
  readonly responseBytes?: number
  readonly memoryBytes?: number
}

/** What a call used, killed or not. */
export interface GuestUsage {
  readonly fuel: number
  /** The interpreter's own memory included. */
  readonly peakMemoryBytes: number
  readonly outputBytes: number
  /** The guest was denied memory at least once. */
  readonly memoryDenied: boolean
}
