/** Known memory bugs of the interpreter: every program that shows one ends as where it is mended, and hurts nobody after it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createSandbox,
  PRESETS,
  type Outcome,
  type PresetName,
  type Sandbox,
} from '../src/index.js'
import { KNOWN_BUGS } from '../src/trusted/language/known-bugs.js'
import { sectionsOf } from './support/case-files.js'
import { sharedWorkers as workers } from './support/shared-workers.js'

interface Program {
  readonly name: string
  readonly file: string
  readonly code: string
  readonly bug: string
  readonly ends: string
}

const programs: readonly Program[] = sectionsOf('floor').map(({ file, name, text }) => {
  const code = text.trimEnd()
  const said = (key: string): string => {
    const line = code.split('\n').find((each) => each.startsWith(`# ${key}: `))
    if (line === undefined) throw new Error(`${file}: ${name} does not say its ${key}`)
    return line.slice(key.length + 4)
  }
  return { name, file, code, bug: said('bug'), ends: said('ends') }
})

/** A program whose last expression is shown as Python shows it. */
const shown = (code: string): string => {
  const lines = code.split('\n')
  const last = lines.findLastIndex((line) => /^\S/.test(line) && !line.startsWith('#'))
  return [...lines.slice(0, last), `result = ${lines.slice(last).join('\n')}`, 'repr(result)'].join(
    '\n',
  )
}

const endOf = (outcome: Outcome): string =>
  outcome.status === 'returned'
    ? `returned ${String(outcome.value)}`
    : outcome.status === 'raised'
      ? `raised ${outcome.exception.type}: ${outcome.exception.message}`
      : `${outcome.status} ${JSON.stringify(outcome)}`

const MODULES = /^\s*(?:from|import)\s+([\w.]+(?:\s*,\s*[\w.]+)*)/gm

/** Whether the preset grants all that the program imports. */
function isFor(preset: PresetName, code: string): boolean {
  const { modules = {} } = PRESETS[preset]
  if (modules === 'standard') return true
  return [...code.matchAll(MODULES)].every(([, names]) =>
    names!.split(',').every((name) => Object.hasOwn(modules, name.trim())),
  )
}

describe.each(Object.keys(PRESETS) as PresetName[])('under preset %s', (preset) => {
  let sandbox: Sandbox
  beforeAll(async () => {
    // The time is that of a busy machine. All else is the preset's.
    const policy = { preset, limits: { wallMs: 30_000 } }
    sandbox = await createSandbox(policy, workers('thread'))
  })
  afterAll(() => sandbox.close())

  test('there are programs to run', () => {
    expect(programs.filter(({ code }) => isFor(preset, code)).length).toBeGreaterThan(5)
  })

  test.each(programs.filter(({ code }) => isFor(preset, code)))(
    '$file: $name ends as where the bug is mended',
    async ({ code, ends }) => {
      expect(endOf(await sandbox.run(shown(code)))).toBe(ends)
      expect(endOf(await sandbox.run('1 + 1'))).toBe('returned 2')
    },
  )
})

describe('the table', () => {
  test('names every bug that a program shows, and where it is closed', () => {
    const names = KNOWN_BUGS.map(({ issue }) => issue)
    expect([...new Set(names)]).toEqual(names)
    expect(
      [...new Set(programs.map(({ bug }) => bug))].filter((bug) => !names.includes(bug)),
    ).toEqual([])
  })

  test.each(KNOWN_BUGS)('$issue has its program and its file', ({ issue, fixture, closed }) => {
    expect(programs.filter(({ bug, file }) => bug === issue && file === fixture)).not.toEqual([])
    const file = join(import.meta.dirname, '../src/trusted/language/floor', closed)
    expect(readFileSync(file, 'utf8')).toContain('def apply(put)')
  })
})
