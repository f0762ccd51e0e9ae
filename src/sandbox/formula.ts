/**
 * Formulas: one expression, compiled once, evaluated for many values. In the caller's own thread an evaluation is a direct call
 * of a prepared function, a microsecond or two; elsewhere it is a run, in a pristine guest. A formula has a value or throws
 * an {@link EvaluationError}.
 */
import { ArgumentError, ClosedError, ValueError } from '../errors.js'
import { CodecError, type Value } from '../trusted/host/codec.js'
import { PreparedFunction } from '../trusted/host/formula.js'
import type { InlineWorker } from '../trusted/host/inline.js'
import { Killed } from '../trusted/host/killed.js'
import type { Performed } from '../trusted/host/link.js'
import type { Code } from './compiler.js'
import { callLimits, judge, type Execution } from './execution.js'
import { EvaluationError, type Outcome, type Usage } from './outcome.js'
import { evaluateRequest, mapRequest, prepareRequest } from './requests.js'
import type { Runtime } from './runs.js'

/** The values of a formula's parameters, by name; what else is there is not looked at. */
export type Row = Readonly<Record<string, Value>>
/** A column of numbers for each parameter, all of one length. */
export type Columns = Readonly<Record<string, Float64Array | readonly number[]>>
/** Floats where every value is one (or an int that a float holds), otherwise a list. */
export type Mapped = Float64Array | readonly Value[]

/** What formulas share. */
abstract class BaseFormula {
  /** Tells a formula from a refusal. */
  readonly status = 'compiled'
  readonly source: string
  readonly parameters: readonly string[]

  constructor(protected readonly runtime: Runtime, protected readonly code: Code) {
    this.source = code.source
    this.parameters = code.parameters ?? []
  }

  protected argumentsOf(row: Row): Value[] {
    return this.parameters.map((name) => {
      const value = row[name]
      if (value === undefined) throw new ArgumentError(`evaluate: no value for ${name}`)
      return value
    })
  }

  protected columnsOf(columns: Columns): Uint8Array[] {
    let length: number | undefined
    if (this.parameters.length === 0) throw new ArgumentError('map: the formula has no parameters')
    return this.parameters.map((name) => {
      const column = columns[name]
      if (!(column instanceof Float64Array || Array.isArray(column))) throw new ArgumentError(`map: the column ${name} must be a Float64Array or a list of numbers`)
      if (column.length !== (length ??= column.length)) throw new ArgumentError(`map: the column ${name} has ${column.length} values, not ${length}`)
      if (Array.isArray(column) && !column.every((value) => typeof value === 'number')) throw new ValueError(`map: the column ${name} holds what is no number`)
      const floats = column instanceof Float64Array ? column : Float64Array.from(column as readonly number[])
      return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength)
    })
  }

  protected context(): Pick<Execution, 'limits' | 'find' | 'parser'> {
    const { policy, parser } = this.runtime
    return { limits: policy.limits, parser, find: (file) => file === this.code.filename ? this.code : undefined }
  }

}

/** Executes a request in a pristine guest of the sandbox's. */
export type ExecuteRequest = (request: Uint8Array, code: Code) => Promise<Outcome>

/** A formula of a sandbox with isolation `process` or `thread`. */
export class Formula extends BaseFormula {
  constructor(runtime: Runtime, code: Code, private readonly execute: ExecuteRequest) {
    super(runtime, code)
  }

  /** Its value for one row. Rejects with an EvaluationError, or for the host's own mistakes. */
  async evaluate(row: Row): Promise<Value> {
    const { policy } = this.runtime
    const request = evaluateRequest(this.code.bytes, this.argumentsOf(row), policy, policy.limits)
    return valueOf(await this.execute(request, this.code))
  }

  /** Its value for each row of columns. */
  async map(columns: Columns): Promise<Mapped> {
    const { policy } = this.runtime
    const request = mapRequest(this.code.bytes, this.columnsOf(columns), policy, policy.limits)
    return mappedOf(valueOf(await this.execute(request, this.code)))
  }
}

/** As many functions are kept prepared in a guest; then it is reset, and they are prepared again as they are called. */
const MOST_PREPARED = 1_000

/** The guest that a sandbox's inline formulas are prepared in. */
export class FormulaGuest {
  #prepared = 0
  constructor(readonly worker: InlineWorker) {}

  /** Whether the next function is prepared in the guest as it is, or in a fresh one. */
  begin(): 'keep' | 'base' {
    const begin = this.#prepared === 0 || this.#prepared >= MOST_PREPARED ? 'base' : 'keep'
    this.#prepared = begin === 'base' ? 1 : this.#prepared + 1
    return begin
  }

  /** The guest was ended, and reset. */
  forget(): void {
    this.#prepared = 0
  }
}

/** A formula of a sandbox with isolation `inline`: evaluated at once, in the caller's thread. */
export class InlineFormula extends BaseFormula {
  #function: PreparedFunction | undefined

  constructor(runtime: Runtime, code: Code, private readonly guest: FormulaGuest) {
    super(runtime, code)
  }

  /**
   * Its value for one row. Ticks of the interpreter bound its time, nothing else does: one operation of C that takes for ever
   * (`sum(range(10**12))`) takes the thread with it. {@link map} has the watchdog around it.
   * @throws EvaluationError, ArgumentError, ValueError
   */
  evaluate(row: Row): Value {
    if (this.runtime.isClosing()) throw new ClosedError('the sandbox is closed')
    const values = this.argumentsOf(row)
    const prepared = this.#function?.valid ? this.#function : this.#prepare()
    const { limits } = this.runtime.policy
    const began = performance.now()
    let performed: Performed
    let usage: Usage = UNKNOWN_USAGE
    try {
      const result = this.guest.worker.direct((guest) => {
        try {
          return prepared.call(values, { ...callLimits(limits), deadline: began + limits.wallMs })
        } catch (error) {
          usage = { ...guest.usage, wallMs: performance.now() - began }
          throw error
        }
      })
      if ('value' in result) return result.value
      performed = { kind: 'done', id: 0, usage: UNKNOWN_USAGE, response: result.response, delta: null }
    } catch (error) {
      if (error instanceof CodecError) throw new ValueError(`evaluate: ${error.message}`)
      if (!(error instanceof Killed)) throw error
      this.guest.forget()
      performed = { kind: 'killed', id: 0, usage, why: error.kind, detail: error.detail }
    }
    return this.#judge(performed)
  }

  /** Its value for each row of columns. */
  map(columns: Columns): Promise<Mapped> {
    try {
      if (this.runtime.isClosing()) throw new ClosedError('the sandbox is closed')
      const { policy } = this.runtime
      const request = mapRequest(undefined, this.columnsOf(columns), policy, policy.limits)
      this.#prepare()
      return Promise.resolve(mappedOf(this.#judge(this.#perform(request, 'keep'))))
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }

  #prepare(): PreparedFunction {
    const { policy } = this.runtime
    const addresses = this.#judge(this.#perform(prepareRequest(this.code.bytes, policy, policy.limits), this.guest.begin()))
    this.#function = this.guest.worker.direct((guest) => new PreparedFunction(guest, addresses, this.parameters.length))
    return this.#function
  }

  #perform(request: Uint8Array, begin: 'keep' | 'base'): Performed {
    const performed = this.guest.worker.performNow({ begin, request, limits: callLimits(this.runtime.policy.limits), end: 'keep' })
    if (performed.kind !== 'done') this.guest.forget()
    return performed
  }

  #judge(performed: Performed): Value {
    return valueOf(judge(performed, { output: '', usage: performed.usage }, this.context()))
  }
}

const UNKNOWN_USAGE = { wallMs: 0, fuel: 0, peakMemoryBytes: 0, outputBytes: 0 }

function valueOf(outcome: Outcome): Value {
  if (outcome.status !== 'returned') throw new EvaluationError(outcome)
  return outcome.value
}

/** What `map` answers: bytes of floats, bytes of zeros and ones, or the values. */
function mappedOf(answer: Value): Mapped {
  const { floats, bools, values } = (answer ?? {}) as { floats?: Value; bools?: Value; values?: Value }
  if (floats instanceof Uint8Array && floats.length % 8 === 0) return new Float64Array(floats.slice().buffer)
  if (bools instanceof Uint8Array) return Array.from(bools, (bit) => bit !== 0)
  if (Array.isArray(values)) return values as Value[]
  throw new EvaluationError({ status: 'crashed', reason: 'the guest did not answer properly', output: '', usage: UNKNOWN_USAGE })
}
