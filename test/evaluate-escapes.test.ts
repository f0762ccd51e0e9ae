/**
 * Every attack of `fixtures/escapes` as text that a program evaluates, where the policy grants that: in its own namespace, and over a
 * dict of its own. None has more effect than it has as a program, which is none.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Outcome } from '../src/index.js'
import type { EscapeCase } from './support/cases.js'
import { escapeCases, evaluateCases, SECRET } from './support/cases.js'
import { document, ESCAPE_POLICY, EscapeRoom, PROBE_BOTH, said, SHOWN } from './support/escapes.js'

const room = new EscapeRoom()
const others = escapeCases().filter(({ effect }) => effect !== undefined)
const own = evaluateCases()

beforeAll(() => room.open({ ...ESCAPE_POLICY, evaluate: true }))
afterAll(() => room.sandbox.close())

/** A text as Python writes it. */
const literal = (text: string): string =>
  `'${text.replaceAll(/[\\'\n\r\0]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)}'`

const ADOPT = `globals().update({k: v for k, v in ns.items() if k.isidentifier() and k[:2] != '__'})`
const overDict = (code: string): string => `exec(compile(${literal(code)}, 'attack', 'exec'), ns)`
const WAYS: Readonly<Record<string, (code: string) => string>> = {
  'in its own namespace': (code) => `exec(${literal(code)})`,
  'over a dict, compiled first, in text that is evaluated': (code) => {
    const inner = overDict(code)
    return `ns = dict(globals())\ntry:\n    exec(${literal(inner)})\nfinally:\n    ${ADOPT}`
  },
}

/** Both ways in one program. What the one left in its dict, and how it ended, is judged as well. */
const both = (code: string): string => `
ns = dict(globals())
caught = None
try:
    exec(${literal(overDict(code))})
except BaseException as error:
    caught = error
exec(${literal(code)})
`
/** What ends the whole program, or leaves its effect with the host, is made each way by itself. */
const isAlone = ({ effect, limits }: EscapeCase): boolean =>
  limits !== undefined || /\bH\b/.test(effect ?? '')

async function holds(attack: EscapeCase, code: string, probe?: string): Promise<Outcome> {
  const { outcome, probed } = await room.attempt(attack, code, probe)
  expect(probed).toMatchObject({ status: 'returned', value: false })
  expect(said(outcome)).not.toContain(SECRET)
  const asked = room.asked.filter(({ kind }) => kind !== 'evaluate')
  expect(asked.filter(({ target }) => !SHOWN.includes(target))).toEqual([])
  expect([document.wiped, document.status, document.title]).toEqual([0, 'S', 'T'])
  return outcome
}

describe.each(Object.entries(WAYS))('an attack %s has no effect', (_, wrap) => {
  test.each(others.filter(isAlone))('$family/$name', (attack) => holds(attack, wrap(attack.code)))
})

describe('an attack both ways has no effect', () => {
  test.each(others.filter((attack) => !isAlone(attack)))('$family/$name', async (attack) => {
    const { status } = await holds(attack, both(attack.code), PROBE_BOTH)
    // The second was made.
    expect(['returned', 'raised']).toContain(status)
  })
})

describe('an attack on evaluation itself has no effect', () => {
  test.each(own.filter(({ effect }) => effect !== undefined))('$name', (attack) =>
    holds(attack, attack.code),
  )
})

/** What a result is as JSON, sets sorted. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (_, held: unknown) =>
      held instanceof Set
        ? [...held].sort()
        : held instanceof Map
          ? Object.fromEntries(held)
          : held,
    ),
  )

describe.each(Object.entries(WAYS))('what works, works %s', (_, wrap) => {
  const twins = [...escapeCases(), ...own].filter(
    ({ code, returns }) => returns !== undefined && /^ *result = /m.test(code),
  )
  test.each(twins)('$family/$name', async ({ code, returns }) => {
    const session = await room.sandbox.session()
    const outcome = await session.run(wrap(code), { result: 'result' })
    await session.close()
    expect(outcome.status === 'returned' ? plain(outcome.value) : outcome).toEqual(returns)
  })
})
