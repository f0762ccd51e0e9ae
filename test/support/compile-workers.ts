/**
 * Compile workers end with the last sandbox that may use them, and starting them takes longer than most tests. A sandbox that is
 * open while a file's tests run keeps them; it starts no worker of its own. Sandboxes of threads and inline ones share theirs.
 */
import { afterAll, beforeAll } from 'vitest'
import { createSandbox, type Isolation, type Sandbox } from '../../src/index.js'

export function keepCompileWorkers(...isolations: readonly Isolation[]): void {
  let holders: readonly Sandbox[]
  beforeAll(async () => {
    holders = await Promise.all(isolations.map((isolation) => createSandbox({}, { isolation })))
  })
  afterAll(() => Promise.all(holders.map((holder) => holder.close())))
}
