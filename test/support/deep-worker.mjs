// Runs probes of deep recursion in a thread with a large stack: the built runtime, since threads run no TypeScript.
import { parentPort, workerData } from 'node:worker_threads'
import { decodeValue, encodeValue } from '../../dist/trusted/channel/values.js'
import { loadImage } from '../../dist/platform/node/image.js'
import { Guest } from '../../dist/trusted/wall/runtime.js'

const { wasm, image } = loadImage(
  new URL('../../node_modules/.cache/pyrestrict-bare', import.meta.url).pathname,
)
const guest = new Guest(wasm, image)
const results = {}
for (const [name, code] of Object.entries(workerData.probes)) {
  guest.reset()
  try {
    const answer = decodeValue(guest.call(encodeValue({ op: 'exec_raw', code })))
    results[name] = answer.message?.trim().split('\n').at(-1).split(':')[0] ?? 'returned'
  } catch (error) {
    results[name] = error.message
  }
}
parentPort.postMessage(results)
