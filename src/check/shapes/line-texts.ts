/** Lines of a source as CPython's tokenizer reads them: where they begin and end, how far in, and which a backslash joins. Text only. */

const CARRIAGE_RETURN = 0x0d
/** Joins its line to the next, where it stands last. */
export const BACKSLASH = 0x5c
const TAB = 0x09
const FORM_FEED = 0x0c
const SPACE = 0x20

/** Columns of a line's first token, as CPython counts them: a tab reaches the next multiple of eight, or is one. */
export function columnsOf(
  text: string,
  from: number,
  to: number,
): { readonly column: number; readonly narrow: number } {
  let column = 0
  let narrow = 0
  for (let at = from; at < to; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === TAB) {
      column = (Math.floor(column / 8) + 1) * 8
      narrow += 1
    } else if (unit === FORM_FEED) {
      column = 0
      narrow = 0
    } else {
      column += 1
      narrow += 1
    }
  }
  return { column, narrow }
}

/** Whether nothing but blanks stands there. */
export function isBlank(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit !== SPACE && unit !== TAB && unit !== FORM_FEED) return false
  }
  return true
}

/** Whether the line before the one that begins at `lineStart` ends with a backslash. */
export function endsWithBackslash(text: string, lineStart: number): boolean {
  return lineStart > 0 && text.charCodeAt(endOfLine(text, lineStart) - 1) === BACKSLASH
}

/** Offset after the last character of the line before `lineStart`, without its line break. */
export function endOfLine(text: string, lineStart: number): number {
  return text.charCodeAt(lineStart - 2) === CARRIAGE_RETURN ? lineStart - 2 : lineStart - 1
}

/**
 * Whether the lines that backslashes join to the one at `lineStart` begin with a blank one: then that line's indentation
 * is the statement's, which nobody sees. Looks past blank lines only, so that long joined statements cost little.
 */
export function hidesIndentation(text: string, lineStart: number): boolean {
  let first = lineStart
  do {
    const content = endOfLine(text, first) - 1
    first = text.lastIndexOf('\n', first - 2) + 1
    if (!isBlank(text, first, content)) return false
  } while (endsWithBackslash(text, first))
  return true
}

/** Offset of the line feed that ends the line at `offset`, or of the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset)
  return feed < 0 ? text.length : feed
}
