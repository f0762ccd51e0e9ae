/** Compile workers end with the last sandbox that they serve. One that does nothing else keeps them, from a file's first test to its last. */
import { afterAll, beforeAll } from 'vitest'
import { createSandbox, type Isolation, type Sandbox } from '../../src/index.js'

/** Threads compile for the isolation `inline` too. */
export function keepCompilers(...isolations: readonly Exclude<Isolation, 'inline'>[]): void {
  let kept: Sandbox[] = []
  beforeAll(async () => {
    kept = await Promise.all(isolations.map((isolation) => createSandbox({}, { isolation })))
  })
  afterAll(() => Promise.all(kept.map((sandbox) => sandbox.close())))
}
