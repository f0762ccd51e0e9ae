/** What became of a guest. However it ended is a value: nothing that a guest does makes a run throw, reject or hang. */
import type { Diagnostic, Span } from '../diagnostic.js'
import { PyrestrictError } from '../errors.js'
import type { Limits } from '../policy/limits.js'
import type { Value } from '../trusted/channel/values.js'

/** What a run used, whatever became of it. All zero when nothing was executed. */
export interface Usage {
  /** Milliseconds of wall time within the guest; waiting for a worker and compiling are not in it. */
  readonly wallMs: number
  /** Ticks of the interpreter: the same program burns the same number. */
  readonly fuel: number
  /** Bytes of guest memory at the highest, the interpreter's own included. */
  readonly peakMemoryBytes: number
  /** Bytes written to stdout and stderr together. */
  readonly outputBytes: number
}

/** One level of a traceback: a place in a source of the guest's. */
export interface Frame {
  readonly file: string
  /** The function's name, `<module>` at the top. */
  readonly name: string
  readonly line: number
  /** What was being executed there, where the interpreter tells. */
  readonly span?: Span
  /** The source line, as written, without its indentation. */
  readonly source?: string
}

/** An exception of a guest's. Plain data: no object of the guest's is in it. */
export interface ChainedException {
  /** The class's name, as in `ZeroDivisionError`. */
  readonly type: string
  /** Where the class is from; absent for builtins and for classes of the guest's. */
  readonly module?: string
  /** `str(exception)`. */
  readonly message: string
  /** From the outermost to where it was raised. */
  readonly frames: readonly Frame[]
  /** What `add_note` added. */
  readonly notes: readonly string[]
  /** `raise … from cause`. */
  readonly cause?: ChainedException
  /** The exception that was being handled when this one was raised, where CPython would print it. */
  readonly context?: ChainedException
  /** Those that an ExceptionGroup holds. */
  readonly exceptions?: readonly ChainedException[]
}

/** An exception that a guest raised and did not catch. */
export interface GuestException extends ChainedException {
  /** The whole as CPython prints it. Holds text of the guest's choice: escape it before it goes to a terminal. */
  readonly traceback: string
}

/** On every outcome. */
export interface Spent {
  /** What the guest wrote to stdout and stderr, in the order it was written, at most `limits.outputBytes`. */
  readonly output: string
  /** What of it went to stdout. */
  readonly stdout: string
  /** What of it went to stderr. */
  readonly stderr: string
  readonly usage: Usage
  /**
   * Advice about the source that ran, in its order, as `check` gives it, with CPython's own SyntaxWarnings (PR604): at most 1,100,
   * absent where there is none. Of runs of a program alone, not of formulas and calls.
   */
  readonly warnings?: readonly Diagnostic[]
  /** Of a run with the option `record`: what decided it, for the option `replay`. It holds whatever the run was answered. */
  readonly recording?: Uint8Array
  /**
   * Of a session whose worker died before the host had fetched its memory: how many runs and calls before this one left what is gone
   * with it. The session is as it was before them, and so it is after this one.
   */
  readonly runsLost?: number
  /** With `artifacts` in the policy: the files that the run left there, by guest path; none where it was ended by force. */
  readonly files?: Readonly<Record<string, Uint8Array>>
  /** With `artifacts` in the policy: how many files did not fit, or lost their names to masked secrets. */
  readonly filesOmitted?: number
}

/** The guest came to its end. */
export interface Returned<T = Value> extends Spent {
  readonly status: 'returned'
  readonly value: T
}

/** The guest ended itself, by `sys.exit`, `exit()` or `raise SystemExit`. */
export interface Exited extends Spent {
  readonly status: 'exited'
  /**
   * Zero for success: the number it gave, from -2147483648 to 2147483647; 0 for none; 1 where it gave something else, whose text is
   * then the last line of stderr, as in Python.
   */
  readonly code: number
}

/** The guest ended with an exception. */
export interface Raised extends Spent {
  readonly status: 'raised'
  readonly exception: GuestException
  /** For `formula.map`: the row it was raised in, from 0. */
  readonly row?: number
}

/** Nothing was executed: the source leaves the restricted language. */
export interface Refused extends Spent {
  readonly status: 'refused'
  /** In the order of the source; at most 1,000. */
  readonly diagnostics: readonly Diagnostic[]
  /** How many there are beyond those listed; nearly always 0. */
  readonly omitted: number
}

/** A limit of the policy was reached. */
export interface Exhausted extends Spent {
  readonly status: 'exhausted'
  /** The key under `policy.limits` that raises it. */
  readonly limit: keyof Limits
  /** In the limit's unit. */
  readonly used: number
  readonly allowed: number
  /** The same in a sentence. */
  readonly message: string
}

/** The guest's interpreter or its worker ended; the host and other guests are unharmed. */
export interface Crashed extends Spent {
  readonly status: 'crashed'
  readonly reason: string
}

/** The caller's signal ended it, or the sandbox was closed. */
export interface Cancelled extends Spent {
  readonly status: 'cancelled'
}

/** A question of a guest's that waits for its answer. */
export interface WaitingCall {
  /** Its number, by which `resume` is told the answer. */
  readonly id: number
  /** What was called: `search`, `doc.save`. */
  readonly name: string
  readonly args: readonly Value[]
  readonly kwargs: Readonly<Record<string, Value>>
}

/**
 * The run waits for answers, and holds no worker meanwhile: `sandbox.resume(state, { answers })` goes on with it, in this process or
 * another. `output` and `usage` are those of the run so far.
 */
export interface Waiting extends Spent {
  readonly status: 'waiting'
  /** What it waits for, in the order in which it was asked. */
  readonly calls: readonly WaitingCall[]
  /** The run, encrypted. It is used once. */
  readonly state: Uint8Array
}

/** What became of a run. */
export type Outcome<T = Value> =
  | Returned<T>
  | Exited
  | Raised
  | Refused
  | Exhausted
  | Crashed
  | Cancelled
  | Waiting

/** Nothing was executed and nothing written. */
export const UNSPENT: Spent = Object.freeze({
  output: '',
  stdout: '',
  stderr: '',
  usage: Object.freeze({ wallMs: 0, fuel: 0, peakMemoryBytes: 0, outputBytes: 0 }),
})

/** @internal Nothing was begun. */
export const CANCELLED_UNSPENT: Cancelled = Object.freeze({ status: 'cancelled', ...UNSPENT })

/** A formula has no value: it raised, or a limit ended it. `outcome` tells which; nothing else of the host's is affected. */
export class EvaluationError extends PyrestrictError {
  override readonly name = 'EvaluationError'

  constructor(readonly outcome: Exclude<Outcome, Returned>) {
    super(describeOutcome(outcome))
  }
}

/** @internal Why there is no value, in a sentence. */
export function describeOutcome(outcome: Exclude<Outcome, Returned>): string {
  switch (outcome.status) {
    case 'raised': {
      const { type, message } = outcome.exception
      return `${type}${message && `: ${message}`}${outcome.row === undefined ? '' : ` (row ${outcome.row})`}`
    }
    case 'exited':
      return `it exited with code ${outcome.code}`
    case 'exhausted':
      return outcome.message
    case 'crashed':
      return outcome.reason
    case 'refused':
      return outcome.diagnostics.map(({ code, message }) => `${code} ${message}`).join('; ')
    case 'cancelled':
      return 'it was cancelled'
    case 'waiting':
      return 'it waits for its host'
  }
}
