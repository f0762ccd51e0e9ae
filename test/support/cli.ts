/** Runs the built command line in a process of its own, as a shell does. */
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The program that `pyrestrict` is. */
export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
/** The repository, where the fixtures' names are short. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A plain shell's: no colours asked for, no CI. */
export const SHELL_ENV: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
}

export interface Finished {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  readonly stdin?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Called with the process once it runs. */
  readonly meanwhile?: (child: ReturnType<typeof spawn>) => void
}

/** The exit status and everything printed; colours and CI are as in a plain shell unless `env` says otherwise. */
export async function pyrestrict(
  args: readonly string[],
  { stdin = '', env = {}, cwd = ROOT, meanwhile }: Surroundings = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...SHELL_ENV, ...env },
    stdio: 'pipe',
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(stdin)
  const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] }
  child.stdout.on('data', (chunk: Buffer) => chunks.stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.stderr.push(chunk))
  meanwhile?.(child)
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return {
    status,
    stdout: Buffer.concat(chunks.stdout).toString(),
    stderr: Buffer.concat(chunks.stderr).toString(),
  }
}

/** What a terminal of its own is sent by the command line; util-linux's `script` is that terminal. */
export async function onTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const command = [process.execPath, MAIN, ...args]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ')
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: ROOT,
    env: { ...SHELL_ENV, TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return Buffer.concat(chunks).toString().replaceAll('\r\n', '\n')
}

const COMMAND_LINES = fileURLToPath(new URL('./command-lines.mjs', import.meta.url))
/** The process of {@link pyrestrictEach}, once there is one. It ends with this one. */
let speaker: ChildProcess | undefined
/** What it has been asked before. */
let asked: Promise<unknown> = Promise.resolve()

/**
 * As {@link pyrestrict} of each, in one process for all of them and for all tests: for what a command line says, and not for how its
 * process starts, reads its stdin, which is empty, or ends. Starting one takes as long as twenty messages. Where they run programs,
 * `keeps` has one worker compile them all. `repository` is another that was built.
 */
export function pyrestrictEach(
  lines: readonly (readonly string[])[],
  {
    keeps = false,
    env = {},
    cwd = ROOT,
    repository = ROOT,
  }: { readonly keeps?: boolean; readonly repository?: string } & Pick<
    Surroundings,
    'env' | 'cwd'
  > = {},
): Promise<Finished[]> {
  const said = asked.then(() =>
    saidOf({ lines, keeps, repository, env: { ...SHELL_ENV, ...env }, cwd }),
  )
  asked = said.catch(() => undefined)
  return said
}

/** As {@link pyrestrictEach} of one. */
export const pyrestrictSays = async (
  args: readonly string[],
  where?: Parameters<typeof pyrestrictEach>[1],
): Promise<Finished> => (await pyrestrictEach([args], where))[0]!

/** The arguments of a shell's command that is `pyrestrict` with words and single quotes, and nothing around it; of another undefined. */
export function argumentsOf(command: string): readonly string[] | undefined {
  if (!/^pyrestrict (?:'[^']*'|[^'"`\\|&;<>$*?])*$/.test(command)) return undefined
  const words = command.match(/(?:'[^']*'|[^'\s])+/g)!
  return words.slice(1).map((word) => word.replaceAll("'", ''))
}

function saidOf(request: { lines: readonly (readonly string[])[] } & object): Promise<Finished[]> {
  speaker ??= startSpeaker()
  const [child, count] = [speaker, request.lines.length]
  const told = { stdout: '', stderr: '' }
  return new Promise((resolve, reject) => {
    const stop = new AbortController()
    const end = (code: number | null): void => {
      speaker = undefined
      reject(new Error(`ended with ${code}: ${told.stderr}`))
    }
    for (const stream of ['stdout', 'stderr'] as const) {
      const listen = (text: string): void => {
        told[stream] += text
        const [said, complained] = [told.stdout, told.stderr].map((one) => one.split('\u001e'))
        if (said!.length <= count || complained!.length <= count) return
        stop.abort()
        const finished = said!.slice(0, count).map((one, index) => {
          const [stdout, status] = one.split('\u001f')
          return { status: Number(status), stdout: stdout!, stderr: complained![index]! }
        })
        resolve(finished)
      }
      child[stream]!.on('data', listen)
      stop.signal.addEventListener('abort', () => child[stream]!.off('data', listen))
    }
    child.once('exit', end)
    stop.signal.addEventListener('abort', () => child.off('exit', end))
    child.send(request)
  })
}

function startSpeaker(): ChildProcess {
  const child = spawn(process.execPath, [COMMAND_LINES], {
    env: SHELL_ENV,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8')
  // It is no reason to stay.
  for (const handle of [child, child.channel!, child.stdout, child.stderr])
    (handle as { unref(): void }).unref()
  return child
}
