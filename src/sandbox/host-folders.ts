/** The host's files and folders of a policy: opened when a sandbox is made, and held until it is closed. */
import { PolicyError } from '../errors.js'
import { guestPath } from '../policy/keys/filesystem.js'
import type { Limits } from '../policy/limits.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import { holdPath, hostSystem, whyNoHostFolders } from '../platform/node/host-system.js'
import { Directory } from '../trusted/broker/directory.js'
import type { Effect } from '../trusted/broker/effect.js'
import { fileEffects } from '../trusted/broker/files.js'
import type { Covered, HostMountRule } from '../trusted/broker/host-mounts.js'
import { denier } from '../trusted/files/deny.js'

/** @internal The open folders of one sandbox, until {@link HostFolders.close}. */
export class HostFolders {
  private constructor(readonly mounts: readonly HostMountRule[]) {}

  /**
   * Opens them. What a path leads to now is what is meant until the end: who puts something else in its place changes nothing.
   * @throws PolicyError for what is not there, is neither file nor folder, or cannot be served on this system.
   */
  static open({ filesystem }: ResolvedPolicy, canWait: boolean): HostFolders {
    const mounts: HostMountRule[] = []
    try {
      for (const [path, mount] of Object.entries(filesystem)) {
        if ('memory' in mount) continue
        const { from, access, maxBytes, maxFiles, deny, approve } = mount
        const name = `policy.filesystem[${JSON.stringify(path)}].from`
        const reason = whyNoHostFolders()
        if (reason !== undefined)
          throw new PolicyError(`${name}: ${reason}; the option "files" of a run gives it files`)
        if (approve && !canWait)
          throw new PolicyError(
            `policy.filesystem[${JSON.stringify(path)}].approve: isolation "inline" cannot wait for an approval; "thread" and "process" can`,
          )
        mounts.push({
          at: guestPath(path)!,
          path: `filesystem[${JSON.stringify(path)}]`,
          access,
          maxBytes,
          maxFiles,
          approve,
          directory: new Directory(hostSystem, hold(name, from, access), denier(deny)),
        })
      }
      return new HostFolders(mounts)
    } catch (error) {
      for (const { directory } of mounts) directory.close()
      throw error
    }
  }

  /** The effects of one run's files. `secrets` are masked in what it writes. */
  effects(
    { fileOperations, effectBytes, waitMs }: Limits,
    secrets: Covered | undefined,
  ): Map<string, Effect> {
    if (this.mounts.length === 0) return new Map()
    return fileEffects({
      mounts: this.mounts,
      system: hostSystem,
      operations: fileOperations,
      answerBytes: effectBytes,
      timeoutMs: waitMs,
      secrets,
    })
  }

  close(): void {
    for (const { directory } of this.mounts) directory.close()
  }
}

/** A descriptor of what the host's path leads to. */
function hold(name: string, from: string, access: HostMountRule['access']): number {
  let held: ReturnType<typeof holdPath>
  try {
    held = holdPath(from)
  } catch (error) {
    const { code } = error as { code?: string }
    const what =
      code === 'ENOENT' || code === 'ENOTDIR'
        ? 'there is no such file or folder'
        : `it cannot be opened (${code})`
    throw new PolicyError(`${name}: ${JSON.stringify(from)}: ${what}`)
  }
  const { fd, isFolder, isFile, isUnreal } = held
  const problem = isUnreal
    ? 'what is there are doors to the system and its processes, not files'
    : !isFolder && !isFile
      ? 'it is neither a file nor a folder'
      : isFile && access === 'overlay'
        ? 'an overlay lies over a folder, and this is a file'
        : undefined
  if (problem === undefined) return fd
  hostSystem.close(fd)
  throw new PolicyError(`${name}: ${JSON.stringify(from)}: ${problem}`)
}
