/**
 * The tables of the documents that are made from the source. In a document each stands between `<!-- table: name -->` and
 * `<!-- end -->`; `npx vitest run test/readme.test.ts -u` puts them there anew, without `-u` a difference fails.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { CHECK_STATUSES, RUN_STATUSES } from '../../src/cli/status.js'
import { createSandbox, LIMITS, PRESETS, type Limits, type Outcome } from '../../src/index.js'
import { DEFAULT_LIMITS, LIMIT_NAMES } from '../../src/policy/limits.js'
import { KNOWN_BUGS } from '../../src/trusted/language/known-bugs.js'
import { OFFERS } from './systems.js'
import { STANDARD_MODULES } from '../../src/trusted/language/modules.js'
import { ROOT } from './cli.js'
import { filesOf, RINGS, TABLES, totalOf } from '../habits/rings.mjs'
import { divergenceFiles } from './divergences.js'
import { refusalFiles } from './refused-at-run-time.js'
import * as language from './language-tables.js'

type Row = readonly string[]

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``)
const number = (value: number): string => value.toLocaleString('en-GB')

function bytes(value: number): string {
  if (value % (1 << 20) === 0 && value > 0) return `${value >> 20} MiB`
  return value % 1024 === 0 && value > 0 ? `${value / 1024} KiB` : number(value)
}

const isBytes = (name: keyof Limits): boolean => LIMITS[name].unit === 'bytes'
const quantity = (name: keyof Limits, value: number): string =>
  isBytes(name) ? bytes(value) : number(value)

function limits(): string {
  return table(
    ['limit', 'default', 'from', 'to', 'unit', 'what it bounds'],
    LIMIT_NAMES.map((name) => {
      const { default: standard, min, max, unit, text } = LIMITS[name]
      return [
        code(name),
        quantity(name, standard),
        quantity(name, min),
        quantity(name, max),
        unit,
        text,
      ]
    }),
  )
}

function presets(): string {
  return table(
    ['preset', 'for', 'modules', 'without', 'limits that are not the default'],
    Object.entries(PRESETS).map(([name, { text, modules = {}, builtins, limits: own = {} }]) => [
      code(name),
      text,
      typeof modules === 'string' ? modules : Object.keys(modules).map(code).join(' '),
      (builtins?.deny ?? []).map(code).join(' '),
      LIMIT_NAMES.filter(
        (limit) => own[limit] !== undefined && own[limit] !== DEFAULT_LIMITS[limit],
      )
        .map((limit) => `${limit} ${quantity(limit, own[limit]!)}`)
        .join(', '),
    ]),
  )
}

const statuses = (rows: readonly (readonly [number, string])[]): string =>
  table(
    ['status', 'meaning'],
    [...rows].sort(([a], [b]) => a - b).map(([status, meaning]) => [String(status), meaning]),
  )

/** One value of each type that crosses, as a guest would write it. */
const VALUES = [
  'None',
  'True',
  '3',
  '2 ** 64',
  '1.5',
  '2.0',
  "'text'",
  "b'\\x00'",
  "bytearray(b'\\x00')",
  '[1, 2]',
  '(1, 2)',
  "{'a': 1}",
  "{1: 'a'}",
  '{1, 2}',
  'frozenset([1])',
  'datetime.datetime(2026, 1, 31, 12, 30)',
  'datetime.date(2026, 1, 31)',
  'datetime.time(12, 30)',
  'datetime.timedelta(hours=1)',
  "decimal.Decimal('0.10')",
  'fractions.Fraction(1, 3)',
  '1 + 2j',
  'uuid.UUID(int=1)',
  'range(3)',
]

async function values(): Promise<string> {
  const sandbox = await createSandbox({ preset: 'script' }, { isolation: 'thread', workers: 1 })
  const returned = (outcome: Outcome) => {
    if (outcome.status !== 'returned') throw new Error(JSON.stringify(outcome))
    return outcome.value
  }
  const rows: Row[] = []
  for (const expression of VALUES) {
    const module = /^(datetime|decimal|fractions|uuid)\./.exec(expression)?.[1]
    const value = returned(await sandbox.run(`${module ? `import ${module}\n` : ''}${expression}`))
    const back = await sandbox.run('repr(x)', { inputs: { x: value } }).then(
      (outcome) => code(String(returned(outcome))),
      (error: Error) => error.name,
    )
    rows.push([code(expression), code(inspect(value)), back])
  }
  await sandbox.close()
  return table(['a guest returns', 'you get', 'given back, it is'], rows)
}

/** The first sentence of a file's opening comment: what it promises. */
function promise(path: string): string {
  const text = readFileSync(path, 'utf8')
  const comment = path.endsWith('.py')
    ? /^"""([\s\S]*?)"""/.exec(text)
    : /^\/\*\*([\s\S]*?)\*\//.exec(text)
  const flat = (comment?.[1] ?? '')
    .replace(/^\s*\* ?/gm, '')
    .replace(/\n\s*\n[\s\S]*/, '')
    .replace(/\s+/g, ' ')
    .trim()
  return /^.*?[^.]\.(?= [A-Z`]|$)/.exec(flat)?.[0] ?? flat
}

/** A table a ring, inner rings first, in it the hardest file first: an auditor begins at the top. */
function trusted(): string {
  // Rounded up, so that not every change of a line is one of the document.
  const upTo = (size: number, step: number): string => number(Math.ceil(size / step) * step)
  return RINGS.map(({ name, claim }) => {
    const total = totalOf(name)
    const rows = filesOf(name).map(({ file, lines }) => [
      code(file),
      TABLES.has(file) ? 'data' : upTo(lines, 10),
      promise(join(ROOT, 'src/trusted', file)) || 'The folder is a package.',
    ])
    const head = ['file of `src/trusted/`', 'lines of code, at most', 'what it is trusted for']
    return `### ${name}\n\n${claim}\n\n${table(head, [...rows, [`${total.files} files`, upTo(total.lines, 100), '']])}`
  }).join('\n\n')
}

function divergences(): string {
  return divergenceFiles()
    .map(
      ({ about, cases }) =>
        `${about}\n\n${table(
          [
            'case',
            cases[0]!.by === 'restrictedpython' ? 'RestrictedPython' : 'CPython',
            'pyrestrict',
            'why',
          ],
          cases.map(({ name, by, theirs, ours, refused, why }) => [
            name,
            by === 'cpython' ? code(theirs) : theirs,
            refused ? `refused, ${ours}` : by === 'restrictedpython' ? ours : code(ours),
            why,
          ]),
        )}`,
    )
    .join('\n\n')
}

function runTimeRefusals(): string {
  return refusalFiles()
    .map(
      ({ about, cases }) =>
        `${about}\n\n${table(
          ['it is told', 'when', 'whom it would harm', 'instead'],
          cases.map(({ told, when, harms, instead }) => [code(told), when, harms, instead]),
        )}`,
    )
    .join('\n\n')
}

const MAKERS: Readonly<Record<string, () => string | Promise<string>>> = {
  limits,
  presets,
  values,
  trusted,
  divergences,
  'check statuses': () => statuses(CHECK_STATUSES),
  'run statuses': () => statuses(RUN_STATUSES),
  'known bugs': () =>
    table(
      ['bug', 'what it does', 'mended in CPython', 'closed by'],
      KNOWN_BUGS.map(({ issue, what, fixed, closed }) => [
        issue,
        what,
        fixed ?? 'no release yet',
        code(`floor/${closed}`),
      ]),
    ),
  modules: () => STANDARD_MODULES.map(code).join(' '),
  systems: () =>
    table(
      ['system', 'what it offered', 'here', 'a command', 'the test'],
      OFFERS.map(({ system, offered, here, command, test: [file, name] }) => [
        system,
        offered,
        here,
        code(command),
        `${code(`test/${file}.test.ts`)}: ${name}`,
      ]),
    ),
  'node types': language.nodeTypes,
  names: () => table(['use', 'of what', 'names'], language.names()),
  guards: () => table(['guard', 'source', 'guarded text', 'at run time'], language.guards()),
  'refusals at run time': runTimeRefusals,
  refusals: () => table(['rule', 'refused', 'whom it would harm'], language.refusals()),
}

const PLACE = /<!-- table: ([a-z ]+) -->\n[\s\S]*?<!-- end -->/g

/** The document with each of its tables as the source has it, and the names of those. */
export async function withTables(
  text: string,
): Promise<{ text: string; names: readonly string[] }> {
  const names = [...text.matchAll(PLACE)].map(([, name]) => name!)
  const made = new Map(
    await Promise.all(
      names.map(async (name) => {
        if (!Object.hasOwn(MAKERS, name)) throw new Error(`there is no table "${name}"`)
        return [name, await MAKERS[name]!()] as const
      }),
    ),
  )
  return {
    names,
    text: text.replace(
      PLACE,
      (_, name: string) => `<!-- table: ${name} -->\n\n${made.get(name)}\n\n<!-- end -->`,
    ),
  }
}

/** Every table there is. */
export const TABLE_NAMES: readonly string[] = Object.keys(MAKERS)
