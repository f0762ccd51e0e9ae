/**
 * A file without a name, in memory, by which a host hands a jail what is large of its answers: a pipe holds a tenth of it, and both
 * sides would be woken for each tenth. The host writes there and never reads. The jail reads by a descriptor that is good for nothing
 * else, once the pipe has told it of how much.
 */
import { closeSync, constants, openSync, writevSync } from 'node:fs'
import { ELSEWHERE } from '../../trusted/channel/frames.js'

/** The jail's descriptor of it. */
export const HANDED_FD = 3

const FOLDER = '/dev/shm'
/** A file that has no name, nor will get one. The same number on all machines that Node runs on. */
const O_TMPFILE = 0o20000000
const { O_DIRECTORY, O_EXCL, O_RDWR, O_RDONLY } = constants
/** Less fits into a pipe; of more there is none among answers about files. */
const [LEAST_BYTES, MOST_BYTES] = [1 << 16, 1 << 22]

/** The host's end of such a file. One that is closed takes nothing more, and all goes through the pipe. */
export class Handover {
  private constructor(
    private fd: number | undefined,
    /** What the jail inherits of it, which is closed here once the jail was started. */
    readonly reading: number,
  ) {}

  /** Undefined where the system has none: all goes through the pipe then. */
  static open(): Handover | undefined {
    if (process.platform !== 'linux') return undefined
    let fd: number | undefined
    try {
      fd = openSync(FOLDER, O_TMPFILE | O_DIRECTORY | O_EXCL | O_RDWR, 0o400)
      return new Handover(fd, openSync(`/proc/self/fd/${fd}`, O_RDONLY))
    } catch {
      if (fd !== undefined) closeSync(fd)
      return undefined
    }
  }

  /**
   * Puts an answer there, in place of the one before, which has been read: a worker reads what it was answered before it asks again.
   * What is to be sent in its place; undefined for what must go through the pipe.
   */
  take(parts: readonly Uint8Array[]): Uint8Array | undefined {
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    if (this.fd === undefined || length < LEAST_BYTES || length > MOST_BYTES) return undefined
    try {
      if (writevSync(this.fd, [...parts], 0) < length) return undefined
    } catch {
      return undefined
    }
    const head = new Uint8Array(8)
    new DataView(head.buffer).setUint32(0, ELSEWHERE, true)
    new DataView(head.buffer).setUint32(4, length, true)
    return head
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd)
    this.fd = undefined
  }
}
