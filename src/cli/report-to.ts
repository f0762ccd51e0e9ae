/**
 * Where reports go: `--format NAME` to stdout, `--format NAME=FILE` and `--output FILE` to files, several at once. Files are
 * opened before anything is checked, so that one that cannot be written is told at once.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { createFormatter, FORMAT_NAMES, type Format } from '../report/formats.js'
import type { CheckedFile, Formatter, Problem, Remarks } from '../report/report.js'
import { explain } from '../rules/load.js'
import type { Arguments, Option } from './command.js'
import { choice } from './command.js'
import { print, useColour } from './output.js'
import { statsOf } from './paths.js'
import { reason } from './read-source.js'
import { COLOURS } from './shared-options.js'
import { UsageError } from './status.js'
import { version } from './version.js'

/** The options, of `check`. */
export const REPORT_OPTIONS: Readonly<Record<string, Option>> = {
  format: {
    argument: 'FORMAT[=FILE]',
    choices: FORMAT_NAMES,
    default: 'text',
    assignable: true,
    many: true,
    describe: 'How to report, and where to; may be given several times',
  },
  output: { argument: 'FILE', describe: 'Write the report to this file, not to stdout' },
  statistics: { describe: 'Print how often each rule is broken, and where, not each finding' },
  quiet: { alias: 'q', describe: 'Print findings and errors only: no summary, no notices' },
}

interface Sink {
  readonly formatter: Formatter
  write(text: string): void
  close(): void
}

/** Every report of one command. */
export class Reports {
  /** Whether stdout is the one place that they go to. */
  readonly isOnlyStdout: boolean

  private constructor(
    private readonly sinks: readonly Sink[],
    isOnlyStdout: boolean,
  ) {
    this.isOnlyStdout = isOnlyStdout
  }

  /** @throws UsageError for two reports in one place, and for a file that cannot be written or is among `sources`. */
  static open(args: Arguments, sources: readonly string[]): Reports {
    const places = placesOf(args)
    const quiet = args.has('quiet')
    const sinks = places.map(({ format, file }) => {
      const colour = file === undefined && useColour(choice(args, 'color', COLOURS), 1)
      const formatter = createFormatter(format, { colour, version: version(), explain, quiet })
      return { formatter, ...(file === undefined ? STDOUT : fileSink(file, sources)) }
    })
    return new Reports(
      sinks,
      places.every(({ file }) => file === undefined),
    )
  }

  file(checked: CheckedFile): void {
    this.each((formatter) => formatter.file(checked))
  }

  problem(problem: Problem): void {
    this.each((formatter) => formatter.problem(problem))
  }

  end(remarks: Remarks): void {
    this.each((formatter) => formatter.end(remarks))
    for (const sink of this.sinks) sink.close()
  }

  private each(textOf: (formatter: Formatter) => string): void {
    for (const sink of this.sinks) sink.write(textOf(sink.formatter))
  }
}

const STDOUT = { write: print, close: () => undefined }

function placesOf(args: Arguments): readonly { format: Format; file: string | undefined }[] {
  const given = args.values('format')
  const output = args.value('output')
  const places = (given.length > 0 ? given : ['text']).map((word) => {
    const equals = word.indexOf('=')
    const file = equals < 0 ? undefined : word.slice(equals + 1)
    if (file === '') throw new UsageError(`--format: no file after "${word}"`)
    return { format: formatOf(equals < 0 ? word : word.slice(0, equals), args), file }
  })
  const bare = places.filter(({ file }) => file === undefined)
  if (bare.length > 1) {
    const name = bare[1]!.format
    throw new UsageError(
      `--format: ${bare.map(({ format }) => format).join(' and ')} would be mixed on one output; give one a file, as in --format ${name}=FILE`,
    )
  }
  if (output !== undefined && bare.length === 0)
    throw new UsageError('--output: every --format has a file of its own')
  const all = places.map(({ format, file }) => ({ format, file: file ?? output }))
  const twice = all.find(({ file }, at) => all.findIndex((one) => one.file === file) < at)
  if (twice !== undefined) throw new UsageError(`two reports would be written to ${twice.file}`)
  return all
}

function formatOf(name: string, args: Arguments): Format {
  const format = name as Format
  if (!args.has('statistics')) return format
  if (format === 'text' || format === 'concise') return 'statistics'
  // Documents have the numbers in their summary.
  return format
}

function fileSink(path: string, sources: readonly string[]): Omit<Sink, 'formatter'> {
  const before = statsOf(path)
  const isSource = sources.some((source) => {
    const stats = source === '-' || before === undefined ? undefined : statsOf(source)
    return stats?.dev === before?.dev && stats?.ino === before?.ino
  })
  if (before?.isFile() === true && isSource)
    throw new UsageError(`the report would overwrite ${path}, which is to be checked`)
  let fd: number
  try {
    fd = openSync(path, 'w')
  } catch (error) {
    throw new UsageError(`cannot write the report ${path}: ${reason(error)}`)
  }
  return {
    write: (text) => {
      try {
        const bytes = Buffer.from(text)
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
      } catch (error) {
        throw new UsageError(`cannot write the report ${path}: ${(error as Error).message}`)
      }
    },
    close: () => closeSync(fd),
  }
}
