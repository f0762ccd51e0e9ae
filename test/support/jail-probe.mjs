// Stands in for the worker in a jail: tries what a jail must not be able to do and prints, as one line of JSON, what came of it.
import { readFileSync, readdirSync, writeFileSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'

const attempt = async (work) => {
  try {
    return { did: await work() }
  } catch (error) {
    return { failed: error.code ?? error.name }
  }
}
const require = createRequire(import.meta.url)
const results = {
  readPasswd: await attempt(() => readFileSync('/etc/passwd', 'utf8').length),
  readHome: await attempt(() => readdirSync('/root').length),
  readProc: await attempt(() => readFileSync('/proc/1/environ').length),
  write: await attempt(() => writeFileSync('/tmp/pyrestrict-jail-probe', 'x')),
  command: await attempt(() => require('node:child_process').execSync('id').length),
  fork: await attempt(() => require('node:child_process').fork(import.meta.filename).pid),
  thread: await attempt(
    () => new (require('node:worker_threads').Worker)('1', { eval: true, execArgv: [] }).threadId,
  ),
  addon: await attempt(() => process.dlopen({ exports: {} }, '/nowhere.node')),
  evaluate: await attempt(() => new Function('return 1')()),
  inspector: await attempt(() => require('node:inspector').open(0)),
  network: await attempt(
    () =>
      new Promise((resolve, reject) => {
        const socket = require('node:net').connect(9, '127.0.0.1')
        socket.on('connect', () => resolve('connected'))
        socket.on('error', reject)
      }),
  ),
  has: process.permission.has('fs.read', '/etc/passwd'),
  environment: Object.keys(process.env),
  arguments: process.argv.length,
}
writeSync(2, `${JSON.stringify(results)}\n`)
process.exit(0)
