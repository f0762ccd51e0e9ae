/** What is executed in a session, one thing after the other: what each begins with, what it leaves, and what of it may go on later. */
import { StateError } from '../errors.js'
import type { Limits } from '../policy/limits.js'
import type { Recipient } from '../trusted/channel/protocol.js'
import { turnsOf } from './asking.js'
import type { Code } from './code.js'
import type { FindSource } from './exception.js'
import { execute } from './execution.js'
import type { Given } from './given.js'
import type { ExecuteOptions, ResumeOptions } from './options.js'
import { CANCELLED_UNSPENT, type Outcome } from './outcome.js'
import { freshly } from './requests.js'
import { reopen, resumeIn } from './resume.js'
import { ATTEMPTS, compile, type Runtime } from './runs.js'
import type { SessionGuest } from './session-guest.js'
import { SessionSources } from './session-sources.js'
import type { SavedSession } from './states.js'
import { CANCELLED } from './tenants.js'

/** Endings of the guest's own, whose memory the session goes on with. */
const ENDED: readonly Outcome['status'][] = ['returned', 'exited', 'raised']

/** @internal One execution: its request and what belongs to it. */
export interface SessionWork {
  /** Default the guest. */
  readonly to?: Recipient
  readonly request: Uint8Array
  readonly limits: Limits
  readonly code?: Code
  readonly files?: Uint8Array | undefined
  readonly given?: Given
}

/** @internal */
export class SessionRuns {
  readonly sources = new SessionSources()
  readonly #runtime: Runtime
  readonly #guest: SessionGuest
  /** Which session this is, and what was done in it: by both it knows the states of its own runs. */
  #id: string = crypto.randomUUID()
  #version = 0

  constructor(runtime: Runtime, guest: SessionGuest) {
    this.#runtime = runtime
    this.#guest = guest
  }

  /** Rejects only with what `onOutput` threw. */
  async execute(
    { to = 'guest', request, limits, code, files, given }: SessionWork,
    { signal, onOutput, holdMs }: Pick<ExecuteOptions, 'signal' | 'onOutput' | 'holdMs'>,
  ): Promise<Outcome> {
    const { isClosing } = this.#runtime
    for (let attempt = 1; ; attempt++) {
      const start = (await this.#guest.delta()) ?? 'base'
      const seat = await this.#guest.sit(signal)
      if (seat === CANCELLED) return CANCELLED_UNSPENT
      const begin = seat.isKept ? 'keep' : start
      if (attempt === 1) this.#version++
      const asking = turnsOf(this.#runtime, code, limits, {
        holdMs,
        input: given?.input,
        session: this.#saved(),
        find: this.#find,
      })
      const { outcome, begun, delta } = await execute({
        worker: seat.worker,
        to,
        first: {
          begin,
          start,
          files,
          request: begin === 'keep' || to === 'host' ? request : freshly(request),
          end: 'capture',
        },
        limits,
        artifacts: this.#runtime.policy.artifacts,
        signal,
        onOutput,
        isClosing,
        find: this.#find,
        fetch: this.#fetch,
        turns: asking?.turns,
        save: asking?.save,
      }).finally(() => {
        asking?.close()
        this.#guest.stand(seat)
      })
      if (!begun && attempt < ATTEMPTS) continue
      this.#adopt(outcome, delta)
      return outcome
    }
  }

  /** Goes on with a run that waited. @throws StateError; nothing has happened then */
  async resume(state: unknown, options: ResumeOptions): Promise<Outcome> {
    const runtime = this.#runtime
    const { signal } = options
    const resumed = await reopen(runtime, state, options)
    try {
      const { session, code } = resumed.saved
      if (!session)
        throw new StateError("the state is of a sandbox's run: it goes on by sandbox.resume(state)")
      const isNew = this.#version === 0 && this.#guest.isBase
      if (!isNew && (session.id !== this.#id || session.version !== this.#version))
        throw new StateError('the state is of another session, or this one has gone on since')
      for (let attempt = 1; ; attempt++) {
        const seat = await this.#guest.sit(signal)
        if (seat === CANCELLED) return CANCELLED_UNSPENT
        const { outcome, begun, delta } = await resumeIn(seat.worker, runtime, resumed, options, {
          end: 'capture',
          find: this.#find,
          fetch: this.#fetch,
          placed: () => {
            ;[this.#id, this.#version] = [session.id, session.version]
            this.sources.restore(isNew ? session.sources : [], session.runs)
            this.sources.remember(code)
          },
        }).finally(() => this.#guest.stand(seat))
        if (!begun && attempt < ATTEMPTS) continue
        if (outcome.status !== 'waiting') this.#version++
        this.#adopt(outcome, delta)
        return outcome
      }
    } finally {
      resumed.asking.close()
    }
  }

  /** Goes on with the memory that a run has left. */
  #adopt({ status }: Outcome, delta: Uint8Array | undefined): void {
    if (!delta || !ENDED.includes(status)) return
    this.#guest.keep(delta)
  }

  #saved(): SavedSession {
    return { id: this.#id, version: this.#version, ...this.sources.saved }
  }

  readonly #find: FindSource = (file) =>
    this.sources.find(file) ?? this.#runtime.trustedSource(file)

  readonly #fetch = (files: ReadonlySet<string>): Promise<void> =>
    this.sources.fetch(files, (text) => compile(this.#runtime, text, undefined))
}
