/** Loads the host's own modules into the trusted guest, once for a sandbox: every worker gets the memory that this leaves. */
import { PolicyError } from '../errors.js'
import { readLibrary } from '../platform/node/image.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import { Lines } from '../rewrite/lines.js'
import { allOf } from '../trusted/channel/decode.js'
import type { GuestWorker, Performed } from '../trusted/channel/worker.js'
import type { CallLimits } from '../trusted/channel/protocol.js'
import { readException, type FindSource } from './exception.js'
import type { ResolvedModule } from './exposure.js'
import { CANCELLED } from './tenants.js'
import { attendRequest, fullRequest, loadRequest, RESPONSE_SLACK } from './requests.js'
import { ForgedResponse, readRunResponse, type RunResponse } from './responses.js'
import type { Runtime } from './runs.js'

/** A trusted module is the host's own and may take its time to load, in milliseconds. */
const LOAD_MS = 30_000
/** And may print, whatever guests may. */
const LOAD_OUTPUT_BYTES = 1 << 20

/**
 * The memory with the modules loaded, undefined when there are none.
 * @throws PolicyError with the traceback of a module that does not load.
 */
export async function loadTrusted(
  runtime: Runtime,
  trusted: readonly ResolvedModule[],
): Promise<Uint8Array | undefined> {
  if (trusted.length === 0) return undefined
  const { pool, policy, imageChecked } = runtime
  const limits: CallLimits = {
    wallMs: LOAD_MS,
    fuel: Number.MAX_SAFE_INTEGER,
    memoryBytes: policy.limits.memoryMb * 2 ** 20,
    outputBytes: LOAD_OUTPUT_BYTES,
    responseBytes: RESPONSE_SLACK,
  }
  const worker = await pool.lease('run')
  if (worker === CANCELLED) return undefined
  try {
    await imageChecked
    const prepared = [
      await worker.perform({ begin: 'image', request: attendRequest(policy), limits, end: 'keep' }),
      await askTrusted(worker, fullRequest(readLibrary()), limits, false),
    ]
    for (const performed of prepared) {
      if (performed.kind !== 'done' || answerOf(performed, policy).status !== 'returned')
        throw new PolicyError(`trusted modules could not be loaded: ${endingOf(performed)}`)
    }
    let base: Uint8Array | undefined
    for (const [index, module] of trusted.entries()) {
      const request = loadRequest(module.name, module.source, module.expose)
      const performed = await askTrusted(worker, request, limits, index === trusted.length - 1)
      base = await baseAfter(performed, module, runtime)
    }
    return base
  } finally {
    pool.release(worker)
  }
}

function askTrusted(
  worker: GuestWorker,
  request: Uint8Array,
  limits: CallLimits,
  isLast: boolean,
): Promise<Performed> {
  const end = isLast ? 'capture' : 'keep'
  return worker.perform({ to: 'host', begin: 'keep', request, limits, end })
}

/** The memory after a module was loaded, where it was captured. @throws PolicyError when it was not loaded. */
async function baseAfter(
  performed: Performed,
  { name }: ResolvedModule,
  { policy, trustedSource }: Runtime,
): Promise<Uint8Array | undefined> {
  const failed = (why: string): PolicyError =>
    new PolicyError(`trusted.${name}: could not be loaded:${why}`)
  if (performed.kind !== 'done') throw failed(` ${endingOf(performed)}`)
  const response = answerOf(performed, policy)
  if (response.status === 'raised') {
    const { traceback } = readException(response.exception, trustedSource)
    throw failed(`\n${traceback}`)
  }
  return performed.delta ?? undefined
}

/** Finds the sources of trusted modules, whose positions need no mapping, by the file names that their frames have. */
export function trustedSources(trusted: readonly ResolvedModule[]): FindSource {
  const mapper = {
    toSource: (line: number, column: number) => ({ line, column: column + 1, offset: 0 }),
  }
  const sources = new Map(
    trusted.map(({ name, source }) => [`<${name}>`, { lines: new Lines(source), mapper }]),
  )
  return (file) => sources.get(file)
}

/** How it ended, in words for the module's author. */
function endingOf(performed: Performed): string {
  if (performed.kind === 'lost') return performed.reason
  if (performed.kind === 'done') return 'the guest did not answer properly'
  switch (performed.why) {
    case 'wall':
      return `it was still loading after ${LOAD_MS / 1000} seconds`
    case 'output':
      return `it printed more than ${LOAD_OUTPUT_BYTES} bytes while loading`
    case 'memory':
      return 'there is not enough memory for it (policy.limits.memoryMb)'
    default:
      return performed.detail || performed.why
  }
}

function answerOf(
  { response }: Extract<Performed, { kind: 'done' }>,
  { limits }: ResolvedPolicy,
): RunResponse {
  try {
    return allOf(readRunResponse(response, limits))
  } catch (error) {
    if (error instanceof ForgedResponse)
      throw new PolicyError(`trusted modules could not be loaded: ${error.message}`)
    throw error
  }
}
