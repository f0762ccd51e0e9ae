/** Exit statuses: the part of the command line that scripts rely on. Documented in every `--help`. */

/** Nothing was found; or the program returned, or exited with 0. */
export const CLEAN = 0
/** `check` and `rewrite`: something was found. `run`: the source was refused. */
export const FINDINGS = 1
/** Wrong usage, a bad policy, a file that cannot be read, a fault of ours: never mistaken for a clean result. */
export const FAILED = 2
/** `run`: the program ended with an exception. */
export const RAISED = 3
/** `run`: a limit of the policy was reached. */
export const EXHAUSTED = 4
/** `run`: the guest's interpreter or its worker died. */
export const CRASHED = 5
/** Ended by Ctrl-C, as shells report it: 128 and the signal's number. */
export const INTERRUPTED = 130
/** `run`: ended by a request to terminate, likewise. */
export const TERMINATED = 143
/** `run`: who read the output closed it. */
export const PIPE_CLOSED = 141

/** The user's mistake, or a fault of the surroundings: printed as one line, exit status {@link FAILED}. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** One line of the help's table of exit statuses. */
type StatusText = readonly [status: number, meaning: string]

const FAILED_TEXT: StatusText = [
  FAILED,
  'wrong usage, a bad policy, a file that cannot be read, an internal error',
]

/** Statuses of the commands that look for something, as their help tells them. */
export const CHECK_STATUSES: readonly StatusText[] = [
  [CLEAN, 'nothing found'],
  [FINDINGS, 'something found'],
  FAILED_TEXT,
]
/** Statuses of `run`, as its help tells them. */
export const RUN_STATUSES: readonly StatusText[] = [
  [
    CLEAN,
    'returned, or exited with 0; a program that exits with another code gives that, from 1 to 255',
  ],
  [FINDINGS, 'refused: the source leaves the restricted language'],
  FAILED_TEXT,
  [RAISED, 'raised an exception'],
  [EXHAUSTED, 'reached a limit of its policy'],
  [CRASHED, 'crashed its interpreter'],
  [INTERRUPTED, 'interrupted by Ctrl-C'],
  [PIPE_CLOSED, 'nobody reads the output any more'],
  [TERMINATED, 'terminated'],
]
