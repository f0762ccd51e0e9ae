/**
 * One run's conversation with its host: rows of questions in, rows of answers out.
 *
 * A guest tells what it asks in two ways, which end here. It waits on its stack, in the middle of a call: then its worker blocks,
 * and {@link Conversation.exchange} answers. Or its program waits with an empty stack: then its call has ended with
 * `waiting`, and {@link Conversation.take} is what the next call brings.
 *
 * Every row is read as if it were forged. One that is ill-formed ends the worker, as any broken frame does.
 */
import { ProtocolError } from '../channel/frames.js'
import type { Broker, Settled, Told, Verdict } from './broker.js'
import { GuestError, LATER, type Question } from './effect.js'

/** `[number, value]`, or `[number, None, type, text]`. */
export type AnswerRow =
  | readonly [number, unknown]
  | readonly [number, null, type: string, text: string]

export interface ConversationOptions {
  readonly broker: Broker
  /**
   * Reads the bytes of a value of the guest's. @throws GuestError where it holds an object that this run was not given, or that was
   * taken back; any other error for what is no such value.
   */
  readonly decode: (bytes: Uint8Array) => unknown
  readonly encode: (value: unknown) => Uint8Array
  /** From a place of the guarded text (line from 1, UTF-8 column from 0) to the guest's source. */
  readonly position: (line: number, column: number) => Question['at']
  readonly now: () => number
  readonly after: (ms: number, then: () => void) => () => void
  /** Most bytes of the arguments of one question of an effect. */
  readonly questionBytes: (effect: string) => number
}

/** A question, and the row it was read from. */
interface Asked {
  readonly question: Question
  readonly row: readonly unknown[]
  readonly bytes: number
}

/** What a guest tells when it asks. */
interface Asking {
  readonly questions: readonly Asked[]
  readonly cancelled: readonly number[]
}

/** How a question is answered on whose answer a guest waits on its stack. */
export interface Exchanging {
  /** It was taken up before: the guest only waits on. */
  readonly isTold?: boolean
  /** Where nobody answers it in this run, the answer is undefined: the call is dropped, and made again when there is one. */
  readonly canDrop?: boolean
}

/** A question that waits for who resumes the run: its row, its place in the log, and the fuel that was used when it was asked. */
export type HeldRow = readonly [row: readonly unknown[], seq: number, fuel: number]

export class Conversation {
  readonly #options: ConversationOptions
  readonly #open = new Map<number, Asked>()
  /** Those that nobody answers in this run. */
  readonly #putOff = new Set<number>()
  #ready: AnswerRow[] = []
  #wake: (() => void) | undefined
  #isClosed = false

  constructor(options: ConversationOptions) {
    this.#options = options
  }

  /** Questions that have no answer yet. */
  get open(): readonly Question[] {
    return [...this.#open.values()].map(({ question }) => question)
  }

  /** Whether somebody is at work on an answer. */
  get isUnderWay(): boolean {
    return this.#open.size > this.#putOff.size
  }

  /**
   * Answers a guest that waits on its stack: for the answer with the number it wants, or for any, but no longer than it says.
   * @returns undefined where the call is to be dropped. @throws ProtocolError for what no guest of ours asks.
   */
  async exchange(
    bytes: Uint8Array,
    fuel: number,
    { isTold, canDrop }: Exchanging = {},
  ): Promise<Uint8Array | undefined> {
    const { told, wanted, timeoutMs } = this.#read(bytes)
    if (!isTold) this.begin(told, fuel)
    const until = this.#options.now() + timeoutMs
    for (;;) {
      const isStuck = this.#isStuck(wanted, until)
      if (isStuck && canDrop) return undefined
      if (isStuck) this.#denyPutOff(wanted)
      if (this.#isOver(wanted) || this.#options.now() >= until) break
      await this.#change(until)
    }
    return this.#options.encode(this.take())
  }

  /** The same where nobody can wait: what is not answered at once is told to be beyond this guest. */
  exchangeNow(
    bytes: Uint8Array,
    fuel: number,
    { isTold, canDrop }: Exchanging = {},
  ): Uint8Array | undefined {
    const { told, wanted } = this.#read(bytes)
    if (!isTold) this.begin(told, fuel)
    const isStuck = this.#isStuck(wanted, Infinity)
    if (isStuck && canDrop) return undefined
    if (isStuck) this.#denyPutOff(wanted)
    for (const { id, target } of this.#isOver(wanted) ? [] : this.open) {
      if (wanted !== undefined && id !== wanted) continue
      this.#drop(id)
      this.#ready.push([
        id,
        null,
        'RuntimeError',
        `${target}: the host cannot be waited for here; await it at the level of the module`,
      ])
    }
    return this.#options.encode(this.take())
  }

  /** What the bytes of a question ask, for people: its target, and the line. */
  describe(bytes: Uint8Array): string {
    const { told, wanted } = this.#read(bytes)
    const asked = told.questions.map(({ question }) => question)
    const one = asked.find(({ id }) => id === wanted) ?? asked[0]
    if (!one) return 'waits'
    return `asks ${one.target}${one.at ? `, line ${one.at.line},` : ''} with ${one.args.length} arguments`
  }

  /** Takes up what a guest asks, and drops what it no longer waits for. */
  begin({ questions, cancelled }: Asking, fuel: number): void {
    for (const id of cancelled) this.#drop(id)
    for (const asked of questions) {
      const { id } = asked.question
      const told = this.#options.broker.ask(asked.question, asked.bytes, fuel)
      if (told instanceof Promise || told === LATER) this.#open.set(id, asked)
      this.#hear(id, told)
    }
  }

  /** Takes up questions that an earlier run held. @throws ProtocolError */
  reopen(held: readonly HeldRow[]): void {
    for (const [row, seq, fuel] of held) {
      const asked = this.#question(row)
      const { question, bytes } = asked
      this.#options.broker.reopen({ question, bytes, seq, fuel })
      this.#open.set(question.id, asked)
      this.#putOff.add(question.id)
    }
  }

  /** Answers a question that was put off. */
  answer(id: number, verdict: Verdict): void {
    this.#putOff.delete(id)
    this.#hear(id, this.#options.broker.answer(id, verdict))
  }

  /** The run ends as waiting: what has no answer, for {@link reopen} in another. */
  hold(): HeldRow[] {
    const held = this.#options.broker.hold()
    return held.map(({ question, seq, fuel }) => [this.#open.get(question.id)!.row, seq, fuel])
  }

  /** Rows of a `waiting` response, as {@link begin} takes them. @throws ProtocolError */
  rows(asked: unknown, cancelled: unknown): Asking {
    if (!Array.isArray(asked) || !Array.isArray(cancelled))
      throw new ProtocolError('questions that are no list')
    return {
      questions: asked.map((row) => this.#question(row)),
      cancelled: cancelled.map((id) => whole(id)),
    }
  }

  /**
   * Resolves when there is an answer to take, when a question was put off, or when `ms` have passed; whether there is anything that
   * ends the waiting.
   */
  async answered(ms: number): Promise<boolean> {
    const until = this.#options.now() + ms
    const putOff = this.#putOff.size
    const isDone = (): boolean =>
      this.#ready.length > 0 || this.#isClosed || (this.#open.size === 0 && until === Infinity)
    while (!isDone() && this.#options.now() < until && this.#putOff.size === putOff)
      await this.#change(until)
    return isDone()
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

  /** What a question came to, now or later. */
  #hear(id: number, told: Told | Promise<Told>): void {
    if (told instanceof Promise) return void told.then((later) => this.#hearLater(id, later))
    if (told === LATER) this.#putOff.add(id)
    else {
      this.#open.delete(id)
      this.#ready.push(rowOf(told))
    }
  }

  #hearLater(id: number, told: Told): void {
    // Cancelled: nobody waits for this one.
    if (!this.#open.has(id)) return
    this.#hear(id, told)
    this.#wake?.()
  }

  #drop(id: number): void {
    this.#open.delete(id)
    this.#putOff.delete(id)
    this.#options.broker.cancel(id)
  }

  /** A guest that waits on its stack cannot wait for who resumes its run: what it wants, and was put off, is denied. */
  #denyPutOff(wanted: number | undefined): void {
    for (const id of [...this.#putOff]) {
      if (wanted !== undefined && wanted !== id) continue
      const { target } = this.#open.get(id)!.question
      this.#putOff.delete(id)
      this.#hear(id, this.#options.broker.deny(id, `${target}: ${PUT_OFF}`))
    }
  }

  /** Whether a guest that waits on its stack waits for nothing but who resumes its run. */
  #isStuck(wanted: number | undefined, until: number): boolean {
    if (wanted !== undefined) return this.#putOff.has(wanted)
    const isAlone = this.#open.size > 0 && !this.isUnderWay && this.#ready.length === 0
    return isAlone && until === Infinity
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

  #read(bytes: Uint8Array): { told: Asking; wanted: number | undefined; timeoutMs: number } {
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

  #question(row: unknown): Asked {
    if (!Array.isArray(row) || row.length !== 6) throw new ProtocolError('a question that is none')
    const [id, effect, target, payload, line, column] = row as unknown[]
    if (
      typeof effect !== 'string' ||
      typeof target !== 'string' ||
      !(payload instanceof Uint8Array)
    )
      throw new ProtocolError('a question that is none')
    if (payload.length > this.#options.questionBytes(effect))
      throw new ProtocolError('a question that is too large')
    let parts: unknown = [[], {}]
    let fault: Question['fault']
    try {
      parts = this.#decoded(payload)
    } catch (error) {
      if (!(error instanceof GuestError)) throw error
      fault = [error.type, `${target}: ${error.message}`]
    }
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
      ...(fault && { fault }),
    }
    return { question, row: row as unknown[], bytes: payload.length }
  }

  #decoded(bytes: Uint8Array): unknown {
    let value: unknown
    try {
      value = this.#options.decode(bytes)
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

/** Why a plain call is refused that who resumes the run would have to answer. */
const PUT_OFF =
  'waits for an answer that this call cannot wait for; await it, as asyncio.to_thread lets you'

function rowOf(settled: Settled): AnswerRow {
  return 'error' in settled ? [settled.id, null, ...settled.error] : [settled.id, settled.value]
}

function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw new ProtocolError('a number that is none')
  return value
}
