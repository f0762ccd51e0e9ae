/**
 * A program in turns: as long as it waits for its host with an empty stack, its call has ended with `waiting`, the worker keeps the
 * memory, and the next call brings the answers. All turns together keep to the limits of one run. Where it waits for longer than its
 * host holds a worker for it, or for what nobody answers now, its memory is taken, and the run ends as waiting.
 */
import type { Limits } from '../policy/limits.js'
import type { AnswerRow, Conversation, HeldRow } from '../trusted/broker/conversation.js'
import type { Question } from '../trusted/broker/effect.js'
import type { Call, Performed } from '../trusted/channel/link.js'
import { ProtocolError } from '../trusted/channel/frames.js'
import type { CallUsage } from '../trusted/channel/protocol.js'
import { callLimits, replyOf, type Reply } from './execution.js'

/** What a run that may wait needs beside its first request. */
export interface Turns {
  readonly conversation: Conversation
  /** The request with which a program that waits goes on; `elapsed` are the seconds that it is to think have passed. */
  readonly resume: (answers: readonly AnswerRow[], elapsed: number) => Uint8Array
  /** A request that changes nothing: after it the memory can be captured. */
  readonly stand: Uint8Array
  /** Whether the guest's clock stands: then the host's answers take no time. */
  readonly isClockFixed: boolean
  /** How long a worker is held for answers. Left out, as long as somebody is at work on one. */
  readonly holdMs: number | undefined
}

type Perform = (
  call: Pick<Call, 'begin' | 'request' | 'limits' | 'end'>,
  fuelBefore: number,
) => Promise<Performed>

/** Where a program stands that waits: its memory, and what that does not hold. */
export interface Standing {
  readonly delta: Uint8Array
  /** In how many seconds a timer of its own is due, and how many have passed since it said so. */
  readonly timeout: number
  readonly elapsed: number
  readonly spent: CallUsage
}

/** A program that was left standing: its run ends as waiting. */
export interface Stood extends Standing {
  readonly questions: readonly Question[]
  readonly held: readonly HeldRow[]
}

/** How the last turn ended, with what all of them used. */
export interface Turned {
  readonly performed: Performed
  readonly reply: Reply
  readonly stood?: Stood
}

/** The first call of a run, or where an earlier run of the program was left standing. */
export type First = Pick<Call, 'begin' | 'request' | 'end'> | (Standing & Pick<Call, 'end'>)

/**
 * Performs the first call and whatever follows it. `isOver` is asked between turns: a run that was cancelled makes no more.
 */
export async function performTurns(
  perform: Perform,
  first: First,
  limits: Limits,
  turns: Turns | undefined,
  isOver: () => boolean,
): Promise<Turned> {
  const isNew = 'request' in first
  let spent = isNew ? NOTHING : first.spent
  let standing: Standing | undefined = isNew ? undefined : first
  // The memory of one that goes on is in place.
  let begin: Call['begin'] = isNew ? first.begin : 'keep'
  let request = isNew ? first.request : undefined
  const { end } = first
  let heldSince = performance.now()
  for (;;) {
    if (request !== undefined) {
      const call = { begin, request, limits: callLimits(leftOf(limits, spent)), end }
      const performed = await perform(call, spent.fuel)
      spent = sum(spent, performed.usage)
      const whole = { ...performed, usage: spent }
      const reply = replyOf(whole, limits)
      if (reply.status !== 'waiting' || isOver()) return { performed: whole, reply }
      if (!turns) return { performed: whole, reply: FORGED }
      try {
        const asking = turns.conversation.rows(reply.asked, reply.cancelled)
        if (asking.questions.length > 0) heldSince = performance.now()
        turns.conversation.begin(asking, spent.fuel)
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error
        return { performed: whole, reply: { status: 'crashed', reason: error.message } }
      }
      const delta = (performed.kind === 'done' && performed.delta) || NO_MEMORY
      standing = { delta, timeout: reply.timeout, elapsed: 0, spent }
      begin = 'keep'
    }
    const waited = await wait(turns!, standing!, heldSince, limits.wallMs - spent.wallMs, isOver)
    spent = { ...spent, wallMs: spent.wallMs + waited.ownMs }
    standing = { ...standing!, elapsed: waited.elapsed, spent }
    const ending = (why: 'fuel' | 'wall' | 'crash'): Performed => ({
      kind: 'killed',
      id: 0,
      why,
      usage: spent,
      detail: 'between two turns',
    })
    if (isOver()) return { performed: ending('crash'), reply: FORGED }
    if (spent.wallMs >= limits.wallMs || spent.fuel >= limits.fuel) {
      const performed = ending(spent.fuel >= limits.fuel ? 'fuel' : 'wall')
      return { performed, reply: replyOf(performed, limits) }
    }
    if (waited.isToStand) return stand(perform, standing, begin, limits, turns!)
    const answers = turns!.conversation.take()
    if (answers.length > 0) heldSince = performance.now()
    request = turns!.resume(answers, waited.elapsed)
  }
}

/** Ends the run where it waits: what it asked is put into other hands, and then its memory is taken. */
async function stand(
  perform: Perform,
  standing: Standing,
  begin: Call['begin'],
  limits: Limits,
  { conversation, stand: request }: Turns,
): Promise<Turned> {
  const questions = conversation.open
  const held = conversation.hold()
  let { delta } = standing
  const usage = standing.spent
  if (delta.length === 0) {
    const allowed = callLimits(leftOf(limits, usage))
    const performed = await perform({ begin, request, limits: allowed, end: 'capture' }, usage.fuel)
    const whole = { ...performed, usage }
    if (performed.kind !== 'done' || performed.delta === null)
      return { performed: whole, reply: replyOf(whole, limits) }
    delta = performed.delta
  }
  const performed: Performed = {
    kind: 'done',
    id: 0,
    usage,
    response: NO_MEMORY,
    delta,
    traces: null,
    files: null,
  }
  return {
    performed,
    reply: { status: 'waiting', asked: [], cancelled: [], timeout: standing.timeout },
    stood: { ...standing, delta, questions, held },
  }
}

/** How a program waited between two turns. */
interface Waited {
  /** Nothing of it goes on while a worker is held for it. */
  readonly isToStand: boolean
  /** Seconds that it is to think have passed. */
  readonly elapsed: number
  /** Milliseconds of its own, in which it waited for nobody but its timers. */
  readonly ownMs: number
}

async function wait(
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

const FORGED: Reply = { status: 'crashed', reason: 'the guest waits for nobody' }
const NO_MEMORY = new Uint8Array(0)
const NOTHING: CallUsage = { wallMs: 0, fuel: 0, peakMemoryBytes: 0, outputBytes: 0 }

/** What a run may use that has used so much. */
function leftOf(limits: Limits, spent: CallUsage): Limits {
  return {
    ...limits,
    wallMs: Math.max(1, Math.ceil(limits.wallMs - spent.wallMs)),
    fuel: Math.max(1, limits.fuel - spent.fuel),
    outputBytes: Math.max(0, limits.outputBytes - spent.outputBytes),
  }
}

function sum(one: CallUsage, other: CallUsage): CallUsage {
  return {
    wallMs: one.wallMs + other.wallMs,
    fuel: one.fuel + other.fuel,
    peakMemoryBytes: Math.max(one.peakMemoryBytes, other.peakMemoryBytes),
    outputBytes: one.outputBytes + other.outputBytes,
  }
}
