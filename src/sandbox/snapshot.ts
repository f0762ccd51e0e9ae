/**
 * A session's memory as bytes that can be kept and given back. A snapshot is arbitrary memory of a guest: restoring a forged
 * one would go past every check of the language. So it carries a MAC, and is bound to the image, policy and trusted modules
 * it was made under. It holds everything the guest and the trusted modules beside it hold: treat it as a secret of both.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Mode } from '../check/options.js'
import { SnapshotError } from '../errors.js'
import { decodeValue, encodeValue } from '../trusted/channel/values.js'
import { WireError } from '../trusted/channel/wire.js'

/** A source that the session ran: for the tracebacks of what it defined. */
export interface SessionSource {
  readonly file: string
  readonly source: string
  readonly mode: Mode
  readonly firstLine: number
}

export interface SessionState {
  /** The memory's difference to the base; undefined when the session ran nothing. */
  readonly delta: Uint8Array | undefined
  /** Oldest first. */
  readonly sources: readonly SessionSource[]
  /** How many runs there were: numbers the next. */
  readonly runs: number
}

const MAGIC = 'pyrestrict session 2\n'
const MAC_BYTES = 32
const LIMITS = { nodes: 1_000_000, depth: 5 }

/** The key of this process, for snapshots that nobody else is to read. */
export const PROCESS_KEY: Uint8Array = randomBytes(MAC_BYTES)

/** `fingerprint` stands for image, policy and trusted modules. */
export function seal(
  { delta, sources, runs }: SessionState,
  key: Uint8Array,
  fingerprint: string,
): Uint8Array {
  const body = encodeValue({
    fingerprint,
    delta,
    runs,
    sources: sources.map(({ file, source, mode, firstLine }) => [file, source, mode, firstLine]),
  })
  return Buffer.concat([Buffer.from(MAGIC, 'latin1'), mac(body, key), body])
}

/** @throws SnapshotError for anything that {@link seal} did not make with this key and fingerprint. */
export function unseal(snapshot: unknown, key: Uint8Array, expected: string): SessionState {
  if (!(snapshot instanceof Uint8Array)) throw new SnapshotError('a snapshot is bytes')
  const bytes = Buffer.from(snapshot) // a copy: what was checked cannot be changed afterwards
  if (
    bytes.length < MAGIC.length + MAC_BYTES ||
    bytes.toString('latin1', 0, MAGIC.length) !== MAGIC
  ) {
    throw new SnapshotError('this is not a snapshot of this version')
  }
  const body = bytes.subarray(MAGIC.length + MAC_BYTES)
  if (!timingSafeEqual(bytes.subarray(MAGIC.length, MAGIC.length + MAC_BYTES), mac(body, key))) {
    throw new SnapshotError('the snapshot was made with another key, or was changed')
  }
  try {
    const { fingerprint, delta, runs, sources } = decodeValue(body, {
      ...LIMITS,
      bytes: body.length,
    }) as {
      fingerprint: string
      delta: Uint8Array | null
      runs: number
      sources: readonly (readonly [string, string, Mode, number])[]
    }
    if (fingerprint !== expected)
      throw new SnapshotError(
        'the snapshot was made under another policy, image or trusted modules',
      )
    return {
      delta: delta ?? undefined,
      runs,
      sources: sources.map(([file, source, mode, firstLine]) => ({
        file,
        source,
        mode,
        firstLine,
      })),
    }
  } catch (error) {
    if (error instanceof WireError)
      throw new SnapshotError(`the snapshot cannot be read: ${error.message}`)
    throw error
  }
}

function mac(body: Uint8Array, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(MAGIC).update(body).digest()
}
