/**
 * Mistakes planted in the translation: whatever of it goes wrong, the verifier refuses what it has made, or it is harmless. The
 * fuzzer `translation` does the same for as long as one likes.
 */
import { beforeAll, expect, test } from 'vitest'
import { chunksOf } from './support/chunks.js'
import { Python } from './support/python.js'

let python: Python
beforeAll(async () => {
  python = await Python.load()
})

/** What most programs are made of: methods that write, private names, what must be judged. */
const METHODS = `class C(B, metaclass=_metaclass_):
    _x = 1
    def __init__(self, a):
        _getattr_(super(), '__init__')()
        _write_(self)._a = a
        _write_(self).d = a
        for b in _getiter_(_getattr_(a, '_b')): _write_(b).c += _getattr_(b, 'format')
    def f(self):
        try: return _getattr_(self, '_a')
        except E as e: _write_(_getattr_(self, 'd')).e = e`
const accepted = chunksOf('verify').flatMap(([, chunks]) =>
  chunks.filter(({ refused }) => refused === null).flatMap(({ text }) => [text, METHODS]),
)

/** What became of mistakes: how often each kind was refused and was harmless, and what harm was done where. */
const trials = (
  seeds: number,
  verified: boolean,
): { counts: Record<string, number>; harms: string[] } =>
  python.run(
    `
import planted
counts, harms = {}, []
for seed in range(seeds):
    mistakes, became, harm = planted.trial(accepted[seed % len(accepted)], seed, verified)
    for mistake in mistakes.split():
        counts[f'{mistake} {"did harm" if harm else became}'] = counts.get(f'{mistake} {"did harm" if harm else became}', 0) + 1
    if harm:
        harms.append(f'seed {seed}, {mistakes}: {harm}')
{'counts': counts, 'harms': harms}`,
    { accepted, seeds, verified },
  ) as { counts: Record<string, number>; harms: string[] }

test('no mistake of translation does harm, and each kind is met with a refusal', () => {
  const { counts, harms } = trials(1200, true)
  expect(harms).toEqual([])
  for (const mistake of MISTAKES) expect(counts[`${mistake} refused`] ?? 0).toBeGreaterThan(0)
})

test('unverified, every kind that the compiler lets through does harm', () => {
  const { counts } = trials(600, false)
  for (const mistake of MISTAKES.filter((name) => name !== 'misread_context'))
    expect([mistake, (counts[`${mistake} did harm`] ?? 0) > 0]).toEqual([mistake, true])
})

const MISTAKES = [
  'drop_guard',
  'drop_test',
  'swap_name',
  'forget_mark',
  'mark_wrongly',
  'move',
  'swap',
  'plant_node',
  'lose_metaclass',
  'misread_context',
]
