/**
 * Reads the literal parts of strings as CPython 3.14's tokenizer does (`Parser/lexer/lexer.c`): where they end, where a
 * replacement field begins, and what it would refuse. Text only, no tree. Linear.
 */

/** What stands before a string's content. */
export interface StringPrefix {
  /** False when CPython has no such prefix. */
  readonly valid: boolean
  readonly raw: boolean
  readonly bytes: boolean
  /** An f-string or t-string. */
  readonly hasFields: boolean
  /** The quote's character code. */
  readonly quote: number
  /** 1, or 3 for a triple-quoted string. */
  readonly quoteLength: number
  readonly contentStart: number
}

/** Where a literal part ends. */
export interface LiteralEnd {
  /** After the closing quotes; or at the `{` of a field; or, in a format, at the `}` that ends it; or at the problem. */
  readonly end: number
  /** Whether a replacement field begins at `end`. */
  readonly atField: boolean
  /** Why CPython refuses the literal. */
  readonly problem?: string
  readonly hint?: string
}

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d
const LETTERS = { N: 0x4e, U: 0x55, u: 0x75, x: 0x78 } as const

const DOUBLE = 'double the backslash, or write a raw string'

/** Which names there are only CPython knows; none is longer than 100. */
const CHARACTER_NAME = /\{[\w ()-]{1,100}\}/y

/** Every prefix, in lower case and sorted. `t` is here because its strings are refused elsewhere, by name. */
const PREFIXES = new Set(['', 'r', 'b', 'u', 'f', 't', 'br', 'fr', 'rt'])

/** Reads the prefix and the opening quotes of the string that begins at `start`. */
export function stringPrefix(text: string, start: number): StringPrefix {
  let at = start
  let unit = text.charCodeAt(at)
  while (unit !== 0x27 && unit !== 0x22 && unit !== 0x60 && at < text.length) unit = text.charCodeAt((at += 1))
  const triple = text.charCodeAt(at + 1) === unit && text.charCodeAt(at + 2) === unit
  const quoteLength = triple ? 3 : 1
  const contentStart = at + quoteLength
  if (at === start) return { valid: true, raw: false, bytes: false, hasFields: false, quote: unit, quoteLength, contentStart }
  const letters = [...text.slice(start, at).toLowerCase()].sort().join('')
  return {
    valid: PREFIXES.has(letters),
    raw: letters.includes('r'),
    bytes: letters.includes('b'),
    hasFields: letters.includes('f') || letters.includes('t'),
    quote: unit,
    quoteLength,
    contentStart,
  }
}

/** Reads on from `from`, which is in a literal part of a string, or in a format (after the colon of a field). */
export function literalEnd(text: string, from: number, prefix: StringPrefix, inFormat: boolean): LiteralEnd {
  const { quote, quoteLength, hasFields, raw, bytes } = prefix
  let at = from
  for (;;) {
    if (at >= text.length) return { end: at, atField: false, problem: 'this string has no end' }
    const unit = text.charCodeAt(at)
    if (unit === quote) {
      const closes = quoteLength === 1 || (text.charCodeAt(at + 1) === quote && text.charCodeAt(at + 2) === quote)
      if (!closes) at += 1
      else if (!inFormat) return { end: at + quoteLength, atField: false }
      else return { end: at, atField: false, problem: 'the string ends within a replacement field' }
    } else if (unit === LINE_FEED && (quoteLength === 1 || inFormat)) {
      return { end: at, atField: false, problem: inFormat ? 'a line ends within a format' : 'this string has no end on its line' }
    } else if (unit === BACKSLASH) {
      const next = text.charCodeAt(at + 1)
      if (hasFields && (next === OPEN || next === CLOSE)) {
        at += 1
      } else if (raw) {
        at += escapeLength(text, at)
      } else if (next === LETTERS.N && !bytes) {
        const end = nameEnd(text, at + 2)
        if (end === 0) return { end: at + 2, atField: false, problem: '`\\N` needs a name in braces', hint: DOUBLE }
        if (inFormat) return { end, atField: false, problem: '`\\N{...}` cannot stand in a format' }
        at = end
      } else {
        const problem = escapeProblem(text, at, bytes)
        if (problem !== undefined) return { end: at + 2, atField: false, problem, hint: DOUBLE }
        at += escapeLength(text, at)
      }
    } else if (hasFields && unit === OPEN) {
      if (inFormat || text.charCodeAt(at + 1) !== OPEN) return { end: at, atField: true }
      at += 2
    } else if (hasFields && unit === CLOSE) {
      if (inFormat) return { end: at, atField: false }
      if (text.charCodeAt(at + 1) === CLOSE) at += 2
      else return { end: at + 1, atField: false, problem: 'a single `}` in an f-string', hint: 'write `}}`' }
    } else {
      if (bytes && unit > 0x7f) return { end: at + 1, atField: false, problem: 'bytes hold ASCII characters only', hint: 'write `\\xNN`, or encode a string' }
      at += 1
    }
  }
}

/** A backslash takes the next character with it; `\r\n` is one. */
function escapeLength(text: string, at: number): number {
  return text.charCodeAt(at + 1) === CARRIAGE_RETURN && text.charCodeAt(at + 2) === LINE_FEED ? 3 : 2
}

/** Escapes that CPython refuses for too few digits. */
function escapeProblem(text: string, at: number, bytes: boolean): string | undefined {
  const letter = text.charCodeAt(at + 1)
  if (letter === LETTERS.x) return hexadecimal(text, at, 2)
  if (bytes) return undefined
  if (letter === LETTERS.u) return hexadecimal(text, at, 4)
  return letter === LETTERS.U ? hexadecimal(text, at, 8) : undefined
}

/** Where the name of a character ends that begins with the brace at `at`; 0 when there is none. */
function nameEnd(text: string, at: number): number {
  CHARACTER_NAME.lastIndex = at
  return CHARACTER_NAME.test(text) ? CHARACTER_NAME.lastIndex : 0
}

function hexadecimal(text: string, at: number, digits: number): string | undefined {
  const written = text.slice(at + 2, at + 2 + digits)
  if (written.length === digits && /^[\da-fA-F]+$/.test(written) && parseInt(written, 16) <= 0x10ffff) return undefined
  return `\`\\${text[at + 1]}\` needs ${digits} hexadecimal digits of a character`
}
