/**
 * A worker as the host's code sees it: something that serves one guest, call by call, and may end at any time. Jails and
 * threads are workers behind a {@link Channel} (link.ts); the caller's own thread is one too (platform/node/inline.ts).
 */
import type { Beginning, CallLimits, CallUsage, Done, Keeping, Recipient } from './protocol.js'

/** Why a worker is gone that never said it was ready. */
export const DID_NOT_START = 'the worker did not start'
/** Why a worker is gone whose guest crashed: what broke the interpreter may have left more broken than its memory. */
export const RETIRED = 'its guest crashed'

/** One call of a guest. */
export interface Call {
  /** Default the guest. */
  readonly to?: Recipient
  readonly begin: Beginning
  readonly request: Uint8Array
  readonly limits: CallLimits
  readonly end: Keeping
  /** Whether it may be {@link GuestWorker.pause}d; then a worker that is late is always killed. Default false. */
  readonly pausable?: boolean
  /** It begins paused. */
  readonly paused?: boolean
  /** A call that is short: of one that no tick ends, the worker is killed. Saves a watchdog in the worker, 0.1 ms. Default false. */
  readonly unwatched?: boolean | undefined
  /** Files that are put into the guest's before it begins. */
  readonly files?: Uint8Array | undefined
  /** Most bytes of the files that come back; default none. */
  readonly filesBytes?: number | undefined
  /** What the guest writes, as it comes. Must not throw. */
  readonly onOutput?: (fd: 1 | 2, bytes: Uint8Array) => void
  /**
   * Answers what the guest asks of the host, so many steps of the interpreter after the call began. Must not throw or reject.
   * Null drops the call, which ends as killed. Without it a guest that asks is a forged worker.
   */
  readonly onAsk?: (
    question: Uint8Array,
    steps: number,
  ) => Uint8Array | null | Promise<Uint8Array | null>
  /** Fuel of its first slice; default: no slices. */
  readonly slice?: number
  /** It stands still, a slice having used up its fuel. Answers how much the next one has. Must not throw or reject. */
  readonly onSlice?: (fuel: number) => Promise<number>
  /** Time and chance that it is told again; from there on they are recorded. Default: neither. */
  readonly tape?: Uint8Array | null
}

/** The worker ended during the call, and took the guest with it. */
export interface Lost {
  readonly kind: 'lost'
  readonly reason: string
  /** False when the worker was gone before it began: the call may be made again elsewhere. */
  readonly begun: boolean
  readonly usage: CallUsage
}

/** What became of a call. */
export type Performed = Done | Lost

/** Something that serves one guest, somewhere: a jail process, a thread, or the caller's own thread. */
export interface GuestWorker {
  /** Resolves to true once it can perform, to false when it ended before. */
  readonly ready: Promise<boolean>
  /** Resolves with the reason when it is gone: no process or thread is left of it. */
  readonly ended: Promise<string>
  /** False from the moment that it ended or was killed. */
  readonly alive: boolean
  /** Gives it the memory that `base` stands for. */
  setBase(delta: Uint8Array): void
  /** One call; the next one may be made only when this one was answered. */
  perform(call: Call): Promise<Performed>
  /** Stops the call wherever it is, or lets it go on; the time in between is not counted. Only for a pausable call. */
  pause(paused: boolean): void
  /** Ends it at once, whatever it is doing. */
  kill(reason: string): void
}

/** What a link needs of a process or a thread. */
export interface Channel {
  /** The parts of one payload. What they hold stays as it is until the other side has read it. */
  send(...parts: Uint8Array<ArrayBuffer>[]): void
  /** Ends the other side by force. Called once. */
  kill(): void
  /** Stops the other side, or lets it go on. */
  pause(paused: boolean): void
  /** While held, the host's process stays alive for it. */
  hold(held: boolean): void
}
