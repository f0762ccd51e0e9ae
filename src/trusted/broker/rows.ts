/**
 * Rows by which a guest asks: every one is read as if it were forged. One that is ill-formed is a {@link ProtocolError}, which ends the
 * worker as any broken frame does.
 */
import { Encoded } from '../channel/encode.js'
import { ProtocolError } from '../channel/frames.js'
import { Lent, misleading, type Callbacks, type CallRow, type GuestFunction } from './callbacks.js'
import { GuestError, type Failure, type Question, type Settled } from './effect.js'

/** `[number, value]`, or `[number, None, type, text]`, with a fifth item where it is an exception of the guest's own. */
export type AnswerRow = readonly [number, unknown] | readonly [number, null, ...Failure] | CallRow

/** What rows are read with, and how large they may be. */
export interface RowsOptions {
  /**
   * Reads the bytes of a value of the guest's. `lend` gives the function of a place; without it, none is to be called.
   * @throws GuestError where it holds an object that this run was not given, or that was taken back; any other error for what is no
   * such value.
   */
  readonly decode: (bytes: Uint8Array, lend?: (place: number) => GuestFunction) => unknown
  /** From a place of the guarded text of a file (line from 1, UTF-8 column from 0) to the guest's source. */
  readonly position: (line: number, column: number, file: string) => Question['at']
  /** Questions that may wait at once. */
  readonly pending: number
  /** Most bytes of the arguments of one question of an effect. */
  readonly questionBytes: (effect: string) => number
}

/** A question, and the row it was read from. */
export interface Asked {
  readonly question: Question
  readonly row: readonly unknown[]
  readonly bytes: number
}

/** What a guest tells when it asks. */
export interface Asking {
  readonly questions: readonly Asked[]
  readonly cancelled: readonly number[]
  /** What functions of its own gave, or raised, that the host had called. */
  readonly given: readonly Given[]
}

/** A guest that waits on its stack: for the answer with the number it wants, or for any, so long; whether for that one alone. */
export interface Waiting {
  readonly told: Asking
  readonly wanted: number | undefined
  readonly timeoutMs: number
  readonly isAlone: boolean
}

/** What a function of the guest's gave its host. */
export type Given =
  | { readonly call: number; readonly value: unknown; readonly bytes: number }
  | { readonly call: number; readonly error: readonly [type: string, text: string] }

/** The rows of one `waiting` response, or of one exchange. */
export type ToldRows = { readonly [key in 'asked' | 'cancelled' | 'given']?: unknown }

/** Characters of an effect's name and its target, of which the log tells. The guest's own end keeps to half of it (questions.py). */
const MOST_TARGET = 40_000

/** Reads the rows of one run. */
export class Rows {
  readonly #options: RowsOptions
  readonly #callbacks: Callbacks

  /** Functions among the arguments are called by `callbacks`. */
  constructor(options: RowsOptions, callbacks: Callbacks) {
    this.#options = options
    this.#callbacks = callbacks
  }

  /** The question of a guest that waits on its stack. @throws ProtocolError */
  read(bytes: Uint8Array): Waiting {
    const fields = this.decoded(bytes) as Record<string, unknown>
    const { wanted, timeout, alone } = fields
    const told = this.told(fields)
    if (wanted === null && timeout !== null && typeof timeout !== 'number')
      throw new ProtocolError('a timeout that is no number')
    return {
      told,
      wanted: wanted === null || wanted === undefined ? undefined : whole(wanted),
      timeoutMs: typeof timeout === 'number' && timeout >= 0 ? timeout * 1000 : Infinity,
      isAlone: alone === true,
    }
  }

  /** Rows of a `waiting` response, as `Conversation.begin` takes them. @throws ProtocolError */
  told(told: ToldRows): Asking {
    const { asked, cancelled, given } = told
    // No guest of ours starts more than may wait, or gives up more; and one may wait on the stack.
    for (const list of [asked, cancelled, given]) {
      if (!Array.isArray(list)) throw new ProtocolError('questions that are no list')
      if (list.length > this.#options.pending + 1)
        throw new ProtocolError('more questions than may wait')
    }
    return {
      questions: (asked as unknown[]).map((row) => this.question(row)),
      cancelled: (cancelled as unknown[]).map((id) => whole(id)),
      given: (given as unknown[]).map((row) => this.#given(row)),
    }
  }

  /** @throws ProtocolError */
  question(row: unknown): Asked {
    if (!Array.isArray(row) || row.length !== 7) throw new ProtocolError('a question that is none')
    const [number, effect, target, payload, line, column, file] = row as unknown[]
    const id = whole(number)
    if (
      typeof effect !== 'string' ||
      typeof target !== 'string' ||
      !(payload instanceof Uint8Array)
    )
      throw new ProtocolError('a question that is none')
    if (
      effect.length + target.length > MOST_TARGET ||
      payload.length > this.#options.questionBytes(effect)
    )
      throw new ProtocolError('a question that is too large')
    let lent: Lent | undefined
    const { args, kwargs, ...more } = this.arguments(payload, (place) =>
      (lent ??= new Lent(this.#callbacks, id)).at(place),
    )
    const fault = more.fault ?? (lent && misleading([args, kwargs]))
    const at =
      typeof line === 'number' && typeof column === 'number' && typeof file === 'string'
        ? this.#options.position(line, column, file)
        : undefined
    const question = {
      id,
      effect,
      target,
      args,
      kwargs,
      at,
      ...(lent && { lent }),
      ...(fault && { fault: [fault.type, `${target}: ${fault.message}`] as const }),
    }
    return { question, row: row as unknown[], bytes: payload.length }
  }

  /** The arguments of a question; with `fault` where they hold what was not given. */
  arguments(
    payload: Uint8Array,
    lend?: (place: number) => GuestFunction,
  ): Pick<Question, 'args' | 'kwargs'> & { readonly fault?: GuestError } {
    let parts: unknown
    try {
      parts = this.decoded(payload, lend)
    } catch (fault) {
      if (!(fault instanceof GuestError)) throw fault
      return { args: [], kwargs: {}, fault }
    }
    const [args, kwargs] = Array.isArray(parts) ? (parts as unknown[]) : []
    if (
      !Array.isArray(args) ||
      typeof kwargs !== 'object' ||
      kwargs === null ||
      kwargs instanceof Map
    )
      throw new ProtocolError('a question without arguments')
    return { args, kwargs: kwargs as Record<string, unknown> }
  }

  #given(row: unknown): Given {
    const [number, value, type, text] = Array.isArray(row) ? (row as unknown[]) : []
    const call = whole(number)
    if (value === null && typeof type === 'string' && typeof text === 'string')
      return { call, error: [cut(type), cut(text)] }
    if (!(value instanceof Uint8Array)) throw new ProtocolError('a value that is none')
    if (value.length > this.#options.questionBytes('call'))
      throw new ProtocolError('a value that is too large')
    try {
      const held = this.decoded(value)
      if (!Array.isArray(held)) throw new ProtocolError('a value that is none')
      return { call, value: held[0] as unknown, bytes: value.length }
    } catch (error) {
      if (!(error instanceof GuestError)) throw error
      return { call, error: [error.type, error.message] }
    }
  }

  /** The value of bytes of the guest's, a list or a record. @throws ProtocolError, GuestError */
  decoded(bytes: Uint8Array, lend?: (place: number) => GuestFunction): unknown {
    let value: unknown
    try {
      value = this.#options.decode(bytes, lend)
    } catch (error) {
      if (error instanceof GuestError) throw error
      throw new ProtocolError(
        `a question that does not decode: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
    if (typeof value !== 'object' || value === null)
      throw new ProtocolError('a question that is none')
    return value
  }
}

/** As much of a guest's text as its host is told. */
const TEXT_CHARACTERS = 10_000
const cut = (text: string): string => text.slice(0, TEXT_CHARACTERS)

function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw new ProtocolError('a number that is none')
  return value
}

/** The row of an answer. */
export function rowOf(settled: Settled): AnswerRow {
  if ('error' in settled) return [settled.id, null, ...settled.error]
  const { id, value, encoded } = settled
  return [id, encoded ? new Encoded(encoded) : value]
}
