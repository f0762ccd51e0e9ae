/**
 * Starts a worker as a process of its own under Node's permission model: it may read the runtime's own files and nothing
 * else, start no process and no thread, and load no addon; its environment is empty, and it inherits three pipes and
 * nothing more, or where it serves folders of the host's a file to read as well (handover.ts). On Node 25 and later it has no network either. The stack is raised to {@link STACK_KIB} where the system
 * allows it (deep recursion is a RecursionError then, not the end of the guest); no core is dumped; on Linux the kernel
 * ends it when its host dies, however it dies, and it may gain no privileges.
 */
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { closeSync, existsSync, realpathSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { wrapOf, type Wrap } from './bubblewrap.js'
import { Handover } from './handover.js'
import { IMAGE_FOLDERS, wasmPath, type ImageName } from './image.js'
import { Link } from '../../trusted/channel/link.js'
import { decodeFilesSetup } from '../../trusted/channel/mounts.js'
import type { GuestWorker } from '../../trusted/channel/worker.js'
import { FrameReader, headOf, ProtocolError } from '../../trusted/channel/frames.js'
import { STACK_SIZE_MB } from '../../trusted/wall/stack.js'
import { CUT_OFF, encodeFrame, type Setup } from '../../trusted/channel/protocol.js'

/** Stack of a jail, in KiB. */
const STACK_KIB = STACK_SIZE_MB << 10
/** Left to V8's own frames beyond the limit it is told. */
const STACK_MARGIN_KIB = 1_024
/** How much of what a dying worker writes to stderr is kept as its reason. */
const STDERR_CHARACTERS = 2_000
/** What it may write there between two commands. */
const STDERR_BYTES = 1 << 20
/** How long its pipes stay open after its end, held by what the command around it left running. */
const PIPES_MS = 1_000

/** What one jail is started with. */
export interface JailOptions {
  /** What the worker is told, and the largest report that is believed. */
  readonly setup: Setup
  /** Which image its guest is made of; default that of the restricted language. */
  readonly image?: ImageName
  /** A command put before the jail's own, as `['bwrap', '--unshare-all', …]`. */
  readonly wrap?: Wrap
  /** How long it may take to be ready, in milliseconds; default half a minute. */
  readonly startMs?: number
}

/** Not written into `new URL` itself: a bundler would take what is named there for an asset, and copy a folder of ours. */
const HERE = import.meta.url
/** The script a worker runs. Sources run by a test runner use the built one: Node runs no TypeScript. */
export const WORKER_SCRIPT = fileURLToPath(new URL('../../../dist/bundle/worker.js', HERE))

/** Systems without it (Windows, images of containers that hold Node and nothing else) start the jail without the script's steps. */
const SHELL = '/bin/sh'
/**
 * Run by a shell in place of Node. Every step may fail (an old kernel, a hard limit, no setpriv) and the jail is started all
 * the same: what it promises beyond the permission model is defence in depth.
 */
const SHELL_SCRIPT = `
ulimit -c 0 2>/dev/null
ulimit -s ${STACK_KIB} 2>/dev/null || ulimit -s "$(ulimit -H -s)" 2>/dev/null
stack=$(ulimit -s)
[ "$stack" -gt ${STACK_KIB} ] 2>/dev/null || [ "$stack" = unlimited ] && stack=${STACK_KIB}
unset PWD OLDPWD SHLVL _
if setpriv --pdeathsig KILL --no-new-privs true 2>/dev/null; then
  exec setpriv --pdeathsig KILL --no-new-privs "$0" --stack-size=$((stack - ${STACK_MARGIN_KIB})) "$@"
fi
exec "$0" --stack-size=$((stack - ${STACK_MARGIN_KIB})) "$@"
`

/** The flags of Node's permission model, whose name was settled in 22.13 and 23.5. */
export function permissionFlags(version: string, readable: readonly string[]): string[] {
  const [major, minor] = version.split('.').map(Number)
  const settled = major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 13)
  return [
    settled ? '--permission' : '--experimental-permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
  ]
}

/** What a jail runs: a script of ours, and what it may read beside it. */
export interface JailProgram {
  readonly script: string
  readonly args: readonly string[]
  /** Paths of files and folders, symlinks resolved: the permission model would refuse the way through one. */
  readonly readable: readonly string[]
}

/** The program that serves a guest. It may read its script, image and wasm. */
function guestProgram(image: ImageName = 'restricted'): JailProgram {
  // Package managers make symlinks.
  const script = realpathSync(WORKER_SCRIPT)
  const wasm = realpathSync(wasmPath())
  const at = (path: string): string => fileURLToPath(new URL(path, pathToFileURL(script)))
  return {
    script,
    args: [wasm, image],
    readable: [
      script,
      // Node 20 asks the package.json of every folder up to ours which kind of module a script is.
      ...['./', '../', '../../'].map((folder) => at(`${folder}package.json`)),
      realpathSync(IMAGE_FOLDERS[image]),
      wasm,
    ],
  }
}

/** The command that starts a jail, and its arguments. */
export function jailCommand(
  wrap: readonly string[] = [],
  program = guestProgram(),
  hasShell = existsSync(SHELL),
): [string, string[]] {
  const flags = [
    ...permissionFlags(process.versions.node, program.readable),
    '--no-warnings',
    '--no-addons',
    '--disallow-code-generation-from-strings',
    '--max-old-space-size=512',
    '--expose-gc',
    program.script,
    ...program.args,
  ]
  const shell = hasShell ? [SHELL, '-c', SHELL_SCRIPT] : []
  const [command, ...rest] = [...wrap, ...shell, process.execPath, ...flags]
  return [command, rest]
}

/** Whether folders of the host's are among its files: then it is answered with pieces of them. */
const servesFolders = ({ files }: Setup): boolean =>
  files != null && decodeFilesSetup(files).mounts.some(({ kind }) => kind !== 'memory')

/** Starts a jail. */
export function startJail(
  options: JailOptions,
  program = guestProgram(options.image),
): GuestWorker {
  const link = new Link()
  const wrap = wrapOf(options.wrap, program.readable)
  const [command, args] = jailCommand(wrap, program)
  // What a command around it leaves open is not known.
  const handover = wrap.length === 0 && servesFolders(options.setup) ? Handover.open() : undefined
  // A process group of its own: an interrupt from the terminal is the host's to handle.
  const child = spawn(command, args, {
    cwd: '/',
    env: {},
    stdio: ['pipe', 'pipe', 'pipe', ...(handover ? [handover.reading] : [])],
    detached: true,
    windowsHide: true,
  }) as ChildProcessWithoutNullStreams
  if (handover) closeSync(handover.reading)
  const reader = new FrameReader(options.setup.maxFrameBytes)
  let stderr = ''
  let heard = 0
  const gone = (reason: string, cutOff?: boolean): void => {
    children.delete(child)
    handover?.close()
    link.close(reason, cutOff)
  }
  child.on('error', (error) => {
    // A signal that could not be sent is an error too, and nothing ended by it.
    if (child.pid === undefined) gone(`the worker could not be started: ${error.message}`)
  })
  // Without file descriptors Node makes no pipes, and emits the error later.
  if ((child.stdin as unknown) === undefined || (child.stdin as unknown) === null) return link
  endWithHost()
  children.add(child)
  link.connect(
    {
      send: (...parts) => {
        heard = 0
        // Together in one call of the system, each where it is.
        child.stdin.cork()
        // Of several parts are answers, and nothing else.
        const told = parts.length > 1 ? handover?.take(parts) : undefined
        for (const part of told ? [told] : [headOf(parts), ...parts]) child.stdin.write(part)
        child.stdin.uncork()
      },
      pause: (paused) => {
        signalGroup(child, paused ? 'SIGSTOP' : 'SIGCONT')
      },
      // What a command around it put out of a signal's reach reads an end.
      kill: () => {
        signalGroup(child, 'SIGKILL')
        child.stdin.destroy()
      },
      hold: (held) => {
        hold(child, held)
      },
    },
    encodeFrame({ kind: 'setup', files: null, ...options.setup }),
    options.startMs,
  )
  child.stdin.on('error', () => {}) // EPIPE: the end of the process is reported as such
  child.stdout.on('data', (chunk: Uint8Array) => {
    reader.maxBytes = Math.min(options.setup.maxFrameBytes, link.mostBytes)
    try {
      for (const payload of reader.push(chunk)) link.receive(payload)
    } catch (error) {
      link.kill(
        error instanceof ProtocolError
          ? `the worker broke the protocol: ${error.message}`
          : String(error),
      )
    }
  })
  child.stderr.on('data', (chunk: Uint8Array) => {
    stderr = (stderr + Buffer.from(chunk).toString('latin1')).slice(-STDERR_CHARACTERS)
    heard += chunk.length
    if (heard > STDERR_BYTES) link.kill('the worker wrote too much to stderr')
  })
  child.on('exit', () => {
    setTimeout(() => {
      child.stdout.destroy()
      child.stderr.destroy()
    }, PIPES_MS).unref()
  })
  child.on('close', (code, signal) => {
    const how = signal ? `ended by ${signal}` : `exited with ${code}`
    gone(`the worker ${how}${stderr.trim() ? `: ${stderr.trim()}` : ''}`, code === CUT_OFF)
  })
  return link
}

/** Jails that run, ended with the host: also when it exits without closing its sandboxes. */
const children = new Set<ChildProcess>()
let endsThem = false

/** Called before the first jail is started: a host that only checks has no listener of ours. */
function endWithHost(): void {
  if (endsThem) return
  endsThem = true
  process.on('exit', () => {
    for (const child of children) signalGroup(child, 'SIGKILL')
  })
}

function signalGroup(child: ChildProcess, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  if (child.exitCode !== null || child.signalCode !== null) return // its number may be another's by now
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    child.kill(signal) // no process groups here, or it is gone already
  }
}

/** A jail that does nothing does not keep its host alive. */
function hold(child: ChildProcess, held: boolean): void {
  const parts = [child, child.stdin, child.stdout, child.stderr] as unknown as ({
    ref?(): void
    unref?(): void
  } | null)[]
  for (const part of parts)
    if (held) part?.ref?.()
    else part?.unref?.()
}
