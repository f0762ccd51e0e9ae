/** `pyrestrict check`: where files leave the restricted language. */
import { MODES } from '../check/options.js'
import { resolvePolicy, type Policy } from '../policy/policy.js'
import { findingsOf } from '../report/report.js'
import type { Checked, FileOptions } from './check-file.js'
import { checkFiles } from './check-files.js'
import { checkSettings } from './check-settings.js'
import { choice, type Arguments, type Command } from './command.js'
import { CONFIG_OPTIONS } from './config.js'
import { describeLeftOut } from './left-out.js'
import { complain, isOutputClosed } from './output.js'
import { collectPaths } from './paths.js'
import { POLICY_OPTIONS } from './policy-option.js'
import { Progress } from './progress.js'
import { REPORT_OPTIONS, Reports } from './report-to.js'
import { SELECTION_OPTIONS } from './selection.js'
import { CHECK_STATUSES, CLEAN, FAILED, FINDINGS, UsageError } from './status.js'
import {
  COLOUR_OPTION,
  FIRST_LINE_OPTION,
  firstLineOf,
  MODE_OPTION,
  NAMES_OPTION,
} from './shared-options.js'

/** The command. Its status is FAILED where a file could not be read, FINDINGS where something was found. */
export const check: Command = {
  name: 'check',
  positional: {
    usage: '[paths...]',
    describe: 'Files, folders (their .py and .ipynb files), globs, - for stdin; . when left out',
    most: Infinity,
  },
  summary: 'Report where Python leaves the restricted language',
  options: {
    ...REPORT_OPTIONS,
    ...POLICY_OPTIONS,
    ...SELECTION_OPTIONS,
    exclude: {
      argument: 'GLOB',
      many: true,
      describe:
        'Leave out what this matches, written as in a .gitignore; may be given several times',
    },
    all: {
      describe: 'Check what .gitignore names, and .venv, node_modules, build and their like, too',
    },
    ...CONFIG_OPTIONS,
    fix: {
      describe: 'Repair in place what has one exact replacement, then report the rest',
    },
    diff: { describe: 'Print what --fix would change, and change and report nothing' },
    jobs: {
      argument: 'N',
      alias: 'j',
      describe: 'Threads to check in; as many as pay when left out',
    },
    'exit-zero': { describe: 'Exit with status 0 when something is found' },
    mode: MODE_OPTION,
    names: NAMES_OPTION,
    'first-line': {
      ...FIRST_LINE_OPTION,
      describe:
        'The number of the first line of each file, from 1; cells of notebooks begin with 1',
    },
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
    ['check --statistics --all', 'everything below this folder, counted by rule and by file'],
    ['check --format text --format sarif=found.sarif src/', 'for people, and for code scanning'],
  ],
  statuses: CHECK_STATUSES,
  notes: [
    'No comment in a checked file can switch a rule off: its author is who you are checking. ' +
      '"pyrestrict rule CODE" explains a finding.',
    'What a .gitignore or the name of a folder leaves out is told on stderr, with the rule that left it out. ' +
      'A file that you name yourself is checked whatever a .gitignore says.',
    'Settings are those of pyrestrict.json in the working directory, when there is one. One in a folder that is checked is not ' +
      'taken: it is written by whom you are checking.',
  ],

  async run(args) {
    if (args.has('stdin-filename') && !args.positionals.includes('-'))
      throw new UsageError('--stdin-filename names stdin: give - as well')
    const settings = await checkSettings(args)
    const { policy, selection, names } = settings
    const { files, problems, leftOut } = await collectPaths(settings.paths, settings.leaveOut)
    const notice = describeLeftOut(leftOut)
    if (notice !== '' && !args.has('quiet')) complain(notice)
    const job = {
      files,
      policy,
      options: fileOptions(args, policy, names),
      jobs: args.has('jobs') ? jobsOf(args.value('jobs')!) : undefined,
    }
    if (args.has('diff') || args.has('fix')) {
      const { fixFiles } = await import('./fix-files.js')
      const isToChange = await fixFiles(job, args.has('diff'))
      if (args.has('diff')) return isToChange && !args.has('exit-zero') ? FINDINGS : CLEAN
    }
    const reports = Reports.open(args, files)
    const total = { found: 0, failed: 0 }
    const take = (one: Checked): void => {
      if ('problem' in one) {
        total.failed++
        // A problem is said on stderr whatever the format, and in the document if it is one.
        complain(`${one.problem.file}: ${one.problem.message}`)
        reports.problem(one.problem)
      } else {
        for (const checked of one.checked) {
          const selected = selection?.(checked) ?? checked
          total.found += findingsOf(selected)
          reports.file(selected)
        }
      }
    }
    for (const problem of problems) take({ problem })
    const progress = new Progress(files.length, args.has('quiet'))
    await checkFiles(job, (one) => {
      progress.clear()
      take(one)
      progress.step()
      // Nobody reads the only report any more.
      return !(reports.isOnlyStdout && isOutputClosed())
    })
    progress.clear()
    reports.end({ leftOut })
    return total.failed > 0 ? FAILED : total.found > 0 && !args.has('exit-zero') ? FINDINGS : CLEAN
  },
}

function jobsOf(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= 64) return number
  throw new UsageError(`--jobs: must be a whole number from 1 to 64, not "${text}"`)
}

function fileOptions(
  args: Arguments,
  policy: Policy,
  names: readonly string[] | undefined,
): FileOptions {
  return {
    check: {
      mode: choice(args, 'mode', MODES),
      firstLine: firstLineOf(args, 1),
      ...(names === undefined ? {} : { names }),
    },
    sourceBytes: resolvePolicy(policy).limits.sourceBytes,
    stdinName: args.value('stdin-filename')!,
  }
}
