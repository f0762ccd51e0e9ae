/** What a guest can reach, by reads and hostile calls in the real image, holds nothing that leads to the interpreter. */
import { describe, expect, test } from 'vitest'
import { audit, PRESETS, type PresetName } from '../src/index.js'
import { FILE_MODULES } from '../src/trusted/language/modules.js'

describe('the audit finds nothing', () => {
  test('with every standard module, calling what it reaches', async () => {
    const { findings, objects, calls } = await audit({ modules: 'standard' })
    expect(findings).toEqual([])
    expect(objects).toBeGreaterThan(100_000)
    expect(calls).toBeGreaterThan(500_000)
  }, 400_000)

  test('with the modules of requests and of files, calling what it reaches', async () => {
    const modules = [
      ...['copy', 'http', 'http.client', 'io', 'requests', 'requests.auth', 'requests.exceptions'],
      ...['requests.structures', 'urllib.error', 'urllib.request', ...Object.keys(FILE_MODULES)],
    ]
    const { findings, calls } = await audit({
      modules: Object.fromEntries(modules.map((module) => [module, '*'] as const)),
      network: { allow: ['https://api.example.com'] },
      filesystem: { '/': { memory: 1_000_000 } },
    })
    expect(findings).toEqual([])
    expect(calls).toBeGreaterThan(100_000)
  }, 400_000)

  test.each(Object.keys(PRESETS) as PresetName[])(
    'from the globals of the preset %s, by reads',
    async (preset) => {
      expect((await audit({ preset }, { calls: false })).findings).toEqual([])
    },
    120_000,
  )
})

test('guests with no builtin at all are audited with what they can still write', async () => {
  const { findings, objects, calls } = await audit({
    modules: { math: '*' },
    builtins: { allow: [] },
  })
  expect(findings).toEqual([])
  expect(objects).toBeGreaterThan(300)
  expect(calls).toBeGreaterThan(1_000)
}, 120_000)

describe('a planted object makes it fail, with the path', () => {
  test.each([
    ['frame', 'a frame'],
    ['module', 'a real module'],
  ] as const)(
    '%s',
    async (plant, what) => {
      expect((await audit({}, { calls: false, plant })).findings).toEqual([
        { path: 'planted', what },
      ])
    },
    120_000,
  )
})
