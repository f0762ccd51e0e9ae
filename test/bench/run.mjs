/**
 * `npm run bench`: every measurement, one after the other, each side by side with what it is compared to, in one process of its
 * own. `npm run bench -- guarded startup` runs those alone. Read ratios: absolute times are the machine's.
 *
 * `npm run bench -- --check` runs those whose figures have bounds in figures.json, in fewer rounds (four minutes on a machine that has
 * nothing else to do), and fails where one is beyond its bound. What is beyond is measured again, twice at most: a busy machine makes
 * a figure worse, seldom better, and seldom three times. A figure that is beyond its bound whenever it was measured while others had
 * a part of the processor is not judged: the exit status is then 3, and the check is to be made again when they are done.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
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
  capacity: '2,000 sandboxes, 10,000 parked sessions, 50 submissions at once',
  pyodide: 'first results and pristine runs, against plain Pyodide',
  startup: '`pyrestrict check` of a small file, against `node -e 0`',
}
const ATTEMPTS = 3
/** A bench that takes longer than this in a check stands still. */
const MOST_MS = 300_000
/** The part of the processor that others may have while a figure is measured that is to be judged. */
const MOST_OTHERS = 0.2

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

const percent = (part) => `${Math.round(part * 100)} %`
const load = () => `load ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`
const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

/** Which part of the processor others have, while nothing of ours runs. */
async function others() {
  const total = () => {
    const sum = { idle: 0, all: 0 }
    for (const { times } of cpus()) {
      sum.idle += times.idle
      for (const time of Object.values(times)) sum.all += time
    }
    return sum
  }
  const before = total()
  await sleep(1_000)
  const after = total()
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all)
}

/** Runs one, and tells the figures that it found; undefined when it failed. */
function measure(name) {
  const file = join(folder, name)
  writeFileSync(file, '')
  console.log(`\n## ${name}: ${BENCHES[name]} (${load()})\n`)
  const { status } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL(`${name}.mjs`, import.meta.url))],
    {
      stdio: 'inherit',
      env: { ...process.env, BENCH_FIGURES: file, ...(isCheck && { BENCH_BRIEF: '1' }) },
      ...(isCheck && { timeout: MOST_MS, killSignal: 'SIGKILL' }),
    },
  )
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return status === 0 ? new Map(lines.map((line) => JSON.parse(line))) : undefined
}

const isWithin = ({ most = Infinity, least = -Infinity }, value) => value <= most && value >= least
const told = ({ most, least, goal }) =>
  `${most === undefined ? `${least} at least` : `${most} at most`}${goal === undefined ? '' : `, the goal is ${goal}`}`

/**
 * The figures of one bench that are beyond their bounds, however often it is run: those that were measured on a quiet machine, and
 * those that never were.
 */
async function beyond(name, bounds) {
  const open = new Map(Object.entries(bounds))
  const best = new Map()
  let isQuiet = false
  for (let attempt = 1; attempt <= ATTEMPTS && open.size > 0; attempt++) {
    if (attempt > 1) console.log(`\n${[...open.keys()].join(', ')}: once more`)
    const before = await others()
    const found = measure(name)
    if (found === undefined) return { failed: [`${name}: it failed`], unjudged: [] }
    const part = Math.max(before, await others())
    isQuiet ||= part <= MOST_OTHERS
    console.log(`\nothers had ${percent(part)} of the processor`)
    for (const [figure, bound] of [...open]) {
      const value = found.get(figure)
      if (value === undefined) return { failed: [`${figure}: no longer measured`], unjudged: [] }
      const known = best.get(figure) ?? value
      best.set(figure, bound.least === undefined ? Math.min(known, value) : Math.max(known, value))
      const mark = isWithin(bound, value) ? '  ' : '! '
      console.log(`${mark}${figure.padEnd(56)} ${value.toFixed(3).padStart(9)}  (${told(bound)})`)
      if (isWithin(bound, value)) open.delete(figure)
    }
  }
  const lines = [...open].map(
    ([figure, bound]) =>
      `${figure}: ${best.get(figure).toFixed(2)}, and it is to be ${told(bound)}`,
  )
  return isQuiet ? { failed: lines, unjudged: [] } : { failed: [], unjudged: lines }
}

const chosen = (name) => wanted.length === 0 || wanted.includes(name)
if (isCheck) {
  const began = performance.now()
  const figures = JSON.parse(readFileSync(new URL('figures.json', import.meta.url), 'utf8'))
  const failed = []
  const unjudged = []
  for (const [name, bounds] of Object.entries(figures)) {
    if (!chosen(name)) continue
    const found = await beyond(name, bounds)
    failed.push(...found.failed)
    unjudged.push(...found.unjudged)
  }
  const took = `${Math.round((performance.now() - began) / 1_000)} s, ${load()}`
  for (const line of failed) console.error(line)
  for (const line of unjudged) console.error(`not judged, the machine was busy: ${line}`)
  if (failed.length > 0) console.log(`\nbeyond their bounds: ${failed.length} (${took})`)
  else if (unjudged.length > 0)
    console.log(`\nthe machine is too busy to judge ${unjudged.length} of the figures (${took})`)
  else console.log(`\nall within their bounds (${took})`)
  process.exit(failed.length > 0 ? 1 : unjudged.length > 0 ? 3 : 0)
}
const failed = Object.keys(BENCHES).filter((name) => chosen(name) && measure(name) === undefined)
process.exit(failed.length === 0 ? 0 : 1)
