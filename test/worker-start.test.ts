/** Workers whose very first run is ended at once: none is the worse for it, whatever the run was cut off in. */
import { describe, expect, test } from 'vitest'
import { createSandbox, type Outcome } from '../src/index.js'

/** Draws randomness, reads clocks, sleeps, writes and raises: what a run can set the runtime around it to do. */
const BUSY = `
import secrets, time
for n in range(10 ** 9):
    secrets.token_bytes(8)
    time.monotonic(), time.time()
    print(n, flush=True)
    time.sleep(0.0001)
`
const told = (outcome: Outcome): string =>
  outcome.status === 'crashed' ? `crashed: ${outcome.reason}` : outcome.status

/** What a fresh sandbox tells of a run that is ended `wallMs` after its beginning, and of the one after it. */
async function endedAfter(wallMs: number, isolation: 'process' | 'thread'): Promise<string> {
  const sandbox = await createSandbox(
    { preset: 'script' },
    { isolation, workers: 1, spares: 0, queue: 4 },
  )
  try {
    const first = await sandbox.run(BUSY, { limits: { wallMs } })
    const second = await sandbox.run('import secrets\nlen(secrets.token_hex(4))')
    return `${told(first)}, then ${told(second)}`
  } finally {
    await sandbox.close()
  }
}

describe('a worker whose first run was ended in its first 15 milliseconds serves all the same', () => {
  // Every other of these milliseconds.
  const sandboxes = 8
  test.each(['process', 'thread'] as const)('%s', { timeout: 60_000 }, async (isolation) => {
    const seen: Record<string, number> = {}
    let next = 0
    const one = async (): Promise<void> => {
      while (next < sandboxes) {
        const key = await endedAfter(1 + 2 * next++, isolation)
        seen[key] = (seen[key] ?? 0) + 1
      }
    }
    await Promise.all([one(), one(), one()])
    expect(seen).toEqual({ 'exhausted, then returned': sandboxes })
  })
})
