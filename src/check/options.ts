/** What callers of `check` may say, and refusing what they may not: the host's mistakes, not the guest's. */
import { ArgumentError } from '../errors.js'
import { GUARDS, PRIVATE_MARK, UNBINDABLE } from '../trusted/language.js'

/** `exec` for a module, `eval` for one expression. */
export type Mode = 'exec' | 'eval'

/** How to read a source. */
export interface CheckOptions {
  /** Default `'exec'`. */
  readonly mode?: Mode | undefined
  /**
   * The names the host provides. With them, every name that nobody provides is reported (PR209); without, names are only
   * listed. A declared name may be spelled like a builtin.
   */
  readonly names?: readonly string[] | undefined
  /** For the caller's own messages; changes nothing about the result. */
  readonly filename?: string | undefined
}

const KNOWN = ['mode', 'names', 'filename']
const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u
const KEYWORDS = new Set(`
  False None True and as assert async await break class continue def del elif else except finally for from global if
  import in is lambda nonlocal not or pass raise return try while with yield
`.trim().split(/\s+/))
const RESERVED = new Set([...GUARDS, ...UNBINDABLE])

/** Throws {@link ArgumentError}, naming the option, for what `check` does not know or cannot use. */
export function validateOptions(options: CheckOptions): void {
  checkIsRecord(options)
  for (const key of Object.keys(options)) {
    if (!KNOWN.includes(key)) throw new ArgumentError(`unknown option "${key}" (known: ${KNOWN.join(', ')})`)
  }
  const { mode, names, filename } = options
  if (mode !== undefined && mode !== 'exec' && mode !== 'eval') throw new ArgumentError('mode must be "exec" or "eval"')
  if (filename !== undefined && typeof filename !== 'string') {
    throw new ArgumentError(`filename must be a string, not ${typeof filename}`)
  }
  if (names === undefined) return
  if (!Array.isArray(names)) throw new ArgumentError('names must be an array of strings')
  for (const [index, name] of (names as readonly unknown[]).entries()) validateName(name, `names[${index}]`)
}

/** Throws {@link ArgumentError} for options that are no object with keys. */
export function checkIsRecord(options: unknown): asserts options is object {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  throw new ArgumentError(`options must be an object, not ${options === null ? 'null' : Array.isArray(options) ? 'a list' : typeof options}`)
}

/** Whether `text` is an identifier in normal form, and no keyword. */
export function isName(text: string): boolean {
  return IDENTIFIER.test(text) && !KEYWORDS.has(text) && text.normalize('NFKC') === text
}

function validateName(name: unknown, what: string): void {
  if (typeof name !== 'string') throw new ArgumentError(`${what} must be a string, not ${typeof name}`)
  const text = JSON.stringify(name.slice(0, 80))
  if (!isName(name) || name.includes(PRIVATE_MARK)) {
    throw new ArgumentError(`${what}: ${text} is not a name, as Python normalises them`)
  }
  if (RESERVED.has(name) || /^__.+__$/.test(name)) {
    throw new ArgumentError(`${what}: ${text} has a meaning of its own to the guest, and cannot be provided`)
  }
}
