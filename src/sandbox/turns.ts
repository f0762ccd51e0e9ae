/**
 * A program in turns: as long as it waits for its host with an empty stack, its call has ended with `waiting`, the worker keeps the
 * memory, and the next call brings the answers. All turns together keep to the limits of one run.
 */
import type { Limits } from '../policy/limits.js'
import type { AnswerRow, Conversation } from '../trusted/broker/conversation.js'
import type { Call, Performed } from '../trusted/channel/link.js'
import { ProtocolError } from '../trusted/channel/frames.js'
import type { CallUsage } from '../trusted/channel/protocol.js'
import { callLimits, replyOf, type Reply } from './execution.js'

/** What a run that may wait needs beside its first request. */
export interface Turns {
  readonly conversation: Conversation
  /** The request with which a program that waits goes on; `elapsed` are the seconds that it is to think have passed. */
  readonly resume: (answers: readonly AnswerRow[], elapsed: number) => Uint8Array
  /** Whether the guest's clock stands: then the host's answers take no time. */
  readonly isClockFixed: boolean
}

type Perform = (call: Pick<Call, 'begin' | 'request' | 'limits' | 'end'>) => Promise<Performed>

/** How the last turn ended, with what all of them used. */
export interface Turned {
  readonly performed: Performed
  readonly reply: Reply
}

/**
 * Performs the first call and whatever follows it. `isOver` is asked between turns: a run that was cancelled makes no more.
 */
export async function performTurns(
  perform: Perform,
  first: Pick<Call, 'begin' | 'request' | 'end'>,
  limits: Limits,
  turns: Turns | undefined,
  isOver: () => boolean,
): Promise<Turned> {
  let { begin, request } = first
  let spent: CallUsage = { wallMs: 0, fuel: 0, peakMemoryBytes: 0, outputBytes: 0 }
  for (;;) {
    const left = callLimits({
      ...limits,
      wallMs: Math.max(1, Math.ceil(limits.wallMs - spent.wallMs)),
      fuel: Math.max(1, limits.fuel - spent.fuel),
      outputBytes: Math.max(0, limits.outputBytes - spent.outputBytes),
    })
    const performed = await perform({ begin, request, limits: left, end: first.end })
    spent = sum(spent, performed.usage)
    const whole = { ...performed, usage: spent }
    const reply = replyOf(whole, limits)
    if (reply.status !== 'waiting' || isOver()) return { performed: whole, reply }
    if (!turns) return { performed: whole, reply: FORGED }
    const { conversation, resume, isClockFixed } = turns
    try {
      conversation.begin(conversation.rows(reply.asked, reply.cancelled))
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      return { performed: whole, reply: { status: 'crashed', reason: error.message } }
    }
    const began = performance.now()
    // With nobody to wait for but its own timers, the time is its own.
    const isOwn = conversation.open.length === 0
    const leftMs = limits.wallMs - spent.wallMs
    const dueMs = reply.timeout * 1000
    if (!isClockFixed || !isOwn) {
      const until = began + (isClockFixed ? Infinity : isOwn ? Math.min(dueMs, leftMs) : dueMs)
      // In pieces: a worker that is gone, as those of a closed sandbox are, is to be noticed.
      for (let now = began; now < until && !isOver(); now = performance.now())
        if (await conversation.answered(Math.min(until - now, NOTICE_MS))) break
    }
    if (isOver()) return { performed: whole, reply: FORGED }
    const passedMs = performance.now() - began
    const elapsed = !isClockFixed ? passedMs / 1000 : isOwn && dueMs < Infinity ? reply.timeout : 0
    if (isOwn) spent = { ...spent, wallMs: spent.wallMs + (isClockFixed ? 0 : passedMs) }
    if (spent.wallMs >= limits.wallMs || spent.fuel >= limits.fuel) {
      const why = spent.fuel >= limits.fuel ? 'fuel' : 'wall'
      const killed: Performed = {
        kind: 'killed',
        id: 0,
        why,
        usage: spent,
        detail: 'between two turns',
      }
      return { performed: killed, reply: replyOf(killed, limits) }
    }
    request = resume(conversation.take(), elapsed)
    begin = 'keep'
  }
}

/** How late the end of a worker may be noticed by a run that waits, in milliseconds. */
const NOTICE_MS = 50

const FORGED: Reply = { status: 'crashed', reason: 'the guest waits for nobody' }

function sum(one: CallUsage, other: CallUsage): CallUsage {
  return {
    wallMs: one.wallMs + other.wallMs,
    fuel: one.fuel + other.fuel,
    peakMemoryBytes: Math.max(one.peakMemoryBytes, other.peakMemoryBytes),
    outputBytes: one.outputBytes + other.outputBytes,
  }
}
