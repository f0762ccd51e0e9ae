/** `pyrestrict repl`: a session to type into. What is bound stays, each entry runs under the policy. */
import { LIMITS } from '../policy/limits.js'
import type { Policy } from '../policy/policy.js'
import type { Command } from './command.js'
import { Lines } from './lines.js'
import { POLICY_OPTIONS, policyOf } from './policy-option.js'
import { converse, HELP } from './prompt.js'
import { LIMIT_OPTIONS, limitsOf } from './quantities.js'
import { CLEAN } from './status.js'

/** The command. Its status is CLEAN, or the code with which an entry exits. */
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
