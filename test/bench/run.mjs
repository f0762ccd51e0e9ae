/**
 * `npm run bench`: every measurement, one after the other, each side by side with what it is compared to, in one process of its
 * own. `npm run bench -- guarded startup` runs those alone. Read ratios: absolute times are the machine's.
 *
 * `npm run bench -- --check` runs those whose figures have bounds in figures.json, and fails where one is beyond its bound. What is
 * beyond is measured again, twice at most: a busy machine makes a figure worse, seldom better, and seldom three times.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Name → what it compares. The order is that of the way of the data. */
const BENCHES = {
  parse: 'parse with kinds and shapes, against the bare parse of tree-sitter',
  check: 'check, against the bare parse',
  rewrite: 'check and rewrite, against the bare parse',
  compile: 'the compile guest, against plain compile() in the same engine',
  guarded: 'guarded programs against plain ones in the same engine',
  'run-latency': 'pristine runs, cold first results, kills, throughput, memory, for each isolation',
  formulas: 'formulas one by one, together and by the thousand, for each isolation',
  host: 'questions to the host: calls, awaited turns, callbacks, runs that wait, for each isolation',
  files: '100 MB of files, line by line, against the same text from memory, for each isolation',
  door: 'questions to a trusted module: methods, attributes, callbacks, rows',
  pyodide: 'first results and pristine runs, against plain Pyodide',
  startup: '`pyrestrict check` of a small file, against `node -e 0`',
}
const ATTEMPTS = 3

const words = process.argv.slice(2)
const isCheck = words.includes('--check')
const wanted = words.filter((word) => word !== '--check')
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name))
if (unknown.length > 0) {
  console.error(
    `no bench is called ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`,
  )
  process.exit(2)
}

const load = () => `load ${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores`
const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

/** Runs one, and tells the figures that it found; undefined when it failed. */
function measure(name) {
  const file = join(folder, name)
  writeFileSync(file, '')
  console.log(`\n## ${name}: ${BENCHES[name]} (${load()})\n`)
  const { status } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL(`${name}.mjs`, import.meta.url))],
    { stdio: 'inherit', env: { ...process.env, BENCH_FIGURES: file } },
  )
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return status === 0 ? new Map(lines.map((line) => JSON.parse(line))) : undefined
}

const isWithin = ({ most = Infinity, least = -Infinity }, value) => value <= most && value >= least

/** The figures of one bench that are beyond their bounds, however often it is run. */
function beyond(name, bounds) {
  const open = new Map(Object.entries(bounds))
  const best = new Map()
  for (let attempt = 1; attempt <= ATTEMPTS && open.size > 0; attempt++) {
    if (attempt > 1) console.log(`\n${[...open.keys()].join(', ')}: once more`)
    const found = measure(name)
    if (found === undefined) return [`${name}: it failed`]
    for (const [figure, bound] of [...open]) {
      const value = found.get(figure)
      if (value === undefined) return [`${figure}: no longer measured`]
      const known = best.get(figure) ?? value
      best.set(figure, bound.least === undefined ? Math.min(known, value) : Math.max(known, value))
      console.log(`${isWithin(bound, value) ? '  ' : '! '}${figure.padEnd(64)} ${value.toFixed(3)}`)
      if (isWithin(bound, value)) open.delete(figure)
    }
  }
  return [...open].map(([figure, { most, least }]) => {
    const bound = most === undefined ? `${least} at least` : `${most} at most`
    return `${figure}: ${best.get(figure).toFixed(2)}, and ${bound} is written down`
  })
}

const chosen = (name) => wanted.length === 0 || wanted.includes(name)
if (isCheck) {
  const figures = JSON.parse(readFileSync(new URL('figures.json', import.meta.url), 'utf8'))
  const failures = Object.entries(figures).flatMap(([name, bounds]) =>
    chosen(name) ? beyond(name, bounds) : [],
  )
  console.log(failures.length === 0 ? `\nall within their bounds (${load()})` : `\n(${load()})`)
  for (const failure of failures) console.error(failure)
  process.exit(failures.length === 0 ? 0 : 1)
}
const failed = Object.keys(BENCHES).filter((name) => chosen(name) && measure(name) === undefined)
process.exit(failed.length === 0 ? 0 : 1)
