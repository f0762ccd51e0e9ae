/**
 * The text as tree-sitter is given it: the source, letter for letter in place, but for a few letters that steer it past
 * its known misreadings. Offsets stay those of the source, and every reader takes names and literals from the source.
 *
 * Three kinds of change. Long runs of comment lines are blanked, because tree-sitter's scanner reads on to the end of the
 * run at each of its lines: 80 KB of comments in a function take 28 s. Where the tree shows a misreading with one right
 * reading, the letter that caused it is replaced, and the text parsed again (`misreadings.ts` finds those). And in a text
 * with errors, line breaks in brackets become spaces, because tree-sitter ends a block at a line that is indented less,
 * also after an operator in brackets.
 *
 * None of it is trusted: what the checks ask about lines and literals they ask of the source.
 */

/** One letter to be replaced. */
export interface Replacement {
  readonly at: number
  readonly letter: string
}

/** `text` with each letter replaced; `replacements` ascend and do not repeat a place. */
export function replaced(text: string, replacements: readonly Replacement[]): string {
  const pieces: string[] = []
  let from = 0
  for (const { at, letter } of replacements) {
    pieces.push(text.slice(from, at), letter)
    from = at + 1
  }
  pieces.push(text.slice(from))
  return pieces.join('')
}

/**
 * Steps of the scanner, each some 35 ns, that a run of comments may cost before it is thinned, and that all together may
 * cost thereafter: about 35 ms, and about 0.7 s and a fifth more than parsing takes.
 */
const RUN_STEPS = 1_000_000
const TOTAL_STEPS = 20_000_000
const STEPS_PER_CHARACTER = 10

/**
 * `text` with its long runs of comment lines blanked where that cannot change the reading; undefined when the rest would
 * still take too long: thousands of comment lines in a row, all with quotes in them, or thousands of lone backslashes.
 */
export function withoutCommentRuns(text: string): string | undefined {
  const pieces: string[] = []
  let written = 0
  let steps = 0
  let runStart = 0
  let runTokens = 0
  for (let lineStart = 0; lineStart <= text.length; ) {
    const found = text.indexOf('\n', lineStart)
    const lineEnd = found < 0 ? text.length : found
    const kind = lineStart === text.length ? CODE : lineKind(text, lineStart, lineEnd)
    if (kind === TOKEN) runTokens += 1
    else if (kind === CODE) {
      const cost = (runTokens * (lineStart - runStart)) / 2
      if (cost > RUN_STEPS) {
        const thinned = thinnedRun(text.slice(runStart, lineStart))
        pieces.push(text.slice(written, runStart), thinned.text)
        written = lineStart
        steps += (thinned.tokens * (lineStart - runStart)) / 2
      } else {
        steps += cost
      }
      runTokens = 0
      runStart = lineEnd + 1
    }
    lineStart = lineEnd + 1
  }
  if (steps > TOTAL_STEPS + STEPS_PER_CHARACTER * text.length) return undefined
  return written === 0 ? text : pieces.join('') + text.slice(written)
}

const BLANK = 0
/** A comment alone on its line, or a backslash alone on its line: a token of its own. */
const TOKEN = 1
const CODE = 2

function lineKind(text: string, start: number, end: number): number {
  let at = start
  let unit = 0
  for (; at < end; at += 1) {
    unit = text.charCodeAt(at)
    if (unit !== 0x20 && unit !== 0x09 && unit !== 0x0c && unit !== 0x0d) break
  }
  if (at === end) return BLANK
  if (unit === 0x23) return TOKEN
  return unit === 0x5c && (at + 1 === end || (at + 2 === end && text.charCodeAt(at + 1) === 0x0d))
    ? TOKEN
    : CODE
}

/**
 * Blanks the comments of a run. A run may lie inside a string, where a comment is none: only lines are blanked that hold
 * nothing with a meaning in a string, so that the string's parts stay what they were.
 */
function thinnedRun(run: string): { readonly text: string; readonly tokens: number } {
  let tokens = 0
  const text = run.replace(
    /^([ \t\f\r]*)([#\\][^\n]*)/gm,
    (line, indentation: string, token: string) => {
      if (!/['"\\{}]/.test(token)) return indentation + ' '.repeat(token.length)
      tokens += 1
      return line
    },
  )
  return { text, tokens }
}

/**
 * Line breaks in brackets, to be spaces. Strings and brackets are told roughly: a wrong guess joins lines that are none,
 * which the check of lines refuses. A line with a `#` is left alone, lest a comment take the next line in.
 */
export function lineBreaksInBrackets(text: string): Replacement[] {
  const found: Replacement[] = []
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '\n':
        if (depth > 0) found.push({ at, letter: ' ' })
        if (found.length > MOST_LINE_BREAKS) return []
        break
      case '(':
      case '[':
      case '{':
        depth += 1
        break
      case ')':
      case ']':
      case '}':
        if (depth > 0) depth -= 1
        break
      case '#': {
        const feed = text.indexOf('\n', at)
        at = feed < 0 ? text.length : feed
        break
      }
      case '"':
      case "'":
        at = roughStringEnd(text, at)
        break
    }
  }
  return found
}

/** Beyond so many, nothing is tried: a text with errors and a million lines in brackets is nobody's. */
const MOST_LINE_BREAKS = 100_000

/** Offset of the last character of the string that begins at `start`; of the line's, or of `start`, when it has no end. */
function roughStringEnd(text: string, start: number): number {
  const quote = text[start] as string
  if (text.startsWith(quote.repeat(3), start)) {
    const end = text.indexOf(quote.repeat(3), start + 3)
    return end < 0 ? start : end + 2
  }
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === quote) return at
    else if (text[at] === '\n') return at - 1
  }
  return start
}
