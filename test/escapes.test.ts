/** Every attack of `fixtures/escapes`: its effect is absent, its layer stops it, and its benign twins keep working. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createChecker,
  createSandbox,
  type Checker,
  type Outcome,
  type Sandbox,
} from '../src/index.js'
import { escapeCases, HOST_APP, SECRET, type EscapeCase } from './support/cases.js'

const EXPOSED = [
  'vault',
  'rows',
  'settings',
  'proxy',
  'each_row',
  'label',
  'desk',
  'found',
  'bound',
  'Shape',
]
const cases = escapeCases()
const attacks = cases.filter((c) => c.effect !== undefined)

/** Evaluates an effect over a guest's globals, in its own interpreter. */
const PROBE = `
import builtins, types
def probe(guest, effect, output):
    names = dict(guest, g=guest, result=guest.get('result'), SECRET=${JSON.stringify(SECRET)}, types=types, builtins=builtins, out=output)
    try:
        return bool(eval(effect, names))
    except Exception:
        return False
`

let sandbox: Sandbox
let checker: Checker

beforeAll(async () => {
  const policy = {
    modules: 'standard',
    limits: { wallMs: 3000, memoryMb: 128, outputBytes: 1 << 20 },
  } as const
  sandbox = await createSandbox(policy, {
    isolation: 'thread',
    workers: 1,
    trusted: { host_app: { source: HOST_APP, expose: EXPOSED } },
  })
  checker = await createChecker(policy)
})
afterAll(() => sandbox.close())

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

const said = (outcome: Outcome): string =>
  JSON.stringify(outcome, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )

async function attempt({ code, limits, effect }: EscapeCase) {
  const session = await sandbox.session()
  try {
    const outcome = await session.run(code, { ...(limits ? { limits } : {}) })
    const args = [effect ?? 'False', outcome.output]
    // What the guest holds is judged as it is, in its own interpreter; what it did to the host's objects, in theirs.
    const probed = /\bH\b|__import__/.test(effect ?? '')
      ? await session.call('host_app', 'probe', args)
      : await session.inspect(PROBE, 'probe', args)
    return { outcome, probed }
  } finally {
    await session.close()
  }
}

describe('attacks have no effect', () => {
  test.each(attacks)('$family/$name', async (attack) => {
    const { outcome, probed } = await attempt(attack)
    expect(probed).toMatchObject({ status: 'returned', value: false })
    expect(said(outcome)).not.toContain(SECRET)
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
    const session = await sandbox.session()
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
      const outcome = await sandbox.run(code, limits ? { limits } : {})
      const [status, what] = wanted!.split(' ')
      if (status !== 'any') expect(outcome.status).toBe(status)
      if (what && outcome.status === 'exhausted') expect(outcome.limit).toBe(what)
      if (what && outcome.status === 'raised') expect(outcome.exception.type).toBe(what)
      expect(await sandbox.run('1 + 1', { mode: 'eval' })).toMatchObject({
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
