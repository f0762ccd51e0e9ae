/** The other commands as a shell sees them: rewrite, rule, rules, help, completion. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { nearestRule } from '../src/cli/selection.js'
import { loadRules } from '../src/rules/load.js'
import { FORMAT_NAMES } from '../src/report/formats.js'
import { pyrestrict, ROOT } from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-commands-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('rewrite', () => {
  test('prints the guarded text and writes the map beside it', async () => {
    const map = join(folder, 'out.map')
    const { status, stdout, stderr } = await pyrestrict([
      'rewrite',
      'fixtures/cli/clean.py',
      '--map',
      map,
    ])
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toBe(
      readFileSync(join(ROOT, 'fixtures/cli/clean.py'), 'utf8').replace(
        'math.pi',
        "_getattr_(math,'pi')",
      ),
    )
    const written = JSON.parse(readFileSync(map, 'utf8'))
    expect([written.version, written.sources, written.sourcesContent.length]).toEqual([
      3,
      ['fixtures/cli/clean.py'],
      1,
    ])
  })

  test('reads stdin, and one expression', async () => {
    expect((await pyrestrict(['rewrite', '--mode', 'eval', '-'], { stdin: 'a.b' })).stdout).toBe(
      "_getattr_(a,'b')",
    )
  })

  test('prints no text when there are findings', async () => {
    const { status, stdout, stderr } = await pyrestrict(['rewrite', 'fixtures/cli/finding.py'])
    expect([status, stdout, stderr]).toEqual([
      1,
      '',
      `${(await pyrestrict(['check', 'fixtures/cli/finding.py'])).stdout.split('Found')[0]}Refused: 1 problem.\n`,
    ])
  })

  test('counts those that are not listed', async () => {
    const path = join(folder, 'many.py')
    writeFileSync(path, 'x.__class__\n'.repeat(1_002))
    for (const command of ['rewrite', 'run']) {
      const { status, stderr } = await pyrestrict([command, path])
      expect([
        status,
        stderr.slice(-'and 2 more problems\n\nRefused: 1002 problems.\n'.length),
      ]).toEqual([1, 'and 2 more problems\n\nRefused: 1002 problems.\n'])
    }
  })

  test('never writes the map over the source, nor says nothing when it cannot', async () => {
    const path = join(folder, 'own.py')
    writeFileSync(path, 'x = 1\n')
    expect(await pyrestrict(['rewrite', path, '--map', join(folder, '.', 'own.py')])).toEqual({
      status: 2,
      stdout: '',
      stderr: `pyrestrict: --map would overwrite ${path}\n`,
    })
    expect(readFileSync(path, 'utf8')).toBe('x = 1\n')
    const { status, stderr } = await pyrestrict([
      'rewrite',
      path,
      '--map',
      join(folder, 'none', 'x.map'),
    ])
    expect([status, stderr.includes('cannot write the map')]).toEqual([2, true])
  })
})

describe('rules', () => {
  test('are explained by code and by name', async () => {
    const { status, stdout } = await pyrestrict(['rule', 'PR203'])
    expect([status, stdout.split('\n').slice(0, 3)]).toEqual([
      0,
      ['PR203 dunder-attribute', '', 'Denies'],
    ])
    expect(stdout).toMatch(/\nWhy\n {2}\S[^]*\nInstead\n {2}\S/)
    expect((await pyrestrict(['rule', 'pr203'])).stdout).toBe(stdout)
    expect((await pyrestrict(['rule', 'dunder-attribute'])).stdout).toBe(stdout)
    expect(
      JSON.parse((await pyrestrict(['rule', 'PR203', '--format', 'json'])).stdout),
    ).toMatchObject({ code: 'PR203', name: 'dunder-attribute' })
    expect((await pyrestrict(['rule', 'PR203', '--format', 'markdown'])).stdout).toMatch(
      /^# PR203 dunder-attribute\n\n## Denies\n\n/,
    )
    expect(await pyrestrict(['rule', 'dunder-atribute'])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'pyrestrict: there is no rule "dunder-atribute"; did you mean "dunder-attribute"?\n',
    })
    const all = [...loadRules().values()].map((file) => file.rule)
    for (const number of ['203', 'PY203', 'R203'])
      expect([number, nearestRule(number, all)]).toEqual([number, 'PR203'])
  })

  test('are listed one a line', async () => {
    const [text, json] = await Promise.all([
      pyrestrict(['rules']),
      pyrestrict(['rules', '--format', 'json']),
    ])
    const all = JSON.parse(json.stdout) as { code: string; name: string }[]
    expect(
      text.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/\s+/).slice(0, 2)),
    ).toEqual(all.map(({ code, name }) => [code, name]))
    expect(all.length).toBeGreaterThan(30)
  })
})

describe('help', () => {
  test('is printed for the program and for each command', async () => {
    const { status, stdout, stderr } = await pyrestrict(['--help'])
    expect([status, stderr, stdout.split('\n')[0]]).toEqual([
      0,
      '',
      'Check, rewrite and run Python that somebody else wrote.',
    ])
    for (const name of ['check', 'rewrite', 'run', 'rule', 'rules']) {
      expect(stdout).toMatch(new RegExp(`\\n {2}${name} `))
      const one = await pyrestrict([name, '--help'])
      expect([one.status, one.stderr]).toEqual([0, ''])
      expect(one.stdout).toMatch(new RegExp(`\nUsage: pyrestrict ${name} `))
      if (name === 'run') expect((await pyrestrict(['help', name])).stdout).toBe(one.stdout)
    }
  })

  test('no arguments are a usage error that shows the help', async () => {
    const [none, help] = await Promise.all([pyrestrict([]), pyrestrict(['--help'])])
    expect(none).toEqual({ status: 2, stdout: '', stderr: help.stdout })
  })

  test("the version is the package's", async () => {
    expect((await pyrestrict(['--version'])).stdout).toBe(
      `${JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version}\n`,
    )
  })

  test('what the program itself does not know is refused, not ignored', async () => {
    const refused = async (args: readonly string[], message: string) => {
      expect(await pyrestrict(args)).toEqual({
        status: 2,
        stdout: '',
        stderr: `pyrestrict: ${message}\n`,
      })
    }
    await refused(['help', 'chek'], 'unexpected argument "chek"\nTry "pyrestrict --help".')
    await refused(['--version', 'run'], 'unexpected argument "run"\nTry "pyrestrict --help".')
    await refused(['completion', 'tcsh'], 'completion is for bash, zsh, fish, not "tcsh"')
  })

  test('shells complete commands, options, choices and rules', async () => {
    const words = async (...line: string[]) =>
      (await pyrestrict(['--get-yargs-completions', 'pyrestrict', ...line])).stdout
        .trimEnd()
        .split('\n')
    const script = async (shell: readonly string[], env = {}) =>
      (await pyrestrict(['completion', ...shell], { env })).stdout
    expect(await script([])).toContain('complete -o bashdefault')
    expect(await script(['zsh'])).toMatch(/^#compdef pyrestrict\n/)
    expect(await script(['bash'], { SHELL: '/bin/zsh' })).toContain('complete -o bashdefault')
    const fish = await script(['fish'])
    expect(fish).toContain('complete -c pyrestrict -a ')
    expect(await script([], { SHELL: '/usr/bin/fish' })).toBe(fish)
    expect(await words('ch')).toEqual(
      expect.arrayContaining(['check', 'rewrite', 'run', 'rule', 'rules']),
    )
    expect(await words('check', '--')).toEqual(expect.arrayContaining(['--format', '--policy']))
    expect(await words('check', '--format', '')).toEqual(FORMAT_NAMES)
    expect(await words('rule', '')).toContain('PR203')
  })
})
