/** Shares the files of one check out to threads, and puts what comes back in order again. */
import { Worker } from 'node:worker_threads'
import type { Checked } from './check-file.js'
import type { CheckJob } from './check-files.js'

/** Files that a thread is given at a time. */
const BATCH = 8
/** Batches per thread that may be under way or wait for an earlier one. */
const AHEAD = 4

/** Built code: Node runs no TypeScript. Seen from the bundle and from `dist/cli` alike. */
const SCRIPT = new URL('../cli/check-worker.js', import.meta.url)

/** As checkFiles. @throws what a thread threw: a fault of ours. */
export async function checkInThreads(
  { files, policy, options }: CheckJob,
  threads: number,
  take: (one: Checked) => boolean,
): Promise<void> {
  const batches: (readonly string[])[] = []
  for (let at = 0; at < files.length; at += BATCH) batches.push(files.slice(at, at + BATCH))
  const workers = Array.from(
    { length: Math.min(threads, batches.length) },
    () => new Worker(SCRIPT, { workerData: { policy, options } }),
  )
  const idle = [...workers]
  const done = new Map<number, readonly Checked[]>()
  let given = 0
  let told = 0
  try {
    await new Promise<void>((resolve, reject) => {
      const share = (): void => {
        while (idle.length > 0 && given < batches.length && given < told + AHEAD * workers.length)
          idle.pop()!.postMessage({ index: given, paths: batches[given++] })
      }
      const tell = (): void => {
        for (let next = done.get(told); next !== undefined; next = done.get(told)) {
          done.delete(told++)
          if (!next.every(take)) return resolve()
        }
        if (told === batches.length) resolve()
      }
      for (const worker of workers) {
        worker.on('error', reject)
        worker.on('exit', () => reject(new Error('a thread that checks ended')))
        worker.on('message', ({ index, checked }: { index: number; checked: Checked[] }) => {
          done.set(index, checked)
          idle.push(worker)
          try {
            tell()
            share()
          } catch (error) {
            reject(error as Error)
          }
        })
      }
      share()
    })
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}
