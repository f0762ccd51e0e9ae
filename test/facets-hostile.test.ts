/** Attacks on guards and facets: none takes effect, and each is one, since in plain CPython it does. */
import { beforeAll, describe, expect, test } from 'vitest'
import { loadCPython } from './support/cpython.js'
import { FacetGuest, hostilePrograms } from './support/facet-guest.js'

const attacks = hostilePrograms()
let guest: FacetGuest
let takesEffect: (code: string, effect: string) => boolean | string

beforeAll(async () => {
  guest = await FacetGuest.load()
  takesEffect = (await loadCPython('engine', 'plainly')).function('plainly.takes_effect')
})

describe('no effect', () => {
  test.each(attacks)('$name', (attack) => {
    expect(guest.attack(attack).at(-1)).toBe(false)
  })
})

describe('unstopped, each takes effect', () => {
  test.each(attacks.filter(({ plain }) => plain === undefined))('$name', ({ code, effect }) => {
    expect(takesEffect(code, effect)).toBe(true)
  })
})
