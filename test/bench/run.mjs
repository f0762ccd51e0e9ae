/**
 * `npm run bench`: every measurement, one after the other, each side by side with what it is compared to, in one process of its
 * own. `npm run bench -- guarded startup` runs those alone. Read ratios: absolute times are the machine's.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Name → what it compares. The order is that of the way of the data. */
const BENCHES = {
  parse: 'parse with kinds and shapes, against the bare parse of tree-sitter',
  check: 'check, against the bare parse',
  rewrite: 'check and rewrite, against the bare parse',
  compile: 'the compile guest, against plain compile() in the same engine',
  guarded: 'guarded programs against plain ones in the same engine',
  'run-latency': 'pristine runs, cold first results, kills, throughput, memory, for each isolation',
  host: 'questions to the host: calls, awaited turns, callbacks, runs that wait, for each isolation',
  files: '100 MB of files, line by line, against the same text from memory, for each isolation',
  door: 'questions to a trusted module: methods, attributes, callbacks, rows',
  pyodide: 'first results and pristine runs, against plain Pyodide',
  startup: '`pyrestrict check` of a small file, against `node -e 0`',
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name))
if (unknown.length > 0) {
  console.error(
    `no bench is called ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`,
  )
  process.exit(2)
}
let failed = 0
for (const [name, text] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.log(`\n## ${name}: ${text}\n`)
  const { status } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL(`${name}.mjs`, import.meta.url))],
    { stdio: 'inherit' },
  )
  if (status !== 0) failed++
}
process.exit(failed === 0 ? 0 : 1)
