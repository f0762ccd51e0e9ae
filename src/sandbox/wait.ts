/** How a program waits between two turns: for answers, for its own timers, and for how long a worker is held for it. */
import type { Standing, Turns } from './turns.js'

/** How a program waited between two turns. */
export interface Waited {
  /** Nothing of it goes on while a worker is held for it. */
  readonly isToStand: boolean
  /** Seconds that it is to think have passed. */
  readonly elapsed: number
  /** Milliseconds of its own, in which it waited for nobody but its timers. */
  readonly ownMs: number
}

/**
 * Waits until something is answered, a timer of the program's is due, `leftMs` of its own time are used up, or `isOver`.
 * Tells that it is to be left standing where its worker has been held since `heldSince`, a time of `performance.now()`,
 * for as long as its host holds one.
 */
export async function wait(
  { conversation, isClockFixed, holdMs }: Turns,
  { timeout, elapsed: before }: Standing,
  heldSince: number,
  leftMs: number,
  isOver: () => boolean,
): Promise<Waited> {
  const began = performance.now()
  let ownMs = 0
  const waited = (isToStand: boolean, isAnswered: boolean): Waited => ({
    isToStand,
    ownMs: isClockFixed ? 0 : ownMs,
    // On a clock that stands an answer takes no time, and a timer comes when it is due.
    elapsed: !isClockFixed
      ? before + (performance.now() - began) / 1000
      : isToStand || isAnswered || timeout === Infinity
        ? before
        : timeout,
  })
  for (let now = began; !isOver(); ) {
    if (await conversation.answered(0)) return waited(false, true)
    const isAlone = conversation.open.length === 0
    if (isAlone && isClockFixed) return waited(false, false)
    const isOwn = !conversation.isUnderWay
    const hold = isOwn ? (holdMs ?? 0) : Math.max(LEAST_HOLD_MS, holdMs ?? Infinity)
    const holdUntil = isAlone ? Infinity : heldSince + hold
    if (now >= holdUntil) return waited(true, false)
    const due = began + Math.max(0, (timeout - before) * 1000)
    const until = Math.min(due, isOwn ? began + leftMs : Infinity)
    if (now >= until) {
      // A program that polls lets its host's own thread do something in between.
      if (!isAlone) await new Promise((resolve) => setImmediate(resolve))
      return waited(false, false)
    }
    // In pieces: a worker that is gone, as those of a closed sandbox are, is to be noticed.
    await conversation.answered(Math.min(until - now, holdUntil - now, NOTICE_MS))
    const passed = performance.now() - now
    if (isOwn) ownMs += passed
    now += passed
  }
  return waited(false, false)
}

/** How late the end of a worker may be noticed by a run that waits, in milliseconds. */
const NOTICE_MS = 50
/** What a handler has at least, so that one which waits for nothing is heard. */
const LEAST_HOLD_MS = 1
