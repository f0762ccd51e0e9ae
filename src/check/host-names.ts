/** Names that a host gives a guest: declared names, inputs, parameters, results, exposed names. */
import { ArgumentError } from '../errors.js'
import { isQuicklyNormalised } from '../syntax/text.js'
import { GUARDS, PRIVATE_MARK, UNBINDABLE } from '../trusted/language/language.js'

const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*$/u
const KEYWORDS = new Set(
  `
  False None True and as assert async await break class continue def del elif else except finally for from global if
  import in is lambda nonlocal not or pass raise return try while with yield
`
    .trim()
    .split(/\s+/),
)
const RESERVED = new Set([...GUARDS, ...UNBINDABLE])

/** Whether `text` is an identifier in normal form, and no keyword. */
export function isName(text: string): boolean {
  return (
    isQuicklyNormalised(text) &&
    IDENTIFIER.test(text) &&
    !KEYWORDS.has(text) &&
    text.normalize('NFKC') === text
  )
}

/**
 * Throws unless a guest's source could bind `name` as a global, and would then mean the same name.
 * @throws ArgumentError that begins with `what`.
 */
export function checkName(name: unknown, what: string): asserts name is string {
  if (typeof name !== 'string')
    throw new ArgumentError(`${what}: a name must be a string, not ${typeof name}`)
  const shown = JSON.stringify(name.slice(0, 80))
  if (!IDENTIFIER.test(name) || name.includes(PRIVATE_MARK))
    throw new ArgumentError(`${what}: ${shown} is not a Python name`)
  if (!isQuicklyNormalised(name)) throw new ArgumentError(`${what}: ${shown} is too long a name`)
  const read = name.normalize('NFKC')
  if (read !== name)
    throw new ArgumentError(`${what}: Python reads ${shown} as ${JSON.stringify(read)}: write that`)
  if (KEYWORDS.has(name)) throw new ArgumentError(`${what}: ${shown} is a keyword of Python`)
  if (RESERVED.has(name) || (name.startsWith('__') && name.endsWith('__'))) {
    throw new ArgumentError(
      `${what}: ${shown} has a meaning of its own to the guest and cannot be bound`,
    )
  }
}
