/** Shell completion, by yargs: the script that a shell loads, and the answers to what that script asks. */
import type { Argv } from 'yargs'
import { loadRules } from '../rules/load.js'
import type { Command } from './command.js'
import { print } from './output.js'
import { PARSER_CONFIGURATION } from './parse.js'

/** Yargs' own completion, of commands and options. */
type Complete = (done?: (error: Error | null, found: string[] | undefined) => void) => void

/** Shells that there is a script for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const

/** Yargs knows no fish. Its completions are asked for word by word, as by the other scripts. */
const FISH = `# fish completion for pyrestrict; put this into ~/.config/fish/completions/pyrestrict.fish
complete -c pyrestrict -a '(pyrestrict --get-yargs-completions (commandline -opc) (commandline -ct))'
`

/** Prints the script for a shell; without a name, for the one that `$SHELL` is. */
export async function printScript(
  commands: readonly Command[],
  shell: (typeof SHELLS)[number] | undefined,
): Promise<void> {
  const { SHELL = '' } = process.env
  if (shell === 'fish' || (shell === undefined && SHELL.endsWith('/fish'))) return print(FISH)
  // Yargs looks here.
  if (shell !== undefined) process.env['SHELL'] = `/bin/${shell}`
  if (shell === 'bash') delete process.env['ZSH_NAME']
  await complete(commands, ['completion'])
}

/** Prints the script (`completion`), or what fits a command line begun (`--get-yargs-completions ...`). */
export async function complete(
  commands: readonly Command[],
  argv: readonly string[],
): Promise<void> {
  // Not imported above: a bundle loads at its start what any of its files imports there.
  const { default: yargs } = await import('yargs')
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
