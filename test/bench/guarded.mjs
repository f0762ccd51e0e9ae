/**
 * Guarded / plain: twelve programs, in the same engine (the bare image), interleaved, best of the rounds. RestrictedPython's
 * figure for programs like these is 2.9.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createChecker } from '../../dist/index.js'
import { resolvePolicy } from '../../dist/policy/policy.js'
import { ask, openBare, openGuarded } from '../fuzz/meaning.mjs'
import { figure, isBrief } from './figures.mjs'

const folder = new URL('../../fixtures/bench/', import.meta.url)
const rounds = Number(process.env.ROUNDS ?? (isBrief ? 12 : 5))
const policy = resolvePolicy({})
const [bare, guarded] = [openBare(), openGuarded()]
const TIMED = `
import time as _time
namespace = {'__name__': '__main__', '__builtins__': __builtins__}
exec(compile(code, '<plain>', 'exec', dont_inherit=True), namespace)
run = namespace['run']
run()
best = 1e9
for _ in range(3):
    begin = _time.perf_counter()
    value = run()
    best = min(best, _time.perf_counter() - begin)
result = [best, repr(value)]
`
/** The same measurement, as a guest makes it. */
const GUEST = `
import time
run()
best = 1e9
for _ in range(3):
    begin = time.perf_counter()
    value = run()
    best = min(best, time.perf_counter() - begin)
result = [best, repr(value)]
`
const request = (code) => ({
  op: 'run',
  code,
  filename: '<f>',
  mode: 'exec',
  inputs: {},
  result: 'result',
  keep: false,
  policy: { modules: { time: ['perf_counter'] }, builtins: policy.builtins },
  recursion: 1000,
  resultBytes: 1 << 20,
  resultNodes: 1e5,
  resultDepth: 100,
})
const rows = []
const timing = await createChecker({ modules: { time: ['perf_counter'] } })
for (const file of readdirSync(folder)) {
  const source = readFileSync(new URL(file, folder), 'utf8')
  const { code } = timing.rewrite(source + GUEST)
  const compiled = ask(guarded, {
    op: 'compile',
    text: code,
    mode: 'exec',
    filename: '<f>',
    parameters: null,
    value: false,
    names: [],
    codeBytes: 1 << 25,
  })
  if (!compiled.ok)
    throw new Error(`${file}: ${compiled.code} ${compiled.message} line ${compiled.line}`)
  const best = { plain: Infinity, guarded: Infinity }
  let value
  for (let round = 0; round < rounds; round++) {
    const plain = ask(bare, { op: 'exec_raw', code: TIMED, inputs: { code: source } }).value
    best.plain = Math.min(best.plain, plain[0])
    const outcome = ask(guarded, request(compiled.code))
    if (outcome.status !== 'returned') throw new Error(`${file}: ${JSON.stringify(outcome)}`)
    if (outcome.value[1] !== plain[1])
      throw new Error(`${file}: ${outcome.value[1]}, plainly ${plain[1]}`)
    best.guarded = Math.min(best.guarded, outcome.value[0])
    value = plain[1]
  }
  rows.push({
    program: file.replace('.py', ''),
    'plain ms': +(best.plain * 1000).toFixed(2),
    ratio: +(best.guarded / best.plain).toFixed(2),
    result: value,
  })
}
const mean = (key) =>
  +Math.exp(rows.reduce((sum, row) => sum + Math.log(row[key]), 0) / rows.length).toFixed(3)
console.table(rows)
figure('guarded: geometric mean', mean('ratio'))
figure('guarded: worst', Math.max(...rows.map(({ ratio }) => ratio)))
console.log(`geometric mean ${mean('ratio')} (target 1.02, none over 1.1)`)
