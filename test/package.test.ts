/**
 * What is published is all that a stranger's project needs: the package is packed, unpacked into a project that has its
 * declared dependencies and nothing else, and used from there by the command line, by JavaScript and by strict TypeScript.
 */
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from './support/cli.js'

const project = mkdtempSync(join(tmpdir(), 'pyrestrict-package-'))
const own = join(project, 'node_modules/pyrestrict')
const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
}
let packed: readonly string[]

function link(name: string): void {
  const place = join(project, 'node_modules', name)
  mkdirSync(dirname(place), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules', name), place, 'dir')
}

/** What it printed. @throws Error with what it printed when it fails. */
function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: 'pipe' })
}

/** The memories of the guests' images: to compress them takes longer than all else, so the packed ones are empty, and replaced. */
const MEMORIES = ['dist/guest/guest.mem', 'dist/guest-full/guest.mem']

beforeAll(() => {
  const repository = join(project, 'repository')
  const left = ['.git', 'node_modules', ...MEMORIES].map((name) => join(ROOT, name))
  cpSync(ROOT, repository, { recursive: true, filter: (path) => !left.includes(path) })
  for (const name of MEMORIES) writeFileSync(join(repository, name), '')
  const [made] = JSON.parse(
    execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', project], {
      cwd: repository,
      encoding: 'utf8',
      stdio: 'pipe',
    }),
  ) as [{ filename: string; files: readonly { path: string }[] }]
  packed = made.files.map(({ path }) => path)
  mkdirSync(own, { recursive: true })
  execFileSync('tar', ['-xzf', join(project, made.filename), '-C', own, '--strip-components=1'])
  for (const name of MEMORIES) copyFileSync(join(ROOT, name), join(own, name))
  for (const name of Object.keys(dependencies)) link(name)
  link('@types/node')
  link('undici-types')
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
}, 120_000)

afterAll(() => rmSync(project, { recursive: true }))

test('it holds what is needed at run time, and no test', () => {
  expect(packed).toEqual(
    expect.arrayContaining([
      'dist/index.js',
      'dist/index.d.ts',
      'dist/cli/main.js',
      'dist/bundle/index.js',
      'dist/bundle/cli.js',
      'dist/bundle/check.js',
      'dist/bundle/worker.js',
      'dist/bundle/compile-worker.js',
      'dist/policy.schema.json',
      'dist/guest/guest.mem',
      'dist/guest/guest.json',
      'dist/guest-full/guest.mem',
      'dist/guest-full/guest.json',
      'dist/grammar/tree-sitter-python.wasm',
      'dist/grammar/LICENSE',
      'grammar-rules/kinds.txt',
      'grammar-rules/PR203-dunder-attribute.scm',
      'src/sandbox/audit.py',
      'src/sandbox/audit-seed.py',
      'README.md',
      'SECURITY.md',
      'DIVERGENCES.md',
      'CHANGELOG.md',
      'LICENSE',
      'package.json',
    ]),
  )
  expect(packed.filter((path) => /^(?:test|fixtures|node_modules)\/|\.tgz$/.test(path))).toEqual([])
})

test('nothing of it or of what it depends on is built or run when it is installed', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; optional?: boolean; hasInstallScript?: boolean }>
  }
  const installed = Object.entries(packages).filter(
    ([name, { dev, optional }]) => name !== '' && !dev && !optional,
  )
  expect(installed.length).toBeGreaterThan(10)
  expect(
    installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([name]) => name),
  ).toEqual([])
  const { scripts } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as {
    scripts: object
  }
  expect(Object.keys(scripts).filter((name) => /install/.test(name))).toEqual([])
})

test('its command line checks, rewrites and runs', () => {
  writeFileSync(join(project, 'ok.py'), 'import math\nprint(math.sqrt(x))\n')
  const main = join(own, 'dist/cli/main.js')
  expect(run(process.execPath, [main, 'check', 'ok.py'])).toBe('No problems in 1 file.\n')
  expect(run(process.execPath, [main, 'rewrite', 'ok.py'])).toBe(
    "import math\nprint(_getattr_(math,'sqrt')(x))\n",
  )
  expect(run(process.execPath, [main, 'run', 'ok.py', '--input', 'x=16'])).toBe('4.0\n')
  expect(run(process.execPath, [main, 'rule', 'PR203']).split('\n')[0]).toBe(
    'PR203 dunder-attribute',
  )
})

test('JavaScript uses every isolation', () => {
  writeFileSync(
    join(project, 'use.js'),
    `
    import { createSandbox, check } from 'pyrestrict'
    import schema from 'pyrestrict/policy.schema.json' with { type: 'json' }
    console.log(schema.title, (await check('x.__class__')).diagnostics[0].code)
    for (const isolation of ['process', 'thread', 'inline']) {
      const sandbox = await createSandbox({ modules: 'standard' }, { isolation })
      console.log((await sandbox.run('import json\\njson.dumps([1])')).value)
      await sandbox.close()
    }`,
  )
  expect(run(process.execPath, ['--no-warnings', 'use.js'])).toBe(
    'pyrestrict policy PR203\n[1]\n[1]\n[1]\n',
  )
})

describe('TypeScript', () => {
  /** As strict as it gets, with declarations checked and neither the DOM's nor newer types than the target's. */
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    noImplicitOverride: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022'],
    types: ['node'],
    noEmit: true,
  }

  test("its declarations need neither skipLibCheck nor the DOM nor types of its dependencies' insides", () => {
    writeFileSync(
      join(project, 'use.ts'),
      `
      import * as everything from 'pyrestrict'
      import { createSandbox, createMapper, rewrite, type Outcome, type Policy, type SandboxOptions } from 'pyrestrict'
      const policy: Policy = { preset: 'formula' }
      const options: SandboxOptions = { isolation: 'process' }
      const inline = await createSandbox(policy, { isolation: 'inline' })
      const formula = await inline.formula('a', ['a'])
      if (formula.status === 'compiled') console.log(formula.evaluate({ a: 1 }))
      const outcome: Outcome = await (await createSandbox(policy, options)).run('1')
      const rewritten = await rewrite('a.b')
      if (rewritten.ok) console.log(createMapper('a.b', rewritten.code, rewritten.edits).toSource(1, 10, 'start').column)
      console.log(outcome.status, everything.LIMITS.wallMs.max)
    `,
    )
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['use.ts'] }),
    )
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const files = run(process.execPath, [tsc, '-p', '.', '--listFiles'])
      .split('\n')
      .filter((line) => line !== '')
    const seen = files.map((file) => file.replaceAll('\\', '/'))
    // What is reachable is what is public: no parser, no worker, no WebAssembly.
    expect(
      seen.filter((file) =>
        /web-tree-sitter|pyodide|\/trusted\/host\/(?!codec)|sandbox\/(?:workers|runs|compiler|requests)/.test(
          file,
        ),
      ),
    ).toEqual([])
    expect(seen.some((file) => file.endsWith('pyrestrict/dist/sandbox/sandbox.d.ts'))).toBe(true)
  }, 60_000)

  test('CommonJS has types and values of everything that modules have', () => {
    writeFileSync(
      join(project, 'use.cts'),
      `
      import pyrestrict = require('pyrestrict')
      import { check, PolicyError, PyValue, type Outcome, type Sandbox } from 'pyrestrict'
      async function main(): Promise<void> {
        const sandbox: Sandbox = await pyrestrict.createSandbox({}, { isolation: 'inline' })
        const outcome: Outcome<number> = await sandbox.run<number>('1 + 1')
        const fault: PolicyError = new PolicyError('x')
        const isValue = (value: unknown): value is PyValue => value instanceof PyValue
        console.log((await check('1')).ok, outcome.status === 'returned' && outcome.value, fault.name, isValue(1))
        await sandbox.close()
      }
      void main()
    `,
    )
    writeFileSync(
      join(project, 'tsconfig.cjs.json'),
      JSON.stringify({
        compilerOptions: {
          ...compilerOptions,
          verbatimModuleSyntax: false,
          noEmit: false,
          outDir: 'out',
        },
        files: ['use.cts'],
      }),
    )
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    run(process.execPath, [tsc, '-p', 'tsconfig.cjs.json'])
    expect(run(process.execPath, ['--no-warnings', 'out/use.cjs'])).toBe(
      'true 2 PolicyError false\n',
    )
    const everything = "Object.keys(require('pyrestrict')).sort().join()"
    const declared = [
      ...readFileSync(join(own, 'dist/index.d.cts'), 'utf8').matchAll(/declare const (\w+):/g),
    ].map(([, name]) => name)
    expect(run(process.execPath, ['--no-warnings', '-p', everything]).trim()).toBe(
      declared.sort().join(),
    )
  }, 60_000)
})
