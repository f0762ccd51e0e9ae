/**
 * An effect: the one kind of message by which a guest asks its host for something, and what the host tells of it.
 *
 * A guest has no other way out. So counting, approval, time limits, the audit log, record and replay are written once, for
 * messages of this form, and hold for calls of functions and objects, files, requests and whatever is added.
 */

import type { Lent } from './callbacks.js'

/** What a guest asks. All of it is the guest's word: numbers and texts of any kind, arguments of any shape. */
export interface Question {
  /** The guest's number for it, by which it knows the answer. Never used twice in a run. */
  readonly id: number
  /** Which effect: the name under which the broker has it. */
  readonly effect: string
  /** What of it: a name in the effect's own terms, as `lookup` or `doc.save`. */
  readonly target: string
  readonly args: readonly unknown[]
  readonly kwargs: Readonly<Record<string, unknown>>
  /** Where in the guest's source it was asked: line from 1, column from 1. Only for the log: the guest may lie. */
  readonly at: Position | undefined
  /** The functions of the guest's among its arguments, which may be called until it is answered. */
  readonly lent?: Lent
  /** Why it cannot be carried out, whatever the rules say: an exception's class and text. */
  readonly fault?: readonly [type: string, text: string]
}

/** A place in a source. Line and column count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
  /** The file, where it is not the program itself: a module of the option `modules`, or an earlier run of a session. */
  readonly file?: string
}

/** What the guest is told: a value, or an exception of one of the {@link GUEST_ERRORS} or of the host's own classes. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: Failure }

/** What is raised. `call`: it is what the call of that number, of a function of the guest's, had raised. */
export type Failure = readonly [type: string, text: string, call?: number]

/**
 * Why a question was answered as it was. `answered`: by who resumed the run. `waiting`: it was not, and the run ended as waiting;
 * its end, when it comes, is an event of the same `seq`.
 */
export type Decision =
  | 'allowed'
  | 'approved'
  | 'answered'
  | 'denied'
  | 'failed'
  | 'timed out'
  | 'cancelled'
  | 'waiting'

/**
 * What a host function, or `approve`, returns when it cannot answer now: the guest waits, and with it the run, which ends as
 * `waiting` as soon as nothing else of it can go on. Who resumes the run gives the answer.
 *
 * @example capabilities: { ask_a_person: awaitable(async (question) => { await mail(question); return LATER }) }
 */
export const LATER: unique symbol = Symbol('later')

/** What the audit log holds of one effect. Plain data; `onEffect` gets it when the effect has ended. */
export interface EffectEvent {
  /** The run it belongs to, a random text. */
  readonly run: string
  /** Its place among the run's effects, from 1. */
  readonly seq: number
  readonly kind: string
  readonly target: string
  /** The rule of the policy that decided, as a path into it or into the options: `capabilities.lookup`. */
  readonly rule: string
  readonly decision: Decision
  /** Bytes of the question and of the answer together. */
  readonly bytes: number
  /** Milliseconds from question to answer. */
  readonly ms: number
  /** Fuel that the run had used when its host was told of the question, as its worker says. */
  readonly fuel: number
  readonly at: Position | undefined
}

/** What a run may ask at all. */
export interface EffectLimits {
  /** Questions of one run. */
  readonly effects: number
  /** Questions that wait for their answer at the same time. */
  readonly pending: number
}

/** What a run has asked so far, for the broker that goes on with it. */
export interface Counts {
  readonly run: string
  readonly seq: number
  /** How often each rule was asked, by its path. */
  readonly asked: ReadonlyMap<string, number>
}

/** An answer, and the bytes of its value where it has one. */
export type Settled = Answer & { readonly encoded: Uint8Array | undefined }
/** What a question comes to, in this run. */
export type Told = Settled | typeof LATER

/** How who resumes a run answers a question that waits. `approved`: its function is called now. */
export type Verdict =
  | { readonly value: unknown }
  | { readonly error: readonly [type: string, text: string] }
  | { readonly denied: string }
  | { readonly approved: true }

/** A question without an answer, as a later broker is told of it. */
export interface Held {
  readonly question: Question
  readonly bytes: number
  readonly seq: number
  readonly fuel: number
}

/** How one effect is carried out. One for each kind, opened anew for each run. */
export interface Effect {
  /**
   * Which rule speaks of the target; where none does, undefined or what the guest is told of it, and the question is denied.
   * Must be cheap, and must not do anything.
   */
  rule(target: string): Rule | string | undefined
  /** Whether its questions do not count among `limits.effects`: it bounds them by itself. Default false. */
  readonly isCountedApart?: boolean
  /** Whether it is too small a part of something to be in the log, as a piece of a file is. Default false. */
  readonly isQuiet?: boolean
  /** Whether it does nothing but compute: in a run that is made again it is carried out again, and nothing recorded is believed. */
  readonly isRepeatable?: boolean
  /** Does it. What it throws is told to the guest as `failureOf` says (failures.ts). `signal` is aborted when nobody waits any more. */
  perform(question: Question, signal: AbortSignal): unknown
  /** The run is over: nothing of it is to go on. */
  close(): void
}

/** What the policy says of a target. */
export interface Rule {
  /** Path of the rule, for the log. */
  readonly path: string
  /** How often a run may ask; undefined: as often as `limits.effects` lets it. */
  readonly calls: number | undefined
  /** Whether somebody is asked before it is done. */
  readonly approve: boolean
  /** How long the answer may take, in milliseconds. */
  readonly timeoutMs: number
}

/**
 * Exceptions that a host may raise in its guest: those by which CPython itself tells that something outside went wrong. All
 * others, and the text of every error that is not a {@link GuestError}, stay with the host: they name paths, queries, secrets.
 */
export const GUEST_ERRORS = [
  'Exception',
  'ArithmeticError',
  'ConnectionError',
  'EOFError',
  'FileExistsError',
  'FileNotFoundError',
  'IndexError',
  'IsADirectoryError',
  'KeyError',
  'LookupError',
  'NotADirectoryError',
  'NotImplementedError',
  'OSError',
  'PermissionError',
  'RuntimeError',
  'TimeoutError',
  'TypeError',
  'ValueError',
] as const

/** The builtin exceptions that a host may raise in a guest. */
export type GuestErrorType = (typeof GUEST_ERRORS)[number]

/**
 * An error whose type and text the guest is to see: `throw new GuestError('ValueError', 'no such account')` in a host function is
 * `ValueError: no such account` at the call in the guest. Any other error is told as `RuntimeError: the host's NAME failed`.
 */
export class GuestError extends Error {
  override readonly name = 'GuestError'
  /** One of {@link GUEST_ERRORS}, or a name of the `errors` option of the sandbox. */
  readonly type: string

  constructor(type: GuestErrorType | (string & {}), text: string) {
    super(text)
    this.type = type
  }
}

/** A value that tells the guest of a refusal: the log says so. */
export class Denied {
  constructor(readonly told: unknown) {}
}

/** What the policy does not allow, found when it was about to be done: the question is denied. */
export class Refusal extends GuestError {
  constructor(text: string) {
    super('PermissionError', text)
  }
}
