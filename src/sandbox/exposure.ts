/** The option `trusted`: modules of the host's, and what of each a guest is shown. Checked before anything starts. */
import { checkName } from '../check/host-names.js'
import { ArgumentError } from '../errors.js'
import { ALL_GRANTS } from '../policy/keys/modules.js'
import { OPERATORS } from '../trusted/door/operators.js'
import { checkKeys, checkRecord } from './records.js'

/**
 * A module of the host's own: full Python with the standard library, in a memory of its own, which no guest's is part of.
 * Guests reach what it exposes, and nothing else. Numbers, text, dates, lists, dicts and the like cross as copies, all else
 * stays where it is: an object's methods and attributes are asked for as they are used.
 */
export interface TrustedModule {
  readonly source: string
  /**
   * The names of it that become globals of the guest. As a record, each with what it shows; a plain list of names means
   * `'*'` for each. An exception class that is exposed, guests can catch, raise and derive from. Other classes they can use
   * with `isinstance`, and construct where `'()'` is listed.
   */
  readonly expose: readonly string[] | Exposure
}

/** Exposed names, each with what it shows. */
export type Exposure = Readonly<Record<string, Shown>>

/**
 * What an exposed object shows: `'*'`, every public attribute and every operator that its class has; a list of attributes and
 * operators (`['total', 'rows', '[]', '()', '+']`), then nothing else; or both that and the attributes that a guest may
 * write: `{ read: ['title', 'status'], write: ['status'] }`. Nothing is written where no `write` says so. What is shown of an
 * object's class, is not what is shown of the object: objects that it hands out show what `'*'` shows of them.
 *
 * Operators: `()` `[]` `[]=` `del []` `in` `for` `with` `await` `async for` `async with` `==` `<` `<=` `>` `>=` `+` `-` `*`
 * `/` `//` `%` `**` `@` `<<` `>>` `&` `|` `^` `-x` `+x` `~x` `abs()` `bool()` `float()` `hash()` `int()` `len()` `repr()`
 * `reversed()` `round()` `str()`. With `'*'`, `repr()` and `str()` are those written in the module by hand.
 */
export type Shown =
  | '*'
  | readonly string[]
  | { readonly read: '*' | readonly string[]; readonly write: readonly string[] }

/** @internal A trusted module with nothing left out. */
export interface ResolvedModule {
  readonly name: string
  readonly source: string
  readonly expose: Exposure
}

const MODULE_NAME = /^[A-Za-z]\w*$/
const PUBLIC_NAME = /^(?!_)[\p{XID_Start}]\p{XID_Continue}*$/u
/** What `import` of the library's would find in its place, the library's own imports included. */
const LIBRARY = new Set(Object.keys(ALL_GRANTS).map((name) => name.split('.')[0]))

/** @internal The trusted modules of a sandbox: their sources, and what each exposes. @throws ArgumentError */
export function resolveTrusted(
  trusted: Readonly<Record<string, TrustedModule>>,
): readonly ResolvedModule[] {
  checkRecord(trusted, 'trusted')
  const exposedBy = new Map<string, string>()
  return Object.entries(trusted).map(([name, module]) => {
    const at = `trusted.${name}`
    if (!MODULE_NAME.test(name))
      throw new ArgumentError(`${at}: a module's name must be a public Python name`)
    if (LIBRARY.has(name)) throw new ArgumentError(`${at}: Python has a module of that name`)
    checkRecord(module, at)
    checkKeys(module, ['source', 'expose'], at, 'key')
    const { source, expose } = module
    if (typeof source !== 'string') throw new ArgumentError(`${at}.source: must be a string`)
    const shown = readExposure(expose, `${at}.expose`)
    for (const exposed of Object.keys(shown)) {
      const other = exposedBy.get(exposed)
      if (other !== undefined)
        throw new ArgumentError(`${at}.expose: ${exposed} is exposed by trusted.${other} too`)
      exposedBy.set(exposed, name)
    }
    return { name, source, expose: shown }
  })
}

function readExposure(expose: unknown, at: string): Exposure {
  if (typeof expose !== 'object' || expose === null) {
    throw new ArgumentError(
      `${at}: must be a list of names, or a record of names with what they show`,
    )
  }
  const entries: [unknown, unknown][] = Array.isArray(expose)
    ? expose.map((name) => [name, '*'])
    : Object.entries(expose)
  const shown = Object.create(null) as Record<string, Shown>
  for (const [name, what] of entries) {
    checkName(name, at)
    shown[name] = readShown(what, `${at}.${name}`)
  }
  return shown
}

function readShown(shown: unknown, at: string): Shown {
  if (typeof shown !== 'object' || shown === null || Array.isArray(shown))
    return readShownNames(shown, at)
  checkKeys(shown, ['read', 'write'], at, 'key')
  const { read = '*', write = [] } = shown as { read?: unknown; write?: unknown }
  if (!Array.isArray(write) || !write.every(isPublicName))
    throw new ArgumentError(`${at}.write: must be a list of public attribute names`)
  return { read: readShownNames(read, `${at}.read`), write: [...(write as string[])] }
}

function readShownNames(shown: unknown, at: string): '*' | readonly string[] {
  if (shown === '*') return shown
  if (!Array.isArray(shown))
    throw new ArgumentError(`${at}: must be '*' or a list of public attribute names and operators`)
  const wrong = (shown as unknown[]).find(
    (name) => !isPublicName(name) && !(typeof name === 'string' && Object.hasOwn(OPERATORS, name)),
  )
  if (wrong !== undefined)
    throw new ArgumentError(
      `${at}: ${JSON.stringify(wrong)} is neither a public attribute name nor an operator (${Object.keys(OPERATORS).join(' ')})`,
    )
  return [...(shown as string[])]
}

function isPublicName(name: unknown): boolean {
  return typeof name === 'string' && PUBLIC_NAME.test(name)
}
