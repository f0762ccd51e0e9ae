/**
 * Compiles a text while the caller's thread stands still, in a compile worker of its own: for guests that run in that thread
 * (isolation `inline`) and have text evaluated. Started by the first text; ended with the sandbox.
 */
import { encodeJobs, type Job } from '../compile/jobs.js'
import { limit, tooSlow } from '../compile/refusals.js'
import type { BlockingThread } from '../platform/node/blocking.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import { readAnswers, type CompileAnswer } from '../trusted/channel/compile-answer.js'
import { ProtocolError } from '../trusted/channel/frames.js'
import { limitsOf } from './compile-service.js'

/**
 * Makes one answer after another. A thread that was late, has lied or is damaged is ended, and the next text starts
 * another.
 */
export class CompileNow {
  #thread: BlockingThread | undefined
  #closing: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly start: () => BlockingThread,
    private readonly terms: string,
    private readonly policy: ResolvedPolicy,
  ) {}

  /** The answer for a job, and how many milliseconds it took. */
  compile(job: Job): { readonly answer: CompileAnswer; readonly ms: number } {
    this.#thread ??= this.start()
    const began = performance.now()
    const { answer, retire } = this.#ask(this.#thread, job)
    if (retire) void this.close()
    return { answer, ms: performance.now() - began }
  }

  /** Resolves once no thread is left. */
  async close(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    if (thread) this.#closing = Promise.all([this.#closing, thread.close()])
    await this.#closing
  }

  #ask(thread: BlockingThread, job: Job): { answer: CompileAnswer; retire: boolean } {
    const done = thread.perform(encodeJobs(this.terms, [job]), limitsOf(this.policy, 1))
    if (done.kind === 'late') return { answer: tooSlow(this.policy.limits.compileMs), retire: true }
    try {
      if (done.kind === 'done') {
        const { answers, retire } = readAnswers(done.response, [job.source])
        return { answer: answers[0]!, retire }
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
    }
    return { answer: limit('checking and compiling it ended its worker'), retire: true }
  }
}
