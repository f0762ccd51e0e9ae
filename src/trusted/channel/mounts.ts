/**
 * What a worker is told of a guest's files, and what it tells of them, as bytes within frames: the mounts and which files come back
 * (in the setup), files of the host's giving (in a call), the files that come back (in a call's end). Read as if forged, as frames are.
 */
import type { Mount } from '../files/tree.js'
import { decode } from './decode.js'
import { encode, never } from './encode.js'
import { ProtocolError } from './frames.js'
import { PLAIN, WireError } from './wire.js'

/** Which files come back: those in memory below a folder, so many, of so many bytes together. */
export interface Artifacts {
  readonly from: string
  readonly maxFiles: number
  readonly maxBytes: number
}

/** What a worker is told of files before there is a guest. `artifacts`: null where none come back. */
export interface FilesSetup {
  readonly mounts: readonly Mount[]
  readonly artifacts: Artifacts | null
}

/** A guest path and what is there. */
export type FileRow = readonly [path: string, bytes: Uint8Array]

/** The files that come back from a call. */
export interface Taken {
  readonly files: readonly FileRow[]
  /** How many did not fit. */
  readonly omitted: number
}

const KINDS: readonly unknown[] = ['memory', 'overlay', 'read', 'write']

const encoded = (value: unknown): Uint8Array => encode(value, PLAIN, never)

/** The bytes of a setup, as {@link decodeFilesSetup} reads them. */
export const encodeFilesSetup = ({ mounts, artifacts }: FilesSetup): Uint8Array =>
  encoded({
    mounts: mounts.map(({ at, kind, bytes, files, deny }) => [
      [...at],
      kind,
      bytes,
      files,
      [...deny],
    ]),
    artifacts: artifacts && { ...artifacts },
  })

/** What {@link encodeFilesSetup} wrote, read as if forged. @throws ProtocolError */
export function decodeFilesSetup(bytes: Uint8Array): FilesSetup {
  const { mounts, artifacts } = read(bytes) as Record<string, unknown>
  return {
    mounts: list(mounts).map((row) => {
      const [at, kind, size, files, deny] = list(row)
      if (!KINDS.includes(kind)) throw new ProtocolError('a mount of no known kind')
      return {
        at: list(at).map(text),
        kind: kind as Mount['kind'],
        bytes: whole(size),
        files: whole(files),
        deny: list(deny).map(text),
      }
    }),
    artifacts: artifacts === null ? null : readArtifacts(artifacts as Record<string, unknown>),
  }
}

const readArtifacts = ({ from, maxFiles, maxBytes }: Record<string, unknown>): Artifacts => ({
  from: text(from),
  maxFiles: whole(maxFiles),
  maxBytes: whole(maxBytes),
})

/** The bytes of files that a call begins with, as {@link decodeFileRows} reads them. */
export const encodeFileRows = (files: readonly FileRow[]): Uint8Array => encoded(files)

/** What {@link encodeFileRows} wrote, read as if forged. @throws ProtocolError */
export const decodeFileRows = (bytes: Uint8Array): FileRow[] => list(read(bytes)).map(fileRow)

/** The bytes of what comes back, as {@link decodeTaken} reads them. */
export const encodeTaken = ({ files, omitted }: Taken): Uint8Array => encoded([files, omitted])

/** What a worker says came back, no more than was to. @throws ProtocolError */
export function decodeTaken(bytes: Uint8Array, { from, maxFiles, maxBytes }: Artifacts): Taken {
  const [rows, omitted] = list(read(bytes))
  const files = list(rows).map(fileRow)
  const below = from === '/' ? '/' : `${from}/`
  const isWithin = files.every(
    ([path]) =>
      path.startsWith(below) &&
      path
        .split('/')
        .slice(1)
        .every((name) => !['', '.', '..'].includes(name) && !name.includes('\0')),
  )
  const size = files.reduce((sum, [, { length }]) => sum + length, 0)
  if (files.length > maxFiles || size > maxBytes || !isWithin)
    throw new ProtocolError('files that were not to come back')
  return { files, omitted: whole(omitted) }
}

/** The most bytes that {@link encodeTaken} makes of what may come back. */
export const mostTaken = ({ maxFiles, maxBytes }: Artifacts): number =>
  maxBytes + maxFiles * ROW_BYTES + ROW_BYTES
const ROW_BYTES = 16_384

function fileRow(row: unknown): FileRow {
  const [path, bytes] = list(row)
  if (!(bytes instanceof Uint8Array)) throw new ProtocolError('a file that is not bytes')
  return [text(path), bytes]
}

function read(bytes: Uint8Array): unknown {
  let value: unknown
  try {
    value = decode(bytes, { ...PLAIN, bytes: bytes.length, depth: 10 }, NOTHING_ELSE)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    throw new ProtocolError(`files that do not decode: ${error.message}`)
  }
  if (typeof value !== 'object' || value === null) throw new ProtocolError('files that are none')
  return value
}

const NOTHING_ELSE = { reference: nothing, complex: nothing, ellipsis: nothing }
function nothing(): never {
  throw new ProtocolError('a value that is in no frame')
}
function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new ProtocolError('files that are no list')
  return value as unknown[]
}
function text(value: unknown): string {
  if (typeof value !== 'string') throw new ProtocolError('a path that is no text')
  return value
}
function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new ProtocolError('a number that is none')
  return value
}
