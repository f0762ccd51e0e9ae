/** Values and outcomes as JSON text: what `pyrestrict run --format json` prints, for whoever stores or sends them. */
import { Capability } from '../trusted/broker/capability.js'
import { PyRecord, PyValue, type Value } from '../trusted/channel/values.js'
import type { Outcome } from './outcome.js'

/**
 * A value as JSON. What JSON has no form for is an object with one key that begins with `$`: `{"$float": "nan"}`,
 * `{"$bytes": "aGk="}`, `{"$set": [...]}`, `{"$map": [[key, value], ...]}` (a dict with other keys than strings, or with one
 * that begins with `$`), `{"$type": "Decimal", "$text": "0.1"}`, with `"$opaque": true` for a value that is no data. Integers are written with all their digits.
 */
export function valueToJson(value: Value): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'bigint') return String(value)
  if (Object.is(value, -0)) return '-0.0'
  if (typeof value === 'number')
    return Number.isFinite(value) ? JSON.stringify(value) : `{"$float":"${floatText(value)}"}`
  if (typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (value instanceof Uint8Array) return `{"$bytes":"${Buffer.from(value).toString('base64')}"}`
  if (value instanceof Date)
    return `{"$type":"datetime","$text":${JSON.stringify(value.toISOString())}}`
  if (value instanceof PyValue)
    return `{"$type":${JSON.stringify(value.type)},"$text":${JSON.stringify(value.text)}${value.opaque ? ',"$opaque":true' : ''}}`
  if (value instanceof PyRecord) return valueToJson(value.value)
  if ((value as unknown) instanceof Capability)
    return `{"$type":"HostObject","$text":"an object of the host","$opaque":true}`
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value))
    throw new TypeError('a typed array has no JSON form: no guest returns one')
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(valueToJson).join(',')}]`
  if (value instanceof Set)
    return `{"$set":[${[...(value as ReadonlySet<Value>)].map(valueToJson).join(',')}]}`
  const all = entries(value)
  return all.every(([key]) => typeof key === 'string' && !key.startsWith('$'))
    ? `{${all.map(([key, item]) => `${JSON.stringify(key)}:${valueToJson(item)}`).join(',')}}`
    : `{"$map":[${all.map(([key, item]) => `[${valueToJson(key)},${valueToJson(item)}]`).join(',')}]}`
}

/** NaN and the infinities, as Python writes them. */
const floatText = (value: number): string =>
  Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'

function entries(value: Value): readonly (readonly [Value, Value])[] {
  return value instanceof Map
    ? [...(value as ReadonlyMap<Value, Value>)]
    : Object.entries(value as { readonly [key: string]: Value })
}

/** An outcome as one JSON object: its own fields, with `value` as {@link valueToJson} writes it. */
export function outcomeToJson(outcome: Outcome): string {
  if (outcome.status === 'waiting') {
    const { status, calls, state, ...rest } = outcome
    const told = calls.map(
      ({ id, name, args, kwargs }) =>
        `{"id":${id},"name":${JSON.stringify(name)},"args":${valueToJson(args)},"kwargs":${valueToJson(kwargs)}}`,
    )
    return `{"status":"${status}","calls":[${told.join(',')}],"state":${valueToJson(state)},${JSON.stringify(rest).slice(1)}`
  }
  if (outcome.status !== 'returned') return JSON.stringify(outcome)
  const { value, ...rest } = outcome
  return `{"status":"returned","value":${valueToJson(value)},${JSON.stringify({ ...rest, status: undefined }).slice(1)}`
}
