/** The open sessions of one sandbox: no more than it may have, each ended with it. */
import { ClosedError } from '../errors.js'
import type { GuestWorker } from '../trusted/channel/worker.js'
import type { Parts } from './assembly.js'
import type { ResolvedOptions } from './sandbox-options.js'
import { Session, type SessionHost } from './session.js'
import type { SessionState } from './snapshot.js'
import { CANCELLED, overload } from './tenants.js'

const NOTHING_RUN: SessionState = { delta: undefined, sources: [], runs: 0 }

/** @internal Opens the sessions of one sandbox, new or with what was saved, and ends them all with it. */
export class Sessions {
  readonly #host: SessionHost
  readonly #open = new Set<Session>()
  /** Those that wait for their first worker. */
  #opening = 0

  readonly #most: number

  constructor(
    { runtime, key, fingerprint }: Parts,
    { trusted, pool, idleMs, sessions }: ResolvedOptions,
  ) {
    this.#most = sessions
    this.#host = {
      runtime,
      key,
      fingerprint,
      trusted: trusted.map(({ name }) => name),
      holds: pool === undefined,
      idleMs,
      open: (state) => this.open(state),
      closed: (session) => {
        this.#open.delete(session)
      },
    }
  }

  /** One more. @throws OverloadError, ClosedError, and what {@link Workers.lease} throws */
  async open(state: SessionState = NOTHING_RUN): Promise<Session> {
    const { runtime, holds } = this.#host
    await runtime.imageChecked
    if (!holds) return this.#opened(undefined, state)
    if (this.#open.size + this.#opening >= this.#most) throw overload('session', this.#most)
    this.#opening++
    try {
      return this.#opened(await runtime.pool.lease('session'), state)
    } finally {
      this.#opening--
    }
  }

  /** Waits until each has done what was begun in it, and closes it. */
  async drain(): Promise<void> {
    await Promise.all([...this.#open].map((session) => session.close()))
  }

  /** Ends them at once. */
  end(): void {
    for (const session of [...this.#open]) session.end()
  }

  #opened(worker: GuestWorker | undefined | typeof CANCELLED, state: SessionState): Session {
    if (worker === CANCELLED || this.#host.runtime.isClosing())
      throw new ClosedError('the sandbox was closed')
    const session = new Session(this.#host, worker, state)
    this.#open.add(session)
    return session
  }
}
