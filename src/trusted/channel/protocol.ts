/**
 * What host and worker say to each other, one dict of wire bytes a frame. Both ends decode as if the other had forged them: a frame
 * of an unknown kind, with a field missing, too many or of the wrong type is a {@link ProtocolError}, upon which the host kills
 * the worker and the worker exits. Which frames there are, and what their fields hold, is {@link COMMANDS} and {@link REPORTS}.
 */
import { decode, type Inward } from './decode.js'
import { encode, never } from './encode.js'
import {
  amount,
  bytes,
  detail,
  finite,
  flag,
  object,
  oneOf,
  or,
  readFields,
  whole,
  type Fields,
} from './fields.js'
import { MOST_FRAME_BYTES, ProtocolError } from './frames.js'
import { PLAIN } from './wire.js'

/** What one call of a guest may use up. Times in milliseconds, sizes in bytes, fuel in ticks. */
export interface CallLimits {
  readonly wallMs: number
  readonly fuel: number
  readonly memoryBytes: number
  readonly outputBytes: number
  readonly responseBytes: number
}

/**
 * The memory a call begins with: `keep` what the last call left, what the worker `saved`, the bare `image`, the `base` (the image
 * with the trusted modules loaded), or the memory captured in a delta.
 */
export type Beginning = 'keep' | 'saved' | 'image' | 'base' | Uint8Array

/** Whom a call is made to: the untrusted guest, or the trusted one beside it. */
export type Recipient = 'guest' | 'host'

/**
 * What becomes of the memory after a call that was not killed: back to the base, or kept; and captured for the host, or saved: captured
 * in the worker once the host has its answer. A call that begins with `keep` makes it what later ones may go back to.
 */
export type Keeping = 'reset' | 'keep' | 'save' | 'capture'

/** What a worker must know before it can make its guest: the policy's clock (milliseconds of the epoch) and randomness. */
export interface Setup {
  readonly clock: 'real' | { readonly fixed: number }
  readonly random: 'real' | { readonly seed: number }
  /** Most bytes of memory that a captured guest may have. */
  readonly memoryBytes: number
  /** The largest frame either side sends, in bytes. */
  readonly maxFrameBytes: number
  /** The guest's files (mounts.ts); null, or left out where a worker is started, for a guest without. */
  readonly files?: Uint8Array | null
}

/** Host to worker; `setup` comes first and once. */
export type Command =
  | ({ readonly kind: 'setup' } & Setup)
  | { readonly kind: 'base'; readonly delta: Uint8Array }
  | {
      readonly kind: 'perform'
      readonly id: number
      readonly to: Recipient
      readonly begin: Beginning
      readonly request: Uint8Array
      readonly limits: CallLimits
      readonly end: Keeping
      /** The host counts the wall time by itself, since it may stop the worker; the worker's clock ends nothing. */
      readonly pausable: boolean
      /** Whether the guest may ask: the time that it waits for answers is not counted. */
      readonly asks: boolean
      /** What no tick ends is left to the host, which ends the worker: a watchdog in the worker costs 0.1 ms. */
      readonly unwatched: boolean
      /** Fuel of the first slice, at whose end the worker says `sliced` and waits; null: no slices. */
      readonly slice: number | null
      /** Time and chance that it is told again (tape.ts), from where on they are recorded; null: neither. */
      readonly tape: Uint8Array | null
      /** Files that are put into the guest's before it begins (mounts.ts). */
      readonly files: Uint8Array | null
    }
  /** Fuel of the next slice. */
  | { readonly kind: 'slice'; readonly id: number; readonly fuel: number }
  /** Null: there is none, and the call is dropped. */
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Uint8Array | null }

/** What a call used: milliseconds of wall time, ticks, bytes of memory at its highest, bytes written. */
export interface CallUsage {
  readonly wallMs: number
  readonly fuel: number
  readonly peakMemoryBytes: number
  readonly outputBytes: number
}

/** Why a call did not come to its end. `crash` is everything that no limit explains; `detail` tells, for people. */
export type KillKind = 'fuel' | 'wall' | 'memory' | 'output' | 'response' | 'crash' | 'dropped'

/** How a call ended: with a response (and the memory's delta if captured), or killed; its memory is reset then. */
export type Done =
  | {
      readonly kind: 'done'
      readonly id: number
      readonly usage: CallUsage
      readonly response: Uint8Array
      readonly delta: Uint8Array | null
      /** Where exceptions of trusted modules were raised, which the guest is not told: bytes of the trusted guest's. */
      readonly traces: Uint8Array | null
      /** What it read of time and chance, where that was recorded. */
      readonly tape: Uint8Array | null
      /** The files that come back (mounts.ts). */
      readonly files: Uint8Array | null
    }
  | {
      readonly kind: 'killed'
      readonly id: number
      readonly usage: CallUsage
      readonly why: KillKind
      readonly detail: string
      readonly tape: Uint8Array | null
    }

/**
 * Worker to host. `begun` comes first of a call, when the memory is in place: a worker that is lost before has done nothing of it. `ask` is answered with
 * one `answer` of the same call and blocks the guest until then. `ended` comes before `done`: what remains is to hand over
 * response and memory, which may be large, and is not the guest's time.
 */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'begun' | 'ended'; readonly id: number }
  | { readonly kind: 'output'; readonly id: number; readonly fd: 1 | 2; readonly bytes: Uint8Array }
  | { readonly kind: 'sliced'; readonly id: number; readonly fuel: number }
  | {
      readonly kind: 'ask'
      readonly id: number
      readonly question: Uint8Array
      /** Where the guest stood: steps of the interpreter in this call. */
      readonly steps: number
    }
  | Done

/** The exit status of a worker that was cut off within a report, and could not tell that its call was ended at its wall limit. */
export const CUT_OFF = 70

const USAGE = object({ wallMs: amount, fuel: whole, peakMemoryBytes: whole, outputBytes: whole })
const LIMITS = object({
  wallMs: amount,
  fuel: whole,
  memoryBytes: whole,
  outputBytes: whole,
  responseBytes: whole,
})

/** What the host says: the fields of each kind of frame. */
const COMMANDS: Readonly<Record<Command['kind'], Fields>> = {
  setup: {
    clock: or(object({ fixed: finite }), 'real'),
    random: or(object({ seed: finite }), 'real'),
    memoryBytes: whole,
    maxFrameBytes: whole,
    files: or(bytes, null),
  },
  base: { delta: bytes },
  perform: {
    id: whole,
    to: oneOf('guest', 'host'),
    begin: or(bytes, 'keep', 'saved', 'image', 'base'),
    request: bytes,
    limits: LIMITS,
    end: oneOf('reset', 'keep', 'save', 'capture'),
    pausable: flag,
    asks: flag,
    unwatched: flag,
    slice: or(whole, null),
    tape: or(bytes, null),
    files: or(bytes, null),
  },
  slice: { id: whole, fuel: whole },
  answer: { id: whole, answer: or(bytes, null) },
}

/** What a worker says. */
const REPORTS: Readonly<Record<Report['kind'], Fields>> = {
  ready: {},
  begun: { id: whole },
  ended: { id: whole },
  output: { id: whole, fd: oneOf(1, 2), bytes },
  sliced: { id: whole, fuel: whole },
  ask: { id: whole, question: bytes, steps: whole },
  done: {
    id: whole,
    usage: USAGE,
    response: bytes,
    delta: or(bytes, null),
    traces: or(bytes, null),
    tape: or(bytes, null),
    files: or(bytes, null),
  },
  killed: {
    id: whole,
    usage: USAGE,
    why: oneOf('fuel', 'wall', 'memory', 'output', 'response', 'crash', 'dropped'),
    detail,
    tape: or(bytes, null),
  },
}

/** The parts of the largest frame there is, with room; what is inside the byte strings is not decoded here. */
const FRAME = { ...PLAIN, bytes: MOST_FRAME_BYTES, nodes: 40, depth: 3 }

/** A frame's payload as bytes. @throws WireError for one that is larger than its length can tell. */
export function encodeFrame(frame: Command | Report): Uint8Array<ArrayBuffer> {
  return encode(frame, FRAME, never)
}

/** An answer's frame as its parts, the answer itself where it is: it may be large. */
export function answerFrame(id: number, answer: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const whole = encodeFrame({ kind: 'answer', id, answer: new Uint8Array(0) })
  const [head, end] = [whole.subarray(0, -1), whole.subarray(-1)]
  new DataView(head.buffer).setInt32(head.length - 4, answer.length, true)
  return [head, answer as Uint8Array<ArrayBuffer>, end]
}

/** What a worker says, decoded as if forged. @throws ProtocolError */
export function decodeReport(payload: Uint8Array): Report {
  return readFrame(payload, REPORTS) as Report
}

/** What the host says, decoded as if forged: a jail that is handed nonsense must exit, not guess. @throws ProtocolError */
export function decodeCommand(payload: Uint8Array): Command {
  return readFrame(payload, COMMANDS, OWNED) as Command
}

function readFrame(
  payload: Uint8Array,
  kinds: Readonly<Record<string, Fields>>,
  inward: Inward = NOTHING_ELSE,
): unknown {
  let frame: unknown
  try {
    frame = decode(payload, FRAME, inward)
  } catch (error) {
    throw new ProtocolError(
      `a frame that does not decode: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const kind = (frame as { readonly kind?: unknown } | null)?.kind
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind))
    throw new ProtocolError('a frame of no known kind')
  return readFields(frame, { kind: oneOf(kind), ...kinds[kind] }, 'frame')
}

/** Complex numbers and Ellipsis are in no frame; references are refused before. */
const NOTHING_ELSE = { reference: none, complex: none, ellipsis: none }
/** A worker alone has what it was sent. The host may be sent memory that the sender still has: it copies. */
const OWNED = { ...NOTHING_ELSE, areParts: true }

function none(): never {
  throw new ProtocolError('a value that is in no frame')
}
