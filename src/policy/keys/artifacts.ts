/** `artifacts`: files that come back in the outcome. */
import * as v from 'valibot'
import { PolicyError } from '../../errors.js'
import { keyed, policyKey, word } from '../key.js'
import { guestPath, mountOf, type ResolvedFilesystem } from './filesystem.js'

/** What a policy writes. */
export interface ArtifactsKey {
  /**
   * The files that a run leaves in memory below the guest folder `from` come back as `outcome.files`: at most `maxFiles` (default
   * 100) of together `maxBytes` (default 16 MiB); how many did not fit is told. `from` lies in a mount of memory or an overlay.
   */
  readonly artifacts?:
    | {
        readonly from: string
        readonly maxFiles?: number | undefined
        readonly maxBytes?: number | undefined
      }
    | undefined
}

/** Its complete form; null where no files come back. */
export interface ResolvedArtifacts {
  readonly artifacts: {
    readonly from: string
    readonly maxFiles: number
    readonly maxBytes: number
  } | null
}

const STANDARD_FILES = 100
const STANDARD_BYTES = 16 << 20
const MOST_FILES = 100_000
const MOST_BYTES = 1 << 30
const number = (most: number) => {
  const text = `must be a whole number from 0 to ${most}`
  return v.optional(
    v.pipe(v.number(text), v.integer(text), v.minValue(0, text), v.maxValue(most, text)),
  )
}

/** @internal The key: what may be written for it, what holds without it, and its complete form. */
export const artifacts = policyKey({
  schema: keyed({ from: word, maxFiles: number(MOST_FILES), maxBytes: number(MOST_BYTES) }),
  text: 'The files that a run leaves in memory below the guest folder `from` come back in its outcome. None when left out.',
  standard: null as ResolvedArtifacts['artifacts'],
  resolve: ({ from, maxFiles = STANDARD_FILES, maxBytes = STANDARD_BYTES }) => {
    if (guestPath(from) === undefined)
      throw new PolicyError(
        'policy.artifacts.from: must be an absolute guest path without ".", ".." or a "/" at its end, as "/out"',
      )
    return Object.freeze({ from, maxFiles, maxBytes })
  },
})

/** @internal Passes artifacts that lie in a mount which holds them in memory. @throws PolicyError */
export function checkArtifacts({
  artifacts: told,
  filesystem,
}: ResolvedArtifacts & ResolvedFilesystem): void {
  if (told === null) return
  const at = mountOf(filesystem, told.from)
  const mount = at === undefined ? undefined : filesystem[at]
  if (mount !== undefined && ('memory' in mount || mount.access === 'overlay')) return
  throw new PolicyError(
    `policy.artifacts.from: ${JSON.stringify(told.from)} must lie in a mount of memory or an overlay (policy.filesystem)${
      mount === undefined ? '; no mount holds it' : ': of others the host has the files already'
    }`,
  )
}
