/** `pyrestrict repl` and `pyrestrict policy` as a shell sees them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { isOpen } from '../src/cli/open-text.js'
import { pyrestrict, pyrestrictSays } from './support/cli.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-repl-'))
afterAll(() => rmSync(folder, { recursive: true }))

const repl = (lines: readonly string[], args: readonly string[] = []) =>
  pyrestrict(['repl', ...args], { stdin: `${lines.join('\n')}\n` })

describe('repl', () => {
  test('entries see what those before bound; values, blocks, open brackets and strings', async () => {
    expect(
      await repl([
        'x = 3',
        'x * 2',
        'def f(a):',
        '    if a:',
        '        return a + x',
        '',
        'f(1)',
        'print("hi")',
        '[1,',
        ' 2]',
        '"""a',
        'b"""',
        'None',
        'name = input("who? ")',
        'Ann',
        'name',
      ]),
    ).toEqual({ status: 0, stdout: "6\n4\nhi\n[1, 2]\n'a\\nb'\nwho? 'Ann'\n", stderr: '' })
  })

  test('what goes wrong is told, and the session goes on until it is left', async () => {
    const { status, stdout, stderr } = await repl(
      ['x = 1', '1 / 0', 'import socket', 'while True: pass', '', 'x', 'exit(3)', 'print(1)'],
      ['--timeout', '300ms'],
    )
    expect([status, stdout]).toEqual([3, '1\n'])
    expect(stderr).toContain('ZeroDivisionError: division by zero')
    expect(stderr).toContain('error[PR301]: module `socket` is not available')
    expect(stderr).toContain('pyrestrict: stopped: wallMs')
  })

  test('its words, and its end', async () => {
    const { stdout, stderr } = await repl(
      ['%usage', '2 + 2', '%usage', '%policy', '%polcy'],
      ['--preset', 'formula'],
    )
    expect(stdout).toMatch(
      /^nothing has run yet\n4\nlast: \d+ ms, \d+ ticks, \d+ MiB, 0 bytes of output\nall 1: \d+ ms, \d+ ticks\n\{/,
    )
    expect(JSON.parse(stdout.slice(stdout.indexOf('{')))).toMatchObject({ limits: { wallMs: 250 } })
    expect(stderr).toBe('pyrestrict: there is no %polcy; %help tells what there is\n')
    expect(await repl([])).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  test.each<[boolean, string]>([
    [false, 'x = 1'],
    [true, 'if x:'],
    [true, 'if x:\n    y'],
    [false, 'if x:\n    y\n'],
    [true, 'f(1,'],
    [false, 'f(1,\n2)'],
    [true, '"""a'],
    [false, '"""a\nb"""'],
    [true, '@d'],
    [true, 'x = \\'],
    [false, 'x = "("'],
    [false, 'x = 1  # if:'],
    [true, 'while x:  # why'],
    [false, "x = 'a"],
    [false, 'x = {1: 2}'],
    [false, "rb'''('''"],
    [false, ''],
  ])('an entry goes on: %s, %j', (open, text) => {
    expect(isOpen(text.split('\n'))).toBe(open)
  })
})

describe('policy', () => {
  test('show: what holds, complete', async () => {
    const { status, stdout } = await pyrestrictSays([
      'policy',
      '--preset',
      'formula',
      '--timeout',
      '1s',
    ])
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      limits: { wallMs: 1000, memoryMb: 64 },
      capabilities: {},
      clock: 'real',
    })
    expect(JSON.parse(stdout).builtins).not.toContain('open')
  })

  test('suggest: a policy that can be used as it is, and what none can grant', async () => {
    const program = join(folder, 'program.py')
    writeFileSync(program, 'import math\nprint(math.floor(2.5))\n')
    const { status, stdout, stderr } = await pyrestrictSays(['policy', 'suggest', program])
    expect([status, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toEqual({
      modules: { math: ['floor'] },
      builtins: { allow: ['print'] },
    })
    const file = join(folder, 'policy.json')
    writeFileSync(file, stdout)
    expect((await pyrestrictSays(['run', program, '--policy', file], { keeps: true })).stdout).toBe(
      '2\n',
    )
    const refused = await pyrestrict(['policy', 'suggest', '-'], { stdin: 'import socket' })
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('no policy can grant this:\nerror[PR301]: module `socket`')
  })

  test('describe, and wrong usage', async () => {
    expect((await pyrestrictSays(['policy', 'describe', '--preset', 'formula'])).stdout).toContain(
      'Of the standard library it can import: calendar, datetime,',
    )
    expect(await pyrestrictSays(['policy', 'sugest'])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'pyrestrict: policy: there is no action "sugest"; did you mean suggest?\n',
    })
    expect((await pyrestrictSays(['policy', 'suggest'])).stderr).toBe(
      'pyrestrict: policy suggest: which files?\n',
    )
    expect((await pyrestrictSays(['policy', 'suggest', join(folder, 'none.py')])).status).toBe(2)
  })
})
