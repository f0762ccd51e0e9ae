/** The syntax layers alone, put together as the checker does it: text, parse, kinds, shapes, lines. No rule of names. */
import type { Diagnostic } from '../../src/diagnostic.js'
import { loadKindTable, reportDeniedKind, type Report } from '../../src/check/kinds.js'
import { createShapes } from '../../src/check/shapes.js'
import { examine, type SourceLimits } from '../../src/syntax/examine.js'
import { loadParser } from '../../src/syntax/parse.js'
import { Source } from '../../src/syntax/source.js'
import { NAMED, type Tree } from '../../src/syntax/tree.js'

export const parser = await loadParser()
const table = loadKindTable(parser)
const shapes = createShapes(parser)

export const LIMITS: SourceLimits = { sourceBytes: 10_000_000, depth: 1_000 }

/** What the syntax layers report of `text`. */
export function judge(text: string, limits = LIMITS): readonly Diagnostic[] {
  const source = new Source(text)
  const { tree, diagnostics } = examine(parser, source, limits)
  if (tree === undefined) return diagnostics
  const found: Diagnostic[] = []
  const report: Report = (rule, start, end, wording) =>
    void found.push(source.diagnostic(rule, start, end, wording))
  for (let node = 0; node < tree.count; node += 1) {
    if (table.denied[tree.kind[node]!] !== 0) reportDeniedKind(table, tree, node, report)
    shapes.checks[tree.kind[node]!]?.(tree, node, report)
  }
  shapes.checkLines(tree, report)
  return found
}

/** The codes alone. */
export function codesOf(text: string, limits = LIMITS): readonly string[] {
  return judge(text, limits).map(({ code }) => code)
}

/** A tree as an S-expression: kinds of named nodes, fields, and the text of leaves; tokens only when asked for. */
export function expressionOf(text: string, tokens = false): string {
  const tree = parser.parse(text)
  const parts: string[] = []
  const closings: number[] = []
  for (let node = 0; node < tree.count; node += 1) {
    while (closings.length > 0 && closings.at(-1)! <= node) {
      closings.pop()
      parts.push(')')
    }
    if (!tokens && (tree.flags[node]! & NAMED) === 0) continue
    const field = parser.fieldName(tree.field[node]!)
    const leaf = tree.skip[node] === node + 1
    parts.push(
      `${parts.length > 0 ? ' ' : ''}${field === undefined ? '' : `${field}:`}(${parser.kindName(tree.kind[node]!)}${leaf ? ` ${textOf(tree, node)}` : ''}`,
    )
    closings.push(tree.skip[node]!)
  }
  return parts.join('') + ')'.repeat(closings.length)
}

/** The text of a node. */
export function textOf(tree: Tree, node: number): string {
  return tree.text.slice(tree.start[node], tree.end[node])
}
