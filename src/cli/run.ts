/** `pyrestrict run`: runs a program of a stranger's, as `python FILE` runs one of yours. */
import { ModuleError } from '../errors.js'
import { LIMITS } from '../policy/limits.js'
import { resolvePolicy } from '../policy/policy.js'
import { visibleJson } from '../report/visible.js'
import type { Outcome } from '../sandbox/outcome.js'
import { choice, type Arguments, type Command } from './command.js'
import { outputFilter } from './guest-output.js'
import { ENVIRONMENT_OPTIONS, environmentOf } from './environment.js'
import { INPUT_OPTIONS, inputsOf } from './inputs.js'
import { complain, isOutputClosed, isTerminal, print, printError, useColour } from './output.js'
import { NETWORK_OPTIONS, secretsOf, withNetwork } from './network-option.js'
import { POLICY_OPTIONS, policyOf } from './policy-option.js'
import { LIMIT_OPTIONS, limitsOf, withOptions } from './quantities.js'
import { RECORD_OPTIONS, recordsOf } from './records.js'
import { ReadError, readSource, STDIN, type SourceFile } from './read-source.js'
import { MOUNT_OPTIONS, putArtifacts, withMounts } from './mounts.js'
import { describeFindings } from './findings.js'
import { MODULE_OPTIONS, modulesOf } from './own-modules.js'
import { leaveStdin, ownStdin } from './stdin.js'
import { COLOUR_OPTION, COLOURS, MODE_OPTION, MODES } from './shared-options.js'
import {
  CLEAN,
  CRASHED,
  EXHAUSTED,
  FINDINGS,
  INTERRUPTED,
  PIPE_CLOSED,
  RAISED,
  RUN_STATUSES,
  TERMINATED,
  UsageError,
} from './status.js'
import { outcomeToJson } from '../sandbox/json.js'
import { UNSPENT } from '../sandbox/outcome.js'
import { pythonText } from './values.js'

const FORMATS = ['text', 'json'] as const

export const run: Command = {
  name: 'run',
  positional: {
    usage: '[file]',
    describe: 'The program; - for stdin, which is read when there is no file and a pipe',
    most: 1,
  },
  rest: { usage: '[-- arguments...]', describe: "The program's own: `sys.argv[1:]`" },
  summary: 'Run Python with no authority but what a policy grants',
  options: {
    code: {
      argument: 'CODE',
      alias: 'c',
      verbatim: true,
      describe: 'The program itself, instead of a file',
    },
    ...INPUT_OPTIONS,
    ...ENVIRONMENT_OPTIONS,
    value: {
      describe: 'Print the value of the final expression; -c, --mode eval and function do unasked',
    },
    result: { argument: 'NAME', describe: 'Print the value of this global' },
    mode: MODE_OPTION,
    ...MODULE_OPTIONS,
    ...POLICY_OPTIONS,
    ...NETWORK_OPTIONS,
    ...LIMIT_OPTIONS,
    ...MOUNT_OPTIONS,
    ...RECORD_OPTIONS,
    format: {
      argument: 'FORMAT',
      choices: FORMATS,
      default: 'text',
      describe: 'text: output as it comes; json: one document at the end',
    },
    color: COLOUR_OPTION,
  },
  examples: [
    [
      'run report.py --inputs inputs.json --timeout 2s --value',
      'output as it comes, then the value of the last expression',
    ],
    [
      "run -c 'sum(prices)' --input 'prices=[3, 2]'",
      'a program on the command line, with one input',
    ],
    [
      'run report.py --read a.csv::/a.csv --memory-dir /out=16m --artifacts /out::results',
      'a file in, and the files that it writes out',
    ],
    ['run --mode eval --preset formula < cell.txt', 'one expression, under a tighter policy'],
    [
      'run fetch.py --allow-net https://api.example.com --secret API_KEY=api.example.com',
      'requests to one server, with a key that the program never sees',
    ],
    ['run main.py --local-modules -- --fast', 'a program of several files, with an argument'],
    [
      'run job.py --record job.rec; pyrestrict run job.py --replay job.rec',
      'the same run again, to the byte',
    ],
    ['run job.py --limit outputBytes=64m', 'any limit of a policy, with a unit'],
    [
      'run agent.py --policy policy.json --format json',
      'for programs: value, exception or findings, output, usage',
    ],
  ],
  statuses: RUN_STATUSES,
  notes: [
    'A program prints what it prints, as under python. The value of the final expression is printed with -c, --mode eval or ' +
      '--value, that of a global with --result, unless it is None. The program reads this stdin, unless that is the program ' +
      'itself, and gets of the environment what --env names, of files those that --read, --overlay, --write and --memory-dir name, and no network but what --allow-net or the policy names. What it writes goes on ' +
      'as it is, except to a terminal or the log of a CI runner, where it could act.',
  ],

  async run(args) {
    const { source, filename, isPiped, argv } = sourceOf(args)
    const inputs = inputsOf(args)
    const env = environmentOf(args)
    const written = withNetwork(await policyOf(args), args)
    const secrets = secretsOf(args, written)
    // Somebody who types may think for a while.
    const waiting = isTerminal(0) ? { waitMs: LIMITS.waitMs.max } : {}
    const limits = { ...waiting, ...written.limits, ...limitsOf(args) }
    const { policy, target } = withMounts(args, { ...written, limits })
    const { sourceBytes } = resolvePolicy(policy).limits
    const { text, diagnostic } = source(sourceBytes)
    if (diagnostic !== undefined) {
      return finish(args, filename, text, {
        status: 'refused',
        diagnostics: [diagnostic],
        omitted: 0,
        ...UNSPENT,
      })
    }
    const records = recordsOf(args)
    const stop = new AbortController()
    const interrupted = interruptions(stop)
    const { createSandbox } = await import('../sandbox/sandbox.js')
    const path = isPiped || args.has('code') ? undefined : filename
    const own = await modulesOf(args, path, text, sourceBytes)
    const modules = Object.fromEntries([...own].map(([name, module]) => [name, module.text]))
    let sandbox: Awaited<ReturnType<typeof createSandbox>>
    try {
      sandbox = await createSandbox(policy, {
        workers: 1,
        spares: 0,
        modules,
        secrets,
        onEffect: records.onEffect,
      })
    } catch (error) {
      if (!(error instanceof ModuleError) || error.diagnostics.length === 0) throw error
      const { file, text: lines } = own.get(error.module)!
      const colour = useColour(choice(args, 'color', COLOURS), 2)
      printError(describeFindings(file, lines, { ...error, omitted: 0 }, colour))
      return FINDINGS
    }
    await using _ = sandbox
    const { recording, ...outcome } = await sandbox.run(text, {
      record: args.has('record'),
      ...(records.replay && { replay: records.replay }),
      filename,
      inputs,
      argv,
      env,
      stdin: isPiped || args.value('inputs') === '-' ? '' : ownStdin(),
      mode: choice(args, 'mode', MODES),
      signal: stop.signal,
      ...(args.has('result') ? { result: args.value('result') } : {}),
      ...(choice(args, 'format', FORMATS) === 'text' ? { onOutput: outputTo(stop) } : {}),
    })
    leaveStdin()
    records.end(recording)
    const signalled = interrupted()
    if (signalled !== undefined) {
      complain(signalled === INTERRUPTED ? 'interrupted' : 'terminated')
      return signalled
    }
    if (target !== undefined && outcome.files)
      putArtifacts(outcome.files, policy.artifacts!.from, target)
    return isOutputClosed() ? PIPE_CLOSED : finish(args, filename, text, outcome)
  },
}

/** Where the program is to come from, and what tracebacks call it. */
function sourceOf(args: Arguments): {
  source: (maxBytes: number) => SourceFile
  filename: string
  isPiped: boolean
  argv: readonly string[]
} {
  const code = args.value('code')
  const isNamed = args.positionals.length > 0 || code !== undefined
  // `run -- -odd.py x`: with no program before them, the first word after the dashes is one.
  const [file, ...argv] = isNamed ? [args.positionals[0], ...args.rest] : args.rest
  if (code !== undefined && file !== undefined)
    throw new UsageError('-c is the program: give no file as well')
  if (code !== undefined)
    return { source: () => ({ text: code }), filename: '<string>', isPiped: false, argv }
  const isPiped = file === '-' || (file === undefined && !isTerminal(0))
  if (file === undefined && !isPiped)
    throw new UsageError('which program? Give a file, - for stdin, or -c CODE')
  if (isPiped && args.value('inputs') === '-')
    throw new UsageError('--inputs -: stdin is the program already; give one of them as a file')
  const name = isPiped ? '<stdin>' : file!
  const read = (maxBytes: number) => {
    try {
      return readSource(isPiped ? STDIN : name, maxBytes)
    } catch (error) {
      throw error instanceof ReadError
        ? new UsageError(`${name}: cannot be read: ${error.message}`)
        : error
    }
  }
  return { source: read, filename: name, isPiped, argv }
}

/** Ends the run at the first Ctrl-C or termination, and this process at the second. Tells the exit status of the signal that came. */
function interruptions(stop: AbortController): () => number | undefined {
  let status: number | undefined
  const endWith = (signalStatus: number) => (): void => {
    if (status !== undefined) process.exit(status)
    status = signalStatus
    stop.abort()
  }
  process.on('SIGINT', endWith(INTERRUPTED))
  process.on('SIGTERM', endWith(TERMINATED))
  return () => status
}

/** Passes the guest's output on as it comes, made safe for whoever reads it; ends the run when nobody does any more. */
function outputTo(stop: AbortController): (text: string, stream: 'stdout' | 'stderr') => void {
  const filters = { stdout: outputFilter(1), stderr: outputFilter(2) }
  return (text, stream) => {
    if (stream === 'stdout') print(filters.stdout(text))
    else printError(filters.stderr(text))
    if (isOutputClosed()) stop.abort()
  }
}

/** Prints what became of the program, and tells the exit status. */
function finish(args: Arguments, filename: string, text: string, outcome: Outcome): number {
  if (choice(args, 'format', FORMATS) === 'json') {
    print(`${visibleJson(outcomeToJson(outcome))}\n`)
    return statusOf(outcome)
  }
  const showError = outputFilter(2)
  switch (outcome.status) {
    case 'returned':
      if (showsValue(args) && outcome.value !== null)
        print(`${outputFilter(1)(pythonText(outcome.value))}\n`)
      break
    case 'raised':
      printError(showError(outcome.exception.traceback))
      break
    case 'exited':
      break
    case 'refused':
      printError(
        describeFindings(filename, text, outcome, useColour(choice(args, 'color', COLOURS), 2)),
      )
      break
    case 'exhausted':
      complain(`stopped: ${withOptions(outcome.message)}`)
      break
    case 'crashed':
      complain(`crashed: ${outcome.reason}`)
      break
    case 'waiting':
      complain(`waits for ${outcome.calls.map(({ name }) => name).join(', ')}`)
      break
    case 'cancelled':
      complain('cancelled')
  }
  return statusOf(outcome)
}

/** Whether the value is for printing: a program in a file prints for itself. */
function showsValue(args: Arguments): boolean {
  return ['value', 'result', 'code'].some((name) => args.has(name)) || args.value('mode') !== 'exec'
}

function statusOf(outcome: Outcome): number {
  switch (outcome.status) {
    case 'returned':
      return CLEAN
    case 'raised':
      return RAISED
    case 'exited':
      // What a system keeps of a status.
      return outcome.code & 0xff
    case 'refused':
      return FINDINGS
    case 'exhausted':
      return EXHAUSTED
    case 'crashed':
      return CRASHED
    // The command line grants nothing that could be waited for.
    case 'waiting':
      return CRASHED
    case 'cancelled':
      return INTERRUPTED
  }
}
