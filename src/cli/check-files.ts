/**
 * Checks many files, in one thread or in several, and hands on what was found in the order of the files. What is not handed on
 * yet is bounded, so that no number of files fills the memory.
 */
import { availableParallelism } from 'node:os'
import type { Policy } from '../policy/policy.js'
import { checkFile, type Checked, type FileOptions } from './check-file.js'
import { loadPipeline } from './load-pipeline.js'
import { statsOf } from './paths.js'

/** What a thread must have to do before another pays: starting one takes as long as checking some 500 KiB. */
const BYTES_PER_THREAD = 1 << 20
const MOST_THREADS = 8

/** What to check, and how. */
export interface CheckJob {
  readonly files: readonly string[]
  readonly policy: Policy
  readonly options: FileOptions
  /** Threads to use; as many as pay when left out. */
  readonly jobs?: number | undefined
}

/** Checks the files; `take` is told of each in turn, and ends it all by returning false. */
export async function checkFiles(job: CheckJob, take: (one: Checked) => boolean): Promise<void> {
  const threads = job.files.includes('-') ? 1 : (job.jobs ?? worthwhileThreads(job.files))
  if (threads > 1) {
    const { checkInThreads } = await import('./check-threads.js')
    return await checkInThreads(job, Math.min(threads, job.files.length), take)
  }
  const { createChecker } = await loadPipeline()
  const checker = await createChecker(job.policy)
  for (const path of job.files) if (!take(checkFile(checker, path, job.options))) return
}

function worthwhileThreads(files: readonly string[]): number {
  const most = Math.min(MOST_THREADS, availableParallelism(), files.length)
  if (most < 2) return 1
  let bytes = 0
  for (const file of files) {
    bytes += statsOf(file)?.size ?? 0
    if (bytes >= most * BYTES_PER_THREAD) return most
  }
  return Math.max(1, Math.floor(bytes / BYTES_PER_THREAD))
}
