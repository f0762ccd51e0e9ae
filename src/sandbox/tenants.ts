/** Who uses a pool: what a tenant may do with it, what it has of it, and who of it waits. */
import { OverloadError } from '../errors.js'
import type { Leases } from './leases.js'
import type { GuestWorker } from '../trusted/channel/worker.js'

/** @internal Waiting was ended by the caller's signal, or the pool is closed. */
export const CANCELLED = Symbol('cancelled')

/** How busy a sandbox is. */
export interface Load {
  /** Runs that wait for a worker. */
  readonly queued: number
  /** Runs that have one. */
  readonly running: number
  /** Sessions that are open. */
  readonly sessions: number
  /** Workers that are ready and idle. */
  readonly ready: number
  /** Workers that are being started. */
  readonly starting: number
}

/** @internal What a tenant may do with a pool; a pool of one tenant is its own. */
export interface Workers {
  readonly load: Load
  warm(): void
  admit(others: number): void
  lease(
    purpose: Purpose,
    signal?: AbortSignal,
    wished?: GuestWorker,
  ): Promise<GuestWorker | typeof CANCELLED>
  readonly leases: Pick<Leases, 'times'>
  /** Whoever has it can do without it now: `recall` is called when somebody waits for a worker. Undefined: not any more. */
  rest(worker: GuestWorker, recall: (() => void) | undefined): void
  release(worker: GuestWorker): void
  refresh(): void
  close(): Promise<void>
}

/** @internal What a worker is leased for: one run, or a session, which holds it until it is closed. */
export type Purpose = 'run' | 'session'

/** @internal One of those who share a pool: who waits, and what it has. */
export interface Tenant {
  readonly queue: number
  readonly sessions: number
  readonly waiting: Readonly<Record<Purpose, Set<Waiter>>>
  readonly leased: Record<Purpose, number>
}

/** @internal A tenant that may have so many waiting for runs, and so many sessions. */
export const tenantOf = (queue: number, sessions: number): Tenant => ({
  queue,
  sessions,
  waiting: { run: new Set(), session: new Set() },
  leased: { run: 0, session: 0 },
})

/** @internal Somebody who waits for a worker: it is given, or refused, or wanted no more. */
export interface Waiter {
  /** Of one tenant, who came first is served first. */
  readonly order: number
  readonly give: (worker: GuestWorker) => void
  readonly fail: (error: Error) => void
  readonly leave: () => void
}

/** @internal One more than there may be. */
export function overload(purpose: Purpose, most: number): OverloadError {
  return new OverloadError(
    purpose === 'run'
      ? `${most} runs are waiting already (option "queue")`
      : `${most} sessions are open already (option "sessions")`,
  )
}
