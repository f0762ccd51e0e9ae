/** Arguments of questions about files, which a worker may forge: each is of its kind, or EINVAL. */
import { MOST_PATH, type Path } from '../files/volume.js'
import { Errno } from '../wall/errno.js'

/** A whole number from 0. @throws Errno */
export function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Errno('EINVAL')
  return value
}

/** A whole number of any size. @throws Errno */
export function long(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Errno('EINVAL')
  return BigInt(value)
}

/**
 * A path of at most {@link MOST_PATH} characters. Of its names nothing is known yet but that they are texts.
 * @throws Errno
 */
export function names(value: unknown): Path {
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string'))
    throw new Errno('EINVAL')
  if (value.join('/').length > MOST_PATH) throw new Errno('ENAMETOOLONG')
  return value as string[]
}
