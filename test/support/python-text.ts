/** A program's value as text, as Python would show it. */
import { pythonEscape } from '../../src/report/visible.js'
import { PyValue, type Value } from '../../src/trusted/channel/values.js'

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
  if (value instanceof PyValue) return pyValueText(value)
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(pythonText).join(', ')}]`
  if (value instanceof Set)
    return value.size === 0
      ? 'set()'
      : `{${[...(value as ReadonlySet<Value>)].map(pythonText).join(', ')}}`
  return `{${entries(value)
    .map(([key, item]) => `${pythonText(key)}: ${pythonText(item)}`)
    .join(', ')}}`
}

/** What is no data is shown as its own `repr`, which is the guest's text. */
function pyValueText({ type, text, opaque }: PyValue): string {
  if (opaque === true || type === 'complex') return text
  if (type === 'Fraction') return `Fraction(${text.split('/').concat('1').slice(0, 2).join(', ')})`
  return `${type}(${quoted(text)})`
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

function entries(value: Value): readonly (readonly [Value, Value])[] {
  return value instanceof Map
    ? [...(value as ReadonlyMap<Value, Value>)]
    : Object.entries(value as { readonly [key: string]: Value })
}
