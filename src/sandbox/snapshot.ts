/**
 * A session's memory as bytes that can be kept and given back. A snapshot is arbitrary memory of a guest: restoring a forged
 * one would go past every check of the language. So it carries a MAC, and is bound to the image, policy and trusted modules
 * it was made under. It holds everything the guest and the trusted modules beside it hold: treat it as a secret of both.
 */
import { randomBytes } from 'node:crypto'
import type { Mode } from '../check/options.js'
import { SnapshotError } from '../errors.js'
import { decodeValue, encodeValue } from '../trusted/channel/values.js'
import { WireError } from '../trusted/channel/wire.js'
import { sealed, unsealed } from './seal.js'

/** A source that the session ran: for the tracebacks of what it defined. */
export interface SessionSource {
  readonly file: string
  readonly source: string
  readonly mode: Mode
  readonly firstLine: number
}

/** What a snapshot holds of a session. */
export interface SessionState {
  /** The memory's difference to the base; undefined when the session ran nothing. */
  readonly delta: Uint8Array | undefined
  /** Oldest first. */
  readonly sources: readonly SessionSource[]
  /** How many runs there were: numbers the next. */
  readonly runs: number
}

const MAGIC = 'pyrestrict session 2\n'
const KEY_BYTES = 32
const LIMITS = { nodes: 1_000_000, depth: 5 }

/** The key of this process, for snapshots that nobody else is to read. */
export const PROCESS_KEY: Uint8Array = randomBytes(KEY_BYTES)

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
  return sealed(MAGIC, body, key)
}

/** What {@link seal} was given. @throws SnapshotError for what it did not make with this key and fingerprint */
export function unseal(snapshot: unknown, key: Uint8Array, expected: string): SessionState {
  const body = unsealed(MAGIC, snapshot, key, 'a snapshot')
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
