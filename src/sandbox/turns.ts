/**
 * A program in turns: as long as it waits for its host with an empty stack, its call has ended with `waiting`, the worker keeps the
 * memory, and the next call brings the answers. All turns together keep to the limits of one run. Where it waits for longer than its
 * host holds a worker for it, or for what nobody answers now, the run ends as waiting: with the memory, where the stack is empty;
 * else with what the turn began with and was told, so that it can be made again (repeat.ts).
 */
import type { Limits } from '../policy/limits.js'
import type { Conversation, HeldRow } from '../trusted/broker/conversation.js'
import type { Question } from '../trusted/broker/effect.js'
import type { Call, Performed } from '../trusted/channel/worker.js'
import type { Secrets } from '../trusted/network/secrets.js'
import { ProtocolError } from '../trusted/channel/frames.js'
import type { CallUsage } from '../trusted/channel/protocol.js'
import { encodeValue } from '../trusted/channel/values.js'
import { callLimits } from './execution.js'
import { Repeats, type Recorded, type Turn } from './repeat.js'
import { inSteps } from './steps.js'
import { wait } from './wait.js'
import { type Reply, replyOf, replying } from './reply.js'

/** What a run that may wait needs beside its first request. */
export interface Turns {
  readonly conversation: Conversation
  /** The bytes of rows of answers. */
  readonly encode: (rows: unknown) => Uint8Array
  /** The request with which a program that waits goes on; `elapsed` are the seconds that it is to think have passed. */
  readonly resume: (answers: Uint8Array, elapsed: number) => Uint8Array
  /** Whether the guest's clock stands: then the host's answers take no time. */
  readonly isClockFixed: boolean
  /** How long a worker is held for answers. Left out, as long as somebody is at work on one. */
  readonly holdMs: number | undefined
  /** Whether the worker can wait for an answer that comes later. */
  readonly canWait: boolean
  /** Whether each turn is to be one that can be made again: for plain calls that are put off. */
  readonly canRepeat: boolean
  /** What is masked in all that the run tells. */
  readonly secrets: Secrets | undefined
}

/** One call, as a turn makes it. */
export type TurnCall = Pick<
  Call,
  'begin' | 'request' | 'limits' | 'end' | 'files' | 'tape' | 'onAsk' | 'unwatched'
>

/** Where a program stands that waits: its memory, and what that does not hold. */
export interface Standing {
  /** Empty where the program is in the middle of a turn. */
  readonly delta: Uint8Array
  /** In how many seconds a timer of its own is due, and how many have passed since it said so. */
  readonly timeout: number
  readonly elapsed: number
  readonly spent: CallUsage
  /** The turn that is to be made again, where it waits in the middle of one. */
  readonly turn?: Turn | undefined
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

/** The first call of a run: with the memory that it begins with, by name or as it is. */
export interface FirstCall extends Pick<Call, 'begin' | 'request' | 'end' | 'files' | 'unwatched'> {
  readonly start: Uint8Array | 'base'
}

/** One run: its first call, and what the later ones are made with. */
export interface Work {
  readonly perform: (call: TurnCall) => Promise<Performed>
  /** The first call of a run, or where an earlier run of the program was left standing; its memory is in place then. */
  readonly first: FirstCall | (Standing & Pick<Call, 'end'>)
  readonly limits: Limits
  readonly turns: Turns | undefined
  /** Asked between turns: a run that was cancelled makes no more. */
  readonly isOver: () => boolean
  readonly recorded: Recorded | undefined
}

/** Performs the first call and whatever follows it. */
export async function performTurns(work: Work): Promise<Turned> {
  const { perform, first, limits, turns, isOver, recorded } = work
  const isNew = 'request' in first
  const repeats = new Repeats(turns, recorded)
  let spent = isNew ? NOTHING : first.spent
  let standing: Standing | undefined = isNew ? undefined : first
  let turn: Turn | undefined = isNew
    ? { begin: first.start, request: first.request, files: first.files }
    : first.turn
  let begin: Call['begin'] = isNew ? first.begin : 'keep'
  const end = turns?.canRepeat && first.end === 'keep' ? 'capture' : first.end
  let heldSince = performance.now()
  for (;;) {
    if (turn !== undefined) {
      const { request, files } = turn
      const before = spent
      const repeat = repeats.of(turn, before.fuel)
      const allowed = callLimits(leftOf(limits, before))
      const unwatched = isNew && first.unwatched
      const call = { begin, request, files, limits: allowed, end, unwatched }
      const { tape, onAsk } = repeat
      const performed = await perform({ ...call, tape, ...(onAsk && { onAsk }) })
      spent = sum(before, performed.usage)
      const whole = { ...performed, usage: spent }
      if (performed.kind === 'killed' && performed.why === 'dropped' && !repeat.departure) {
        if (isOver() || !turns) return { performed: whole, reply: FORGED }
        return drop({ ...turn, ...repeat.made(performed.tape) }, before, whole, turns)
      }
      const reply = await inSteps(replying(whole, limits))
      const isWaiting = reply.status === 'waiting'
      const asked = isWaiting ? encodeValue([reply.asked, reply.cancelled, reply.given]) : null
      const departure = repeat.ended(performed, asked)
      if (departure !== undefined)
        return { performed: whole, reply: { status: 'crashed', reason: departure } }
      if (!isWaiting || isOver()) return { performed: whole, reply }
      if (!turns) return { performed: whole, reply: FORGED }
      const delta = (performed.kind === 'done' && performed.delta) || NO_MEMORY
      begin = 'keep'
      const next = repeats.next()
      if (next) {
        turn = { begin: undefined, request: turns.resume(next.answers, next.elapsed) }
        continue
      }
      try {
        const asking = turns.conversation.rows(reply)
        if (asking.questions.length > 0) heldSince = performance.now()
        turns.conversation.begin(asking, spent.fuel)
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error
        return { performed: whole, reply: { status: 'crashed', reason: error.message } }
      }
      standing = { delta, timeout: reply.timeout, elapsed: 0, spent }
    }
    const waited = await wait(turns!, standing!, heldSince, limits.wallMs - spent.wallMs, isOver)
    spent = { ...spent, wallMs: spent.wallMs + waited.ownMs }
    standing = { ...standing!, elapsed: waited.elapsed, spent }
    if (isOver()) return { performed: ended('crash', spent), reply: FORGED }
    if (spent.wallMs >= limits.wallMs || spent.fuel >= limits.fuel) {
      const performed = ended(spent.fuel >= limits.fuel ? 'fuel' : 'wall', spent)
      return { performed, reply: replyOf(performed, limits) }
    }
    if (waited.isToStand) return stand(perform, standing, limits, turns!)
    const rows = turns!.conversation.take()
    if (rows.length > 0) heldSince = performance.now()
    const answers = turns!.encode(rows)
    repeats.goOn(answers, waited.elapsed)
    const start = standing.delta.length > 0 ? standing.delta : undefined
    turn = { begin: start, request: turns!.resume(answers, waited.elapsed) }
  }
}

/** Ends the run where it waits: what it asked is put into other hands, and then its memory is taken. */
async function stand(
  perform: Work['perform'],
  standing: Standing,
  limits: Limits,
  { conversation }: Turns,
): Promise<Turned> {
  const questions = conversation.told
  const held = conversation.hold()
  const usage = standing.spent
  let performed: Performed = { ...NO_CALL, usage }
  let { delta } = standing
  if (delta.length === 0) {
    const allowed = callLimits(limits)
    const call = { begin: 'keep', request: NO_MEMORY, limits: allowed, end: 'capture' } as const
    performed = { ...(await perform(call)), usage }
    if (performed.kind !== 'done' || performed.delta === null)
      return { performed, reply: replyOf(performed, limits) }
    delta = performed.delta
  }
  return { performed, reply: WAITING, stood: { ...standing, delta, questions, held } }
}

/** Ends the run in the middle of a turn, which was ended for it. What the turn used, it will use again. */
function drop(turn: Turn, spent: CallUsage, performed: Performed, { conversation }: Turns): Turned {
  const questions = conversation.told
  const held = conversation.hold()
  if (!turn.tape) {
    const reason = 'it read more of time and chance than is kept of a turn that is made again'
    return { performed, reply: { status: 'crashed', reason } }
  }
  const standing = { delta: NO_MEMORY, timeout: Infinity, elapsed: 0, spent, turn }
  return { performed, reply: WAITING, stood: { ...standing, questions, held } }
}

const ended = (why: 'fuel' | 'wall' | 'crash', usage: CallUsage): Performed => ({
  kind: 'killed',
  id: 0,
  why,
  usage,
  detail: 'between two turns',
  tape: null,
})

const WAITING: Reply = {
  status: 'waiting',
  asked: [],
  cancelled: [],
  given: [],
  timeout: Infinity,
}
const FORGED: Reply = { status: 'crashed', reason: 'the guest waits for nobody' }
const NO_MEMORY = new Uint8Array(0)
const NOTHING: CallUsage = { wallMs: 0, fuel: 0, peakMemoryBytes: 0, outputBytes: 0 }
const NO_CALL = {
  kind: 'done',
  id: 0,
  response: NO_MEMORY,
  delta: null,
  traces: null,
  tape: null,
  files: null,
} as const

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
