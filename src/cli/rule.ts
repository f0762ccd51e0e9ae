/** `pyrestrict rule CODE`: what a rule denies, why, and what to write instead. */
import { printJson } from '../report/json.js'
import { COLOURS as TERMINAL, PLAIN } from '../report/paint.js'
import { loadRules } from '../rules/load.js'
import type { Rule } from '../rules/rule.js'
import { choice, type Command } from './command.js'
import { print, useColour } from './output.js'
import { nearestRule } from './selection.js'
import { CLEAN, UsageError } from './status.js'
import { COLOUR_OPTION, COLOURS } from './shared-options.js'

const FORMATS = ['text', 'markdown', 'json'] as const

/** The command. It throws {@link UsageError} for a rule that there is not. */
export const rule: Command = {
  name: 'rule',
  positional: { usage: '<code>', describe: 'The rule, by its code (PR203) or its name', most: 1 },
  summary: 'Explain a rule',
  options: {
    format: { argument: 'FORMAT', choices: FORMATS, default: 'text', describe: 'How to print it' },
    color: COLOUR_OPTION,
  },
  examples: [['rule PR203', 'what it denies, why, and what to write instead']],
  statuses: [],
  notes: ['"pyrestrict rules" lists them all.'],

  async run(args) {
    const [wanted] = args.positionals
    if (wanted === undefined) throw new UsageError('which rule? "pyrestrict rules" lists them')
    const found = findRule(wanted)
    const format = choice(args, 'format', FORMATS)
    if (format === 'json') print(printJson(found))
    else if (format === 'markdown') print(markdown(found))
    else
      print(
        text(found, useColour(choice(args, 'color', COLOURS), 1) ? TERMINAL.strong : PLAIN.strong),
      )
    return CLEAN
  },
}

function findRule(wanted: string): Rule {
  const all = [...loadRules().values()].map((file) => file.rule)
  const found = all.find(({ code, name }) => code === wanted.toUpperCase() || name === wanted)
  if (found) return found
  const close = nearestRule(wanted, all)
  throw new UsageError(
    `there is no rule "${wanted}"${close === undefined ? '' : `; did you mean "${close}"?`}`,
  )
}

function text(
  { code, name, denies, why, instead, example }: Rule,
  strong: (text: string) => string,
): string {
  const indented = (body: string) =>
    body
      .split('\n')
      .map((line) => `  ${line}`.trimEnd())
      .join('\n')
  const section = (title: string, body: string) => `\n${strong(title)}\n${indented(body)}\n`
  return `${strong(`${code} ${name}`)}\n${section('Denies', denies)}${section('Why', why)}${section('Instead', instead)}${
    example === undefined ? '' : section('Example', example)
  }`
}

function markdown({ code, name, denies, why, instead, example }: Rule): string {
  return `# ${code} ${name}\n\n## Denies\n\n${denies}\n\n## Why\n\n${why}\n\n## Instead\n\n${instead}\n${
    example === undefined
      ? ''
      : `\n## Example\n\n${example.includes('```') ? example : `\`\`\`python\n${example}\n\`\`\``}\n`
  }`
}
