#!/usr/bin/env node
/**
 * The command line. Runs one command and ends with its exit status; whatever goes wrong is one line on stderr and exit status
 * {@link FAILED}, never a stack trace, and never a status that a script could take for "clean".
 */
import { PyrestrictError } from '../errors.js'
import { COMMANDS } from './commands.js'
import { complain } from './output.js'
import { parse } from './parse.js'
import { FAILED, UsageError } from './status.js'

process.exitCode = FAILED
process.on('uncaughtException', (error) => {
  complain(describeFault(error))
  process.exit(FAILED)
})
process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  try {
    const [name = '', ...rest] = argv
    let message: string | undefined
    if (Object.hasOwn(COMMANDS, name)) {
      const command = await COMMANDS[name]!()
      const parsed = parse(command, rest)
      if ('positionals' in parsed) return await command.run(parsed)
      message = parsed.message
    }
    const { explainUsage } = await import('./usage.js')
    return await explainUsage(argv, message)
  } catch (error) {
    complain(describeFault(error))
    return FAILED
  }
}

function describeFault(error: unknown): string {
  if (error instanceof UsageError || error instanceof PyrestrictError) return error.message
  return `internal error: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`
}
