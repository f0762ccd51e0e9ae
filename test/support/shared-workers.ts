/**
 * Workers that the sandboxes of one test file have in common. Each of their guests is pristine, and a worker takes longer to start than
 * most tests to run. Not for tests of how workers start, are counted or end.
 */
import { afterAll } from 'vitest'
import type { Isolation } from '../../src/sandbox/isolation.js'
import { createSandbox } from '../../src/sandbox/sandbox.js'
import type { SandboxOptions } from '../../src/sandbox/sandbox-options.js'
import { createPool } from '../../src/sandbox/worker-pool.js'

/** The options that make a sandbox one of this isolation. */
export type Shared = (isolation: Isolation) => Pick<SandboxOptions, 'isolation' | 'pool'>

/** Called once in a file. Nothing is started before it is used. */
export function sharedWorkers(): Shared {
  const shares = new Map<Isolation, ReturnType<typeof shareOf>>()
  afterAll(async () => {
    for (const { pool, holder } of shares.values()) {
      await (await holder).close()
      await pool?.close()
    }
  })
  return (isolation) => {
    const share = shares.get(isolation) ?? shareOf(isolation)
    shares.set(isolation, share)
    return share.pool ? { pool: share.pool } : { isolation }
  }
}

/** A guest that is inline has no worker of its own. A sandbox that stays open keeps the workers that compile. */
const shareOf = (isolation: Isolation) => ({
  pool: isolation === 'inline' ? undefined : createPool({ isolation, workers: 8 }),
  holder: createSandbox({}, { isolation }),
})
