/** Goes on with a run that waited: its memory is put into a worker, its state is claimed, and what it waited for is answered. */
import { StateError } from '../errors.js'
import type { Verdict } from '../trusted/broker/effect.js'
import type { GuestWorker } from '../trusted/channel/worker.js'
import { resolveGiven } from './given.js'
import { filesBytes } from './files.js'
import type { FindSource } from './exception.js'
import { callLimits, execute, type Executed, type Execution } from './execution.js'
import type { ResumeOptions } from './options.js'
import type { Outcome } from './outcome.js'
import { withWorker, type Runtime } from './runs.js'
import { verdictsOf, type Saved } from './states.js'
import { judge, replyOf } from './reply.js'
import { type Asking, turnsOf } from './asking.js'

/** A run that is about to go on. */
export interface Resumed {
  readonly saved: Saved
  readonly asking: Asking
  readonly verdicts: ReadonlyMap<number, Verdict>
  readonly claim: () => Promise<void>
}

/** Opens a state and reads what it is answered. @throws StateError, ArgumentError, ValueError; nothing has happened then. */
export async function reopen(
  runtime: Runtime,
  state: unknown,
  { answers = {}, holdMs, stdin }: ResumeOptions,
): Promise<Resumed> {
  const { saved, claim } = await runtime.states.open(state)
  const { code, limits, counts, held } = saved
  const { session } = saved
  const { input } = resolveGiven({ stdin: stdin ?? saved.unread })
  const asks = turnsOf(runtime, code, limits, {
    holdMs,
    counts,
    input,
    recorded: saved.recorded,
    ...(session && { session }),
  })
  if (!asks) throw new StateError('the state is of a sandbox that grants something')
  const close = (): void => {
    asks.close()
    input?.close()
  }
  const asking = { ...asks, close }
  const open = new Set(held.map(([[id]]) => id))
  const verdicts = verdictsOf(answers, (id) => open.has(id), runtime.host!, asking.check)
  return { saved, asking, verdicts, claim }
}

/** A request by which the memory is put in place, and nothing is called. */
const NOTHING_ASKED = new Uint8Array(0)

/** As a run of its own. */
export async function resume(
  runtime: Runtime,
  state: unknown,
  options: ResumeOptions,
): Promise<Outcome> {
  const resumed = await reopen(runtime, state, options)
  if (resumed.saved.session)
    throw new StateError("the state is of a session's run: it goes on by session.resume(state)")
  const { signal } = options
  try {
    return await withWorker(runtime.pool, runtime, signal, async (worker) => {
      const { outcome, begun } = await resumeIn(worker, runtime, resumed, options)
      return begun ? outcome : 'lost'
    })
  } finally {
    resumed.asking.close()
  }
}

/** In a worker. The state is claimed once its memory is in place: a worker that is lost before does not use it up. */
export async function resumeIn(
  worker: GuestWorker,
  runtime: Runtime,
  { saved, asking, verdicts, claim }: Resumed,
  { signal, onOutput }: ResumeOptions,
  finding: Partial<Pick<Execution, 'fetch' | 'find'>> & {
    /** Called when the state is claimed. */
    readonly placed?: () => void
  } = {},
): Promise<Executed> {
  const { limits, code } = saved
  const { fetch } = finding
  const find: FindSource =
    finding.find ?? ((file) => (file === code.filename ? code : runtime.trustedSource(file)))
  const placed = await worker.perform({
    begin: saved.turn?.begin ?? saved.delta,
    request: NOTHING_ASKED,
    limits: callLimits(limits),
    filesBytes: filesBytes(runtime.policy),
    end: 'keep',
  })
  if (placed.kind !== 'done') {
    const usage = { ...saved.spent, peakMemoryBytes: placed.usage.peakMemoryBytes }
    const spent = { output: '', stdout: '', stderr: '', usage }
    const outcome = judge(replyOf({ ...placed, usage }, limits), spent, find)
    return { outcome, begun: placed.kind !== 'lost' || placed.begun, delta: undefined }
  }
  await claim()
  finding.placed?.()
  asking.conversation.reopen(saved.held)
  for (const [id, verdict] of verdicts) asking.conversation.answer(id, verdict)
  return execute({
    worker,
    first: { ...saved, end: 'keep' },
    limits,
    artifacts: runtime.policy.artifacts,
    turns: asking.turns,
    save: asking.save,
    recorded: saved.recorded,
    signal,
    onOutput,
    isClosing: runtime.isClosing,
    find,
    fetch,
  })
}
