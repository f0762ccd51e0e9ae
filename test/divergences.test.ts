/** Every divergence listed in DIVERGENCES.md is one: CPython gives what is told of it, and so do we. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pythonText } from './support/python-text.js'
import {
  createChecker,
  createSandbox,
  type Checker,
  type Outcome,
  type Sandbox,
} from '../src/index.js'
import { loadCPython } from './support/cpython.js'
import { divergenceFiles, type Divergence } from './support/divergences.js'

const cases = divergenceFiles().flatMap((file) => file.cases)
const ofPython = cases.filter(({ by }) => by !== 'restrictedpython')

/** What most people begin with, and what `check` and `run` hold a source to when nothing is said. */
const POLICY = { preset: 'script' } as const

let sandbox: Sandbox
let evaluating: Sandbox
let checker: Checker
let cpython: (source: string) => string

beforeAll(async () => {
  sandbox = await createSandbox(POLICY, { isolation: 'thread', workers: 1, spares: 0 })
  evaluating = await createSandbox(
    { ...POLICY, evaluate: true },
    { isolation: 'thread', workers: 1, spares: 0 },
  )
  checker = await createChecker(POLICY)
  cpython = (await loadCPython('engine', 'plainly', 'outcome')).function('outcome.outcome')
})
afterAll(() => Promise.all([sandbox.close(), evaluating.close()]))

function told(outcome: Outcome): Pick<Divergence, 'ours' | 'refused'> {
  switch (outcome.status) {
    case 'returned':
      return { refused: false, ours: pythonText(outcome.value) }
    case 'refused':
      return { refused: true, ours: outcome.diagnostics[0]!.code }
    case 'raised': {
      const { type, message } = outcome.exception
      return { refused: false, ours: message === '' ? type : `${type}: ${message}` }
    }
    default:
      return { refused: false, ours: outcome.status }
  }
}

describe('here it comes to what is told', () => {
  test.each(ofPython)('$file/$name', async ({ file, code, ours, refused }) => {
    const under = file === 'evaluate' ? evaluating : sandbox
    expect(told(await under.run(code))).toEqual({ ours, refused })
  })
})

describe('in CPython it comes to what is told, which is something else', () => {
  test.each(ofPython.filter(({ by }) => by === 'cpython'))(
    '$file/$name',
    ({ code, theirs, ours }) => {
      expect(cpython(code)).toBe(theirs)
      expect(ours).not.toBe(theirs)
    },
  )
})

describe("what RestrictedPython's compiler decides otherwise", () => {
  test.each(cases.filter(({ by }) => by === 'restrictedpython'))(
    '$name',
    ({ code, theirs, ours, refused }) => {
      const { diagnostics } = checker.check(code)
      expect(diagnostics[0]?.code ?? 'accepted').toBe(ours)
      expect(theirs.startsWith('accepted')).toBe(refused)
    },
  )
})

test('a name stands for one case of its file', () => {
  const names = cases.map(({ file, name }) => `${file}/${name}`)
  expect(names).toEqual([...new Set(names)])
})
