/** Bytes that this library gave away and takes back: with a MAC, so that nobody without the key can make or change them. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { SnapshotError } from '../errors.js'

const MAC_BYTES = 32

/** The body after its kind and version (`magic`), and the MAC of both. */
export function sealed(magic: string, body: Uint8Array, key: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(magic, 'latin1'), mac(magic, body, key), body])
}

/** The body, as it was sealed; a copy. `what` it is to be, for messages. @throws SnapshotError for anything else */
export function unsealed(magic: string, given: unknown, key: Uint8Array, what: string): Uint8Array {
  if (!(given instanceof Uint8Array)) throw new SnapshotError(`${what} is bytes`)
  const bytes = Buffer.from(given) // a copy: what was checked cannot be changed afterwards
  const start = magic.length + MAC_BYTES
  if (bytes.length < start || bytes.toString('latin1', 0, magic.length) !== magic)
    throw new SnapshotError(`this is not ${what} of this version`)
  const body = bytes.subarray(start)
  if (!timingSafeEqual(bytes.subarray(magic.length, start), mac(magic, body, key)))
    throw new SnapshotError(
      `${what.replace(/^an? /, 'the ')} was made with another key, or was changed`,
    )
  return body
}

function mac(magic: string, body: Uint8Array, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(magic).update(body).digest()
}
