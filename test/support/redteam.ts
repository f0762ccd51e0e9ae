/**
 * Programs of people who attacked this, each with what became of it. A file of fixtures/redteam/ holds programs that begin with
 * `# --- name`; parts of a session are parted by `# then`, and `# call f [args]` has the host call a trusted function. Behind a
 * part stands how it ended and what it printed, one line for each preset where they differ; `# may end: …` is as good.
 */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Limits, Outcome, Sandbox } from '../../src/index.js'
import { sectionsOf } from './case-files.js'

export interface Part {
  readonly code: string
  /** How it ends, by preset; `''` stands for every other. */
  readonly ends: ReadonlyMap<string, string>
  /** How else it may end, where memory runs out in one place or in another. */
  readonly mayEnd: string | undefined
}

export interface Program {
  readonly name: string
  readonly file: string
  readonly parts: readonly Part[]
}

/** What the trusted module of the programs against the door is, and what it shows. */
export const ENGINE = {
  engine: {
    source: readFileSync(new URL('../../fixtures/redteam/engine.py', import.meta.url), 'utf8'),
    expose: {
      table: '*',
      acct: '*',
      label: '*',
      Labelled: '*',
      item: '*',
      limited: ['total'],
      book: '*',
    },
  },
} as const

const ENDS = /^# ends(?: under (\w+))?: /
const MAY_END = '# may end: '

/** The programs of the files whose names begin so. */
export const programs = (beginning: string): readonly Program[] =>
  sectionsOf('redteam', (file) => file.startsWith(beginning)).map(({ name, file, text }) => ({
    name,
    file,
    parts: text
      .trimEnd()
      .split(/^# then\n/m)
      .map(partOf),
  }))

function partOf(text: string): Part {
  const lines = text.split('\n')
  const ends = new Map<string, string>()
  for (const line of lines) {
    const match = ENDS.exec(line)
    if (match) ends.set(match[1] ?? '', line.slice(match[0].length))
  }
  const mayEnd = lines.find((line) => line.startsWith(MAY_END))?.slice(MAY_END.length)
  const code = lines.filter((line) => !ENDS.test(line) && !line.startsWith(MAY_END)).join('\n')
  return { code, ends, mayEnd }
}

export const endUnder = ({ ends }: Part, preset: string): string =>
  ends.get(preset) ?? ends.get('') ?? 'no end is recorded'

/** Numbers that differ from run to run: addresses, and what is printed of them. */
const RANDOM = /\b0x[0-9a-f]{6,}\b|\b\d{14,}\b/g
const MOST = 300

/** One line: how it ended, and the beginning of what it printed. */
export function endOf(outcome: Outcome): string {
  const printed =
    outcome.status === 'refused' || outcome.status === 'crashed' ? '' : (outcome.stdout ?? '')
  const begin = (text: string): string => text.replace(RANDOM, '…').slice(0, MOST)
  const said = begin(sayingOf(outcome))
  return JSON.stringify(printed === '' ? said : `${said} | ${begin(printed)}`)
    .slice(1, -1)
    .trimEnd()
}

function sayingOf(outcome: Outcome): string {
  switch (outcome.status) {
    case 'returned':
      return `returned ${JSON.stringify(outcome.value, (_, x: unknown) => (typeof x === 'bigint' ? String(x) : x))}`
    case 'raised':
      return `raised ${outcome.exception.type}: ${outcome.exception.message}`
    case 'refused':
      return `refused ${outcome.diagnostics.map(({ code, span }) => `${span.start.line}:${span.start.column} ${code}`).join(', ')}`
    case 'exhausted':
      return `exhausted ${outcome.limit}`
    case 'exited':
      return `exited ${outcome.code}`
    case 'crashed':
      return `crashed ${outcome.reason}`
    case 'waiting':
      return 'waiting'
  }
}

/** What a part gets of the limit that it is to run into; of its time more, where it is to print something before. */
const LITTLE: readonly (readonly [RegExp, Partial<Limits>])[] = [
  [/^exhausted wallMs$/, { wallMs: 30 }],
  [/^exhausted wallMs/, { wallMs: 100 }],
  [/^exhausted fuel/, { fuel: 100_000 }],
  [/^exhausted resultBytes/, { resultBytes: 100_000 }],
]

export const limitsOf = (end: string): Partial<Limits> =>
  LITTLE.find(([pattern]) => pattern.test(end))?.[1] ?? {}

/** How each part of the program ends in a sandbox. */
export async function endsOf(
  program: Program,
  sandbox: Sandbox,
  preset: string,
): Promise<string[]> {
  const limited = (part: Part) => ({ limits: limitsOf(endUnder(part, preset)) })
  if (program.parts.length === 1) {
    const [part] = program.parts
    return [endOf(await sandbox.run(part!.code, limited(part!)))]
  }
  const session = await sandbox.session()
  const ends: string[] = []
  for (const part of program.parts) {
    const call = /^# call (\w+) ?(.*)/.exec(part.code)
    const outcome = call
      ? await session.call('engine', call[1]!, JSON.parse(call[2] || '[]') as never[])
      : await session.run(part.code, limited(part))
    ends.push(endOf(outcome))
  }
  await session.close()
  return ends
}

/** Runs the program, tells how each part ended, and expects it to be as recorded. */
export async function expectEnds(
  program: Program,
  sandbox: Sandbox,
  preset: string,
): Promise<readonly string[]> {
  const told = await endsOf(program, sandbox, preset)
  const wanted = program.parts.map((part, i) =>
    part.mayEnd !== undefined && told[i] === part.mayEnd ? part.mayEnd : endUnder(part, preset),
  )
  expect(told).toEqual(wanted)
  return told
}
