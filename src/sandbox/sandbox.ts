/**
 * The sandbox: runs untrusted Python with no authority but its policy's. Whatever a guest does, every run is answered with an
 * outcome; what rejects is the host's own mistake, and every such error is one of errors.ts.
 */
import { ArgumentError, ClosedError } from '../errors.js'
import { resolvePolicy, type Policy } from '../policy/policy.js'
import type { Value } from '../trusted/channel/values.js'
import { assemble, type Parts } from './assembly.js'
import type { Cell } from './cells.js'
import { Code } from './code.js'
import type { Pauses } from './execution.js'
import type { Row } from './formula-arguments.js'
import type { FormulaOf, FormulaSource } from './formula.js'
import { Formulas } from './formulas.js'
import { checkPausable, type Isolation } from './isolation.js'
import {
  checkOptions,
  checkParameters,
  formalsOf,
  type CompileOptions,
  type ExecuteOptions,
  type ResumeOptions,
  type RunOptions,
} from './options.js'
import type { Cancelled, Crashed, Outcome, Refused } from './outcome.js'
import { Program } from './program.js'
import { resume } from './resume.js'
import { compile, run, type Runtime } from './runs.js'
import { resolveOptions, type ResolvedOptions, type SandboxOptions } from './sandbox-options.js'
import { sealCodes } from './saved-code.js'
import type { Session } from './session.js'
import { Sessions } from './sessions.js'
import { unseal } from './snapshot.js'
import { following, StartedRun } from './started-run.js'
import type { Load } from './tenants.js'

/**
 * Makes a sandbox. Workers are started as they are needed, none before the first run; nothing keeps the process alive but runs.
 * @throws PolicyError for a policy or an option that cannot be honoured, ArgumentError for an ill-formed option,
 *   InstallationError when the guest image is missing, or with trusted modules no worker can be started. A trusted module that
 *   fails to load is a PolicyError. SnapshotError for a `compiled` that was made with another key, or changed.
 */
export async function createSandbox<const I extends Isolation = 'process'>(
  policy?: Policy,
  options: SandboxOptions & { readonly isolation?: I | undefined } = {},
): Promise<Sandbox<I>> {
  const resolved = resolvePolicy(policy)
  const known = resolveOptions(options, resolved)
  return new Sandbox<I>(known, await assemble(resolved, known))
}

/**
 * Guests under one policy. Made by {@link createSandbox}. As a type, `Sandbox` is one of any isolation, whose formulas are
 * `FormulaOf<Isolation>`; those of a `Sandbox<'process'>` are `Formula`, those of a `Sandbox<'inline'>` `InlineFormula`.
 */
export class Sandbox<I extends Isolation = Isolation> {
  readonly #options: ResolvedOptions
  readonly #parts: Parts
  readonly #runtime: Runtime
  readonly #sessions: Sessions
  readonly #active = new Set<Promise<unknown>>()
  readonly #formulas: Formulas<I>
  #closed: Promise<void> | undefined

  /** @internal Use {@link createSandbox}. */
  constructor(options: ResolvedOptions, parts: Parts) {
    this.#options = options
    this.#parts = parts
    this.#runtime = parts.runtime
    this.#formulas = new Formulas<I>(
      this.#runtime,
      options.workers,
      options.isolation === 'inline' ? parts.startFormulaGuest : undefined,
      async (work) => {
        this.#checkOpen()
        return this.#track(work())
      },
    )
    this.#sessions = new Sessions(parts, options)
  }

  /** How many runs wait and are running, how many sessions are open, how many workers are ready and starting. */
  get load(): Load {
    const { pool, arriving } = this.#runtime
    return { ...pool.load, queued: pool.load.queued + arriving.size }
  }

  /**
   * Runs a source in a pristine guest. `limits.wallMs` counts its execution: not waiting for a worker, nor compiling.
   * `T` is the type that the value is taken to have; nothing looks whether it has.
   * @throws ArgumentError, ValueError (an input that cannot), PolicyError (a limit above the policy's), OverloadError,
   *   ClosedError, InstallationError; and what `onOutput` throws.
   */
  async run<T = Value>(source: string, options: RunOptions = {}): Promise<Outcome<T>> {
    return (await this.#run(source, options)) as Outcome<T>
  }

  /**
   * Goes on with a run that ended as `waiting`, in this process or another, under the same policy, trusted modules and capabilities.
   * What is not answered waits on; where nothing else of it can go on, the outcome is `waiting` again. A state is used once.
   * @throws StateError for a state that cannot be resumed; ArgumentError and ValueError for answers that are none, after which the state
   *   is as good as before; and as {@link run}.
   */
  async resume<T = Value>(state: Uint8Array, options: ResumeOptions = {}): Promise<Outcome<T>> {
    this.#checkOpen()
    checkOptions(options, 'resume')
    return (await this.#track(resume(this.#runtime, state, options))) as Outcome<T>
  }

  /**
   * As {@link run}, for a run that is to be paused and resumed: its wall time is counted by the host, pauses left out.
   * @throws PolicyError with isolation `inline` (nothing could pause the caller's own thread), with `wrap` (the jail is not
   *   ours to stop), and for processes on Windows; what `run` rejects with, `outcome` does.
   */
  start(source: string, options: RunOptions = {}): StartedRun {
    checkPausable(this.#options)
    return new StartedRun(async (pauses, end) => {
      checkOptions(options, 'run')
      return following(options.signal, end, () =>
        this.#run(source, { ...options, signal: end.signal }, pauses),
      )
    })
  }

  /** Compiles a source, to run it many times. A refusal has the status `refused`, a program has `compiled`. */
  async compile(
    source: string,
    options: CompileOptions = {},
  ): Promise<Program | Refused | Crashed | Cancelled> {
    this.#checkOpen()
    checkOptions(options, 'compile')
    const { mode = 'exec', filename = '<guest>', firstLine, parameters, signal } = options
    if (parameters !== undefined) checkParameters(parameters)
    const code = await this.#track(
      compile(
        this.#runtime,
        {
          source,
          mode,
          filename,
          firstLine,
          package: options.package,
          parameters,
          formals: mode === 'function' ? (parameters ?? []) : undefined,
        },
        signal,
      ),
    )
    return code instanceof Code
      ? new Program(code, (options) => this.#runCode(code, options))
      : code
  }

  /**
   * Compiles an expression of these parameters, to evaluate it many times. With isolation `inline`, `evaluate` answers at once.
   * A refusal has the status `refused`, a formula has `compiled`.
   */
  async formula(
    source: string,
    parameters: readonly string[],
    options: Omit<CompileOptions, 'mode' | 'parameters'> = {},
  ): Promise<FormulaOf<I> | Refused | Crashed | Cancelled> {
    this.#checkOpen()
    checkOptions(options, 'formula')
    const { filename, firstLine, signal } = options
    const text = { source, parameters, filename, firstLine }
    const [formula] = await this.#formulas.make([text], signal)
    return formula!
  }

  /**
   * Compiles many expressions at once, each a text or `{ source, parameters, filename, firstLine }`, and answers a formula or a refusal for
   * each, in their order. Parameters that are left out are inferred, and told: those names that nobody else provides, in the order
   * of their first use.
   * @throws ArgumentError for what is no list of such
   * @example
   * const [total, vat] = await sandbox.formulas(['price * qty', 'round(total * 0.2, 2)'])
   * total.parameters // ['price', 'qty']
   */
  async formulas(
    sources: readonly FormulaSource[],
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<(FormulaOf<I> | Refused | Crashed | Cancelled)[]> {
    this.#checkOpen()
    checkOptions(options, 'formulas')
    return this.#formulas.make(sources, options.signal)
  }

  /**
   * Evaluates formulas of this sandbox for each of the rows: a list of cells for each formula, in the order of the rows. A cell
   * that has no value holds its error, and the others are not affected. Inline, the caller's thread is free between calls of 50 ms.
   * `signal` ends it: what has no value by then is `cancelled`.
   * @throws ArgumentError for a row that lacks a value, ValueError for one that cannot cross: nothing is evaluated then.
   * @example
   * const [totals] = await sandbox.sheet([total], [{ price: 2, qty: 3 }, { price: 1, qty: 'x' }])
   * totals // [{ value: 6 }, { value: 'x' }]
   */
  async sheet(
    formulas: readonly FormulaOf<I>[],
    rows: readonly Row[],
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Cell[][]> {
    this.#checkOpen()
    checkOptions(options, 'sheet')
    return this.#formulas.sheet(formulas, rows, options.signal)
  }

  /**
   * What this sandbox has compiled, programs and formulas, as bytes: for another one with the option `compiled`, after a restart or
   * in another process. They are authenticated with `snapshotKey`: give one of your own, or nobody else can open them. They hold
   * the sources. At most 64 MiB are kept, those that were used last.
   */
  saveCompiled(): Uint8Array {
    this.#checkOpen()
    const { key, fingerprint } = this.#parts
    return sealCodes(this.#runtime.compiler.codes, key, fingerprint)
  }

  /**
   * Opens a session: a guest whose state lasts, with a worker of its own.
   * @throws OverloadError when as many are open as there may be, SnapshotError for a `from` that is not one of ours.
   */
  async session(options: { readonly from?: Uint8Array | undefined } = {}): Promise<Session> {
    this.#checkOpen()
    checkOptions(options, 'session')
    const { key, fingerprint } = this.#parts
    return this.#sessions.open(
      options.from === undefined ? undefined : unseal(options.from, key, fingerprint),
    )
  }

  /**
   * Ends everything and resolves when no process, thread or timer is left. What waits or runs is `cancelled`, or with `drain`
   * comes to its end first. Closing twice does nothing more.
   * @throws ArgumentError for options that are none.
   */
  async close(options: { readonly drain?: boolean | undefined } = {}): Promise<void> {
    checkOptions(options, 'close')
    const { drain = false } = options
    if (typeof drain !== 'boolean') throw new ArgumentError('options.drain: must be true or false')
    this.#closed ??= this.#close(drain)
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(drain: boolean): Promise<void> {
    if (drain) {
      await this.#sessions.drain()
      while (this.#active.size > 0) await Promise.allSettled(this.#active)
    }
    const closed = this.#parts.close()
    this.#sessions.end()
    await closed
  }

  /** Remembers what is under way, for those who wait for its end. */
  async #track<T>(work: Promise<T>): Promise<T> {
    this.#active.add(work)
    try {
      return await work
    } finally {
      this.#active.delete(work)
    }
  }

  async #run(source: string, options: RunOptions, pauses?: Pauses): Promise<Outcome> {
    this.#checkOpen()
    checkOptions(options, 'run')
    const { mode = 'exec', filename = '<guest>', firstLine, parameters, ...rest } = options
    const { package: inside } = options
    const formals = mode === 'function' ? formalsOf(parameters, rest.inputs) : undefined
    return this.#track(
      run(
        this.#runtime,
        { source, mode, filename, firstLine, package: inside, parameters: undefined, formals },
        rest,
        pauses,
      ),
    )
  }

  async #runCode(code: Code, options: ExecuteOptions): Promise<Outcome> {
    this.#checkOpen()
    return this.#track(run(this.#runtime, code, options))
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClosedError('the sandbox is closed')
  }
}
