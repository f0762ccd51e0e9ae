/**
 * Puts into words what tree-sitter could not read. Its repairs cascade, so little is said: the bracket or string that was
 * never closed, when there is one, since everything after it is confused; otherwise the first few repairs. Mistakes that are
 * often made come first (mistakes.ts).
 */
import type { Diagnostic } from '../diagnostic.js'
import type { Grammar } from './language.js'
import { explain } from './mistakes.js'
import type { Source } from './source.js'
import { SYNTAX_RULES } from './syntax-rules.js'
import { ERROR, EXTRA, MISSING, NAMED, type Tree } from './tree.js'

/** As many repairs are reported. */
const ENOUGH = 10

/** Statements that a colon ends the head of. */
const HEADS = new Set([
  'if',
  'elif',
  'else',
  'for',
  'while',
  'try',
  'except',
  'finally',
  'with',
  'def',
  'class',
  'match',
  'case',
])
const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** Reports a tree's errors; at least one when `tree.hasError`, none otherwise. */
export function syntaxDiagnostics(tree: Tree, source: Source, grammar: Grammar): Diagnostic[] {
  if (!tree.hasError) return []
  if (tree.tooCostly) return [source.diagnostic(SYNTAX_RULES.parsingTooCostly, 0, 0)]
  const unclosed = unclosedToken(tree, source, grammar)
  const first = unclosed?.span.start.offset ?? firstError(tree)
  const explained = first < 0 ? undefined : explain(source.text, first)
  if (explained !== undefined) {
    const { start, end, ...wording } = explained
    return [source.diagnostic(SYNTAX_RULES.invalidSyntax, start, end, wording)]
  }
  if (unclosed !== undefined) return [unclosed]

  const diagnostics: Diagnostic[] = []
  for (let node = 0; node < tree.count && diagnostics.length < ENOUGH; node += 1) {
    if ((tree.flags[node] & MISSING) !== 0) diagnostics.push(missing(tree, node, source, grammar))
    else if ((tree.flags[node] & ERROR) !== 0) {
      diagnostics.push(error(tree, node, source, grammar))
      // What is inside an error is part of it.
      node = tree.skip[node] - 1
    }
  }
  if (diagnostics.length === 0) {
    const at = Math.max(tree.hiddenErrorAt, 0)
    diagnostics.push(
      source.diagnostic(SYNTAX_RULES.invalidSyntax, at, at, {
        message: 'invalid syntax: a line or a block ends here unexpectedly',
      }),
    )
  }
  return diagnostics
}

/** Where the first repair was made; -1 where none is in the tree. */
function firstError({ count, flags, start, hiddenErrorAt }: Tree): number {
  for (let node = 0; node < count; node += 1)
    if ((flags[node] & (ERROR | MISSING)) !== 0) return start[node]
  return hiddenErrorAt
}

function missing(tree: Tree, node: number, source: Source, grammar: Grammar): Diagnostic {
  const name = grammar.kindName(tree.kind[node])
  const expected =
    (tree.flags[node] & NAMED) === 0
      ? `\`${name}\``
      : name === 'identifier'
        ? 'a name'
        : 'an expression'
  return source.diagnostic(SYNTAX_RULES.invalidSyntax, tree.start[node], tree.end[node], {
    message: `${expected} is missing`,
  })
}

function error(tree: Tree, node: number, source: Source, grammar: Grammar): Diagnostic {
  const { text, start, end } = tree
  const colon = missingColon(tree, node, grammar)
  if (colon >= 0)
    return source.diagnostic(SYNTAX_RULES.invalidSyntax, colon, colon, {
      message: '`:` is missing',
    })
  // An error may swallow half the source: it is its beginning that says something.
  const feed = text.indexOf('\n', start[node])
  const to = feed < 0 ? end[node] : Math.min(end[node], feed)
  const near = text.slice(start[node], Math.min(to, start[node] + 40)).trim()
  return source.diagnostic(
    SYNTAX_RULES.invalidSyntax,
    start[node],
    to,
    near === '' ? {} : { message: `invalid syntax near \`${near}\`` },
  )
}

/** Where the colon should be of a statement's head that lacks it; -1 when that is not the matter. */
function missingColon(tree: Tree, node: number, grammar: Grammar): number {
  const { text, start, end, kind, flags, skip } = tree
  const first = node + 1
  if (
    first >= skip[node] ||
    (flags[first] & NAMED) !== 0 ||
    !HEADS.has(grammar.kindName(kind[first]))
  )
    return -1
  const feed = text.indexOf('\n', start[first])
  const lineEnd = feed < 0 ? text.length : feed
  let last = end[first]
  for (let inner = first; inner < skip[node] && start[inner] < lineEnd; inner += 1) {
    if ((flags[inner] & EXTRA) !== 0) continue
    if ((flags[inner] & NAMED) === 0 && grammar.kindName(kind[inner]) === ':') return -1
    if (end[inner] <= lineEnd && end[inner] > last) last = end[inner]
  }
  // Only when the line ends there: otherwise something else on it is the matter.
  return /^\s*(?:#.*)?$/.test(text.slice(last, lineEnd)) ? last : -1
}

/** The first bracket without its partner, or string without an end. */
function unclosedToken(tree: Tree, source: Source, grammar: Grammar): Diagnostic | undefined {
  const { text, start, end, kind, flags, skip, parent } = tree
  const string = grammar.kindId('string')
  const stringStart = grammar.kindId('string_start')
  const open: number[] = []
  const report = (node: number, message: string): Diagnostic =>
    source.diagnostic(SYNTAX_RULES.invalidSyntax, start[node], end[node], { message })
  for (let node = 0; node < tree.count; node += 1) {
    if (kind[node] === stringStart && kind[parent[node]] !== string)
      return report(node, 'this string has no end')
    if (
      (flags[node] & (NAMED | MISSING)) !== 0 ||
      skip[node] !== node + 1 ||
      end[node] - start[node] !== 1
    )
      continue
    const token = text[start[node]] as string
    if (token in PAIRS) open.push(node)
    else if (token === ')' || token === ']' || token === '}') {
      const opener = open.pop()
      if (opener === undefined) return report(node, `\`${token}\` closes nothing`)
      const opened = text[start[opener]] as string
      if (PAIRS[opened] !== token) return report(node, `\`${token}\` does not close \`${opened}\``)
    }
  }
  const opener = open.pop()
  return opener === undefined
    ? undefined
    : report(opener, `\`${text[start[opener]]}\` is never closed`)
}
