/** What is cached is found by all of its parts, and by nothing that only looks like them. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cacheKey } from '../src/trusted/channel/compile-cache.js'

const key = (...parts: (string | Uint8Array)[]): string => cacheKey(createHash('sha256'), parts)

describe('keys', () => {
  test('differ where parts differ, or where they are parted otherwise', () => {
    // Halves of surrogate pairs too, which UTF-8 has no bytes for.
    const text = fc.array(fc.constantFrom('a', 'é', '\ud83d', '\ude00', '\ufffd', '😀', '\0'), {
      maxLength: 4,
    })
    const parts = fc.array(
      text.map((units) => units.join('')),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(key(...one) === key(...other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
      { numRuns: 2_000 },
    )
  })

  test("of text are those of its UTF-8, and of what has none they are no other text's", () => {
    expect(key('é😀')).toBe(key(Buffer.from('é😀')))
    const half = '\ud83d'
    expect(
      new Set([key(half), key('\ufffd'), key('\ude00'), key(half, ''), key('', half)]).size,
    ).toBe(5)
    expect(key(`${half}😀`)).not.toBe(key(`${half}\ude00\ud83d`))
  })

  test('of a megabyte are made like any', () => {
    const long = 'x'.repeat(1 << 20)
    expect(key(`${long}\ud83d`)).not.toBe(key(`${long}\ude00`))
  })
})
