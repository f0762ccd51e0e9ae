/**
 * Compile workers end with the last sandbox that they serve. The tests of one process keep them from file to file: to start one takes
 * longer than most tests. A pool keeps what compiles for its sandboxes, and starts nothing by itself.
 */
import { afterAll, beforeAll } from 'vitest'
import { createPool, type WorkerPool } from '../../src/index.js'

/** Threads compile for the isolation `inline` too. */
const open = (): WorkerPool[] => [createPool(), createPool({ isolation: 'thread' })]

let kept = open()

/** For tests that count workers, or measure what is left of them: in this file they end with the sandboxes that they serve. */
export function endCompilers(): void {
  beforeAll(async () => {
    await Promise.all(kept.map((pool) => pool.close()))
  })
  afterAll(() => {
    kept = open()
  })
}
