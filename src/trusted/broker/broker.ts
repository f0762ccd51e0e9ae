/**
 * The broker: judges every question of one run in the host's process, where the guest cannot reach, and has it carried out.
 *
 * In this order, and whatever the guest claims: the question is counted; its size is known to be within the limit; a rule must
 * speak of its target; the rule's own count is kept; somebody may be asked for approval; it is performed under a time limit of
 * its own; the answer is data, or an exception of a known class. Whatever happens becomes one event of the audit log.
 *
 * Nothing here throws or rejects because of a guest, a handler that fails, or an approver that fails: each ends as an answer.
 */
import { WireError } from '../channel/wire.js'
import {
  GUEST_ERRORS,
  GuestError,
  type Answer,
  type Decision,
  type Effect,
  type EffectEvent,
  type Question,
  type Rule,
} from './effect.js'

/** What a run may ask at all. */
export interface EffectLimits {
  /** Questions of one run. */
  readonly effects: number
  /** Questions that wait for their answer at the same time. */
  readonly pending: number
}

export interface BrokerOptions {
  readonly run: string
  readonly effects: ReadonlyMap<string, Effect>
  readonly limits: EffectLimits
  /** Exception classes of the host's own that the guest knows. */
  readonly errors: ReadonlySet<string>
  /** Asked for those whose rule says so. What it throws, or anything but `true`, is a no. */
  readonly approve: ((asked: Omit<EffectEvent, 'decision' | 'ms' | 'bytes'>) => unknown) | undefined
  readonly onEffect: ((event: EffectEvent) => void) | undefined
  /** Starts a timer that does not keep the process alive; the result stops it. */
  readonly after: (ms: number, then: () => void) => () => void
  /** Turns a value into the bytes of an answer. @throws when it cannot cross, with a text that the guest may see. */
  readonly encode: (value: unknown) => Uint8Array
}

/** An answer, and the bytes of its value where it has one. */
export type Settled = Answer & { readonly encoded: Uint8Array | undefined }

export class Broker {
  readonly #options: BrokerOptions
  readonly #asked = new Map<Rule['path'], number>()
  readonly #pending = new Map<number, AbortController>()
  #seq = 0
  #isClosed = false

  constructor(options: BrokerOptions) {
    this.#options = options
  }

  /**
   * Answers a question: at once where its handler does, else when that has ended, was refused, or took too long. `bytes` is the
   * question's size, `fuel` what the run had used by then.
   */
  ask(question: Question, bytes: number, fuel?: number): Settled | Promise<Settled> {
    const { id, effect: kind, target, at } = question
    const { effects, limits, run, onEffect } = this.#options
    const started = performance.now()
    const controller = new AbortController()
    const seq = ++this.#seq
    let rulePath = ''
    const end = (decision: Decision, told: Omit<Settled, 'id'>): Settled => {
      if (this.#pending.get(id) === controller) this.#pending.delete(id)
      const size = bytes + (told.encoded?.length ?? 0)
      const ms = performance.now() - started
      const event = { run, seq, kind, target, rule: rulePath, decision, bytes: size, ms, fuel, at }
      quietly(() => onEffect?.(event))
      return { id, ...told } as Settled
    }
    const refuse = (decision: Decision, type: string, text: string): Settled =>
      end(decision, { error: [type, text], encoded: undefined } as Omit<Settled, 'id'>)

    if (this.#isClosed) return refuse('cancelled', 'RuntimeError', 'the run is over')
    if (seq > limits.effects)
      return refuse(
        'denied',
        'RuntimeError',
        `this run may ask its host ${limits.effects} times (limits.effects)`,
      )
    if (this.#pending.has(id))
      return refuse('denied', 'RuntimeError', 'a question with a number that is in use')
    if (this.#pending.size >= limits.pending)
      return refuse(
        'denied',
        'RuntimeError',
        `${limits.pending} questions wait for their answers already (limits.pending)`,
      )
    const effect = effects.get(kind)
    const rule = effect?.rule(target)
    if (!effect || !rule)
      return refuse('denied', 'PermissionError', `${target}: the policy grants no such ${kind}`)
    rulePath = rule.path
    const count = (this.#asked.get(rule.path) ?? 0) + 1
    this.#asked.set(rule.path, count)
    if (rule.calls !== undefined && count > rule.calls)
      return refuse(
        'denied',
        'PermissionError',
        `${target} may be called ${rule.calls} times in a run`,
      )

    this.#pending.set(id, controller)
    const perform = (decision: Decision): Settled | Promise<Settled> => {
      const settle = (value: unknown): Settled => {
        try {
          return end(decision, { value, encoded: this.#options.encode(value) } as Omit<
            Settled,
            'id'
          >)
        } catch (error) {
          return refuse('failed', 'TypeError', `${target}: ${textOf(error)}`)
        }
      }
      const fail = (error: unknown): Settled => refuse('failed', ...this.#errorOf(error, target))
      try {
        const value = effect.perform(question, controller.signal)
        if (!isThenable(value)) return settle(value)
        return this.#within(rule, controller, value).then(settle, (error: unknown) =>
          error === TOO_LATE
            ? refuse('timed out', 'TimeoutError', `${target}: no answer after ${rule.timeoutMs} ms`)
            : fail(error),
        )
      } catch (error) {
        return fail(error)
      }
    }
    if (!rule.approve) return perform('allowed')
    const asked = { run, seq, kind, target, rule: rulePath, fuel, at }
    return this.#approved(asked).then((isApproved) =>
      isApproved && !controller.signal.aborted
        ? perform('approved')
        : refuse('denied', 'PermissionError', `${target}: not approved`),
    )
  }

  /** Nobody waits for the question any more. */
  cancel(id: number): void {
    this.#pending.get(id)?.abort()
  }

  /** The run is over: what still waits is told so, and nothing more is performed. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const controller of this.#pending.values()) controller.abort()
    for (const effect of this.#options.effects.values()) quietly(() => effect.close())
  }

  async #approved(asked: Omit<EffectEvent, 'decision' | 'ms' | 'bytes'>): Promise<boolean> {
    try {
      return (await this.#options.approve?.(asked)) === true && !this.#isClosed
    } catch {
      return false
    }
  }

  /** What `work` comes to, or {@link TOO_LATE} when the rule's time is over or nobody waits any more. */
  #within(rule: Rule, controller: AbortController, work: PromiseLike<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const stop = this.#options.after(rule.timeoutMs, () => controller.abort())
      const late = (): void => {
        stop()
        reject(TOO_LATE)
      }
      if (controller.signal.aborted) late()
      controller.signal.addEventListener('abort', late, { once: true })
      work.then(
        (value) => {
          stop()
          resolve(value)
        },
        (error: unknown) => {
          stop()
          reject(error)
        },
      )
    })
  }

  /** What the guest is told of an error: its own text only where the host says that the guest is to see it. */
  #errorOf(error: unknown, target: string): [type: string, text: string] {
    const isKnown = (type: string): boolean =>
      (GUEST_ERRORS as readonly string[]).includes(type) || this.#options.errors.has(type)
    if (error instanceof GuestError && isKnown(error.type)) return [error.type, cut(error.message)]
    if (error instanceof Error && this.#options.errors.has(error.name))
      return [error.name, cut(error.message)]
    return ['RuntimeError', `the host's ${target} failed`]
  }
}

const TOO_LATE = Symbol('too late')

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value instanceof Promise || typeof (value as { then?: unknown } | null)?.then === 'function'
  )
}

/** Why a value cannot cross. What a getter of the host's threw meanwhile is not the guest's to read. */
function textOf(error: unknown): string {
  return error instanceof WireError ? error.message : 'the answer cannot be read'
}

/** As much of a host's text as a guest is told. */
const TEXT_CHARACTERS = 10_000
const cut = (text: string): string => String(text).slice(0, TEXT_CHARACTERS)

/** A log that fails, now or later, must not fail the run. */
function quietly(work: () => unknown): void {
  try {
    const done = work()
    if (isThenable(done)) done.then(undefined, () => {})
  } catch {}
}
