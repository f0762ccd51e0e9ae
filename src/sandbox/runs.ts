/** What every kind of run has in common: a text is checked, compiled in a leased worker, executed in one, and told. */
import { checkName } from '../check/host-names.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import { resolveLimits } from '../policy/policy.js'
import type { Parser } from '../syntax/parse.js'
import type { GuestWorker } from '../trusted/channel/link.js'
import { Code, type Checked, type Compiler, type SourceText } from './compiler.js'
import { execute, type Pauses } from './execution.js'
import type { FindSource } from './exception.js'
import type { ExecuteOptions } from './options.js'
import {
  CANCELLED_UNSPENT,
  UNSPENT,
  type Cancelled,
  type Crashed,
  type Outcome,
  type Refused,
} from './outcome.js'
import { CANCELLED, type Pool } from './pool.js'
import { encodeInputs, runRequest } from './requests.js'

/** The parts a sandbox is made of. */
export interface Runtime {
  readonly policy: ResolvedPolicy
  readonly parser: Parser
  readonly compiler: Compiler
  /** Workers for runs and sessions. */
  readonly pool: Pool
  /** Workers for compiling: the same ones, unless runs are inline. */
  readonly compilePool: Pool
  readonly isClosing: () => boolean
  /** Sources of trusted modules, for frames. */
  readonly trustedSource: FindSource
  /** Rejects when the guest's image is not the one that belongs here. */
  readonly imageChecked: Promise<void>
}

/** How often work is tried whose worker was lost before the guest began: not the work's fault the first times. */
export const ATTEMPTS = 4

/** Checks and compiles, waiting for a worker if it must. */
export async function compile(
  runtime: Runtime,
  text: SourceText,
  signal: AbortSignal | undefined,
): Promise<Code | Refused | Crashed | Cancelled> {
  const checked = runtime.compiler.check(text)
  if (!isChecked(checked)) return checked
  return withWorker(runtime.compilePool, runtime, signal, (worker) =>
    compileIn(runtime, checked, worker, signal),
  )
}

/** Compiles if it must and executes in a pristine guest. */
export async function run(
  runtime: Runtime,
  text: SourceText | Code,
  options: ExecuteOptions,
  pauses?: Pauses,
): Promise<Outcome> {
  const { policy, pool, compilePool, compiler, parser, isClosing, trustedSource } = runtime
  const { result, signal, onOutput } = options
  const limits = resolveLimits(options.limits, policy.limits, policy.limits)
  const inputs = encodeInputs(options.inputs, policy)
  if (result !== undefined) checkName(result, 'result')
  const executeIn = async (worker: GuestWorker, code: Code): Promise<Outcome | 'lost'> => {
    const { bytes, filename, mode } = code
    const request = runRequest(
      { code: bytes, filename, mode, inputs, result, keep: false },
      policy,
      limits,
    )
    const { outcome, begun } = await execute({
      worker,
      begin: 'base',
      request,
      end: 'reset',
      limits,
      signal,
      onOutput,
      isClosing,
      parser,
      pauses,
      find: (file) => (file === filename ? code : trustedSource(file)),
    })
    return begun ? outcome : 'lost'
  }
  let checked = text instanceof Code ? text : compiler.check(text)
  if (isChecked(checked) && pool !== compilePool) {
    const compiled = await compile(runtime, checked.text, signal)
    if (!(compiled instanceof Code)) return compiled
    checked = compiled
  }
  if (checked instanceof Code) {
    const code = checked
    return withWorker(pool, runtime, signal, (worker) => executeIn(worker, code))
  }
  if (!isChecked(checked)) return checked
  const toCompile = checked
  return withWorker(pool, runtime, signal, async (worker) => {
    const compiled = await compileIn(runtime, toCompile, worker, signal)
    return compiled instanceof Code ? executeIn(worker, compiled) : compiled
  })
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
    parser,
    isClosing,
    trustedSource,
  } = runtime
  return withWorker(pool, runtime, undefined, async (worker) => {
    const { outcome, begun } = await execute({
      worker,
      begin: 'base',
      request,
      end: 'reset',
      limits,
      isClosing,
      parser,
      find: (file) => (file === code.filename ? code : trustedSource(file)),
    })
    return begun ? outcome : 'lost'
  })
}

/** Leases a worker for `work`. Work that lost its worker before anything of the guest ran is given another. */
async function withWorker<T>(
  pool: Pool,
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

async function compileIn(
  { compiler }: Runtime,
  checked: Checked,
  worker: GuestWorker,
  signal: AbortSignal | undefined,
): Promise<Code | Refused | Crashed | 'lost'> {
  if (signal?.aborted) return 'lost'
  const cancel = (): void => worker.kill('cancelled')
  signal?.addEventListener('abort', cancel)
  const compiled = await compiler.compile(checked, worker)
  signal?.removeEventListener('abort', cancel)
  return compiled
}

function isChecked(value: Code | Checked | Refused): value is Checked {
  return !(value instanceof Code) && 'guarded' in value
}
