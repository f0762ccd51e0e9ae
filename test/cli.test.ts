/** The command line as a shell sees it: the built program, exact output and exit status. */
import { execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { useColour, type ColourChoice } from '../src/cli/output.js'
import { LIMIT_NAMES } from '../src/policy/limits.js'
import { jailCommand } from '../src/platform/node/jail.js'
import { FORMAT_NAMES } from '../src/report/formats.js'
import { SETUP } from './support/worker-setup.js'
import { headOf } from '../src/trusted/channel/frames.js'
import { encodeFrame } from '../src/trusted/channel/protocol.js'
import {
  MAIN,
  onTerminal,
  pyrestrict,
  pyrestrictEach,
  pyrestrictSays,
  ROOT,
  SHELL_ENV,
} from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}

const FINDING = `error[PR203]: attribute \`__class__\` is not accessible
 --> fixtures/cli/finding.py:4:14
  |
3 | value = math.pi
4 | kind = value.__class__
  |              ^^^^^^^^^
5 | print(kind)
  = hint: write \`type(x)\`

Found 1 problem in 1 of 1 file.
`

describe('check', () => {
  test('says nothing is wrong, with status 0', async () => {
    expect(await pyrestrict(['check', 'fixtures/cli/clean.py'])).toEqual({
      status: 0,
      stdout: 'No problems in 1 file.\n',
      stderr: '',
    })
  })

  test('shows what is wrong, with status 1', async () => {
    expect(await pyrestrict(['check', 'fixtures/cli/finding.py'])).toEqual({
      status: 1,
      stdout: FINDING,
      stderr: '',
    })
  })

  test('no comment of the author switches anything off', async () => {
    const { status, stdout } = await pyrestrictSays([
      'check',
      '--format',
      'concise',
      'fixtures/cli/silenced.py',
    ])
    expect([status, stdout]).toEqual([
      1,
      'fixtures/cli/silenced.py:5:8: PR203 attribute `__class__` is not accessible (hint: write `type(x)`)\n' +
        'fixtures/cli/silenced.py:7:8: PR203 attribute `__class__` is not accessible (hint: write `type(x)`)\n',
    ])
  })

  test('nothing in a file speaks to the terminal or the runner, in any format', async () => {
    const reports = await pyrestrictEach(
      FORMAT_NAMES.map((format) => ['check', '--format', format, 'fixtures/cli/hostile.py']),
      { env: { GITHUB_ACTIONS: 'true' } },
    )
    for (const [index, { status, stdout }] of reports.entries()) {
      const format = FORMAT_NAMES[index]!
      expect([format, status]).toEqual([format, 1])
      expect(stdout).toContain('PR006')
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|##[a-z-]*\[/)
      for (const line of stdout.split('\n'))
        expect(line).not.toMatch(
          format === 'github'
            ? /^\s*::(?!error file=fixtures\/cli\/hostile\.py,line=1,)/
            : /^\s*::/,
        )
    }
  })

  test('several paths, in folders and globs, are one report', async () => {
    const { status, stdout } = await pyrestrictSays([
      'check',
      '--format',
      'json',
      'fixtures/cli/clean.py',
      'fixtures/cli/',
      'fixtures/**/find*.py',
    ])
    const { ok, summary, files } = JSON.parse(stdout)
    expect([status, ok, summary]).toEqual([
      1,
      false,
      {
        files: 4,
        findings: 4,
        warnings: 0,
        errors: 0,
        unselected: 0,
        rules: { PR006: 1, PR203: 3 },
      },
    ])
    expect(files.map((one: { file: string }) => one.file)).toEqual([
      'fixtures/cli/clean.py',
      'fixtures/cli/finding.py',
      'fixtures/cli/hostile.py',
      'fixtures/cli/silenced.py',
    ])
    expect(files[0]).toMatchObject({ ok: true, diagnostics: [], imports: [{ module: 'math' }] })
    expect(files[1].diagnostics[0].span).toEqual({
      start: { line: 4, column: 14, offset: 42 },
      end: { line: 4, column: 23, offset: 51 },
    })
  })

  test('a folder is the one it is run in when no path is given', async () => {
    const { status, stdout } = await pyrestrictSays(['check', '--format', 'concise'], {
      cwd: join(ROOT, 'fixtures/cli'),
    })
    expect([status, stdout.split('\n')[0]]).toEqual([
      1,
      'finding.py:4:14: PR203 attribute `__class__` is not accessible (hint: write `type(x)`)',
    ])
  })

  test('stdin is a source with a name of its own', async () => {
    const { status, stdout } = await pyrestrict(
      ['check', '-', '--stdin-filename', 'cell.py', '--format', 'concise'],
      { stdin: 'x = 1\nx.__dict__\n' },
    )
    expect([status, stdout.replace(/ \(hint.*/, '')]).toEqual([
      1,
      'cell.py:2:3: PR203 attribute `__dict__` is not accessible\n',
    ])
    expect((await pyrestrict(['check', '-'], { stdin: 'print(1)\n' })).stdout).toBe(
      'No problems in 1 file.\n',
    )
    expect(await pyrestrictSays(['check', '--stdin-filename', 'cell.py', 'fixtures/cli'])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'pyrestrict: --stdin-filename names stdin: give - as well\n',
    })
  })

  test('a formula is checked against the names its host provides', async () => {
    expect(
      await pyrestrictSays([
        'check',
        '--mode',
        'eval',
        '--names',
        'price,qty',
        '--names',
        'tax',
        'fixtures/cli/formula.txt',
      ]),
    ).toEqual({ status: 0, stdout: 'No problems in 1 file.\n', stderr: '' })
    const { status, stdout } = await pyrestrictSays([
      'check',
      '--mode=eval',
      '--names=price,qty',
      '--format=concise',
      'fixtures/cli/formula.txt',
    ])
    expect([status, stdout.replace(/ \(hint.*/, '')]).toEqual([
      1,
      'fixtures/cli/formula.txt:1:15: PR209 nobody provides `tax`\n',
    ])
    const wrong = await pyrestrictSays(['check', '--names', 'a,1b', 'fixtures/cli/formula.txt'])
    expect([wrong.status, wrong.stdout, wrong.stderr]).toEqual([
      2,
      '',
      expect.stringMatching(/^pyrestrict: names\[1\]: "1b" is not a Python name\n$/),
    ])
  })

  test('a policy says what may be imported', async () => {
    const source = file('imports.py', 'import math\nfrom json import loads, dumps\n')
    const { status, stdout } = await pyrestrictSays([
      'check',
      '--policy',
      'fixtures/cli/policy.json',
      '--format',
      'json',
      source,
    ])
    expect(status).toBe(1)
    expect(
      JSON.parse(stdout).files[0].diagnostics.map(
        ({
          code,
          span: { start },
        }: {
          code: string
          span: { start: { line: number; column: number } }
        }) => [code, start.line, start.column],
      ),
    ).toEqual([
      ['PR301', 1, 8],
      ['PR302', 2, 25],
    ])
    expect((await pyrestrictSays(['check', source])).status).toBe(0)
    expect(
      (await pyrestrictSays(['check', '--preset', 'formula', '--format', 'concise', source]))
        .stdout,
    ).toMatch(/:2:6: PR301 /)
  })

  test('sarif and github are printed as they are', async () => {
    const sarif = await pyrestrictSays(['check', '--format', 'sarif', 'fixtures/cli/finding.py'])
    const {
      runs: [
        {
          results,
          tool: { driver },
        },
      ],
    } = JSON.parse(sarif.stdout)
    expect([
      sarif.status,
      results.length,
      results[0].ruleId,
      driver.rules[0].help.text.length > 100,
    ]).toEqual([1, 1, 'PR203', true])
    expect(driver.semanticVersion).toBe(
      JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
    )
    expect(
      (await pyrestrictSays(['check', '--format', 'github', 'fixtures/cli/finding.py'])).stdout,
    ).toBe(
      '::error file=fixtures/cli/finding.py,line=4,endLine=4,col=14,endColumn=23,title=PR203 dunder-attribute::' +
        'attribute `__class__` is not accessible%0AHint: write `type(x)`\n',
    )
  })

  test('the bundle, of which these tests are, says what the program it was made from says', () => {
    const unbundled = execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { main } = await import(${JSON.stringify(join(ROOT, 'dist/cli/entry.js'))}); process.exitCode = (await main(['check', 'fixtures/cli/finding.py'])) - 1`,
      ],
      { cwd: ROOT, env: SHELL_ENV, encoding: 'utf8' },
    )
    expect(unbundled).toBe(FINDING)
  })

  test('the bundle holds nothing that only other commands need', () => {
    const bundle = readFileSync(join(ROOT, 'dist/bundle/check.js'), 'utf8')
    expect(
      ['pyodide.asm.wasm', 'tree-sitter-python.wasm'].filter((name) => bundle.includes(name)),
    ).toEqual(['tree-sitter-python.wasm'])
  })

  test('the bundle of the other commands loads no package at its start', () => {
    const bundle = readFileSync(join(ROOT, 'dist/bundle/cli.js'), 'utf8')
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(
      Object.keys(dependencies).filter((name) =>
        new RegExp(`(?:from|import) ?["'\`]${name}["'\`]`).test(bundle),
      ),
    ).toEqual([])
  })

  test.each(['check', 'rewrite'])(
    '%s of a small file waits for no optimising compiler',
    (command) => {
      const told = execFileSync(
        process.execPath,
        ['--trace-wasm-compilation-times', MAIN, command, 'fixtures/cli/clean.py'],
        { cwd: ROOT, env: SHELL_ENV, encoding: 'utf8' },
      )
      expect([/Liftoff/i, /TurboFan/i].map((compiler) => compiler.test(told))).toEqual([
        true,
        false,
      ])
    },
  )
})

test.runIf(process.platform === 'linux')(
  'a jail is ready without any optimising compiler',
  async () => {
    const [command, args] = jailCommand()
    const at = args.indexOf('--no-warnings')
    const jail = spawn(command, args.toSpliced(at, 0, '--trace-wasm-compilation-times'), {
      env: {},
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const setup = encodeFrame({ kind: 'setup', files: null, ...SETUP })
    jail.stdin.end(Buffer.concat([headOf([setup]), setup]))
    const told = Buffer.concat(await jail.stdout.toArray()).toString('latin1')
    expect([/Liftoff/i, /TurboFan/i].map((compiler) => compiler.test(told))).toEqual([true, false])
  },
)

describe('colours', () => {
  const coloured = async (args: readonly string[], env: Readonly<Record<string, string>>) =>
    (await pyrestrictSays(['check', ...args, 'fixtures/cli/finding.py'], { env })).stdout.includes(
      '\u001b[',
    )

  test('are for terminals, unless asked for', async () => {
    expect(await coloured([], { FORCE_COLOR: '1' })).toBe(true)
    expect(await coloured(['--color', 'always'], { NO_COLOR: '1' })).toBe(true)
    expect(await coloured(['--color', 'always', '--format', 'json'], {})).toBe(false)
  })

  test.each<[ColourChoice, string | undefined, string | undefined, boolean]>([
    ['auto', undefined, undefined, false],
    ['auto', '1', undefined, true],
    ['auto', '1', '1', false],
    ['auto', '0', undefined, false],
    ['never', '1', undefined, false],
  ])('%s with FORCE_COLOR=%s and NO_COLOR=%s: %s', (choice, force, none, told) => {
    vi.stubEnv('FORCE_COLOR', force)
    vi.stubEnv('NO_COLOR', none)
    const file = openSync('/dev/null', 'r')
    try {
      expect(useColour(choice, file as 1)).toBe(told)
    } finally {
      closeSync(file)
      vi.unstubAllEnvs()
    }
  })

  test.runIf(process.platform === 'linux')(
    'are there on a terminal, where nothing else acts',
    async () => {
      const args = ['check', 'fixtures/cli/finding.py']
      const screen = await onTerminal(args)
      expect(screen.replace(/\u001b\[\d+m/g, '')).toBe(FINDING)
      expect(screen).toContain('\u001b[31merror[PR203]\u001b[39m')
      expect(await onTerminal(args, { NO_COLOR: '1' })).toBe(FINDING)
      expect(await onTerminal(args, { TERM: 'dumb' })).toBe(FINDING)
      expect(await onTerminal(['check', 'fixtures/cli/hostile.py'])).not.toMatch(
        /[\u0000-\u0009\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202e]|\u001b(?!\[\d+m)/,
      )
    },
  )
})

describe('bad input is status 2 with a line on stderr, never "clean" and never a stack trace', () => {
  const said = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await pyrestrictSays(args)
    expect(stderr).not.toMatch(/\n {4}at |node:internal|Error: /)
    return [status, stdout, stderr.replaceAll(`${folder}/`, '')]
  }

  test('a file that is not there, and the others are checked all the same', async () => {
    expect(await said('check', 'none.py')).toEqual([
      2,
      'No problems in 0 files, 1 file could not be checked.\n',
      'pyrestrict: none.py: cannot be read: no such file\n',
    ])
    expect(
      await said('check', '--format', 'concise', 'none.py', 'fixtures/cli/finding.py'),
    ).toEqual([
      2,
      'fixtures/cli/finding.py:4:14: PR203 attribute `__class__` is not accessible (hint: write `type(x)`)\n',
      'pyrestrict: none.py: cannot be read: no such file\n',
    ])
  })

  test('a folder, where a file belongs', async () => {
    expect(await said('rewrite', folder)).toEqual([
      2,
      '',
      `pyrestrict: ${folder}: cannot be read: it is a directory\n`,
    ])
  })

  test('a FIFO, at once; a device', async () => {
    execFileSync('mkfifo', [join(folder, 'fifo.py')])
    expect(await said('check', join(folder, 'fifo.py'))).toEqual([
      2,
      'No problems in 0 files, 1 file could not be checked.\n',
      'pyrestrict: fifo.py: cannot be read: it is a FIFO, not a file: pipe it in as "-" instead\n',
    ])
    expect((await said('check', '/dev/zero'))[2]).toBe(
      'pyrestrict: /dev/zero: cannot be read: it is a device, not a file\n',
    )
  })

  test('a glob that matches nothing, a folder without Python', async () => {
    expect(await said('check', 'fixtures/*.pyx')).toEqual([
      2,
      'No problems in 0 files, 1 file could not be checked.\n',
      'pyrestrict: fixtures/*.pyx: no file matches\n',
    ])
    mkdirSync(join(folder, 'empty'))
    expect((await said('check', join(folder, 'empty')))[2]).toBe(
      'pyrestrict: empty: there is no .py or .ipynb file in this folder\n',
    )
  })

  test('names that would speak to a terminal are shown as escapes', async () => {
    expect((await said('check', '\u001bc\n::error::x.py'))[2]).toBe(
      'pyrestrict: \\x1bc\n\\x3a:error::x.py: cannot be read: no such file\n',
    )
  })

  test('a policy that is misspelt, missing, not JSON, or two', async () => {
    expect(
      await said('check', '--policy', 'fixtures/cli/misspelt-policy.json', 'fixtures/cli/clean.py'),
    ).toEqual([
      2,
      '',
      'pyrestrict: fixtures/cli/misspelt-policy.json: policy.limits.wallms: unknown key; did you mean "wallMs"? ' +
        `(known keys: ${LIMIT_NAMES.join(', ')})\n`,
    ])
    expect((await said('check', '--policy', 'none.json'))[2]).toBe(
      'pyrestrict: cannot read the policy none.json: no such file\n',
    )
    expect((await said('check', '--policy', file('p.json', '{"limits": }')))[2]).toBe(
      'pyrestrict: p.json:1:12: expected a value, found "}"\n',
    )
    expect((await said('check', '--policy', 'a', '--preset', 'script'))[2]).toBe(
      'pyrestrict: --policy and --preset are two policies: give one of them\n',
    )
  })

  test('a command line that means nothing', async () => {
    expect(await said('chek')).toEqual([
      2,
      '',
      'pyrestrict: there is no command "chek"; did you mean "check"?\nTry "pyrestrict --help".\n',
    ])
    expect(await said('check', '--fromat', 'json')).toEqual([
      2,
      '',
      'pyrestrict: there is no option --fromat; did you mean --format?\nTry "pyrestrict check --help".\n',
    ])
    expect(await said('rule')).toEqual([
      2,
      '',
      'pyrestrict: which rule? "pyrestrict rules" lists them\n',
    ])
    expect(await said('rewrite')).toEqual([
      2,
      '',
      'pyrestrict: which file? Give one, or - for stdin\n',
    ])
    expect((await said())[0]).toBe(2)
  })

  test('output that cannot be written', async () => {
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [MAIN, 'check', 'fixtures/cli/clean.py'], {
      cwd: ROOT,
      env: SHELL_ENV,
      stdio: ['ignore', full, 'pipe'],
    })
    closeSync(full)
    let stderr = ''
    child.stderr!.on('data', (chunk) => {
      stderr += chunk
    })
    const status = await new Promise((resolve) => child.on('close', resolve))
    expect([status, stderr]).toEqual([
      2,
      'pyrestrict: cannot write the output: ENOSPC: no space left on device, write\n',
    ])
  })
})

describe('hostile or odd files are findings', () => {
  const concise = async (path: string) => {
    const { status, stdout, stderr } = await pyrestrictSays(['check', '--format', 'concise', path])
    return [status, stdout.replaceAll(`${folder}/`, ''), stderr]
  }

  test('bytes that are no UTF-8, and cookies for other encodings', async () => {
    expect(await concise(file('latin.py', Buffer.from('x = "\xe4"\n', 'latin1')))).toEqual([
      1,
      'latin.py:1:6: PR019 byte 0xe4 at offset 5 is not UTF-8 (hint: save it as UTF-8)\n',
      '',
    ])
    expect(await concise(file('cookie.py', '# coding: utf-7\n'))).toEqual([
      1,
      'cookie.py:1:11: PR020 the file declares the encoding "utf-7": only UTF-8 is read (hint: save it as UTF-8 and remove the declaration)\n',
      '',
    ])
  })

  test('a byte order mark is no character of the source', async () => {
    expect(await concise(file('bom.py', '\ufeffx = 1\nx.__dict__\n'))).toMatchObject([
      1,
      expect.stringMatching(/^bom\.py:2:3: PR203 /),
      '',
    ])
    expect(await concise(file('bom2.py', '\ufeffx.__dict__\n'))).toMatchObject([
      1,
      expect.stringMatching(/^bom2\.py:1:3: PR203 /),
      '',
    ])
  })

  test('an empty file is clean', async () => {
    expect(await concise(file('empty.py', ''))).toEqual([0, '', ''])
  })

  test('a file of 50 MB is too large', async () => {
    const started = performance.now()
    expect(await concise(file('large.py', Buffer.alloc(50_000_000, 'x = 1\n')))).toMatchObject([
      1,
      expect.stringMatching(/^large\.py:\d+:\d+: PR500 /),
      '',
    ])
    expect(performance.now() - started).toBeLessThan(20_000)
  })
})

describe('a reader that goes away', () => {
  test('ends the output quietly, and the status is still that of the check', async () => {
    const path = file('many.py', 'x.__dict__\n'.repeat(900))
    const { status, stderr } = await pyrestrict(['check', path], {
      meanwhile: (child) => child.stdout!.destroy(),
    })
    expect([status, stderr]).toEqual([1, ''])
  })
})
