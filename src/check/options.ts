/** What callers of `check` may say, and refusing what they may not: the host's mistakes, not the guest's. */
import { ArgumentError } from '../errors.js'
import { checkName } from './host-names.js'
import { nearest } from './nearest.js'

/** `exec` for a module, `eval` for one expression, `function` for the body of a function: its `return` gives the value. */
export type Mode = 'exec' | 'eval' | 'function'

/** Every mode. */
export const MODES = ['exec', 'eval', 'function'] as const satisfies readonly Mode[]

/** Throws {@link ArgumentError} for what is no mode. */
export function checkMode(mode: unknown): asserts mode is Mode {
  if (!(MODES as readonly unknown[]).includes(mode))
    throw new ArgumentError('mode: must be "exec", "eval" or "function"')
}

/** How to read a source. */
export interface CheckOptions {
  /** Default `'exec'`. */
  readonly mode?: Mode | undefined
  /**
   * The names the host provides. With them, every name that nobody provides is reported (PR209); without, names are only
   * listed. A declared name may be spelled like a builtin.
   */
  readonly names?: readonly string[] | undefined
  /** What the source map of `rewrite` calls the source; changes nothing else. Default `<guest>`. */
  readonly filename?: string | undefined
}

const KNOWN = ['mode', 'names', 'filename']

/** Throws {@link ArgumentError} for an option that is none of `known`: a misspelt one must not be a missing one. */
export function checkKnown(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key))
  if (unknown === undefined) return
  const close = nearest(unknown, known)
  const suggestion = close === undefined ? '' : `; did you mean "${close}"?`
  throw new ArgumentError(`unknown option "${unknown}"${suggestion} (known: ${known.join(', ')})`)
}

/** Throws {@link ArgumentError}, naming the option, for what `check` does not know or cannot use. */
export function validateOptions(options: CheckOptions): void {
  checkIsRecord(options)
  checkKnown(options, KNOWN)
  const { mode, names, filename } = options
  if (mode !== undefined) checkMode(mode)
  if (filename !== undefined && typeof filename !== 'string') {
    throw new ArgumentError(`filename must be a string, not ${typeof filename}`)
  }
  if (names === undefined) return
  if (!Array.isArray(names)) throw new ArgumentError('names must be an array of strings')
  for (const [index, name] of (names as readonly unknown[]).entries())
    checkName(name, `names[${index}]`)
}

/** Throws {@link ArgumentError} for options that are no object with keys. */
export function checkIsRecord(options: unknown): asserts options is object {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  const kind = options === null ? 'null' : Array.isArray(options) ? 'a list' : typeof options
  throw new ArgumentError(`options must be an object, not ${kind}`)
}
