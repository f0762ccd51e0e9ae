/**
 * A session: a guest whose state lasts between runs, which are done one after the other. A run that was ended by force leaves no
 * trace, whatever became of the worker.
 */
import { ArgumentError, ClosedError, SnapshotError } from '../errors.js'
import { resolveLimits } from '../policy/policy.js'
import type { Value } from '../trusted/channel/values.js'
import type { GuestWorker } from '../trusted/channel/worker.js'
import { Code } from './code.js'
import { resolveGiven } from './given.js'
import {
  checkOptions,
  formalsOf,
  type ExecuteOptions,
  type ResumeOptions,
  type RunOptions,
} from './options.js'
import { CANCELLED_UNSPENT, type Outcome } from './outcome.js'
import { callRequest, encodeInputs, inspectRequest, runRequest } from './requests.js'
import { encodeFiles } from './files.js'
import { compile, type Runtime, warned } from './runs.js'
import { SessionGuest, type GuestHost } from './session-guest.js'
import { SessionRuns } from './session-runs.js'
import { seal, type SessionState } from './snapshot.js'
import type { OnOutput } from './output.js'

/** @internal What a session needs of its sandbox. */
export interface SessionHost extends Pick<GuestHost, 'holds' | 'idleMs'> {
  readonly runtime: Runtime
  readonly key: Uint8Array
  readonly fingerprint: string
  /** The names of the trusted modules. */
  readonly trusted: readonly string[]
  /** Opens a session with this state. */
  readonly open: (state: SessionState) => Promise<Session>
  readonly closed: (session: Session) => void
}

/** How a function of a session is called. */
export interface CallOptions {
  /** Ends the call when it aborts; the outcome is then `cancelled`. */
  readonly signal?: AbortSignal | undefined
  /** Gets what the guest writes, as it comes. */
  readonly onOutput?: OnOutput | undefined
  readonly limits?: ExecuteOptions['limits']
}

/** A guest whose globals last from one run to the next. Made by {@link Sandbox.session}. */
export class Session {
  readonly #host: SessionHost
  readonly #guest: SessionGuest
  readonly #runs: SessionRuns
  /** Runs and calls that wait or are under way. */
  #pending = 0
  #last: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | undefined
  #hasEnded = false

  /** @internal Sessions are opened by `sandbox.session()`. */
  constructor(host: SessionHost, worker: GuestWorker | undefined, state: SessionState) {
    this.#host = host
    const { holds, idleMs, runtime } = host
    const { pool, policy } = runtime
    this.#guest = new SessionGuest({ pool, policy, holds, idleMs }, worker, state.delta)
    this.#runs = new SessionRuns(runtime, this.#guest)
    this.#runs.sources.restore(state.sources, state.runs)
    this.#guest.rest()
  }

  /**
   * Runs `source` in the session's guest, after the runs and calls before it. What it binds is there for the next one, also
   * when it raised; `exhausted`, `crashed` and `cancelled` take the guest back to where it was before; `runsLost` tells of
   * a worker that died with what runs before had left as well. `T` is the type that its
   * value is taken to have.
   */
  run<T = Value>(source: string, options: RunOptions = {}): Promise<Outcome<T>> {
    return this.#enqueue(() => {
      checkOptions(options, 'run')
      const { runtime } = this.#host
      const limits = resolveLimits(options.limits, runtime.policy.limits, runtime.policy.limits)
      const inputs = encodeInputs(options.inputs, runtime.policy)
      const { mode = 'exec', firstLine, result, asText = false } = options
      const { signal, record, replay } = options
      if (record || replay)
        throw new ArgumentError('run: a run of a session is neither recorded nor replayed')
      const formals =
        mode === 'function' ? formalsOf(options.parameters, options.inputs) : undefined
      const files = encodeFiles(options.files, runtime.policy)
      const given = resolveGiven(options)
      return async () => {
        if (signal?.aborted) return CANCELLED_UNSPENT
        const filename = this.#runs.sources.nameFor(options.filename, source, firstLine)
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
        this.#runs.sources.remember(code)
        const request = runRequest(
          {
            code: code.bytes,
            text: code.text,
            filename,
            firstLine,
            package: options.package,
            mode,
            inputs,
            result,
            isShown: asText,
            keep: true,
            host: runtime.host,
            given,
          },
          runtime.policy,
          limits,
        )
        const outcome = await this.#runs
          .execute({ request, limits, code, files, given }, options)
          .finally(() => given.input?.close())
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
      return () => this.#runs.resume(state, options)
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
      return () => this.#runs.execute({ to: 'host', request, limits }, options)
    }) as Promise<Outcome<T>>
  }

  /**
   * @internal Calls a function of `source`, Python of the host's, in the guest's own interpreter, as the last that is done in this
   * session: the audit.
   */
  inspect(source: string, name: string, args: readonly Value[]): Promise<Outcome> {
    return this.#enqueue(() => {
      const { policy } = this.#host.runtime
      const request = inspectRequest({ source, function: name, args }, policy, policy.limits)
      return () => this.#runs.execute({ request, limits: policy.limits, isLast: true }, {})
    })
  }

  /** The session's memory, to open another session with, here or in another process. See `snapshotKey`. */
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
    this.#guest.end()
    this.#runs.sources.clear()
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
    this.#guest.wake()
    const done = this.#last.then(work).finally(() => {
      this.#pending--
      if (this.#pending === 0) this.#guest.rest()
    })
    this.#last = done.catch(() => {})
    return done
  }

  async #settled<T>(read: (state: SessionState) => T): Promise<T> {
    this.#checkOpen()
    const done = this.#last.then(async () => {
      const delta = await this.#guest.delta()
      // Ended while this waited, by the sandbox's end: its memory is gone, and the base must not pass for it.
      if (this.#hasEnded) throw new ClosedError('the session is closed')
      const runsLost = this.#guest.takeLost()
      if (runsLost > 0)
        throw new SnapshotError(
          `the session's worker was lost with what its last runs had left (${runsLost} of them): it is as it was before them`,
        )
      return read({ delta, ...this.#runs.sources.saved })
    })
    this.#last = done.catch(() => {})
    return done
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClosedError('the session is closed')
  }
}
