/** Puts a sandbox together: its workers and compile workers, its compiler, the host's side of it; and takes it apart again. */
import { createHash } from 'node:crypto'
import type { ResolvedPolicy } from '../policy/policy.js'
import { cacheKey } from '../trusted/channel/compile-cache.js'
import type { GuestWorker } from '../trusted/channel/worker.js'
import { CompileService } from './compile-service.js'
import { Compiler } from './compiler.js'
import { withCode } from './effects.js'
import { FormulaGuest } from './formula-guest.js'
import { HostFolders } from './host-folders.js'
import { noticedBy } from './noticed.js'
import { compileModules, resolveModules } from './own-modules.js'
import { Pool } from './pool.js'
import type { Runtime } from './runs.js'
import type { ResolvedOptions } from './sandbox-options.js'
import { openCodes } from './saved-code.js'
import { PROCESS_KEY } from './snapshot.js'
import { States } from './states.js'
import { loadTrusted, trustedSources } from './trust.js'
import {
  imageChecked,
  imageHash,
  setupOf,
  startCompilingNow,
  startInline,
  starterOf,
} from './workers.js'

/** What a sandbox without the option has. */
const NO_MODULES = resolveModules()

/** @internal What a sandbox is put together of. */
export interface Parts {
  readonly runtime: Runtime
  /** What snapshots and compiled code are authenticated with. */
  readonly key: Uint8Array
  /** Stands for image, policy, trusted modules and capabilities. */
  readonly fingerprint: string
  readonly startFormulaGuest: () => FormulaGuest
  /** Ends the workers; what waits or runs is cancelled. Resolves when no process and no thread is left. */
  readonly close: () => Promise<void>
}

/**
 * @internal Where it throws, nothing is left running.
 * @throws PolicyError for a trusted module that fails to load and for a folder that cannot be opened, InstallationError, ModuleError,
 *   SnapshotError for a `compiled` that is none of ours
 */
export async function assemble(policy: ResolvedPolicy, options: ResolvedOptions): Promise<Parts> {
  const { isolation, trusted } = options
  const key = options.snapshotKey ?? PROCESS_KEY
  const fingerprint = fingerprintOf(policy, options)
  const folders = HostFolders.open(policy, isolation !== 'inline')
  const { pool, imageChecked, base, startFormulaGuest } = startWorkers(policy, options)
  const compiles = CompileService.open(isolation, options.wrap)
  let isClosing = false
  try {
    const provided = [
      ...trusted.flatMap(({ expose }) => Object.keys(expose)),
      ...(options.host?.names ?? []),
    ]
    const modules = options.host?.modules ?? NO_MODULES
    const { codes, own } = await compileModules(modules, compiles, policy, provided)
    const host = options.host && withCode(options.host, codes)
    const files = new Map([...codes.values()].map((code) => [code.filename, code]))
    const trustedSource = trustedSources(trusted)
    const compiler = new Compiler(
      policy,
      compiles,
      fingerprint,
      provided,
      own,
      isolation === 'inline' ? startCompilingNow : undefined,
    )
    if (options.compiled !== undefined)
      for (const entry of openCodes(options.compiled, key, fingerprint)) compiler.keep(...entry)
    const runtime: Runtime = {
      policy,
      host,
      states: new States(options.states, fingerprint),
      folders,
      canWait: isolation !== 'inline',
      isNoticed: noticedBy(policy, trusted, host),
      compiler,
      pool,
      arriving: new Set(),
      isClosing: () => isClosing,
      trustedSource: (file) => files.get(file) ?? trustedSource(file),
      imageChecked,
    }
    base.delta = await loadTrusted(runtime, trusted)
    pool.refresh()
    const close = async (): Promise<void> => {
      isClosing = true
      await Promise.all([compiler.close(), pool.close(), compiles.close()])
      folders.close()
    }
    return { runtime, key, fingerprint, startFormulaGuest, close }
  } catch (error) {
    await Promise.all([pool.close(), compiles.close()])
    folders.close()
    throw error
  }
}

function fingerprintOf(policy: ResolvedPolicy, { trusted, host }: ResolvedOptions): string {
  return cacheKey(createHash('sha256'), [
    JSON.stringify(policy),
    imageHash(policy.language),
    ...trusted.flatMap(({ name, source, expose }) => [name, source, JSON.stringify(expose)]),
    JSON.stringify(host?.told ?? null),
    JSON.stringify([...(host?.modules.sources ?? [])]),
  ])
}

/** What of a sandbox is running. */
interface Started extends Pick<Runtime, 'pool' | 'imageChecked'> {
  /** The memory with the trusted modules loaded, which every worker is given once there is one. */
  readonly base: { delta: Uint8Array | undefined }
  readonly startFormulaGuest: () => FormulaGuest
}

function startWorkers(
  policy: ResolvedPolicy,
  { workers, spares, queue, sessions, isolation, wrap, idleMs, pool, trusted }: ResolvedOptions,
): Started {
  const setup = setupOf(policy)
  const base: Started['base'] = { delta: undefined }
  const giveBase = <W extends GuestWorker>(worker: W): W => {
    if (base.delta) worker.setBase(base.delta)
    return worker
  }
  // Compile workers have the image of the restricted language, whatever guests have.
  const checked = Promise.all([imageChecked('restricted'), imageChecked(policy.language)]).then(
    () => undefined,
  )
  checked.catch(() => {}) // who runs something hears of it
  return {
    pool: pool
      ? pool.join(setup, policy.language, queue, trusted.length > 0 ? giveBase : undefined)
      : new Pool({
          workers,
          spares,
          queue,
          sessions,
          idleMs,
          start: starterOf(isolation, setup, wrap, policy.language),
          onReady: giveBase,
        }),
    imageChecked: checked,
    base,
    startFormulaGuest: () => new FormulaGuest(() => giveBase(startInline(setup, policy.language))),
  }
}
