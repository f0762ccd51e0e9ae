/** A compile worker that lies: whatever it answers, the host has an outcome in bounded time, and every report can tell it. */
import { afterEach, describe, expect, test } from 'vitest'
import { createSandbox, outcomeToJson, type Diagnostic, type Sandbox } from '../src/index.js'
import { FORMAT_NAMES, createFormatter } from '../src/report/formats.js'
import { explain } from '../src/rules/load.js'
import { Link } from '../src/trusted/channel/link.js'
import { decodeValue, encodeValue, type Value } from '../src/trusted/channel/values.js'
import { sharedWorkers as workers } from './support/shared-workers.js'

type Answer = Record<string, Value>

const perform = Link.prototype.perform
const open: Sandbox[] = []
let asked = 0
afterEach(async () => {
  Link.prototype.perform = perform
  for (const sandbox of open.splice(0)) await sandbox.close()
})

/** A sandbox whose compile workers answer `lie` of what they would have answered for each source. */
async function lyingSandbox(lie: (honest: Answer) => object): Promise<Sandbox> {
  asked = 0
  Link.prototype.perform = async function (call) {
    const done = await perform.call(this, call)
    if (done.kind !== 'done' || !Buffer.from(call.request).includes('asFunction')) return done
    asked += 1
    if (asked > 100) throw new Error('asked for ever')
    const told = decodeValue(done.response, { nodes: 1e7, depth: 9, bytes: 1e9 })
    const answers = (told as { answers: Answer[] }).answers.map(lie)
    return { ...done, response: encodeValue({ retire: false, answers } as never) }
  }
  const sandbox = await createSandbox({ preset: 'script' }, workers('thread'))
  open.push(sandbox)
  return sandbox
}

const SOURCE = 'def f(x):\n    return x.y[0]\nf(1)\n'
const place = (line: number, column: number, offset: number) => ({ line, column, offset })
const FIRST = place(1, 1, 0)
const refusal = (start: object, end: object, more: object = {}) => ({
  kind: 'refused',
  findings: [{ code: 'PR301', rule: 'r', message: 'm', span: { start, end }, ...more }],
  omitted: 0,
})
const edits = (...numbers: number[]): Uint8Array => new Uint8Array(new Int32Array(numbers).buffer)

/** What is answered, and how the run ends. */
const LIES: readonly (readonly [string, RegExp, (honest: Answer) => object])[] = [
  ['code that is none', /^crashed$/, (a) => ({ ...a, code: new Uint8Array([1, 2, 3]) })],
  ['no code', /^crashed$/, (a) => ({ ...a, code: new Uint8Array(0) })],
  ['edits beyond the text', /^raised$/, (a) => ({ ...a, edits: edits(1e9, 1e9, -1e9, 7) })],
  ['edits before the text', /^raised$/, (a) => ({ ...a, edits: edits(-5, -9, 0, 0, 3, 0, 0, 1) })],
  ['a hundred thousand edits', /^raised$/, (a) => ({ ...a, edits: new Uint8Array(1_600_000) })],
  ['an empty guarded text', /^raised$/, (a) => ({ ...a, guarded: '' })],
  ['a guarded text of a million lines', /^raised$/, (a) => ({ ...a, guarded: '\n'.repeat(1e6) })],
  ['a place far beyond the text', /^refused$/, () => refusal(FIRST, place(9e15, 9e15, 9e15))],
  ['a place before the text', /^refused$/, () => refusal(place(0, 0, 0), FIRST)],
  ['an end before the beginning', /^refused$/, () => refusal(place(2, 1, 9), FIRST)],
  [
    'a finding that no rule has, with the bytes of a terminal',
    /^refused$/,
    () =>
      refusal(FIRST, FIRST, { code: 'PR999', rule: '\x1b[31m', message: '\x1b]0;x\x07\r\n\u202e' }),
  ],
  ['a reason of a megabyte', /^crashed$/, () => ({ kind: 'failed', reason: 'x'.repeat(1 << 20) })],
  ['that it is not done', /^refused$/, () => ({ kind: 'undone' })],
  [
    'names that no source has',
    /^raised$/,
    (a) => ({ ...a, parameters: ['__proto__', '', 'a b', 'constructor', '\0'] }),
  ],
]

describe.each(LIES)('a compile worker that answers %s', (_, status, lie) => {
  test('ends the run, and every report tells it', async () => {
    const sandbox = await lyingSandbox(lie)
    const outcome = await sandbox.run(SOURCE)
    expect(outcome.status).toMatch(status)
    expect(asked).toBeLessThan(5)
    expect(JSON.stringify(outcomeToJson(outcome)).length).toBeLessThan(10_000)
    const diagnostics: readonly Diagnostic[] =
      outcome.status === 'refused' ? outcome.diagnostics : []
    for (const { span } of diagnostics) expect(span.end.offset).toBeLessThanOrEqual(SOURCE.length)
    for (const format of FORMAT_NAMES) {
      const formatter = createFormatter(format, { colour: false, version: '0', explain })
      const checked = { file: 'a.py', source: SOURCE, diagnostics, warnings: [], omitted: 0 }
      const told = formatter.file(checked as never) + formatter.end()
      expect(told).not.toMatch(/[\x1b\x07\u202e]/)
    }
  })
})

test.each(LIES.filter(([name]) => /not done|no source has|far beyond/.test(name)))(
  'one that answers %s of formulas is not asked for ever, and misleads nobody else',
  async (_, __, lie) => {
    const sandbox = await lyingSandbox(lie)
    const formulas = await sandbox.formulas(['a + 1', 'b * 2', '1 / c'])
    expect(asked).toBeLessThan(50)
    for (const formula of formulas)
      if (formula.status === 'compiled')
        await Promise.allSettled([formula.evaluate({ a: 1, b: 2, c: 3 } as never)])
    Link.prototype.perform = perform
    const honest = await createSandbox({ preset: 'script' }, workers('thread'))
    open.push(honest)
    expect(await honest.run('1 + 1')).toMatchObject({ status: 'returned', value: 2 })
  },
)
