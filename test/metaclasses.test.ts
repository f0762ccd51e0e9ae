/** Metaclasses of programs, where a policy guards dunders: they mean what they mean in CPython, and lead to nothing else. */
import { beforeAll, describe, expect, test } from 'vitest'
import { sectionsOf } from './support/case-files.js'
import { loadCPython } from './support/cpython.js'
import { FacetGuest, type Ended } from './support/facet-guest.js'

const POLICY = { modules: 'standard', dunders: 'guarded' }
let guest: FacetGuest
let plain: (source: string) => Ended

beforeAll(async () => {
  guest = await FacetGuest.load()
  plain = (await loadCPython('engine', 'plainly')).function('plainly.plain')
})

const programs = sectionsOf('metaclasses', (file) => file === 'programs.py').map(
  ({ name, text }) => [name, `\n${text}`] as const,
)

describe('a program means what it means in CPython', () => {
  test.each(programs)('%s', (_name, source) => {
    const expected = plain(source)
    expect(expected[0], expected[1]).toBe('returned')
    expect(guest.run(source, { policy: POLICY })).toEqual(expected)
  })
})
