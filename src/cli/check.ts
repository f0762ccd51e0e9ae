/** `pyrestrict check`: where files leave the restricted language. */
import { resolvePolicy, type Policy } from '../policy/policy.js'
import { createFormatter, type Format } from '../report/formats.js'
import { findingsOf, type Formatter, type Problem } from '../report/report.js'
import { explain } from '../rules/load.js'
import { choice, type Arguments, type Command } from './command.js'
import { loadPipeline } from './load-pipeline.js'
import { complain, print, useColour } from './output.js'
import { collectPaths } from './paths.js'
import { POLICY_OPTIONS, policyOf } from './policy-option.js'
import { ReadError, readSource, STDIN } from './read-source.js'
import { CHECK_STATUSES, CLEAN, FAILED, FINDINGS, UsageError } from './status.js'
import {
  COLOUR_OPTION,
  COLOURS,
  MODE_OPTION,
  MODES,
  namesOf,
  NAMES_OPTION,
} from './shared-options.js'
import { version } from './version.js'

const FORMATS = ['text', 'concise', 'json', 'github', 'sarif'] as const satisfies readonly Format[]

export const check: Command = {
  name: 'check',
  positional: {
    usage: '[paths...]',
    describe: 'Files, folders (their .py files), globs, or - for stdin; . when left out',
    most: Infinity,
  },
  summary: 'Report where Python leaves the restricted language',
  options: {
    format: {
      argument: 'FORMAT',
      choices: FORMATS,
      default: 'text',
      describe: 'How to report: frames, one line each, or a document',
    },
    ...POLICY_OPTIONS,
    mode: MODE_OPTION,
    names: NAMES_OPTION,
    'stdin-filename': {
      argument: 'NAME',
      describe: 'What to call stdin in reports',
      default: '<stdin>',
    },
    color: COLOUR_OPTION,
  },
  examples: [
    ['check src/ "plugins/**/*.py"', 'folders and globs; quote globs'],
    ['check - --stdin-filename cell.py < cell.py', 'from an editor'],
    [
      'check --mode eval --names price,qty formula.txt',
      'a formula over the names its host provides',
    ],
    ['check --format sarif src/ > pyrestrict.sarif', 'for code scanning'],
  ],
  statuses: CHECK_STATUSES,
  notes: [
    'No comment in a checked file can switch a rule off: its author is who you are checking. ' +
      '"pyrestrict rule CODE" explains a finding.',
  ],

  async run(args) {
    const policy = await policyOf(args)
    if (args.has('stdin-filename') && !args.positionals.includes('-'))
      throw new UsageError('--stdin-filename names stdin: give - as well')
    const { files, problems } = await collectPaths(
      args.positionals.length > 0 ? args.positionals : ['.'],
    )
    const formatter = createFormatter(choice(args, 'format', FORMATS), {
      colour: useColour(choice(args, 'color', COLOURS), 1),
      version: version(),
      explain,
    })
    problems.forEach((problem) => report(formatter, problem))
    const { found, unread } = await checkFiles(files, args, policy, formatter)
    print(formatter.end())
    return problems.length + unread > 0 ? FAILED : found > 0 ? FINDINGS : CLEAN
  },
}

async function checkFiles(
  files: readonly string[],
  args: Arguments,
  policy: Policy,
  formatter: Formatter,
) {
  const {
    limits: { sourceBytes },
  } = resolvePolicy(policy)
  const { createChecker } = await loadPipeline()
  const checker = await createChecker(policy)
  const names = namesOf(args)
  const options = { mode: choice(args, 'mode', MODES), ...(names === undefined ? {} : { names }) }
  let found = 0
  let unread = 0
  for (const path of files) {
    const file = path === '-' ? args.value('stdin-filename')! : path
    try {
      const { text, diagnostic } = readSource(path === '-' ? STDIN : path, sourceBytes)
      const result =
        diagnostic === undefined
          ? checker.check(text, { ...options, filename: file })
          : {
              diagnostics: [diagnostic],
              omitted: 0,
              warnings: [],
              usedNames: [],
              unknownNames: [],
              imports: [],
            }
      found += findingsOf(result)
      print(formatter.file({ file, source: text, ...result }))
    } catch (error) {
      if (!(error instanceof ReadError)) throw error
      unread++
      report(formatter, { file, message: `cannot be read: ${error.message}` })
    }
  }
  return { found, unread }
}

/** A problem is said on stderr whatever the format, and in the document if it is one. */
function report(formatter: Formatter, problem: Problem): void {
  complain(`${problem.file}: ${problem.message}`)
  print(formatter.problem(problem))
}
