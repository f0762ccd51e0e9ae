/** `pyrestrict.json`: what it may say, and that only the operator's own is taken. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import { afterAll, describe, expect, test } from 'vitest'
import { pyrestrictSays, ROOT } from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const FILES = {
  'a.py': 'x.__class__\n',
  'sub/b.py': 'import json\nx.__class__\n',
  'gen/c.py': 'x.__class__\n',
  'node_modules/d.py': 'x.__class__\n',
}
let made = 0

/** A folder with the files and, at these places, settings. */
function repository(settings: Readonly<Record<string, unknown>>): string {
  const root = join(folder, String(made++))
  for (const [path, text] of Object.entries({ ...FILES, ...settings })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), typeof text === 'string' ? text : JSON.stringify(text))
  }
  return root
}

/** Exit status, what was found by file and code, and what was said on stderr but for what is left out. */
async function checked(cwd: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = await pyrestrictSays(
    ['check', '--format', 'concise', ...args],
    {
      cwd,
    },
  )
  const found = stdout.split('\n').filter(Boolean)
  return [
    status,
    found.map((line) => line.replace(/^([^:]*):\S* (\S*) .*/, '$1 $2')),
    stderr.replace(/pyrestrict: left out [^]*$/, ''),
  ]
}

const TAKEN = 'pyrestrict: settings are those of pyrestrict.json\n'

describe('settings', () => {
  test('are those of the working directory, and that is said', async () => {
    const root = repository({
      'pyrestrict.json':
        '// ours\n{ "exclude": ["gen/"], "ignore": ["PR2"], "preset": "formula", }',
    })
    expect(await checked(root)).toEqual([1, ['sub/b.py PR301'], TAKEN])
    expect(await checked(root, '--quiet')).toEqual([1, ['sub/b.py PR301'], ''])
    expect(await checked(root, '--no-config')).toEqual([
      1,
      ['a.py PR203', 'gen/c.py PR203', 'sub/b.py PR203'],
      '',
    ])
  })

  test('of a folder that is checked are not taken', async () => {
    const hides = { exclude: ['*'], ignore: ['PR'] }
    const root = repository({ 'sub/pyrestrict.json': hides })
    expect(await checked(root)).toEqual([1, ['a.py PR203', 'gen/c.py PR203', 'sub/b.py PR203'], ''])
    expect(await checked(root, 'sub', join(root, 'sub'))).toEqual([1, ['sub/b.py PR203'], ''])
  })

  test('are taken from a file that is named, whose own folder its policy is in', async () => {
    const root = repository({
      'ci/strict.json': { policy: 'no-json.json', paths: ['sub'], names: ['x'] },
      'ci/no-json.json': { modules: { math: '*' } },
    })
    expect(await checked(root, '--config', 'ci/strict.json')).toEqual([
      1,
      ['sub/b.py PR301', 'sub/b.py PR203'],
      'pyrestrict: settings are those of ci/strict.json\n',
    ])
  })

  test('hold under options of the command line', async () => {
    const root = repository({
      'pyrestrict.json': {
        $schema: './node_modules/pyrestrict/dist/config.schema.json',
        policy: { modules: {} },
        select: ['PR3'],
        all: true,
        exclude: ['gen'],
        names: [],
      },
    })
    expect(await checked(root)).toEqual([1, ['sub/b.py PR301'], TAKEN])
    expect(await checked(root, '--select', 'PR203', '--exclude', 'a.py')).toEqual([
      1,
      ['node_modules/d.py PR203', 'sub/b.py PR203'],
      TAKEN,
    ])
    expect(await checked(root, '--preset', 'script')).toEqual([0, [], TAKEN])
    expect(await checked(root, '--select', 'PR209', '--names', 'x')).toEqual([0, [], TAKEN])
  })

  test('say nothing to run, whose policy grants', async () => {
    const root = repository({ 'pyrestrict.json': { policy: { modules: {} } } })
    expect(
      await pyrestrictSays(['run', '-c', 'import json; json.dumps(1)'], { keeps: true, cwd: root }),
    ).toEqual({
      status: 0,
      stdout: "'1'\n",
      stderr: '',
    })
  })

  test.each([
    ['{', 'pyrestrict.json:1:2: expected a key in double quotes, found the end of the file'],
    [
      { exlude: [] },
      'pyrestrict.json: exlude: unknown key; did you mean "exclude"? (known keys: $schema, preset, policy, names, paths, exclude, all, select, ignore)',
    ],
    [{ exclude: 'gen' }, 'pyrestrict.json: exclude: must be a list of strings, not "gen"'],
    [
      { policy: { limits: { wallms: 1 } } },
      expect.stringMatching(/^pyrestrict\.json: policy\.limits\.wallms: unknown key; did you mean/),
    ],
    [
      { policy: {}, preset: 'script' },
      'pyrestrict.json: preset and policy are two policies: give one of them',
    ],
    [{ ignore: ['PRX'] }, 'pyrestrict.json: ignore: there is no rule "PRX"'],
  ])('that are wrong are told: %j', async (settings, message) => {
    const { status, stdout, stderr } = await pyrestrictSays(['check', '-q'], {
      cwd: repository({ 'pyrestrict.json': settings }),
    })
    expect([status, stdout, stderr.replace(/^pyrestrict: /, '').trimEnd()]).toEqual([
      2,
      '',
      message,
    ])
  })

  test('have a schema', () => {
    const schema = JSON.parse(readFileSync(join(ROOT, 'dist/config.schema.json'), 'utf8'))
    const validate = new Ajv({ strict: false }).compile(schema)
    const accepted = (value: unknown) => validate(value)
    expect(accepted({ policy: 'p.json', exclude: ['gen/'], all: true })).toBe(true)
    expect(accepted({ policy: { preset: 'formula', limits: { wallMs: 5 } } })).toBe(true)
    expect(accepted({ policy: { limits: { wallms: 5 } } })).toBe(false)
    expect(accepted({ exlude: [] })).toBe(false)
  })
})
