/** A tenant's part of a pool: what it waits for and what it has is its own, its sessions wait as runs do. */
import type { Pool } from './pool.js'
import { tenantOf, type Load, type Workers } from './tenants.js'

/** @internal `queue` is how many of its runs may wait. */
export function shareOf(pool: Pool, queue: number): Workers {
  const tenant = tenantOf(queue, Infinity)
  return {
    get load(): Load {
      return pool.loadOf(tenant)
    },
    warm: () => {
      if (pool.hasRoom(tenant, 'run')) pool.warm()
    },
    admit: (others) => pool.admit(others, tenant),
    lease: (purpose, signal, wished) => pool.lease(purpose, signal, wished, tenant),
    leases: pool.leases,
    rest: (worker, recall) => pool.rest(worker, recall),
    release: (worker) => pool.release(worker),
    refresh: () => pool.refresh(),
    close: () => pool.leave(tenant),
  }
}
