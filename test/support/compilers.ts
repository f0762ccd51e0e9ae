/**
 * Compile workers for a whole file of tests. They are there as long as any sandbox of their process is, and to start one takes as much as
 * to start a guest: where each test closes its only sandbox, the next one's would start them again.
 */
import { afterAll, beforeAll } from 'vitest'
import { createSandbox, type Isolation } from '../../src/index.js'

/** Keeps those for sandboxes of these isolations until the tests of this file have ended; `thread` and `inline` have theirs in common. */
export function keepCompilers(...isolations: readonly Exclude<Isolation, 'inline'>[]): void {
  const kept: { close(): Promise<void> }[] = []
  beforeAll(async () => {
    for (const isolation of isolations) kept.push(await createSandbox({}, { isolation }))
  })
  afterAll(async () => {
    for (const sandbox of kept) await sandbox.close()
  })
}
