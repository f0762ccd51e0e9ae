/**
 * The audit: walks everything that a guest of a policy can reach, in the real image, by reads and by calls with hostile
 * arguments, and tells what it must never meet: frames, code, real modules, their globals, classes of classes. The walk is
 * full Python, loaded beside the guest as a trusted module of its own; none of it is in the trusted base.
 */
import { readFileSync } from 'node:fs'
import { ArgumentError, PolicyError, PyrestrictError } from '../errors.js'
import { hasBubblewrap } from '../platform/node/bubblewrap.js'
import { LIMITS } from '../policy/limits.js'
import { resolvePolicy, type Policy } from '../policy/policy.js'
import type { Value } from '../trusted/channel/values.js'
import {
  DENIED_ATTRIBUTES,
  JUDGED_ATTRIBUTE_PREFIXES,
  JUDGED_ATTRIBUTES,
} from '../trusted/language/language.js'
import { checkOptions } from './options.js'
import type { Outcome } from './outcome.js'
import { createSandbox, type Sandbox } from './sandbox.js'
import type { Session } from './session.js'

/** Something a guest must never hold, and the shortest way to it that was found. */
export interface AuditFinding {
  /** As a guest would write it: `statistics.mean(1)`. */
  readonly path: string
  /** What it is, and why no guest may hold it. */
  readonly what: string
}

/** What guests of a policy can reach. */
export interface AuditReport {
  /** Empty for a policy that keeps what it promises. */
  readonly findings: readonly AuditFinding[]
  /** Objects met, of those that are alike the first. After 400,000, as beyond seven steps from a name, what is met is still judged, but not looked into. */
  readonly objects: number
  /** Calls made. */
  readonly calls: number
  /** What `wrap: 'auto'` puts around jails on this machine. */
  readonly wrap: 'bubblewrap' | 'nothing'
}

/** How far an audit goes. */
export interface AuditOptions {
  /** Most milliseconds. Default 300,000. A walk that does not end in time is an error, never a clean report. */
  readonly wallMs?: number | undefined
  /** Also calls what it reaches, with hostile arguments. Default true: reads alone find too little. */
  readonly calls?: boolean | undefined
  /** Puts this before the guest, to see that the audit finds it. For tests. */
  readonly plant?: 'frame' | 'module' | undefined
}

/** So many objects are looked into: some walks never end (`list[int]` has items that have items). */
const MOST_OBJECTS = 400_000

/** Not written into `new URL` itself: a bundler would take what is named there for an asset, and copy a folder of ours. */
const HERE = import.meta.url
/** The Python of the audit is read from the package's `src`, which is beside `dist`. */
const python = (name: string): string =>
  readFileSync(new URL(`../../src/sandbox/${name}`, HERE), 'utf8')

/**
 * Audits what guests of `policy` can reach. Takes from five seconds to a minute.
 * @throws PolicyError for a policy that is none, ArgumentError for an option that is none, PyrestrictError when the walk did not
 *   come to its end.
 */
export async function audit(policy: Policy = {}, options: AuditOptions = {}): Promise<AuditReport> {
  checkOptions(options, 'audit')
  const { wallMs = 300_000, calls = true, plant } = options
  const { min, max } = LIMITS.wallMs
  if (!Number.isInteger(wallMs) || wallMs < min || wallMs > max)
    throw new ArgumentError(
      `options.wallMs: must be a whole number of milliseconds from ${min} to ${max}`,
    )
  if (typeof calls !== 'boolean') throw new ArgumentError('options.calls: must be true or false')
  if (![undefined, 'frame', 'module'].includes(plant))
    throw new ArgumentError('options.plant: must be "frame" or "module"')
  const { modules, language } = resolvePolicy(policy)
  if (language === 'full')
    throw new PolicyError(
      'policy.language: full Python reaches all of its interpreter; the audit is of the restricted language',
    )
  const widened: Policy = {
    ...policy,
    builtins: policy.builtins,
    limits: {
      ...policy.limits,
      wallMs,
      fuel: 1_000_000_000_000,
      memoryMb: 2_048,
      outputBytes: 1 << 26,
      resultBytes: 1 << 24,
      recursion: 1_000,
      sourceBytes: 1 << 20,
      depth: 1_000,
      codeBytes: 32 << 20,
    },
  }
  const sandbox = await createSandbox(widened, {
    isolation: 'thread',
    workers: 1,
    spares: 0,
  })
  try {
    const session = await seeded(sandbox, Object.keys(modules))
    const walked = await session.inspect(python('audit.py'), 'walk', [
      [...DENIED_ATTRIBUTES],
      [...JUDGED_ATTRIBUTE_PREFIXES],
      [...JUDGED_ATTRIBUTES],
      calls,
      MOST_OBJECTS,
      plant ?? null,
    ])
    if (walked.status !== 'returned')
      throw new PyrestrictError(
        `the audit did not come to its end: ${walked.status}: ${said(walked)}`,
      )
    return read(walked.value)
  } finally {
    await sandbox.close()
  }
}

/** A session in which a guest has made what it can: all at once, or where something is beyond it, piece by piece. */
async function seeded(sandbox: Sandbox, modules: readonly string[]): Promise<Session> {
  const whole = python('audit-seed.py')
  const session = await sandbox.session()
  if (await makes(session, whole, modules)) return session
  await session.close()
  const other = await sandbox.session()
  for (const piece of whole.split('# ----\n')) await makes(other, piece, modules)
  return other
}

/** Whether guests of the policy can write this, which they have then. */
async function makes(
  session: Session,
  program: string,
  modules: readonly string[],
): Promise<boolean> {
  const outcome = await session.run(program, { inputs: { modules } })
  if (outcome.status === 'returned') return true
  if (isBeyond(outcome)) return false
  throw new PyrestrictError(`the audit's own program was ${outcome.status}: ${said(outcome)}`)
}

/** A piece that guests of this policy cannot write: it wants a builtin they have not, or what an earlier such piece binds. */
function isBeyond(outcome: Outcome): boolean {
  return outcome.status === 'refused'
    ? outcome.diagnostics.every(({ code }) => code === 'PR208')
    : outcome.status === 'raised' && outcome.exception.type === 'NameError'
}

function said(outcome: object): string {
  return 'exception' in outcome
    ? (outcome.exception as { traceback: string }).traceback
    : JSON.stringify(outcome).slice(0, 1000)
}

function read(value: Value): AuditReport {
  const { findings, objects, calls } = value as unknown as {
    findings: [string, string][]
    objects: number
    calls: number
  }
  return {
    findings: findings.map(([path, what]) => ({ path, what })),
    objects,
    calls,
    wrap: hasBubblewrap() ? 'bubblewrap' : 'nothing',
  }
}
