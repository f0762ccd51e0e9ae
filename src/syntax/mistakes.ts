/**
 * Mistakes that people and models make often, by how the line reads that tree-sitter could not: what CPython's parser says of
 * them, in its words, and what to write instead where it says no more than "invalid syntax".
 *
 * They explain what is refused anyway. Nothing here decides whether a source is.
 */
import { depthOf, INVALID, reads, type Line, type Mistake } from './mistake.js'
import type { Wording } from './source.js'

/** What is said of a stretch of the text, in place of what tree-sitter knows. */
export interface Explanation extends Wording {
  readonly start: number
  readonly end: number
}

/** How far back brackets are looked for, and the longest line that is read. */
const MOST = 2_000
const STRING = /[rbuft]{0,2}('''|"""|'|")(?:\\.|(?!\1).)*\1/gi

/** The first mistake known by the line around `at`; undefined for none. */
export function explain(text: string, at: number): Explanation | undefined {
  const start = text.lastIndexOf('\n', at - 1) + 1
  const feed = text.indexOf('\n', at)
  const raw = text.slice(start, feed < 0 ? text.length : feed)
  if (raw.length > MOST) return undefined
  const code = blanked(raw)
  const before = blanked(text.slice(Math.max(0, start - MOST), start)) + code.slice(0, at - start)
  const line: Line = { raw, code, at: at - start, isInBrackets: depthOf(before) > 0 }
  for (const mistake of MISTAKES) {
    const found = mistake(line)
    if (!found) continue
    const { from, to, ...wording } = found
    return { ...wording, start: start + from, end: start + to }
  }
  return undefined
}

const blanked = (text: string): string =>
  text
    .replace(STRING, (string) => string[0]!.padEnd(string.length - 1, '_') + string.at(-1)!)
    .replace(/#.*/g, (comment) => ' '.repeat(comment.length))

const NOT_A_NAME = /[^\0-\x7f\p{ID_Continue}]/u
const LOOKALIKES: Readonly<Record<string, string>> = {
  '“': '"',
  '”': '"',
  '„': '"',
  '‘': "'",
  '’': "'",
  '−': '-',
  '–': '-',
  '—': '-',
  '×': '*',
  '÷': '/',
  '≤': '<=',
  '≥': '>=',
  '≠': '!=',
  '，': ',',
  '：': ':',
  '（': '(',
  '）': ')',
}

const character: Mistake = ({ code }) => {
  const found = NOT_A_NAME.exec(code)
  if (!found) return undefined
  const sign = found[0]
  const point = `U+${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
  const isShown = /[^\p{C}\p{Z}]/u.test(sign)
  const plain = LOOKALIKES[sign] ?? (isShown ? undefined : ' ')
  return {
    message: isShown
      ? `invalid character '${sign}' (${point})`
      : `invalid non-printable character ${point}`,
    ...(plain !== undefined && { hint: plain === ' ' ? 'write a space' : `write \`${plain}\`` }),
    from: found.index,
    to: found.index + sign.length,
  }
}

/** The replacement fields of an f-string that its own line ends. */
const field: Mistake = ({ raw }) => {
  for (const found of raw.matchAll(/(?<!\w)(?:f|t|rf|fr|rt|tr)(['"])((?:\\.|(?!\1).)*)\1/gi)) {
    const kind = /t/i.test(found[0].slice(0, found[0].indexOf(found[1]!))) ? 't' : 'f'
    const from = found.index + found[0].indexOf(found[1]!) + 1
    let depth = 0
    for (const brace of found[2]!.replace(/\{\{|\}\}/g, '__').matchAll(/[{}]/g)) {
      const at = from + brace.index
      if (brace[0] === '}' && depth === 0)
        return {
          message: `${kind}-string: single '}' is not allowed`,
          hint: 'write `}}`',
          from: at,
          to: at + 1,
        }
      depth += brace[0] === '{' ? 1 : -1
    }
    const end = from + found[2]!.length
    if (depth > 0) return { message: `${kind}-string: expecting '}'`, from: end, to: end + 1 }
  }
  return undefined
}

/** The offset of a plain `=` outside brackets; -1 for none. */
function assignmentSign(code: string): number {
  for (const { index } of code.matchAll(/(?<![=!<>:+\-*/%@&|^])=(?!=)/g))
    if (depthOf(code.slice(0, index)) === 0) return index
  return -1
}

const condition: Mistake = ({ code }) => {
  const head = /^\s*(?:if|elif|while)\s+/.exec(code)
  const sign = assignmentSign(code)
  // Behind a colon it is an assignment, and something else is wrong.
  if (!head || sign < 0 || /:(?!=)/.test(code.slice(0, sign))) return undefined
  return {
    message: "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
    from: head[0].length,
    to: code.trimEnd().replace(/:$/, '').length,
  }
}

/** What stands before a `=` and cannot: its pattern, and what CPython calls it. */
const UNASSIGNABLE: readonly (readonly [RegExp, string])[] = [
  [/^(?:None|True|False)$/, ''],
  [/^(?:\d[\w.]*|[rbuRBU]{0,2}(['"]).*\1)$/, 'literal'],
  [/^[fF]['"]/, 'f-string expression'],
  [/^[\w.]+(?:\[[^=]*\])?\(.*\)$/, 'function call'],
  [/^[^=()[\]{},:]+[-+*/%&|^]\s*[^=,:]+$/, 'expression'],
]

const target: Mistake = ({ code }) => {
  const sign = assignmentSign(code)
  if (sign < 0) return undefined
  const left = code.slice(0, sign).trim()
  const kind = UNASSIGNABLE.find(([pattern]) => pattern.test(left))?.[1]
  if (kind === undefined) return undefined
  const from = code.indexOf(left)
  return {
    message: kind
      ? `cannot assign to ${kind} here. Maybe you meant '==' instead of '='?`
      : `cannot assign to ${left}`,
    from,
    to: from + left.length,
  }
}

const KEYWORD =
  /^(?:and|as|assert|async|await|class|def|del|elif|else|except|for|from|if|import|in|is|lambda|nonlocal|not|or|return|while|with|yield)$/

/** Two values beside each other in brackets. */
const comma: Mistake = ({ code, at, isInBrackets }) => {
  if (!isInBrackets) return undefined
  const before = /(\w+|['")\]}])\s+$/.exec(code.slice(0, at))
  const after = /^(\w+|['"([{])/.exec(code.slice(at))
  if (!before || !after || KEYWORD.test(before[1]!) || KEYWORD.test(after[1]!)) return undefined
  const from = at - before[0].length
  return { message: 'invalid syntax. Perhaps you forgot a comma?', from, to: at + after[0].length }
}

const number = reads(
  /(?<![.\w])(?!0[xbo]|\d[\d_]*(?:e[-+]?\d+)?j?\b)(\d+[a-z_]\w*)/i,
  'invalid decimal literal',
  'a name does not begin with a digit',
)

/** Where parts of statements belong. */
const CLAUSES: Readonly<Record<string, string>> = {
  elif: 'no `if`',
  else: 'no `if`, `for`, `while` or `try`',
  except: 'no `try`',
  finally: 'no `try`',
}

/** A part of a statement that is not there, or is indented otherwise. */
const clause: Mistake = ({ code, at }) => {
  const found = /^\s*(elif|else|except|finally)\b.*:/.exec(code)
  if (!found) return undefined
  const word = found[1]!
  const from = code.indexOf(word)
  if (at > from) return undefined
  return {
    message: INVALID.replace('%', word),
    hint: `${CLAUSES[word]} is open here: look how far the lines before are indented`,
    from,
    to: from + word.length,
  }
}

/** Words that no name can be, where one is assigned. */
const WORD_AS_NAME =
  /^\s*(and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield)\s*=(?!=)/

/** Annotations and types in which more than an attribute follows a subscript: the grammar takes the subscript for a generic type. */
const GENERIC = String.raw`\s*([\p{L}_][\w.]*\s*\[[^\[\]]*\])\s*[\[(.]`
const ANNOTATED = [
  String.raw`^\s*(?!(?:else|try|finally)\b)[\w.()]+(?:\[[^\[\]]*\])?\s*:`,
  String.raw`^\s*(?:async\s+)?def\b.*?(?::|->)`,
  String.raw`^\s*type\s+\w+.*?[:=]`,
].map((before) => new RegExp(before + GENERIC, 'u'))

/** In the order in which they are looked for. */
const MISTAKES: readonly Mistake[] = [
  reads(
    /^\s*(```|~~~)/,
    INVALID,
    'this is a fence of Markdown: give what stands between the fences alone',
  ),
  reads(
    /^\s*(>>>|\.\.\.)(?=\s|$)/,
    INVALID,
    'this is the prompt of an interactive session: leave it out, and what was printed',
  ),
  reads(/^\s*([%!]\w[-\w]*)/, INVALID, (found) =>
    found[0] === '!'
      ? 'a command of a notebook is no Python: leave it out; `not` negates'
      : 'a command of a notebook is no Python: leave it out',
  ),
  character,
  field,
  reads(/(&&|\|\|)/, INVALID, (found) => `write \`${found === '&&' ? 'and' : 'or'}\``),
  reads(/(?<=[\w\])])(\+\+|--)\s*(?=$|;)/, INVALID, (found) => `write \`${found[0]}= 1\``),
  reads(/([=!]==)/, INVALID, (found) => `write \`${found.slice(0, 2)}\``),
  reads(/^\s*(else\s+if)\b/, "expected ':' after `else`", 'write `elif`'),
  number,
  reads(/^\s*(=)(?!=)/, INVALID, 'leave it out: a formula begins with its value'),
  reads(
    WORD_AS_NAME,
    INVALID,
    (found) => `\`${found}\` is a word of Python's own: write another name`,
  ),
  clause,
  reads(
    /\blambda\b[^:]*:\s*(return)\b/,
    INVALID,
    'a lambda holds one expression, which is what it returns: leave `return` out',
  ),
  // The head of a statement that goes on without its colon.
  reads(
    /^\s*(?:if|elif|while|for\s[^:]+?\sin|with|class|def)\s[^:]*?[\w)\]'"]\s+(print\b|return\b|break\b|continue\b|pass\b|raise\b)(?![^:]*:)/,
    "expected ':'",
    (found) => `write \`:\` before \`${found}\``,
  ),
  reads(/^\s*(foreach)\s+\w+\s+in\b/, INVALID, 'write `for`'),
  condition,
  ...ANNOTATED.map((pattern) =>
    reads(
      pattern,
      'the checker cannot read what follows `%` in an annotation',
      (found) => `Python can: write \`(${found})\``,
    ),
  ),
  target,
  reads(
    /(?:^|[\s,([])(\*\s*[[(])(?=.*(?:[^=!<>]=[^=]|\sin\s))/,
    'the checker cannot read `%` among the targets of an assignment',
    'Python can: name the rest, `*rest, c = x`, and unpack it in a line of its own',
  ),
  reads(/^\s*(import\s+[\w.]+\s+from\b.*)/, "Did you mean to use 'from ... import ...' instead?"),
  reads(/\b(import)\s*$/, "Expected one or more names after 'import'"),
  reads(/^\s*(?:let|var|const)\s+\w+/, INVALID, 'a variable is not declared: write `x = 1`'),
  reads(/^\s*(function)\s+\w+\s*\(/, INVALID, 'write `def`'),
  reads(/^\s*(switch)\s+\S/, INVALID, 'write `match`'),
  reads(/\S\s*(\?)\s*[^:]+:/, INVALID, 'write `a if condition else b`'),
  comma,
  reads(/^\s*[\w.]+\s*=\s*[\w.]+[ \t]+(\w+)\s*$/, INVALID),
  reads(
    /^(\p{Lu}[\p{L}'’]*(?:[ ,]+[\p{L}'’]+){2,}[.:!?]?)\s*$/u,
    INVALID,
    'this reads as prose: give the code alone, or make it a comment with `#`',
  ),
]
