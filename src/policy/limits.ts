/**
 * What a run may use up: every limit with its default, its range and its unit, as one table. The schema, the JSON Schema,
 * the messages and the documentation are made from it.
 */

/** One row of {@link LIMITS}. Values are whole numbers from `min` to `max`; there is no "unlimited". */
export interface Limit {
  /** What it bounds: a run, which may lower it for itself, or a source before it runs, by the policy alone. */
  readonly bounds: 'run' | 'source'
  readonly default: number
  readonly min: number
  readonly max: number
  readonly unit: string
  /** What the limit bounds, and what happens there: one sentence or two. */
  readonly text: string
}

const KIB = 1024
const MIB = 1024 * KIB

/**
 * Defaults are for one script of a stranger on a server: ample for honest work, finite for the rest. Fuel: a tight loop
 * burns about 400,000 ticks a second, so the default ends at some four minutes what a raised `wallMs` would let go on.
 * Depth: a sum of 10,000 terms is that deep, and CPython's compiler has stack for some 11,500 levels.
 */
export const LIMITS = {
  /** Milliseconds of wall time of one run, without waiting for a worker and compiling. Default 5,000. */
  wallMs: {
    bounds: 'run',
    default: 5_000,
    min: 1,
    max: 86_400_000,
    unit: 'milliseconds',
    text: 'Wall time of one run. Waiting for a worker and compiling are not counted.',
  },
  /** Ticks of the interpreter's own eval-breaker clock: about 51 loop turns or calls each. Default 100,000,000. */
  fuel: {
    bounds: 'run',
    default: 100_000_000,
    min: 1,
    max: 1_000_000_000_000,
    unit: 'ticks',
    text: 'Steps of the interpreter: one tick is about 51 loop turns or calls. The same program burns the same fuel.',
  },
  /** Mebibytes of the guest's memory, the interpreter's own 32 included. Default 256. */
  memoryMb: {
    bounds: 'run',
    default: 256,
    min: 64,
    max: 4_096,
    unit: 'MiB',
    text: 'Memory of the guest, the interpreter included. Beyond it the guest gets a MemoryError.',
  },
  /** Bytes the guest may write to stdout and stderr together. Default 1 MiB. */
  outputBytes: {
    bounds: 'run',
    default: MIB,
    min: 0,
    max: 1_024 * MIB,
    unit: 'bytes',
    text: 'What the guest may write to stdout and stderr together.',
  },
  /** Bytes of the encoded result. Default 8 MiB. */
  resultBytes: {
    bounds: 'run',
    default: 8 * MIB,
    min: 64,
    max: 1_024 * MIB,
    unit: 'bytes',
    text: 'Size of the result, encoded.',
  },
  /** Bytes of the source, in UTF-8. Default 1 MiB: it is read in the thread that calls `check`, which a larger one could hold up for long. */
  sourceBytes: {
    bounds: 'source',
    default: MIB,
    min: 1,
    max: 64 * MIB,
    unit: 'bytes',
    text: 'Size of the source in UTF-8. A larger one is refused unread. `check` reads a source in the thread that calls it, at most 0.1 s and 4 s a megabyte.',
  },
  /** Nesting depth of the syntax tree. Default 10,500. */
  depth: {
    bounds: 'source',
    default: 10_500,
    min: 16,
    max: 12_000,
    unit: 'levels',
    text: 'Nesting of the syntax tree. A deeper source is refused.',
  },
  /**
   * How deep calls may nest. Default 10,000. A program that is granted `sys` begins at 1,000, as in CPython, and may raise that so
   * far by `sys.setrecursionlimit`; full Python may raise it further.
   */
  recursion: {
    bounds: 'run',
    default: 10_000,
    min: 32,
    max: 1_000_000,
    unit: 'calls',
    text: 'How deep calls may nest; beyond it the guest gets a RecursionError. With `sys`, programs begin at 1,000 and may raise it so far.',
  },
  /** Bytes of the rewritten text, and of the code compiled from it. Default 32 MiB. */
  codeBytes: {
    bounds: 'source',
    default: 32 * MIB,
    min: KIB,
    max: 256 * MIB,
    unit: 'bytes',
    text: 'Size of the rewritten text, and of the code compiled from it. Beyond it the source is refused.',
  },
  /** Milliseconds of wall time for checking and compiling one source. No run is charged for it. Default 30,000. */
  compileMs: {
    bounds: 'source',
    default: 30_000,
    min: 100,
    max: 3_600_000,
    unit: 'milliseconds',
    text: 'Wall time of checking and compiling one source, which no run is charged for. Beyond it the source is refused.',
  },
  /** Questions that a run may ask its host: calls of its functions and objects. Default 10,000. */
  effects: {
    bounds: 'run',
    default: 10_000,
    min: 0,
    max: 1_000_000_000,
    unit: 'questions',
    text: 'Questions a run may ask its host. One more is a RuntimeError at its place in the guest.',
  },
  /** Bytes of the arguments of one question, and of one answer. Default 4 MiB. */
  effectBytes: {
    bounds: 'run',
    default: 4 * MIB,
    min: KIB,
    max: 1_024 * MIB,
    unit: 'bytes',
    text: 'Size of the arguments of one question, and of one answer, encoded. Beyond it the guest gets a TypeError.',
  },
  /**
   * Operations on files and folders of the host's: openings, pieces of a megabyte at most, looks. A path of many names counts as one
   * more for every eight. Default 1,000,000.
   */
  fileOperations: {
    bounds: 'run',
    default: 1_000_000,
    min: 0,
    max: 1_000_000_000,
    unit: 'operations',
    text: "Operations on files and folders of the host's: openings, pieces of a MiB at most, looks. One more is an OSError (EDQUOT).",
  },
  /** Questions that may wait for their answers at the same time. Default 1,000. */
  pending: {
    bounds: 'run',
    default: 1_000,
    min: 1,
    max: 100_000,
    unit: 'questions',
    text: 'Questions that may wait for their answers at once. One more is a RuntimeError in the guest.',
  },
  /** Milliseconds that one question may wait for its answer. Default 30,000. */
  waitMs: {
    bounds: 'run',
    default: 30_000,
    min: 1,
    max: 86_400_000,
    unit: 'milliseconds',
    text: "Wall time of one answer of the host's. Then the guest gets a TimeoutError. It does not count as the run's own.",
  },
} as const satisfies Readonly<Record<string, Limit>>

/** The limits of a run, complete: one whole number for each row of {@link LIMITS}, in the unit the row tells. */
export type Limits = { readonly [K in keyof typeof LIMITS]: number }

/** The names of the limits, in the order of {@link LIMITS}. */
export const LIMIT_NAMES = Object.keys(LIMITS) as readonly (keyof Limits)[]

/** Every limit at its default. */
export const DEFAULT_LIMITS: Limits = Object.freeze(
  Object.fromEntries(LIMIT_NAMES.map((name) => [name, LIMITS[name].default])) as unknown as Limits,
)
