/** Options are records of known keys, and many a number among them: what every check of one begins with. */
import { nearest } from '../check/nearest.js'
import { ArgumentError } from '../errors.js'

/** @internal Passes an object that is no list. `at` is what the error begins with. @throws ArgumentError */
export function checkRecord(value: unknown, at: string): asserts value is object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return
  throw new ArgumentError(
    `${at}: must be an object, not ${value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value}`,
  )
}

/**
 * @internal Passes an object without unknown keys; `kind` is what the error calls one.
 * @throws ArgumentError that suggests a known key
 */
export function checkKeys(value: object, known: readonly string[], at: string, kind: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key))
  if (unknown === undefined) return
  const close = nearest(unknown, known)
  const suggestion = close === undefined ? '' : `; did you mean "${close}"?`
  throw new ArgumentError(
    `${at}.${unknown}: there is no such ${kind}${suggestion} (known: ${known.join(', ')})`,
  )
}

/** @internal The number, or `otherwise` where none is told. @throws ArgumentError for what is no whole number in the range */
export function checkCount(
  name: string,
  value: unknown,
  least: number,
  most: number,
  otherwise?: number,
): number {
  if (value === undefined && otherwise !== undefined) return otherwise
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number
  throw new ArgumentError(`${name}: must be a whole number from ${least} to ${most}`)
}
