/**
 * The broker: judges every question of one run in the host's process, where the guest cannot reach, and has it carried out.
 *
 * In this order, and whatever the guest claims: the question is counted; its size is known to be within the limit; a rule must
 * speak of its target; the rule's own count is kept; somebody may be asked for approval; it is performed under a time limit of
 * its own; the answer is data, or an exception of a known class. Whatever happens becomes one event of the audit log.
 * Nothing here throws or rejects because of a guest, a handler that fails, or an approver that fails: each ends as an answer.
 */
import type { Callback, Lent } from './callbacks.js'
import { Denied, LATER } from './effect.js'
import type { Counts, Decision, Effect, EffectEvent, EffectLimits, Failure } from './effect.js'
import type { Held, Question, Rule, Settled, Told, Verdict } from './effect.js'
import { failureOf, isThenable, quietly, textOf } from './failures.js'
import { TOO_LATE, within } from './within.js'

/** What one run's broker judges by, and whom it asks and tells. */
export interface BrokerOptions {
  readonly counts: Counts
  readonly effects: ReadonlyMap<string, Effect>
  readonly limits: EffectLimits
  /** Exception classes of the host's own that the guest knows. */
  readonly errors: ReadonlySet<string>
  /** Asked for those whose rule says so; without it they are put off. What it throws, or anything but `true` and LATER, is a no. */
  readonly approve: ((asked: Omit<EffectEvent, 'decision' | 'ms' | 'bytes'>) => unknown) | undefined
  readonly onEffect: ((event: EffectEvent) => void) | undefined
  /** Starts a timer that does not keep the process alive; the result stops it. */
  readonly after: (ms: number, then: () => void) => () => void
  /** Turns a value into the bytes of an answer. @throws when it cannot cross, with a text that the guest may see. */
  readonly encode: (value: unknown) => Uint8Array
}

interface Open extends Held {
  readonly started: number
  readonly controller: AbortController
  /** Path of the rule that decides; empty before one was found. */
  rule: string
  /** Whether the log has its event. */
  isTold: boolean
}

/** In place of a rule's path: what is counted apart. */
const APART = ''

/** The broker of one run. A question that nobody answers in it is put off: the next broker takes it up, with these {@link Broker.counts}. */
export class Broker {
  readonly #options: BrokerOptions
  readonly #asked: Map<string, number>
  readonly #open = new Map<number, Open>()
  /** How those are told that the run is over who wait for a function of the guest's. */
  readonly #callbacks = new Set<() => void>()
  #seq: number
  #isClosed = false

  constructor(options: BrokerOptions) {
    this.#options = options
    this.#asked = new Map(options.counts.asked)
    this.#seq = options.counts.seq
  }

  /** The bytes of one answer, or of arguments for the guest. @throws WireError for what cannot cross, and what a getter throws. */
  encode(value: unknown): Uint8Array {
    return this.#options.encode(value)
  }

  get counts(): Counts {
    return { run: this.#options.counts.run, seq: this.#seq, asked: this.#asked }
  }

  /**
   * Answers a question: at once where its handler does, else when that has ended, was refused, or took too long. `bytes` is the
   * question's size, `fuel` what the run had used by then.
   */
  ask(question: Question, bytes: number, fuel: number): Told | Promise<Told> {
    const { id, effect: kind, target, fault } = question
    const { effects, limits } = this.#options
    const effect = effects.get(kind)
    const isApart = effect?.isCountedApart === true
    if (effect?.isQuiet !== true) {
      this.#seq++
      if (isApart) this.#asked.set(APART, this.#apart + 1)
    }
    const open = this.#opened({ question, bytes, seq: this.#seq, fuel })
    const refuse = (type: string, text: string): Settled => this.#refuse(open, 'denied', type, text)

    if (this.#isClosed) return this.#refuse(open, 'cancelled', 'RuntimeError', 'the run is over')
    if (!isApart && open.seq - this.#apart > limits.effects)
      return refuse(
        'RuntimeError',
        `this run may ask its host ${limits.effects} times (limits.effects)`,
      )
    if (this.#open.has(id)) return refuse('RuntimeError', 'a question with a number that is in use')
    if (this.#open.size >= limits.pending)
      return refuse(
        'RuntimeError',
        `${limits.pending} questions wait for their answers already (limits.pending)`,
      )
    const rule = effect?.rule(target)
    if (typeof rule !== 'object')
      return refuse('PermissionError', rule ?? `${target}: the policy grants no such ${kind}`)
    open.rule = rule.path
    const count = (this.#asked.get(rule.path) ?? 0) + 1
    this.#asked.set(rule.path, count)
    if (rule.calls !== undefined && count > rule.calls)
      return refuse('PermissionError', `${target} may be called ${rule.calls} times in a run`)
    if (fault) return refuse(...fault)

    this.#open.set(id, open)
    if (!rule.approve) return this.#perform(open, rule, 'allowed')
    const judge = (said: unknown): Told | Promise<Told> => {
      if (said === LATER && !open.isTold) return LATER
      if (said === true && !open.isTold) return this.#perform(open, rule, 'approved')
      return refuse('PermissionError', `${target}: not approved`)
    }
    const { approve } = this.#options
    if (!approve) return judge(LATER)
    try {
      const said = approve(this.#told(open))
      return isThenable(said) ? Promise.resolve(said).then(judge, () => judge(false)) : judge(said)
    } catch {
      return judge(false)
    }
  }

  /** What a question is answered that was asked before, in a run that is made again; undefined where that is not computed anew. */
  again(question: Question): Promise<unknown> | undefined {
    const effect = this.#options.effects.get(question.effect)
    if (effect?.isRepeatable !== true) return undefined
    const perform = async (): Promise<unknown> => {
      const value = await effect.perform(question, new AbortController().signal)
      return value instanceof Denied ? value.told : value
    }
    return perform()
  }

  /** Takes up a question that an earlier broker held: it is put off until it is answered. */
  reopen(held: Held): void {
    const { effect, target, id } = held.question
    const open = this.#opened(held)
    const rule = this.#options.effects.get(effect)?.rule(target)
    open.rule = typeof rule === 'object' ? rule.path : ''
    this.#open.set(id, open)
  }

  /** Answers a question that was put off. */
  answer(id: number, verdict: Verdict): Told | Promise<Told> {
    const open = this.#open.get(id)!
    const { question } = open
    const { effect, target, fault } = question
    if ('value' in verdict) return this.#settle(open, 'answered', verdict.value)
    if ('error' in verdict) return this.#refuse(open, 'failed', ...verdict.error)
    if ('denied' in verdict)
      return this.#refuse(open, 'denied', 'PermissionError', `${target}: ${verdict.denied}`)
    const rule = this.#options.effects.get(effect)?.rule(target)
    if (fault) return this.#refuse(open, 'denied', ...fault)
    if (typeof rule === 'object') return this.#perform(open, rule, 'approved')
    return this.#refuse(open, 'denied', 'PermissionError', `${target}: is not there any more`)
  }

  /**
   * The host calls a function that was lent with a question: counted and told as questions are. Answers what tells its end, or why it
   * cannot be called. `cut` is called where the run is over before.
   */
  callback(lent: Lent, bytes: number, cut: () => void): Callback | string {
    const asked = this.#open.get(lent.id)
    if (asked?.question.lent !== lent) return 'the call that this function was given to is over'
    const { effects, pending } = this.#options.limits
    if (this.#callbacks.size >= pending)
      return `${pending} calls of the guest's functions wait already (limits.pending)`
    this.#seq++
    const { question, fuel, rule } = asked
    const open = this.#opened({
      question: { ...question, effect: 'callback' },
      bytes,
      seq: this.#seq,
      fuel,
    })
    open.rule = rule
    if (open.seq - this.#apart > effects) {
      this.#tell(open, 'denied', 0)
      return `this run and its host may ask each other ${effects} times (limits.effects)`
    }
    this.#callbacks.add(cut)
    return (decision, size) => {
      this.#callbacks.delete(cut)
      this.#tell(open, decision, size)
    }
  }

  /** Nobody waits for the question any more. */
  cancel(id: number): void {
    const open = this.#open.get(id)
    if (!open) return
    this.#tell(open, 'cancelled', 0)
    open.controller.abort()
  }

  /** It was put off, and nobody can wait for it: it is refused. */
  deny(id: number, text: string): Settled {
    return this.#refuse(this.#open.get(id)!, 'denied', 'PermissionError', text)
  }

  /** The run ends as waiting: questions without an answer, for whoever goes on with it. Nothing of them goes on here. */
  hold(): Held[] {
    const held = [...this.#open.values()]
    this.#end('waiting')
    return held
  }

  /** The run is over: what still waits is told so, and nothing more is performed. */
  close(): void {
    this.#end('cancelled')
  }

  #end(decision: Decision): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const open of [...this.#open.values()]) {
      this.#tell(open, decision, 0)
      open.controller.abort()
    }
    for (const cut of [...this.#callbacks]) cut()
    for (const effect of this.#options.effects.values()) quietly(() => effect.close())
  }

  #opened(held: Held): Open {
    return {
      ...held,
      started: performance.now(),
      controller: new AbortController(),
      rule: '',
      isTold: false,
    }
  }

  #told({ question, seq, rule, fuel }: Open): Omit<EffectEvent, 'decision' | 'ms' | 'bytes'> {
    const { effect: kind, target, at } = question
    return { run: this.#options.counts.run, seq, kind, target, rule, fuel, at }
  }

  /** Events that do not count among `limits.effects`. */
  get #apart(): number {
    return this.#asked.get(APART) ?? 0
  }

  /** One event for each question: what comes of it after its end is told to nobody. */
  #tell(open: Open, decision: Decision, size: number): void {
    if (open.isTold) return
    open.isTold = true
    const { id } = open.question
    if (this.#open.get(id) === open) this.#open.delete(id)
    const ms = performance.now() - open.started
    if (this.#options.effects.get(open.question.effect)?.isQuiet) return
    quietly(() =>
      this.#options.onEffect?.({ ...this.#told(open), decision, bytes: open.bytes + size, ms }),
    )
  }

  #perform(open: Open, rule: Rule, decision: Decision): Told | Promise<Told> {
    const { question, controller } = open
    const { target } = question
    const settle = (value: unknown): Told =>
      value === LATER && !open.isTold ? LATER : this.#settle(open, decision, value)
    const fail = (error: unknown): Settled =>
      error === TOO_LATE
        ? this.#refuse(
            open,
            'timed out',
            'TimeoutError',
            `${target}: no answer after ${rule.timeoutMs} ms`,
          )
        : this.#refuse(open, ...failureOf(error, question, this.#options.errors))
    try {
      const value = this.#options.effects.get(question.effect)!.perform(question, controller.signal)
      if (!isThenable(value)) return settle(value)
      return within(value, rule.timeoutMs, controller, this.#options.after).then(settle, fail)
    } catch (error) {
      return fail(error)
    }
  }

  #settle(open: Open, decision: Decision, value: unknown): Settled {
    const { id, target, effect } = open.question
    if (value instanceof Denied) return this.#settle(open, 'denied', value.told)
    let encoded: Uint8Array | undefined
    try {
      // A piece that was read is measured by who reads it, and written once: with its row.
      const isPiece = value instanceof Uint8Array && this.#options.effects.get(effect)?.isQuiet
      if (!isPiece) encoded = this.encode(value)
    } catch (error) {
      return this.#refuse(open, 'failed', 'TypeError', `${target}: ${textOf(error)}`)
    }
    this.#tell(open, decision, encoded?.length ?? 0)
    return { id, value, encoded }
  }

  #refuse(open: Open, decision: Decision, ...error: Failure): Settled {
    this.#tell(open, decision, 0)
    return { id: open.question.id, error, encoded: undefined }
  }
}
