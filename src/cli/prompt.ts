/** A prompt over a session: entries are read, run and shown, one after the other, and `%` asks about the session. */
import { resolvePolicy, type Policy } from '../policy/policy.js'
import type { Outcome } from '../sandbox/outcome.js'
import type { Session } from '../sandbox/session.js'
import { describeFindings } from './findings.js'
import { outputFilter } from './guest-output.js'
import { CLEARED, type Lines } from './lines.js'
import { isOpen } from './open-text.js'
import { complain, print, printError, useColour } from './output.js'
import { withOptions } from './quantities.js'
import { CLEAN } from './status.js'

/** The words that are no Python. */
export const HELP = `%policy   the policy that holds, complete
%usage    what the last entry used, and all of them together
%help     this
Ctrl-D or exit() leaves; Ctrl-C ends what runs.
`

/** Entry after entry, until there are no more or one exits. */
export async function converse(session: Session, policy: Policy, lines: Lines): Promise<number> {
  const total = { entries: 0, wallMs: 0, fuel: 0 }
  let last: Outcome['usage'] | undefined
  for (;;) {
    const entry = await readEntry(lines)
    if (entry === undefined) return CLEAN
    const word = entry.trim()
    if (word === '') continue
    if (word.startsWith('%')) {
      if (word === '%policy') print(`${JSON.stringify(resolvePolicy(policy), undefined, 2)}\n`)
      else if (word === '%usage') print(usageText(last, total))
      else if (word === '%help') print(HELP)
      else complain(`there is no ${word.split(/\s/)[0]!}; %help tells what there is`)
      continue
    }
    const filters = { stdout: outputFilter(1), stderr: outputFilter(2) }
    const outcome = await lines.whileRunning((signal) =>
      session.run(entry, {
        signal,
        asText: true,
        stdin: lines.asStdin(),
        onOutput: (text, stream) =>
          stream === 'stdout' ? print(filters.stdout(text)) : printError(filters.stderr(text)),
      }),
    )
    last = outcome.usage
    total.entries++
    total.wallMs += last.wallMs
    total.fuel += last.fuel
    if (outcome.status === 'exited') return outcome.code & 0xff
    show(entry, outcome)
  }
}

/** Lines up to where they can stand by themselves; undefined at the end. */
async function readEntry(lines: Lines): Promise<string | undefined> {
  const first = await lines.next('>>> ')
  if (first === undefined) return undefined
  const entry = [first]
  while (isOpen(entry) && !first.trim().startsWith('%')) {
    const line = await lines.next('... ')
    if (line === undefined) break
    if (line === CLEARED) return ''
    entry.push(line)
  }
  return first === CLEARED ? '' : entry.join('\n')
}

function show(entry: string, outcome: Outcome): void {
  const showError = outputFilter(2)
  switch (outcome.status) {
    case 'returned':
      if (outcome.value !== null && outcome.value !== undefined)
        print(`${outputFilter(1)(outcome.value as string)}\n`)
      break
    case 'raised':
      printError(showError(outcome.exception.traceback))
      break
    case 'refused':
      printError(describeFindings('<entry>', entry, outcome, useColour('auto', 2)))
      break
    case 'exhausted':
      complain(`stopped: ${withOptions(outcome.message)}; what was bound before is there`)
      break
    case 'crashed':
      complain(`crashed: ${outcome.reason}`)
      break
    case 'cancelled':
      complain('cancelled')
      break
    default:
      complain(`it ended as ${outcome.status}`)
  }
}

function usageText(
  last: Outcome['usage'] | undefined,
  { entries, wallMs, fuel }: { entries: number; wallMs: number; fuel: number },
): string {
  if (last === undefined) return 'nothing has run yet\n'
  const { peakMemoryBytes, outputBytes } = last
  return (
    `last: ${Math.round(last.wallMs)} ms, ${last.fuel} ticks, ${Math.ceil(peakMemoryBytes / 2 ** 20)} MiB, ${outputBytes} bytes of output\n` +
    `all ${entries}: ${Math.round(wallMs)} ms, ${fuel} ticks\n`
  )
}
