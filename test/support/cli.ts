/** Runs the built command line in a process of its own, as a shell does. */
import { spawn } from 'node:child_process'
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
export function pyrestrict(
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<Finished> {
  return finished([MAIN, ...args], surroundings)
}

/** The same of a script of Node's. */
async function finished(
  script: readonly string[],
  { stdin = '', env = {}, cwd = ROOT, meanwhile }: Surroundings,
): Promise<Finished> {
  const child = spawn(process.execPath, script, {
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

/**
 * As {@link pyrestrict} of each, in one process for all of them: for what a command line says, and not for how its process starts,
 * reads its stdin, which is empty, or ends. Starting one takes as long as twenty messages. Where several of them run a program,
 * `keeps` has one worker compile them all.
 */
export async function pyrestrictEach(
  lines: readonly (readonly string[])[],
  {
    keeps = false,
    env = {},
    cwd = ROOT,
  }: { readonly keeps?: boolean } & Pick<Surroundings, 'env' | 'cwd'> = {},
): Promise<Finished[]> {
  const { status, stdout, stderr } = await finished(
    [COMMAND_LINES, JSON.stringify(lines), ...(keeps ? ['keep'] : [])],
    { env, cwd },
  )
  const [said, complained] = [stdout, stderr].map((text) => text.split('\u001e'))
  if (status !== 0 || said!.length !== lines.length + 1 || complained!.length !== said!.length)
    throw new Error(`ended with ${status} after ${said!.length - 1}: ${stderr}`)
  return lines.map((_, index) => {
    const [printed, told] = said![index]!.split('\u001f')
    return { status: Number(told), stdout: printed!, stderr: complained![index]! }
  })
}
