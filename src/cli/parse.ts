/**
 * Parses a command's arguments with yargs' parser alone. All of yargs takes 60-90 ms to load, more than Node itself: it is
 * loaded when there is something to say, a help text or a mistake (usage.ts), and never sees a command line that is right.
 */
import parser from 'yargs-parser'
import type { Arguments, Command } from './command.js'

/** The parser's switches, which yargs is given too. Nothing is guessed: no numbers, no `--no-x`, no dotted names. */
export const PARSER_CONFIGURATION = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'combine-arrays': false,
  'dot-notation': false,
  'duplicate-arguments-array': true,
  'flatten-duplicate-arrays': true,
  'greedy-arrays': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'strip-aliased': true,
} as const

/** Why a command line is not to be run as it stands; no message: a help text or the version is asked for. */
export interface Declined {
  readonly message: string | undefined
}

/** The arguments of a command, or why they are declined. */
export function parse(command: Command, argv: readonly string[]): Arguments | Declined {
  const options = Object.entries(command.options)
  const taking = options.filter(([, { argument }]) => argument !== undefined).map(([name]) => name)
  const { argv: { _: positionals, ...given }, error } = parser.detailed([...argv], {
    string: [...taking, '_'],
    boolean: [...options.map(([name]) => name).filter((name) => !taking.includes(name)), 'help', 'version'],
    alias: Object.fromEntries(options.flatMap(([name, { alias }]) => alias === undefined ? [] : [[name, [alias]]])),
    narg: Object.fromEntries(taking.map((name) => [name, 1])),
    configuration: PARSER_CONFIGURATION,
  })
  if (given['help'] || given['version']) return { message: undefined }
  if (error) return { message: error.message }
  const values = new Map<string, readonly string[]>()
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === false) continue
    const message = wrong(command, name, value)
    if (message !== undefined) return { message }
    values.set(name, [value].flat().map(String))
  }
  const most = command.positional?.most ?? 0
  if (positionals.length > most) return { message: `unexpected argument "${positionals[most]}"` }
  return {
    positionals: positionals.map(String),
    value: (name) => values.get(name)?.[0] ?? command.options[name]?.default,
    values: (name) => values.get(name) ?? [],
    has: (name) => values.has(name),
  }
}

function wrong(command: Command, name: string, value: unknown): string | undefined {
  const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined
  if (option === undefined) return `unknown option ${name.length > 1 ? `--${name}` : `-${name}`}`
  const { many, choices } = option
  // Of two policies, which one holds? Not a question to answer silently.
  if (Array.isArray(value) && many !== true) return `--${name} is given twice`
  const other = [value].flat().find((one) => choices !== undefined && !choices.includes(String(one)))
  if (other !== undefined) return `--${name} must be one of ${choices!.join(', ')}, not "${String(other)}"`
  return value === '' && option.argument !== undefined ? `--${name} needs a value` : undefined
}
