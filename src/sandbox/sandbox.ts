/**
 * The sandbox: runs untrusted Python with no authority but its policy's. Whatever a guest does, every run is answered with an
 * outcome; what rejects is the host's own mistake, and every such error is one of errors.ts.
 */
import { ArgumentError, ClosedError, PolicyError } from '../errors.js'
import { resolvePolicy, type Policy, type ResolvedPolicy } from '../policy/policy.js'
import { hasBubblewrap } from '../platform/node/bubblewrap.js'
import type { GuestWorker } from '../trusted/channel/link.js'
import type { Value } from '../trusted/channel/values.js'
import { cacheKey } from '../trusted/channel/compile-cache.js'
import { CompileService } from './compile-service.js'
import { Compiler } from './compiler.js'
import { Code } from './code.js'
import type { FormulaOf, FormulaSource } from './formula.js'
import type { Row } from './formula-arguments.js'
import { FormulaGuest } from './formula-guest.js'
import { Formulas } from './formulas.js'
import type { Cell } from './cells.js'
import {
  checkOptions,
  checkParameters,
  formalsOf,
  resolveOptions,
  type CompileOptions,
  type ExecuteOptions,
  type Isolation,
  type ResolvedOptions,
  type ResumeOptions,
  type RunOptions,
  type SandboxOptions,
} from './options.js'
import type { Cancelled, Crashed, Outcome, Refused } from './outcome.js'
import { Pool } from './pool.js'
import { CANCELLED, overload, type Load } from './tenants.js'
import { HostFolders } from './host-folders.js'
import { Program } from './program.js'
import type { Pauses } from './execution.js'
import { withCode } from './effects.js'
import { compileModules, resolveModules } from './own-modules.js'
import { compile, run, type Runtime } from './runs.js'
import { resume } from './resume.js'
import { openCodes, sealCodes } from './saved-code.js'
import { States } from './states.js'
import { Session, type SessionHost } from './session.js'
import { PROCESS_KEY, unseal, type SessionState } from './snapshot.js'
import { StartedRun } from './started-run.js'
import { loadTrusted, trustedSources } from './trust.js'
import {
  imageChecked,
  imageHash,
  setupOf,
  startCompilingNow,
  startInline,
  starterOf,
} from './workers.js'

/** What a sandbox without the option has. */
const NO_MODULES = resolveModules()
const NOTHING_RUN: SessionState = { delta: undefined, sources: [], runs: 0 }

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
  return Sandbox.create<I>(resolved, resolveOptions(options, resolved))
}

/** Guests under one policy. Made by {@link createSandbox}. */
export class Sandbox<I extends Isolation = Isolation> {
  readonly #options: ResolvedOptions
  readonly #compiles: CompileService
  readonly #runtime: Runtime
  readonly #sessions = new Set<Session>()
  /** Sessions that wait for their first worker. */
  #opening = 0
  readonly #active = new Set<Promise<unknown>>()
  readonly #sessionHost: SessionHost
  readonly #formulas: Formulas<I>
  #closing = false
  #closed: Promise<void> | undefined

  private constructor(
    runtime: Omit<Runtime, 'isClosing'>,
    options: ResolvedOptions,
    workers: Parts,
    compiles: CompileService,
    fingerprint: string,
  ) {
    this.#options = options
    this.#compiles = compiles
    this.#runtime = { ...runtime, isClosing: () => this.#closing }
    this.#formulas = new Formulas<I>(
      this.#runtime,
      options.workers,
      options.isolation === 'inline' ? workers.startFormulaGuest : undefined,
      async (work) => {
        this.#checkOpen()
        return this.#track(work())
      },
    )
    this.#sessionHost = {
      runtime: this.#runtime,
      key: options.snapshotKey ?? PROCESS_KEY,
      fingerprint,
      trusted: options.trusted.map(({ name }) => name),
      open: (state) => this.#open(state),
      holds: options.pool === undefined,
      idleMs: options.idleMs,
      closed: (session) => {
        this.#sessions.delete(session)
      },
    }
  }

  /** @internal Use {@link createSandbox}. */
  static async create<I extends Isolation>(
    policy: ResolvedPolicy,
    options: ResolvedOptions,
  ): Promise<Sandbox<I>> {
    const fingerprint = cacheKey([
      JSON.stringify(policy),
      imageHash(policy.language),
      ...options.trusted.flatMap(({ name, source, expose }) => [
        name,
        source,
        JSON.stringify(expose),
      ]),
      JSON.stringify(options.host?.told ?? null),
      JSON.stringify([...(options.host?.modules.sources ?? [])]),
    ])
    const folders = HostFolders.open(policy, options.isolation !== 'inline')
    const workers = startWorkers(policy, options)
    const compiles = CompileService.open(options.isolation, options.wrap)
    try {
      const provided = [
        ...options.trusted.flatMap(({ expose }) => Object.keys(expose)),
        ...(options.host?.names ?? []),
      ]
      const modules = options.host?.modules ?? NO_MODULES
      const { codes, own } = await compileModules(modules, compiles, policy, provided)
      const host = options.host && withCode(options.host, codes)
      const files = new Map([...codes.values()].map((code) => [code.filename, code]))
      const trusted = trustedSources(options.trusted)
      const compiler = new Compiler(
        policy,
        compiles,
        fingerprint,
        provided,
        own,
        options.isolation === 'inline' ? startCompilingNow : undefined,
      )
      const key = options.snapshotKey ?? PROCESS_KEY
      if (options.compiled !== undefined)
        for (const entry of openCodes(options.compiled, key, fingerprint)) compiler.keep(...entry)
      const sandbox = new Sandbox<I>(
        {
          ...workers,
          policy,
          compiler,
          host,
          folders,
          canWait: options.isolation !== 'inline',
          isRepeatable:
            options.trusted.length === 0 &&
            !host?.asks &&
            Object.keys(policy.filesystem).length === 0,
          arriving: new Set(),
          states: new States(options.states, fingerprint),
          trustedSource: (file) => files.get(file) ?? trusted(file),
        },
        options,
        workers,
        compiles,
        fingerprint,
      )
      workers.base.delta = await loadTrusted(sandbox.#runtime, options.trusted)
      workers.pool.refresh()
      return sandbox
    } catch (error) {
      await Promise.all([workers.pool.close(), compiles.close()])
      folders.close()
      throw error
    }
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
    const { isolation, wrap } = this.#options
    if (isolation === 'inline')
      throw new PolicyError('start: isolation "inline" has no other thread to pause a run from')
    if (wrap !== undefined && (wrap !== 'auto' || hasBubblewrap()))
      throw new PolicyError('start: a jail inside the command of "wrap" cannot be paused')
    if (isolation === 'process' && process.platform === 'win32') {
      throw new PolicyError('start: processes cannot be paused here; isolation "thread" can')
    }
    return new StartedRun(async (pauses, end) => {
      checkOptions(options, 'run')
      const { signal } = options
      const cancel = (): void => end.abort()
      if (signal?.aborted) cancel()
      // Not `AbortSignal.any`, which leaves something with a signal that lives longer than the run.
      signal?.addEventListener('abort', cancel)
      try {
        return await this.#run(source, { ...options, signal: end.signal }, pauses)
      } finally {
        signal?.removeEventListener('abort', cancel)
      }
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
    const { key, fingerprint } = this.#sessionHost
    return sealCodes(this.#runtime.compiler.codes, key, fingerprint)
  }

  /**
   * Opens a session: a guest whose state lasts, with a worker of its own.
   * @throws OverloadError when as many are open as there may be, SnapshotError for a `from` that is not one of ours.
   */
  async session(options: { readonly from?: Uint8Array | undefined } = {}): Promise<Session> {
    this.#checkOpen()
    checkOptions(options, 'session')
    const { key, fingerprint } = this.#sessionHost
    return this.#open(
      options.from === undefined ? NOTHING_RUN : unseal(options.from, key, fingerprint),
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
      await Promise.all([...this.#sessions].map((session) => session.close()))
      while (this.#active.size > 0) await Promise.allSettled(this.#active)
    }
    this.#closing = true
    const { pool, compiler } = this.#runtime
    const closed = Promise.all([compiler.close(), pool.close(), this.#compiles.close()])
    for (const session of [...this.#sessions]) session.end()
    await closed
    this.#runtime.folders.close()
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

  async #open(state: SessionState): Promise<Session> {
    await this.#runtime.imageChecked
    if (!this.#sessionHost.holds) return this.#opened(undefined, state)
    const { sessions } = this.#options
    if (this.#sessions.size + this.#opening >= sessions) throw overload('session', sessions)
    this.#opening++
    try {
      return this.#opened(await this.#runtime.pool.lease('session'), state)
    } finally {
      this.#opening--
    }
  }

  #opened(worker: GuestWorker | undefined | typeof CANCELLED, state: SessionState): Session {
    if (worker === CANCELLED || this.#closing) throw new ClosedError('the sandbox was closed')
    const session = new Session(this.#sessionHost, worker, state)
    this.#sessions.add(session)
    return session
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClosedError('the sandbox is closed')
  }
}

/** What of a sandbox is running. */
interface Parts extends Pick<Runtime, 'pool' | 'imageChecked'> {
  /** The memory with the trusted modules loaded, which every worker is given once there is one. */
  readonly base: { delta: Uint8Array | undefined }
  readonly startFormulaGuest: () => FormulaGuest
}

function startWorkers(
  policy: ResolvedPolicy,
  { workers, spares, queue, sessions, isolation, wrap, idleMs, pool, trusted }: ResolvedOptions,
): Parts {
  const setup = setupOf(policy)
  const base: Parts['base'] = { delta: undefined }
  const giveBase = <W extends GuestWorker>(worker: W): W => {
    if (base.delta) worker.setBase(base.delta)
    return worker
  }
  // Compile workers have the image of the restricted language, whatever guests have.
  const checked = Promise.all([imageChecked('restricted'), imageChecked(policy.language)]).then(
    () => undefined,
  )
  checked.catch(() => {}) // who runs something hears of it
  return {
    pool: pool
      ? pool.join(setup, policy.language, queue, trusted.length > 0 ? giveBase : undefined)
      : new Pool({
          workers,
          spares,
          queue,
          sessions,
          idleMs,
          start: starterOf(isolation, setup, wrap, policy.language),
          onReady: giveBase,
        }),
    imageChecked: checked,
    base,
    startFormulaGuest: () => new FormulaGuest(() => giveBase(startInline(setup, policy.language))),
  }
}
