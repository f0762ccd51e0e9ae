/** Shell completion, by yargs: the script that a shell loads, and the answers to what that script asks. */
import yargs, { type Argv } from 'yargs'
import { loadRules } from '../rules/load.js'
import type { Command } from './command.js'
import { print } from './output.js'
import { PARSER_CONFIGURATION } from './parse.js'

/** Yargs' own completion, of commands and options. */
type Complete = (done?: (error: Error | null, found: string[] | undefined) => void) => void

/** Prints the script (`completion`), or what fits a command line begun (`--get-yargs-completions ...`). */
export async function complete(
  commands: readonly Command[],
  argv: readonly string[],
): Promise<void> {
  const program = yargs()
    .scriptName('pyrestrict')
    .parserConfiguration(PARSER_CONFIGURATION)
    .locale('en')
    .exitProcess(false)
    .fail(false)
    .completion(
      'completion',
      'Print a completion script',
      (
        _current: string,
        { _: words }: { _: unknown[] },
        standard: Complete,
        done: (found: string[]) => void,
      ) => {
        if (words.includes('rule')) done([...loadRules().keys()])
        else standard((_error, found) => done(found ?? []))
      },
    )
  const { log } = console
  // Yargs prints by console.log, which would load process.stdout and its stack trace for a closed pipe.
  console.log = (text: string) => print(`${text}\n`)
  try {
    await commands.reduce(describe, program).parse([...argv])
  } finally {
    console.log = log
  }
}

function describe(program: Argv, { name, positional, summary, options }: Command): Argv {
  return program.command(
    `${name}${positional ? ` ${positional.usage.replace('...', '..')}` : ''}`,
    summary,
    (command) =>
      Object.entries(options).reduce(
        (all, [option, { describe: text, argument, choices, alias }]) =>
          all.option(option, {
            describe: text,
            ...(argument === undefined
              ? { type: 'boolean' as const }
              : { type: 'string' as const, nargs: 1 }),
            ...(choices === undefined ? {} : { choices }),
            ...(alias === undefined ? {} : { alias }),
          }),
        command as Argv,
      ),
    () => undefined,
  )
}
