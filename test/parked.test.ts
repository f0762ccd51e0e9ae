/** Sessions that nobody uses for a while: they take little memory, and go on as they were. */
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { createPool, createSandbox } from '../src/index.js'
import { Parked } from '../src/sandbox/parked.js'

describe('a memory that rests', () => {
  /** On a clock that the test sets; the packing itself takes its time. */
  const onClock = async (work: () => Promise<void>): Promise<void> => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      await work()
    } finally {
      vi.useRealTimers()
    }
  }

  test('is packed after a second, and is the same again when it is wanted', () =>
    onClock(async () => {
      const delta = new Uint8Array(1_000_000)
      delta.set([1, 2, 3], 500_000)
      const parked = new Parked(delta)
      vi.advanceTimersByTime(999)
      await sleep(20)
      expect([parked.size, parked.isBase]).toEqual([1_000_000, false])
      vi.advanceTimersByTime(1)
      while (parked.size === 1_000_000) await turn()
      expect(parked.size).toBeLessThan(10_000)
      expect(parked.isBase).toBe(false)
      const [one, other] = await Promise.all([parked.delta(), parked.delta()])
      expect(Buffer.compare(one!, delta)).toBe(0)
      expect(Buffer.compare(other!, delta)).toBe(0)
      parked.keep(undefined)
      vi.advanceTimersByTime(1_000)
      await sleep(20)
      expect([parked.size, parked.isBase, await parked.delta()]).toEqual([0, true, undefined])
    }))

  test('loses nothing that is kept while the one before is packed', () =>
    onClock(async () => {
      const parked = new Parked(new Uint8Array(8_000_000))
      vi.advanceTimersByTime(1_000)
      parked.keep(Uint8Array.of(7))
      await sleep(300)
      expect(await parked.delta()).toEqual(Uint8Array.of(7))
    }))
})

test.concurrent.each(['own workers', 'a pool'])(
  'sessions of %s go on after a rest',
  async (kind) => {
    const pool = kind === 'a pool' ? createPool({ workers: 1, isolation: 'thread' }) : undefined
    const sandbox = await createSandbox(
      { preset: 'education' },
      pool ? { pool } : { isolation: 'thread', spares: 0, idleMs: 300 },
    )
    const sessions = await Promise.all([1, 2].map(() => sandbox.session()))
    await Promise.all(sessions.map((session, n) => session.run(`x = [${n}] * 1000`)))
    await sleep(1_500)
    const forked = await sessions[1]!.fork()
    const kept = await sandbox.session({ from: await sessions[0]!.snapshot() })
    const values = await Promise.all(
      [...sessions, forked, kept].map((session) => session.run('x.append(x[0]); x[-1] + len(x)')),
    )
    expect(values.map((outcome) => outcome.status === 'returned' && outcome.value)).toEqual([
      1001, 1002, 1002, 1001,
    ])
    await sandbox.close()
    await pool?.close()
  },
)
