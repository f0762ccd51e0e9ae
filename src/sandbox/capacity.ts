/** What pools of several kinds of workers have in common: how many workers may be leased at once, and how much memory they may take. */
import type { Pool } from './pool.js'

/** @internal One capacity, which several pools share. */
export class Capacity {
  readonly #pools = new Set<Pool>()
  #leased = 0
  #memoryMb = 0

  constructor(
    private readonly workers: number,
    private readonly memoryMb: number,
  ) {}

  add(pool: Pool): void {
    this.#pools.add(pool)
  }

  remove(pool: Pool): void {
    this.#pools.delete(pool)
  }

  /** For how many more workers, which may take so much each, there is room. One alone has room always. */
  room(memoryMb: number): number {
    const left = this.memoryMb - this.#memoryMb
    const fitting = memoryMb === 0 ? Infinity : Math.floor(left / memoryMb)
    return Math.min(
      this.workers - this.#leased,
      this.#leased === 0 ? Math.max(1, fitting) : fitting,
    )
  }

  hasRoom(memoryMb: number): boolean {
    return this.room(memoryMb) > 0
  }

  take(memoryMb: number): void {
    this.#leased++
    this.#memoryMb += memoryMb
  }

  give(memoryMb: number): void {
    this.#leased--
    this.#memoryMb -= memoryMb
  }

  /** Whether somebody waits for a worker. */
  get isWanted(): boolean {
    return [...this.#pools].some((pool) => pool.isWanted)
  }

  /** Asks, in all pools, for workers that can be done without. */
  recall(): void {
    for (const pool of [...this.#pools]) pool.leases.recall()
  }

  /** Lets the pools serve those who wait, in turns. */
  serve(): void {
    for (const pool of [...this.#pools]) {
      if (!pool.serveOne()) {
        pool.refill()
        continue
      }
      // Its next turn is after the others'.
      this.#pools.delete(pool)
      this.#pools.add(pool)
    }
  }

  /** Ends a worker that is idle in another pool, where there are as many as may be. */
  makeRoom(asking: Pool): void {
    let size = 0
    for (const pool of this.#pools) size += pool.size
    if (size < this.workers) return
    for (const pool of this.#pools) if (pool !== asking && pool.giveUp()) return
  }
}
