/** How one mistake is looked for in a line: by a function of the line, most often by a pattern of its code. */
import type { Wording } from './source.js'

/** A line, with what its strings hold blanked out, so that only code is read. */
export interface Line {
  readonly raw: string
  readonly code: string
  /** Where in the line tree-sitter stopped. */
  readonly at: number
  /** Whether a bracket is open there. */
  readonly isInBrackets: boolean
}

/** What is said, of which stretch of the line. */
export type Found = Wording & { readonly from: number; readonly to: number }
/** Looks for one mistake; undefined where the line has another. */
export type Mistake = (line: Line) => Found | undefined

/** How CPython puts what it says no more of; `%` stands for what is marked. */
export const INVALID = 'invalid syntax near `%`'

/** How many brackets are open behind the code. */
export const depthOf = (code: string): number =>
  (code.match(/[([{]/g)?.length ?? 0) - (code.match(/[)\]}]/g)?.length ?? 0)

/** A mistake that a pattern of the code finds; what is marked is its first group, or all. */
export function reads(
  pattern: RegExp,
  message: string,
  hint?: string | ((found: string) => string),
): Mistake {
  return ({ code }) => {
    const found = pattern.exec(code)
    if (!found) return undefined
    const mark = found[1] ?? found[0]
    const from = found.index + found[0].indexOf(mark)
    return {
      message: message.replace('%', mark.trim()),
      ...(hint !== undefined && { hint: typeof hint === 'string' ? hint : hint(mark.trim()) }),
      from,
      to: from + mark.length,
    }
  }
}
