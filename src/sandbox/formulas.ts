/** The formulas of one sandbox: compiled by the hundred, evaluated one by one or as a sheet. */
import { checkFirstLine } from '../check/first-line.js'
import { ArgumentError } from '../errors.js'
import type { Isolation } from './isolation.js'
import { checkParameters } from './options.js'
import type { Cell, RawCell, Task } from './cells.js'
import type { Compiled } from './compiler.js'
import { Code, type SourceText } from './code.js'
import { Evaluator } from './evaluator.js'
import { Formula, InlineFormula, type FormulaOf, type FormulaSource } from './formula.js'
import type { Row } from './formula-arguments.js'
import type { FormulaGuest } from './formula-guest.js'
import {
  UNSPENT,
  type Cancelled,
  type Crashed,
  type Outcome,
  type Refused,
  type Usage,
} from './outcome.js'
import { compileAll, executeRequest, type Runtime } from './runs.js'
import { evaluateSheet } from './sheet.js'
import { judge } from './reply.js'

/** Does work that counts as under way until its end. @throws ClosedError where the sandbox is closed */
export type CarryOut = <T>(work: () => Promise<T>) => Promise<T>

const KEYS = ['source', 'parameters', 'filename', 'firstLine']

/**
 * Makes the formulas of one sandbox and evaluates sheets of them. A sheet takes those that were made here, and no
 * look-alikes.
 */
export class Formulas<I extends Isolation> {
  readonly #runtime: Runtime
  readonly #evaluator: Evaluator
  readonly #carryOut: CarryOut
  readonly #codes = new WeakMap<object, Code>()
  #guest: FormulaGuest | undefined

  constructor(
    runtime: Runtime,
    workers: number,
    /** For formulas that are evaluated in the caller's own thread; undefined where none are. */
    private readonly startGuest: (() => FormulaGuest) | undefined,
    carryOut: CarryOut,
  ) {
    this.#runtime = runtime
    this.#evaluator = new Evaluator(runtime, workers)
    this.#carryOut = carryOut
  }

  /** A formula, or why there is none, for each source, in their order. @throws ArgumentError */
  async make(
    sources: readonly FormulaSource[],
    signal: AbortSignal | undefined,
  ): Promise<(FormulaOf<I> | Refused | Crashed | Cancelled)[]> {
    if (!Array.isArray(sources)) throw new ArgumentError('formulas: must be a list of sources')
    const texts = sources.map((source: FormulaSource, index) => textOf(source, `[${index}]`))
    const compiled = await this.#carryOut(() => compileAll(this.#runtime, texts, signal))
    return Promise.all(compiled.map((code) => this.#formulaOf(code)))
  }

  /** Each formula's cells. @throws ArgumentError, ValueError */
  async sheet(
    formulas: readonly FormulaOf<I>[],
    rows: readonly Row[],
    signal: AbortSignal | undefined,
  ): Promise<Cell[][]> {
    if (!Array.isArray(formulas)) throw new ArgumentError('formulas: must be a list of formulas')
    if (!Array.isArray(rows)) throw new ArgumentError('rows: must be a list of objects')
    const codes = formulas.map((formula: unknown, index) => {
      const code =
        typeof formula === 'object' && formula !== null ? this.#codes.get(formula) : undefined
      if (!code) throw new ArgumentError(`formulas[${index}]: is no formula of this sandbox`)
      return code
    })
    return this.#carryOut(() => evaluateSheet(this.#evaluator, this.#runtime, codes, rows, signal))
  }

  #formulaOf(code: Compiled): FormulaOf<I> | Refused | Crashed | Cancelled {
    if (!(code instanceof Code)) return code
    const formula = this.startGuest
      ? new InlineFormula(this.#runtime, code, (this.#guest ??= this.startGuest()))
      : new Formula(
          this.#runtime,
          code,
          (args) => this.#carryOut(() => this.#evaluate(code, args)),
          (request) => this.#carryOut(() => executeRequest(this.#runtime, request, code)),
        )
    this.#codes.set(formula, code)
    return formula as FormulaOf<I>
  }

  async #evaluate(code: Code, args: Uint8Array): Promise<Outcome> {
    const [told, usage] = await new Promise<[RawCell | Outcome, Usage]>((resolve, reject) => {
      const told: Task['told'] = (...answer) => resolve(answer)
      this.#evaluator.ask([{ code, args, isOver: false, told, failed: reject }])
    })
    const spent = { ...UNSPENT, usage }
    if ('status' in told) return told
    if ('value' in told) return { status: 'returned', value: told.value, ...spent }
    return judge(
      { status: 'raised', exception: told.raised, row: undefined, traces: new Map() },
      spent,
      (file) => (file === code.filename ? code : undefined),
    )
  }
}

function textOf(formula: FormulaSource, at: string): SourceText {
  const text = typeof formula === 'string' ? { source: formula } : formula
  if (typeof text !== 'object' || text === null)
    throw new ArgumentError(`formulas${at}: must be a text, or an object with a source`)
  const unknown = Object.keys(text).find((key) => !KEYS.includes(key))
  if (unknown !== undefined)
    throw new ArgumentError(`formulas${at}: there is no key "${unknown}", only ${KEYS.join(', ')}`)
  const { source, parameters, filename = '<formula>', firstLine } = text
  checkFirstLine(firstLine, `formulas${at}.firstLine`)
  if (parameters !== undefined) checkParameters(parameters)
  return {
    source,
    mode: 'eval',
    filename,
    firstLine,
    parameters: parameters === undefined ? 'inferred' : [...parameters],
    asFunction: true,
  }
}
