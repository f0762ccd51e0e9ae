/** Everything that all of yargs is loaded for: help texts, the version, shell completion, and what is wrong with a command line. */
import yargs, { type Argv } from 'yargs'
import type { Command } from './command.js'
import { COMMANDS } from './commands.js'
import { complain, print, printError } from './output.js'
import { PARSER_CONFIGURATION } from './parse.js'
import { CHECK_STATUSES, CLEAN, FAILED } from './status.js'
import { version } from './version.js'

const WIDTH = 100

/** Yargs' own completion, of commands and options. */
type Complete = (done?: (error: Error | null, found: string[] | undefined) => void) => void

/** Prints what `argv` asks for, or why it cannot be run (`message`, when the parser has said so already). The exit status. */
export async function explainUsage(argv: readonly string[], message?: string): Promise<number> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()))
  const [name = ''] = argv
  const hint = Object.hasOwn(COMMANDS, name) ? `pyrestrict ${name} --help` : 'pyrestrict --help'
  let failure = message
  const program = describeProgram(commands)
    .fail((text: string | null, error: Error | undefined) => {
      failure ??= text ?? error?.message ?? 'wrong usage'
    })
  let printed = ''
  await program.parse([...argv], {}, (_error: unknown, _argv: unknown, output: string) => {
    printed = output
  })
  const asked = argv.some((argument) => ['--help', '--version', '--get-yargs-completions', 'completion'].includes(argument))
  if (printed !== '' && asked && message === undefined) {
    print(printed.endsWith('\n') ? printed : `${printed}\n`)
    return CLEAN
  }
  if (argv.length === 0) {
    printError(`${await program.getHelp()}\n`)
    return FAILED
  }
  complain(`${failure ?? 'wrong usage'}\nTry "${hint}".`)
  return FAILED
}

function describeProgram(commands: readonly Command[]): Argv {
  const program = yargs()
    .scriptName('pyrestrict')
    .usage('Check, rewrite and run Python that somebody else wrote.\n\nUsage: $0 <command> [options]')
    .parserConfiguration(PARSER_CONFIGURATION)
    .locale('en')
    .exitProcess(false)
    .showHelpOnFail(false)
    .strict()
    .wrap(WIDTH)
    .demandCommand(1, 'which command?')
    .recommendCommands()
    .version(version())
    .help('help', 'Show this text, or that of a command').alias('help', 'h')
    .example('$0 check src/', 'report where the Python below src/ leaves the safe subset')
    .example("$0 run report.py --input 'prices={\"tea\": 3}'", 'run it with nothing but that input')
    .example('$0 rule PR203', 'what the rule denies, why, and what to write instead')
    .epilogue(`${CHECK_STATUSES} "run" has more: see "pyrestrict run --help".\n`
      + 'No comment in a checked file can switch a rule off: its author is who you are checking.')
    .completion('completion', 'Print a completion script for bash or zsh; put it into your shell\'s start-up file',
      (_current: string, { _: words }: { _: unknown[] }, complete: Complete, done: (found: string[]) => void) => {
        if (words.includes('rule')) void ruleCodes().then(done)
        else complete((_error, found) => done(found ?? []))
      })
  return commands.reduce((all, command) => all.command(
    `${command.name}${command.positional ? ` ${command.positional.usage}` : ''}`,
    command.summary,
    (one) => describeCommand(one, command),
    () => undefined,
  ), program)
}

function describeCommand(program: Argv, { positional, options, examples, epilogue }: Command): Argv {
  let described = program.usage('').epilogue(epilogue)
  if (positional) {
    described = described.positional(positional.usage.replace(/[[\]<>.]/g, ''), { describe: positional.describe, type: 'string' })
  }
  for (const [name, { describe, argument, choices, default: standard, alias }] of Object.entries(options)) {
    described = described.option(name, {
      describe,
      ...(argument === undefined ? { type: 'boolean' as const } : { type: 'string' as const, nargs: 1 }),
      ...(choices === undefined ? {} : { choices }),
      ...(standard === undefined ? {} : { default: standard }),
      ...(alias === undefined ? {} : { alias }),
    })
  }
  return examples.reduce((all, [command, meaning]) => all.example(command, meaning), described)
}

async function ruleCodes(): Promise<string[]> {
  const { loadRules } = await import('../rules/load.js')
  return [...loadRules().keys()]
}
