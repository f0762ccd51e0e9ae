/** What a call's end says of its guest: read as if forged, and told as an outcome. */
import type { Limits } from '../policy/limits.js'
import { LIMITS } from '../policy/limits.js'
import type { Value } from '../trusted/channel/values.js'
import { allOf } from '../trusted/channel/decode.js'
import type { Performed } from '../trusted/channel/worker.js'
import { readException, type FindSource, type HostTraces } from './exception.js'
import type { Exhausted, Outcome, Spent } from './outcome.js'
import { ForgedResponse, readRunResponse, type RunResponse } from './responses.js'

const MIB = 1 << 20

/** What became of a guest, as far as its worker tells it. */
export type Reply =
  | Exclude<RunResponse, { readonly status: 'raised' }>
  | (Extract<RunResponse, { readonly status: 'raised' }> & { readonly traces: HostTraces })
  | Pick<Exhausted, 'status' | 'limit' | 'used' | 'allowed' | 'message'>
  | { readonly status: 'crashed'; readonly reason: string }

/** What a call's end says, all at once. */
export const replyOf = (performed: Performed, limits: Limits): Reply =>
  allOf(replying(performed, limits))

/** What a call's end says, in steps: a result may take long to read. */
export function* replying(performed: Performed, limits: Limits): Generator<void, Reply> {
  if (performed.kind === 'lost') return { status: 'crashed', reason: performed.reason }
  if (performed.kind === 'killed') {
    const { usage, why, detail } = performed
    switch (why) {
      case 'fuel':
        return exhausted('fuel', usage.fuel, limits)
      case 'wall':
        return exhausted('wallMs', Math.round(usage.wallMs), limits)
      case 'memory':
        return exhausted('memoryMb', Math.ceil(usage.peakMemoryBytes / MIB), limits)
      case 'output':
        return exhausted('outputBytes', usage.outputBytes, limits)
      case 'response':
        return exhausted('resultBytes', limits.resultBytes + 1, limits)
      // Nobody drops a call but who goes on with it.
      case 'dropped':
      case 'crash':
        return { status: 'crashed', reason: detail || 'the interpreter could not go on' }
    }
  }
  try {
    const response = yield* readRunResponse(performed.response, limits)
    return response.status === 'exhausted'
      ? exhausted(response.limit, response.used, limits)
      : response.status === 'raised'
        ? { ...response, traces: yield* tracesOf(performed.traces, limits) }
        : response
  } catch (error) {
    if (!(error instanceof ForgedResponse)) throw error
    return { status: 'crashed', reason: `the guest did not answer properly: ${error.message}` }
  }
}

/** What the trusted guest tells of its exceptions. It is as good as the worker that hands it over: without, frames are missing. */
function* tracesOf(bytes: Uint8Array | null, limits: Limits): Generator<void, HostTraces> {
  const traces = new Map<number, Value>()
  if (bytes === null) return traces
  try {
    const response = yield* readRunResponse(bytes, limits)
    const pairs = response.status === 'returned' ? response.value : []
    for (const pair of Array.isArray(pairs) ? (pairs as Value[]) : []) {
      const [number, frames] = Array.isArray(pair) ? (pair as Value[]) : []
      if (typeof number === 'number') traces.set(number, frames)
    }
  } catch (error) {
    if (!(error instanceof ForgedResponse)) throw error
  }
  return traces
}

/** The outcome. */
export function judge(reply: Reply, spent: Spent, find: FindSource): Outcome {
  if (reply.status === 'waiting')
    return { status: 'crashed', reason: 'the guest waits where nobody answers', ...spent }
  if (reply.status !== 'raised') return { ...reply, ...spent } as Outcome
  const { exception, row, traces } = reply
  return {
    status: 'raised',
    exception: readException(exception, find, traces),
    ...(row !== undefined && { row }),
    ...spent,
  }
}

function exhausted(
  limit: keyof Limits,
  used: number,
  limits: Limits,
): Exclude<Reply, RunResponse | { status: 'crashed' }> {
  const allowed = limits[limit]
  const message = `${limit}: used ${used} of ${allowed} ${LIMITS[limit].unit}; policy.limits.${limit} raises it`
  return { status: 'exhausted', limit, used, allowed, message }
}
