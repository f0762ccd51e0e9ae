/**
 * The command line's program. Runs one command and tells its exit status; whatever goes wrong is one line on stderr and exit
 * status {@link FAILED}, never a stack trace, and never a status that a script could take for "clean".
 */
import { PyrestrictError } from '../errors.js'
import { COMMANDS } from './commands.js'
import { complain, print, printError } from './output.js'
import { parse } from './parse.js'
import { CLEAN, FAILED, UsageError } from './status.js'

/** Runs what `argv` asks for. Never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const [name = '', ...rest] = argv
    if (!Object.hasOwn(COMMANDS, name)) return await answer(argv)
    const command = await COMMANDS[name]!()
    const parsed = parse(command, rest)
    if ('positionals' in parsed) return await command.run(parsed)
    if (parsed.message !== undefined)
      throw new UsageError(`${parsed.message}\nTry "pyrestrict ${name} --help".`)
    const { commandHelp } = await import('./help.js')
    print(commandHelp(command))
    return CLEAN
  } catch (error) {
    complain(describeFault(error))
    return FAILED
  }
}

/** What is asked of the program itself: help, the version, completion, or nothing that there is. */
async function answer(argv: readonly string[]): Promise<number> {
  const [first, second = '', ...more] = argv
  if (first === 'help' && more.length === 0 && Object.hasOwn(COMMANDS, second))
    return await main([second, '--help'])
  if (['--version', '--help', '-h', 'help'].includes(first ?? '') && argv.length > 1) {
    throw new UsageError(`unexpected argument "${second}"\nTry "pyrestrict --help".`)
  }
  if (first === '--version') {
    const { version } = await import('./version.js')
    print(`${version()}\n`)
    return CLEAN
  }
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()))
  if (first === 'completion' && second !== '--help') {
    const { printScript, SHELLS } = await import('./completion.js')
    const shell = SHELLS.find((name) => name === second)
    if ((second !== '' && shell === undefined) || more.length > 0)
      throw new UsageError(
        `completion is for ${SHELLS.join(', ')}, not "${[second, ...more].join(' ')}"`,
      )
    await printScript(commands, shell)
    return CLEAN
  }
  if (first === '--get-yargs-completions') {
    const { complete } = await import('./completion.js')
    await complete(commands, argv)
    return CLEAN
  }
  const { programHelp } = await import('./help.js')
  const help = programHelp(commands)
  if (first === '--help' || first === '-h' || first === 'help' || first === 'completion') {
    print(help)
    return CLEAN
  }
  if (first === undefined) {
    printError(help)
    return FAILED
  }
  const { nearest } = await import('../check/nearest.js')
  const close = nearest(first, Object.keys(COMMANDS))
  throw new UsageError(
    `there is no ${first.startsWith('-') ? 'option' : 'command'} "${first}"${
      close === undefined ? '' : `; did you mean "${close}"?`
    }\nTry "pyrestrict --help".`,
  )
}

/** What went wrong, in one line. */
export function describeFault(error: unknown): string {
  // By its name: what stays apart from the bundle has classes of its own.
  if (error instanceof Error && error.name === 'UsageError') return error.message
  if (error instanceof PyrestrictError) return error.message
  return `internal error: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`
}
