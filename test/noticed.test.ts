/** Which formulas can reach what somebody else holds, as their text tells. */
import { describe, expect, test } from 'vitest'
import { resolvePolicy, type Policy } from '../src/policy/policy.js'
import type { Code } from '../src/sandbox/code.js'
import { resolveEffects, type EffectOptions } from '../src/sandbox/effects.js'
import { resolveTrusted, type TrustedModule } from '../src/sandbox/exposure.js'
import { noticedBy } from '../src/sandbox/noticed.js'

interface Granting extends EffectOptions {
  readonly policy?: Policy
  readonly trusted?: Readonly<Record<string, TrustedModule>>
}

const noticed = (
  { policy, trusted = {}, ...options }: Granting,
  sources: readonly string[],
): string[] => {
  const resolved = resolvePolicy(policy)
  const isNoticed = noticedBy(resolved, resolveTrusted(trusted), resolveEffects(options, resolved))
  return sources.filter((source) => isNoticed({ source } as Code))
}

describe('a formula is noticed', () => {
  test('never, where nothing is granted', () => {
    const sources = ['open("/a")', 'globals()', 'f.__globals__', 'os.listdir()', 'rate(1)']
    expect(noticed({}, sources)).toEqual([])
    expect(noticed({ policy: { language: 'full' } }, sources)).toEqual([])
  })

  test('when it names a capability, an exposed name, a granted module, or what leads to names', () => {
    const sources = [
      'rate(1)',
      'ｒａｔｅ(1)',
      'erp.find(x)',
      'ledger_total',
      'f.__globals__',
      'vars()',
      'open("/a")',
    ]
    const plain = ['rated + 1', 'math.sqrt(x)', 'json.dumps(x)', 'ledger', 'os.sep']
    const granting: Granting = {
      capabilities: { rate: () => 1 },
      modules: { erp: { find: () => 1 } },
      trusted: { ledger: { source: 'ledger_total = 1', expose: ['ledger_total'] } },
    }
    expect(noticed(granting, [...sources, ...plain])).toEqual(sources)
  })

  test('when it names a module of the host whose own source does', () => {
    const sources = ['prices.of(x)', 'pure.of(x)']
    const modules = { prices: 'def of(x):\n    return rate(x)', pure: 'def of(x):\n    return x' }
    expect(noticed({ capabilities: { rate: () => 1 }, modules }, [...sources, 'x'])).toEqual(
      sources,
    )
    expect(
      noticed({ capabilities: { rate: () => 1 }, modules: { pure: modules.pure } }, sources),
    ).toEqual([])
  })

  test('where there are files, when it names a module that may open one', () => {
    const sources = [
      'os.path.exists(x)',
      'configparser.ConfigParser()',
      'logging.FileHandler(x)',
      '_io.FileIO(x)',
    ]
    const policy: Policy = { filesystem: { '/': { memory: 1_000 } } }
    expect(noticed({ policy }, [...sources, 'math.sqrt(x)', 'statistics.mean(x)'])).toEqual(sources)
  })

  test('always, where full Python is granted anything', () => {
    const granting = { policy: { language: 'full' }, capabilities: { rate: () => 1 } } as const
    expect(noticed(granting, ['1 + 1'])).toEqual(['1 + 1'])
  })
})
