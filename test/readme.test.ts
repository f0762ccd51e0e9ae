/**
 * The documents say what is so: every console command of the README is run, every example compiled under strict TypeScript
 * and run, every table compared with the source it is made from, every path and script looked for.
 */
import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMANDS } from '../src/cli/commands.js'
import { FORMAT_NAMES } from '../src/report/formats.js'
import { WRITTEN } from '../src/trusted/language/modules.js'
import { argumentsOf, MAIN, pyrestrictEach, ROOT, SHELL_ENV } from './support/cli.js'
import { TABLE_NAMES, withTables } from './support/documents.js'

/** Documents for users: what they show is run. */
const SHOWN = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const DOCUMENTS = [...SHOWN, 'SECURITY.md', 'DIVERGENCES.md', 'ARCHITECTURE.md', 'CHANGELOG.md']
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8')

interface Block {
  readonly heading: string
  readonly text: string
}

function blocks(language: string): readonly Block[] {
  return SHOWN.flatMap((name) => {
    const document = read(name)
    const found = document.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))
    return [...found].map((match) => ({
      heading: `${name} ${
        document
          .slice(0, match.index)
          .match(/^##+ .*$/gm)
          ?.at(-1) ?? 'the beginning'
      }`,
      text: match[1]!,
    }))
  })
}

/** Exit status and all that was printed. */
function finished(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = SHELL_ENV,
): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd: ROOT, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), output: stdout + stderr })
    })
  })
}

/**
 * The same of a line that is typed in a shell: by the process that says what command lines say, where the line is no more than one. Of
 * what writes to both stdout and stderr only a shell shows in which order.
 */
async function typed(command: string): Promise<{ status: number; output: string }> {
  const args = argumentsOf(command)
  const [said] = args ? await pyrestrictEach([args], { keeps: true }) : []
  if (said && (said.stdout === '' || said.stderr === ''))
    return { status: said.status!, output: said.stdout + said.stderr }
  const shell = `exec 2>&1; pyrestrict() { "$NODE" "$MAIN" "$@"; }; node() { "$NODE" "$@"; }\n${command}`
  return finished('/bin/sh', ['-c', shell], { ...SHELL_ENV, NODE: process.execPath, MAIN })
}

describe('console', () => {
  const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts)

  test.each(blocks('console'))('$heading', async ({ text }) => {
    const steps = text
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const [command, ...shown] = step.trimEnd().split('\n')
        return { command: command!, shown: shown.join('\n') }
      })
    expect(steps.length).toBeGreaterThan(0)
    // What installs, builds or tests is named by package.json; running it here would build what is being tested.
    const [npm, other] = [
      steps.filter(({ command }) => /^np[mx] /.test(command)),
      steps.filter(({ command }) => !/^np[mx] /.test(command)),
    ]
    for (const { command } of npm) {
      for (const [, script] of command.matchAll(/npm (?:run )?(\w[\w:]*)/g))
        expect([...scripts, 'ci', 'install', 'pack']).toContain(script)
    }
    const told: { command: string; shown: string; status: number }[] = []
    for (const { command } of other) {
      const before = told.at(-1)?.status
      const { status, output } =
        command === 'echo $?' ? { status: 0, output: String(before) } : await typed(command)
      told.push({ command, shown: output.trimEnd(), status })
    }
    expect(
      told.map(({ command, shown }, index) => ({
        command,
        shown: other[index]!.shown === '' ? '' : shown,
      })),
    ).toEqual(other)
    for (const { shown, status } of told.filter((_, index) => other[index]!.shown === ''))
      expect([status, shown]).toEqual([0, shown])
  })
})

describe('examples', () => {
  const examples = blocks('ts').map((block, index) => ({
    ...block,
    index,
    file: `example-${index}`,
  }))
  const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-readme-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  let compiled: { status: number; output: string }
  /** All of them run in one process, as in a program that uses each: what they print, in parts, and how the process ends. */
  let printed: readonly string[]
  let ended: { status: number; rest: string }

  beforeAll(async () => {
    // A project that has pyrestrict installed.
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(ROOT, join(folder, 'node_modules/pyrestrict'), 'dir')
    symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'), 'dir')
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          skipLibCheck: false,
          module: 'nodenext',
          target: 'es2022',
          lib: ['es2024', 'esnext.disposable'],
          types: ['node'],
          outDir: 'out',
          rootDir: '.',
        },
        include: ['*.ts'],
      }),
    )
    for (const { file, text } of examples) writeFileSync(join(folder, `${file}.ts`), text)
    compiled = await finished(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder])
    const { status, output } = await finished(process.execPath, [
      join(ROOT, 'test/support/examples.mjs'),
      ...examples.map(({ file }) => join(folder, 'out', `${file}.js`)),
    ])
    const parts = output.split('\u001e')
    printed = parts.slice(0, -1)
    ended = { status, rest: parts.at(-1)! }
  })

  test('compile under strict TypeScript', () => {
    expect(compiled).toEqual({ status: 0, output: '' })
  })

  test.each(examples)('$heading ($file)', ({ index, text }) => {
    const calls = [...text.matchAll(/console\.log\(/g)].length
    const expected = [...text.matchAll(/\/\/ → (.*)$/gm)].map(([, value]) => value!)
    expect(calls).toBeGreaterThan(0)
    expect(expected.length).toBeGreaterThanOrEqual(calls)
    expect(printed[index]?.trimEnd().split('\n')).toEqual(expected)
  })

  test('say nothing of faults, and leave nothing open that would keep their process alive', () => {
    expect(ended).toEqual({ status: 0, rest: '' })
  })
})

describe('documents', () => {
  test.each(DOCUMENTS)('the tables of %s are those of the source', async (name) => {
    await expect((await withTables(read(name))).text).toMatchFileSnapshot(join(ROOT, name))
  })

  test('every table is in one of them', async () => {
    const shown = await Promise.all(
      DOCUMENTS.map(async (name) =>
        [...read(name).matchAll(/<!-- table: (.*) -->/g)].map(([, table]) => table!),
      ),
    )
    expect(shown.flat().sort()).toEqual([...TABLE_NAMES].sort())
  })

  test.each([...DOCUMENTS, 'CONTRIBUTING.md'])(
    'every file and script that %s names is there',
    (name) => {
      // `NAME` and `nnn` stand for what is to be added.
      const text = read(name).replace(/`[^`\n]*(?:NAME|nnn)[^`\n]*`/g, '')
      const named = [
        ...[...text.matchAll(/`((?:src|test|fixtures|grammar-rules)\/[\w./-]+)`/g)].map(
          ([, path]) => path!,
        ),
        // A link goes out from where its document is.
        ...[...text.matchAll(/\]\(([\w./-]+\.\w+)\)/g)].map(([, path]) =>
          join(dirname(name), path!),
        ),
      ]
      expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
      const { scripts } = JSON.parse(read('package.json')) as { scripts: object }
      expect(
        [...text.matchAll(/npm run ([\w:]+)/g)]
          .map(([, script]) => script!)
          .filter((script) => !Object.hasOwn(scripts, script)),
      ).toEqual([])
    },
  )

  test('every format and every command is told', () => {
    const flag = /--format ([\w|]+)`/.exec(read('README.md'))?.[1]
    expect(flag?.split('|')).toEqual(FORMAT_NAMES)
    const page = read('docs/command-line.md')
    expect(FORMAT_NAMES.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([])
    const told = SHOWN.map(read).join('\n')
    const untold = (name: string): boolean => !new RegExp(`pyrestrict ${name}\\b`).test(told)
    expect(Object.keys(COMMANDS).filter(untold)).toEqual([])
  })

  test('every module that is guest code is told in the specification', () => {
    const [, section] = read('docs/language.md').split(
      /^## Modules that are guest code$|^## At run time$/m,
    )
    expect(Object.keys(WRITTEN).filter((name) => !section!.includes(`\`${name}`))).toEqual([])
  })

  test('every function on the walk of ARCHITECTURE.md is there, in a class or a module of that name', () => {
    const [, walk] = read('ARCHITECTURE.md').split(/^## One run.*$|^## Glossary$/m)
    const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|py)$/.test(file))
      .map((file) => ({ file, text: read(`src/${file}`) }))
    const isThere = (name: string): boolean => {
      const [own = '', owner] = name.split('.').reverse()
      const declared = new RegExp(
        `(?:function\\*?|class|def|const) ${own}\\b|^  (?:async )?${own}[(<]`,
        'm',
      )
      return files.some(
        ({ file, text }) =>
          declared.test(text) &&
          (owner === undefined ||
            new RegExp(`class ${owner}\\b|/${owner}\\.(?:ts|py)$`).test(`${text}\n/${file}`)),
      )
    }
    const named = [...walk!.matchAll(/`((?:\w+\.)?\w+)`/g)].map(([, name]) => name!)
    // Words of the options and of outcomes are no functions.
    const names = named.filter((name) => /[A-Z_.]/.test(name))
    expect(names.length).toBeGreaterThan(20)
    expect(names.filter((name) => !isThere(name))).toEqual([])
  })
})
