/** `filesystem`: what a guest finds in files, by guest path: folders in memory, and files and folders of the host's. */
import * as v from 'valibot'
import { PolicyError } from '../../errors.js'
import { keyed, notList, policyKey, word } from '../key.js'

/** A file or folder of the host's. */
export interface HostMount {
  /** The host's file or folder; a path that is not absolute is one below the current folder. */
  readonly from: string
  /**
   * `read`: nothing is written. `overlay`: what is written stays in memory, and ends with the run. `write`: the host's files are
   * written. Default `read`.
   */
  readonly access?: 'read' | 'overlay' | 'write' | undefined
  /** By how many bytes a run may make it larger; of an overlay, what its memory holds. Default 64 MiB. */
  readonly maxBytes?: number | undefined
  /** How many files and folders a run may add. Default 10,000. */
  readonly maxFiles?: number | undefined
  /** Names that are never shown nor written, as `.git` or `*.pem`; with a `/`, paths below the mount. Case does not matter. */
  readonly deny?: readonly string[] | undefined
  /** Whether the host's `approve` is asked before a file is opened or anything is changed. Default false. */
  readonly approve?: boolean | undefined
}

/** An empty folder in memory. */
export interface MemoryMount {
  /** How many bytes it holds: contents, and 256 for each name. */
  readonly memory: number
}

/** What a policy writes. */
export interface FilesystemKey {
  /** What the guest's files are, by absolute guest path; `'/'` may be one. Mounts nest as folders do. Default: no file exists. */
  readonly filesystem?: Readonly<Record<string, HostMount | MemoryMount>> | undefined
}

/** A mount of the host's in its complete form. */
export type ResolvedHostMount = Required<{
  readonly [K in keyof HostMount]: NonNullable<HostMount[K]>
}>
/** A mount in its complete form: every default is filled in. */
export type ResolvedMount = ResolvedHostMount | MemoryMount

/** Its complete form: mounts by guest path, the outer before the inner; none where there are no files. */
export interface ResolvedFilesystem {
  readonly filesystem: Readonly<Record<string, ResolvedMount>>
}

const MIB = 1 << 20
const MOST_BYTES = 1 << 30
const STANDARD_BYTES = 64 * MIB
const STANDARD_FILES = 10_000
const MOST_MOUNTS = 64

const BYTES = `must be a whole number of bytes from 0 to ${MOST_BYTES}`
const bytes = v.pipe(
  v.number(BYTES),
  v.integer(BYTES),
  v.minValue(0, BYTES),
  v.maxValue(MOST_BYTES, BYTES),
)
const COUNT = 'must be a whole number from 0'
const count = v.pipe(v.number(COUNT), v.integer(COUNT), v.minValue(0, COUNT))

const ACCESS = ['read', 'overlay', 'write'] as const

const hostMount = keyed({
  from: word,
  access: v.optional(
    v.picklist(ACCESS, (issue) => `must be one of ${ACCESS.join(', ')}, not ${issue.received}`),
  ),
  maxBytes: v.optional(bytes),
  maxFiles: v.optional(count),
  deny: v.optional(v.array(word, (issue) => `must be a list of names, not ${issue.received}`)),
  approve: v.optional(v.boolean((issue) => `must be true or false, not ${issue.received}`)),
})
const memoryMount = keyed({ memory: bytes })
const mount = v.union(
  [memoryMount, hostMount],
  'must be { "from": a path of the host\'s, "access": … }, or { "memory": bytes }',
)

/** The names of an absolute path; undefined for one that is not as it should be. */
export function guestPath(path: string): readonly string[] | undefined {
  if (path === '/') return []
  const names = path.split('/').slice(1)
  const isPlain = names.every((name) => !['', '.', '..'].includes(name) && name.length <= 255)
  return path.startsWith('/') && isPlain && !path.includes('\0') && path.length < 4_096
    ? names
    : undefined
}

/** @internal The key: what may be written for it, what holds without it, and its complete form. */
export const filesystem = policyKey({
  schema: notList(v.record(word, mount, 'must be an object of mounts by guest path')),
  text: "What the guest finds in files, by absolute guest path: folders in memory, and files and folders of the host's. No file exists when left out.",
  standard: Object.freeze({}) as ResolvedFilesystem['filesystem'],
  resolve: (written) => {
    const paths = Object.keys(written).sort()
    if (paths.length > MOST_MOUNTS)
      throw new PolicyError(`policy.filesystem: at most ${MOST_MOUNTS} mounts`)
    const entries = paths.map((path) => {
      if (guestPath(path) === undefined)
        throw new PolicyError(
          `policy.filesystem[${JSON.stringify(path)}]: must be an absolute path without ".", ".." or a "/" at its end, as "/" or "/data"`,
        )
      return [path, complete(path, written[path] as HostMount | MemoryMount)] as const
    })
    return Object.freeze(Object.fromEntries(entries))
  },
})

function complete(path: string, given: HostMount | MemoryMount): ResolvedMount {
  if ('memory' in given) return Object.freeze({ memory: given.memory })
  const { from, access = 'read', maxBytes, maxFiles, deny = [], approve = false } = given
  const at = `policy.filesystem[${JSON.stringify(path)}]`
  if (from.includes('\0')) throw new PolicyError(`${at}.from: a path holds no NUL`)
  if (access === 'read' && (maxBytes !== undefined || maxFiles !== undefined))
    throw new PolicyError(
      `${at}: maxBytes and maxFiles bound what is written, and access is "read"; leave them out, or say "overlay" or "write"`,
    )
  return Object.freeze({
    from,
    access,
    maxBytes: maxBytes ?? STANDARD_BYTES,
    maxFiles: maxFiles ?? STANDARD_FILES,
    deny: Object.freeze([...deny]),
    approve,
  })
}

/** The mount that a guest path lies in, by its path; undefined where there is none. */
export function mountOf(
  mounts: ResolvedFilesystem['filesystem'],
  path: string,
): string | undefined {
  const within = (at: string): boolean => at === '/' || path === at || path.startsWith(`${at}/`)
  return Object.keys(mounts)
    .filter(within)
    .sort((a, b) => b.length - a.length)[0]
}
