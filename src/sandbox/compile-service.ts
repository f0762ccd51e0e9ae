/**
 * The compile workers of this process, shared by its sandboxes: sources in, answers out. Workers that run guests are never asked
 * to compile, and these never run a guest, so that whatever holds a guest's worker has no say in what others run.
 *
 * The host's own thread encodes, sends and waits. A source that ends its worker is refused; those beside it are given another.
 */
import type { Wrap } from '../platform/node/bubblewrap.js'
import { availableParallelism } from 'node:os'
import { encodeJobs, type Job } from '../compile/jobs.js'
import { limit, tooSlow } from '../compile/refusals.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import { readAnswers, type CompileAnswer } from '../trusted/channel/compile-answer.js'
import { ProtocolError } from '../trusted/channel/frames.js'
import type { GuestWorker } from '../trusted/channel/worker.js'
import type { CallLimits } from '../trusted/channel/protocol.js'
import type { Isolation } from './isolation.js'
import { Pool } from './pool.js'
import { CANCELLED } from './tenants.js'
import { compileStarterOf, imageChecked } from './workers.js'

/** Two at least: while one refuses a hostile source, others are served. */
export const COMPILE_WORKERS = Math.max(2, Math.min(4, availableParallelism()))
/** Workers that did nothing for so long are ended. */
const IDLE_MS = 30_000
/** How much later than its own limit a worker is ended by force: it answers by itself first. */
const GRACE_MS = 2_000
/** A source whose worker ends under it is tried once more: it may have been ended by somebody else. */
const ATTEMPTS = 2
/** Into so many pieces is a batch parted that one source has ended. */
const PIECES = 16
/** A worker that was lost before it began says nothing about the source. */
const MOST_LOST = 5
/** What the interpreter that compiles may use. */
const MEMORY_BYTES = 512 << 20
/** What an answer may hold beside code and text. */
const ANSWER_SLACK = 4 << 20

/** What is to be compiled for whom. */
interface CompileOrder {
  readonly terms: string
  readonly jobs: readonly Job[]
  readonly policy: ResolvedPolicy
  /** Ends it: the caller's own, and that of the sandbox's end. */
  readonly signals: readonly (AbortSignal | undefined)[]
  /** Told of the milliseconds that a worker was at work on it, however that ended. */
  readonly spent?: (ms: number) => void
}

/**
 * The compile workers for one isolation and one wrap: at most {@link COMPILE_WORKERS}, which end when they had nothing
 * to do for half a minute.
 */
export class CompileService {
  readonly #pool: Pool
  #sandboxes = 0
  #busy = 0
  #idle: NodeJS.Timeout | undefined

  private constructor(
    start: () => GuestWorker,
    private readonly closed: () => void,
  ) {
    this.#pool = new Pool({
      workers: COMPILE_WORKERS,
      spares: 0,
      queue: Number.MAX_SAFE_INTEGER,
      sessions: 0,
      start,
    })
  }

  /** The service for sandboxes of this isolation; the caller is one of them until it calls {@link close}. */
  static open(isolation: Isolation, wrap: Wrap | undefined): CompileService {
    const key = JSON.stringify([isolation === 'process', wrap ?? null])
    let service = services.get(key)
    if (!service) {
      service = new CompileService(compileStarterOf(isolation, wrap), () => services.delete(key))
      services.set(key, service)
    }
    service.#sandboxes++
    service.#rest()
    return service
  }

  /** A sandbox less. Resolves, when it was the last, once no process or thread is left. */
  async close(): Promise<void> {
    if (--this.#sandboxes > 0) return
    clearTimeout(this.#idle)
    this.closed()
    await this.#pool.close()
  }

  /** An answer for each job, in their order. Rejects when no worker can be started. */
  async compile(order: CompileOrder): Promise<readonly CompileAnswer[] | typeof CANCELLED> {
    const cancelled = new AbortController()
    const cancel = (): void => cancelled.abort()
    const signals = order.signals.filter((signal) => signal !== undefined)
    for (const signal of signals) {
      if (signal.aborted) cancel()
      signal.addEventListener('abort', cancel)
    }
    this.#busy++
    clearTimeout(this.#idle)
    try {
      return await this.#answers(order, order.jobs, cancelled.signal)
    } finally {
      for (const signal of signals) signal.removeEventListener('abort', cancel)
      this.#busy--
      this.#rest()
    }
  }

  /** Ends the workers in a while, unless there is something to do again. */
  #rest(): void {
    clearTimeout(this.#idle)
    if (this.#busy === 0) this.#idle = setTimeout(() => this.#pool.giveBack(), IDLE_MS).unref()
  }

  async #answers(
    order: CompileOrder,
    jobs: readonly Job[],
    signal: AbortSignal,
  ): Promise<readonly CompileAnswer[] | typeof CANCELLED> {
    const { compileMs } = order.policy.limits
    let reason = ''
    for (let attempt = 0, lost = 0; attempt < ATTEMPTS && lost < MOST_LOST; ) {
      const worker = await this.#pool.lease('run', signal)
      if (worker === CANCELLED) return CANCELLED
      const asked = await this.#ask(worker, order, jobs, signal)
      if (signal.aborted) return CANCELLED
      const isLeft = Array.isArray(asked) && jobs.length === 1 && asked[0]!.kind === 'undone'
      if (Array.isArray(asked) && !isLeft) return this.#completed(order, jobs, asked, signal)
      const failed = isLeft ? LEFT_UNDONE : (asked as Failed)
      if (!failed.begun) lost++
      else if (jobs.length > 1) return this.#apart(order, jobs, signal)
      else if (failed.isLate) return [tooSlow(compileMs)]
      else attempt++
      reason = failed.reason
    }
    return jobs.map(() => limit(`checking and compiling it ended its worker: ${reason}`))
  }

  /** Those that a batch did not come to are done in another. */
  async #completed(
    order: CompileOrder,
    jobs: readonly Job[],
    answers: readonly CompileAnswer[],
    signal: AbortSignal,
  ): Promise<readonly CompileAnswer[] | typeof CANCELLED> {
    const undone = jobs.filter((_, index) => answers[index]!.kind === 'undone')
    if (undone.length === 0) return answers
    if (undone.length === jobs.length) return this.#apart(order, jobs, signal)
    const rest = await this.#answers(order, undone, signal)
    if (rest === CANCELLED) return CANCELLED
    const more = (rest as readonly CompileAnswer[])[Symbol.iterator]()
    return answers.map((answer) =>
      answer.kind === 'undone' ? (more.next().value as CompileAnswer) : answer,
    )
  }

  /** One of these ended the worker: in smaller pieces, until it is alone. */
  async #apart(
    order: CompileOrder,
    jobs: readonly Job[],
    signal: AbortSignal,
  ): Promise<readonly CompileAnswer[] | typeof CANCELLED> {
    const answers: CompileAnswer[] = []
    const size = Math.ceil(jobs.length / PIECES)
    for (let at = 0; at < jobs.length; at += size) {
      const told = await this.#answers(order, jobs.slice(at, at + size), signal)
      if (told === CANCELLED) return CANCELLED
      answers.push(...(told as readonly CompileAnswer[]))
    }
    return answers
  }

  async #ask(
    worker: GuestWorker,
    { terms, policy, spent }: CompileOrder,
    jobs: readonly Job[],
    signal: AbortSignal,
  ): Promise<readonly CompileAnswer[] | Failed> {
    const cancel = (): void => worker.kill('cancelled')
    signal.addEventListener('abort', cancel)
    try {
      // The worker starts meanwhile.
      await imageChecked('restricted')
      const performed = await worker.perform({
        begin: 'image',
        request: encodeJobs(terms, jobs),
        limits: limitsOf(policy, jobs.length),
        end: 'reset',
      })
      spent?.(performed.usage.wallMs)
      if (performed.kind === 'lost')
        return { begun: performed.begun, isLate: false, reason: performed.reason }
      if (performed.kind === 'killed')
        return { begun: true, isLate: performed.why === 'wall', reason: performed.detail }
      const { answers, retire } = readAnswers(
        performed.response,
        jobs.map(({ source }) => source),
      )
      if (retire) worker.kill('not to be used again')
      return answers
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      worker.kill(`the worker broke the protocol: ${error.message}`)
      return { begun: true, isLate: false, reason: error.message }
    } finally {
      signal.removeEventListener('abort', cancel)
      this.#pool.release(worker)
    }
  }
}

interface Failed {
  /** Whether the worker had begun with the jobs. */
  readonly begun: boolean
  readonly isLate: boolean
  readonly reason: string
}

/** The one source that it was asked for. Who says so each time is not asked for ever. */
const LEFT_UNDONE: Failed = { begun: true, isLate: false, reason: 'it left the source undone' }

const services = new Map<string, CompileService>()

/** What a worker may use for so many sources. */
export function limitsOf({ limits }: ResolvedPolicy, jobs: number): CallLimits {
  const { compileMs, codeBytes, sourceBytes } = limits
  return {
    wallMs: jobs * compileMs + GRACE_MS,
    fuel: Number.MAX_SAFE_INTEGER,
    memoryBytes: MEMORY_BYTES,
    outputBytes: 0,
    // Code, guarded text, and edits of 16 bytes, of which there may be one for each two characters.
    responseBytes: jobs * (4 * codeBytes + 8 * sourceBytes) + ANSWER_SLACK,
  }
}
