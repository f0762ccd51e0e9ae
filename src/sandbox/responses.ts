/** What the code inside a guest answers, decoded as if forged. */
import type { Limits } from '../policy/limits.js'
import { decodingValue, type Value } from '../trusted/channel/values.js'
import { WireError, type WireLimits } from '../trusted/channel/wire.js'

/** Parts of the largest result that is believed; an encoded part has a byte at least. */
export const RESULT_NODES = 5_000_000
/** Room for the parts of what is not the result. */
const RECORD_NODES = 100_000

/** What a run or a call answers. */
export type RunResponse =
  | { readonly status: 'returned'; readonly value: Value }
  | { readonly status: 'exited'; readonly code: number }
  | { readonly status: 'raised'; readonly exception: Value; readonly row: number | undefined }
  | {
      readonly status: 'exhausted'
      readonly limit: 'resultBytes' | 'memoryMb' | 'recursion'
      readonly used: number
    }
  | Waiting

/** A program waits for its host: what it asks, what it no longer waits for, and in how many seconds a timer of its own is due. */
export interface Waiting {
  readonly status: 'waiting'
  readonly asked: Value
  readonly cancelled: Value
  /** What functions of its own gave that the host had called. */
  readonly given: Value
  readonly timeout: number
}

/** A response is not what trusted code in the guest answers. */
export class ForgedResponse extends Error {
  override readonly name = 'ForgedResponse'

  /** @param isTooMuch whether it would be one if there were fewer parts of it. */
  constructor(
    message: string,
    readonly isTooMuch = false,
  ) {
    super(message)
  }
}

/** What a run or a call answered, read in steps. @throws ForgedResponse */
export function* readRunResponse(bytes: Uint8Array, limits: Limits): Generator<void, RunResponse> {
  let fields: Readonly<Record<string, Value>>
  try {
    fields = yield* readFields(bytes, { nodes: RESULT_NODES + RECORD_NODES })
  } catch (error) {
    // So many small parts that the host has no room for what so few bytes say.
    if (error instanceof ForgedResponse && error.isTooMuch)
      return { status: 'exhausted', limit: 'resultBytes', used: limits.resultBytes }
    throw error
  }
  switch (fields['status']) {
    case 'returned':
      if ('value' in fields) return { status: 'returned', value: fields['value'] }
      break
    case 'exited':
      if (Number.isInteger(fields['code']))
        return { status: 'exited', code: fields['code'] as number }
      break
    case 'raised':
      if ('exception' in fields)
        return { status: 'raised', exception: fields['exception'], row: rowOf(fields['row']) }
      break
    case 'waiting': {
      const { asked, cancelled, given, timeout } = fields
      if (timeout !== null && !(typeof timeout === 'number' && timeout >= 0)) break
      return { status: 'waiting', asked, cancelled, given, timeout: timeout ?? Infinity }
    }
    case 'exhausted': {
      const { limit } = fields
      if (limit === 'resultBytes' || limit === 'memoryMb' || limit === 'recursion') {
        return { status: 'exhausted', limit, used: number(fields['used'], limits[limit]) }
      }
    }
  }
  const { message } = fields
  throw new ForgedResponse(typeof message === 'string' ? message : 'not an answer to a run')
}

function* readFields(
  bytes: Uint8Array,
  limits: Partial<WireLimits>,
): Generator<void, Readonly<Record<string, Value>>> {
  let value: Value
  try {
    value = yield* decodingValue(bytes, { ...limits, bytes: bytes.length })
  } catch (error) {
    throw new ForgedResponse(
      error instanceof Error ? error.message : String(error),
      error instanceof WireError && error.limit === 'nodes',
    )
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== null)
    throw new ForgedResponse('not an object')
  return value as Readonly<Record<string, Value>>
}

function rowOf(value: Value): number | undefined {
  return value === undefined ? undefined : number(value, 0)
}

function number(value: Value, otherwise: number): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : otherwise
}
