/**
 * A session: a guest whose state lasts between runs. It has a worker while it is used, and a copy of its memory as of the last run
 * that came to its end; a run that was ended by force leaves no trace, whatever became of the worker. An idle session may be
 * parked: it gives its worker back, and begins the next run from its copy. In a pool it has a worker just while something runs.
 */
import { checkName } from '../check/host-names.js'
import { ArgumentError, ClosedError, StateError } from '../errors.js'
import { resolveLimits } from '../policy/policy.js'
import type { Limits } from '../policy/limits.js'
import type { Value } from '../trusted/channel/values.js'
import type { GuestWorker } from '../trusted/channel/link.js'
import type { Recipient } from '../trusted/channel/protocol.js'
import { Code, type SourceText } from './code.js'
import { execute } from './execution.js'
import { Parked } from './parked.js'
import { resolveGiven, type Given } from './given.js'
import {
  checkOptions,
  formalsOf,
  type ExecuteOptions,
  type ResumeOptions,
  type RunOptions,
} from './options.js'
import { CANCELLED_UNSPENT, type Outcome } from './outcome.js'
import { CANCELLED } from './tenants.js'
import { callRequest, encodeInputs, freshly, inspectRequest, runRequest } from './requests.js'
import { encodeFiles } from './files.js'
import { ATTEMPTS, compile, type Runtime, warned } from './runs.js'
import { reopen, resumeIn } from './resume.js'
import type { SavedSession } from './states.js'
import { seal, type SessionSource, type SessionState } from './snapshot.js'
import type { OnOutput } from './output.js'
import { turnsOf } from './asking.js'

/** @internal What a session needs of its sandbox. */
export interface SessionHost {
  readonly runtime: Runtime
  readonly key: Uint8Array
  readonly fingerprint: string
  /** The names of the trusted modules. */
  readonly trusted: readonly string[]
  /** Opens a session with this state. */
  readonly open: (state: SessionState) => Promise<Session>
  readonly closed: (session: Session) => void
  /** Whether a session has a worker between its runs. */
  readonly holds: boolean
  /** It gives that worker back when it did nothing for so long. */
  readonly idleMs: number
}

/** How a function of a session is called. */
export interface CallOptions {
  /** Ends the call when it aborts; the outcome is then `cancelled`. */
  readonly signal?: AbortSignal | undefined
  /** Gets what the guest writes, as it comes. */
  readonly onOutput?: OnOutput | undefined
  readonly limits?: ExecuteOptions['limits']
}

/** A source the session ran, under the name that its frames have. */
interface Told extends SourceText {
  code?: Code
}

/** Characters of sources that are kept for tracebacks, each source counted as so many more; the oldest go first. */
const SOURCE_CHARACTERS = 4_000_000
const SOURCE_OVERHEAD = 1_000

/** Endings of the guest's own, whose memory the session goes on with. */
const ENDED: readonly Outcome['status'][] = ['returned', 'exited', 'raised']

/** A guest whose globals last from one run to the next. Made by {@link Sandbox.session}. */
export class Session {
  readonly #host: SessionHost
  #worker: GuestWorker | undefined
  /** Memory at the end of the last run that came to its end. */
  readonly #memory: Parked
  /** The worker's memory is not the session's: the next run begins with {@link #memory}. */
  #stale = true
  readonly #sources = new Map<string, Told>()
  #runs: number
  /** Runs and calls that wait or are under way. */
  #pending = 0
  /** How often the worker had been leased when this session last had it. */
  #leases = 0
  #idle: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | undefined
  #hasEnded = false
  /** Which session this is, and what was done in it: by both it knows the states of its own runs. */
  #id: string = crypto.randomUUID()
  #version = 0

  /** @internal Sessions are opened by `sandbox.session()`. */
  constructor(host: SessionHost, worker: GuestWorker | undefined, state: SessionState) {
    this.#host = host
    this.#worker = worker
    this.#memory = new Parked(state.delta)
    this.#runs = state.runs
    for (const source of state.sources) this.#sources.set(source.file, textOf(source))
    this.#rest()
  }

  /** Parks it in a while, unless it begins something before. */
  #rest(): void {
    clearTimeout(this.#idle)
    const worker = this.#worker
    if (this.#pending > 0 || worker === undefined || !this.#host.holds) return
    this.#idle = setTimeout(() => {
      this.#host.runtime.pool.release(worker)
      this.#worker = undefined
      this.#stale = true
    }, this.#host.idleMs).unref()
  }

  /**
   * Runs `source` in the session's guest, after the runs and calls before it. What it binds is there for the next one, also
   * when it raised; `exhausted`, `crashed` and `cancelled` take the guest back to where it was before. `T` is the type that its
   * value is taken to have.
   */
  run<T = Value>(source: string, options: RunOptions = {}): Promise<Outcome<T>> {
    return this.#enqueue(() => {
      checkOptions(options, 'run')
      const { runtime } = this.#host
      const limits = resolveLimits(options.limits, runtime.policy.limits, runtime.policy.limits)
      const inputs = encodeInputs(options.inputs, runtime.policy)
      const { mode = 'exec', firstLine, result, signal, record, replay } = options
      if (record || replay)
        throw new ArgumentError('run: a run of a session is neither recorded nor replayed')
      const formals =
        mode === 'function' ? formalsOf(options.parameters, options.inputs) : undefined
      if (result !== undefined) checkName(result, 'result')
      const files = encodeFiles(options.files, runtime.policy)
      const given = resolveGiven(options)
      return async () => {
        if (signal?.aborted) return CANCELLED_UNSPENT
        const filename = this.#fileName(options.filename, source, firstLine)
        const code = await compile(
          runtime,
          {
            source,
            mode,
            filename,
            firstLine,
            package: options.package,
            parameters: undefined,
            formals,
          },
          signal,
        )
        if (!(code instanceof Code)) return code
        this.#remember(code)
        const outcome = await this.#execute(
          'guest',
          runRequest(
            {
              code: code.bytes,
              source,
              filename,
              firstLine,
              package: options.package,
              mode,
              inputs,
              result,
              keep: true,
              host: runtime.host,
              given,
            },
            runtime.policy,
            limits,
          ),
          limits,
          options,
          code,
          files,
          given,
        ).finally(() => given.input?.close())
        return warned(outcome, code)
      }
    }) as Promise<Outcome<T>>
  }

  /**
   * Goes on with a run of this session's that ended as `waiting`. Until then the session is as it was before that run; one in which
   * something else was done since refuses the state. A new session, here or in another process, takes the state of any.
   * @throws as `sandbox.resume`.
   */
  resume<T = Value>(state: Uint8Array, options: ResumeOptions = {}): Promise<Outcome<T>> {
    return this.#enqueue(() => {
      checkOptions(options, 'resume')
      return () => this.#resume(state, options)
    }) as Promise<Outcome<T>>
  }

  /**
   * Calls a function of a trusted module: it gets the guest's globals first, then `args`.
   * @throws ArgumentError for a module that there is not, ValueError for an argument that cannot cross; else as {@link run}.
   */
  call<T = Value>(
    module: string,
    name: string,
    args: readonly Value[] = [],
    options: CallOptions = {},
  ): Promise<Outcome<T>> {
    return this.#enqueue(() => {
      checkOptions(options, 'call')
      if (typeof module !== 'string' || typeof name !== 'string')
        throw new ArgumentError('call: module and function are told by name')
      const { trusted } = this.#host
      if (!trusted.includes(module)) {
        throw new ArgumentError(
          `call: there is no trusted module "${module}" (known: ${trusted.join(', ') || 'none'})`,
        )
      }
      if (!Array.isArray(args)) throw new ArgumentError('call: args must be a list')
      const { policy } = this.#host.runtime
      const limits = resolveLimits(options.limits, policy.limits, policy.limits)
      const request = callRequest({ module, function: name, args }, policy, limits)
      return () => this.#execute('host', request, limits, options)
    }) as Promise<Outcome<T>>
  }

  /** @internal Calls a function of `source`, Python of the host's, in the guest's own interpreter: the audit. */
  inspect(source: string, name: string, args: readonly Value[]): Promise<Outcome> {
    return this.#enqueue(() => {
      const { policy } = this.#host.runtime
      const request = inspectRequest({ source, function: name, args }, policy, policy.limits)
      return () => this.#execute('guest', request, policy.limits, {})
    })
  }

  /** The session's state, to open another session with, here or in another process. See `snapshotKey`. */
  async snapshot(): Promise<Uint8Array> {
    return this.#settled((state) => seal(state, this.#host.key, this.#host.fingerprint))
  }

  /** Another session that begins with this one's state. */
  async fork(): Promise<Session> {
    return this.#host.open(await this.#settled((state) => state))
  }

  /** Waits for the runs that were begun, then gives the worker back. Closing twice does nothing more. */
  async close(): Promise<void> {
    this.#closed ??= this.#last.then(() => this.end())
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** @internal Gives the worker back at once. */
  end(): void {
    this.#closed ??= Promise.resolve()
    this.#hasEnded = true
    clearTimeout(this.#idle)
    // In a pool it is somebody else's by now, or given back by the run that has it.
    if (this.#worker && this.#host.holds) this.#host.runtime.pool.release(this.#worker)
    this.#worker = undefined
    this.#memory.keep(undefined)
    this.#sources.clear()
    this.#host.closed(this)
  }

  /** What `prepare` refuses is refused at once; what it returns is done when its turn comes. */
  #enqueue(prepare: () => () => Promise<Outcome>): Promise<Outcome> {
    let work: () => Promise<Outcome>
    try {
      this.#checkOpen()
      work = prepare()
    } catch (error) {
      return Promise.reject(error as Error)
    }
    this.#pending++
    clearTimeout(this.#idle)
    const done = this.#last.then(work).finally(() => {
      this.#pending--
      this.#rest()
    })
    this.#last = done.catch(() => {})
    return done
  }

  async #settled<T>(read: (state: SessionState) => T): Promise<T> {
    this.#checkOpen()
    const done = this.#last.then(async () => {
      const delta = await this.#memory.delta()
      // Ended while this waited, by the sandbox's end: its memory is gone, and the base must not pass for it.
      if (this.#hasEnded) throw new ClosedError('the session is closed')
      const sources = [...this.#sources.values()].map(sourceOf)
      return read({ delta, runs: this.#runs, sources })
    })
    this.#last = done.catch(() => {})
    return done
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClosedError('the session is closed')
  }

  async #execute(
    to: Recipient,
    request: Uint8Array,
    limits: Limits,
    { signal, onOutput, holdMs }: CallOptions & Pick<ExecuteOptions, 'holdMs'>,
    code?: Code,
    files?: Uint8Array,
    given?: Given,
  ): Promise<Outcome> {
    const { isClosing, trustedSource } = this.#host.runtime
    for (let attempt = 1; ; attempt++) {
      const start = (await this.#memory.delta()) ?? 'base'
      const worker = await this.#liveWorker(signal)
      if (worker === CANCELLED) return CANCELLED_UNSPENT
      const begin = this.#stale ? start : 'keep'
      this.#stale = true
      if (attempt === 1) this.#version++
      const asking = turnsOf(this.#host.runtime, code, limits, {
        holdMs,
        input: given?.input,
        session: this.#saved(),
        find: (file) => this.#find(file) ?? trustedSource(file),
      })
      const { outcome, begun, delta } = await execute({
        worker,
        to,
        first: {
          begin,
          start,
          files,
          request: begin === 'keep' || to === 'host' ? request : freshly(request),
          end: 'capture',
        },
        limits,
        artifacts: this.#host.runtime.policy.artifacts,
        signal,
        onOutput,
        isClosing,
        find: (file) => this.#find(file) ?? trustedSource(file),
        fetch: (files) => this.#fetch(files),
        turns: asking?.turns,
        save: asking?.save,
      }).finally(() => {
        asking?.close()
        this.#giveBack(worker)
      })
      if (!begun && attempt < ATTEMPTS) continue
      this.#adopt(outcome, delta)
      return outcome
    }
  }

  /** Goes on with the memory that a run has left. */
  #adopt({ status }: Outcome, delta: Uint8Array | undefined): void {
    if (!delta || !ENDED.includes(status)) return
    this.#memory.keep(delta)
    this.#stale = false
  }

  #saved(): SavedSession {
    const sources = [...this.#sources.values()]
    return {
      id: this.#id,
      version: this.#version,
      runs: this.#runs,
      sources: sources.map(sourceOf),
    }
  }

  async #resume(state: unknown, options: ResumeOptions): Promise<Outcome> {
    const { runtime } = this.#host
    const { signal } = options
    const resumed = await reopen(runtime, state, options)
    try {
      const { session, code } = resumed.saved
      if (!session)
        throw new StateError("the state is of a sandbox's run: it goes on by sandbox.resume(state)")
      const isNew = this.#version === 0 && this.#memory.isBase
      if (!isNew && (session.id !== this.#id || session.version !== this.#version))
        throw new StateError('the state is of another session, or this one has gone on since')
      for (let attempt = 1; ; attempt++) {
        const worker = await this.#liveWorker(signal)
        if (worker === CANCELLED) return CANCELLED_UNSPENT
        this.#stale = true
        const { outcome, begun, delta } = await resumeIn(worker, runtime, resumed, options, {
          end: 'capture',
          find: (file) => this.#find(file) ?? runtime.trustedSource(file),
          fetch: (files) => this.#fetch(files),
          placed: () => {
            ;[this.#id, this.#version, this.#runs] = [session.id, session.version, session.runs]
            for (const source of isNew ? session.sources : [])
              this.#sources.set(source.file, textOf(source))
            this.#remember(code)
          },
        }).finally(() => this.#giveBack(worker))
        if (!begun && attempt < ATTEMPTS) continue
        if (outcome.status !== 'waiting') this.#version++
        this.#adopt(outcome, delta)
        return outcome
      }
    } finally {
      resumed.asking.close()
    }
  }

  /** After a run, in a pool. */
  #giveBack(worker: GuestWorker): void {
    if (!this.#host.holds) this.#host.runtime.pool.release(worker)
  }

  /** The session's worker, or the spare that takes its place. */
  async #liveWorker(signal: AbortSignal | undefined): Promise<GuestWorker | typeof CANCELLED> {
    const { runtime, holds } = this.#host
    const { pool } = runtime
    if (!holds) {
      const worker = await pool.lease('run', signal, this.#worker)
      if (worker === CANCELLED) return worker
      // It is as this session left it when nobody else had it in between.
      if (worker !== this.#worker || pool.leasesOf(worker) !== this.#leases + 1) this.#stale = true
      this.#worker = worker
      this.#leases = pool.leasesOf(worker)
      return worker
    }
    if (this.#worker?.alive) return signal?.aborted ? CANCELLED : this.#worker
    if (this.#worker) pool.release(this.#worker)
    this.#worker = undefined
    this.#stale = true
    const worker = await pool.lease('session', signal)
    if (worker !== CANCELLED) this.#worker = worker
    return worker
  }

  /** A name that stands for this source alone, so that frames of functions defined earlier show their own lines. */
  #fileName(wanted: string | undefined, source: string, firstLine = 1): string {
    this.#runs++
    const base = wanted ?? `<run ${this.#runs}>`
    for (let n = 1; ; n++) {
      const name = n === 1 ? base : `${base} (${n})`
      const known = this.#sources.get(name)
      if (!known || (known.source === source && (known.firstLine ?? 1) === firstLine)) return name
    }
  }

  #remember(code: Code): void {
    this.#sources.delete(code.filename)
    this.#sources.set(code.filename, { ...told(code), code })
    let size = 0
    for (const { source } of this.#sources.values()) size += source.length + SOURCE_OVERHEAD
    for (const [file, { source }] of this.#sources) {
      if (size <= SOURCE_CHARACTERS || file === code.filename) break
      this.#sources.delete(file)
      size -= source.length + SOURCE_OVERHEAD
    }
  }

  #find(file: string): Code | undefined {
    return this.#sources.get(file)?.code
  }

  /** Compiles what was run before a snapshot, for the positions of its frames. */
  async #fetch(files: ReadonlySet<string>): Promise<void> {
    for (const file of files) {
      const source = this.#sources.get(file)
      if (!source || source.code) continue
      const code = await compile(this.#host.runtime, told(source), undefined)
      if (code instanceof Code) source.code = code
    }
  }
}

function told({ source, mode, filename, firstLine, parameters }: SourceText): Told {
  return { source, mode, filename, firstLine, parameters }
}

const textOf = ({ file: filename, source, mode, firstLine }: SessionSource): Told =>
  told({ source, mode, filename, firstLine, parameters: undefined })

const sourceOf = ({ filename: file, source, mode, firstLine = 1 }: Told): SessionSource => ({
  file,
  source,
  mode,
  firstLine,
})
