/**
 * One place for each addition: a rule, a module, a facet, a policy key, a limit, an effect, a format and a command are added to a copy of the
 * repository as CONTRIBUTING.md says, each in its place and nowhere else; then the copy is built, and each is there for its users.
 */
import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pyrestrictSays, ROOT } from './support/cli.js'

const run = promisify(execFile)
let copy: string

/** A file that is added, or a line that is put behind another. */
type Touch = readonly [file: string, text: string, behind?: string]

const ADDITIONS: Readonly<Record<string, readonly Touch[]>> = {
  rule: [
    [
      'grammar-rules/PR499-no-goodbye.scm',
      `; PR499 no-goodbye
;
; ## Denies
; The name \`goodbye\`.
;
; ## Why
; It would end the example.
;
; ## Instead
; Write \`hello\`.
;
; ## Example
; goodbye   # refused

((identifier) @deny
  (#eq? @deny "goodbye")
  (#set! message "nobody leaves"))
`,
    ],
  ],
  module: [
    [
      'src/trusted/language/modules/formats.ts',
      '  quopri: { shows: `decodestring encodestring` },\n',
      'export const FORMATS: ModuleRecords = {\n',
    ],
  ],
  'policy key': [
    [
      'src/policy/keys/greeting.ts',
      `/** \`greeting\`: what is said first. */
import * as v from 'valibot'
import { policyKey } from '../key.js'

/** What a policy writes. */
export interface GreetingKey {
  /** What is said first. Default "hello". */
  readonly greeting?: string | undefined
}

/** Its complete form. */
export interface ResolvedGreeting {
  readonly greeting: string
}

/** @internal */
export const greeting = policyKey({
  schema: v.string((issue) => \`must be a text, not \${issue.received}\`),
  text: 'What is said first. "hello" when left out.',
  standard: 'hello' as string,
  resolve: (written) => written,
})
`,
    ],
    [
      'src/policy/keys.ts',
      "import { greeting, type GreetingKey, type ResolvedGreeting } from './keys/greeting.js'\n",
      "import { random, type RandomKey, type ResolvedRandom } from './keys/random.js'\n",
    ],
    ['src/policy/keys.ts', '  greeting,\n', 'export const KEYS = {\n'],
    ['src/policy/keys.ts', '    GreetingKey,\n', 'export interface Keys\n  extends LanguageKey,\n'],
    [
      'src/policy/keys.ts',
      '    ResolvedGreeting,\n',
      'export interface ResolvedKeys\n  extends ResolvedLanguage,\n',
    ],
  ],
  limit: [
    [
      'src/policy/limits.ts',
      `  greetings: {
    bounds: 'run',
    default: 3,
    min: 1,
    max: 9,
    unit: 'greetings',
    text: 'How often is greeted.',
  },
`,
      'export const LIMITS = {\n',
    ],
  ],
  effect: [
    [
      'src/trusted/broker/greet.ts',
      `/** The effect \`greet\`: a guest is greeted. */
import type { Effect } from './effect.js'

export const GREET: Effect = {
  rule: (target) =>
    target === 'greet'
      ? { path: 'greet', calls: undefined, approve: false, timeoutMs: 100 }
      : undefined,
  perform: ({ args: [name] }) => \`hello, \${String(name)}\`,
  close: () => {},
}
`,
    ],
    [
      'src/sandbox/converse.ts',
      "import { GREET } from '../trusted/broker/greet.js'\n",
      "import { stdinEffect, type Readable } from '../trusted/broker/stdin.js'\n",
    ],
    [
      'src/sandbox/converse.ts',
      "    ['greet', GREET],\n",
      '    ...callEffects({ granted, objects, rules: capabilities, timeoutMs }),\n',
    ],
  ],
  facet: [
    [
      'src/trusted/language/facets/stringprep.py',
      `"""\`stringprep\` for guests: its one function asks the host for a greeting."""

from ..sealed import __builtins__
from ..guest.questions import questions


def in_table_a1(code):
    """What the host says."""
    return questions.ask('greet', 'greet', (code,))


NAMES = {'in_table_a1': in_table_a1}
`,
    ],
    [
      'src/trusted/language/modules/text.ts',
      '  stringprep: { shows: `in_table_a1`, wrapped: true },\n',
      'export const TEXT: ModuleRecords = {\n',
    ],
  ],
  format: [
    [
      'src/report/greeting.ts',
      `/** A greeting for each file. */
import type { CheckedFile, Formatter } from './report.js'

export class GreetingFormatter implements Formatter {
  file({ file }: CheckedFile): string {
    return \`hello, \${file}\\n\`
  }
  problem(): string {
    return ''
  }
  end(): string {
    return ''
  }
}
`,
    ],
    [
      'src/report/formats.ts',
      "import { GreetingFormatter } from './greeting.js'\n",
      "import { GitlabFormatter } from './gitlab.js'\n",
    ],
    [
      'src/report/formats.ts',
      '  greeting: () => new GreetingFormatter(),\n',
      'const FORMATS = {\n',
    ],
  ],
  command: [
    [
      'src/cli/greet.ts',
      `/** \`pyrestrict greet\`: a greeting. */
import type { Command } from './command.js'
import { print } from './output.js'
import { CLEAN } from './status.js'

export const greet: Command = {
  name: 'greet',
  summary: 'Say hello',
  options: {},
  examples: [],
  statuses: [],
  notes: [],
  run() {
    print('hello\\n')
    return Promise.resolve(CLEAN)
  },
}
`,
    ],
    [
      'src/cli/commands.ts',
      "  greet: async () => (await import('./greet.js')).greet,\n",
      'export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {\n',
    ],
  ],
}

const main = (): string => join(copy, 'dist/cli/main.js')
async function pyrestrict(...args: string[]): Promise<{ status: number | null; output: string }> {
  const where = { repository: copy, cwd: copy }
  const { status, stdout, stderr } = await pyrestrictSays(args, where)
  return { status, output: stdout + stderr }
}

beforeAll(async () => {
  // Below the repository, so that its packages are found.
  mkdirSync(join(ROOT, 'node_modules/.cache'), { recursive: true })
  copy = mkdtempSync(join(ROOT, 'node_modules/.cache/pyrestrict-additions-'))
  for (const name of ['src', 'grammar-rules', 'dist', 'package.json', 'tsconfig.json', 'README.md'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  for (const [file, text, behind] of Object.values(ADDITIONS).flat()) {
    const path = join(copy, file)
    if (behind === undefined) writeFileSync(path, text, { flag: 'wx' })
    else {
      const before = readFileSync(path, 'utf8')
      expect(before.split(behind), `${file} has one ${behind}`).toHaveLength(2)
      writeFileSync(
        path,
        before.replace(behind, () => behind + text),
      )
    }
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'dir')
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  await run('sh', ['-c', scripts['build']!], {
    cwd: copy,
    env: { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}` },
  }).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`the copy does not build:\n${stdout}${stderr}`)
  })
}, 600_000)
afterAll(() => rmSync(copy, { recursive: true, force: true }))

test.each(Object.entries(ADDITIONS))(
  'what is added for a %s is one file, and at most its name in one list',
  (_, touches) => {
    const added = touches.filter(([, , behind]) => behind === undefined)
    const changed = new Set(touches.filter(([, , behind]) => behind !== undefined).map(([f]) => f))
    expect(added.length).toBeLessThanOrEqual(1)
    expect(changed.size).toBeLessThanOrEqual(1)
    // What is a record alone has no file of its own.
    expect(added.length + changed.size).toBeGreaterThan(0)
  },
)

test('the rule is told, and refuses', async () => {
  expect((await pyrestrict('rule', 'PR499')).output).toContain('PR499 no-goodbye')
  writeFileSync(join(copy, 'goodbye.py'), 'hello = 1\nprint(goodbye)\n')
  const told = await pyrestrict('check', '--format', 'concise', 'goodbye.py')
  expect(told.status).toBe(1)
  expect(told.output).toContain('PR499')
})

test('the module is imported', async () => {
  const told = await pyrestrict(
    'run',
    '-c',
    'import quopri\nprint(quopri.encodestring(b"a=b"))\nprint(hasattr(quopri, "encode"))',
  )
  expect(told).toEqual({ status: 0, output: "b'a=3Db'\nFalse\n" })
}, 60_000)

test('the policy key and the limit are in types, schema and values', async () => {
  const schema = readFileSync(join(copy, 'dist/policy.schema.json'), 'utf8')
  expect(JSON.parse(schema)).toMatchObject({
    properties: {
      greeting: { type: 'string' },
      limits: { properties: { greetings: { minimum: 1, maximum: 9 } } },
    },
  })
  writeFileSync(join(copy, 'policy.json'), '{"greeting": "good day", "limits": {"greetings": 4}}')
  const { output } = await pyrestrict('policy', '--policy', 'policy.json')
  expect(JSON.parse(output)).toMatchObject({ greeting: 'good day', limits: { greetings: 4 } })
  writeFileSync(join(copy, 'policy.json'), '{"greeting": 1, "limits": {"greetings": 40}}')
  const wrong = await pyrestrict('policy', '--policy', 'policy.json')
  expect(wrong.output).toContain('greeting: must be a text, not 1')
  expect(wrong.output).toContain('limits.greetings')
})

test('the effect answers a guest, by the function of the facet, and its other effects go on', async () => {
  const program =
    'import stringprep\nprint(stringprep.in_table_a1(input()), hasattr(stringprep, "in_table_b1"))'
  const told = run('sh', ['-c', `echo you | "$NODE" "$MAIN" run -c "$PROGRAM"`], {
    env: { ...process.env, NODE: process.execPath, MAIN: main(), PROGRAM: program },
  })
  expect((await told).stdout).toBe('hello, you False\n')
}, 60_000)

test('the format and the command are in the help, and work', async () => {
  expect((await pyrestrict('check', '--help')).output).toMatch(/\bgreeting\b/)
  writeFileSync(join(copy, 'hello.py'), 'hello = 1\n')
  expect(await pyrestrict('check', '--format', 'greeting', 'hello.py')).toEqual({
    status: 0,
    output: 'hello, hello.py\n',
  })
  expect((await pyrestrict('--help')).output).toMatch(/greet +Say hello/)
  expect(await pyrestrict('greet')).toEqual({ status: 0, output: 'hello\n' })
})
