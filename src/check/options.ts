/** What callers of `check` may say, and refusing what they may not: the host's mistakes, not the guest's. */
import { ArgumentError } from '../errors.js'
import { checkFirstLine, type Numbering } from './first-line.js'
import { checkName } from './host-names.js'
import type { OwnModules } from './place.js'
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
export interface CheckOptions extends Numbering {
  /** Default `'exec'`. */
  readonly mode?: Mode | undefined
  /**
   * The names the host provides. With them, every name that nobody provides is reported (PR209); without, names are only
   * listed. A declared name may be spelled like a builtin.
   */
  readonly names?: readonly string[] | undefined
  /** What the source map of `rewrite` calls the source; changes nothing else. Default `<guest>`. */
  readonly filename?: string | undefined
  /**
   * Modules of the host's own that the source may import, each with the names it shows; `['*']` for any. They are those of the
   * option `modules` of a sandbox, and hide modules of the library's.
   */
  readonly modules?: Readonly<Record<string, readonly string[]>> | undefined
}

const KNOWN = ['mode', 'names', 'filename', 'modules', 'firstLine']

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
  const { mode, names, filename, modules } = options
  if (mode !== undefined) checkMode(mode)
  checkFirstLine(options.firstLine)
  if (filename !== undefined && typeof filename !== 'string') {
    throw new ArgumentError(`filename must be a string, not ${typeof filename}`)
  }
  if (modules !== undefined) checkModules(modules)
  if (names === undefined) return
  if (!Array.isArray(names)) throw new ArgumentError('names must be an array of strings')
  for (const [index, name] of (names as readonly unknown[]).entries())
    checkName(name, `names[${index}]`)
}

/** Throws {@link ArgumentError} for what are no modules with names. */
function checkModules(modules: unknown): void {
  if (typeof modules !== 'object' || modules === null || Array.isArray(modules))
    throw new ArgumentError('modules must be an object of lists of names')
  for (const [module, names] of Object.entries(modules)) {
    for (const part of module.split('.')) checkName(part, `modules.${module}`)
    if (!Array.isArray(names)) throw new ArgumentError(`modules.${module} must be a list of names`)
    for (const name of names as unknown[]) if (name !== '*') checkName(name, `modules.${module}`)
  }
}

const owns = new WeakMap<object, OwnModules>()

/** @internal The modules of an option, as imports are judged by. The same for the same object. */
export function ownOf(modules: Readonly<Record<string, readonly string[]>>): OwnModules {
  let own = owns.get(modules)
  if (own === undefined) {
    own = Object.fromEntries(
      Object.entries(modules).map(([name, shows]) => [
        name,
        { shows, star: shows.filter((one) => one !== '*' && !one.startsWith('_')) },
      ]),
    )
    owns.set(modules, own)
  }
  return own
}

/** Throws {@link ArgumentError} for options that are no object with keys. */
export function checkIsRecord(options: unknown): asserts options is object {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  const kind = options === null ? 'null' : Array.isArray(options) ? 'a list' : typeof options
  throw new ArgumentError(`options must be an object, not ${kind}`)
}
