/** `pyrestrict repl`: a session to type into. What is bound stays, each entry runs under the policy, and `%` asks about the session. */
import { createInterface, type Interface } from 'node:readline'
import { LIMITS } from '../policy/limits.js'
import { resolvePolicy, type Policy } from '../policy/policy.js'
import type { Outcome } from '../sandbox/outcome.js'
import type { Session } from '../sandbox/session.js'
import type { Command } from './command.js'
import { describeFindings } from './findings.js'
import { outputFilter } from './guest-output.js'
import { isOpen } from './open-text.js'
import { complain, isTerminal, print, printError, useColour } from './output.js'
import { POLICY_OPTIONS, policyOf } from './policy-option.js'
import { LIMIT_OPTIONS, limitsOf, withOptions } from './quantities.js'
import { CLEAN } from './status.js'
import { pythonText } from './values.js'

const HELP = `%policy   the policy that holds, complete
%usage    what the last entry used, and all of them together
%help     this
Ctrl-D or exit() leaves; Ctrl-C ends what runs.
`

export const repl: Command = {
  name: 'repl',
  summary: 'Type Python into a session, under a policy',
  options: { ...POLICY_OPTIONS, ...LIMIT_OPTIONS },
  examples: [
    ['repl', 'a prompt; what is bound stays for the next entry'],
    ['repl --preset formula --timeout 2s', 'the same, under a tighter policy'],
  ],
  statuses: [[CLEAN, 'left; a program that exits with another code gives that']],
  notes: [
    'Entries are read from a pipe too, without prompts. A block ends at an empty line. `input()` reads the next line.\n' +
      HELP,
  ],

  async run(args) {
    const written = await policyOf(args)
    // Somebody who types may think for a while.
    const limits = { waitMs: LIMITS.waitMs.max, ...written.limits, ...limitsOf(args) }
    const policy: Policy = { ...written, limits }
    const { createSandbox } = await import('../sandbox/sandbox.js')
    await using sandbox = await createSandbox(policy, { workers: 1, spares: 0 })
    await using session = await sandbox.session()
    const lines = new Lines()
    try {
      return await converse(session, policy, lines)
    } finally {
      lines.close()
    }
  },
}

/** Entry after entry, until there are no more or one exits. */
async function converse(session: Session, policy: Policy, lines: Lines): Promise<number> {
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
        print(`${outputFilter(1)(pythonText(outcome.value))}\n`)
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

/** What stands for a line that Ctrl-C has taken back. */
const CLEARED = '\u0003'

/** Lines of stdin: typed with history and editing on a terminal, or from a pipe. */
class Lines {
  readonly #isTerminal = isTerminal(0) && isTerminal(1)
  readonly #interface: Interface
  readonly #waiting: string[] = []
  #isOver = false
  #wake: (() => void) | undefined
  #stop: AbortController | undefined

  constructor() {
    this.#interface = createInterface({
      input: process.stdin,
      ...(this.#isTerminal && {
        output: process.stdout,
        historySize: 1_000,
        removeHistoryDuplicates: true,
      }),
      terminal: this.#isTerminal,
    })
    this.#interface.on('line', (line) => this.#push(line))
    this.#interface.on('close', () => {
      this.#isOver = true
      this.#wake?.()
    })
    this.#interface.on('SIGINT', () => this.#interrupt())
    if (!this.#isTerminal) process.on('SIGINT', () => process.exit(130))
  }

  /** The next line; undefined when there are no more. */
  async next(prompt: string): Promise<string | undefined> {
    if (this.#isTerminal) {
      this.#interface.setPrompt(prompt)
      this.#interface.prompt()
    }
    while (this.#waiting.length === 0 && !this.#isOver)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    return this.#waiting.shift()
  }

  /** Lines as a program reads them. */
  async *asStdin(): AsyncGenerator<string> {
    for (;;) {
      const line = await this.next('')
      if (line === undefined) return
      if (line !== CLEARED) yield `${line}\n`
    }
  }

  /** Lets Ctrl-C end the work. */
  async whileRunning<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#stop = new AbortController()
    try {
      return await work(this.#stop.signal)
    } finally {
      this.#stop = undefined
    }
  }

  close(): void {
    this.#interface.close()
    process.stdin.destroy()
  }

  #interrupt(): void {
    if (this.#stop) return this.#stop.abort()
    print('\n')
    this.#push(CLEARED)
  }

  #push(line: string): void {
    this.#waiting.push(line)
    this.#wake?.()
  }
}
