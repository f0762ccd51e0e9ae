import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PolicyError } from '../src/errors.js'
import { BUILTINS, GUARDED_BUILTINS } from '../src/trusted/language/language.js'
import { FILE_MODULES, MODULES, NETWORK_MODULES } from '../src/trusted/language/modules.js'
import { KEYS } from '../src/policy/keys.js'
import { DEFAULT_LIMITS, LIMIT_NAMES, LIMITS } from '../src/policy/limits.js'
import { DEFAULT_POLICY, resolveLimits, resolvePolicy, type Policy } from '../src/policy/policy.js'
import { PRESET_NAMES, PRESETS } from '../src/policy/presets.js'
import { policyJsonSchema } from '../src/policy/write-schema.js'

/** What resolvePolicy says about `policy`, or 'accepted'. Takes anything: half of these would not compile as a Policy. */
function said(policy: unknown): string {
  try {
    resolvePolicy(policy as Policy)
    return 'accepted'
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return error.message
  }
}

const known = `known keys: ${['$schema', 'preset', ...Object.keys(KEYS)].join(', ')}`

describe('without a policy', () => {
  test('nothing can be imported, and every limit has its default', () => {
    expect(resolvePolicy()).toBe(DEFAULT_POLICY)
    expect(resolvePolicy({})).toEqual(DEFAULT_POLICY)
    expect(Object.keys(DEFAULT_POLICY.modules)).toEqual([])
    expect(DEFAULT_POLICY.limits).toEqual({
      wallMs: 5_000,
      fuel: 100_000_000,
      memoryMb: 256,
      outputBytes: 1_048_576,
      resultBytes: 8_388_608,
      sourceBytes: 1_048_576,
      depth: 10_500,
      recursion: 10_000,
      codeBytes: 33_554_432,
      compileMs: 30_000,
      effects: 10_000,
      effectBytes: 4_194_304,
      fileOperations: 1_000_000,
      pending: 1_000,
      waitMs: 30_000,
    })
    expect(DEFAULT_POLICY.builtins).toEqual([...BUILTINS, ...GUARDED_BUILTINS].sort())
    expect([DEFAULT_POLICY.clock, DEFAULT_POLICY.random]).toEqual(['real', 'real'])
    expect(DEFAULT_POLICY.dunders).toBe('refused')
    expect(DEFAULT_POLICY.evaluate).toBe(false)
  })

  test('no builtin that leads out of the language is given', () => {
    for (const name of ['eval', 'exec', 'compile', '__import__', 'breakpoint', 'help']) {
      expect(DEFAULT_POLICY.builtins).not.toContain(name)
    }
  })
})

describe('unknown keys', () => {
  test.each([
    [{ module: {} }, `policy.module: unknown key; did you mean "modules"? (${known})`],
    [
      { files: { '/': { memory: 1 } } },
      `policy.files: unknown key; did you mean "filesystem"? (${known})`,
    ],
    [{ zones: {} }, `policy.zones: unknown key (${known})`],
    [{ networks: {} }, `policy.networks: unknown key; did you mean "network"? (${known})`],
    [{ capability: {} }, `policy.capability: unknown key; did you mean "capabilities"? (${known})`],
    [
      { capabilities: { f: { call: 1 } } },
      'policy.capabilities.f.call: unknown key; did you mean "calls"? (known keys: calls, approve, timeoutMs)',
    ],
    [
      { capabilities: { f: { calls: -1 } } },
      'policy.capabilities.f.calls: must be a whole number from 0',
    ],
    [
      { capabilities: { f: { timeoutMs: 0 } } },
      'policy.capabilities.f.timeoutMs: must be a whole number of milliseconds from 1 to 86400000',
    ],
    [
      { builtins: { dney: ['open'] } },
      'policy.builtins.dney: unknown key; did you mean "deny"? (known keys: allow, deny)',
    ],
    [{ guards: { inline: false } }, `policy.guards: unknown key (${known})`],
    [
      { limits: { wallms: 1 } },
      `policy.limits.wallms: unknown key; did you mean "wallMs"? (known keys: ${LIMIT_NAMES.join(', ')})`,
    ],
    [{ 'limits ': {} }, `policy["limits "]: unknown key; did you mean "limits"? (${known})`],
    [
      { clock: { fixed: '2026-01-31', zone: 'UTC' } },
      'policy.clock.zone: unknown key (known keys: fixed)',
    ],
    [{ toString: 1 }, `policy.toString: unknown key (${known})`],
    [JSON.parse('{"__proto__": {"modules": "standard"}}'), 'policy.__proto__: unknown key'],
    [{ modules: JSON.parse('{"constructor": "*"}') }, 'policy.modules.constructor: unknown key'],
  ])('%j is refused', (policy, message) => {
    expect(said(policy)).toBe(message)
  })

  test('any key that is not in the schema is refused, at every level', () => {
    const keys = new Set([
      '$schema',
      'preset',
      'modules',
      'builtins',
      'clock',
      'random',
      'capabilities',
      'limits',
    ])
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.constantFrom('policy', 'limits', 'builtins'),
        (key, where) => {
          fc.pre(
            !keys.has(key) &&
              !(LIMIT_NAMES as readonly string[]).includes(key) &&
              !['allow', 'deny', 'inline'].includes(key),
          )
          const bad = Object.fromEntries([[key, 1]])
          expect(said(where === 'policy' ? bad : { [where]: bad })).toContain('unknown key')
        },
      ),
    )
  })
})

describe('what is not plain data', () => {
  class Grants {
    modules = 'standard'
  }
  test.each([
    ['null', null, 'policy: must be an object'],
    ['an array', [], 'policy: must be an object'],
    ['a string', 'standard', 'policy: must be an object'],
    ['a function', () => ({}), 'policy: must be plain data, not function'],
    [
      'a Map, whose entries no schema sees',
      { limits: new Map([['fuel', 1]]) },
      'policy.limits: must be a plain object, not an instance of a class',
    ],
    ['an instance', new Grants(), 'policy: must be a plain object, not an instance of a class'],
    [
      'a getter',
      {
        get modules() {
          return 'standard'
        },
      },
      'policy.modules: must be plain data, not an accessor',
    ],
    [
      'a hidden key',
      Object.defineProperty({}, 'limits', { value: { fuel: 1 } }),
      'policy.limits: must be plain data, not an accessor',
    ],
    ['a symbol', { [Symbol('fuel')]: 1 }, 'policy: must not have a symbol as key'],
    ['a bigint', { limits: { fuel: 10n } }, 'policy.limits.fuel: must be plain data, not bigint'],
    ['a list for limits', { limits: [] }, 'policy.limits: must be an object'],
    [
      'a list for modules',
      { modules: ['math'] },
      'policy.modules: must be "standard", "standard files", or an object of modules with the names each shows, not Array',
    ],
    [
      'an empty list for modules',
      { modules: [] },
      'policy.modules: must be "standard", "standard files", or an object of modules with the names each shows, not Array',
    ],
    [
      'a sparse list',
      { builtins: { deny: Array(2) } },
      'policy.builtins.deny[0]: must be plain data, not undefined',
    ],
  ])('%s is refused', (_, policy, message) => {
    expect(said(policy)).toBe(message)
  })

  test('a cycle is refused', () => {
    const policy: Record<string, unknown> = {}
    policy['limits'] = policy
    expect(said(policy)).toBe(`policy${'.limits'.repeat(9)}: nested too deeply, or a cycle`)
  })

  test('a field that is undefined is a field left out', () => {
    expect(resolvePolicy({ modules: undefined, limits: { fuel: undefined } })).toEqual(
      DEFAULT_POLICY,
    )
  })
})

describe('limits', () => {
  test.each(LIMIT_NAMES)('%s holds within its range and nowhere else', (name) => {
    const { min, max, unit, default: standard } = LIMITS[name]
    expect([min <= standard, standard <= max]).toEqual([true, true])
    expect(said({ limits: { [name]: min } })).toBe('accepted')
    expect(said({ limits: { [name]: max } })).toBe('accepted')
    for (const value of [min - 1, max + 1, min + 0.5, Infinity, NaN]) {
      expect(said({ limits: { [name]: value } })).toBe(
        `policy.limits.${name}: must be a whole number of ${unit} from ${min} to ${max}, not ${value}`,
      )
    }
    for (const [value, shown] of [
      ['5', '"5"'],
      [null, 'null'],
      [true, 'true'],
    ] as const) {
      expect(said({ limits: { [name]: value } })).toBe(
        `policy.limits.${name}: must be a whole number of ${unit} from ${min} to ${max}, not ${shown}`,
      )
    }
  })

  test('several mistakes are told together', () => {
    expect(said({ limits: { wallMs: 0, depth: 1 } })).toBe(
      'policy.limits.wallMs: must be a whole number of milliseconds from 1 to 86400000, not 0\n' +
        'policy.limits.depth: must be a whole number of levels from 16 to 12000, not 1',
    )
  })

  test('those of one run complete those of the policy, and a ceiling holds', () => {
    const base = resolvePolicy({ limits: { wallMs: 100 } }).limits
    expect(resolveLimits(undefined, base)).toBe(base)
    expect(resolveLimits({ fuel: 5 }, base)).toEqual({ ...DEFAULT_LIMITS, wallMs: 100, fuel: 5 })
    expect(() => resolveLimits({ wallMs: 101 }, base, base)).toThrow(
      new PolicyError('policy.limits.wallMs: must not exceed 100 milliseconds here'),
    )
    expect(() => resolveLimits({ wall: 1 } as Policy['limits'])).toThrow(PolicyError)
  })
})

describe('modules', () => {
  test('"standard" is every reviewed module with every reviewed name', () => {
    const { modules } = resolvePolicy({ modules: 'standard' })
    expect(Object.keys(modules)).toEqual(Object.keys(MODULES))
    expect(modules['math']).toEqual(MODULES['math'])
  })

  test('those of files and of requests come with what they are about', () => {
    const filesystem = { '/': { memory: 1 } }
    const network = { allow: ['https://a.example'] }
    const names = (policy: object): string[] =>
      Object.keys(resolvePolicy({ modules: 'standard', ...policy }).modules)
    expect(names({ filesystem })).toEqual([...Object.keys(MODULES), ...Object.keys(FILE_MODULES)])
    expect(names({ network })).toEqual([...Object.keys(MODULES), ...Object.keys(NETWORK_MODULES)])
    expect(names({ filesystem, network })).toHaveLength(
      Object.keys({ ...MODULES, ...FILE_MODULES, ...NETWORK_MODULES }).length,
    )
    expect(Object.keys(resolvePolicy({ modules: { os: ['getcwd'] } }).modules)).toEqual(['os'])
    const words = { modules: 'standard files' }
    expect(names(words)).toEqual(names({ filesystem }))
    expect(names({ ...words, filesystem, network })).toEqual(names({ filesystem, network }))
    expect(names({ ...words, network })).toEqual(names({ filesystem, network }))
  })

  test('a list grants those names, "*" all of them, and nothing is inherited', () => {
    const { modules } = resolvePolicy({ modules: { math: ['sqrt', 'pi', 'sqrt'], json: '*' } })
    expect({ ...modules }).toEqual({ math: ['pi', 'sqrt'], json: MODULES['json'] })
    expect(modules['toString']).toBeUndefined()
  })

  test.each([
    [
      { ctypes: '*' },
      'policy.modules: there is no reviewed module "ctypes"; did you mean "types"?',
    ],
    [{ os: ['fork'] }, 'policy.modules["os"][0]: "fork" is not among the reviewed names of os'],
    [{ maths: '*' }, 'policy.modules: there is no reviewed module "maths"; did you mean "math"?'],
    [
      { math: ['sqr'] },
      'policy.modules["math"][0]: "sqr" is not among the reviewed names of math; did you mean "sqrt"?',
    ],
    [
      { json: ['loads', 'codecs'] },
      'policy.modules["json"][1]: "codecs" is not among the reviewed names of json',
    ],
    [
      { toString: '*' },
      'policy.modules: there is no reviewed module "toString"; did you mean "string"?',
    ],
    [
      { math: 'sqrt' },
      'policy.modules.math: must be a list of names, or "*" for all that are reviewed',
    ],
    [
      { math: true },
      'policy.modules.math: must be a list of names, or "*" for all that are reviewed',
    ],
  ])('%j is refused', (modules, message) => {
    expect(said({ modules })).toBe(message)
  })
})

describe('builtins', () => {
  test('allow narrows to a list, deny takes from it', () => {
    expect(
      resolvePolicy({ builtins: { allow: ['sum', 'len', 'print'], deny: ['print'] } }).builtins,
    ).toEqual(['len', 'sum'])
    expect(resolvePolicy({ builtins: { deny: ['print'] } }).builtins).toEqual(
      DEFAULT_POLICY.builtins.filter((name) => name !== 'print'),
    )
    expect(resolvePolicy({ builtins: { allow: [] } }).builtins).toEqual([])
  })

  test('a builtin that no guest gets may be denied again', () => {
    expect(resolvePolicy({ builtins: { deny: ['eval'] } })).toEqual(DEFAULT_POLICY)
  })

  test.each([
    [{ allow: ['eval'] }, 'policy.builtins.allow[0]: no guest can be given "eval"'],
    [
      { allow: ['lenn'] },
      'policy.builtins.allow[0]: there is no builtin "lenn"; did you mean "len"?',
    ],
    [
      { deny: ['prnt'] },
      'policy.builtins.deny[0]: there is no builtin "prnt"; did you mean "print"?',
    ],
    [{ deny: 'print' }, 'policy.builtins.deny: must be a list of names, not "print"'],
    [{ allow: ['__class__'] }, 'policy.builtins.allow[0]: there is no builtin "__class__"'],
  ])('%j is refused', (builtins, message) => {
    expect(said({ builtins })).toBe(message)
  })
})

describe('clock and randomness', () => {
  test.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T12:30Z', '2026-01-31T12:30:00.000Z'],
    ['2026-01-31T12:30:15.250+05:30', '2026-01-31T07:00:15.250Z'],
  ])('%s is one instant', (fixed, utc) => {
    expect(resolvePolicy({ clock: { fixed } }).clock).toEqual({ fixed: utc })
  })

  test.each(['2026-01-31T12:30', '2026-02-30', '2026-13-01', 'yesterday', '', '31.1.2026'])(
    '%j is refused: it has no offset or does not exist',
    (fixed) => {
      expect(said({ clock: { fixed } })).toBe(
        'policy.clock.fixed: ' +
          'must be an existing day as 2026-01-31, or an instant with its offset as 2026-01-31T12:00:00Z',
      )
    },
  )

  test('a seed is a whole number that JavaScript holds exactly', () => {
    expect(resolvePolicy({ random: { seed: 0 } }).random).toEqual({ seed: 0 })
    expect(resolvePolicy({ random: { seed: 2 ** 53 - 1 } }).random).toEqual({ seed: 2 ** 53 - 1 })
    for (const seed of [-1, 0.5, 2 ** 53, NaN, '1'])
      expect(said({ random: { seed } })).toBe(
        'policy.random.seed: must be a whole number from 0 to 9007199254740991',
      )
    expect(said({ random: 'fixed' })).toBe(
      'policy.random: must be "real", or { "seed": 1 }, not "fixed"',
    )
  })
})

describe('presets', () => {
  test.each(PRESET_NAMES)('%s is a valid policy made of reviewed names', (preset) => {
    const {
      modules = {},
      builtins,
      dunders = 'refused',
      evaluate = false,
      limits,
    } = PRESETS[preset]
    const deny = builtins?.deny ?? []
    const resolved = resolvePolicy({ preset })
    expect(resolved).toEqual(
      resolvePolicy({ modules, builtins: { deny }, dunders, evaluate, limits }),
    )
    expect(resolved.limits).toEqual({ ...DEFAULT_LIMITS, ...limits })
  })

  test('what a policy says beside its preset replaces it; limits one by one', () => {
    const resolved = resolvePolicy({
      preset: 'formula',
      modules: { math: ['pi'] },
      builtins: {},
      limits: { wallMs: 50 },
    })
    expect({ ...resolved.modules }).toEqual({ math: ['pi'] })
    expect(resolved.builtins).toEqual(DEFAULT_POLICY.builtins)
    expect(resolved.limits).toEqual({ ...DEFAULT_LIMITS, ...PRESETS.formula.limits, wallMs: 50 })
  })

  test('an unknown one is refused', () => {
    expect(said({ preset: 'scripts' })).toBe(
      'policy.preset: must be one of formula, template, script, agent, education, not "scripts"; did you mean "script"?',
    )
    expect(said({ preset: 'toString' })).toBe(
      'policy.preset: must be one of formula, template, script, agent, education, not "toString"',
    )
  })
})

describe('the resolved form', () => {
  test('resolves to itself, and what only looks like it is refused', () => {
    const resolved = resolvePolicy({ modules: 'standard', random: { seed: 3 } })
    expect(resolvePolicy(resolved)).toBe(resolved)
    expect(said({ ...resolved })).toMatch(/^policy\.builtins: must be an object$/m)
  })

  test('is frozen, plain data, and resolving cannot be undone from outside', () => {
    const policy = { modules: { math: ['pi'] }, limits: { fuel: 7 } }
    const resolved = resolvePolicy(policy)
    policy.modules.math.push('sqrt')
    policy.limits.fuel = 8
    expect(JSON.parse(JSON.stringify(resolved))).toEqual({
      ...DEFAULT_POLICY,
      modules: { math: ['pi'] },
      limits: { ...DEFAULT_LIMITS, fuel: 7 },
    })
    for (const part of [
      resolved,
      resolved.modules,
      resolved.modules['math'],
      resolved.builtins,
      resolved.limits,
      resolved.guards,
    ]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })
})

describe('the JSON Schema', () => {
  const valid = new Ajv({ strict: true, allowUnionTypes: true, strictTypes: false }).compile(
    policyJsonSchema(),
  )

  test('accepts what resolvePolicy accepts', () => {
    for (const policy of [
      {},
      { preset: 'agent' },
      { modules: 'standard' },
      { modules: { math: '*', json: ['loads'] } },
      {
        builtins: { allow: ['len'], deny: [] },
        clock: { fixed: '2026-01-31' },
        random: { seed: 1 },
      },
      { $schema: './policy.schema.json', limits: { ...DEFAULT_LIMITS } },
    ])
      expect([policy, valid(policy), said(policy)]).toEqual([policy, true, 'accepted'])
  })

  test('refuses what resolvePolicy refuses, but for names within a module', () => {
    for (const policy of [
      { module: {} },
      { limits: { wallms: 1 } },
      { limits: { fuel: 0 } },
      { limits: { fuel: 1.5 } },
      { clock: 'now' },
      { random: { seed: -1 } },
      { random: { seed: 2 ** 53 } },
      { builtins: { deny: 'open' } },
      { builtins: { allow: ['eval'] } },
      { modules: { ctypes: '*' } },
      { preset: 'none' },
      [],
      'x',
      null,
    ])
      expect([policy, valid(policy), said(policy) === 'accepted']).toEqual([policy, false, false])
  })
})

test('of a value with several forms, the one that was meant is told', () => {
  const wrong = (mount: unknown): string => {
    try {
      resolvePolicy({ filesystem: { '/d': mount } } as never)
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  expect(wrong({ memory: true })).toBe(
    'policy.filesystem["/d"].memory: must be a whole number of bytes from 0 to 1073741824',
  )
  expect(wrong({ from: '/x', access: 'all' })).toBe(
    'policy.filesystem["/d"].access: must be one of read, overlay, write, not "all"',
  )
  expect(wrong({ frm: '/x' })).toContain('unknown key; did you mean "from"?')
})
