/** What every kind of run has in common: a text is compiled elsewhere, executed in a leased worker, and told. */
import { ArgumentError } from '../errors.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import { resolveLimits } from '../policy/policy.js'
import type { GuestWorker } from '../trusted/channel/worker.js'
import type { Compiled, Compiler } from './compiler.js'
import { Code, type SourceText } from './code.js'
import { execute, type Pauses } from './execution.js'
import type { FindSource } from './exception.js'
import { resolveGiven } from './given.js'
import type { ExecuteOptions } from './options.js'
import {
  CANCELLED_UNSPENT,
  UNSPENT,
  type Cancelled,
  type Crashed,
  type Outcome,
} from './outcome.js'
import { CANCELLED, type Workers } from './tenants.js'
import type { HostSide } from './effects.js'
import { encodeFiles } from './files.js'
import type { Noticed } from './noticed.js'
import { encodeInputs, runRequest } from './requests.js'
import { decodeRecording, type Recorded } from './repeat.js'
import type { States } from './states.js'
import type { HostFolders } from './host-folders.js'
import { turnsOf } from './asking.js'

/** The parts a sandbox is made of. */
export interface Runtime {
  readonly policy: ResolvedPolicy
  /** What the host grants; undefined when it grants nothing. */
  readonly host: HostSide | undefined
  /** What becomes of runs that wait. */
  readonly states: States
  /** The host's files and folders, as the policy mounts them. */
  readonly folders: HostFolders
  /** Whether a worker of this isolation can wait for an answer that comes later. */
  readonly canWait: boolean
  /** Whether anybody could notice that a formula is evaluated twice, or after another. */
  readonly isNoticed: Noticed
  readonly compiler: Compiler
  /** Workers for runs and sessions. None of them compiles. */
  readonly pool: Workers
  /** Texts that are being compiled: they count as waiting. */
  readonly arriving: Set<object>
  readonly isClosing: () => boolean
  /** Sources of trusted modules, for frames. */
  readonly trustedSource: FindSource
  /** Rejects when the guest's image is not the one that belongs here. */
  readonly imageChecked: Promise<void>
}

/** How often work is tried whose worker was lost before the guest began: not the work's fault the first times. */
export const ATTEMPTS = 4

/**
 * The text's code, or why there is none.
 * @throws OverloadError where too many wait already, and what {@link Compiler.compile} throws.
 */
export async function compile(
  runtime: Runtime,
  text: SourceText,
  signal: AbortSignal | undefined,
): Promise<Compiled> {
  const [compiled] = await compileAll(runtime, [text], signal)
  return compiled!
}

/** The code of each text, or why there is none. All of them wait as one. @throws what {@link compile} throws */
export async function compileAll(
  runtime: Runtime,
  texts: readonly SourceText[],
  signal: AbortSignal | undefined,
): Promise<readonly Compiled[]> {
  if (signal?.aborted) return texts.map(() => CANCELLED_UNSPENT)
  const leave = arrive(runtime)
  try {
    return await onceChecked(runtime, runtime.compiler.compileAll(texts, signal))
  } finally {
    leave()
  }
}

/** What has been begun, once the image is known to be ours; that it is not says more than what came of that. */
async function onceChecked<T>({ imageChecked }: Runtime, begun: Promise<T>): Promise<T> {
  begun.catch(() => {})
  await imageChecked
  return await begun
}

/** Counts a text as waiting until the returned function is called. @throws OverloadError */
function arrive({ pool, arriving }: Runtime): () => void {
  pool.admit(arriving.size)
  const self = {}
  arriving.add(self)
  return () => arriving.delete(self)
}

/** Compiles if it must and executes in a pristine guest. */
export async function run(
  runtime: Runtime,
  text: SourceText | Code,
  options: ExecuteOptions,
  pauses?: Pauses,
): Promise<Outcome> {
  const { policy, pool, isClosing, trustedSource } = runtime
  const { result, asText = false, signal, onOutput, holdMs, record = false, replay } = options
  const limits = resolveLimits(options.limits, policy.limits, policy.limits)
  const inputs = encodeInputs(options.inputs, policy)
  const files = encodeFiles(options.files, policy)
  const given = resolveGiven(options)
  if (record && replay !== undefined)
    throw new ArgumentError('options.replay: what is replayed is not recorded again')
  const recording: Recorded | undefined =
    replay !== undefined
      ? { calls: decodeRecording(replay), isReplay: true }
      : record
        ? { calls: [], isReplay: false }
        : undefined
  const executeIn = async (worker: GuestWorker, code: Code): Promise<Outcome | 'lost'> => {
    const { bytes, filename, firstLine, mode } = code
    const request = runRequest(
      {
        code: bytes,
        text: code.text,
        filename,
        firstLine,
        package: code.package,
        mode,
        inputs,
        result,
        isShown: asText,
        keep: false,
        host: runtime.host,
        given,
      },
      policy,
      limits,
    )
    const recorded = recording && { ...recording, calls: [...recording.calls] }
    const asking = turnsOf(runtime, code, limits, { holdMs, input: given.input, recorded })
    try {
      const { outcome, begun } = await execute({
        worker,
        // A program that waits needs its memory for the next turn; who comes next begins with a reset.
        first: { begin: 'base', start: 'base', request, end: asking ? 'keep' : 'reset', files },
        limits,
        artifacts: policy.artifacts,
        turns: asking?.turns,
        save: asking?.save,
        recorded,
        signal,
        onOutput,
        isClosing,
        pauses,
        find: (file) => (file === filename ? code : trustedSource(file)),
      })
      return begun ? warned(outcome, code) : 'lost'
    } finally {
      // However it ended, nothing of it may be carried out any more.
      asking?.close()
    }
  }
  try {
    if (text instanceof Code)
      return await withWorker(pool, runtime, signal, (worker) => executeIn(worker, text))
    if (signal?.aborted) return CANCELLED_UNSPENT
    const leave = arrive(runtime)
    try {
      const compiling = runtime.compiler.compile(text, signal)
      // While it is compiled.
      pool.warm()
      const code = await onceChecked(runtime, compiling)
      if (!(code instanceof Code)) return code
      // Asks for a worker before it leaves: a run is not to be missed between the two.
      const outcome = withWorker(pool, runtime, signal, (worker) => executeIn(worker, code))
      leave()
      return await outcome
    } finally {
      leave()
    }
  } finally {
    given.input?.close()
  }
}

/** The outcome of a program, with the advice there is about its source. */
export function warned(outcome: Outcome, { warnings }: Code): Outcome {
  return warnings.length === 0 ? outcome : { ...outcome, warnings }
}

/** Executes a request, made of `code`, in a pristine guest under the policy's own limits. */
export async function executeRequest(
  runtime: Runtime,
  request: Uint8Array,
  code: Code,
): Promise<Outcome> {
  const {
    pool,
    policy: { limits },
    isClosing,
    trustedSource,
  } = runtime
  return withWorker(pool, runtime, undefined, async (worker) => {
    const asking = turnsOf(runtime, code, limits)
    const { outcome, begun } = await execute({
      worker,
      first: { begin: 'base', start: 'base', request, end: 'reset' },
      limits,
      turns: asking?.turns,
      isClosing,
      find: (file) => (file === code.filename ? code : trustedSource(file)),
    }).finally(() => asking?.close())
    return begun ? outcome : 'lost'
  })
}

/** Leases a worker for `work`. Work that lost its worker before anything of the guest ran is given another. */
export async function withWorker<T>(
  pool: Workers,
  { isClosing, imageChecked }: Runtime,
  signal: AbortSignal | undefined,
  work: (worker: GuestWorker) => Promise<T | 'lost'>,
): Promise<T | Cancelled | Crashed> {
  for (let attempt = 1; ; attempt++) {
    const worker = await pool.lease('run', signal)
    if (worker === CANCELLED) return CANCELLED_UNSPENT
    try {
      await imageChecked
      const done = await work(worker)
      if (done !== 'lost') return done
    } finally {
      pool.release(worker)
    }
    if (isClosing() || signal?.aborted) return CANCELLED_UNSPENT
    if (attempt === ATTEMPTS)
      return {
        status: 'crashed',
        reason: `${attempt} workers were lost one after the other`,
        ...UNSPENT,
      }
  }
}
