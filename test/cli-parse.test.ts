/** Command lines: what is taken, what is said about the rest, and that nothing is guessed. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Command } from '../src/cli/command.js'
import { commandHelp } from '../src/cli/help.js'
import { parse } from '../src/cli/parse.js'
import { check } from '../src/cli/check.js'
import { rewrite } from '../src/cli/rewrite.js'
import { rule } from '../src/cli/rule.js'
import { rules } from '../src/cli/rules.js'
import { run } from '../src/cli/run.js'
import { FORMAT_NAMES } from '../src/report/formats.js'

/** What parsing says: positionals, and the values of the options given. */
function parsed(command: Command, ...argv: string[]): unknown {
  const result = parse(command, argv)
  if (!('positionals' in result)) return result.message ?? 'help'
  return [
    result.positionals,
    Object.fromEntries(
      Object.keys(command.options)
        .filter((name) => result.has(name))
        .map((name) => [name, result.values(name)]),
    ),
  ]
}

describe('arguments', () => {
  test.each([
    [check, ['a.py', '-', 'b/'], [['a.py', '-', 'b/'], {}]],
    [check, ['--format', 'json', 'a.py'], [['a.py'], { format: ['json'] }]],
    [check, ['--format=json', '--', '--format', '-x'], [['--format', '-x'], { format: ['json'] }]],
    [
      check,
      ['--names', 'a,b', '--names=c', '1', '0x10', '1e3'],
      [['1', '0x10', '1e3'], { names: ['a,b', 'c'] }],
    ],
    [run, ['-c', '-x.y', '--fuel', '007'], [[], { code: ['-x.y'], fuel: ['007'] }]],
    [run, ['-cprint(1)'], [[], { code: ['print(1)'] }]],
    [run, ['-c', '', 'x'], [['x'], { code: [''] }]],
    [run, ['--code', '--help'], [[], { code: ['--help'] }]],
    [run, ['-c', '# a=1\n"b"'], [[], { code: ['# a=1\n"b"'] }]],
    [
      run,
      ['f.py', '--input', 'a=[1, 2]', '--input', 'b.c=--x'],
      [['f.py'], { input: ['a=[1, 2]', 'b.c=--x'] }],
    ],
  ])('%# are taken as they stand', (command, argv, expected) => {
    expect(parsed(command, ...argv)).toEqual(expected)
  })

  test.each([
    [check, ['--help'], 'help'],
    [check, ['--nope', '-h'], 'help'],
    [check, ['--nope'], 'there is no option --nope'],
    [check, ['--formta', 'json'], 'there is no option --formta; did you mean --format?'],
    [check, ['--no-color'], 'there is no option --no-color'],
    [check, ['--policy'], '--policy needs a value'],
    [check, ['--policy', '--format', 'json'], '--policy needs a value'],
    [check, ['--policy='], '--policy needs a value'],
    [check, ['--policy', 'a', '--policy', 'b'], '--policy is given twice'],
    [check, ['--format', 'xml'], `--format must be one of ${FORMAT_NAMES.join(', ')}, not "xml"`],
    [
      check,
      ['--format', 'jsno=out.json'],
      `--format must be one of ${FORMAT_NAMES.join(', ')}, not "jsno"; did you mean json?`,
    ],
    [
      check,
      ['--preset', 'scrpt'],
      '--preset must be one of formula, template, script, agent, education, not "scrpt"; did you mean script?',
    ],
    [check, ['--format.x', 'json'], 'there is no option --format.x; did you mean --format?'],
    [check, ['--__proto__', 'x'], 'there is no option --___proto___'],
    [check, ['--toString', 'x'], 'there is no option --toString'],
    [rule, ['PR1', 'PR2'], 'unexpected argument "PR2"'],
    [rules, ['x'], 'unexpected argument "x"'],
    [run, ['a.py', '3'], 'unexpected argument "3"; the program\'s own come after --'],
    [run, ['-c'], '-c needs a value'],
    [run, ['-x'], 'there is no option -x'],
  ])('%# are declined', (command, argv, message) => {
    expect(parsed(command, ...argv)).toBe(message)
  })

  test('no option is ever dropped: what is taken holds every word, or it is declined', () => {
    const word = fc.constantFrom(
      'a',
      '-',
      '--',
      '--format',
      '--format=json',
      'json',
      '--names',
      'x,y',
      '--policy=p',
      '-x',
      '--color',
      'never',
      '--mode=eval',
      '--foo',
      '-h',
      '',
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
        const result = parse(check, argv)
        if (!('positionals' in result)) return
        const given = Object.keys(check.options)
          .filter((name) => result.has(name))
          .flatMap((name) => result.values(name).map((value) => [name, value]))
        const end = argv.includes('--') ? argv.indexOf('--') : argv.length
        const words = [
          ...argv.slice(0, end).flatMap((one) => one.split('=')),
          ...argv.slice(end + 1),
        ]
        const back = [
          ...result.positionals,
          ...given.flatMap(([name, value]) => [`--${name}`, value]),
        ]
        expect(back.sort()).toEqual(words.sort())
      }),
      { numRuns: 2000 },
    )
  })
})

test.each([check, rewrite, run, rule, rules])(
  'the help of $name fits a terminal and names every option',
  (command) => {
    const help = commandHelp(command)
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    for (const name of Object.keys(command.options)) expect(help).toContain(`--${name}`)
  },
)
