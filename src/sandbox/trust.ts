/** Loads the host's own modules beside the guest, once for a sandbox: every worker gets the memory that this leaves. */
import { PolicyError } from '../errors.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import { loadParser } from '../syntax/parse.js'
import type { CallLimits } from '../trusted/channel/protocol.js'
import { readException } from './exception.js'
import type { ResolvedOptions } from './options.js'
import { CANCELLED } from './pool.js'
import { ForgedResponse, readRunResponse, RESPONSE_SLACK, trustRequest } from './requests.js'
import type { Runtime } from './runs.js'

/** A trusted module is the host's own and may take its time to load. */
const TRUST_MS = 30_000

/**
 * The memory with the modules loaded, undefined when there are none.
 * @throws PolicyError with the traceback of a module that does not load.
 */
export async function loadTrusted(
  runtime: Runtime,
  trusted: ResolvedOptions['trusted'],
): Promise<Uint8Array | undefined> {
  if (trusted.length === 0) return undefined
  const { pool, policy, imageChecked } = runtime
  const { memoryMb, outputBytes } = policy.limits
  const limits: CallLimits = {
    wallMs: TRUST_MS,
    fuel: Number.MAX_SAFE_INTEGER,
    memoryBytes: memoryMb * 2 ** 20,
    outputBytes,
    responseBytes: RESPONSE_SLACK,
  }
  const worker = await pool.lease('run')
  if (worker === CANCELLED) return undefined
  try {
    await imageChecked
    let base: Uint8Array | undefined
    for (const [index, { name, source, expose }] of trusted.entries()) {
      const performed = await worker.perform({
        begin: index === 0 ? 'image' : 'keep',
        request: trustRequest(name, source, expose, policy),
        limits,
        end: index === trusted.length - 1 ? 'capture' : 'keep',
      })
      if (performed.kind !== 'done') {
        throw new PolicyError(
          `trusted.${name}: could not be loaded: ${performed.kind === 'lost' ? performed.reason : performed.why}`,
        )
      }
      const response = readResponse(performed.response, policy)
      if (response.status === 'raised') {
        const lines = source.split('\n')
        const mapper = {
          toSource: (line: number, column: number) => ({ line, column: column + 1, offset: 0 }),
        }
        const { traceback } = readException(
          response.exception,
          () => ({ lines, mapper }),
          await loadParser(),
        )
        throw new PolicyError(`trusted.${name}: could not be loaded:\n${traceback}`)
      }
      base = performed.delta ?? undefined
    }
    return base
  } finally {
    pool.release(worker)
  }
}

function readResponse(
  bytes: Uint8Array,
  { limits }: ResolvedPolicy,
): ReturnType<typeof readRunResponse> {
  try {
    return readRunResponse(bytes, limits)
  } catch (error) {
    if (error instanceof ForgedResponse)
      throw new PolicyError(`trusted modules could not be loaded: ${error.message}`)
    throw error
  }
}
