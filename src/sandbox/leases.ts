/** Which workers of a pool are leased, to whom and for what; and how often each was. */
import type { GuestWorker } from '../trusted/channel/worker.js'
import type { Purpose, Tenant } from './tenants.js'

interface Lease {
  readonly tenant: Tenant
  readonly purpose: Purpose
  /** Asks for it: whoever has it can do without. */
  recall?: (() => void) | undefined
}

/** @internal The leases of one pool. */
export class Leases {
  readonly #leases = new Map<GuestWorker, Lease>()
  readonly #times = new WeakMap<GuestWorker, number>()

  get size(): number {
    return this.#leases.size
  }

  get workers(): readonly GuestWorker[] {
    return [...this.#leases.keys()]
  }

  count(purpose: Purpose): number {
    let count = 0
    for (const lease of this.#leases.values()) if (lease.purpose === purpose) count++
    return count
  }

  /** How many of them can be done without, of one tenant or of all. */
  resting(tenant?: Tenant): number {
    let count = 0
    for (const { recall, tenant: whose } of this.#leases.values())
      if (recall && (tenant === undefined || whose === tenant)) count++
    return count
  }

  rest(worker: GuestWorker, recall: (() => void) | undefined): void {
    const lease = this.#leases.get(worker)
    if (lease) lease.recall = recall
  }

  /** Asks for those that can be done without. */
  recall(): void {
    for (const { recall } of [...this.#leases.values()]) recall?.()
  }

  of(tenant: Tenant): readonly GuestWorker[] {
    return this.workers.filter((worker) => this.#leases.get(worker)!.tenant === tenant)
  }

  begin(worker: GuestWorker, tenant: Tenant, purpose: Purpose): void {
    this.#leases.set(worker, { tenant, purpose })
    this.#times.set(worker, this.times(worker) + 1)
    tenant.leased[purpose]++
  }

  /** False for a worker that nobody has. */
  end(worker: GuestWorker): boolean {
    const lease = this.#leases.get(worker)
    if (!lease) return false
    this.#leases.delete(worker)
    lease.tenant.leased[lease.purpose]--
    return true
  }

  /** How often it was leased. Whoever finds it leased once more than when it last had it, has it as it left it. */
  times(worker: GuestWorker): number {
    return this.#times.get(worker) ?? 0
  }
}
