/** The compile guest: parse, translate, verify, compile, marshal; against plain `compile()` in the same engine (the bare image). */
import { readdirSync, readFileSync } from 'node:fs'
import { createChecker } from '../../dist/index.js'
import { encodeValue, decodeValue } from '../../dist/trusted/channel/values.js'
import { openBare, openGuarded } from '../fuzz/meaning.mjs'
import { figure } from './figures.mjs'

const folder = new URL('../../fixtures/bench/', import.meta.url)
const programs = readdirSync(folder)
  .map((file) => readFileSync(new URL(file, folder), 'utf8'))
  .join('\n')
const checker = await createChecker({})
const [bare, guarded] = [openBare(), openGuarded()]
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1]
const PLAIN = `
import marshal
for _ in range(times):
    marshal.dumps(compile(code, '<plain>', 'exec', dont_inherit=True, optimize=0))
`

/** Milliseconds for one request, by the median of several; the guest is not reset in between. */
function time(guest, request, rounds) {
  const bytes = encodeValue(request)
  const times = []
  for (let i = 0; i < rounds; i++) {
    const begin = performance.now()
    const answer = decodeValue(guest.call(bytes, {}))
    times.push(performance.now() - begin)
    if (answer.ok !== true && answer.status !== 'returned') throw new Error(answer.message)
  }
  return median(times)
}

const rows = []
for (const [name, source, mode, times] of [
  ['12 programs', programs, 'exec', 1],
  ['one formula', 'price * qty', 'eval', 20],
]) {
  const { code } = checker.rewrite(source, { mode })
  const request = {
    op: 'compile',
    text: code,
    mode,
    filename: '<f>',
    parameters: null,
    value: false,
  }
  const plain = [],
    ours = []
  for (let round = 0; round < 7; round++) {
    plain.push(
      time(bare, { op: 'exec_raw', code: PLAIN, inputs: { code: source, times } }, 3) / times,
    )
    ours.push(time(guarded, request, 3))
  }
  rows.push({
    source: name,
    'plain ms': +median(plain).toFixed(3),
    'compile guest ms': +median(ours).toFixed(3),
    ratio: +(median(ours) / median(plain)).toFixed(2),
  })
}
console.table(rows)
for (const { source, ratio } of rows) figure(`compile: ${source}`, ratio)
console.log('target: 2.2 of plain compile for programs; a one-line formula within 0.15 ms')
