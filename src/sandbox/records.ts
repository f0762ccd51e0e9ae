/** Options are records of known keys: what every check of one begins with. */
import { nearest } from '../check/nearest.js'
import { ArgumentError } from '../errors.js'

/** @internal */
export function checkRecord(value: unknown, at: string): asserts value is object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return
  throw new ArgumentError(
    `${at}: must be an object, not ${value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value}`,
  )
}

/** @internal */
export function checkKeys(value: object, known: readonly string[], at: string, kind: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key))
  if (unknown === undefined) return
  const close = nearest(unknown, known)
  const suggestion = close === undefined ? '' : `; did you mean "${close}"?`
  throw new ArgumentError(
    `${at}.${unknown}: there is no such ${kind}${suggestion} (known: ${known.join(', ')})`,
  )
}
