/** What is executed in a session, one thing after the other: what each begins with, what it leaves, and what of it may go on later. */
import { StateError } from '../errors.js'
import type { Limits } from '../policy/limits.js'
import type { Recipient } from '../trusted/channel/protocol.js'
import { turnsOf } from './asking.js'
import type { Code } from './code.js'
import type { FindSource } from './exception.js'
import { execute, type Executed } from './execution.js'
import type { Given } from './given.js'
import type { ExecuteOptions, ResumeOptions } from './options.js'
import { CANCELLED_UNSPENT, UNSPENT, type Outcome } from './outcome.js'
import { freshly } from './requests.js'
import { reopen, resumeIn } from './resume.js'
import { ATTEMPTS, compile, type Runtime } from './runs.js'
import type { Left, Seat, SeatKind, SessionGuest } from './session-guest.js'
import { SessionSources } from './session-sources.js'
import { CANCELLED } from './tenants.js'

/** Told once, by what comes next, which is not executed. */
const LOST = 'the worker was lost with the memory that the last runs had left: nothing was executed'
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
  /** Nothing of the session's comes after it: its memory need not outlive this. */
  readonly isLast?: boolean
}

/** @internal The runs and calls of one session. */
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
    { to = 'guest', request, limits, code, files, given, isLast = false }: SessionWork,
    { signal, onOutput, holdMs }: Pick<ExecuteOptions, 'signal' | 'onOutput' | 'holdMs'>,
  ): Promise<Outcome> {
    const { isClosing, policy } = this.#runtime
    const version = this.#version + 1
    const asking = turnsOf(this.#runtime, code, limits, {
      holdMs,
      input: given?.input,
      session: { id: this.#id, version, ...this.sources.saved },
      find: this.#find,
    })
    const isFragile = asking !== undefined || signal !== undefined
    try {
      return await this.#seated(signal, { isFragile, isLast }, ({ worker, begin, start, end }) => {
        this.#version = version
        return execute({
          worker,
          to,
          first: {
            begin,
            start,
            files,
            request: begin === 'keep' || to === 'host' ? request : freshly(request),
            end,
          },
          limits,
          artifacts: policy.artifacts,
          signal,
          onOutput,
          isClosing,
          find: this.#find,
          fetch: this.#fetch,
          turns: asking?.turns,
          save: asking?.save,
        })
      })
    } finally {
      asking?.close()
    }
  }

  /** Goes on with a run that waited. @throws StateError; nothing has happened then */
  async resume(state: unknown, options: ResumeOptions): Promise<Outcome> {
    const runtime = this.#runtime
    const resumed = await reopen(runtime, state, options)
    try {
      const { session, code } = resumed.saved
      if (!session)
        throw new StateError("the state is of a sandbox's run: it goes on by sandbox.resume(state)")
      const isNew = this.#version === 0 && this.#guest.isBase
      if (!isNew && (session.id !== this.#id || session.version !== this.#version))
        throw new StateError('the state is of another session, or this one has gone on since')
      let isPlaced = false
      const outcome = await this.#seated(options.signal, { isFragile: true }, ({ worker }) =>
        resumeIn(worker, runtime, resumed, options, {
          find: this.#find,
          fetch: this.#fetch,
          placed: () => {
            isPlaced = true
            ;[this.#id, this.#version] = [session.id, session.version]
            this.sources.restore(isNew ? session.sources : [], session.runs)
            this.sources.remember(code)
          },
        }),
      )
      if (isPlaced && outcome.status !== 'waiting') this.#version++
      return outcome
    } finally {
      resumed.asking.close()
    }
  }

  /** Does `work` in a worker, with the session's memory; another one where it was lost before anything of the guest's ran. */
  async #seated(
    signal: AbortSignal | undefined,
    kind: SeatKind,
    work: (seat: Seat) => Promise<Executed>,
  ): Promise<Outcome> {
    for (let attempt = 1; ; attempt++) {
      const seat = await this.#guest.sit(signal, kind)
      if (seat === CANCELLED) return CANCELLED_UNSPENT
      let left: Left
      let outcome: Outcome
      try {
        const runsLost = this.#guest.takeLost()
        if (runsLost > 0) return { status: 'crashed', reason: LOST, ...UNSPENT, runsLost }
        const executed = await work(seat)
        outcome = executed.outcome
        if (ENDED.includes(outcome.status)) left = executed.delta ?? 'kept'
        else if (!executed.begun && attempt < ATTEMPTS) continue
      } finally {
        this.#guest.stand(seat, left)
      }
      // What an outcome of the guest's own has left and was lost is told by what comes next.
      const runsLost = left === undefined ? this.#guest.takeLost() : 0
      return runsLost > 0 ? { ...outcome, runsLost } : outcome
    }
  }

  readonly #find: FindSource = (file) =>
    this.sources.find(file) ?? this.#runtime.trustedSource(file)

  readonly #fetch = (files: ReadonlySet<string>): Promise<void> =>
    this.sources.fetch(files, (text) => compile(this.#runtime, text, undefined))
}
