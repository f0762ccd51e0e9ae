/**
 * Bubblewrap around a jail, where this machine has it: no network, no other processes in sight, no files but the system's programs and
 * what the jail is to read. It promises nothing by itself: the permission model and WebAssembly hold without it.
 */
import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'

/** A command around a jail; `auto`: bubblewrap where it is there and works, otherwise nothing. */
export type Wrap = readonly string[] | 'auto'

const FENCES = [
  '--unshare-all',
  '--die-with-parent',
  '--new-session',
  '--cap-drop',
  'ALL',
  '--clearenv',
  '--proc',
  '/proc',
  '--dev',
  '/dev',
]
/** Where programs and their libraries are: of `/etc`, `/home` and all else there is nothing. */
const SYSTEM = ['/usr', '/bin', '/lib', '/lib64', '/nix/store']
const TRIAL_MS = 5_000

let works: boolean | undefined

/** Whether it is there and may be used: containers often forbid it. Tried once, and again never. */
export function hasBubblewrap(): boolean {
  works ??=
    process.platform === 'linux' &&
    spawnSync('bwrap', [...FENCES, ...shown(SYSTEM), 'true'], {
      stdio: 'ignore',
      timeout: TRIAL_MS,
    }).status === 0
  return works
}

/** The command around a jail that reads these files and folders. */
export function bubblewrap(readable: readonly string[]): string[] {
  return ['bwrap', ...FENCES, ...shown([...SYSTEM, realpathSync(process.execPath), ...readable])]
}

/** The command that goes around it: undefined where there is none. */
export function wrapOf(wrap: Wrap | undefined, readable: readonly string[]): readonly string[] {
  if (wrap !== 'auto') return wrap ?? []
  return hasBubblewrap() ? bubblewrap(readable) : []
}

const shown = (paths: readonly string[]): string[] =>
  paths.flatMap((path) => ['--ro-bind-try', path, path])
