/** What one run asks its host, and what becomes of it when it waits. */
import type { Limits } from '../policy/limits.js'
import type { Code } from './code.js'
import type { FindSource } from './exception.js'
import type { Given } from './given.js'
import type { Conversation } from '../trusted/broker/conversation.js'
import type { Counts } from '../trusted/broker/effect.js'
import { resumeRequest } from './requests.js'
import { compileText, evaluates, mayEvaluate } from './texts.js'
import type { Recorded } from './repeat.js'
import type { Saved } from './states.js'
import type { Execution } from './execution.js'
import type { Turns } from './turns.js'
import type { Runtime } from './runs.js'
import { converse } from './converse.js'

/** What one run asks its host. */
export interface Asking {
  readonly turns: Turns
  readonly conversation: Conversation
  readonly save: Execution['save']
  /** @throws WireError for a value that cannot be an answer. */
  readonly check: (value: unknown) => void
  /** Nothing of it is carried out any more. */
  readonly close: () => void
}

/** The conversation of one run of `code`, and what ends it; undefined when the host neither grants nor gives anything. */
export function turnsOf(
  { host, policy, canWait, states, folders, trustedSource, compiler }: Runtime,
  code: Code | undefined,
  limits: Limits,
  given: {
    readonly holdMs?: number | undefined
    /** What it reads. */
    readonly input?: Given['input']
    /** Of a run that goes on. */
    readonly counts?: Counts
    readonly session?: Saved['session']
    readonly recorded?: Recorded | undefined
    /** Sources of other files than the code's. */
    readonly find?: FindSource
  } = {},
): Asking | undefined {
  const { input, find = trustedSource } = given
  const secrets = host?.network?.secrets
  const files = folders.effects(limits, secrets?.isEmpty === false ? secrets : undefined)
  const isAsking =
    evaluates(policy) &&
    (code === undefined || given.session !== undefined || mayAsk(code, { host, policy }))
  if (!host?.asks && input === undefined && files.size === 0 && !isAsking) return undefined
  const { conversation, broker, encode, check } = converse({
    host,
    input,
    compile: isAsking ? compileText(compiler) : undefined,
    policy,
    files,
    limits,
    canWait,
    position: (line, column, file) => {
      const isOwn = file !== code?.filename
      const source = isOwn ? find(file) : code
      if (source === undefined) return undefined
      const at = source.mapper.toSource(line, column, 'start')
      return { line: at.line, column: at.column, ...(isOwn && { file }) }
    },
    counts: given.counts,
  })
  return {
    turns: {
      conversation,
      encode,
      resume: (answers, elapsed) => resumeRequest(answers, elapsed, policy, limits),
      isClockFixed: policy.clock !== 'real',
      holdMs: given.holdMs,
      canWait,
      canRepeat:
        code !== undefined &&
        (given.holdMs !== undefined ||
          [...Object.values(policy.capabilities), ...(policy.network?.allow ?? [])].some(
            ({ approve }) => approve,
          )),
      secrets: host?.network?.secrets,
    },
    conversation,
    save:
      code &&
      (({ delta, timeout, elapsed, spent, held, turn }, written) =>
        states.save({
          session: given.session,
          code,
          limits,
          counts: broker.counts,
          delta,
          timeout,
          elapsed,
          spent,
          held,
          turn,
          recorded: given.recorded,
          written,
          unread: input?.rest,
        })),
    check,
    close: () => broker.close(),
  }
}

/** Whether a program, or a module that it may import, may have text evaluated. */
export function mayAsk(
  { source }: Code,
  { host, policy }: Pick<Runtime, 'host' | 'policy'>,
): boolean {
  return evaluates(policy) && [source, ...(host?.modules.sources.values() ?? [])].some(mayEvaluate)
}
