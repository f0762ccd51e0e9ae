/** Help texts, made from the commands' own data. */
import type { Command, Option } from './command.js'

const WIDTH = 100
const INDENT = '  '

const PURPOSE = 'Check, rewrite and run Python that somebody else wrote.'
const GLOBAL_OPTIONS: Readonly<Record<string, Option>> = {
  help: { alias: 'h', describe: 'Show this text, or that of a command' },
  version: { describe: 'Show the version' },
}

/** The text of `pyrestrict --help`. */
export function programHelp(commands: readonly Command[]): string {
  return (
    [
      PURPOSE,
      'Usage: pyrestrict COMMAND [options]',
      section(
        'Commands',
        table([
          ...commands.map((command) => [usageOf(command), command.summary] as const),
          [
            'completion [shell]',
            "Print a completion script for bash, zsh or fish, for your shell's start-up file",
          ],
        ]),
      ),
      section('Options', optionTable(GLOBAL_OPTIONS)),
      section(
        'Examples',
        examples([
          ['check src/', 'report where the Python below src/ leaves the restricted language'],
          ['run report.py --input \'prices={"tea": 3}\'', 'run it with nothing but that input'],
          ['rule PR203', 'what a rule denies, why, and what to write instead'],
        ]),
      ),
      'No comment in a checked file can switch a rule off: its author is who you are checking.\n' +
        '"pyrestrict COMMAND --help" tells a command\'s options and exit statuses.',
    ].join('\n\n') + '\n'
  )
}

/** The text of `pyrestrict COMMAND --help`. */
export function commandHelp(command: Command): string {
  const { positional, rest, summary, options, examples: shown, notes, statuses } = command
  return (
    [
      `${summary}.`,
      `Usage: pyrestrict ${usageOf(command)} [options]${rest ? ` ${rest.usage}` : ''}`,
      ...(positional
        ? [
            section(
              'Arguments',
              table(
                [positional, ...(rest ? [rest] : [])].map(({ usage, describe }) => [
                  usage.replace(/[[\]<>.]|-- /g, ''),
                  describe,
                ]),
              ),
            ),
          ]
        : []),
      section(
        'Options',
        optionTable({ ...options, help: { alias: 'h', describe: 'Show this text' } }),
      ),
      section('Examples', examples(shown)),
      ...(statuses.length > 0
        ? [
            section(
              'Exit status',
              table(statuses.map(([status, meaning]) => [String(status), meaning])),
            ),
          ]
        : []),
      ...notes.map((note) => wrap(note, WIDTH).join('\n')),
    ].join('\n\n') + '\n'
  )
}

function usageOf({ name, positional }: Command): string {
  return positional ? `${name} ${positional.usage}` : name
}

function section(title: string, body: string): string {
  return `${title}:\n${body}`
}

function optionTable(options: Readonly<Record<string, Option>>): string {
  return table(
    Object.entries(options).map(
      ([name, { alias, argument, describe, choices, default: standard }]) => {
        const list = choices?.map((one) => (one === standard ? `${one} (default)` : one)).join(', ')
        const rest =
          list !== undefined
            ? `: ${list}`
            : standard !== undefined
              ? `; ${standard} when left out`
              : ''
        const words = `${alias === undefined ? '' : `-${alias}, `}--${name}${argument === undefined ? '' : ` ${argument}`}`
        return [words, describe + rest]
      },
    ),
  )
}

/** Two columns, the second wrapped. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows
    .map(([left, right]) => {
      const margin = ' '.repeat(width + INDENT.length * 2)
      return `${INDENT}${left.padEnd(width)}${INDENT}${wrap(right, WIDTH - margin.length).join(`\n${margin}`)}`
    })
    .join('\n')
}

function examples(list: Command['examples']): string {
  return list
    .map(([command, meaning]) => `${INDENT}pyrestrict ${command}\n${INDENT}${INDENT}${meaning}`)
    .join('\n')
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
