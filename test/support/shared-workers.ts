/**
 * Workers that the sandboxes of all test files of a process have in common, and what compiles for these and any others: each ends with
 * the last that it serves, and takes longer to start than most tests to run. Each guest is pristine, whoever had the worker before.
 * Not for tests of how workers start, are counted or end, nor of sessions: in a pool they have no worker of their own.
 */
import { afterAll, beforeAll } from 'vitest'
import {
  createPool,
  type Isolation,
  type SandboxOptions,
  type WorkerPool,
} from '../../src/index.js'

/** A worker of a pool starts when it is wanted. One that no file uses any more is given back. */
const open = (): Record<Exclude<Isolation, 'inline'>, WorkerPool> => ({
  process: createPool({ workers: 8, idleMs: 5_000 }),
  thread: createPool({ isolation: 'thread', workers: 8, idleMs: 5_000 }),
})

let pools = open()

/** The options that make a sandbox one of an isolation. A guest that is inline has no worker. */
export const sharedWorkers = (isolation: Isolation): Pick<SandboxOptions, 'isolation' | 'pool'> =>
  isolation === 'inline' ? { isolation } : { pool: pools[isolation] }

/** For tests that count workers, or measure what is left of them: in their file nothing is shared. */
export function shareNoWorkers(): void {
  beforeAll(async () => {
    await Promise.all(Object.values(pools).map((pool) => pool.close()))
  })
  afterAll(() => {
    pools = open()
  })
}
