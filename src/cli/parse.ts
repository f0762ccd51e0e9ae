/**
 * Parses a command's arguments with yargs' parser alone. All of yargs takes 60-90 ms to load, as much as Node itself: it is
 * loaded for shell completion (completion.ts) and nothing else.
 */
import parser from 'yargs-parser'
import { nearest } from '../check/nearest.js'
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

/** Why a command line is not to be run as it stands; no message: the help is asked for. */
export interface Declined {
  readonly message: string | undefined
}

/** What yargs' parser says of an option at the end of the line. */
const LACKING = /^Not enough arguments following: (.+)$/

/** The arguments of a command, or why they are declined. */
export function parse(command: Command, argv: readonly string[]): Arguments | Declined {
  const options = Object.entries(command.options)
  const taking = options.filter(([, { argument }]) => argument !== undefined).map(([name]) => name)
  const {
    argv: { _: positionals, '--': rest = [], ...given },
    error,
  } = parser.detailed(joinVerbatim(command, argv), {
    string: [...taking, '_'],
    boolean: [...options.map(([name]) => name).filter((name) => !taking.includes(name)), 'help'],
    alias: {
      help: ['h'],
      ...Object.fromEntries(
        options.map(([name, { alias }]) => [name, alias === undefined ? [] : [alias]]),
      ),
    },
    narg: Object.fromEntries(taking.map((name) => [name, 1])),
    configuration: { ...PARSER_CONFIGURATION, 'populate--': command.rest !== undefined },
  })
  if (given['help']) return { message: undefined }
  if (error)
    return {
      message: error.message.replace(LACKING, (_, name: string) => `${dashed(name)} needs a value`),
    }
  const values = new Map<string, readonly string[]>()
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === false) continue
    const message = wrong(command, name, value)
    if (message !== undefined) return { message }
    values.set(name, [value].flat().map(String))
  }
  // `"$FILE"` of a shell whose variable is not set.
  if (positionals.includes('')) return { message: 'an argument is empty' }
  const most = command.positional?.most ?? 0
  if (positionals.length > most) {
    const own = command.rest === undefined ? '' : "; the program's own come after --"
    return { message: `unexpected argument "${positionals[most]}"${own}` }
  }
  return {
    positionals: positionals.map(String),
    rest: rest.map(String),
    value: (name) => values.get(name)?.[0] ?? command.options[name]?.default,
    values: (name) => values.get(name) ?? [],
    has: (name) => values.has(name),
  }
}

/** The words with `-c VALUE` and `-cVALUE` as `--code=VALUE`, up to `--`. */
function joinVerbatim({ options }: Command, argv: readonly string[]): string[] {
  const verbatim = Object.entries(options).filter(([, option]) => option.verbatim)
  const words: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!
    if (word === '--') return [...words, ...argv.slice(at)]
    const name = verbatim.find(
      ([one, { alias }]) => word === `--${one}` || word.startsWith(`-${alias}`),
    )?.[0]
    const joined = !word.startsWith('--') && word.length > 2
    if (name === undefined || (!joined && at + 1 === argv.length)) words.push(word)
    else words.push(`--${name}=${joined ? word.slice(2) : argv[++at]!}`)
  }
  return words
}

function wrong(command: Command, name: string, value: unknown): string | undefined {
  const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined
  if (option === undefined) {
    const close = nearest(name, Object.keys(command.options))
    return `there is no option ${dashed(name)}${close === undefined ? '' : `; did you mean --${close}?`}`
  }
  const { many, choices, assignable } = option
  // Of two policies, which one holds? Not a question to answer silently.
  if (Array.isArray(value) && many !== true) return `--${name} is given twice`
  const other = [value]
    .flat()
    .map((one) => (assignable ? String(one).replace(/=.*/s, '') : String(one)))
    .find((one) => choices !== undefined && !choices.includes(one))
  if (other !== undefined) {
    const close = nearest(other, choices!)
    const suggestion = close === undefined ? '' : `; did you mean ${close}?`
    return `--${name} must be one of ${choices!.join(', ')}, not "${other}"${suggestion}`
  }
  return value === '' && option.argument !== undefined && !option.verbatim
    ? `--${name} needs a value`
    : undefined
}

function dashed(name: string): string {
  return name.length > 1 ? `--${name}` : `-${name}`
}
