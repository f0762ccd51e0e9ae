/** Every attack of `fixtures/escapes`: its effect is absent, its layer stops it, and its benign twins keep working. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createChecker, type Checker } from '../src/index.js'
import { escapeCases, SECRET } from './support/cases.js'
import { document, ESCAPE_POLICY, EscapeRoom, PLANT, said, SHOWN } from './support/escapes.js'

const cases = escapeCases()
const attacks = cases.filter((c) => c.effect !== undefined)
const room = new EscapeRoom()
let checker: Checker

beforeAll(async () => {
  await room.open()
  checker = await createChecker(ESCAPE_POLICY)
})
afterAll(() => room.sandbox.close())

/** What JSON would have said of a value: sets are sorted arrays, keys strings. */
function plain(value: unknown): unknown {
  if (value instanceof Set) return [...value].map(plain).sort()
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]))
  if (Array.isArray(value)) return value.map(plain)
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
    : value
}

describe('attacks have no effect', () => {
  test.each(attacks)('$family/$name', async (attack) => {
    const { outcome, probed } = await room.attempt(attack, attack.code)
    expect(probed).toMatchObject({ status: 'returned', value: false })
    expect(said(outcome)).not.toContain(SECRET)
    expect(room.asked.filter(({ target }) => !SHOWN.includes(target))).toEqual([])
    expect([document.wiped, document.status, document.title]).toEqual([0, 'S', 'T'])
  })
})

describe('an effect that is there is seen', () => {
  test.each(cases.filter((c) => c.plant !== undefined))('$family/$name', async (attack) => {
    const session = await room.sandbox.session()
    await session.run('import helpers, erp')
    expect(await session.inspect(PLANT, 'plant', [attack.plant!, attack.effect!])).toMatchObject({
      status: 'returned',
      value: true,
    })
    await session.close()
  })
})

describe('check reports what it alone must stop, with a position', () => {
  test.each(attacks.filter((c) => c.layer === 'check' && c.effect !== 'False'))(
    '$family/$name',
    ({ code }) => {
      const { ok, diagnostics } = checker.check(code)
      expect(ok).toBe(false)
      expect(diagnostics[0]!.span.start.line).toBeGreaterThan(0)
    },
  )
})

describe('benign twins keep working', () => {
  test.each(cases.filter((c) => c.returns !== undefined))('$family/$name', async (twin) => {
    const session = await room.sandbox.session()
    const outcome = await session.run(
      twin.code,
      twin.code.includes('result =') ? { result: 'result' } : {},
    )
    await session.close()
    expect(outcome.status === 'returned' ? plain(outcome.value) : outcome).toEqual(twin.returns)
  })
})

describe('what only limits and the runtime stop ends as told, and the sandbox lives', () => {
  test.each(cases.filter((c) => c.outcome !== undefined))(
    '$family/$name',
    async ({ code, limits, outcome: wanted }) => {
      const outcome = await room.sandbox.run(code, limits ? { limits } : {})
      const [status, what] = wanted!.split(' ')
      if (status !== 'any') expect(outcome.status).toBe(status)
      if (what && outcome.status === 'exhausted') expect(outcome.limit).toBe(what)
      if (what && outcome.status === 'raised') expect(outcome.exception.type).toBe(what)
      expect(await room.sandbox.run('1 + 1', { mode: 'eval' })).toMatchObject({
        status: 'returned',
        value: 2,
      })
    },
  )
})

test('every family of attack has a case and every case says what it expects', () => {
  expect(
    cases.filter(
      (c) => c.effect === undefined && c.returns === undefined && c.outcome === undefined,
    ),
  ).toEqual([])
  expect(new Set(cases.map((c) => c.family))).toEqual(
    new Set([
      'allowed',
      'attributes',
      'capabilities',
      'classes',
      'format',
      'frames',
      'guards',
      'imports',
      'membrane',
      'parsers',
      'runtime',
      'stores',
    ]),
  )
})
