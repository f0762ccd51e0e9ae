/** Names as numbers: the same number exactly for what Python takes for the same name, whatever is done to the table. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CLASS_PRIVATE, DUNDER, Names } from '../src/rules/names.js'

test('the same name has the same number, another another', () => {
  const names = new Names(['super', '_'])
  expect([
    names.of('super'),
    names.of('_'),
    names.of('a'),
    names.of('super'),
    names.of('b'),
    names.of('a'),
  ]).toEqual([1, 2, 3, 1, 4, 3])
  expect(names.intern('x = alpha + alpha', 4, 9)).toBe(names.intern('x = alpha + alpha', 12, 17))
  expect(names.text(names.of('alpha'))).toBe('alpha')
})

test('what NFKC makes the same is the same', () => {
  const names = new Names()
  expect(names.of('ﬁ')).toBe(names.of('fi'))
  expect(names.of('fi')).toBe(names.of('ﬁ'))
  expect(names.of('__ｃlass__')).toBe(names.of('__class__'))
  expect(names.text(names.of('__class＿_'))).toBe('__class__')
  expect(names.of('é')).toBe(names.of('e\u0301'))
  expect(names.of('É')).not.toBe(names.of('é'))
})

test.each([
  ['__init__', DUNDER],
  ['__x', CLASS_PRIVATE],
  ['__x_', CLASS_PRIVATE],
  ['__', 0],
  ['___', 0],
  ['____', 0],
  ['_____', DUNDER],
  ['_x', 0],
  ['_x__', 0],
  ['x__', 0],
  ['_', 0],
  ['__ｘ', CLASS_PRIVATE],
  ['__init＿_', DUNDER],
])('the shape of %s', (name, shape) => {
  const names = new Names()
  expect(names.shape(names.of(name))).toBe(shape)
})

test('any names, in any order, while the table grows', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'b', '_', 'é', 'ﬁ', 'ｃ', '😀', 'ŉ'),
    minLength: 1,
    maxLength: 6,
  })
  fc.assert(
    fc.property(fc.array(name, { maxLength: 3000 }), (list) => {
      const names = new Names()
      const known = new Map<string, number>()
      for (const each of [...list, ...list]) {
        const normal = each.normalize('NFKC')
        const id = names.of(each)
        expect(known.get(normal) ?? id).toBe(id)
        known.set(normal, id)
        expect(names.text(id)).toBe(normal)
      }
      expect(new Set(known.values()).size).toBe(known.size)
    }),
    { numRuns: 60 },
  )
})

test('names are forgotten when there are many, and fixed ones keep their numbers', () => {
  const names = new Names(['super'])
  for (let index = 0; index < 5000; index += 1) names.of(`n${index}`)
  const before = names.generation
  names.begin()
  expect([names.generation, names.count, names.of('super'), names.text(names.of('n7'))]).toEqual([
    before + 1,
    1,
    1,
    'n7',
  ])
  names.begin()
  expect(names.generation).toBe(before + 1)
})

describe('names made to collide', () => {
  /** The table's hash of what comes after `state`: what an attacker would compute. */
  const advance = (state: number, text: string): number => {
    for (let at = 0; at < text.length; at += 1)
      state = Math.imul(state ^ text.charCodeAt(at), 0x01000193)
    return state
  }

  /** Ten letters, unlike those before. */
  let seed = 1
  const letters = (): string => {
    let text = ''
    for (let count = 0; count < 10; count += 1) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      text += String.fromCharCode(97 + ((seed >>> 16) % 26))
    }
    return text
  }

  /** Two texts of ten letters that take the hash from `state` to the same state, and that state: by the birthday paradox. */
  function twins(state: number): readonly [string, string, number] {
    const seen = new Map<number, string>()
    for (;;) {
      const text = letters()
      const next = advance(state, text)
      const twin = seen.get(next)
      if (twin !== undefined && twin !== text) return [twin, text, next]
      seen.set(next, text)
    }
  }

  test('are told apart, and take no longer than others', () => {
    const blocks = 12
    let state = blocks * 10
    let colliding = ['']
    for (let block = 0; block < blocks; block += 1) {
      const [one, other, next] = twins(state)
      colliding = colliding.flatMap((start) => [start + one, start + other])
      state = next
    }
    expect(new Set(colliding.map((name) => advance(name.length, name))).size).toBe(1)

    const time = (list: readonly string[]): number => {
      const names = new Names()
      const started = performance.now()
      const ids = list.map((name) => names.of(name))
      expect(list.map((name) => names.of(name))).toEqual(ids)
      expect(new Set(ids).size).toBe(list.length)
      return performance.now() - started
    }
    const others = colliding.map((_, index) => `${'x'.repeat(blocks * 10 - 5)}${10_000 + index}`)
    time(others)
    const usual = Math.min(time(others), time(others))
    expect(Math.min(time(colliding), time(colliding))).toBeLessThan(20 * usual + 50)
  })
})
