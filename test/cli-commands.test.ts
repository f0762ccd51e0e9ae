/** The other commands as a shell sees them: rewrite, rule, rules, help, completion. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { nearestRule } from '../src/cli/selection.js'
import { loadRules } from '../src/rules/load.js'
import { FORMAT_NAMES } from '../src/report/formats.js'
import { pyrestrict, pyrestrictEach, pyrestrictSays, ROOT } from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-commands-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('rewrite', () => {
  test('prints the guarded text and writes the map beside it', async () => {
    const map = join(folder, 'out.map')
    const { status, stdout, stderr } = await pyrestrictSays([
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
    const [rewritten, checked] = await pyrestrictEach([
      ['rewrite', 'fixtures/cli/finding.py'],
      ['check', 'fixtures/cli/finding.py'],
    ])
    expect(rewritten).toEqual({
      status: 1,
      stdout: '',
      stderr: `${checked!.stdout.split('Found')[0]}Refused: 1 problem.\n`,
    })
  })

  test('counts those that are not listed', async () => {
    const path = join(folder, 'many.py')
    writeFileSync(path, 'x.__class__\n'.repeat(1_002))
    for (const { status, stderr } of await pyrestrictEach([
      ['rewrite', path],
      ['run', path],
    ])) {
      expect([
        status,
        stderr.slice(-'and 2 more problems\n\nRefused: 1002 problems.\n'.length),
      ]).toEqual([1, 'and 2 more problems\n\nRefused: 1002 problems.\n'])
    }
  })

  test('never writes the map over the source, nor says nothing when it cannot', async () => {
    const path = join(folder, 'own.py')
    writeFileSync(path, 'x = 1\n')
    const [over, nowhere] = await pyrestrictEach([
      ['rewrite', path, '--map', join(folder, '.', 'own.py')],
      ['rewrite', path, '--map', join(folder, 'none', 'x.map')],
    ])
    expect(over).toEqual({
      status: 2,
      stdout: '',
      stderr: `pyrestrict: --map would overwrite ${path}\n`,
    })
    expect(readFileSync(path, 'utf8')).toBe('x = 1\n')
    expect([nowhere!.status, nowhere!.stderr.includes('cannot write the map')]).toEqual([2, true])
  })
})

describe('rules', () => {
  test('are explained by code and by name', async () => {
    const [byCode, ...others] = await pyrestrictEach([
      ['rule', 'PR203'],
      ['rule', 'pr203'],
      ['rule', 'dunder-attribute'],
      ['rule', 'PR203', '--format', 'json'],
      ['rule', 'PR203', '--format', 'markdown'],
      ['rule', 'dunder-atribute'],
    ])
    const { status, stdout } = byCode!
    expect([status, stdout.split('\n').slice(0, 3)]).toEqual([
      0,
      ['PR203 dunder-attribute', '', 'Denies'],
    ])
    expect(stdout).toMatch(/\nWhy\n {2}\S[^]*\nInstead\n {2}\S/)
    const [lower, name, json, markdown, wrong] = others
    expect([lower!.stdout, name!.stdout]).toEqual([stdout, stdout])
    expect(JSON.parse(json!.stdout)).toMatchObject({ code: 'PR203', name: 'dunder-attribute' })
    expect(markdown!.stdout).toMatch(/^# PR203 dunder-attribute\n\n## Denies\n\n/)
    expect(wrong).toEqual({
      status: 2,
      stdout: '',
      stderr: 'pyrestrict: there is no rule "dunder-atribute"; did you mean "dunder-attribute"?\n',
    })
    const all = [...loadRules().values()].map((file) => file.rule)
    for (const number of ['203', 'PY203', 'R203'])
      expect([number, nearestRule(number, all)]).toEqual([number, 'PR203'])
  })

  test('are listed one a line', async () => {
    const [text, json] = await pyrestrictEach([['rules'], ['rules', '--format', 'json']])
    const all = JSON.parse(json!.stdout) as { code: string; name: string }[]
    expect(
      text!.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/\s+/).slice(0, 2)),
    ).toEqual(all.map(({ code, name }) => [code, name]))
    expect(all.length).toBeGreaterThan(30)
  })
})

describe('help', () => {
  test('is printed for the program and for each command', async () => {
    const names = ['check', 'rewrite', 'run', 'rule', 'rules']
    const [program, helpRun, ...commands] = await pyrestrictEach([
      ['--help'],
      ['help', 'run'],
      ...names.map((name) => [name, '--help']),
    ])
    const { status, stdout, stderr } = program!
    expect([status, stderr, stdout.split('\n')[0]]).toEqual([
      0,
      '',
      'Check, rewrite and run Python that somebody else wrote.',
    ])
    for (const [index, name] of names.entries()) {
      expect(stdout).toMatch(new RegExp(`\\n {2}${name} `))
      const one = commands[index]!
      expect([one.status, one.stderr]).toEqual([0, ''])
      expect(one.stdout).toMatch(new RegExp(`\nUsage: pyrestrict ${name} `))
      if (name === 'run') expect(helpRun!.stdout).toBe(one.stdout)
    }
  })

  test('no arguments are a usage error that shows the help', async () => {
    const [none, help] = await pyrestrictEach([[], ['--help']])
    expect(none).toEqual({ status: 2, stdout: '', stderr: help!.stdout })
  })

  test("the version is the package's", async () => {
    expect((await pyrestrictSays(['--version'])).stdout).toBe(
      `${JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version}\n`,
    )
  })

  test('what the program itself does not know is refused, not ignored', async () => {
    const refused = [
      [['help', 'chek'], 'unexpected argument "chek"\nTry "pyrestrict --help".'],
      [['--version', 'run'], 'unexpected argument "run"\nTry "pyrestrict --help".'],
      [['completion', 'tcsh'], 'completion is for bash, zsh, fish, not "tcsh"'],
    ] as const
    expect(await pyrestrictEach(refused.map(([args]) => args))).toEqual(
      refused.map(([, message]) => ({ status: 2, stdout: '', stderr: `pyrestrict: ${message}\n` })),
    )
  })

  test('shells complete commands, options, choices and rules', async () => {
    const words = async (...line: string[]) =>
      (await pyrestrict(['--get-yargs-completions', 'pyrestrict', ...line])).stdout
        .trimEnd()
        .split('\n')
    const scripts = [['completion'], ['completion', 'zsh'], ['completion', 'fish']]
    const [own, zsh, fish] = (await pyrestrictEach(scripts)).map(({ stdout }) => stdout)
    expect(own).toContain('complete -o bashdefault')
    expect(zsh).toMatch(/^#compdef pyrestrict\n/)
    expect(fish).toContain('complete -c pyrestrict -a ')
    const inShell = async (SHELL: string, ...shell: readonly string[]) =>
      (await pyrestrictSays(['completion', ...shell], { env: { SHELL } })).stdout
    expect(await inShell('/bin/zsh', 'bash')).toContain('complete -o bashdefault')
    expect(await inShell('/usr/bin/fish')).toBe(fish)
    expect(await words('ch')).toEqual(
      expect.arrayContaining(['check', 'rewrite', 'run', 'rule', 'rules']),
    )
    expect(await words('check', '--')).toEqual(expect.arrayContaining(['--format', '--policy']))
    expect(await words('check', '--format', '')).toEqual(FORMAT_NAMES)
    expect(await words('rule', '')).toContain('PR203')
  })
})
