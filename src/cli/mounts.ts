/** Files on the command line: which the program finds, as `--read data::/data`, and where those that it leaves go. */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { PolicyError } from '../errors.js'
import type { Policy } from '../policy/policy.js'
import { guestPath } from '../policy/keys/filesystem.js'
import type { TakenFiles } from '../sandbox/files.js'
import type { Arguments, Option } from './command.js'
import { quantity } from './quantities.js'
import { UsageError } from './status.js'

const ACCESSES = ['read', 'overlay', 'write'] as const

/** The options, of `run`. They grant beside the policy. */
export const MOUNT_OPTIONS: Readonly<Record<string, Option>> = {
  read: {
    argument: 'PATH::AT',
    many: true,
    describe:
      'A file or folder that the program finds at AT and cannot write, as data::/data or .::/',
  },
  overlay: {
    argument: 'PATH::AT',
    many: true,
    describe: 'A folder that it finds at AT; what it writes there is gone with it',
  },
  write: { argument: 'PATH::AT', many: true, describe: 'A file or folder that it may write' },
  'memory-dir': {
    argument: 'AT=SIZE',
    many: true,
    describe: 'An empty folder in memory, as /tmp=16m',
  },
  artifacts: {
    argument: 'AT::PATH',
    describe:
      'Files that it leaves below AT, in memory or an overlay, are put into the folder PATH',
  },
}

type Mounts = NonNullable<Policy['filesystem']>

/** The policy with the mounts that the options name, and where artifacts go. @throws UsageError */
export function withMounts(
  args: Arguments,
  policy: Policy,
): { policy: Policy; target: string | undefined } {
  const mounts: Record<string, Mounts[string]> = { ...policy.filesystem }
  const add = (option: string, at: string, mount: Mounts[string]): void => {
    checkPlace(option, at)
    if (Object.hasOwn(mounts, at))
      throw new UsageError(`${option}: something is mounted at ${at} already`)
    mounts[at] = mount
  }
  for (const access of ACCESSES)
    for (const word of args.values(access)) {
      const [from, at] = parted(`--${access}`, word, 'PATH::AT, as data::/data')
      add(`--${access} ${word}`, at, { from, access })
    }
  for (const word of args.values('memory-dir')) {
    const equals = word.lastIndexOf('=')
    if (equals < 1) throw new UsageError(`--memory-dir: "${word}" is not AT=SIZE, as /tmp=16m`)
    const at = word.slice(0, equals)
    add(`--memory-dir ${word}`, at, { memory: bytes(`--memory-dir ${at}`, word.slice(equals + 1)) })
  }
  const word = args.value('artifacts')
  if (word === undefined) {
    const filesystem = Object.keys(mounts).length > 0 ? { filesystem: mounts } : {}
    return { policy: { ...policy, ...filesystem }, target: undefined }
  }
  const [from, target] = parted('--artifacts', word, 'AT::PATH, as /out::results')
  checkPlace(`--artifacts ${word}`, from)
  const there = statSync(target, { throwIfNoEntry: false })
  if (there !== undefined && !there.isDirectory())
    throw new UsageError(`--artifacts ${word}: ${target} is no folder`)
  return {
    policy: { ...policy, filesystem: mounts, artifacts: { ...policy.artifacts, from } },
    target,
  }
}

/** What a policy is said to be wrong in, said of the option that wrote it. */
export function saidOfOptions(error: unknown, args: Arguments): unknown {
  if (!(error instanceof PolicyError)) return error
  const { message } = error
  const artifacts = args.value('artifacts')
  const [, lies] = /^policy\.artifacts\.from: (.*)$/.exec(message) ?? []
  if (artifacts !== undefined && lies !== undefined) {
    const hint = lies.endsWith('no mount holds it')
      ? `; --memory-dir ${artifacts.split('::')[0]}=16m makes one`
      : ''
    return new UsageError(`--artifacts ${artifacts}: ${lies}${hint}`)
  }
  for (const access of ACCESSES)
    for (const word of args.values(access)) {
      const [path, at] = parted(access, word, '').map((side) => JSON.stringify(side))
      const start = `policy.filesystem[${at}].from: ${path}: `
      if (message.startsWith(start))
        return new UsageError(`--${access} ${word}: ${message.slice(start.length)}`)
    }
  return error
}

/**
 * Writes the files that came back below a folder, which is made where it is missing. Their names are the program's choice: a link that
 * is there is not followed, so that nothing is written elsewhere; and two whose names are one on this disk, as `a` and `A` may be, do not
 * replace each other. @throws UsageError for what cannot be written
 */
export function putArtifacts(files: TakenFiles, from: string, target: string): void {
  const written = new Map<string, string>()
  for (const [path, contents] of Object.entries(files)) {
    const names = guestPath(path)?.slice(guestPath(from)!.length)
    if (names === undefined || names.length === 0 || names.some((name) => !isName(name)))
      throw new UsageError(
        `--artifacts: ${JSON.stringify(path)} is no name that can be written here`,
      )
    const file = join(target, ...names)
    try {
      makeTarget(target)
      for (let depth = 1; depth < names.length; depth++)
        makeFolder(join(target, ...names.slice(0, depth)))
      if (lstatSync(file, { throwIfNoEntry: false })?.isFile() === false)
        throw new Error('what is there is no file')
      const to = openSync(file, NEVER_THROUGH_LINKS, 0o666)
      try {
        const { dev, ino } = fstatSync(to, { bigint: true })
        const other = written.get(`${dev} ${ino}`)
        if (other !== undefined) throw new Error(`it is the same file here as ${other}`)
        written.set(`${dev} ${ino}`, file)
        ftruncateSync(to)
        writeFileSync(to, contents)
      } finally {
        closeSync(to)
      }
    } catch (error) {
      throw new UsageError(`--artifacts: ${file}: cannot be written: ${(error as Error).message}`)
    }
  }
}

const { O_WRONLY, O_CREAT, O_NOFOLLOW = 0 } = constants
const NEVER_THROUGH_LINKS = O_WRONLY | O_CREAT | O_NOFOLLOW

/** Node's own `mkdirSync` with `recursive` never ends where nothing can be made, as below /proc. */
function makeTarget(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return
  makeTarget(dirname(path))
  mkdirSync(path)
}

function makeFolder(path: string): void {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there === undefined) mkdirSync(path)
  else if (!there.isDirectory()) throw new Error(`${path} is no folder`)
}

/** What Windows takes for a device, a path, or another name. */
const OTHER_ON_WINDOWS =
  /[\0-\x1f\\/:*?"<>|]|[. ]$|^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$) *(?:\.|$)/i

/** A name that stays one on the system. */
export const isName = (name: string, platform = process.platform): boolean =>
  platform !== 'win32' || !OTHER_ON_WINDOWS.test(name)

/** The two sides of `::`, of which a path may hold a colon. */
function parted(option: string, word: string, form: string): [string, string] {
  const at = word.lastIndexOf('::')
  if (at < 1 || at + 2 === word.length) {
    const [, one, other] = /^(.*[^:]):(\/[^:]*)$/.exec(word) ?? []
    const meant = one === undefined ? '' : `; did you mean ${one}::${other}?`
    throw new UsageError(`${option}: "${word}" is not ${form}${meant}`)
  }
  return [word.slice(0, at), word.slice(at + 2)]
}

function checkPlace(option: string, at: string): void {
  if (guestPath(at) === undefined)
    throw new UsageError(
      `${option}: "${at}" must be an absolute path of the program's, without . and .. and without a / at its end, as / or /data`,
    )
}

function bytes(option: string, text: string): number {
  return quantity(option, 'outputBytes', text)
}
