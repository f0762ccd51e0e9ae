/**
 * The audit: walks everything that a guest of a policy can reach, in the real image, by reads and by calls with hostile
 * arguments, and tells what it must never meet: frames, code, real modules, their globals, classes of classes. The walk is
 * full Python, loaded beside the guest as a trusted module of its own; none of it is in the trusted base.
 */
import { readFileSync } from 'node:fs'
import { PyrestrictError } from '../errors.js'
import { resolvePolicy, type Policy } from '../policy/policy.js'
import type { Value } from '../trusted/host/codec.js'
import { DENIED_ATTRIBUTE_PREFIXES, DENIED_ATTRIBUTES, JUDGED_ATTRIBUTES } from '../trusted/language.js'
import { createSandbox } from './sandbox.js'

/** Something a guest must never hold, and the shortest way to it that was found. */
export interface AuditFinding {
  /** As a guest would write it: `statistics.mean(1)`. */
  readonly path: string
  readonly what: string
}

export interface AuditReport {
  readonly findings: readonly AuditFinding[]
  /** Objects met. */
  readonly objects: number
  /** Calls made. */
  readonly calls: number
}

export interface AuditOptions {
  /** Most milliseconds. Default 120,000. A walk that does not end in time is an error, never a clean report. */
  readonly wallMs?: number
  /** Also calls what it reaches, with hostile arguments. Default true: reads alone find too little. */
  readonly calls?: boolean
  /** Puts this before the guest, to see that the audit finds it. For tests. */
  readonly plant?: 'frame' | 'module'
}

/** The Python of the audit is read from the package's `src`, which is beside `dist`. */
const python = (name: string): string => readFileSync(new URL(`../../src/sandbox/${name}`, import.meta.url), 'utf8')

/**
 * Audits what guests of `policy` can reach. Takes from seconds to a minute.
 * @throws PolicyError for a policy that is none, PyrestrictError when the walk did not come to its end.
 */
export async function audit(policy: Policy = {}, { wallMs = 120_000, calls = true, plant }: AuditOptions = {}): Promise<AuditReport> {
  const { modules } = resolvePolicy(policy)
  const widened: Policy = {
    ...policy, builtins: policy.builtins,
    limits: { ...policy.limits, wallMs, fuel: 1_000_000_000_000, memoryMb: 2_048, outputBytes: 1 << 26, resultBytes: 1 << 24, recursion: 1_000, sourceBytes: 1 << 20 },
  }
  const sandbox = await createSandbox(widened, { isolation: 'thread', workers: 1, spares: 0, trusted: { audit: { source: python('audit.py'), expose: [] } } })
  try {
    const session = await sandbox.session()
    const seeded = await session.run(python('audit-seed.py'), { inputs: { modules: Object.keys(modules) } })
    if (seeded.status !== 'returned') throw new PyrestrictError(`the audit's own program was ${seeded.status}: ${said(seeded)}`)
    const walked = await session.call('audit', 'walk', [
      [...DENIED_ATTRIBUTES], [...DENIED_ATTRIBUTE_PREFIXES], [...JUDGED_ATTRIBUTES], calls, 400_000, plant ?? null,
    ])
    if (walked.status !== 'returned') throw new PyrestrictError(`the audit did not come to its end: ${walked.status}: ${said(walked)}`)
    return read(walked.value)
  } finally {
    await sandbox.close()
  }
}

function said(outcome: object): string {
  return 'exception' in outcome ? (outcome.exception as { traceback: string }).traceback : JSON.stringify(outcome).slice(0, 1000)
}

function read(value: Value): AuditReport {
  const { findings, objects, calls } = value as unknown as { findings: [string, string][]; objects: number; calls: number }
  return { findings: findings.map(([path, what]) => ({ path, what })), objects, calls }
}
