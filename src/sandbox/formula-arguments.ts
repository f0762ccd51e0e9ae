/** The arguments of formulas: rows and columns of values by name, in the order of the parameters, as bytes. */
import { ArgumentError, ValueError } from '../errors.js'
import type { Value } from '../trusted/channel/values.js'
import type { Code } from './code.js'
import { encodeArgs } from './requests.js'
import type { Runtime } from './runs.js'

/** The values of a formula's parameters, by name; what else is there is not looked at. */
export type Row = Readonly<Record<string, Value>>
/** A column of numbers for each parameter, all of one length. */
export type Columns = Readonly<Record<string, Float64Array | readonly number[]>>

/** @internal The row's values in the parameters' order. @throws ArgumentError for one that is missing. */
export function argumentsOf({ parameters = [] }: Code, row: Row, place = 'evaluate'): Value[] {
  if (typeof row !== 'object' || row === null)
    throw new ArgumentError(`${place}: a row must be an object of values by name`)
  return parameters.map((name) => {
    const value = row[name]
    // What no row says may still be there: `row.toString`.
    if (value === undefined || (typeof value === 'function' && !Object.hasOwn(row, name))) {
      throw new ArgumentError(`${place}: no value for ${name}`)
    }
    return value
  })
}

/**
 * @internal The arguments as they are now, encoded.
 * @throws ValueError that begins with the place and the parameter whose value cannot cross
 */
export function encodeArguments(
  { parameters = [] }: Code,
  values: readonly Value[],
  { policy }: Runtime,
  place = '',
): Uint8Array {
  try {
    return encodeArgs(values, policy)
  } catch (error) {
    if (!(error instanceof ValueError)) throw error
    throw new ValueError(
      place +
        error.message.replace(/^args\[(\d+)\]/, (_, index: string) => parameters[Number(index)]!),
    )
  }
}

/** @internal The columns' bytes in the parameters' order. @throws ArgumentError, ValueError */
export function columnsOf({ parameters = [] }: Code, columns: Columns): Uint8Array[] {
  if (typeof columns !== 'object' || columns === null)
    throw new ArgumentError('map: columns must be an object of lists by name')
  if (parameters.length === 0) throw new ArgumentError('map: the formula has no parameters')
  let length: number | undefined
  return parameters.map((name) => {
    const column = columns[name]
    if (!(column instanceof Float64Array || Array.isArray(column))) {
      throw new ArgumentError(`map: the column ${name} must be a Float64Array or a list of numbers`)
    }
    length ??= column.length
    if (column.length !== length)
      throw new ArgumentError(`map: the column ${name} has ${column.length} values, not ${length}`)
    const floats =
      column instanceof Float64Array ? column : floatsOf(column as readonly unknown[], name)
    return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength)
  })
}

function floatsOf(column: readonly unknown[], name: string): Float64Array {
  const floats = new Float64Array(column.length)
  // By index: what `every` passes over in a list with holes is no number either.
  for (let row = 0; row < floats.length; row++) {
    const value = column[row]
    if (typeof value !== 'number')
      throw new ValueError(`map: the column ${name} holds what is no number in row ${row}`)
    floats[row] = value
  }
  return floats
}
