/**
 * The fields of a frame, read as if forged: each of the kind that a table says, none missing, none more. What is not so is a
 * {@link ProtocolError} that names the field.
 */
import { ProtocolError } from './frames.js'

/** What a field holds: answers the value as it is handed on, and throws a {@link ProtocolError} for one that is not of the kind. */
export type Kind = (value: unknown, name: string) => unknown
/** The fields that a frame has, by name: these and no others. */
export type Fields = Readonly<Record<string, Kind>>

/** Characters of a `detail`; more are cut off. */
const DETAIL_CHARACTERS = 2_000

const wrong = (name: string, what: string): ProtocolError =>
  new ProtocolError(`"${name}" is ${what}`)

/** A number that is neither infinite nor NaN. */
export const finite: Kind = (value, name) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(name, 'not a number')
  return value
}
/** A finite number from 0. */
export const amount: Kind = (value, name) => {
  if ((finite(value, name) as number) < 0) throw wrong(name, 'negative')
  return value
}
/** A whole number from 0 to 2^53. */
export const whole: Kind = (value, name) => {
  if (!Number.isSafeInteger(amount(value, name))) throw wrong(name, 'not a whole number')
  return value
}
/** True or false: nothing else is taken for one of them. */
export const flag: Kind = (value, name) => {
  if (typeof value !== 'boolean') throw wrong(name, 'neither true nor false')
  return value
}
/** Bytes, of any number: who reads the frame has bounded them. */
export const bytes: Kind = (value, name) => {
  if (!(value instanceof Uint8Array)) throw wrong(name, 'not bytes')
  return value
}
/** A text that is shown to people, cut off after {@link DETAIL_CHARACTERS}. */
export const detail: Kind = (value, name) => {
  if (typeof value !== 'string') throw wrong(name, 'not text')
  return value.slice(0, DETAIL_CHARACTERS)
}
/** One of these values, and no other. */
export const oneOf =
  (...values: readonly unknown[]): Kind =>
  (value, name) => {
    if (!values.includes(value)) throw wrong(name, `none of ${values.join(', ')}`)
    return value
  }
/** Either of the values, or what `kind` takes. */
export const or =
  (kind: Kind, ...values: readonly unknown[]): Kind =>
  (value, name) =>
    values.includes(value) ? value : kind(value, name)
/** An object that has these fields and no others. */
export const object =
  (fields: Fields): Kind =>
  (value, name) =>
    readFields(value, fields, name)

/** The fields of `value`, each of its kind, and no others. */
export function readFields(
  value: unknown,
  fields: Fields,
  name: string,
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== null)
    throw wrong(name, 'not an object')
  const told = value as Readonly<Record<string, unknown>>
  for (const field of Object.keys(told)) {
    if (!Object.hasOwn(fields, field))
      throw new ProtocolError(`an unknown field ${JSON.stringify(field.slice(0, 40))}`)
  }
  const read: Record<string, unknown> = {}
  for (const [field, kind] of Object.entries(fields)) {
    if (!Object.hasOwn(told, field)) throw new ProtocolError(`no "${field}"`)
    read[field] = kind(told[field], field)
  }
  return read
}
