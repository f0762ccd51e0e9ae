/** `pyrestrict rules`: every rule in one line. */
import { printJson } from '../report/json.js'
import { loadRules } from '../rules/load.js'
import type { Command } from './command.js'
import { print } from './output.js'
import { CLEAN } from './status.js'

const FORMATS = ['text', 'json'] as const

/** The command. Its status is always CLEAN. */
export const rules: Command = {
  name: 'rules',
  summary: 'List every rule',
  options: {
    format: {
      argument: 'FORMAT',
      choices: FORMATS,
      default: 'text',
      describe: 'How to print them',
    },
  },
  examples: [['rules', 'codes, names and what each denies']],
  statuses: [],
  notes: ['"pyrestrict rule CODE" tells one at length.'],

  async run(args) {
    const all = [...loadRules().values()].map(({ rule }) => rule)
    if (args.value('format') === 'json') {
      print(printJson(all))
      return CLEAN
    }
    const width = Math.max(...all.map(({ name }) => name.length))
    print(
      all
        .map(
          ({ code, name, denies }) => `${code}  ${name.padEnd(width)}  ${firstSentence(denies)}\n`,
        )
        .join(''),
    )
    return CLEAN
  },
}

/** The first sentence of a text, or what stands before its first list, without the mark it ends with. */
function firstSentence(markdown: string): string {
  return markdown
    .split(/\n\s*\n|:\n|(?<=\.)\s+(?=[A-Z`])|:\s+(?=[`a-z])(?![^(]*\))/)[0]!
    .replace(/\s+/g, ' ')
    .replace(/[.:]$/, '')
}
