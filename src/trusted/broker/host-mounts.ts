/** What a policy says of folders of the host's, and of what is done with them. */
import type { Path } from '../files/volume.js'
import type { Directory, HostSystem } from './directory.js'

/** A mount of the host's, as the policy says. */
export interface HostMountRule {
  readonly at: Path
  /** Of the rule, for the log. */
  readonly path: string
  readonly access: 'read' | 'overlay' | 'write'
  readonly maxBytes: number
  readonly maxFiles: number
  readonly approve: boolean
  readonly directory: Directory
}

/** What the files of one run are served by. */
export interface FilesOptions {
  readonly mounts: readonly HostMountRule[]
  readonly system: HostSystem
  /** Operations of one run. */
  readonly operations: number
  /** Most bytes of one answer. */
  readonly answerBytes: number
  readonly timeoutMs: number
  /** What is masked in what is written. */
  readonly secrets?: Covered | undefined
}

/** Texts that nobody is to read, the longest of so many bytes, and what masks them: with as many bytes of another kind. */
export interface Covered {
  readonly longest: number
  mask(bytes: Uint8Array): Uint8Array
}
