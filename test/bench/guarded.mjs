/**
 * Guarded / plain: twelve programs, in the same engine (the bare image), interleaved, best of the rounds. Inlined is how guests
 * run; "every guard a call" is `guards: { inline: false }`. RestrictedPython's figure for programs like these is 2.9.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { createChecker } from '../../dist/index.js'
import { resolvePolicy } from '../../dist/policy/policy.js'
import { ask, openBare, openGuarded } from '../fuzz/meaning.mjs'

const folder = new URL('../../fixtures/bench/', import.meta.url)
const rounds = Number(process.env.ROUNDS ?? 5)
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
const request = (code, inline) => ({
  op: 'run',
  code,
  filename: '<f>',
  mode: 'exec',
  inputs: {},
  result: 'result',
  keep: false,
  policy: { modules: { time: ['perf_counter'] }, builtins: policy.builtins, inline },
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
  const compile = (inline) => {
    const compiled = ask(guarded, {
      op: 'compile',
      text: code,
      mode: 'exec',
      filename: '<f>',
      parameters: null,
      inline,
      value: false,
      names: [],
      codeBytes: 1 << 25,
    })
    if (!compiled.ok)
      throw new Error(`${file}: ${compiled.code} ${compiled.message} line ${compiled.line}`)
    return compiled.code
  }
  const variants = { inlined: request(compile(true), true), called: request(compile(false), false) }
  const best = { plain: Infinity, inlined: Infinity, called: Infinity }
  let value
  for (let round = 0; round < rounds; round++) {
    const plain = ask(bare, { op: 'exec_raw', code: TIMED, inputs: { code: source } }).value
    best.plain = Math.min(best.plain, plain[0])
    for (const name of ['inlined', 'called']) {
      const outcome = ask(guarded, variants[name])
      if (outcome.status !== 'returned')
        throw new Error(`${file} ${name}: ${JSON.stringify(outcome)}`)
      if (outcome.value[1] !== plain[1])
        throw new Error(`${file} ${name}: ${outcome.value[1]}, plainly ${plain[1]}`)
      best[name] = Math.min(best[name], outcome.value[0])
    }
    value = plain[1]
  }
  rows.push({
    program: file.replace('.py', ''),
    'plain ms': +(best.plain * 1000).toFixed(2),
    inlined: +(best.inlined / best.plain).toFixed(2),
    'every guard a call': +(best.called / best.plain).toFixed(2),
    result: value,
  })
}
const mean = (key) =>
  +Math.exp(rows.reduce((sum, row) => sum + Math.log(row[key]), 0) / rows.length).toFixed(3)
console.table(rows)
console.log(
  `geometric mean: inlined ${mean('inlined')} (target 1.05), every guard a call ${mean('every guard a call')} (target 1.7)`,
)
