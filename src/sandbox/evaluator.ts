/**
 * Evaluates formulas in a process, in a thread or for a sheet, many in one call: what is asked for while another call is under
 * way goes with the next one. The formulas of one sandbox share a guest that keeps them prepared; it is put back to pristine
 * when a run had the worker in between, when it has served so many, and after a while.
 *
 * A call that does not come to its end (one of its cells loops, or takes all memory) is asked for again in smaller pieces, and the
 * cell that did it by itself, in a pristine guest, under all of the policy's limits: it alone has no value then. A cell may
 * therefore be evaluated more than once. Where that could be noticed, by the host or by a trusted module, it is a run of its own
 * (noticed.ts).
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { GuestWorker } from '../trusted/channel/worker.js'
import { cellsRequest, readCells, type RawCell, type Task } from './cells.js'
import type { Code } from './code.js'
import { execute } from './execution.js'
import { PreparedRoom } from './formula-guest.js'
import { CANCELLED_UNSPENT, UNSPENT, type Outcome, type Usage } from './outcome.js'
import { CANCELLED } from './tenants.js'
import { evaluateRequest } from './requests.js'
import { executeRequest, type Runtime } from './runs.js'
import { mayAsk } from './asking.js'

/** Cells of the first call, and of one at most. */
const FIRST = 64
const MOST = 4_096
/** Bytes of arguments of one call at most, but for the first of them. */
const MOST_BYTES = 4 << 20
/** How much smaller the pieces are that a call is asked for again in. */
const APART = 32
/** A call ends after a quarter of what one evaluation may take, and after this: others wait for the worker. */
const SECONDS = 0.05
const PART = 0.25
/** A guest is pristine again after so many cells, and when it was first used so long ago. */
const MOST_CELLS = 100_000
const MOST_AGE_MS = 10_000

/** A guest that keeps formulas prepared, as long as nobody else has its worker. */
class Desk {
  worker: GuestWorker | undefined
  leases = 0
  began = 0
  cells = 0
  readonly room = new PreparedRoom()
  readonly numbers = new Map<Code, number>()

  /** How a call of these begins, and the formulas that the guest is to be told of, by their numbers. */
  begin(
    tasks: readonly Task[],
    memoryBytes: number,
    isSame: boolean,
  ): { readonly begin: 'keep' | 'base'; readonly codes: ReadonlyMap<Code, number> } {
    const now = performance.now()
    if (!isSame || this.cells > MOST_CELLS || now - this.began > MOST_AGE_MS) this.forget()
    const all = new Set(tasks.map(({ code }) => code))
    const fresh = [...all].filter((code) => !this.numbers.has(code))
    const bytes = fresh.reduce((sum, code) => sum + code.bytes.length, 0)
    const begin = fresh.length === 0 ? 'keep' : this.room.begin(bytes, memoryBytes, fresh.length)
    if (begin === 'base') {
      this.numbers.clear()
      this.cells = 0
      this.began = now
    }
    const codes = new Map<Code, number>()
    for (const code of begin === 'base' ? all : fresh) {
      codes.set(code, this.numbers.size)
      this.numbers.set(code, this.numbers.size)
    }
    this.cells += tasks.length
    return { begin, codes }
  }

  /** The guest is pristine again, or gone. */
  forget(): void {
    this.numbers.clear()
    this.room.forget()
  }
}

/** @internal The evaluations of one sandbox. */
export class Evaluator {
  readonly #runtime: Runtime
  readonly #desks: Desk[]
  #queue: Task[] = []
  /** Where in the queue the next is. */
  #next = 0
  #size = FIRST
  /** A call did not come to its end: each of the next has a watchdog, so that none of them costs its worker. */
  #isWary = false

  constructor(runtime: Runtime, workers: number) {
    this.#runtime = runtime
    this.#desks = Array.from({ length: workers }, () => new Desk())
  }

  /** Sees to it that each of these is told. */
  ask(tasks: readonly Task[]): void {
    for (const task of tasks) this.#queue.push(task)
    void this.#work()
  }

  /** Works until nothing is left, as soon as the caller's own stretch of work is over. */
  async #work(): Promise<void> {
    await Promise.resolve()
    const desk = this.#desks.pop()
    // All of them are at work already, and go on until the queue is empty.
    if (!desk) return
    try {
      for (let tasks = this.#take(); tasks.length > 0; tasks = this.#take()) {
        if (this.#next < this.#queue.length) void this.#work()
        await this.#serve(desk, tasks)
      }
    } finally {
      this.#desks.push(desk)
    }
  }

  #take(): readonly Task[] {
    const share = Math.ceil((this.#queue.length - this.#next) / (this.#desks.length + 1))
    const most = Math.min(this.#size, share)
    const taken: Task[] = []
    let bytes = 0
    for (; this.#next < this.#queue.length && taken.length < most; this.#next++) {
      const task = this.#queue[this.#next]!
      if (task.isOver) continue
      bytes += task.args.length
      if (bytes > MOST_BYTES && taken.length > 0) break
      taken.push(task)
    }
    if (this.#next === this.#queue.length) {
      this.#queue = []
      this.#next = 0
    }
    return taken
  }

  /** Tells each of these tasks, whatever becomes of it: first those that go together. */
  async #serve(desk: Desk, tasks: readonly Task[]): Promise<void> {
    const { isNoticed, canWait } = this.#runtime
    // What has text evaluated asks its host, in a run of its own.
    const isAlone = ({ code }: Task): boolean => isNoticed(code) || mayAsk(code, this.#runtime)
    const together = tasks.filter((task) => !isAlone(task))
    const ordered = [...together, ...tasks.filter(isAlone)]
    let size = together.length
    let at = 0
    try {
      while (at < ordered.length) {
        const piece = together.slice(at, at + size)
        const { told, usage } =
          piece.length > 0
            ? await this.#call(desk, piece)
            : { told: [await this.#alone(ordered[at]!)], usage: UNSPENT.usage }
        for (const [index, cell] of told.entries()) ordered[at + index]!.told(cell, usage)
        // In the caller's own thread, what else is to be done there gets its turn.
        if (!canWait) await nextTurn()
        at += told.length
        if (piece.length === 0) continue
        if (told.length > 0) this.#size = Math.min(MOST, Math.max(FIRST, 2 * told.length))
        else if (piece.length === 1)
          piece[0]!.told(await this.#alone(ordered[at++]!), UNSPENT.usage)
        else size = Math.ceil(piece.length / APART)
      }
    } catch (error) {
      for (const task of ordered.slice(at)) task.failed(error)
    }
  }

  /** What became of the first of these, at least of one; of none, when the call did not come to its end. */
  async #call(desk: Desk, tasks: readonly Task[]): Promise<Answered> {
    const { pool, policy, isClosing, imageChecked } = this.#runtime
    const { limits } = policy
    const worker = await pool.lease('run', undefined, desk.worker)
    if (worker === CANCELLED)
      return { told: tasks.map(() => CANCELLED_UNSPENT), usage: UNSPENT.usage }
    try {
      await imageChecked
      const isSame = worker === desk.worker && pool.leases.times(worker) === desk.leases + 1
      const { begin, codes } = desk.begin(tasks, limits.memoryMb << 20, isSame)
      desk.worker = worker
      desk.leases = pool.leases.times(worker)
      const seconds = Math.min(SECONDS, (PART * limits.wallMs) / 1_000)
      const cells = tasks.map(({ code, args }) => [desk.numbers.get(code)!, args] as const)
      const { outcome } = await execute({
        worker,
        first: {
          begin,
          start: 'base',
          request: cellsRequest(codes, cells, begin === 'base', seconds, this.#runtime),
          end: 'keep',
          unwatched: !this.#isWary,
        },
        limits,
        isClosing,
        find: () => undefined,
      })
      const told = outcome.status === 'returned' ? readCells(outcome.value, tasks.length) : []
      if (told.length === 0) {
        desk.forget()
        this.#isWary = true
      }
      const isAnswer = told.length === 0 && tasks.length === 1 && isItsOwn(outcome)
      return { told: isAnswer ? [outcome] : told, usage: partOf(outcome.usage, told.length) }
    } finally {
      pool.release(worker)
    }
  }

  async #alone({ code, args }: Task): Promise<Outcome> {
    if (this.#runtime.isClosing()) return CANCELLED_UNSPENT
    const request = evaluateRequest(code.bytes, args, this.#runtime)
    return executeRequest(this.#runtime, request, code)
  }
}

/** What became of some cells, and the part of each in what that has used. */
interface Answered {
  readonly told: readonly (RawCell | Outcome)[]
  readonly usage: Usage
}

/** Nobody measures one cell among many: each has used as much as the others. The memory is that of all. */
function partOf(usage: Usage, cells: number): Usage {
  const part = 1 / Math.max(1, cells)
  return { ...usage, wallMs: usage.wallMs * part, fuel: Math.ceil(usage.fuel * part) }
}

/** Whether a cell would end so wherever it was evaluated: of the memory, others had a part. */
function isItsOwn(outcome: Outcome): boolean {
  const { status } = outcome
  return status === 'exited' || (status === 'exhausted' && outcome.limit !== 'memoryMb')
}
