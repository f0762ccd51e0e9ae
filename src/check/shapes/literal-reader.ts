/**
 * Reads the literal parts of strings as CPython 3.14's tokenizer does (`Parser/lexer/lexer.c`): where they end, where a
 * replacement field begins, and what it would refuse. Text only, no tree. Linear, and allocates nothing: a program has
 * as many strings as lines.
 */

/** Bits of what {@link readPrefix} tells. */
export const RAW = 1
/** A bytes literal. */
export const BYTES = 2
/** An f-string or t-string. */
export const FIELDS = 4
/** Three quotes begin it, and three end it. */
export const TRIPLE = 8
/** CPython has no such prefix. */
export const INVALID = 16
/** The prefix's length is in the bits from here up. */
export const PREFIX_SHIFT = 5

/** What a literal part ended at. */
export const AT_END = 0
/** At the `{` of a replacement field. */
export const AT_FIELD = 1
/** At what CPython refuses: {@link LiteralReader.problem} says why. */
export const AT_PROBLEM = 2

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d
const LETTER = { N: 0x4e, U: 0x55, u: 0x75, x: 0x78 } as const
const DOUBLE_QUOTE = 0x22
const SINGLE_QUOTE = 0x27
/** Python 2's; tree-sitter takes it for a quote. */
export const BACKQUOTE = 0x60

/** Reads the prefix and the opening quotes of the string at `start`: bits, and the prefix's length. */
export function readPrefix(text: string, start: number): number {
  let bits = 0
  let letters = 0
  let at = start
  for (; ; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === SINGLE_QUOTE || unit === DOUBLE_QUOTE || unit === BACKQUOTE) break
    const letter = PREFIX_LETTERS[unit | 0x20] ?? 0
    // Each letter once; `r` goes with all but `u`, the others with none but `r`.
    if (letter === 0 || (letters & letter) !== 0) bits |= INVALID
    letters |= letter
    if (at >= text.length) return INVALID
  }
  if (INVALID_LETTERS.has(letters)) bits |= INVALID
  if ((letters & R) !== 0) bits |= RAW
  if ((letters & B) !== 0) bits |= BYTES
  if ((letters & (F | T)) !== 0) bits |= FIELDS
  const quote = text.charCodeAt(at)
  if (text.charCodeAt(at + 1) === quote && text.charCodeAt(at + 2) === quote) bits |= TRIPLE
  return bits | ((at - start) << PREFIX_SHIFT)
}

const [R, B, U, F, T] = [1, 2, 4, 8, 16] as const
/** By character code, in lower case. */
const PREFIX_LETTERS: Readonly<Record<number, number>> = {
  0x72: R,
  0x62: B,
  0x75: U,
  0x66: F,
  0x74: T,
}
/** Combinations other than nothing, `r b u f t`, `rb rf rt`. `t` counts as valid: its strings are refused by name. */
const INVALID_LETTERS: ReadonlySet<number> = new Set(
  Array.from({ length: 32 }, (_, letters) => letters).filter(
    (letters) => ![0, R, B, U, F, T, R | B, R | F, R | T].includes(letters),
  ),
)

const DOUBLE = 'double the backslash, or write a raw string'

/** Which names there are only CPython knows; none is longer than 100. */
const CHARACTER_NAME = /\{[\w ()-]{1,100}\}/y

/** Reads one literal part after another; what it found is in its fields until the next reading. */
export class LiteralReader {
  /** After the closing quotes; or at the `{` of a field; or, in a format, at the `}` that ends it; or after the problem. */
  end = 0
  /** Why CPython refuses the literal, when the last reading ended at a problem. */
  problem = ''
  hint: string | undefined

  /**
   * Reads on from `from`, which is in a literal part of a string with these prefix bits and this quote, or in a format
   * (after the colon of a field). Returns one of {@link AT_END}, {@link AT_FIELD} and {@link AT_PROBLEM}.
   */
  read(text: string, from: number, bits: number, quote: number, inFormat: boolean): number {
    const hasFields = (bits & FIELDS) !== 0
    for (let at = from; at < text.length; ) {
      const unit = text.charCodeAt(at)
      if (unit === quote) {
        if (
          (bits & TRIPLE) !== 0 &&
          (text.charCodeAt(at + 1) !== quote || text.charCodeAt(at + 2) !== quote)
        )
          at += 1
        else if (inFormat) return this.refuse(at, 'the string ends within a replacement field')
        else return this.found(AT_END, at + ((bits & TRIPLE) !== 0 ? 3 : 1))
      } else if (unit === BACKSLASH) {
        at = this.escape(text, at, bits, inFormat)
        if (at < 0) return AT_PROBLEM
      } else if (unit === LINE_FEED) {
        if (inFormat) return this.refuse(at, 'a line ends within a format')
        if ((bits & TRIPLE) === 0) return this.refuse(at, 'this string has no end on its line')
        at += 1
      } else if (hasFields && unit === OPEN) {
        if (inFormat || text.charCodeAt(at + 1) !== OPEN) return this.found(AT_FIELD, at)
        at += 2
      } else if (hasFields && unit === CLOSE) {
        if (inFormat) return this.found(AT_END, at)
        if (text.charCodeAt(at + 1) !== CLOSE)
          return this.refuse(at + 1, 'a single `}` in an f-string', 'write `}}`')
        at += 2
      } else {
        if (unit > 0x7f && (bits & BYTES) !== 0) {
          return this.refuse(
            at + 1,
            'bytes hold ASCII characters only',
            'write `\\xNN`, or encode a string',
          )
        }
        at += 1
      }
    }
    return this.refuse(text.length, 'this string has no end')
  }

  private found(what: number, end: number): number {
    this.end = end
    return what
  }

  private refuse(end: number, problem: string, hint?: string): number {
    this.end = end
    this.problem = problem
    this.hint = hint
    return AT_PROBLEM
  }

  /** Where reading goes on after the backslash at `at`; -1 when CPython refuses the escape. */
  private escape(text: string, at: number, bits: number, inFormat: boolean): number {
    const next = text.charCodeAt(at + 1)
    // A brace is never escaped: the field begins all the same.
    if ((bits & FIELDS) !== 0 && (next === OPEN || next === CLOSE)) return at + 1
    if ((bits & RAW) === 0) {
      const digits =
        next === LETTER.x
          ? 2
          : (bits & BYTES) !== 0
            ? 0
            : next === LETTER.u
              ? 4
              : next === LETTER.U
                ? 8
                : 0
      if (digits > 0 && !isHexadecimal(text, at + 2, digits)) {
        this.refuse(
          at + 2,
          `\`\\${text[at + 1]}\` needs ${digits} hexadecimal digits of a character`,
          DOUBLE,
        )
        return -1
      }
      if (next === LETTER.N && (bits & BYTES) === 0) {
        CHARACTER_NAME.lastIndex = at + 2
        if (CHARACTER_NAME.test(text) && !inFormat) return CHARACTER_NAME.lastIndex
        this.refuse(
          at + 2,
          inFormat ? '`\\N{...}` cannot stand in a format' : '`\\N` needs a name in braces',
          inFormat ? undefined : DOUBLE,
        )
        return -1
      }
    }
    // A backslash takes the next character with it; `\r\n` is one.
    return next === CARRIAGE_RETURN && text.charCodeAt(at + 2) === LINE_FEED ? at + 3 : at + 2
  }
}

function isHexadecimal(text: string, at: number, digits: number): boolean {
  const written = text.slice(at, at + digits)
  return (
    written.length === digits && /^[\da-fA-F]+$/.test(written) && parseInt(written, 16) <= 0x10ffff
  )
}
