/** States of runs that wait: what is in one, how a host says where they may go, and what it answers when it resumes one. */
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { Mode } from '../check/options.js'
import { ArgumentError, StateError, ValueError } from '../errors.js'
import type { Limits } from '../policy/limits.js'
import type { HeldRow } from '../trusted/broker/conversation.js'
import { GUEST_ERRORS, type Counts, type Verdict } from '../trusted/broker/effect.js'
import {
  BadState,
  Claims,
  openState,
  sealState,
  type Claim,
  type StateTerms,
} from '../trusted/broker/states.js'
import { decodeValue, encodeValue, type Value } from '../trusted/channel/values.js'
import { WireError } from '../trusted/channel/wire.js'
import { Code } from './code.js'
import type { HostSide } from './effects.js'
import { decodeRecording, encodeRecording, type Recorded, type Turn } from './repeat.js'
import type { Written } from './output.js'
import { checkKeys, checkRecord } from './records.js'
import type { SessionSource } from './snapshot.js'
import type { Standing } from './turns.js'

/** How the states of waiting runs are kept: the option `states` of a sandbox. */
export interface StatesOptions {
  /**
   * Secret that states are encrypted with, 32 bytes at least. Whoever has it, and the same policy, trusted modules and capabilities,
   * can resume them. Default: random, of this sandbox.
   */
  readonly key?: Uint8Array | undefined
  /** Whose runs they are: a state of one tenant is none of another's. Default: nobody's. */
  readonly tenant?: string | undefined
  /** Milliseconds after which a state is not resumed any more, from 1 to a year. Default 30 days. */
  readonly expiresMs?: number | undefined
  /**
   * Asked before a state is resumed, with a text that no other state has: `true` only the first time, whichever process asks.
   * `expires` is when it may be forgotten. Default: this process remembers.
   *
   * @example claim: async (id) => (await db.query('INSERT INTO used VALUES ($1) ON CONFLICT DO NOTHING', [id])).rowCount === 1
   */
  readonly claim?: ((id: string, expires: Date) => boolean | Promise<boolean>) | undefined
}

/** What a waiting question is answered: a value, an exception, a refusal; or `approved`: the host's function is called now. */
export type WaitingAnswer =
  | { readonly value: Value }
  | { readonly error: readonly [type: string, text: string] }
  | { readonly denied: string }
  | { readonly approved: true }

/** Answers by the numbers of the questions. What is left out waits on. */
export type WaitingAnswers = Readonly<Record<number, WaitingAnswer>>

/** @internal Of a session's run: the session, what had been done in it, and its sources. */
export interface SavedSession {
  readonly id: string
  readonly version: number
  readonly runs: number
  readonly sources: readonly SessionSource[]
}

/** @internal A run that waits. */
export interface Saved extends Standing {
  readonly session: SavedSession | undefined
  readonly code: Code
  readonly limits: Limits
  readonly counts: Counts
  readonly held: readonly HeldRow[]
  readonly written: readonly Written[]
  /** What it was given to read, whole, and has not read. */
  readonly unread: Uint8Array | undefined
  /** Of a run that is recorded. */
  readonly recorded: Recorded | undefined
}

/** @internal The states of one sandbox. */
export class States {
  readonly #terms: StateTerms
  readonly #expiresMs: number
  readonly #claim: Claim

  /** `terms` stands for image, policy, trusted modules and capabilities. */
  constructor(options: StatesOptions, terms: string) {
    const { key, tenant = '', expiresMs = DEFAULT_MS, claim } = options
    this.#terms = { key: key ?? crypto.getRandomValues(new Uint8Array(KEY_BYTES)), terms, tenant }
    this.#expiresMs = expiresMs
    this.#claim = claim ?? claimed.claim
  }

  async save(saved: Saved): Promise<Uint8Array> {
    const { source, mode, filename, firstLine, parameters, formals, guarded, edits } = saved.code
    const { run, seq, asked } = saved.counts
    const body = encodeValue(
      {
        ...saved,
        session: saved.session && {
          ...saved.session,
          sources: saved.session.sources.map((source) => ({ ...source })),
        },
        code: [source, mode, filename, firstLine, parameters, formals, guarded, bytesOf(edits)],
        counts: [run, seq, [...asked]],
        held: saved.held as unknown as Value,
        written: saved.written.map(({ fd, bytes }) => [fd, bytes]),
        spent: { ...saved.spent },
        turn: saved.turn as unknown as Value,
        recorded: saved.recorded && encodeRecording(saved.recorded.calls),
      },
      BODY,
    )
    const packed = await pack(body, { level: PACKING })
    return sealState(packed, Date.now() + this.#expiresMs, this.#terms)
  }

  /** The run of a state, and what claims it. @throws StateError */
  async open(state: unknown): Promise<{ saved: Saved; claim: () => Promise<void> }> {
    try {
      const { id, expires, body } = await openState(state, Date.now(), this.#terms)
      const claim = async (): Promise<void> => {
        if ((await this.#claim(id, new Date(expires))) !== true)
          throw new StateError('the state was resumed before: each is used once')
      }
      return { saved: savedOf(await unpack(body)), claim }
    } catch (error) {
      throw error instanceof BadState ? new StateError(error.message) : error
    }
  }
}

/** What this process remembers: of all its sandboxes, which may have one key. */
const claimed = new Claims()

const KEY_BYTES = 32
/** Of zlib: beyond it a state takes longer and is hardly smaller. */
const PACKING = 4
const DAY_MS = 86_400_000
const DEFAULT_MS = 30 * DAY_MS
const MOST_MS = 366 * DAY_MS
/** What a state may hold: it is written by us, and as large as the memory that it holds. */
const BODY = { bytes: 2 ** 32 - 1, nodes: 10_000_000, depth: 1_000 }

const pack = promisify(deflateRaw) as (bytes: Uint8Array, options: object) => Promise<Buffer>
const unpack = promisify(inflateRaw) as (bytes: Uint8Array) => Promise<Buffer>

/** @internal Passes the option `states`. @throws ArgumentError */
export function resolveStates(options: unknown = {}): StatesOptions {
  checkRecord(options, 'options.states')
  checkKeys(options, ['key', 'tenant', 'expiresMs', 'claim'], 'options.states', 'option')
  const { key, tenant, expiresMs, claim } = options as StatesOptions
  if (key !== undefined && !(key instanceof Uint8Array && key.length >= KEY_BYTES))
    throw new ArgumentError(`options.states.key: must be ${KEY_BYTES} bytes at least`)
  if (tenant !== undefined && typeof tenant !== 'string')
    throw new ArgumentError('options.states.tenant: must be a string')
  if (
    expiresMs !== undefined &&
    !(Number.isSafeInteger(expiresMs) && expiresMs >= 1 && expiresMs <= MOST_MS)
  )
    throw new ArgumentError(
      `options.states.expiresMs: must be a whole number of milliseconds from 1 to ${MOST_MS}`,
    )
  if (claim !== undefined && typeof claim !== 'function')
    throw new ArgumentError('options.states.claim: must be a function')
  return { key: key?.slice(), tenant, expiresMs, claim }
}

/**
 * @internal Answers as verdicts, by number. `check` throws a WireError for a value that cannot cross.
 * @throws ArgumentError for a number that nothing waits under, or an answer that is none; ValueError for a value that cannot cross.
 */
export function verdictsOf(
  answers: unknown,
  isOpen: (id: number) => boolean,
  { errors }: HostSide,
  check: (value: unknown) => void,
): Map<number, Verdict> {
  checkRecord(answers, 'options.answers')
  const verdicts = new Map<number, Verdict>()
  for (const [key, answer] of Object.entries(answers)) {
    const at = `options.answers.${key}`
    if (String(Number(key)) !== key || !isOpen(Number(key)))
      throw new ArgumentError(`${at}: no call of this number waits`)
    checkRecord(answer, at)
    checkKeys(answer, ['value', 'error', 'denied', 'approved'], at, 'kind of answer')
    if (Object.keys(answer).length !== 1)
      throw new ArgumentError(`${at}: is one of value, error, denied and approved`)
    const verdict = answer as Verdict
    if ('error' in verdict) checkError(verdict.error, at, Object.keys(errors))
    if ('denied' in verdict && typeof verdict.denied !== 'string')
      throw new ArgumentError(`${at}.denied: must be the reason, a string`)
    if ('approved' in verdict && verdict.approved !== true)
      throw new ArgumentError(`${at}.approved: must be true; for a no write { denied: 'why' }`)
    if ('value' in verdict) checkValue(verdict.value, at, check)
    verdicts.set(Number(key), verdict)
  }
  return verdicts
}

function checkError(error: unknown, at: string, own: readonly string[]): void {
  if (!Array.isArray(error) || error.length !== 2 || typeof error[1] !== 'string')
    throw new ArgumentError(`${at}.error: must be [type, text]`)
  const known = [...GUEST_ERRORS, ...own]
  if (!known.includes(error[0] as string))
    throw new ArgumentError(`${at}.error: the type must be one of ${known.join(', ')}`)
}

function checkValue(value: unknown, at: string, check: (value: unknown) => void): void {
  try {
    check(value)
  } catch (error) {
    if (error instanceof WireError)
      throw new ValueError(`${at}: ${error.message} (limits.effectBytes)`)
    throw new ValueError(`${at}: cannot be read: ${String(error)}`, { cause: error })
  }
}

function savedOf(body: Uint8Array): Saved {
  const saved = decodeValue(body, BODY) as unknown as Omit<
    Saved,
    'code' | 'counts' | 'written' | 'turn' | 'recorded' | 'unread'
  > & {
    readonly session: SavedSession | null
    readonly turn: Turn | null
    readonly recorded: Uint8Array | null
    readonly unread: Uint8Array | null
    readonly code: readonly [
      string,
      Mode,
      string,
      number,
      string[] | null,
      string[] | null,
      string,
      Uint8Array,
    ]
    readonly counts: readonly [string, number, readonly (readonly [string, number])[]]
    readonly written: readonly (readonly [1 | 2, Uint8Array])[]
  }
  const [source, mode, filename, firstLine, parameters, formals, guarded, edits] = saved.code
  const text = {
    source,
    mode,
    filename,
    firstLine,
    parameters: parameters ?? undefined,
    formals: formals ?? undefined,
  }
  const [run, seq, asked] = saved.counts
  return {
    ...saved,
    session: saved.session ?? undefined,
    turn: saved.turn ? { ...saved.turn, files: saved.turn.files ?? undefined } : undefined,
    recorded: saved.recorded
      ? { calls: decodeRecording(saved.recorded), isReplay: false }
      : undefined,
    code: new Code(text, new Uint8Array(0), guarded, new Int32Array(edits.slice().buffer), []),
    counts: { run, seq, asked: new Map(asked) },
    written: saved.written.map(([fd, bytes]) => ({ fd, bytes })),
    unread: saved.unread ?? undefined,
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
