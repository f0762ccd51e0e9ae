/**
 * What host and worker say to each other, one codec value a frame. Both ends decode as if the other had forged them: a frame of
 * an unknown kind, with a field missing, too many or of the wrong type is a {@link ProtocolError}, upon which the host kills
 * the worker and the worker exits.
 */
import { decodeValue, encodeValue, type Value } from './codec.js'
import { MOST_FRAME_BYTES, ProtocolError } from './frames.js'

/** What one call of a guest may use up. Times in milliseconds, sizes in bytes, fuel in ticks. */
export interface CallLimits {
  readonly wallMs: number
  readonly fuel: number
  readonly memoryBytes: number
  readonly outputBytes: number
  readonly responseBytes: number
}

/**
 * The memory a call begins with: `keep` what the last call left, the bare `image`, the `base` (the image with the trusted
 * modules loaded), or the memory captured in a delta.
 */
export type Beginning = 'keep' | 'image' | 'base' | Uint8Array

/** What becomes of the memory after a call that was not killed: back to the base, kept, or kept and captured. */
export type Ending = 'reset' | 'keep' | 'capture'

/** What a worker must know before it can make its guest: the policy's clock (milliseconds of the epoch) and randomness. */
export interface Setup {
  readonly clock: 'real' | { readonly fixed: number }
  readonly random: 'real' | { readonly seed: number }
  /** Most bytes of memory that a captured guest may have. */
  readonly memoryBytes: number
  /** The largest frame either side sends, in bytes. */
  readonly maxFrameBytes: number
}

/** Host to worker; `setup` comes first and once. */
export type Command =
  | ({ readonly kind: 'setup' } & Setup)
  | { readonly kind: 'base'; readonly delta: Uint8Array }
  | {
      readonly kind: 'perform'
      readonly id: number
      readonly begin: Beginning
      readonly request: Uint8Array
      readonly limits: CallLimits
      readonly end: Ending
      /** The host counts the wall time by itself, since it may stop the worker; the worker's clock ends nothing. */
      readonly pausable: boolean
    }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Uint8Array }

/** What a call used: milliseconds of wall time, ticks, bytes of memory at its highest, bytes written. */
export interface CallUsage {
  readonly wallMs: number
  readonly fuel: number
  readonly peakMemoryBytes: number
  readonly outputBytes: number
}

/** Why a call did not come to its end. `crash` is everything that no limit explains; `detail` tells, for people. */
export type KillKind = 'fuel' | 'wall' | 'memory' | 'output' | 'response' | 'crash'

/** How a call ended: with a response (and the memory's delta if captured), or killed; its memory is reset then. */
export type Done =
  | {
      readonly kind: 'done'
      readonly id: number
      readonly usage: CallUsage
      readonly response: Uint8Array
      readonly delta: Uint8Array | null
    }
  | {
      readonly kind: 'killed'
      readonly id: number
      readonly usage: CallUsage
      readonly why: KillKind
      readonly detail: string
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
  | { readonly kind: 'ask'; readonly id: number; readonly question: Uint8Array }
  | Done

const KILL_KINDS: readonly string[] = [
  'fuel',
  'wall',
  'memory',
  'output',
  'response',
  'crash',
] satisfies KillKind[]
const DETAIL_CHARACTERS = 2_000
/** Nodes of the largest frame there is, with room; what is inside the byte strings is not decoded here. */
const FRAME_NODES = 40
const FRAME_DEPTH = 3

/** The exit status of a worker that was cut off within a report, and could not tell that its call was ended at its wall limit. */
export const CUT_OFF = 70

/** A frame's payload as bytes. @throws CodecError for one that is larger than its length can tell. */
export function encodeFrame(frame: Command | Report): Uint8Array<ArrayBuffer> {
  return encodeValue(frame as unknown as Value, {
    maxBytes: MOST_FRAME_BYTES,
  }) as Uint8Array<ArrayBuffer>
}

/** What a worker says, decoded as if forged. Throws {@link ProtocolError}. */
export function decodeReport(payload: Uint8Array): Report {
  const frame = new Fields(payload)
  const kind = frame.take('kind')
  switch (kind) {
    case 'ready':
      return frame.end({ kind })
    case 'begun':
    case 'ended':
      return frame.end({ kind, id: frame.whole('id') })
    case 'output': {
      const fd = frame.number('fd')
      if (fd !== 1 && fd !== 2) throw new ProtocolError('"fd" is neither 1 nor 2')
      return frame.end({ kind, id: frame.whole('id'), fd, bytes: frame.bytes('bytes') })
    }
    case 'ask':
      return frame.end({ kind, id: frame.whole('id'), question: frame.bytes('question') })
    case 'done': {
      const delta = frame.take('delta')
      if (delta !== null && !(delta instanceof Uint8Array))
        throw new ProtocolError('"delta" is not bytes')
      return frame.end({
        kind,
        id: frame.whole('id'),
        usage: decodeUsage(frame),
        response: frame.bytes('response'),
        delta,
      })
    }
    case 'killed': {
      const why = frame.take('why')
      const detail = frame.take('detail')
      if (typeof why !== 'string' || !KILL_KINDS.includes(why))
        throw new ProtocolError('"why" is not a reason')
      if (typeof detail !== 'string') throw new ProtocolError('"detail" is not text')
      return frame.end({
        kind,
        id: frame.whole('id'),
        usage: decodeUsage(frame),
        why: why as KillKind,
        detail: detail.slice(0, DETAIL_CHARACTERS),
      })
    }
    default:
      throw new ProtocolError('a frame of no known kind')
  }
}

/** What the host says, decoded as if forged: a jail that is handed nonsense must exit, not guess. */
export function decodeCommand(payload: Uint8Array): Command {
  const frame = new Fields(payload)
  const kind = frame.take('kind')
  switch (kind) {
    case 'setup':
      return frame.end({
        kind,
        clock: decodeSource(frame, 'clock', 'fixed'),
        random: decodeSource(frame, 'random', 'seed'),
        memoryBytes: frame.whole('memoryBytes'),
        maxFrameBytes: frame.whole('maxFrameBytes'),
      })
    case 'base':
      return frame.end({ kind, delta: frame.bytes('delta') })
    case 'answer':
      return frame.end({ kind, id: frame.whole('id'), answer: frame.bytes('answer') })
    case 'perform': {
      const begin = frame.take('begin')
      const end = frame.take('end')
      if (
        begin !== 'keep' &&
        begin !== 'image' &&
        begin !== 'base' &&
        !(begin instanceof Uint8Array)
      ) {
        throw new ProtocolError('"begin" is no beginning')
      }
      if (end !== 'reset' && end !== 'keep' && end !== 'capture')
        throw new ProtocolError('"end" is no ending')
      const limits = frame.object('limits')
      return frame.end({
        kind,
        id: frame.whole('id'),
        begin,
        request: frame.bytes('request'),
        end,
        pausable: frame.flag('pausable'),
        limits: limits.end({
          wallMs: limits.number('wallMs'),
          fuel: limits.whole('fuel'),
          memoryBytes: limits.whole('memoryBytes'),
          outputBytes: limits.whole('outputBytes'),
          responseBytes: limits.whole('responseBytes'),
        }),
      })
    }
    default:
      throw new ProtocolError('a frame of no known kind')
  }
}

/** `real`, or an object of one number. */
function decodeSource<K extends string>(
  frame: Fields,
  name: string,
  key: K,
): 'real' | Readonly<Record<K, number>> {
  const value = frame.take(name)
  if (value === 'real') return value
  const inner = new Fields(Object(value) as object)
  return inner.end({ [key]: inner.finite(key) } as Record<K, number>)
}

function decodeUsage(frame: Fields): CallUsage {
  const usage = frame.object('usage')
  return usage.end({
    wallMs: usage.number('wallMs'),
    fuel: usage.whole('fuel'),
    peakMemoryBytes: usage.whole('peakMemoryBytes'),
    outputBytes: usage.whole('outputBytes'),
  })
}

/** The fields of one frame, each taken once: what is missing, left over or of another type is an error. */
class Fields {
  readonly #fields: Map<string, unknown>

  constructor(source: Uint8Array | object) {
    const value = source instanceof Uint8Array ? decoded(source) : source
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== null) {
      throw new ProtocolError('a frame that is not an object')
    }
    this.#fields = new Map(Object.entries(value))
  }

  take(name: string): unknown {
    const value = this.#fields.get(name)
    if (!this.#fields.delete(name)) throw new ProtocolError(`no "${name}"`)
    return value
  }

  finite(name: string): number {
    const value = this.take(name)
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw new ProtocolError(`"${name}" is not a number`)
    return value
  }

  /** A finite number from 0. */
  number(name: string): number {
    const value = this.finite(name)
    if (value < 0) throw new ProtocolError(`"${name}" is negative`)
    return value
  }

  /** A whole number from 0 to 2^53. */
  whole(name: string): number {
    const value = this.number(name)
    if (!Number.isSafeInteger(value)) throw new ProtocolError(`"${name}" is not a whole number`)
    return value
  }

  flag(name: string): boolean {
    const value = this.take(name)
    if (typeof value !== 'boolean') throw new ProtocolError(`"${name}" is neither true nor false`)
    return value
  }

  bytes(name: string): Uint8Array {
    const value = this.take(name)
    if (!(value instanceof Uint8Array)) throw new ProtocolError(`"${name}" is not bytes`)
    return value
  }

  object(name: string): Fields {
    return new Fields(Object(this.take(name)) as object)
  }

  /** `frame`, if every field was taken. */
  end<T>(frame: T): T {
    for (const name of this.#fields.keys())
      throw new ProtocolError(`an unknown field ${JSON.stringify(name.slice(0, 40))}`)
    return frame
  }
}

function decoded(payload: Uint8Array): unknown {
  try {
    return decodeValue(payload, {
      maxNodes: FRAME_NODES,
      maxBytes: payload.length,
      maxDepth: FRAME_DEPTH,
    })
  } catch (error) {
    throw new ProtocolError(
      `a frame that does not decode: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
