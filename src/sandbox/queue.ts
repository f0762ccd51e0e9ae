/**
 * Those who wait for a worker of a pool. Its tenants take turns; of one tenant, who came first is served first. The queue knows
 * nothing of ready workers: a pool asks it who is next.
 */
import type { GuestWorker } from '../trusted/channel/worker.js'
import { CANCELLED, overload, type Purpose, type Tenant, type Waiter } from './tenants.js'

const PURPOSES: readonly Purpose[] = ['run', 'session']

/** Whether somebody of it waits. */
const waits = ({ waiting }: Tenant): boolean =>
  PURPOSES.some((purpose) => waiting[purpose].size > 0)

/** @internal Who is next, and for what. */
export interface Next {
  readonly tenant: Tenant
  readonly purpose: Purpose
  readonly waiter: Waiter
}

/** @internal The waiters of one pool. A tenant's own queue is bounded: one more is rejected with OverloadError. */
export class Queue {
  /** Tenants who wait, in the order of their turns. */
  readonly #turns = new Set<Tenant>()
  #arrivals = 0

  get isEmpty(): boolean {
    return this.#turns.size === 0
  }

  /** How many wait for this, of all tenants. */
  count(purpose: Purpose): number {
    let count = 0
    for (const { waiting } of this.#turns) count += waiting[purpose].size
    return count
  }

  /**
   * Waits, until it is given a worker or the signal fires. @throws OverloadError, rejecting, where too many do: as many as its tenant may
   * have waiting, and `coming`, for which workers are on their way.
   */
  join(
    tenant: Tenant,
    purpose: Purpose,
    signal: AbortSignal | undefined,
    coming = 0,
  ): Promise<GuestWorker | typeof CANCELLED> {
    const { queue, sessions, waiting, leased } = tenant
    const isFull =
      purpose === 'run'
        ? waiting.run.size >= queue + coming
        : leased.session + waiting.session.size >= sessions
    if (isFull) return Promise.reject(overload(purpose, purpose === 'run' ? queue : sessions))
    return new Promise((resolve, reject) => {
      const settled = (): void => signal?.removeEventListener('abort', cancel)
      const waiter: Waiter = {
        order: this.#arrivals++,
        give: (worker) => {
          settled()
          resolve(worker)
        },
        fail: (error) => {
          settled()
          reject(error)
        },
        leave: () => {
          settled()
          resolve(CANCELLED)
        },
      }
      const cancel = (): void => {
        waiting[purpose].delete(waiter)
        if (!waits(tenant)) this.#turns.delete(tenant)
        waiter.leave()
      }
      signal?.addEventListener('abort', cancel)
      waiting[purpose].add(waiter)
      this.#turns.add(tenant)
    })
  }

  /** The next of those for whom there is room. It waits on until it is {@link served}. */
  next(hasRoom: (tenant: Tenant, purpose: Purpose) => boolean): Next | undefined {
    for (const tenant of this.#turns) {
      let next: Next | undefined
      for (const purpose of PURPOSES) {
        const [waiter] = hasRoom(tenant, purpose) ? tenant.waiting[purpose] : []
        if (waiter && (!next || waiter.order < next.waiter.order))
          next = { tenant, purpose, waiter }
      }
      if (next) return next
    }
    return undefined
  }

  /** Gives the next one its worker. The next turn of its tenant is after the others'. */
  served({ tenant, purpose, waiter }: Next, worker: GuestWorker): void {
    this.#turns.delete(tenant)
    tenant.waiting[purpose].delete(waiter)
    if (waits(tenant)) this.#turns.add(tenant)
    waiter.give(worker)
  }

  /** Nobody of this tenant waits any more. */
  leave(tenant: Tenant): void {
    this.#turns.delete(tenant)
    for (const waiter of taken(tenant)) waiter.leave()
  }

  /** Nobody waits any more; these did. */
  takeAll(): readonly Waiter[] {
    const all = [...this.#turns].flatMap(taken)
    this.#turns.clear()
    return all
  }
}

function taken({ waiting }: Tenant): readonly Waiter[] {
  return PURPOSES.flatMap((purpose) => {
    const waiters = [...waiting[purpose]]
    waiting[purpose].clear()
    return waiters
  })
}
