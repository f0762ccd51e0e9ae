/**
 * One call under way, from the host's end: its phase, its times, and what its worker may say now.
 *
 * A call begins when its memory is in place (`begun`), runs, and ends (`ended`); then its answer is handed over (`done`). In
 * each phase a worker may say only what {@link IN_TURN} lists, and never more than the call's limits allow. While the host
 * answers a question, the worker may say nothing. Everything else is a {@link ProtocolError}, for which the worker is killed.
 */
import { ProtocolError } from './frames.js'
import { encodeFrame, type CallUsage, type Done, type Report } from './protocol.js'
import { Watchdog } from './watchdog.js'
import type { Call, Performed } from './worker.js'

/** How long a worker may take to put a call's memory in place, and to hand over what a call left; and longer for each megabyte. */
const HANDOVER_MS = 10_000
const HANDOVER_BYTES_A_MS = 20_000
/** The largest report but for a call's end: a piece of output is half of it. */
const SMALL_REPORT = 131_072
/** Room for the places of exceptions of trusted modules: 20 of them, each of 50 frames (host.py). */
const TRACES_BYTES = 1 << 20

/**
 * A call that was sent and has no answer yet. Times are of `performance.now()`. Time in which it stood still or asked is
 * not the guest's.
 */
export interface Pending {
  readonly id: number
  readonly call: Call
  /** When it began, which it is to be told of by then. */
  started: number
  watchdog: Watchdog
  pausedAt: number | undefined
  pausedMs: number
  readonly answer: (performed: Performed) => void
  written: number
  phase: 'beginning' | 'running' | 'ended'
  asking: boolean
  /** How long its questions have waited for their answers. */
  askedMs: number
}

/** The command by which a worker is told of a call. */
export function frameOf(id: number, call: Call): Uint8Array<ArrayBuffer> {
  const { to = 'guest', begin, request, limits, end, pausable = false, unwatched = false } = call
  const { tape = null, slice = null, files = null } = call
  return encodeFrame({
    kind: 'perform',
    id,
    to,
    begin,
    request,
    limits,
    end,
    pausable,
    asks: call.onAsk !== undefined,
    unwatched,
    slice,
    tape,
    files,
  })
}

/** The largest report that may come now: a forged one is not to fill the host's memory first. */
export function mostBytesOf(call: Call | undefined): number {
  if (!call) return SMALL_REPORT
  if (call.end === 'capture') return Infinity
  const { responseBytes, memoryBytes } = call.limits
  const answer = TRACES_BYTES + responseBytes + (call.filesBytes ?? 0)
  // What a guest asks is in its memory.
  return SMALL_REPORT + Math.max(answer, call.onAsk ? memoryBytes : 0)
}

/** What is handed over at the end of a call, in bytes at most. */
export function handedOver({ limits, filesBytes = 0, end }: Call): number {
  return limits.responseBytes + filesBytes + (end === 'capture' ? 2 * limits.memoryBytes : 0)
}

/** The call that `report` is of, which may say it now. @throws ProtocolError when there is none */
export function inPlace(report: Exclude<Report, { kind: 'ready' }>, pending?: Pending): Pending {
  if (!pending || report.id !== pending.id)
    throw new ProtocolError(`"${report.kind}" of a call that is not running`)
  if (!IN_TURN[pending.phase].includes(report.kind))
    throw new ProtocolError(`"${report.kind}" out of turn`)
  if ('tape' in report && report.tape !== null && !pending.call.tape)
    throw new ProtocolError('a tape that nobody wanted')
  if (pending.asking) throw new ProtocolError(`"${report.kind}" while waiting for an answer`)
  if (report.kind === 'output') countOutput(report.bytes.length, pending)
  if (report.kind === 'done') judgeEnd(report, pending.call)
  return pending
}

function countOutput(bytes: number, pending: Pending): void {
  if (bytes === 0) throw new ProtocolError('output of nothing')
  pending.written += bytes
  if (pending.written > pending.call.limits.outputBytes)
    throw new ProtocolError('more output than the limit')
}

function judgeEnd(report: Done & { kind: 'done' }, call: Call): void {
  if ((report.delta !== null) !== (call.end === 'capture'))
    throw new ProtocolError('a delta out of place')
  if ((report.traces?.length ?? 0) > TRACES_BYTES)
    throw new ProtocolError('more traces than there are')
  if ((report.files?.length ?? 0) > (call.filesBytes ?? 0))
    throw new ProtocolError('files out of place')
  if (report.response.length > call.limits.responseBytes)
    throw new ProtocolError('a response over the limit')
}

/** What may be said in which phase of a call. */
const IN_TURN: Readonly<Record<Pending['phase'], readonly Report['kind'][]>> = {
  beginning: ['begun'],
  running: ['output', 'sliced', 'ask', 'ended', 'done', 'killed'],
  ended: ['done', 'killed'],
}

/** How long a worker may take to hand over so many bytes, in milliseconds. */
export const patience = (bytes: number): number => HANDOVER_MS + bytes / HANDOVER_BYTES_A_MS

/** From now on `bite` is called in so many milliseconds, but for pauses. */
export function watch(pending: Pending, ms: number, bite: () => void): void {
  pending.watchdog.stop()
  pending.watchdog = new Watchdog(ms, bite)
  if (pending.pausedAt !== undefined) pending.watchdog.pause()
}

/** The worker's clock went on while it was stopped. */
export function timed(report: Done, { pausedMs }: Pending): Done {
  return pausedMs === 0
    ? report
    : { ...report, usage: { ...report.usage, wallMs: Math.max(0, report.usage.wallMs - pausedMs) } }
}

/** What the host itself has seen of a call: its time without pauses and questions, and its output. */
export function usedBy({ started, pausedMs, askedMs, pausedAt, written }: Pending): CallUsage {
  const now = performance.now()
  return used(started + pausedMs + askedMs + (pausedAt === undefined ? 0 : now - pausedAt), written)
}

/** What a call used of which no report came: its time so far, and the output that was counted here. */
export function used(started: number, outputBytes: number): CallUsage {
  return { wallMs: performance.now() - started, fuel: 0, peakMemoryBytes: 0, outputBytes }
}
