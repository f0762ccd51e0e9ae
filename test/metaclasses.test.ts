/** Metaclasses of programs, where a policy guards dunders: they mean what they mean in CPython, and lead to nothing else. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadCPython } from './support/cpython.js'
import { FacetGuest, type Ended } from './support/facet-guest.js'

const POLICY = { modules: 'standard', dunders: 'guarded' }
let guest: FacetGuest
let plain: (source: string) => Ended

beforeAll(async () => {
  guest = await FacetGuest.load()
  plain = (await loadCPython('engine', 'plainly')).function('plainly.plain')
})

const programs = readFileSync(
  join(import.meta.dirname, '../fixtures/metaclasses/programs.py'),
  'utf8',
)
  .split(/^# --- /m)
  .slice(1)
  .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n'))] as const)

describe('a program means what it means in CPython', () => {
  test.each(programs)('%s', (_name, source) => {
    const expected = plain(source)
    expect(expected[0], expected[1]).toBe('returned')
    expect(guest.run(source, { policy: POLICY })).toEqual(expected)
  })
})
