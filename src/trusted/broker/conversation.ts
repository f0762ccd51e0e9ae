/**
 * What a guest asks its host in one run, and what it is answered: rows of questions in, rows of answers out. It asks in two ways.
 * It waits on its stack, in the middle of a call: then its worker blocks, and {@link Conversation.exchange} answers. Or its program
 * waits with an empty stack: then its call has ended with `waiting`, and {@link Conversation.take} is what the next call brings.
 */
import type { Broker } from './broker.js'
import { Callbacks } from './callbacks.js'
import { LATER_THAN_NOW, PUT_OFF } from './failures.js'
import { LATER, type Question, type Told, type Verdict } from './effect.js'
import { rowOf, Rows } from './rows.js'
import type { AnswerRow, Asked, Asking, RowsOptions, ToldRows, Waiting } from './rows.js'

/** What a conversation is held with. `now` tells milliseconds from any beginning. */
export interface ConversationOptions extends RowsOptions {
  readonly broker: Broker
  readonly encode: (value: unknown) => Uint8Array
  readonly now: () => number
  readonly after: (ms: number, then: () => void) => () => void
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

/** The questions of one run that have no answer yet, and the answers that the guest was not yet told. */
export class Conversation {
  readonly #options: ConversationOptions
  readonly #open = new Map<number, Asked>()
  /** Those that nobody answers in this run. */
  readonly #putOff = new Set<number>()
  readonly #callbacks: Callbacks
  readonly #rows: Rows
  #ready: AnswerRow[] = []
  #wake: (() => void) | undefined
  #isClosed = false

  constructor(options: ConversationOptions) {
    this.#options = options
    this.#callbacks = new Callbacks({
      begin: (lent, bytes, cut) => options.broker.callback(lent, bytes, cut),
      encode: (args) => options.broker.encode(args),
      tell: (row) => {
        this.#ready.push(row)
        this.#wake?.()
      },
    })
    this.#rows = new Rows(options, this.#callbacks)
  }

  /** Questions that have no answer yet. */
  get open(): readonly Question[] {
    return [...this.#open.values()].map(({ question }) => question)
  }

  /** The same as data: nothing in their arguments can be called. */
  get told(): readonly Question[] {
    return [...this.#open.values()].map(({ question, row }) => {
      if (!question.lent) return question
      const { args, kwargs } = this.#rows.arguments(row[3] as Uint8Array)
      return { ...question, args, kwargs }
    })
  }

  /** Whether somebody is at work on an answer. */
  get isUnderWay(): boolean {
    return this.#open.size > this.#putOff.size
  }

  /**
   * Answers a guest that waits on its stack: for the answer with the number it wants, or for any, but no longer than it says.
   * At once where the answer is there. @returns undefined where the call is to be dropped. @throws ProtocolError for what no guest of ours asks.
   */
  exchange(
    bytes: Uint8Array,
    fuel: number,
    { isTold, canDrop }: Exchanging = {},
  ): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const waiting = this.#rows.read(bytes)
    if (!isTold) this.begin(waiting.told, fuel)
    return this.#isOver(waiting.wanted) ? this.#told(waiting) : this.#wait(waiting, canDrop)
  }

  async #wait(waiting: Waiting, canDrop = false): Promise<Uint8Array | undefined> {
    const { wanted, timeoutMs, isAlone } = waiting
    const until = this.#options.now() + timeoutMs
    for (;;) {
      const isStuck = this.#isStuck(wanted, until)
      if (isStuck && canDrop) return undefined
      if (isStuck) this.#denyPutOff(wanted)
      if (this.#isOver(wanted) || this.#options.now() >= until) break
      if (this.#isCalled && !isAlone) break
      await this.#change(until)
    }
    return this.#told(waiting)
  }

  #told({ isAlone, wanted }: Waiting): Uint8Array {
    return this.#options.encode(isAlone ? this.#takeOf(wanted) : this.take())
  }

  /** The same where nobody can wait: what is not answered at once is an error that says what to write instead. */
  exchangeNow(
    bytes: Uint8Array,
    fuel: number,
    { isTold, canDrop }: Exchanging = {},
  ): Uint8Array | undefined {
    const waiting = this.#rows.read(bytes)
    const { told, wanted } = waiting
    if (!isTold) this.begin(told, fuel)
    const isStuck = this.#isStuck(wanted, Infinity)
    if (isStuck && canDrop) return undefined
    if (isStuck) this.#denyPutOff(wanted)
    for (const { id, target } of this.#isOver(wanted) ? [] : this.open) {
      if (wanted !== undefined && id !== wanted) continue
      this.#drop(id)
      this.#ready.push([id, null, 'RuntimeError', `${target} ${LATER_THAN_NOW}`])
    }
    return this.#told(waiting)
  }

  /**
   * The answer that is recorded for a question, in a run that is made again: of what does nothing but compute, what it computes now.
   * A recording may come from anywhere, and code is not taken from it.
   */
  again(bytes: Uint8Array, answer: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const { told, wanted } = this.#rows.read(bytes)
    const asked = told.questions.find(({ question }) => question.id === wanted)
    const recorded = this.#rows.decoded(answer) as AnswerRow[]
    const isValue = (row: AnswerRow): boolean => row[0] === wanted && row.length === 2
    const again = asked && recorded.some(isValue) && this.#options.broker.again(asked.question)
    if (!again) return answer
    const put = (told: AnswerRow): Uint8Array =>
      this.#options.encode(recorded.map((row) => (isValue(row) ? told : row)))
    return again.then(
      (value) => put([wanted!, value]),
      () => put([wanted!, null, 'RuntimeError', 'what was recorded cannot be made again']),
    )
  }

  /** What the bytes of a question ask, for people: its target, and the line. */
  describe(bytes: Uint8Array): string {
    const { told, wanted } = this.#rows.read(bytes)
    const asked = told.questions.map(({ question }) => question)
    const one = asked.find(({ id }) => id === wanted) ?? asked[0]
    if (!one) return 'waits'
    return `asks ${one.target}${one.at ? `, line ${one.at.line},` : ''} with ${one.args.length} arguments`
  }

  /** Takes up what a guest asks, and drops what it no longer waits for. */
  begin({ questions, cancelled, given }: Asking, fuel: number): void {
    for (const one of given) {
      if ('error' in one) this.#callbacks.raised(one.call, ...one.error)
      else this.#callbacks.returned(one.call, one.value, one.bytes)
    }
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
      const asked = this.#rows.question(row)
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
  rows(told: ToldRows): Asking {
    return this.#rows.told(told)
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

  /** The answer to one question alone: the worker itself has asked it, and knows of no others. */
  #takeOf(wanted: number | undefined): AnswerRow[] {
    const rows = this.#ready.filter(([number]) => number === wanted)
    this.#ready = this.#ready.filter(([number]) => number !== wanted)
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

  /** Whether a function of the guest's was called that it does not know of. */
  get #isCalled(): boolean {
    return this.#ready.some(([number]) => number === 0)
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
}
