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
  type Waiting,
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
  type Turned,
  type Turns,
} from './turns.js'
import { MaskedOutput } from './masked-output.js'
import type { OnOutput, Written } from './output.js'
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
  const { worker, signal, first, limits, turns, recorded } = execution
  // The signal has fired: a listener that is added now is never called.
  if (signal?.aborted) return { outcome: CANCELLED_UNSPENT, begun: true, delta: undefined }
  const secrets = turns?.secrets ?? NO_SECRETS
  const output = new MaskedOutput(execution, secrets)
  let isCancelled = false
  const cancel = (): void => {
    isCancelled = true
    worker.kill('cancelled')
    turns?.conversation.close()
    execution.pauses?.slices?.release()
  }
  signal?.addEventListener('abort', cancel)
  const turned = await performTurns({
    perform: async (call) => masked(await performCall(execution, call, output), secrets),
    first,
    limits,
    turns,
    isOver: () => isCancelled || output.isRefused || !worker.alive,
    recorded,
  })
  signal?.removeEventListener('abort', cancel)
  const spent = spentBy(execution, turned.performed, output.end())
  const isLost = turned.performed.kind === 'lost' || !worker.alive
  if (isLost && (isCancelled || execution.isClosing()))
    return { outcome: { status: 'cancelled', ...spent }, begun: true, delta: undefined }
  if (turned.stood && execution.save) {
    const state = await execution.save(turned.stood, output.written)
    const outcome: Waiting = { status: 'waiting', calls: callsOf(turned.stood), state, ...spent }
    return { outcome, begun: true, delta: undefined }
  }
  return judged(execution, turned, spent)
}

/** One call of the worker: paused and sliced where the caller wants that, its output taken as it comes. */
async function performCall(
  { worker, to = 'guest', pauses, artifacts = null }: Execution,
  call: TurnCall,
  output: MaskedOutput,
): Promise<Performed> {
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
    onOutput: (fd, bytes) => output.take(fd, bytes),
  })
  pauses?.attach(worker)
  const performed = await performing
  slices?.end(performed.usage.fuel)
  pauses?.attach(undefined)
  return performed
}

/** What every outcome tells of the execution, however it ended. */
function spentBy(
  { recorded, artifacts = null }: Execution,
  performed: Performed,
  written: Pick<Spent, 'output' | 'stdout' | 'stderr'>,
): Spent {
  return {
    ...written,
    usage: performed.usage,
    ...takenOf(performed, artifacts),
    ...(recorded && !recorded.isReplay && { recording: encodeRecording(recorded.calls) }),
  }
}

/** The calls that a program waits for, as its host is told of them. */
const callsOf = ({ questions }: Stood): WaitingCall[] =>
  questions.map(({ id, target: name, args, kwargs }) => ({
    id,
    name,
    args: args as Value[],
    kwargs: kwargs as Record<string, Value>,
  }))

/** The outcome of an execution whose last turn came to an end by itself. A worker whose guest crashed is not used again. */
async function judged(
  { worker, find, fetch }: Execution,
  { performed, reply }: Turned,
  spent: Spent,
): Promise<Executed> {
  if (reply.status === 'crashed') worker.kill(RETIRED)
  if (reply.status === 'raised') await fetch?.(filesOf(reply.exception))
  return {
    outcome: judge(reply, spent, find),
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
