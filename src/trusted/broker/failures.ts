/** What a guest is told when its host fails: the host's own text only where the host says that the guest is to see it. */
import { WireError } from '../channel/wire.js'
import {
  GUEST_ERRORS,
  GuestError,
  Refusal,
  type Decision,
  type Failure,
  type Question,
} from './effect.js'

/** What the guest is told of an error that its host threw. `own` are the exception classes of the host's. */
export function failureOf(
  error: unknown,
  { target, lent }: Question,
  own: ReadonlySet<string>,
): [decision: Decision, ...Failure] {
  const isKnown = (type: string): boolean =>
    (GUEST_ERRORS as readonly string[]).includes(type) || own.has(type)
  try {
    const decision = error instanceof Refusal ? 'denied' : 'failed'
    // The guest's own, which is told again what it had told.
    const raised = lent?.raised(error)
    if (raised !== undefined) return [decision, ...raised]
    if (error instanceof GuestError && isKnown(error.type))
      return [decision, error.type, cut(error.message)]
    if (error instanceof Error && own.has(error.name))
      return [decision, error.name, cut(error.message)]
  } catch {
    // A proxy, or a getter, that throws when it is asked what it is.
  }
  return ['failed', 'RuntimeError', `the host's ${target} failed`]
}

/** Whether it is waited for, rather than told as it is. A getter `then` of the host's runs. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value instanceof Promise || typeof (value as { then?: unknown } | null)?.then === 'function'
  )
}

/** Why a value cannot cross. What a getter of the host's threw meanwhile is not the guest's to read. */
export function textOf(error: unknown): string {
  return error instanceof WireError ? error.message : 'the answer cannot be read'
}

/** As much of a host's text as a guest is told. */
const TEXT_CHARACTERS = 10_000
const cut = (text: string): string => String(text).slice(0, TEXT_CHARACTERS)

/** A log that fails, now or later, must not fail the run. */
export function quietly(work: () => unknown): void {
  try {
    const done = work()
    if (isThenable(done)) done.then(undefined, () => {})
  } catch {}
}

/** Why a call is refused that would have to wait on the stack where nobody can. */
export const LATER_THAN_NOW =
  "answers later, and this guest runs in its host's own thread: await it, with asyncio.to_thread where it is a plain function, or have " +
  'the host grant it with awaitable(...)'

/** Why a plain call is refused that who resumes the run would have to answer. */
export const PUT_OFF =
  'waits for an answer that this call cannot wait for; await it, as asyncio.to_thread lets you'
