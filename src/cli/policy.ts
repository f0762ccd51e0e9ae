/** `pyrestrict policy`: what a policy comes to, what programs need of one, and what it lets a guest do. */
import { resolvePolicy } from '../policy/policy.js'
import type { Arguments, Command } from './command.js'
import { describeFindings } from './findings.js'
import { complain, print, printError, useColour } from './output.js'
import { POLICY_OPTIONS, policyOf } from './policy-option.js'
import { LIMIT_OPTIONS, limitsOf } from './quantities.js'
import { ReadError, readSource, STDIN } from './read-source.js'
import { CLEAN, FINDINGS, UsageError } from './status.js'
import { nearest } from '../check/nearest.js'
import { LIMITS } from '../policy/limits.js'

const ACTIONS = ['show', 'suggest', 'describe'] as const

/** The command. Its status is FINDINGS where files need what no policy can grant. */
export const policy: Command = {
  name: 'policy',
  positional: {
    usage: '[action] [files...]',
    describe:
      'show (default): the policy in its complete form; suggest: the smallest policy that the programs in the files need; ' +
      'describe: what a guest under the policy may do, in words for a language model',
    most: Number.POSITIVE_INFINITY,
  },
  summary: 'Show a policy, suggest one for programs, or describe it',
  options: { ...POLICY_OPTIONS, ...LIMIT_OPTIONS },
  examples: [
    ['policy --preset formula --timeout 1s', 'what holds, complete'],
    ['policy suggest jobs/*.py > policy.json', 'the smallest policy for these programs'],
    ['policy describe --preset agent', 'what to tell a model that is to write a program'],
  ],
  statuses: [
    [CLEAN, 'done'],
    [FINDINGS, 'suggest: something in the files no policy can grant'],
    [2, 'wrong usage, a bad policy, a file that cannot be read, an internal error'],
  ],
  notes: [
    'A suggested policy holds the modules, their names and the builtins that the files are seen to use. Limits are the defaults: no text tells what a program takes.',
  ],

  async run(args) {
    const [action = 'show', ...files] = args.positionals
    if (action === 'suggest') return suggest(args, files)
    if (files.length > 0) throw new UsageError(`policy ${action} takes no files`)
    const written = await policyOf(args)
    const whole = { ...written, limits: { ...written.limits, ...limitsOf(args) } }
    if (action === 'show') print(`${JSON.stringify(resolvePolicy(whole), undefined, 2)}\n`)
    else if (action === 'describe') {
      const { describe } = await import('../sandbox/describe.js')
      print(describe(whole).text)
    } else {
      const close = nearest(action, ACTIONS)
      throw new UsageError(
        `policy: there is no action "${action}"${close === undefined ? '' : `; did you mean ${close}?`}`,
      )
    }
    return CLEAN
  },
}

/** Prints the policy; what none can grant goes to stderr. */
async function suggest(args: Arguments, files: readonly string[]): Promise<number> {
  if (files.length === 0) throw new UsageError('policy suggest: which files?')
  if (args.has('policy') || args.has('preset'))
    throw new UsageError('policy suggest: the policy is what it finds; give none')
  const sources = files.map((file) => ({ file, text: textOf(file) }))
  const { suggestPolicy } = await import('../sandbox/suggest.js')
  const { policy: found, refused } = await suggestPolicy(sources.map(({ text }) => text))
  print(`${JSON.stringify(found, undefined, 2)}\n`)
  let isRefused = false
  for (const [index, { diagnostics, omitted }] of refused.entries()) {
    const { file, text } = sources[index]!
    if (diagnostics.length === 0) continue
    if (!isRefused) complain('no policy can grant this:')
    isRefused = true
    printError(describeFindings(file, text, { diagnostics, omitted }, useColour('auto', 2)))
  }
  return isRefused ? FINDINGS : CLEAN
}

function textOf(file: string): string {
  try {
    return readSource(file === '-' ? STDIN : file, LIMITS.sourceBytes.max).text
  } catch (error) {
    if (!(error instanceof ReadError)) throw error
    throw new UsageError(`${file}: cannot be read: ${error.message}`)
  }
}
