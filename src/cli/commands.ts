/** The commands, each loaded when it is used. */
import type { Command } from './command.js'

/** In the order of the help. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  check: async () => (await import('./check.js')).check,
  rewrite: async () => (await import('./rewrite.js')).rewrite,
  run: async () => (await import('./run.js')).run,
  repl: async () => (await import('./repl.js')).repl,
  policy: async () => (await import('./policy.js')).policy,
  audit: async () => (await import('./audit.js')).audit,
  rule: async () => (await import('./rule.js')).rule,
  rules: async () => (await import('./rules.js')).rules,
}
