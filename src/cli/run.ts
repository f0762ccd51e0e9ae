/** `pyrestrict run`: runs a program of a stranger's, as `python FILE` runs one of yours. */
import { MODES } from '../check/options.js'
import { ModuleError } from '../errors.js'
import { LIMITS } from '../policy/limits.js'
import { resolvePolicy } from '../policy/policy.js'
import type { Policy } from '../policy/policy.js'
import type { Sandbox } from '../sandbox/sandbox.js'
import type { RunOptions } from '../sandbox/options.js'
import { choice, type Arguments, type Command } from './command.js'
import { outputFilter } from './guest-output.js'
import { ENVIRONMENT_OPTIONS, environmentOf, withEnvironment } from './environment.js'
import { INPUT_OPTIONS, inputsOf } from './inputs.js'
import { complain, isOutputClosed, isTerminal, print, printError, useColour } from './output.js'
import { NETWORK_OPTIONS, secretsOf, withNetwork } from './network-option.js'
import { POLICY_OPTIONS, policyOf } from './policy-option.js'
import { LIMIT_OPTIONS, limitsOf } from './quantities.js'
import { Lines } from './lines.js'
import { converse } from './prompt.js'
import { RECORD_OPTIONS, recordsOf } from './records.js'
import { finish, FORMATS, showsValue } from './run-outcome.js'
import { SOURCE_OPTIONS, sourceOf } from './run-source.js'
import { MOUNT_OPTIONS, putArtifacts, saidOfOptions, withMounts } from './mounts.js'
import { describeFindings } from './findings.js'
import { MODULE_OPTIONS, modulesOf, withLocalHints } from './own-modules.js'
import { leaveStdin, ownStdin } from './stdin.js'
import {
  COLOUR_OPTION,
  COLOURS,
  FIRST_LINE_OPTION,
  firstLineOf,
  MODE_OPTION,
} from './shared-options.js'
import {
  FINDINGS,
  INTERRUPTED,
  PIPE_CLOSED,
  RUN_STATUSES,
  TERMINATED,
  UsageError,
} from './status.js'
import { UNSPENT } from '../sandbox/outcome.js'

/** The command. Its status is of the table {@link RUN_STATUSES}. */
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
    ...SOURCE_OPTIONS,
    interactive: {
      alias: 'i',
      describe: 'Then a prompt over what the program has bound, as that of `repl`',
    },
    ...INPUT_OPTIONS,
    ...ENVIRONMENT_OPTIONS,
    value: {
      describe: 'Print the value of the final expression; -c, --mode eval and function do unasked',
    },
    result: { argument: 'NAME', describe: 'Print the value of this global' },
    mode: MODE_OPTION,
    'first-line': FIRST_LINE_OPTION,
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
    ['run -m tools.report -- --fast', 'the same of a module below the working directory'],
    ['run -i model.py', 'a prompt over what the program has bound'],
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
    const { source, filename, isPiped, argv, folder, inside } = sourceOf(args)
    if (args.has('interactive')) checkPrompt(args, isPiped)
    const inputs = inputsOf(args)
    const env = environmentOf(args)
    const written = withNetwork(await policyOf(args), args)
    const secrets = secretsOf(args, written)
    // Somebody who types may think for a while.
    const waiting = isTerminal(0) ? { waitMs: LIMITS.waitMs.max } : {}
    const limits = { ...waiting, ...written.limits, ...limitsOf(args) }
    const { policy: mounted, target } = withMounts(args, { ...written, limits })
    const policy = withEnvironment(mounted, env)
    let sourceBytes: number
    try {
      ;({ sourceBytes } = resolvePolicy(policy).limits)
    } catch (error) {
      throw saidOfOptions(error, args)
    }
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
    const { createSandbox } = await import('../sandbox/sandbox.js')
    const own = await modulesOf(args, { folder, inside }, text, sourceBytes)
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
      if (!(error instanceof ModuleError) || error.diagnostics.length === 0)
        throw saidOfOptions(error, args)
      const { file, text: lines } = own.get(error.module)!
      const colour = useColour(choice(args, 'color', COLOURS), 2)
      printError(describeFindings(file, lines, { ...error, omitted: 0 }, colour))
      return FINDINGS
    }
    await using _ = sandbox
    const isText = choice(args, 'format', FORMATS) === 'text'
    const options: RunOptions = {
      filename,
      firstLine: firstLineOf(args),
      package: inside,
      inputs,
      argv,
      env,
      mode: choice(args, 'mode', MODES),
      ...(args.has('result') ? { result: args.value('result') } : {}),
      // A value that is not printed is not made ready for it: a program in a file may end with anything.
      ...(isText && !showsValue(args) ? { result: false } : {}),
      asText: isText && showsValue(args),
    }
    if (args.has('interactive')) {
      const status = await runThenPrompt(args, sandbox, policy, text, options)
      records.end(undefined)
      return status
    }
    const stop = new AbortController()
    const interrupted = interruptions(stop)
    const { recording, ...outcome } = await sandbox.run(text, {
      ...options,
      record: args.has('record'),
      ...(records.replay && { replay: records.replay }),
      stdin: isPiped || args.value('inputs') === '-' ? '' : ownStdin(),
      signal: stop.signal,
      ...(isText ? { onOutput: outputTo(stop) } : {}),
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
    if (isOutputClosed()) return PIPE_CLOSED
    if (outcome.status !== 'refused') return finish(args, filename, text, outcome)
    const diagnostics = withLocalHints(outcome.diagnostics, folder)
    return finish(args, filename, text, { ...outcome, diagnostics })
  },
}

/** @throws UsageError for what a session has not, and where nobody could type. */
function checkPrompt(args: Arguments, isPiped: boolean): void {
  if (isPiped || args.value('inputs') === '-')
    throw new UsageError('-i: entries are read from stdin, which is taken')
  for (const option of ['record', 'replay', 'artifacts'])
    if (args.has(option)) throw new UsageError(`-i, --${option}: of a session there is none`)
  if (args.value('format') === 'json') throw new UsageError('-i, --format json: a prompt is text')
}

/** Runs the program in a session, whatever becomes of it, and goes on with entries. */
async function runThenPrompt(
  args: Arguments,
  sandbox: Sandbox,
  policy: Policy,
  text: string,
  options: RunOptions,
): Promise<number> {
  await using session = await sandbox.session()
  const lines = new Lines()
  try {
    const outcome = await lines.whileRunning((signal) => {
      const onOutput = outputTo(new AbortController())
      return session.run(text, { ...options, signal, stdin: lines.asStdin(), onOutput })
    })
    finish(args, options.filename!, text, outcome)
    return await converse(session, policy, lines)
  } finally {
    lines.close()
  }
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
