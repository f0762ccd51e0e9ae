/**
 * Functions of a guest in the hands of its host: arguments of a call, which the host may call until it has answered that call, and
 * no longer. The guest may be anywhere else meanwhile; it calls them when it next waits, and what they give is read as if it were forged.
 */
import { WireError } from '../channel/wire.js'
import { GuestError, type Decision, type Failure } from './effect.js'

/**
 * A function of the guest's that a host function was given as an argument. It may be called as often as `limits.effects` leaves and by
 * several at once, until the host function has answered. Arguments and result are copies; keyword arguments there are none.
 *
 * @returns what the guest's function returned, or rejects with a {@link CallbackError}: where it raised, where it cannot be called any
 *   more, and where the run ended meanwhile.
 */
export type GuestFunction = (...args: readonly unknown[]) => Promise<unknown>

/**
 * Why a function of the guest's has no value. A host function that lets it through, or throws it, ends as the guest's own exception did,
 * in the guest. Its text is the guest's: escape it where it goes.
 */
export class CallbackError extends Error {
  override readonly name = 'CallbackError'
  /** The class of the guest's exception, as `ValueError`; empty where the function was not called or did not come to its end. */
  readonly type: string

  constructor(type: string, text: string) {
    super(text)
    this.type = type
  }
}

/** A call of a function, as the guest is told of it: `0` is no question's number. */
export type CallRow = readonly [
  0,
  call: number,
  question: number,
  place: number,
  args: Uint8Array<ArrayBufferLike>,
]

/** Tells the end of a call to the log. */
export type Callback = (decision: Decision, bytes: number) => void

/** What such calls are judged by, and how they reach the guest. */
export interface CallbacksOptions {
  /** Counts a call; answers why not, where it may not be made. `cut` is called when the run is over before it. */
  readonly begin: (lent: Lent, bytes: number, cut: () => void) => Callback | string
  readonly encode: (value: unknown) => Uint8Array
  readonly tell: (row: CallRow) => void
}

/** The functions that were lent with one question. */
export class Lent {
  readonly #raised = new WeakMap<object, Failure>()
  readonly #callbacks: Callbacks

  constructor(
    callbacks: Callbacks,
    /** The question. */
    readonly id: number,
  ) {
    this.#callbacks = callbacks
  }

  /** The function at a place. */
  at(place: number): GuestFunction {
    return (...args) => this.#callbacks.call(this, place, args)
  }

  /** What the guest is told of an error that is its own function's; undefined for all others, those of other questions too. */
  raised(error: unknown): Failure | undefined {
    return error instanceof CallbackError ? this.#raised.get(error) : undefined
  }

  /** @internal */
  fail(call: number, type: string, text: string): CallbackError {
    const error = new CallbackError(type, text)
    this.#raised.set(error, [type, text, call])
    return error
  }
}

/** Names by which JavaScript calls what it finds: a value that had such a function would be no plain data to its host. */
const CALLED_UNASKED = ['then', 'toJSON']

/** Why arguments with functions are refused; undefined where they are not. */
export function misleading(value: unknown): GuestError | undefined {
  const todo = [value]
  for (const held of todo) {
    if (Array.isArray(held) || held instanceof Set) for (const one of held) todo.push(one)
    else if (held instanceof Map) for (const one of held.values()) todo.push(one)
    else if (typeof held === 'object' && held !== null && Object.getPrototypeOf(held) === null) {
      const entries = Object.entries(held)
      const wrong = entries.find(
        ([name, one]) => typeof one === 'function' && CALLED_UNASKED.includes(name),
      )
      if (wrong)
        return new GuestError('TypeError', `no function is given under the name ${wrong[0]}`)
      for (const [, one] of entries) todo.push(one)
    }
  }
  return undefined
}

interface Called {
  readonly lent: Lent
  readonly end: Callback
  readonly resolve: (value: unknown) => void
  readonly reject: (error: CallbackError) => void
}

/** The calls of a guest's functions in one run. */
export class Callbacks {
  readonly #options: CallbacksOptions
  readonly #called = new Map<number, Called>()
  #calls = 0

  constructor(options: CallbacksOptions) {
    this.#options = options
  }

  call(lent: Lent, place: number, args: readonly unknown[]): Promise<unknown> {
    const called = new Promise((resolve, reject) => {
      const refuse = (why: string): void => reject(new CallbackError('', why))
      let bytes: Uint8Array
      try {
        // The arguments as they are now.
        bytes = this.#options.encode(args)
      } catch (error) {
        return refuse(error instanceof WireError ? error.message : 'the arguments cannot be read')
      }
      const call = ++this.#calls
      const end = this.#options.begin(lent, bytes.length, () =>
        this.#end(call, 'cancelled', 0)?.reject(new CallbackError('', 'the run is over')),
      )
      if (typeof end === 'string') return refuse(end)
      this.#called.set(call, { lent, end, resolve, reject })
      this.#options.tell([0, call, lent.id, place, bytes])
    })
    // Nobody need wait for it, and one that fails then is nobody's unhandled rejection.
    called.catch(() => {})
    return called
  }

  /** A function has returned. One that nobody called, or that was called in another run of the program, is nobody's. */
  returned(call: number, value: unknown, bytes: number): void {
    this.#end(call, 'allowed', bytes)?.resolve(value)
  }

  raised(call: number, type: string, text: string): void {
    const called = this.#end(call, 'failed', 0)
    called?.reject(called.lent.fail(call, type, text))
  }

  #end(call: number, decision: Decision, bytes: number): Called | undefined {
    const called = this.#called.get(call)
    this.#called.delete(call)
    called?.end(decision, bytes)
    return called
  }
}
