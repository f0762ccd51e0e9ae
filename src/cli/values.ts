/** A program's value as text: as Python would show it, and as JSON. Both for data of a guest's: nothing in it is called. */
import { pythonEscape } from '../report/visible.js'
import { PyValue, type Value } from '../trusted/channel/values.js'

/**
 * A value as Python shows it: `{'a': [1, None]}`. Lists and tuples have become one thing on their way out, as have `4` and
 * `4.0`, so this is for reading, not an exact `repr`.
 */
export function pythonText(value: Value): string {
  if (value === null || value === undefined) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'string') return quoted(value)
  if (value instanceof Uint8Array)
    return `b${quoted(Array.from(value, (byte) => String.fromCharCode(byte)).join(''), 0x7e)}`
  if (value instanceof Date) return `datetime(${quoted(value.toISOString())})`
  if (value instanceof PyValue) return `${value.type}(${quoted(value.text)})`
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(pythonText).join(', ')}]`
  if (value instanceof Set)
    return value.size === 0
      ? 'set()'
      : `{${[...(value as ReadonlySet<Value>)].map(pythonText).join(', ')}}`
  return `{${entries(value)
    .map(([key, item]) => `${pythonText(key)}: ${pythonText(item)}`)
    .join(', ')}}`
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  // JavaScript writes 1e21 and 1e-7 where Python writes 1e+21 and 1e-07.
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2')
}

/** In single quotes unless only those are inside, with what does not print as escapes; `most` is the last code to print. */
function quoted(text: string, most = 0x10ffff): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replace(/[\\'"]|[\p{C}\p{Z}]|[^ -~]/gu, (character) => {
    if (character === '\\') return '\\\\'
    if (character === "'" || character === '"')
      return character === quote ? `\\${quote}` : character
    const prints =
      character === ' ' || (character.codePointAt(0)! <= most && !/[\p{C}\p{Z}]/u.test(character))
    return prints ? character : pythonEscape(character)
  })
  return `${quote}${body}${quote}`
}

/**
 * A value as JSON. What JSON has no form for is an object with one key that begins with `$`: `{"$float": "nan"}`,
 * `{"$bytes": "aGk="}`, `{"$set": [...]}`, `{"$map": [[key, value], ...]}` (a dict with other keys than strings, or with one
 * that begins with `$`), `{"$type": "Decimal", "$text": "0.1"}`. Integers are written with all their digits.
 */
export function jsonText(value: Value): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'bigint') return String(value)
  if (Object.is(value, -0)) return '-0.0'
  if (typeof value === 'number')
    return Number.isFinite(value) ? JSON.stringify(value) : `{"$float":"${numberText(value)}"}`
  if (typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (value instanceof Uint8Array) return `{"$bytes":"${Buffer.from(value).toString('base64')}"}`
  if (value instanceof Date)
    return `{"$type":"datetime","$text":${JSON.stringify(value.toISOString())}}`
  if (value instanceof PyValue)
    return `{"$type":${JSON.stringify(value.type)},"$text":${JSON.stringify(value.text)}}`
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(jsonText).join(',')}]`
  if (value instanceof Set)
    return `{"$set":[${[...(value as ReadonlySet<Value>)].map(jsonText).join(',')}]}`
  const all = entries(value)
  return all.every(([key]) => typeof key === 'string' && !key.startsWith('$'))
    ? `{${all.map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`).join(',')}}`
    : `{"$map":[${all.map(([key, item]) => `[${jsonText(key)},${jsonText(item)}]`).join(',')}]}`
}

function entries(value: Value): readonly (readonly [Value, Value])[] {
  return value instanceof Map
    ? [...(value as ReadonlyMap<Value, Value>)]
    : Object.entries(value as { readonly [key: string]: Value })
}
