/**
 * The text filter: characters that must not be in a source at all, because Python and other readers of the same text
 * disagree about them, or because a person reading it would be deceived.
 *
 * `# note\rimport os` is one comment to tree-sitter and an import to CPython; a right-to-left override shows a check
 * where none is. What is harmless in a string or a comment (a vertical tab, a zero-width space) is judged after parsing.
 * One pass of one regular expression, whatever the text.
 */
import type { Diagnostic } from '../diagnostic.js'
import type { Source } from './source.js'
import { SYNTAX_RULES, type SyntaxRule } from './syntax-rules.js'
import type { Tree } from './tree.js'

/** At most this many reports of one rule: the rest would say nothing new. */
const ENOUGH = 10

/** Characters refused wherever they stand. */
const ANYWHERE = /[\0\u202a-\u202e\u2066-\u2069]|\r(?!\n)/g

/** Halves of surrogate pairs; slow, so looked for only when `isWellFormed` says that there are some. */
const LONE_SURROGATE = /\p{Surrogate}/gu

/** Characters refused outside strings and comments: tree-sitter takes them for spaces, CPython for errors. */
const IN_CODE = /[\v\ufeff\u200b\u2060]/g

/** Reports what the text must not hold anywhere, and a text over `maxBytes` of UTF-8. Needs no tree. */
export function textDiagnostics(source: Source, maxBytes: number): Diagnostic[] {
  const { text } = source
  const bytes = utf8Length(text, maxBytes)
  if (bytes > maxBytes) {
    const message = `the source has ${bytes} bytes or more, of ${maxBytes} allowed; policy.limits.sourceBytes raises it`
    return [source.diagnostic(SYNTAX_RULES.sourceTooLarge, 0, 0, { message })]
  }
  const diagnostics: Diagnostic[] = []
  for (const at of matches(ANYWHERE, text)) {
    diagnostics.push(source.diagnostic(ruleOf(text.charCodeAt(at)), at, at + 1))
    if (diagnostics.length === ENOUGH) break
  }
  if (!isWellFormed(text)) {
    for (const at of matches(LONE_SURROGATE, text)) {
      diagnostics.push(source.diagnostic(SYNTAX_RULES.illFormedUnicode, at, at + 1))
      if (diagnostics.length >= ENOUGH) break
    }
  }
  return diagnostics
}

/** Reports what the text must not hold in code. */
export function codeTextDiagnostics(
  source: Source,
  tree: Tree,
  isProse: (kind: number) => boolean,
): Diagnostic[] {
  const { text } = source
  const diagnostics: Diagnostic[] = []
  for (const at of matches(IN_CODE, text)) {
    if (diagnostics.length === ENOUGH) break
    if (isProse(tree.kind[innermost(tree, at)])) continue
    const rule =
      text.charCodeAt(at) === VERTICAL_TAB
        ? SYNTAX_RULES.verticalTab
        : SYNTAX_RULES.invisibleCharacter
    diagnostics.push(source.diagnostic(rule, at, at + 1))
  }
  return diagnostics
}

/** A name this long may need normalising that takes long. */
const MOST_MARKS = 32
const MOST_NAME = 1_000
/** The halfwidth voiced marks are letters whose normal form is a combining mark. */
const MARKS = /[\p{M}\uff9e\uff9f]+/gu

/** Whether Python's normal form of a name can be had without much work. */
export function isQuicklyNormalised(name: string): boolean {
  if (name.length > MOST_NAME) return false
  if (name.length <= MOST_MARKS) return true
  return (name.match(MARKS) ?? []).every((run) => [...run].length <= MOST_MARKS)
}

/** Reports names that would take long to normalise. Whoever normalises a name of the source may do so after this. */
export function nameDiagnostics(source: Source, tree: Tree, identifier: number): Diagnostic[] {
  const { text } = source
  if (!/[^\0-\x7f]/.test(text)) return []
  const diagnostics: Diagnostic[] = []
  for (let node = 0; node < tree.count && diagnostics.length < ENOUGH; node += 1) {
    const [start, end] = [tree.start[node], tree.end[node]]
    if (end - start <= MOST_MARKS || tree.kind[node] !== identifier) continue
    const name = text.slice(start, end)
    if (/[^\0-\x7f]/.test(name) && !isQuicklyNormalised(name))
      diagnostics.push(source.diagnostic(SYNTAX_RULES.overlongName, start, end))
  }
  return diagnostics
}

/** The number of the innermost node around an offset. Logarithmic, but for the climb. */
export function innermost(tree: Tree, offset: number): number {
  let low = 0
  let high = tree.count - 1
  // Starts ascend in pre-order: the last node that starts at or before the offset is in it, or is beside its ancestor.
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (tree.start[middle] <= offset) low = middle
    else high = middle - 1
  }
  while (low > 0 && tree.end[low] <= offset) low = tree.parent[low]
  return low
}

const VERTICAL_TAB = 11

function ruleOf(unit: number): SyntaxRule {
  if (unit === 0) return SYNTAX_RULES.nullCharacter
  return unit === 13 ? SYNTAX_RULES.loneCarriageReturn : SYNTAX_RULES.bidirectionalControl
}

/** Where `pattern` matches, one after another. Nearly always nowhere, which costs one pass and no object. */
function matches(pattern: RegExp, text: string): Iterable<number> {
  pattern.lastIndex = 0
  if (!pattern.test(text)) return []
  pattern.lastIndex = 0
  return allMatches(pattern, text)
}

function* allMatches(pattern: RegExp, text: string): Generator<number> {
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) yield match.index
}

/** Every engine we support has the method; the library that TypeScript is told of (ES2023) has not. */
function isWellFormed(text: string): boolean {
  // Old pages have no such method; there the slow look is taken at once.
  return (text as string & { isWellFormed?(): boolean }).isWellFormed?.() ?? false
}

/** Bytes of `text` in UTF-8; counted only when a text of that length could be over `limit`. */
function utf8Length(text: string, limit: number): number {
  // A UTF-16 unit is one to three bytes.
  if (text.length > limit || text.length * 3 <= limit) return text.length
  let bytes = text.length
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1
  }
  return bytes
}
