// Start-up of the command line: whole processes against `node -e 0`, interleaved. Prints medians and ratios of wall time, and
// on Linux of the main thread's own time, which a busy machine does not distort. With --assert it fails when `pyrestrict
// check` of a small file takes more than three times as long as Node alone.
//   node test/bench/startup.mjs [rounds] [--assert]
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { figure, isBrief } from './figures.mjs'

const rounds = Number(
  process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? (isBrief ? 9 : 15),
)
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const entry = new URL('../../dist/cli/entry.js', import.meta.url).href
const hook = fileURLToPath(new URL('./main-thread.cjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-startup-'))
const small = join(folder, 'small.py')
const times = join(folder, 'times')
writeFileSync(small, 'import math\n\n\ndef area(radius):\n    return math.pi * radius ** 2\n')
const module = (text) => ['--input-type=module', '-e', text]
const canTellThread = existsSync('/proc/self/schedstat')

const commands = {
  'node -e 0': ['-e', '0'],
  'import yargs': module(`import ${JSON.stringify(import.meta.resolve('yargs'))}`),
  'import yargs-parser': module(`import ${JSON.stringify(import.meta.resolve('yargs-parser'))}`),
  'pyrestrict --version': [main, '--version'],
  'pyrestrict check small.py': [main, 'check', small],
  'the same, not bundled': module(
    `await (await import('${entry}')).main(['check', ${JSON.stringify(small)}])`,
  ),
  'pyrestrict run -c 1': [main, 'run', '-c', '1'],
}
if (isBrief)
  for (const name of Object.keys(commands))
    if (!['node -e 0', 'pyrestrict check small.py'].includes(name)) delete commands[name]
const wall = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
const thread = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
const run = (args, env = {}) => {
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  })
  if (status !== 0) throw new Error(`${args.join(' ')}: exit status ${status}: ${stderr}`)
}
for (let round = 0; round < rounds; round++) {
  for (const [name, args] of Object.entries(commands)) {
    const started = performance.now()
    run(args)
    wall[name].push(performance.now() - started)
    if (!canTellThread) continue
    rmSync(times, { force: true })
    run(['-r', hook, ...args], { MAIN_THREAD_TIMES: times })
    thread[name].push(Number(readFileSync(times, 'utf8').split('\n')[0]))
  }
}
rmSync(folder, { recursive: true })

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1]
const ratio = (table, name) => median(table[name]) / median(table['node -e 0'])
const cell = (table, name) =>
  table[name].length === 0
    ? ''
    : `${median(table[name]).toFixed(0).padStart(6)} ms ${ratio(table, name).toFixed(2).padStart(5)}x`
console.log(`${''.padEnd(28)} ${'wall'.padStart(16)} ${'main thread'.padStart(16)}`)
for (const name of Object.keys(commands))
  console.log(`${name.padEnd(28)} ${cell(wall, name)} ${cell(thread, name)}`)
const measured = Math.min(
  ...[wall, ...(canTellThread ? [thread] : [])].map((table) =>
    ratio(table, 'pyrestrict check small.py'),
  ),
)
figure('startup: pyrestrict check / node', measured)
if (process.argv.includes('--assert') && measured > 3) {
  console.log('pyrestrict check takes more than three times as long as Node alone')
  process.exitCode = 1
}
