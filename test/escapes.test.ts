/** Every attack of `fixtures/escapes`: its effect is absent, its layer stops it, and its benign twins keep working. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  capability,
  createChecker,
  createSandbox,
  type Checker,
  type EffectEvent,
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
    # Not the guest's own, which answer as guests are answered.
    names['__builtins__'] = builtins
    return bool(eval(effect, names))
`

/** Brings an effect about in the guest's own interpreter, and looks for it. */
const PLANT = `
import builtins, types
def plant(guest, code, effect):
    names = dict(guest, g=guest, types=types, builtins=builtins, out='')
    names['__builtins__'] = builtins
    exec(code, names)
    names.update(guest, result=guest.get('result'), __builtins__=builtins)
    return bool(eval(effect, names))
`

/** What every guest here is granted: it is to be of no help. */
const document = {
  title: 'T',
  status: 'S',
  wiped: 0,
  save: () => 'saved',
  wipe: () => document.wiped++,
}
const GRANTED = {
  capabilities: {
    rate: (x = 0) => x * 2,
    doc: capability(document, { methods: ['save'], read: ['title'], write: ['status'] }),
  },
  modules: {
    helpers: 'hidden = 1\ndef f(x):\n    return x + hidden\n',
    erp: { lookup: (key: string) => `${key}!`, doc: capability({ a: 1 }, { read: ['a'] }) },
  },
  errors: { UserError: 'Exception' },
}
/** The names that guests may ask for. */
const SHOWN = ['rate', 'doc.save', 'doc.title', 'erp.lookup']
let asked: EffectEvent[] = []

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
    ...GRANTED,
    onEffect: (event) => asked.push(event),
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
  asked = []
  try {
    const outcome = await session.run(code, { ...(limits ? { limits } : {}) })
    const args = [effect ?? 'False', outcome.output]
    // What the guest holds is judged as it is, in its own interpreter; what it did to the host's objects, in theirs.
    const probed = /\bH\b/.test(effect ?? '')
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
    expect(asked.filter(({ target }) => !SHOWN.includes(target))).toEqual([])
    expect([document.wiped, document.status, document.title]).toEqual([0, 'S', 'T'])
  })
})

describe('an effect that is there is seen', () => {
  test.each(cases.filter((c) => c.plant !== undefined))('$family/$name', async (attack) => {
    const session = await sandbox.session()
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
