/** What a host gives one run to read: standard input, arguments and environment. */
import { ArgumentError } from '../errors.js'
import { Input, type Stdin } from './input.js'
import { checkRecord } from './records.js'
import type { Value } from '../trusted/channel/values.js'

/** Options of a run that say what its program is given, as a command line would. */
export interface GivenOptions {
  /**
   * What the program reads, by `input()` and `sys.stdin`: text, bytes, or an async iterable of either, which is asked for its next
   * piece when the program reads on, and waited for outside the run's own time (isolation `inline` cannot wait). Left out, a
   * program that reads gets an EOFError.
   */
  readonly stdin?: Stdin | undefined
  /** The program's arguments: `sys.argv` from its second item; the first is the file name. */
  readonly argv?: readonly string[] | undefined
  /**
   * The program's environment: `os.environ`, which is a copy, the program's own. Nothing of the host's process is in it but what is
   * written here. Default: `{ HOME: '/' }`.
   */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** @internal The same, checked, for one run. */
export interface Given {
  /** What the guest is told at its start. */
  readonly told: { readonly argv: Value; readonly stdin: boolean; readonly env?: Value }
  /** What it reads; undefined where nothing was given. */
  readonly input: Input | undefined
}

/** @internal What a program is given to read. `argv` and `env` are copied: the host may change them later. @throws ArgumentError */
export function resolveGiven({ stdin, argv = [], env }: GivenOptions): Given {
  if (!Array.isArray(argv)) throw new ArgumentError('options.argv: must be a list of strings')
  for (const [index, text] of (argv as readonly unknown[]).entries())
    if (typeof text !== 'string' || text.includes('\0'))
      throw new ArgumentError(`options.argv[${index}]: must be a string without NUL`)
  if (env !== undefined) checkEnvironment(env)
  if (stdin !== undefined && !isReadable(stdin))
    throw new ArgumentError('options.stdin: must be text, bytes, or an async iterable of them')
  return {
    told: { argv: [...argv], stdin: stdin !== undefined, ...(env && { env: { ...env } }) },
    input: stdin === undefined ? undefined : new Input(stdin),
  }
}

function checkEnvironment(env: unknown): void {
  checkRecord(env, 'options.env')
  for (const [name, value] of Object.entries(env)) {
    if (name === '' || name.includes('=') || !isText(name))
      throw new ArgumentError(`options.env: ${JSON.stringify(name)} cannot be a variable's name`)
    if (typeof value !== 'string' || !isText(value))
      throw new ArgumentError(
        `options.env.${name}: must be a string without NUL and lone surrogates`,
      )
  }
}

/** What a system could hold. */
const isText = (text: string): boolean =>
  !text.includes('\0') && (text as string & { isWellFormed(): boolean }).isWellFormed()

function isReadable(stdin: unknown): boolean {
  if (typeof stdin === 'string' || stdin instanceof Uint8Array) return true
  return (
    typeof stdin === 'object' &&
    stdin !== null &&
    typeof (stdin as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function'
  )
}
