/** The pre-commit hook and the GitHub Action: the commands that they hold, run as those tools run them. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAIN, ROOT, SHELL_ENV } from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-integrations-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(() => {
  mkdirSync(join(folder, 'sub folder'))
  writeFileSync(join(folder, 'clean.py'), 'print(1)\n')
  writeFileSync(join(folder, 'sub folder/bad.py'), 'x.__class__\n')
  writeFileSync(join(folder, '.gitignore'), '*\n')
})

function bash(
  script: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      'bash',
      ['-c', script, 'bash', ...args],
      { cwd: folder, env: { ...SHELL_ENV, ...env } },
      (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr })
      },
    )
  })
}

describe('the pre-commit hook', () => {
  const text = readFileSync(join(ROOT, '.pre-commit-hooks.yaml'), 'utf8')
  const field = (name: string): string => new RegExp(`^[- ] ${name}: (.*)$`, 'm').exec(text)![1]!

  test('checks the files that it is given, and says nothing of those that are clean', async () => {
    expect([field('language'), field('types_or')]).toEqual(['node', '[python, jupyter]'])
    const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      bin: Record<string, string>
    }
    const [command, ...rest] = field('entry').split(' ')
    expect(join(ROOT, bin[command!]!)).toBe(MAIN)
    const hook = (...files: readonly string[]) =>
      bash(
        '"$NODE" "$MAIN" $WORDS "$@"',
        { NODE: process.execPath, MAIN, WORDS: rest.join(' ') },
        files,
      )
    expect(await hook('clean.py')).toEqual({ status: 0, stdout: '', stderr: '' })
    const { status, stdout, stderr } = await hook('clean.py', 'sub folder/bad.py')
    expect([status, stdout.split('\n')[1], stderr]).toEqual([1, ' --> sub folder/bad.py:1:3', ''])
  })
})

describe('the GitHub Action', () => {
  const text = readFileSync(join(ROOT, 'action.yml'), 'utf8')
  const script = /\n {6}run: \|\n((?: {8}.*\n)+)/.exec(text)![1]!.replaceAll(/^ {8}/gm, '')
  const standard = (name: string): string =>
    new RegExp(`\\n  ${name}:\\n[^]*?\\n    default: (.*)`).exec(text)![1]!.replace("''", '')
  const action = (inputs: Readonly<Record<string, string>>) =>
    bash(script, {
      PYRESTRICT: ROOT,
      PATHS: inputs['paths'] ?? standard('paths'),
      OPTIONS: inputs['options'] ?? standard('options'),
      SARIF: inputs['sarif'] ?? standard('sarif'),
      GITHUB_ACTIONS: 'true',
      PATH: `${join(process.execPath, '..')}:${SHELL_ENV['PATH']}`,
    })

  test('has an input for each word that its script reads', () => {
    const read = [...text.matchAll(/\$\{\{ inputs\.(\w+) \}\}/g)].map(([, name]) => name)
    expect(read).toEqual(['paths', 'options', 'sarif'])
    // What a workflow passes reaches the shell as data, never as text of the script.
    expect(script).not.toContain('${{')
  })

  test('annotates everything that was committed, whatever a .gitignore says', async () => {
    const { status, stdout } = await action({})
    expect([status, stdout]).toEqual([
      1,
      '::error file=sub folder/bad.py,line=1,endLine=1,col=3,endColumn=12,title=PR203 dunder-attribute::' +
        'attribute `__class__` is not accessible%0AHint: write `type(x)`\n',
    ])
  })

  test('takes paths and options by the line, and runs nothing that is in them', async () => {
    const { status, stdout } = await action({
      paths: 'sub folder\n\nclean.py\n',
      options: '--exit-zero\n--ignore\nPR1',
      sarif: 'out file.sarif',
    })
    expect([status, stdout.split(',')[0]]).toEqual([0, '::error file=sub folder/bad.py'])
    expect(
      JSON.parse(readFileSync(join(folder, 'out file.sarif'), 'utf8')).runs[0].results.length,
    ).toBe(1)
    const hostile = await action({ paths: '$(touch made); touch made\n--exit-zero' })
    expect([hostile.status, existsSync(join(folder, 'made'))]).toEqual([2, false])
  })
})
