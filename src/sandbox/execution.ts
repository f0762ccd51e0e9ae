/** One execution in a worker: sends the request, collects the output, and turns however it ended into an outcome. */
import type { Limits } from '../policy/limits.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import { decodeFiles, filesBytes } from './files.js'
import type { Value } from '../trusted/channel/values.js'
import { ProtocolError } from '../trusted/channel/frames.js'
import { Secrets } from '../trusted/network/secrets.js'
import { WireError } from '../trusted/channel/wire.js'
import { RETIRED, type Call, type GuestWorker, type Performed } from '../trusted/channel/worker.js'
import type { CallLimits, Keeping, Recipient } from '../trusted/channel/protocol.js'
import { filesOf, type FindSource } from './exception.js'
import {
  CANCELLED_UNSPENT,
  UNSPENT,
  type Outcome,
  type Spent,
  type WaitingCall,
} from './outcome.js'
import { encodeRecording, type Recorded } from './repeat.js'
import type { Slices } from './slices.js'
import {
  performTurns,
  type FirstCall,
  type Standing,
  type Stood,
  type TurnCall,
  type Turns,
} from './turns.js'
import { OutputCollector, type OnOutput, type Written } from './output.js'
import { RESPONSE_SLACK } from './requests.js'
import { judge } from './reply.js'

/** What is to be executed, and what may be asked and told meanwhile. */
export interface Execution {
  readonly worker: GuestWorker
  /** Default the guest. */
  readonly to?: Recipient
  /** The first call; or, of a run that goes on, where it was left standing and what it had written. */
  readonly first:
    | FirstCall
    | (Standing & { readonly end: Keeping; readonly written: readonly Written[] })
  readonly limits: Limits
  /** Which files come back. */
  readonly artifacts?: ResolvedPolicy['artifacts'] | undefined
  readonly signal?: AbortSignal | undefined
  readonly onOutput?: OnOutput | undefined
  /** Lets the caller pause it. */
  readonly pauses?: Pauses | undefined
  /** What the run may ask its host, when the host grants anything. */
  readonly turns?: Turns | undefined
  /** Makes a state of a program that was left standing. */
  readonly save?: ((stood: Stood, written: readonly Written[]) => Promise<Uint8Array>) | undefined
  /** What is recorded of it, or what it is to do again. */
  readonly recorded?: Recorded | undefined
  /** True when the sandbox ended the worker on purpose: what was lost was cancelled. */
  readonly isClosing: () => boolean
  readonly find: FindSource
  /** Sees to it that these files are found, where they can be: called before the frames of an exception are read. */
  readonly fetch?: ((files: ReadonlySet<string>) => Promise<void>) | undefined
}

/** Whether an execution is to stand still, and who is to be told when that changes. */
export class Pauses {
  isPaused = false
  /** Set before the run begins, where it is to be made in slices. */
  slices: Slices | undefined
  hasBegun = false
  #worker: GuestWorker | undefined

  set(isPaused: boolean): void {
    this.isPaused = isPaused
    this.#worker?.pause(isPaused)
  }

  attach(worker: GuestWorker | undefined): void {
    this.#worker = worker
  }
}

/** How an execution ended. */
export interface Executed {
  readonly outcome: Outcome
  /** False when the worker was lost before it began, through nobody's wish: nothing was done, and it may be done elsewhere. */
  readonly begun: boolean
  /** The guest's memory after it, when it was to be captured and the guest was not ended by force. */
  readonly delta: Uint8Array | undefined
}

const MIB = 1 << 20

/** What the worker is told of a run's limits. */
export function callLimits(limits: Limits): CallLimits {
  return {
    wallMs: limits.wallMs,
    fuel: limits.fuel,
    memoryBytes: limits.memoryMb * MIB,
    outputBytes: limits.outputBytes,
    responseBytes: limits.resultBytes + RESPONSE_SLACK,
  }
}

/** Carries one execution out. Rejects only with what `onOutput` threw. */
export async function execute(execution: Execution): Promise<Executed> {
  const { worker, to = 'guest', first, limits, signal, pauses } = execution
  // The signal has fired: a listener that is added now is never called.
  if (signal?.aborted) return { outcome: CANCELLED_UNSPENT, begun: true, delta: undefined }
  let hostError: { readonly error: unknown } | undefined
  const notTaken = (error: unknown): void => {
    hostError ??= { error }
    worker.kill('the output was not taken')
  }
  const before = 'written' in first ? first.written : []
  // A turn that is made again writes again what it had written.
  const repeated = 'turn' in first && first.turn ? first.spent.outputBytes : Infinity
  const output = new OutputCollector(execution.onOutput, notTaken, before, repeated)
  let cancelled = false
  const cancel = (): void => {
    cancelled = true
    worker.kill('cancelled')
    execution.turns?.conversation.close()
    pauses?.slices?.release()
  }
  signal?.addEventListener('abort', cancel)
  const { turns, save, artifacts = null } = execution
  const secrets = turns?.secrets ?? NO_SECRETS
  const maskers = { 1: secrets.masker(), 2: secrets.masker() }
  const write = (fd: 1 | 2, bytes: Uint8Array): void => {
    try {
      if (bytes.length > 0) output.take(fd, bytes)
    } catch (error) {
      notTaken(error)
    }
  }
  const perform = async (call: TurnCall) => {
    const slices = pauses?.slices
    if (pauses) pauses.hasBegun = true
    // A worker that is gone is not waited for.
    const slice = slices && (await Promise.race([slices.begin(), worker.ended.then(() => 1)]))
    const performing = performOrRefuse(worker, {
      ...(slices && slice && { slice, onSlice: (fuel: number) => slices.stood(fuel) }),
      to,
      ...call,
      filesBytes: filesBytes({ artifacts }),
      pausable: pauses !== undefined,
      paused: pauses?.isPaused ?? false,
      onOutput: (fd, bytes) => write(fd, maskers[fd].take(bytes)),
    })
    pauses?.attach(worker)
    const performed = await performing
    slices?.end(performed.usage.fuel)
    pauses?.attach(undefined)
    return masked(performed, secrets)
  }
  const isOver = (): boolean => cancelled || hostError !== undefined || !worker.alive
  const { performed, reply, stood } = await performTurns({
    perform,
    first,
    limits,
    turns,
    isOver,
    recorded: execution.recorded,
  })
  signal?.removeEventListener('abort', cancel)
  for (const fd of [1, 2] as const) write(fd, maskers[fd].end())
  if (hostError) throw hostError.error
  const { recorded } = execution
  const spent: Spent = {
    ...output.end(),
    usage: performed.usage,
    ...takenOf(performed, artifacts),
    ...(recorded && !recorded.isReplay && { recording: encodeRecording(recorded.calls) }),
  }
  if ((performed.kind === 'lost' || !worker.alive) && (cancelled || execution.isClosing())) {
    return { outcome: { status: 'cancelled', ...spent }, begun: true, delta: undefined }
  }
  if (stood && save) {
    const state = await save(stood, output.written)
    const calls: WaitingCall[] = stood.questions.map(({ id, target: name, args, kwargs }) => ({
      id,
      name,
      args: args as Value[],
      kwargs: kwargs as Record<string, Value>,
    }))
    return {
      outcome: { status: 'waiting', calls, state, ...spent },
      begun: true,
      delta: undefined,
    }
  }
  if (reply.status === 'crashed') worker.kill(RETIRED)
  if (reply.status === 'raised') await execution.fetch?.(filesOf(reply.exception))
  return {
    outcome: judge(reply, spent, execution.find),
    begun: performed.kind !== 'lost' || performed.begun,
    delta: performed.kind === 'done' ? (performed.delta ?? undefined) : undefined,
  }
}

const NO_SECRETS = new Secrets({})

/** What a worker answered, with no secret in its value, its exception or its files. A mask is as long as what it covers. */
function masked(performed: Performed, secrets: Secrets): Performed {
  if (performed.kind !== 'done' || secrets.isEmpty) return performed
  const { response, traces, files } = performed
  return {
    ...performed,
    response: secrets.mask(response),
    traces: traces && secrets.mask(traces),
    files: files && secrets.mask(files),
  }
}

/** The files that came back; none of a run that was ended by force, or of a worker that tells of others. */
function takenOf(
  performed: Performed,
  artifacts: ResolvedPolicy['artifacts'],
): Pick<Spent, 'files' | 'filesOmitted'> {
  if (artifacts === null) return {}
  try {
    const { files, omitted } = decodeFiles(performed.kind === 'done' ? performed.files : null, {
      artifacts,
    })
    return { files, filesOmitted: omitted }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { files: {}, filesOmitted: 0 }
  }
}

/** A request and a memory that no frame holds, four gigabytes, are more than any guest has. */
function performOrRefuse(worker: GuestWorker, call: Call): Promise<Performed> {
  try {
    return worker.perform(call)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return Promise.resolve({
      kind: 'killed',
      id: 0,
      why: 'memory',
      usage: UNSPENT.usage,
      detail: error.message,
      tape: null,
    })
  }
}
