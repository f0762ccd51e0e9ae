/**
 * Reduces what a host passed as a policy to plain data before anything judges it. A policy that is not plain (a Map, whose
 * entries no schema sees; a getter, which may answer twice; a key like `__proto__`) would be read as less than it says, and
 * a deny list that is overlooked grants. So every such thing is refused by name.
 */
import { PolicyError } from '../errors.js'

const DEPTH = 8
const UNUSABLE_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * A deep copy made of plain objects, arrays, strings, numbers and booleans; keys whose value is undefined are left out.
 * @throws PolicyError naming the path of the first thing that is anything else.
 */
export function plain(value: unknown, path: string, depth = 0): unknown {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  )
    return value
  if (typeof value !== 'object')
    throw new PolicyError(`${path}: must be plain data, not ${typeof value}`)
  if (depth > DEPTH) throw new PolicyError(`${path}: nested too deeply, or a cycle`)
  if (Array.isArray(value))
    return Array.from(value, (item: unknown, index) => plain(item, `${path}[${index}]`, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (value instanceof Date)
    throw new PolicyError(`${path}: must be text, not a Date: write ${instantOf(value)}`)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new PolicyError(`${path}: must be a plain object, not an instance of a class`)
  }
  const copy: Record<string, unknown> = {}
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'symbol') throw new PolicyError(`${path}: must not have a symbol as key`)
    const at = keyPath(path, key)
    if (UNUSABLE_KEYS.has(key)) throw new PolicyError(`${at}: unknown key`)
    const { value: item, get, enumerable } = Object.getOwnPropertyDescriptor(value, key)!
    if (get !== undefined || enumerable !== true)
      throw new PolicyError(`${at}: must be plain data, not an accessor`)
    if (item !== undefined) copy[key] = plain(item, at, depth + 1)
  }
  return copy
}

function instantOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'an instant' : `"${date.toISOString()}"`
}

/** A path with one more key, as JavaScript would write it: `policy.limits.wallMs`, `policy.modules["urllib.parse"]`. */
export function keyPath(path: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`
}
