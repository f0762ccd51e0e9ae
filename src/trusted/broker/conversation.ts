/**
 * One run's conversation with its host: rows of questions in, rows of answers out.
 *
 * A guest tells what it asks in two ways, which end here. It waits on its stack, in the middle of a call: then its worker blocks,
 * and {@link Conversation.exchange} answers. Or its program waits with an empty stack: then its call has ended with
 * `waiting`, and {@link Conversation.answers} gathers what the next call brings.
 *
 * Every row is read as if it were forged. One that is ill-formed ends the worker, as any broken frame does.
 */
import { ProtocolError } from '../channel/frames.js'
import type { Broker, Settled } from './broker.js'
import type { Question } from './effect.js'

/** `[number, value]`, or `[number, None, type, text]`. */
export type AnswerRow =
  | readonly [number, unknown]
  | readonly [number, null, type: string, text: string]

export interface ConversationOptions {
  readonly broker: Broker
  /** Reads the bytes of a value of the guest's. @throws for what is no such value. */
  readonly decode: (bytes: Uint8Array) => unknown
  readonly encode: (value: unknown) => Uint8Array
  /** From a place of the guarded text (line from 1, UTF-8 column from 0) to the guest's source. */
  readonly position: (line: number, column: number) => Question['at']
  readonly now: () => number
  readonly after: (ms: number, then: () => void) => () => void
  /** Most bytes of the arguments of one question. */
  readonly questionBytes: number
}

/** What a guest tells when it asks. */
interface Told {
  readonly questions: readonly { readonly question: Question; readonly bytes: number }[]
  readonly cancelled: readonly number[]
}

export class Conversation {
  readonly #options: ConversationOptions
  readonly #open = new Map<number, Question>()
  #ready: AnswerRow[] = []
  #wake: (() => void) | undefined
  #isClosed = false

  constructor(options: ConversationOptions) {
    this.#options = options
  }

  /** Questions that have no answer yet. */
  get open(): readonly Question[] {
    return [...this.#open.values()]
  }

  /**
   * Answers a guest that waits on its stack: for the answer with the number it wants, or for any, but no longer than it says.
   * @throws ProtocolError for what no guest of ours asks.
   */
  async exchange(bytes: Uint8Array): Promise<Uint8Array> {
    const { told, wanted, timeoutMs } = this.#read(bytes)
    this.begin(told)
    const until = this.#options.now() + timeoutMs
    while (!this.#isOver(wanted) && this.#options.now() < until) await this.#change(until)
    return this.#options.encode(this.take())
  }

  /** The same where nobody can wait: what is not answered at once is told to be beyond this guest. */
  exchangeNow(bytes: Uint8Array): Uint8Array {
    const { told } = this.#read(bytes)
    this.begin(told)
    for (const { id, target } of this.open) {
      this.#open.delete(id)
      this.#options.broker.cancel(id)
      this.#ready.push([
        id,
        null,
        'RuntimeError',
        `${target}: the host cannot be waited for here; await it at the level of the module`,
      ])
    }
    return this.#options.encode(this.take())
  }

  /** Takes up what a guest asks, and drops what it no longer waits for. */
  begin({ questions, cancelled }: Told): void {
    for (const id of cancelled) {
      this.#open.delete(id)
      this.#options.broker.cancel(id)
    }
    for (const { question, bytes } of questions) {
      const answer = this.#options.broker.ask(question, bytes)
      if (answer instanceof Promise) {
        this.#open.set(question.id, question)
        void answer.then((settled) => this.#settle(settled))
      } else this.#ready.push(rowOf(answer))
    }
  }

  /** Rows of a `waiting` response, as {@link begin} takes them. @throws ProtocolError */
  rows(asked: unknown, cancelled: unknown): Told {
    if (!Array.isArray(asked) || !Array.isArray(cancelled))
      throw new ProtocolError('questions that are no list')
    return {
      questions: asked.map((row) => this.#question(row)),
      cancelled: cancelled.map((id) => whole(id)),
    }
  }

  /** Resolves when there is an answer to take, or when `ms` have passed; whether there is anything that ends the waiting. */
  async answered(ms: number): Promise<boolean> {
    const until = this.#options.now() + ms
    while (!this.#isDone(until) && this.#options.now() < until) await this.#change(until)
    return this.#isDone(until)
  }

  #isDone(until: number): boolean {
    if (this.#ready.length > 0 || this.#isClosed) return true
    return this.#open.size === 0 && until === Infinity
  }

  /** What has been answered and not been taken. */
  take(): AnswerRow[] {
    const rows = this.#ready
    this.#ready = []
    return rows
  }

  /** The run is over: who waits, waits no more. */
  close(): void {
    this.#isClosed = true
    this.#open.clear()
    this.#wake?.()
  }

  /** Answers an open question from outside: by who resumes a program that waited. */
  answer(id: number, row: AnswerRow): void {
    this.#open.delete(id)
    this.#options.broker.cancel(id)
    this.#ready.push(row)
    this.#wake?.()
  }

  #settle(settled: Settled): void {
    // Cancelled, or answered from outside: nobody waits for this one.
    if (!this.#open.delete(settled.id)) return
    this.#ready.push(rowOf(settled))
    this.#wake?.()
  }

  /** Whether a guest that waits on its stack has what it waits for, or waits for what will never come. */
  #isOver(wanted: number | undefined): boolean {
    if (wanted === undefined)
      return this.#ready.length > 0 || this.#open.size === 0 || this.#isClosed
    return !this.#open.has(wanted)
  }

  /** Resolves when something is answered, or at `until`. Answers that come in one turn of the event loop are taken together. */
  #change(until: number): Promise<void> {
    return new Promise((resolve) => {
      const stop =
        until === Infinity
          ? undefined
          : this.#options.after(Math.max(0, until - this.#options.now()), wake)
      function wake(): void {
        stop?.()
        resolve()
      }
      this.#wake = wake
    })
  }

  #read(bytes: Uint8Array): { told: Told; wanted: number | undefined; timeoutMs: number } {
    const { asked, cancelled, wanted, timeout } = this.#decoded(bytes) as Record<string, unknown>
    const told = this.rows(asked, cancelled)
    if (wanted === null && timeout !== null && typeof timeout !== 'number')
      throw new ProtocolError('a timeout that is no number')
    return {
      told,
      wanted: wanted === null || wanted === undefined ? undefined : whole(wanted),
      timeoutMs: typeof timeout === 'number' && timeout >= 0 ? timeout * 1000 : Infinity,
    }
  }

  #question(row: unknown): Told['questions'][number] {
    if (!Array.isArray(row) || row.length !== 6) throw new ProtocolError('a question that is none')
    const [id, effect, target, payload, line, column] = row as unknown[]
    if (
      typeof effect !== 'string' ||
      typeof target !== 'string' ||
      !(payload instanceof Uint8Array)
    )
      throw new ProtocolError('a question that is none')
    if (payload.length > this.#options.questionBytes)
      throw new ProtocolError('a question that is too large')
    const parts = this.#decoded(payload)
    if (!Array.isArray(parts)) throw new ProtocolError('a question without arguments')
    const [args, kwargs] = parts as unknown[]
    if (
      !Array.isArray(args) ||
      typeof kwargs !== 'object' ||
      kwargs === null ||
      kwargs instanceof Map
    )
      throw new ProtocolError('a question without arguments')
    const at =
      typeof line === 'number' && typeof column === 'number'
        ? this.#options.position(line, column)
        : undefined
    const question = {
      id: whole(id),
      effect,
      target,
      args,
      kwargs: kwargs as Record<string, unknown>,
      at,
    }
    return { question, bytes: payload.length }
  }

  #decoded(bytes: Uint8Array): unknown {
    let value: unknown
    try {
      value = this.#options.decode(bytes)
    } catch (error) {
      throw new ProtocolError(
        `a question that does not decode: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
    if (typeof value !== 'object' || value === null)
      throw new ProtocolError('a question that is none')
    return value
  }
}

function rowOf(settled: Settled): AnswerRow {
  return 'error' in settled ? [settled.id, null, ...settled.error] : [settled.id, settled.value]
}

function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw new ProtocolError('a number that is none')
  return value
}
