// A host with one jail that is ready: prints the jail's process number and waits to be killed.
import { readdirSync, readFileSync } from 'node:fs'
import { startJail } from '../../dist/platform/node/jail.js'

const worker = startJail({
  setup: { clock: 'real', random: 'real', memoryBytes: 1 << 28, maxFrameBytes: 1 << 28 },
})
await worker.ready
const pid = readdirSync('/proc').find((name) => {
  try {
    return readFileSync(`/proc/${name}/stat`, 'utf8').split(' ')[3] === String(process.pid)
  } catch {
    return false
  }
})
console.log(pid)
setInterval(() => {}, 1_000)
