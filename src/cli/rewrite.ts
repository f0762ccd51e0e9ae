/** `pyrestrict rewrite FILE`: the guarded text that would be run, for reading, debugging and tools. */
import { statSync, writeFileSync } from 'node:fs'
import { MODES } from '../check/options.js'
import { resolvePolicy } from '../policy/policy.js'
import { choice, type Command } from './command.js'
import { describeFindings } from './findings.js'
import { loadPipeline } from './load-pipeline.js'
import { print, printError, useColour } from './output.js'
import { POLICY_OPTIONS, policyOf } from './policy-option.js'
import { ReadError, readSource, STDIN } from './read-source.js'
import {
  COLOUR_OPTION,
  COLOURS,
  FIRST_LINE_OPTION,
  firstLineOf,
  MODE_OPTION,
  namesOf,
  NAMES_OPTION,
} from './shared-options.js'
import { CHECK_STATUSES, CLEAN, FINDINGS, UsageError } from './status.js'

/** The command. Its status is FINDINGS, and no text is printed, where the source is refused. */
export const rewrite: Command = {
  name: 'rewrite',
  positional: { usage: '<file>', describe: 'The file; - for stdin', most: 1 },
  summary: 'Print the guarded text that Python is rewritten to before it runs',
  options: {
    map: { argument: 'FILE', describe: 'Write a source map (revision 3) of it to this file' },
    ...POLICY_OPTIONS,
    mode: MODE_OPTION,
    names: NAMES_OPTION,
    'first-line': FIRST_LINE_OPTION,
    color: COLOUR_OPTION,
  },
  examples: [
    [
      'rewrite report.py --map report.py.map > guarded.py',
      'the text, and where each piece came from',
    ],
  ],
  statuses: CHECK_STATUSES,
  notes: ['The text goes to stdout, findings to stderr; with findings there is no text.'],

  async run(args) {
    const [path] = args.positionals
    if (path === undefined) throw new UsageError('which file? Give one, or - for stdin')
    const map = args.value('map')
    if (map !== undefined && path !== '-' && isSameFile(map, path))
      throw new UsageError(`--map would overwrite ${path}`)
    const policy = await policyOf(args)
    const filename = path === '-' ? '<stdin>' : path
    const { text, diagnostic } = read(path, resolvePolicy(policy).limits.sourceBytes)
    const names = namesOf(args)
    const { createChecker } = await loadPipeline()
    const options = {
      mode: choice(args, 'mode', MODES),
      filename,
      firstLine: firstLineOf(args),
      ...(names === undefined ? {} : { names }),
    }
    const result =
      diagnostic === undefined
        ? (await createChecker(policy)).rewrite(text, options)
        : { ok: false as const, diagnostics: [diagnostic], omitted: 0 }
    if (!result.ok) {
      printError(
        describeFindings(filename, text, result, useColour(choice(args, 'color', COLOURS), 2)),
      )
      return FINDINGS
    }
    if (map !== undefined) writeMap(map, JSON.stringify(result.map))
    print(result.code)
    return CLEAN
  },
}

function read(path: string, maxBytes: number) {
  try {
    return readSource(path === '-' ? STDIN : path, maxBytes)
  } catch (error) {
    throw error instanceof ReadError
      ? new UsageError(`${path}: cannot be read: ${error.message}`)
      : error
  }
}

function writeMap(path: string, map: string): void {
  try {
    writeFileSync(path, `${map}\n`)
  } catch (error) {
    throw new UsageError(`cannot write the map ${path}: ${(error as Error).message}`)
  }
}

function isSameFile(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false }))
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino
}
