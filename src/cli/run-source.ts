/** Where a program is to come from: a file, stdin, the command line, or a module of the working directory. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Arguments, Option } from './command.js'
import { isTerminal } from './output.js'
import { ReadError, readSource, STDIN, type SourceFile } from './read-source.js'
import { UsageError } from './status.js'

/** The two options, of `run`; with one of them there is no file. */
export const SOURCE_OPTIONS: Readonly<Record<string, Option>> = {
  code: {
    argument: 'CODE',
    alias: 'c',
    verbatim: true,
    describe: 'The program itself, instead of a file',
  },
  'main-module': {
    argument: 'NAME',
    alias: 'm',
    describe:
      'The program is this module: NAME.py or NAME/__main__.py below the working directory, whose modules it may import',
  },
}

/** A program that is not read yet. */
export interface ProgramSource {
  readonly source: (maxBytes: number) => SourceFile
  /** What tracebacks call it. */
  readonly filename: string
  readonly isPiped: boolean
  readonly argv: readonly string[]
  /** The folder that its own modules lie in; undefined where it is in no file. */
  readonly folder: string | undefined
  /** The package that it is a module of, by whose name its relative imports go; undefined for any other program. */
  readonly inside?: string | undefined
}

/** Where the program is to come from, and what tracebacks call it. */
export function sourceOf(args: Arguments): ProgramSource {
  const code = args.value('code')
  const main = args.value('main-module')
  const isNamed = args.positionals.length > 0 || code !== undefined || main !== undefined
  // `run -- -odd.py x`: with no program before them, the first word after the dashes is one.
  const [file, ...argv] = isNamed ? [args.positionals[0], ...args.rest] : args.rest
  const given = [code !== undefined && '-c', main !== undefined && '-m'].filter(
    (one) => one !== false,
  )
  if (given.length > 1) throw new UsageError('-c, -m: one of them is the program')
  if (given[0] !== undefined && file !== undefined)
    throw new UsageError(
      `${given[0]} is the program: give no file as well; its arguments come after --`,
    )
  const told = { isPiped: false, argv }
  if (code !== undefined)
    return { ...told, source: () => ({ text: code }), filename: '<string>', folder: undefined }
  if (main !== undefined) {
    const filename = fileOfModule(main)
    const isPackage = filename.endsWith('__main__.py')
    const inside =
      main
        .split('.')
        .slice(0, isPackage ? undefined : -1)
        .join('.') || undefined
    return { ...told, source: readFrom(filename), filename, folder: '.', inside }
  }
  const isPiped = file === '-' || (file === undefined && !isTerminal(0))
  if (file === undefined && !isPiped)
    throw new UsageError('which program? Give a file, - for stdin, or -c CODE')
  if (isPiped && args.value('inputs') === '-')
    throw new UsageError('--inputs -: stdin is the program already; give one of them as a file')
  if (isPiped)
    return {
      source: readFrom(STDIN, '<stdin>'),
      filename: '<stdin>',
      isPiped,
      argv,
      folder: undefined,
    }
  return { ...told, source: readFrom(file!), filename: file!, folder: dirname(file!) }
}

const readFrom =
  (file: string | typeof STDIN, name = String(file)) =>
  (maxBytes: number): SourceFile => {
    try {
      return readSource(file, maxBytes)
    } catch (error) {
      throw error instanceof ReadError
        ? new UsageError(`${name}: cannot be read: ${error.message}`)
        : error
    }
  }

/** The file of a module below the working directory. @throws UsageError where there is none */
function fileOfModule(name: string): string {
  const parts = name.split('.')
  if (!parts.every((part) => /^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(part)))
    throw new UsageError(`-m ${name}: is no module's name, as pkg.tool`)
  const [file, main] = [`${join(...parts)}.py`, join(...parts, '__main__.py')]
  const found = [file, main].find((path) => existsSync(path))
  if (found === undefined) throw new UsageError(`-m ${name}: there is neither ${file} nor ${main}`)
  return found
}
