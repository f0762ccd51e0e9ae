/** Files on the host's side: what a worker is told of a policy's mounts, files that a run is given, and those that come back. */
import { ArgumentError } from '../errors.js'
import { guestPath, mountOf, type ResolvedMount } from '../policy/keys/filesystem.js'
import { hasFileModules } from '../policy/keys/modules.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import {
  decodeTaken,
  encodeFileRows,
  encodeFilesSetup,
  mostTaken,
  type FileRow,
} from '../trusted/channel/mounts.js'

/** Files for a run, by absolute guest path: text, which is written as UTF-8, or bytes. */
export type GivenFiles = Readonly<Record<string, string | Uint8Array>>

/** Files that came back, by guest path. */
export type TakenFiles = Readonly<Record<string, Uint8Array>>

const NULL_DEVICE = '/dev/null'
/** Room in a frame for each byte of a memory: the names in a capture are written as JSON. */
const CAPTURED = 4
/** Any number of files: what they cost is counted in bytes. */
const ANY_NUMBER = Number.MAX_SAFE_INTEGER

const memoryBytes = (mount: ResolvedMount): number =>
  'memory' in mount ? mount.memory : mount.access === 'overlay' ? mount.maxBytes : 0

/** @internal What a worker is told at its start, and by how much frames may be larger for it. */
export function filesSetup({ modules, filesystem, artifacts, language }: ResolvedPolicy): {
  setup: Uint8Array | null
  frameBytes: number
} {
  const mounts = Object.entries(filesystem)
  // Who can ask for files finds an empty folder where nothing is mounted: full Python, and those with the modules of files.
  const canAsk = language === 'full' || hasFileModules(modules)
  if (mounts.length === 0 && !canAsk) return { setup: null, frameBytes: 0 }
  const setup = encodeFilesSetup({
    mounts: mounts.map(([path, mount]) => ({
      at: guestPath(path)!,
      kind: 'memory' in mount ? 'memory' : mount.access,
      bytes: memoryBytes(mount),
      files: 'memory' in mount ? ANY_NUMBER : mount.maxFiles,
      deny: 'memory' in mount ? [] : mount.deny,
    })),
    artifacts,
  })
  const bytes = mounts.reduce((sum, [, mount]) => sum + memoryBytes(mount), 0)
  return { setup, frameBytes: CAPTURED * bytes + (artifacts ? mostTaken(artifacts) : 0) }
}

/**
 * @internal The files that a run is given, for its call.
 * @throws ArgumentError for a path that is none or that no memory holds, a value that is neither text nor bytes, and for more than fits.
 */
export function encodeFiles(
  files: unknown,
  { filesystem }: ResolvedPolicy,
): Uint8Array | undefined {
  if (files === undefined) return undefined
  if (typeof files !== 'object' || files === null || Array.isArray(files))
    throw new ArgumentError('options.files: must be an object of texts or bytes by guest path')
  const sizes = new Map<string, number>()
  const rows = Object.entries(files).map(([path, contents]: [string, unknown]): FileRow => {
    const option = `options.files[${JSON.stringify(path)}]`
    const names = guestPath(path)
    if (names === undefined || names.length === 0)
      throw new ArgumentError(
        `${option}: must be an absolute guest path of a file, as "/data/in.csv"`,
      )
    const at = mountOf(filesystem, path)
    if (path === NULL_DEVICE && at !== path)
      throw new ArgumentError(`${option}: is the null device, which keeps nothing`)
    const mount = at === undefined ? undefined : filesystem[at]
    if (at === undefined || mount === undefined)
      throw new ArgumentError(
        `${option}: no mount holds it; "filesystem": { "/": { "memory": 1000000 } } in the policy makes one`,
      )
    if (!('memory' in mount) && mount.access !== 'overlay')
      throw new ArgumentError(
        `${option}: ${at} is the host's own; files go to memory or to an overlay`,
      )
    if (typeof contents !== 'string' && !(contents instanceof Uint8Array))
      throw new ArgumentError(`${option}: must be a string or a Uint8Array`)
    const bytes = typeof contents === 'string' ? new TextEncoder().encode(contents) : contents
    const size = (sizes.get(at) ?? 0) + bytes.length
    sizes.set(at, size)
    if (size > memoryBytes(mount))
      throw new ArgumentError(`${option}: is more than ${at} holds, ${memoryBytes(mount)} bytes`)
    return [path, bytes]
  })
  return rows.length === 0 ? undefined : encodeFileRows(rows)
}

/**
 * @internal The files of a call's end. Where masked secrets make one name of two, the first has it, and the others are counted among
 * those that were omitted. @throws ProtocolError
 */
export function decodeFiles(
  bytes: Uint8Array | null,
  { artifacts }: Pick<ResolvedPolicy, 'artifacts'>,
): { files: TakenFiles; omitted: number } {
  if (bytes === null || artifacts === null) return { files: {}, omitted: 0 }
  const { files, omitted } = decodeTaken(bytes, artifacts)
  const found = Object.create(null) as Record<string, Uint8Array>
  let lost = 0
  for (const [path, contents] of files)
    if (Object.hasOwn(found, path)) lost++
    else found[path] = contents.slice()
  return { files: found, omitted: omitted + lost }
}

/** @internal Most bytes of a call's end that are files. */
export const filesBytes = ({ artifacts }: Pick<ResolvedPolicy, 'artifacts'>): number =>
  artifacts ? mostTaken(artifacts) : 0
