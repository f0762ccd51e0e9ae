// Start-up of the command line, whole processes against `node -e 0`, interleaved. Prints medians and ratios; with --assert it
// fails when `pyrestrict check` of a small file takes more than three times as long as Node alone.
//   node test/bench/startup.mjs [rounds] [--assert]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const rounds = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 15)
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-startup-'))
const small = join(folder, 'small.py')
writeFileSync(small, 'import math\n\n\ndef area(radius):\n    return math.pi * radius ** 2\n')

const commands = {
  'node -e 0': ['-e', '0'],
  'yargs alone': ['--input-type=module', '-e', `import ${JSON.stringify(import.meta.resolve('yargs'))}`],
  'pyrestrict --version': [main, '--version'],
  'pyrestrict --help': [main, '--help'],
  'pyrestrict check small.py': [main, 'check', small],
  'pyrestrict check --format json': [main, 'check', '--format', 'json', small],
}
const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
for (let round = 0; round < rounds; round++) {
  for (const [name, args] of Object.entries(commands)) {
    const started = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    times[name].push(performance.now() - started)
    if (status !== 0) throw new Error(`${name}: exit status ${status}: ${stderr}`)
  }
}
rmSync(folder, { recursive: true })

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1]
const base = median(times['node -e 0'])
for (const [name, list] of Object.entries(times)) {
  console.log(`${name.padEnd(32)} ${median(list).toFixed(0).padStart(6)} ms  ${(median(list) / base).toFixed(2)}x`)
}
if (process.argv.includes('--assert') && median(times['pyrestrict check small.py']) > 3 * base) {
  console.log('pyrestrict check takes more than three times as long as Node alone')
  process.exitCode = 1
}
