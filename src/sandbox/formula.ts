/**
 * Formulas: one expression, compiled once, evaluated for many values. In the caller's own thread an evaluation is a direct call
 * of a prepared function, a microsecond or two; elsewhere it goes to a guest that the formulas of a sandbox share. A formula
 * has a value or throws an {@link EvaluationError}.
 */
import { ClosedError, ValueError } from '../errors.js'
import type { Value } from '../trusted/channel/values.js'
import { WireError } from '../trusted/channel/wire.js'
import { PreparedFunction } from './direct-call.js'
import {
  argumentsOf,
  columnsOf,
  encodeArguments,
  type Columns,
  type Row,
} from './formula-arguments.js'
import type { FormulaGuest } from './formula-guest.js'
import { Killed } from '../trusted/wall/killed.js'
import { RETIRED, type Performed } from '../trusted/channel/worker.js'
import type { Code } from './code.js'
import { callLimits } from './execution.js'
import { STEPS_A_TICK } from '../trusted/wall/image-facts.js'
import { EvaluationError, UNSPENT, type Outcome, type Usage } from './outcome.js'
import type { Isolation } from './isolation.js'
import { mapRequest, prepareRequest } from './requests.js'
import type { Runtime } from './runs.js'
import { judge, replyOf } from './reply.js'
import { mayAsk, turnsOf } from './asking.js'

/** Floats where every value is one (or an int that a float holds), otherwise a list. */
export type Mapped = Float64Array | readonly Value[]

/** @internal Evaluates a formula for encoded arguments. */
type EvaluateOne = (args: Uint8Array) => Promise<Outcome>

/** @internal Executes a request in a pristine guest of the sandbox's. */
export type ExecuteRequest = (request: Uint8Array) => Promise<Outcome>

/** A formula of a sandbox with isolation `process` or `thread`. */
export class Formula {
  /** Tells a formula from a refusal. */
  readonly status = 'compiled'
  readonly source: string
  readonly parameters: readonly string[]
  readonly #runtime: Runtime
  readonly #code: Code
  readonly #evaluate: EvaluateOne
  readonly #execute: ExecuteRequest

  /** @internal Formulas are made by `sandbox.formula()`. */
  constructor(runtime: Runtime, code: Code, evaluate: EvaluateOne, execute: ExecuteRequest) {
    this.source = code.source
    this.parameters = code.parameters ?? []
    this.#runtime = runtime
    this.#code = code
    this.#evaluate = evaluate
    this.#execute = execute
  }

  /**
   * Its value for one row. Evaluations that are asked for together go to the guest together.
   * @throws EvaluationError when it has none; ArgumentError for a value that is missing, ValueError for one that cannot cross.
   */
  async evaluate(row: Row): Promise<Value> {
    const args = encodeArguments(this.#code, argumentsOf(this.#code, row), this.#runtime)
    return valueOf(await this.#evaluate(args))
  }

  /**
   * Its value for each row of columns.
   * @throws EvaluationError with the row that has none; ArgumentError for columns that are missing or of several lengths,
   *   ValueError for what is no number.
   */
  async map(columns: Columns): Promise<Mapped> {
    const request = mapRequest(this.#code.bytes, columnsOf(this.#code, columns), this.#runtime)
    return mappedOf(valueOf(await this.#execute(request)))
  }
}

/** A formula of a sandbox with isolation `inline`: evaluated at once, in the caller's thread. */
export class InlineFormula {
  /** Tells a formula from a refusal. */
  readonly status = 'compiled'
  readonly source: string
  readonly parameters: readonly string[]
  readonly #runtime: Runtime
  readonly #code: Code
  readonly #guest: FormulaGuest
  #function: PreparedFunction | undefined
  /** What the evaluation under way may ask its host, from its first question on. */
  #asking: ReturnType<typeof turnsOf>

  /** @internal Formulas are made by `sandbox.formula()`. */
  constructor(runtime: Runtime, code: Code, guest: FormulaGuest) {
    this.source = code.source
    this.parameters = code.parameters ?? []
    this.#runtime = runtime
    this.#code = code
    this.#guest = guest
  }

  /**
   * Its value for one row. Ticks of the interpreter bound its time, nothing else does: one operation of C that takes for ever
   * (`sum(range(10**12))`) takes the thread with it. {@link map} has the watchdog around it.
   * @throws EvaluationError, ArgumentError, ValueError, as {@link Formula.evaluate} does; ClosedError
   */
  evaluate(row: Row): Value {
    if (this.#runtime.isClosing()) throw new ClosedError('the sandbox is closed')
    const values = argumentsOf(this.#code, row)
    const { limits } = this.#runtime.policy
    const began = performance.now()
    const isKept = this.#guest.use(began, 1) && this.#function?.valid
    const prepared = isKept ? this.#function! : this.#prepare()
    let performed: Performed
    let usage: Usage = UNKNOWN_USAGE
    try {
      const result = this.#guest.worker.direct((guest) => {
        let isSimple = false
        try {
          const called = { ...callLimits(limits), deadline: began + limits.wallMs }
          const result = prepared.call(values, called)
          isSimple = 'value' in result
          return result
        } finally {
          if (!isSimple) usage = { ...guest.usage, wallMs: performance.now() - began }
        }
      }, this.#onAsk)
      if ('value' in result) return result.value
      performed = {
        kind: 'done',
        id: 0,
        usage,
        response: result.response,
        delta: null,
        traces: null,
        tape: null,
        files: null,
      }
    } catch (error) {
      if (error instanceof WireError) {
        encodeArguments(this.#code, values, this.#runtime) // says which of them it is
        throw new ValueError(`evaluate: ${error.message}`)
      }
      if (!(error instanceof Killed)) throw error
      this.#guest.forget()
      if (error.kind === 'crash') this.#guest.worker.kill(RETIRED)
      performed = {
        kind: 'killed',
        id: 0,
        usage,
        why: error.kind,
        detail: error.detail,
        tape: null,
      }
    } finally {
      this.#endAsking()
    }
    return this.#judge(performed)
  }

  /** Answers a question of the evaluation under way. */
  readonly #onAsk = (question: Uint8Array, steps: number): Uint8Array => {
    this.#asking ??= turnsOf(this.#runtime, this.#code, this.#runtime.policy.limits)
    const fuel = Math.floor(steps / STEPS_A_TICK)
    // Undefined only for a call that may be dropped.
    return this.#asking!.turns.conversation.exchangeNow(question, fuel)!
  }

  #endAsking(): void {
    this.#asking?.close()
    this.#asking = undefined
  }

  /** Its value for each row of columns. Rejects as {@link Formula.map} does. */
  map(columns: Columns): Promise<Mapped> {
    try {
      if (this.#runtime.isClosing()) throw new ClosedError('the sandbox is closed')
      const told = columnsOf(this.#code, columns)
      const request = mapRequest(undefined, told, this.#runtime)
      this.#guest.use(performance.now(), (told[0]?.length ?? 0) / Float64Array.BYTES_PER_ELEMENT)
      this.#prepare()
      return Promise.resolve(mappedOf(this.#judge(this.#perform(request, 'keep'))))
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }

  #prepare(): PreparedFunction {
    const { policy } = this.#runtime
    const addresses = this.#judge(
      this.#perform(
        prepareRequest(this.#code.bytes, this.#runtime),
        this.#guest.begin(this.#code.bytes.length, callLimits(policy.limits).memoryBytes),
      ),
    )
    this.#function = this.#guest.worker.direct(
      (guest) => new PreparedFunction(guest, addresses, this.parameters.length),
    )
    return this.#function
  }

  #perform(request: Uint8Array, begin: 'keep' | 'base'): Performed {
    const performed = this.#guest.worker.performNow({
      begin,
      request,
      limits: callLimits(this.#runtime.policy.limits),
      end: 'keep',
      ...((this.#runtime.host?.asks || mayAsk(this.#code, this.#runtime)) && {
        onAsk: this.#onAsk,
      }),
    })
    this.#endAsking()
    if (performed.kind !== 'done') this.#guest.forget()
    return performed
  }

  #judge(performed: Performed): Value {
    return valueOf(
      judge(
        replyOf(performed, this.#runtime.policy.limits),
        { ...UNSPENT, usage: performed.usage },
        (file) => (file === this.#code.filename ? this.#code : this.#runtime.trustedSource(file)),
      ),
    )
  }
}

const UNKNOWN_USAGE = { wallMs: 0, fuel: 0, peakMemoryBytes: 0, outputBytes: 0 }

function valueOf(outcome: Outcome): Value {
  if (outcome.status !== 'returned') throw new EvaluationError(outcome)
  return outcome.value
}

/** What `map` answers: bytes of floats, bytes of zeros and ones, or the values. */
function mappedOf(answer: Value): Mapped {
  const { floats, bools, values } = (answer ?? {}) as {
    floats?: Value
    bools?: Value
    values?: Value
  }
  if (floats instanceof Uint8Array && floats.length % 8 === 0)
    return new Float64Array(floats.slice().buffer)
  if (bools instanceof Uint8Array) return Array.from(bools, (bit) => bit !== 0)
  if (Array.isArray(values)) return values as Value[]
  throw new EvaluationError({
    status: 'crashed',
    reason: 'the guest did not answer properly',
    ...UNSPENT,
  })
}

/** What `sandbox.formula` makes. */
export type FormulaOf<I extends Isolation> = I extends 'inline' ? InlineFormula : Formula

/** One of many formulas: its expression, or that with its parameters, which are inferred where they are left out. */
export type FormulaSource =
  | string
  | {
      readonly source: string
      readonly parameters?: readonly string[] | undefined
      /** For tracebacks and diagnostics. Default `<formula>`. */
      readonly filename?: string | undefined
      /** The number of its first line, as in {@link Numbering}. */
      readonly firstLine?: number | undefined
    }
