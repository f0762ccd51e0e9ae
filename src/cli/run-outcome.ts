/** What `pyrestrict run` prints of an outcome, and the exit status that it has. */
import { visibleJson } from '../report/visible.js'
import { outcomeToJson } from '../sandbox/json.js'
import type { Outcome } from '../sandbox/outcome.js'
import { choice, type Arguments } from './command.js'
import { describeFindings } from './findings.js'
import { outputFilter } from './guest-output.js'
import { complain, print, printError, useColour } from './output.js'
import { withOptions } from './quantities.js'
import { COLOURS } from './shared-options.js'
import { CLEAN, CRASHED, EXHAUSTED, FINDINGS, INTERRUPTED, RAISED } from './status.js'

/** What `--format` of `run` takes. */
export const FORMATS = ['text', 'json'] as const

/** Prints what became of the program, whose value is a text where it {@link showsValue}, and tells the exit status. */
export function finish(args: Arguments, filename: string, text: string, outcome: Outcome): number {
  if (choice(args, 'format', FORMATS) === 'json') {
    print(`${visibleJson(outcomeToJson(outcome))}\n`)
    return statusOf(outcome)
  }
  const showError = outputFilter(2)
  printError(showError(syntaxWarnings(filename, text, outcome)))
  switch (outcome.status) {
    case 'returned':
      if (showsValue(args) && outcome.value !== null)
        print(`${outputFilter(1)(outcome.value as string)}\n`)
      break
    case 'raised':
      printError(showError(outcome.exception.traceback))
      break
    case 'exited':
      break
    case 'refused':
      printError(
        describeFindings(filename, text, outcome, useColour(choice(args, 'color', COLOURS), 2)),
      )
      break
    case 'exhausted':
      complain(`stopped: ${withOptions(outcome.message)}`)
      break
    case 'crashed':
      complain(`crashed: ${outcome.reason}`)
      break
    case 'waiting':
      complain(`waits for ${outcome.calls.map(({ name }) => name).join(', ')}`)
      break
    case 'cancelled':
      complain('cancelled')
  }
  return statusOf(outcome)
}

/** CPython's own warnings about the source, as it writes them. */
function syntaxWarnings(filename: string, text: string, { warnings = [] }: Outcome): string {
  return warnings
    .filter(({ code }) => code === 'PR604')
    .map(({ message, span: { start } }) => {
      const before = text
        .slice(0, start.offset)
        .split(/[\r\n]/)
        .at(-1)!
      const [line] = `${before}${text.slice(start.offset)}`.trim().split(/[\r\n]/)
      return `${filename}:${start.line}: SyntaxWarning: ${message}\n  ${line}\n`
    })
    .join('')
}

/** Whether the value is for printing, as Python shows it: a program in a file prints for itself. */
export function showsValue(args: Arguments): boolean {
  return ['value', 'result', 'code'].some((name) => args.has(name)) || args.value('mode') !== 'exec'
}

function statusOf(outcome: Outcome): number {
  switch (outcome.status) {
    case 'returned':
      return CLEAN
    case 'raised':
      return RAISED
    case 'exited':
      // What a system keeps of a status.
      return outcome.code & 0xff
    case 'refused':
      return FINDINGS
    case 'exhausted':
      return EXHAUSTED
    case 'crashed':
      return CRASHED
    // The command line grants nothing that could be waited for.
    case 'waiting':
      return CRASHED
    case 'cancelled':
      return INTERRUPTED
  }
}
