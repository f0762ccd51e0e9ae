/** `pyrestrict audit`: what guests of a policy can reach, walked in the real image. */
import { printJson } from '../report/json.js'
import type { Command } from './command.js'
import { isTerminal, print, printError } from './output.js'
import { POLICY_OPTIONS, policyOf } from './policy-option.js'
import { CHECK_STATUSES, CLEAN, FINDINGS } from './status.js'

const FORMATS = ['text', 'json'] as const

/** The command. Its status is FINDINGS where the walk met what no guest is to meet. */
export const audit: Command = {
  name: 'audit',
  summary: 'Walk everything a guest of a policy can reach, and tell what it must never meet',
  options: {
    ...POLICY_OPTIONS,
    format: { argument: 'FORMAT', choices: FORMATS, default: 'text', describe: 'How to print it' },
  },
  examples: [
    [
      'audit --policy policy.json',
      'by reads and by calls with hostile arguments, in the real image',
    ],
  ],
  statuses: CHECK_STATUSES,
  notes: [
    'Looks for frames, code, real modules, their globals, and classes of classes, breadth first: into 400,000 objects, seven steps ' +
      'from a name, with calls two deep. Takes up to a minute.',
  ],

  async run(args) {
    const policy = await policyOf(args)
    const { audit: walk } = await import('../sandbox/audit.js')
    const stop = showSeconds()
    const report = await walk(policy).finally(stop)
    if (args.value('format') === 'json') print(printJson(report))
    else {
      for (const { path, what } of report.findings) print(`${path}: ${what}\n`)
      print(`around jails on this machine: ${report.wrap} (wrap: 'auto')\n`)
      print(
        `${report.findings.length} findings among ${report.objects} objects, by ${report.calls} calls\n`,
      )
    }
    return report.findings.length === 0 ? CLEAN : FINDINGS
  },
}

/** Says on a terminal, each second, that the walk goes on. Returns what ends and erases that. */
function showSeconds(): () => void {
  if (!isTerminal(2)) return () => undefined
  let seconds = 0
  const timer = setInterval(() => {
    printError(`\rpyrestrict: walking what a guest can reach, ${++seconds} s of up to 60 `)
  }, 1000)
  return () => {
    clearInterval(timer)
    if (seconds > 0) printError(ERASED_LINE)
  }
}

/** Back to the beginning of the line, and nothing after it. */
const ERASED_LINE = '\r\u001b[K'
