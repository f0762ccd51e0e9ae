/**
 * String literals, read again by CPython's rules: where tree-sitter sees another end, or another replacement field, the
 * literal is refused. `b'\N';import os#'` is one string to tree-sitter and two statements to CPython.
 *
 * Only the literal parts are read; what stands in a replacement field is ordinary code with nodes of its own.
 */
import type { Grammar } from '../../syntax/language.js'
import { SYNTAX_RULES } from '../../syntax/syntax-rules.js'
import type { Tree } from '../../syntax/tree.js'
import type { Report } from '../kinds.js'
import type { ShapeChecks } from '../shapes.js'
import { literalEnd, stringPrefix, type StringPrefix } from './literal-reader.js'
import { childOfField, childOfKind, firstChild, kindSet, lastChild } from './walk.js'

/** CPython nests replacement fields so deep: a field, one in its format, one in that one's format. */
const FIELD_DEPTH = 3

export function stringChecks(grammar: Grammar): ShapeChecks {
  const string = grammar.kindId('string')
  const interpolation = grammar.kindId('interpolation')
  const field = grammar.kindId('format_expression')
  const comment = grammar.kindId('comment')
  const continuation = grammar.kindId('line_continuation')
  const concatenated = grammar.kindId('concatenated_string')
  const patterns = kindSet(grammar, 'case_pattern dict_pattern keyword_pattern union_pattern')
  const equals = grammar.kindId('=', false)
  const [specifierField, conversionField] = [grammar.fieldId('format_specifier'), grammar.fieldId('type_conversion')]

  function refuse(tree: Tree, node: number, report: Report, at: number, message: string, hint?: string): void {
    const { start, end } = tree
    const from = Math.min(Math.max(at, start[node]), end[node])
    report(SYNTAX_RULES.stringLiteral, start[node], Math.max(from, start[node] + 1), { message, ...(hint === undefined ? {} : { hint }) })
  }

  function checkString(tree: Tree, node: number, report: Report): void {
    const { text, start, end } = tree
    const prefix = stringPrefix(text, start[node])
    if (prefix.quote === 0x60) return report(SYNTAX_RULES.backquotes, start[node], end[node])
    if (!prefix.valid) {
      const spelled = text.slice(start[node], prefix.contentStart - prefix.quoteLength)
      return refuse(tree, node, report, end[node], `\`${spelled}\` is no prefix of a string in Python 3`)
    }
    if (end[node + 1] !== prefix.contentStart) return refuse(tree, node, report, end[node], MISREAD, MISREAD_HINT)
    let at = prefix.contentStart
    let child = prefix.hasFields ? childOfKind(tree, node, interpolation) : 0
    for (;;) {
      const part = literalEnd(text, at, prefix, false)
      if (part.problem !== undefined) return refuse(tree, node, report, part.end, part.problem, part.hint)
      if (!part.atField) {
        if (part.end !== end[node] || child !== 0) refuse(tree, node, report, part.end, MISREAD, MISREAD_HINT)
        else if (prefix.hasFields && inPattern(tree, node)) {
          report(SYNTAX_RULES.malformedStatement, start[node], end[node], { message: 'a pattern cannot be an f-string' })
        }
        return
      }
      if (child === 0 || start[child] !== part.end) return refuse(tree, node, report, part.end, MISREAD, MISREAD_HINT)
      at = end[child]
      child = nextOfKind(tree, node, child, interpolation)
    }
  }

  function inPattern({ kind, parent }: Tree, node: number): boolean {
    const owner = kind[parent[node]] === concatenated ? parent[parent[node]] : parent[node]
    return patterns[kind[owner]] !== 0
  }

  function nextOfKind({ kind, skip }: Tree, node: number, after: number, wanted: number): number {
    for (let child = skip[after]; child < skip[node]; child = skip[child]) if (kind[child] === wanted) return child
    return 0
  }

  function checkField(tree: Tree, node: number, report: Report): void {
    const { text, start, end } = tree
    const wrong = (from: number, to: number, message: string, hint?: string): void => {
      report(SYNTAX_RULES.formatField, from, to, { message, ...(hint === undefined ? {} : { hint }) })
    }
    const close = lastChild(tree, node)
    if (text.charCodeAt(end[node] - 1) !== 0x7d || end[close] !== end[node]) return wrong(start[node], end[node], 'this field has no end')

    const conversion = childOfField(tree, node, conversionField)
    if (conversion !== 0 && !/^![rsa]$/.test(text.slice(start[conversion], end[conversion]))) {
      return wrong(start[conversion], end[conversion], 'a conversion is one of `!r`, `!s` and `!a`')
    }
    const equalsSign = childOfKind(tree, node, equals)
    if (equalsSign !== 0) {
      for (let inner = node + 1; inner < tree.skip[node]; inner += 1) {
        if (tree.kind[inner] !== comment && tree.kind[inner] !== continuation) continue
        return wrong(start[inner], end[inner], 'a field with `=` shows its own text, and Python drops this part of it')
      }
    }
    const specifier = childOfField(tree, node, specifierField)
    if (specifier !== 0) checkSpecifier(tree, specifier, start[close], report)
  }

  function checkSpecifier(tree: Tree, node: number, close: number, report: Report): void {
    const { text, start, end, parent, kind } = tree
    let owner = parent[node]
    let fields = 0
    for (; kind[owner] !== string; owner = parent[owner]) {
      if (kind[owner] === interpolation || kind[owner] === field) fields += 1
      if (fields > FIELD_DEPTH) return
    }
    const prefix = stringPrefix(text, start[owner])
    if (fields === FIELD_DEPTH && childOfKind(tree, node, field) !== 0) {
      return report(SYNTAX_RULES.formatField, start[node], end[node], { message: 'replacement fields are nested too deeply' })
    }
    let at = start[node] + 1
    let child = childOfKind(tree, node, field)
    for (;;) {
      const part = literalEnd(text, at, prefix, true)
      const expected = part.atField ? child !== 0 && start[child] === part.end : child === 0 && part.end === close
      const problem = part.problem ?? (expected ? undefined : MISREAD)
      if (problem !== undefined) {
        const hint = part.hint ?? 'compute the format before the f-string, and insert it: `{value:{format}}`'
        return report(SYNTAX_RULES.formatField, start[node], Math.max(start[node] + 1, Math.min(part.end, close)), { message: problem, hint })
      }
      if (!part.atField) return
      at = end[child]
      child = nextOfKind(tree, node, child, field)
    }
  }

  function isBytes(tree: Tree, node: number): boolean {
    return prefixOf(tree, node).bytes
  }

  function prefixOf({ text, start }: Tree, node: number): StringPrefix {
    return stringPrefix(text, start[node])
  }

  return {
    string: checkString,
    interpolation: checkField,
    format_expression: checkField,
    concatenated_string(tree, node, report) {
      const first = firstChild(tree, node)
      const bytes = isBytes(tree, first)
      for (let child = first; child < tree.skip[node]; child = tree.skip[child]) {
        if (tree.kind[child] !== string || isBytes(tree, child) === bytes) continue
        return report(SYNTAX_RULES.stringLiteral, tree.start[child], tree.end[child], {
          message: 'a string and bytes cannot be joined',
          hint: 'give both the prefix `b`, or neither',
        })
      }
    },
  }
}

const MISREAD = 'readers of Python disagree about this string'
const MISREAD_HINT = 'double each backslash that is meant as one, or write a raw string'
