/**
 * What a traceback points at within an expression: the operator of `a + b`, the brackets of `f(x)` and `a[i]`. Read off its tokens
 * in one pass, as CPython reads it off a tree: the text is what CPython says was executing, so it is an expression already, and
 * a parser in the host's thread would take tens of milliseconds to load and more for hostile text.
 */

/** Offsets into the text of an expression, of its operator or of its last brackets. */
export interface Anchor {
  readonly kind: 'operator' | 'call' | 'subscript'
  readonly start: number
  readonly end: number
  /** Of a call: whether a bare name is called. */
  readonly ofName?: boolean
}

interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'group' | 'other'
  readonly text: string
  readonly start: number
  readonly end: number
}

/** How tightly binary operators bind; what is not here makes no arithmetic: comparisons, `and`, `if`, commas. */
const BINDING: Readonly<Record<string, number>> = {
  '|': 1,
  '^': 2,
  '&': 3,
  '<<': 4,
  '>>': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '//': 6,
  '%': 6,
  '@': 6,
  '**': 7,
}
const POWER = BINDING['**']!
const SIGNS: ReadonlySet<string> = new Set(['+', '-', '~'])
/** Names that no operand is. */
const KEYWORDS: ReadonlySet<string> = new Set(
  'and as assert async break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
)
/** Brackets and f-strings in one another; what is deeper has no anchor. */
const MOST_NESTED = 200

/** What to point at in an expression; undefined where CPython points at nothing within it. */
export function anchorOf(text: string): Anchor | undefined {
  let [from, to] = [0, text.length]
  for (let round = 0; round < MOST_NESTED; round++) {
    const tokens = tokensOf(text, from, to)
    if (tokens === undefined || tokens.length === 0) return undefined
    const [only] = tokens
    if (tokens.length > 1 || only!.kind !== 'group' || only!.text !== '(')
      return ofTokens(text, tokens)
    ;[from, to] = [only!.start + 1, only!.end - 1]
  }
  return undefined
}

/** Whether a line is `return name(…)` or `name = …(…)`, and the call what is between these offsets: then it is all underlined. */
export function isWholeStatement(text: string, start: number, end: number): boolean {
  const call = anchorOf(text.slice(start, end))
  // In parentheses it would begin before its own text does.
  if (call?.kind !== 'call' || text[end - 1] !== ')' || text[start] === '(') return false
  const [before, after] = [tokensOf(text, 0, start), tokensOf(text, end, text.length)]
  if (!before || !after || (after.length > 0 && after[0]!.text !== ';')) return false
  const [first] = before
  if (before.length === 1 && first!.text === 'return') return call.ofName === true
  return before.length === 2 && first!.kind === 'name' && before[1]!.text === '='
}

/** The anchor of an expression that stands in no parentheses. */
function ofTokens(source: string, tokens: readonly Token[]): Anchor | undefined {
  let root: Token | undefined
  let trailer: Token | undefined
  let trailers = 0
  let isOperand = false
  for (const [at, token] of tokens.entries()) {
    const { kind, text } = token
    const binding = Object.hasOwn(BINDING, text) ? BINDING[text]! : undefined
    if (kind === 'name' && KEYWORDS.has(text)) return undefined
    if (!isOperand) {
      if (SIGNS.has(text) || (kind === 'name' && text === 'await')) continue
      if (kind === 'other' && text !== '...') return undefined
      isOperand = true
      trailer = undefined
      trailers = 0
    } else if (kind === 'group' && text !== '{') {
      trailer = token
      trailers++
    } else if (kind === 'string' && tokens[at - 1]!.kind === 'string') continue
    else if (text === '.' && tokens[at + 1]?.kind === 'name') {
      trailer = undefined
      trailers++
    } else if (kind === 'name' && tokens[at - 1]!.text === '.') continue
    else if (kind === 'other' && binding !== undefined) {
      isOperand = false
      // Of those that bind loosest the last, but of powers, which go from right to left, the first.
      const loosest = root === undefined ? Infinity : BINDING[root.text]!
      if (binding < loosest || (binding === loosest && binding !== POWER)) root = token
    } else return undefined
  }
  if (!isOperand) return undefined
  const { text } = tokens[0]!
  if (root && !(root.text === '**' && SIGNS.has(text)))
    return { kind: 'operator', start: root.start, end: operatorEnd(source, tokens, root) }
  if (root || !trailer || SIGNS.has(text) || text === 'await') return undefined
  const { start, end } = trailer
  if (trailer.text === '[') return { kind: 'subscript', start, end }
  return { kind: 'call', start, end, ofName: trailers === 1 && tokens[0]!.kind === 'name' }
}

/**
 * CPython takes what follows an operator of one character for a second one, where the operand has not begun: a parenthesis around
 * it, which is no part of its tree, unless it makes a tuple or a generator.
 */
function operatorEnd(source: string, tokens: readonly Token[], root: Token): number {
  const right = tokens[tokens.indexOf(root) + 1]!
  const isAlone = right === tokens[tokens.length - 1] && right.start === root.end
  if (!isAlone || right.text !== '(' || root.text.length > 1) return root.end
  const inner = tokensOf(source, right.start + 1, right.end - 1) ?? []
  const first = inner[0]?.text
  const begin = first === 'lambda' ? inner.findIndex(({ text }) => text === ':') : 0
  const parts = first === 'yield' ? [] : inner.slice(begin)
  const isPart = first === undefined || parts.some(({ text }) => text === ',' || text === 'for')
  return isPart ? root.end : root.end + 1
}

const BLANK = /(?:[ \t\f\r\n]|\\\r?\n|#[^\n]*)*/y
const NAME = /[\p{ID_Start}_][\p{ID_Continue}\u200c\u200d]*/uy
const NUMBER =
  /0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?/y
const STRING = /([rRbBuUfFtT]{0,2})("""|'''|"|')/y
const OPERATOR = /\.\.\.|\*\*=?|\/\/=?|<<=?|>>=?|->|:=|[-+*/%@&|^<>=!]=|[-+*/%@&|^~<>=.,:;!]/y
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** The tokens from `from` to `to`, what is in brackets as one; undefined for what is no text of Python's. */
function tokensOf(text: string, from: number, to: number): readonly Token[] | undefined {
  const tokens: Token[] = []
  for (let at = from; ; ) {
    at += match(BLANK, text, at)![0].length
    if (at >= to) return tokens
    const token = tokenAt(text, at, 0)
    if (token === undefined || token.end > to) return undefined
    tokens.push(token)
    at = token.end
  }
}

function tokenAt(text: string, start: number, nested: number): Token | undefined {
  if (nested > MOST_NESTED) return undefined
  const open = text[start]!
  if (Object.hasOwn(CLOSING, open)) {
    const end = groupEnd(text, start + 1, CLOSING[open]!, nested + 1)
    return end === undefined ? undefined : { kind: 'group', text: open, start, end }
  }
  const string = match(STRING, text, start)
  if (string) {
    const end = stringEnd(text, start + string[0].length, string[1]!, string[2]!, nested + 1)
    return end === undefined ? undefined : { kind: 'string', text: open, start, end }
  }
  for (const [kind, pattern] of [
    ['number', NUMBER],
    ['name', NAME],
    ['other', OPERATOR],
  ] as const) {
    const found = match(pattern, text, start)
    if (found) return { kind, text: found[0], start, end: start + found[0].length }
  }
  return undefined
}

/** Where a bracket ends whose inside begins at `at`. */
function groupEnd(text: string, at: number, closing: string, nested: number): number | undefined {
  for (;;) {
    at += match(BLANK, text, at)![0].length
    if (at >= text.length) return undefined
    if (text[at] === closing) return at + 1
    const token = tokenAt(text, at, nested)
    if (token === undefined) return undefined
    at = token.end
  }
}

/** Where a string ends whose inside begins at `at`. */
function stringEnd(
  text: string,
  at: number,
  prefix: string,
  quote: string,
  nested: number,
): number | undefined {
  const hasFields = /[fFtT]/.test(prefix)
  while (at < text.length) {
    if (text.startsWith(quote, at)) return at + quote.length
    const c = text[at]!
    if (c === '\n' && quote.length === 1) return undefined
    if (c === '\\') at += 2
    else if (hasFields && c === '{' && text[at + 1] !== '{') {
      const end = fieldEnd(text, at + 1, quote, nested + 1)
      if (end === undefined) return undefined
      at = end
    } else at += hasFields && c === '{' ? 2 : 1
  }
  return undefined
}

/** Where a replacement field of an f-string ends: an expression, and perhaps a format, which may hold fields. */
function fieldEnd(text: string, at: number, quote: string, nested: number): number | undefined {
  for (;;) {
    at += match(BLANK, text, at)![0].length
    if (at >= text.length) return undefined
    if (text[at] === '}') return at + 1
    if (text[at] === ':') break
    const token = tokenAt(text, at, nested)
    if (token === undefined) return undefined
    at = token.end
  }
  for (at++; at < text.length; ) {
    if (text[at] === '}') return at + 1
    if (text.startsWith(quote, at) || (text[at] === '\n' && quote.length === 1)) return undefined
    const end = text[at] === '{' ? fieldEnd(text, at + 1, quote, nested + 1) : at + 1
    if (end === undefined) return undefined
    at = end
  }
  return undefined
}
