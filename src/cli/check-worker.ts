/** A thread that checks files: given paths, it answers with what was found in each. Started by check-threads.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { createChecker } from '../pipeline.js'
import type { Policy } from '../policy/policy.js'
import { checkFile, type FileOptions } from './check-file.js'

const { policy, options } = workerData as { policy: Policy; options: FileOptions }
const checker = await createChecker(policy)

parentPort!.on('message', ({ index, paths }: { index: number; paths: readonly string[] }) => {
  parentPort!.postMessage({
    index,
    checked: paths.map((path) => checkFile(checker, path, options)),
  })
})
