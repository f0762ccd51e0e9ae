/** The errors of system calls, by name and as WASI numbers them: what Python raises an OSError from. */

/** The numbers, by name. */
export const ERRNO = {
  EACCES: 2,
  EBADF: 8,
  EBUSY: 10,
  EDQUOT: 19,
  EEXIST: 20,
  EFBIG: 22,
  EILSEQ: 25,
  EINVAL: 28,
  EIO: 29,
  EISDIR: 31,
  ELOOP: 32,
  EMFILE: 33,
  EMLINK: 34,
  ENAMETOOLONG: 37,
  ENODEV: 43,
  ENOENT: 44,
  ENOSPC: 51,
  ENOSYS: 52,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  ENOTTY: 59,
  EPERM: 63,
  ERANGE: 68,
  EROFS: 69,
  ESPIPE: 70,
  ETIMEDOUT: 73,
  EXDEV: 75,
} as const

/** The name of an error that a system call may fail with. */
export type ErrorName = keyof typeof ERRNO

/** A system call that failed. No stack is kept: a program that asks after many files makes many of these. */
export class Errno {
  constructor(readonly code: ErrorName) {}

  get number(): number {
    return ERRNO[this.code]
  }
}
