/**
 * Workers that the sandboxes of one test file have in common. Each of their guests is pristine, and a worker takes longer to start than
 * most tests to run. Not for tests of how workers start, are counted or end, nor of sessions: in a pool they have no worker of their own.
 */
import { afterAll } from 'vitest'
import {
  createPool,
  type Isolation,
  type SandboxOptions,
  type WorkerPool,
} from '../../src/index.js'

/** Called once in a file: the options that make a sandbox one of an isolation. A guest that is inline has no worker. */
export function sharedWorkers(
  workers = 8,
): (isolation: Isolation) => Pick<SandboxOptions, 'isolation' | 'pool'> {
  const pools: Partial<Record<Isolation, WorkerPool>> = {
    process: createPool({ workers }),
    thread: createPool({ isolation: 'thread', workers }),
  }
  afterAll(() => Promise.all(Object.values(pools).map((pool) => pool.close())))
  return (isolation) => {
    const pool = pools[isolation]
    return pool ? { pool } : { isolation }
  }
}
