/** `pyrestrict run` as a shell sees it: it feels like `python FILE`, and every ending has its exit status. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  onTerminal,
  pyrestrict,
  pyrestrictEach,
  type Finished,
  type Surroundings,
} from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-run-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Tells what it reads: nothing, where stdin is the program or its inputs. */
const READS = 'import sys; print(sys.argv, [line.strip() for line in sys.stdin])'

/** What `run` says of each of these arguments, that are wrong, in one process. */
const saidOf = (lines: readonly (readonly string[])[], surroundings: Surroundings = {}) =>
  pyrestrictEach(
    lines.map((args) => ['run', ...args]),
    surroundings,
  )

/** What becomes of programs of which one process runs each. */
const eachOf = (lines: readonly (readonly string[])[], surroundings: Surroundings = {}) =>
  pyrestrictEach(
    lines.map((args) => ['run', ...args]),
    { ...surroundings, keeps: true },
  )

/** Runs code from the command line. */
const code = (text: string, args: readonly string[] = [], surroundings: Surroundings = {}) =>
  pyrestrict(['run', '-c', text, ...args], surroundings)

describe('a program', () => {
  test('from a file, with inputs: prints, then shows its value', async () => {
    const line = ['fixtures/readme/report.py', '--inputs', 'fixtures/readme/inputs.json', '--value']
    expect(await eachOf([line])).toEqual([
      {
        status: 0,
        stdout: "milk    2.00\ntea     3.00\n{'items': 2, 'total': 5}\n",
        stderr: '',
      },
    ])
  })

  test('from a pipe when no file is given, or for -; with inputs of the pipe', async () => {
    const printed = (stdout: string) => ({ status: 0, stdout, stderr: '' })
    expect(await pyrestrict(['run'], { stdin: 'print("ä")\n"value"\n' })).toEqual(printed('ä\n'))
    expect(
      await pyrestrict(['run', '-', '--value', '--', 'x'], { stdin: `${READS}\n"value"` }),
    ).toEqual(printed("['<stdin>', 'x'] []\n'value'\n"))
    const path = file('inputs.py', 'import sys\nprint(x, list(sys.stdin))\n')
    expect(await pyrestrict(['run', path, '--inputs', '-'], { stdin: '{"x": [1]}' })).toEqual(
      printed('[1] []\n'),
    )
    expect((await pyrestrict(['run', path, '--inputs', '-'], { stdin: '{"x" 1}' })).stderr).toBe(
      'pyrestrict: the inputs on stdin: not JSON: 1:6: expected ":", found "1"\n',
    )
    expect((await pyrestrict(['run', '--inputs', '-'], { stdin: '{}' })).stderr).toBe(
      'pyrestrict: --inputs -: stdin is the program already; give one of them as a file\n',
    )
  })

  test("shows CPython's own warnings about it, and where a module is that lies beside it", async () => {
    const path = file('warned.py', 'x = 1\nprint("\\d", x is 1, y)\n')
    file('beside.py', 'x = 1\n')
    const importing = file('importing.py', 'import beside, nowhere\n')
    const [warned, refused] = await eachOf([
      [path, '--first-line', '10', '--input', 'y=0.5'],
      [importing],
    ])
    expect(warned).toEqual({
      status: 0,
      stdout: '\\d True 0.5\n',
      stderr: `${path}:11: SyntaxWarning: "\\d" is an invalid escape sequence. Such sequences will not work in the future. Did you mean "\\\\d"? A raw string is also an option.
  print("\\d", x is 1, y)
${path}:11: SyntaxWarning: "is" with 'int' literal. Did you mean "=="?
  print("\\d", x is 1, y)
`,
    })
    const { status, stderr } = refused!
    expect(status).toBe(1)
    expect(stderr).toContain('module `beside` is not available')
    expect(stderr.match(/= hint: .*/g)).toEqual([
      `= hint: \`--local-modules\` lets the program import ${join(folder, 'beside.py')}`,
    ])
  })

  test('is recorded, made again, and logged', async () => {
    const path = file('chance.py', 'import random\nprint(random.random(), input())\n')
    const [record, log] = [join(folder, 'run.rec'), join(folder, 'run.log')]
    const first = await pyrestrict(['run', path, '--record', record, '--log', log], {
      stdin: 'hi\n',
    })
    expect(first).toMatchObject({ status: 0, stdout: expect.stringMatching(/^0\.\d+ hi\n$/) })
    const [again, other, ...wrong] = await eachOf([
      [path, '--replay', record],
      ['-c', 'print(1, input())', '--replay', record],
      ['-c', '1', '--replay', record, '--record', record],
      ['-c', '1', '--log', join(folder, 'no', 'x')],
    ])
    expect(again).toEqual(first)
    const events = readFileSync(log, 'utf8').trimEnd().split('\n')
    expect(events.map((line) => (JSON.parse(line) as { decision: string }).decision)).toContain(
      'allowed',
    )
    expect(statSync(record).mode & 0o077).toBe(0)
    expect(other!.status).toBe(5)
    expect(other!.stderr).toMatch(/the replay departed from what was recorded/)
    expect(wrong.map(({ status }) => status)).toEqual([2, 2])
  })

  test.runIf(process.platform === 'linux')('is asked for on a terminal', async () => {
    expect(await onTerminal(['run'])).toBe(
      'pyrestrict: which program? Give a file, - for stdin, or -c CODE\n',
    )
  })

  test('from the command line: writes to stdout and stderr what it writes, to the byte, and shows its value', async () => {
    const source =
      'import sys\nclass P:\n    def __repr__(self):\n        return "<P>"\n' +
      'print("\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07")\nprint("::set-output name=x::y")\n' +
      'print("err", file=sys.stderr)\nP()'
    expect(await code(source)).toEqual({
      status: 0,
      stdout: '\u001b[31mred\u001b[0m \u001b]0;title\u0007\n::set-output name=x::y\n<P>\n',
      stderr: 'err\n',
    })
  })

  test('shows one expression, what a function body returns, or a global, big integers whole, and of nothing nothing', async () => {
    const shown = (stdout: string) => ({ status: 0, stdout, stderr: '' })
    expect(
      await eachOf([
        ['-c', 'return [1]\n', '--mode', 'function'],
        ['-c', '-1 + 3, {"a": (1, None)}', '--mode', 'eval'],
        [
          ...['-c', 'x = [n + 1]\nx.append(2)\n"no"'],
          ...['--result', 'x', '--input', 'n=12345678901234567890'],
        ],
        ['-c', ''],
      ]),
    ).toEqual([
      shown('[1]\n'),
      shown("(2, {'a': (1, None)})\n"),
      shown('[12345678901234567891, 2]\n'),
      shown(''),
    ])
  })

  test.runIf(process.platform === 'linux')(
    'cannot act on a terminal, but for colours, nor on the log of a runner',
    async () => {
      const text =
        'print("\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07")\nprint("::set-output name=x::y")'
      expect(await onTerminal(['run', '-c', text])).toBe(
        '\u001b[31mred\u001b[0m \\x1b]0;title\\x07\n::set-output name=x::y\n',
      )
      const [logged] = await eachOf([['-c', text]], { env: { GITHUB_ACTIONS: 'true' } })
      expect(logged!.stdout.split('\n')[1]).toBe(':\u200b:set-output name=x::y')
    },
  )
})

describe('endings', () => {
  test('an exception: the traceback CPython prints, status 3', async () => {
    const [raised] = await eachOf([['-c', 'def f(x):\n    return 1 / x\nf(0)']])
    expect(raised).toEqual({
      status: 3,
      stdout: '',
      stderr: `Traceback (most recent call last):
  File "<string>", line 3, in <module>
    f(0)
    ~^^^
  File "<string>", line 2, in f
    return 1 / x
           ~~^~~
ZeroDivisionError: division by zero
`,
    })
  })

  /** Programs that one process runs, and how each ends. */
  const EXITS = [
    ['exit()', 0, ''],
    ['raise SystemExit("bye")', 1, 'bye\n'],
    ['raise SystemExit(2 ** 70)', 255, ''],
  ] as const
  const STOPPED = [
    ['while True: pass', '--timeout=300ms', 'pyrestrict: stopped: wallMs: '],
    [
      'while True: pass',
      '--fuel=20k',
      'pyrestrict: stopped: fuel: used 20000 of 20000 ticks; --fuel raises it',
    ],
    [
      'while True: print("x" * 1000)',
      '--limit=outputBytes=1k',
      'pyrestrict: stopped: outputBytes: used 1024 of 1024 bytes; --limit outputBytes=… raises it',
    ],
  ] as const
  let exited: readonly Finished[]
  let stopped: readonly Finished[]
  let valued: readonly Finished[]
  let full: Finished
  beforeAll(async () => {
    const ends = file('ends.py', 'print("done")\n"x" * 20_000_000\n')
    const all = await eachOf([
      ['-c', 'x = bytearray(10**9)', '--memory', '64'],
      [ends],
      [ends, '--value'],
      ...EXITS.map(([text]) => ['-c', text]),
      ...STOPPED.map(([text, limit]) => ['-c', text, limit]),
    ])
    full = all[0]!
    valued = all.slice(1, 3)
    exited = all.slice(3, 3 + EXITS.length)
    stopped = all.slice(3 + EXITS.length)
  })

  test('an exit ends as in Python, with the status of the process', async () => {
    expect(await code('exit(3)')).toEqual({ status: 3, stdout: '', stderr: '' })
    expect(exited).toEqual(EXITS.map(([, status, stderr]) => ({ status, stdout: '', stderr })))
  })

  test('refused: what is wrong and where, nothing is run, status 1', async () => {
    const [refused] = await eachOf([['-c', 'print(1)\nprint(().__class__)']])
    expect(refused).toEqual({
      status: 1,
      stdout: '',
      stderr: `error[PR203]: attribute \`__class__\` is not accessible
 --> <string>:2:10
  |
1 | print(1)
2 | print(().__class__)
  |          ^^^^^^^^^
  = hint: write \`type(x)\`

Refused: 1 problem.
`,
    })
  })

  test.each(STOPPED.map(([text, limit, message], index) => ({ text, limit, message, index })))(
    'a limit reached by $text, $limit: which, in a line, status 4',
    ({ message, index }) => {
      const { status, stderr } = stopped[index]!
      expect([status, stderr.slice(0, message.length)]).toEqual([4, message])
      expect(stderr.trimEnd().split('\n').length).toBe(1)
    },
  )

  test('a program in a file may end with a value that would reach one: nobody asked for it', () => {
    expect(valued).toEqual([
      { status: 0, stdout: 'done\n', stderr: '' },
      {
        status: 4,
        stdout: 'done\n',
        stderr: expect.stringMatching(/^pyrestrict: stopped: resultBytes: .*\n$/),
      },
    ])
  })

  test('memory is an exception of the program like any other', () => {
    expect([full.status, full.stderr.split('\n').at(-2)]).toEqual([3, 'MemoryError'])
  })

  test('Ctrl-C, once its output is seen, which is as it writes it: at once, cleanly, status 130', async () => {
    let interrupted = 0
    const { status, stdout, stderr } = await code(
      'print("on", flush=True)\nwhile True: pass',
      ['--timeout', '1m'],
      {
        meanwhile: (child) =>
          child.stdout!.once('data', () => {
            interrupted = performance.now()
            child.kill('SIGINT')
          }),
      },
    )
    expect([status, stdout, stderr]).toEqual([130, 'on\n', 'pyrestrict: interrupted\n'])
    expect(performance.now() - interrupted).toBeLessThan(3000)
  })

  test('a request to terminate likewise, status 143', async () => {
    const { status, stderr } = await code(
      'print("on", flush=True)\nwhile True: pass',
      ['--timeout', '1m'],
      {
        meanwhile: (child) => child.stdout!.once('data', () => child.kill('SIGTERM')),
      },
    )
    expect([status, stderr]).toEqual([143, 'pyrestrict: terminated\n'])
  })

  test('a reader that goes away ends the program, quietly, with status 141', async () => {
    const { status, stderr } = await code('while True: print("x" * 100)', ['--timeout', '1m'], {
      meanwhile: (child) => child.stdout!.once('data', () => child.stdout!.destroy()),
    })
    expect([status, stderr]).toEqual([141, ''])
  })
})

describe('for programs', () => {
  test('every ending is one document, safe to print', async () => {
    const endings = await eachOf(
      [
        ['print("\\x9b2J\\u202e ##[x]")\n{"n": float("nan"), "s": b"x", "t": "\\x1b"}'],
        ['1/0'],
        ['x.__dict__'],
        ['while True: pass', '--fuel', '1k'],
      ].map(([text, ...args]) => ['-c', text!, '--format', 'json', ...args]),
    )
    for (const { stdout, stderr } of endings) {
      expect(stderr).toBe('')
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|##\[/)
    }
    expect(endings.map(({ status, stdout }) => [status, JSON.parse(stdout)])).toMatchObject([
      [
        0,
        {
          status: 'returned',
          value: { n: { $float: 'nan' }, s: { $bytes: 'eA==' }, t: '\u001b' },
          output: '\u009b2J\u202e ##[x]\n',
          usage: { outputBytes: 14 },
        },
      ],
      [3, { status: 'raised', exception: { type: 'ZeroDivisionError', frames: [{ line: 1 }] } }],
      [
        1,
        {
          status: 'refused',
          diagnostics: [{ code: 'PR203', span: { start: { line: 1, column: 3 } } }],
        },
      ],
      [4, { status: 'exhausted', limit: 'fuel', allowed: 1000 }],
    ])
  })
})

describe('bad input is status 2 with a line on stderr', () => {
  const said = ({ status, stdout, stderr }: Finished) => {
    expect([status, stdout]).toEqual([2, ''])
    return stderr.replaceAll(`${folder}/`, '')
  }
  const BAD: readonly (readonly [args: readonly string[], message: unknown])[] = [
    [['none.py'], 'pyrestrict: none.py: cannot be read: no such file\n'],
    [[''], 'pyrestrict: an argument is empty\nTry "pyrestrict run --help".\n'],
    [[folder], `pyrestrict: ${folder}: cannot be read: it is a directory\n`],
    [
      ['-c', '1', 'x.py'],
      'pyrestrict: -c is the program: give no file as well; its arguments come after --\n',
    ],
    [
      ['-c', '1', '--input', 'x=y z'],
      'pyrestrict: --input x: not JSON: 1:1: expected a value, found "y"; a string needs quotes within those of the shell: \'x="y z"\'\n',
    ],
    [
      ['-c', '1', '--timeout', '-5'],
      'pyrestrict: --timeout: "-5" is not a number with one of the units ms, s, m, h\n',
    ],
    [
      ['-c', '1', '--timeout', 'soon'],
      'pyrestrict: --timeout: "soon" is not a number with one of the units ms, s, m, h\n',
    ],
    [
      ['-c', '1', '--timeout', '0'],
      'pyrestrict: --timeout: must be from 1 to 86400000 milliseconds, not 0\n',
    ],
    [['-c', '1', '--memory', '1'], 'pyrestrict: --memory: must be from 64 to 4096 MiB, not 1\n'],
    [
      ['-c', '1', '--policy', 'fixtures/cli/misspelt-policy.json'],
      expect.stringMatching(
        /^pyrestrict: fixtures\/cli\/misspelt-policy\.json: policy\.limits\.wallms: unknown key; did you mean "wallMs"\?/,
      ),
    ],
    [['-c', '1', '--input', '__class__=1'], expect.stringMatching(/^pyrestrict: .*__class__/)],
    [['-c', '1', '--result', 'a b'], expect.stringMatching(/^pyrestrict: result: /)],
  ]

  test('that of a process', async () => {
    const [args, message] = BAD[0]!
    expect(said(await pyrestrict(['run', ...args]))).toEqual(message)
  })

  test('whatever is wrong with it', async () => {
    const all = await saidOf(BAD.map(([args]) => args))
    expect(all.map((one, index) => [BAD[index]![0], said(one)])).toEqual(BAD)
  })
})

test('undecodable bytes are refused as a finding', async () => {
  const [refused] = await saidOf([[file('latin.py', Buffer.from('x = "\xe4"', 'latin1'))]])
  expect([refused!.status, refused!.stderr.split('\n')[0]]).toEqual([
    1,
    'error[PR019]: byte 0xe4 at offset 5 is not UTF-8',
  ])
})

describe('what it reads', () => {
  test('is this stdin, and its arguments come after --', async () => {
    expect(await code(READS, ['--', '-v', 'x'], { stdin: 'a\nb' })).toEqual({
      status: 0,
      stdout: "['<string>', '-v', 'x'] ['a', 'b']\n",
      stderr: '',
    })
    file('-odd.py', READS)
    const [odd] = await eachOf([['--', '-odd.py', 'x']], { cwd: folder })
    expect(odd!.stdout).toBe("['-odd.py', 'x'] []\n")
  })
})

describe('modules', () => {
  test('beside the program, where that is asked for, and named ones', async () => {
    const program = 'fixtures/readme/shop.py'
    expect(
      await eachOf([
        [program, '--local-modules', '--', 'tea'],
        [program, '--module', 'prices=fixtures/readme/prices.py'],
      ]),
    ).toEqual([
      { status: 0, stdout: 'total 3\n', stderr: '' },
      { status: 0, stdout: 'total 0\n', stderr: '' },
    ])
  })

  test('packages, and modules that modules name; one that is refused shows where', async () => {
    mkdirSync(join(folder, 'pkg'))
    file('pkg/__init__.py', '')
    file('pkg/part.py', 'x = 5\n')
    file('pkg/deep.py', 'from .part import x\ny = x + 1\n')
    file('helper.py', 'from pkg import part\ndef f(a): return a + part.x\n')
    file('secrets_of_mine.py', 'import socket\n')
    const path = file(
      'several.py',
      'import helper\nfrom pkg.deep import *\nprint(helper.f(2), y)\n',
    )
    const refused = file('refused.py', 'import secrets_of_mine\n')
    expect(await eachOf([path, refused].map((name) => [name, '--local-modules']))).toMatchObject([
      { stdout: '7 6\n' },
      { status: 1, stderr: expect.stringContaining('secrets_of_mine.py:1:8\n') },
    ])
  })

  test('wrong usage', async () => {
    const wrong = [
      [['--module', 'x'], '--module: "x" is not NAME=FILE, as helpers=lib/helpers.py'],
      [['--module', 'x=none.py'], 'none.py: cannot be read: no such file'],
      [['--local-modules'], '--local-modules: the program is no file, and nothing is beside it'],
    ] as const
    expect(await saidOf(wrong.map(([args]) => ['-c', '1', ...args]))).toMatchObject(
      wrong.map(([, message]) => ({ status: 2, stderr: expect.stringContaining(message) })),
    )
  })
})

describe('a module of the working directory', () => {
  test('is the program, and imports what lies there', async () => {
    mkdirSync(join(folder, 'kit', 'deep'), { recursive: true })
    file('kit/__init__.py', '')
    file('kit/unit.py', 'name = "unit"\nif __name__ == "__main__": print("alone")\n')
    file(
      'kit/__main__.py',
      'import sys, kit.unit\nfrom . import unit\nprint(__name__, sys.argv, kit.unit.name, unit is kit.unit)\n',
    )
    expect(await eachOf([['-m', 'kit', '--', '-v']], { cwd: folder })).toEqual([
      {
        status: 0,
        stdout: `__main__ ['${join('kit', '__main__.py')}', '-v'] unit True\n`,
        stderr: '',
      },
    ])
  })

  test('imports its neighbours by dots, in both languages', async () => {
    file('kit/report.py', 'from .unit import name\nprint(name, __name__)\n')
    file('kit/deep/__init__.py', '')
    file('kit/deep/er.py', 'from ..unit import name\nfrom ... import nothing\n')
    expect(
      await eachOf(
        [
          ['-m', 'kit.report'],
          ['-m', 'kit.report', '--language', 'full'],
          ['-m', 'kit.deep.er'],
          [join(folder, 'kit', 'report.py')],
        ],
        { cwd: folder },
      ),
    ).toMatchObject([
      { stdout: 'unit __main__\n' },
      { stdout: 'unit __main__\n' },
      { status: 1, stderr: expect.stringContaining('leads out of its package') },
      { stderr: expect.stringContaining('a relative import has no package to start from') },
    ])
  })

  test('is named, is there, and is the only program', async () => {
    const wrong = [
      [['-m', 'none'], '-m none: there is neither none.py nor none/__main__.py'],
      [['-m', '../tool'], "-m ../tool: is no module's name, as pkg.tool"],
      [['-m', 'kit', 'x'], '-m is the program: give no file as well; its arguments come after --'],
      [['-m', 'kit', '-c', '1'], '-c, -m: one of them is the program'],
    ] as const
    expect(
      await saidOf(
        wrong.map(([args]) => args),
        { cwd: folder },
      ),
    ).toEqual(
      wrong.map(([, message]) => ({ status: 2, stdout: '', stderr: `pyrestrict: ${message}\n` })),
    )
  })
})

describe('a prompt after the program', () => {
  test('has what the program has bound, however it ended', async () => {
    // A byte order mark is dropped, and the traceback right below it.
    file('bound.py', '\ufeffx = int(input("n? ")); f = lambda n: n + x; 1 / 0\n')
    const { status, stdout, stderr } = await pyrestrict(['run', '-i', 'bound.py'], {
      cwd: folder,
      stdin: '40\nf(2)\n%usage\nexit(7)\n',
    })
    expect(status).toBe(7)
    expect(stdout).toMatch(/^n\? 42\nlast: .*\nall 1: .*\n$/)
    expect(stderr).toBe(`Traceback (most recent call last):
  File "bound.py", line 1, in <module>
    x = int(input("n? ")); f = lambda n: n + x; 1 / 0
                                                ~~^~~
ZeroDivisionError: division by zero
`)
    expect(await pyrestrict(['run', '-i', '-c', 'import os'], { stdin: '1 + 1\n' })).toMatchObject({
      status: 0,
      stdout: '2\n',
    })
  })

  test('is none where nobody could type, and none of a recording', async () => {
    const wrong = [
      [['-'], '-i: entries are read from stdin, which is taken'],
      [['-c', '1', '--inputs', '-'], '-i: entries are read from stdin, which is taken'],
      [['-c', '1', '--record', 'file'], '-i, --record: of a session there is none'],
      [['-c', '1', '--format', 'json'], '-i, --format json: a prompt is text'],
    ] as const
    expect(await saidOf(wrong.map(([args]) => ['-i', ...args]))).toEqual(
      wrong.map(([, message]) => ({ status: 2, stdout: '', stderr: `pyrestrict: ${message}\n` })),
    )
  })
})
