/** Where guests run, and what is refused of it before anything starts: a jail that would be none, a command that is not there. */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { nearest } from '../check/nearest.js'
import { ArgumentError, PolicyError } from '../errors.js'
import { hasBubblewrap, type Wrap } from '../platform/node/bubblewrap.js'
import { checkCount } from './records.js'

/**
 * `process`: a jail process per guest. `thread`: a thread of this process per guest; what escapes from WebAssembly is in the
 * host. `inline`: the caller's own thread; a run blocks it.
 */
export type Isolation = 'process' | 'thread' | 'inline'

const ISOLATIONS: readonly Isolation[] = ['process', 'thread', 'inline']

/** @internal More workers than this are refused, as a slip of the pen. */
export const MOST_WORKERS = 1_024
const DEFAULT_WORKERS = 8

/** @internal How many guests run at once: as told, or as many as the processor has cores. @throws ArgumentError */
export function workersOf(told: number | undefined): number {
  if (told === undefined) return Math.min(DEFAULT_WORKERS, availableParallelism())
  return checkCount('workers', told, 1, MOST_WORKERS)
}

/** @internal Passes one of the isolations. @throws ArgumentError that suggests one */
export function checkIsolation(isolation: Isolation): void {
  if (ISOLATIONS.includes(isolation)) return
  const close = typeof isolation === 'string' ? nearest(isolation, ISOLATIONS) : undefined
  const suggestion = close === undefined ? '' : `; did you mean "${close}"?`
  throw new ArgumentError(`isolation: must be one of ${ISOLATIONS.join(', ')}${suggestion}`)
}

/** @internal That processes here are jails, and a command around them is one. @throws ArgumentError, PolicyError */
export function checkWrap(wrap: Wrap | undefined, isolation: Isolation): void {
  if (
    wrap !== undefined &&
    wrap !== 'auto' &&
    !(Array.isArray(wrap) && wrap.length > 0 && wrap.every((part) => typeof part === 'string'))
  )
    throw new ArgumentError('wrap: must be a list of strings, a command first, or "auto"')
  if (wrap !== undefined && isolation !== 'process')
    throw new PolicyError(`wrap: a command goes around a process, and isolation is "${isolation}"`)
  if (wrap !== undefined && wrap !== 'auto') checkCommand(wrap[0]!)
  if (isolation === 'process') checkJail()
}

/** @throws PolicyError for a command that is not there: the first run would be the one to fail. */
function checkCommand(command: string): void {
  const folders = /[\\/]/.test(command) ? [''] : (process.env['PATH'] ?? '').split(delimiter)
  const isThere = folders.some((folder) =>
    ['', '.exe'].some((ending) => existsSync(join(folder, `${command}${ending}`))),
  )
  if (!isThere) throw new PolicyError(`wrap: there is no command "${command}"`)
}

/** @throws PolicyError where a process would be no jail: the permission model is Node's. */
function checkJail(): void {
  const other = ['bun', 'deno'].find((name) => process.versions[name] !== undefined)
  if (other === undefined) return
  const name = other === 'bun' ? 'Bun' : 'Deno'
  throw new PolicyError(
    `isolation: "process" is a jail by Node's permission model, which ${name} does not have. Run this under Node, or choose ` +
      '"thread" or "inline", where WebAssembly alone holds the guest',
  )
}

/** @internal That a run can be made to stand still from outside. @throws PolicyError */
export function checkPausable({
  isolation,
  wrap,
}: {
  readonly isolation: Isolation
  readonly wrap: Wrap | undefined
}): void {
  if (isolation === 'inline')
    throw new PolicyError('start: isolation "inline" has no other thread to pause a run from')
  if (wrap !== undefined && (wrap !== 'auto' || hasBubblewrap()))
    throw new PolicyError('start: a jail inside the command of "wrap" cannot be paused')
  if (isolation === 'process' && process.platform === 'win32')
    throw new PolicyError('start: processes cannot be paused here; isolation "thread" can')
}
