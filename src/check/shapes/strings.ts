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
import {
  AT_END,
  AT_FIELD,
  AT_PROBLEM,
  BACKQUOTE,
  BYTES,
  FIELDS,
  INVALID,
  LiteralReader,
  PREFIX_SHIFT,
  readPrefix,
  TRIPLE,
} from './literal-reader.js'
import { firstChild, kindSet } from './walk.js'

/** CPython nests replacement fields so deep: a field, one in its format, one in that one's format. */
const FIELD_DEPTH = 3

const MISREAD = 'readers of Python disagree about this string'
const MISREAD_HINT = 'double each backslash that is meant as one, or write a raw string'
const FORMAT_HINT = 'compute the format before the f-string, and insert it: `{value:{format}}`'

/** The checks of string literals and of their replacement fields. */
export function stringChecks(grammar: Grammar): ShapeChecks {
  const string = grammar.kindId('string')
  const concatenated = grammar.kindId('concatenated_string')
  const interpolation = grammar.kindId('interpolation')
  const formatExpression = grammar.kindId('format_expression')
  const patterns = kindSet(grammar, 'case_pattern dict_pattern keyword_pattern union_pattern')
  const [specifierField, conversionField] = [
    grammar.fieldId('format_specifier'),
    grammar.fieldId('type_conversion'),
  ]
  const reader = new LiteralReader()

  function refuse(
    { start, end }: Tree,
    node: number,
    report: Report,
    at: number,
    message: string,
    hint?: string,
  ): void {
    const to = Math.max(start[node] + 1, Math.min(at, end[node]))
    report(SYNTAX_RULES.stringLiteral, start[node], to, {
      message,
      ...(hint === undefined ? {} : { hint }),
    })
  }

  function checkString(tree: Tree, node: number, report: Report): void {
    const { text, start, end } = tree
    const bits = readPrefix(text, start[node])
    const quoteAt = start[node] + (bits >> PREFIX_SHIFT)
    const quote = text.charCodeAt(quoteAt)
    if (quote === BACKQUOTE) return report(SYNTAX_RULES.backquotes, start[node], end[node])
    if ((bits & INVALID) !== 0) {
      return refuse(
        tree,
        node,
        report,
        end[node],
        `\`${text.slice(start[node], quoteAt)}\` is no prefix of a string in Python 3`,
      )
    }
    let at = quoteAt + ((bits & TRIPLE) !== 0 ? 3 : 1)
    if (end[node + 1] !== at) return refuse(tree, node, report, end[node], MISREAD, MISREAD_HINT)
    const hasFields = (bits & FIELDS) !== 0
    let field = hasFields ? nextOfKind(tree, node, node + 1, interpolation) : 0
    for (;;) {
      const found = reader.read(text, at, bits, quote, false)
      if (found === AT_PROBLEM)
        return refuse(tree, node, report, reader.end, reader.problem, reader.hint)
      if (found === AT_END) {
        if (reader.end !== end[node] || field !== 0)
          refuse(tree, node, report, reader.end, MISREAD, MISREAD_HINT)
        else if (hasFields && isPattern(tree, node)) {
          report(SYNTAX_RULES.malformedStatement, start[node], end[node], {
            message: 'a pattern cannot be an f-string',
          })
        }
        return
      }
      if (field === 0 || start[field] !== reader.end)
        return refuse(tree, node, report, reader.end, MISREAD, MISREAD_HINT)
      at = end[field]
      field = nextOfKind(tree, node, tree.skip[field], interpolation)
    }
  }

  function isPattern({ kind, parent }: Tree, node: number): boolean {
    const owner = kind[parent[node]] === concatenated ? parent[parent[node]] : parent[node]
    return patterns[kind[owner]] !== 0
  }

  function nextOfKind({ kind, skip }: Tree, node: number, from: number, wanted: number): number {
    for (let child = from; child < skip[node]; child = skip[child])
      if (kind[child] === wanted) return child
    return 0
  }

  function checkField(tree: Tree, node: number, report: Report): void {
    const { text, start, end, skip, field } = tree
    let conversion = 0
    let specifier = 0
    let close = 0
    for (let child = node + 1; child < skip[node]; child = skip[child]) {
      if (field[child] === conversionField) conversion = child
      else if (field[child] === specifierField) specifier = child
      close = child
    }
    const wrong = (at: number, message: string): void =>
      report(SYNTAX_RULES.formatField, start[at], end[at], { message })
    if (text[start[close]] !== '}' || end[close] !== end[node])
      return wrong(node, 'this field has no end')
    if (conversion !== 0 && !/^![rsa]$/.test(text.slice(start[conversion], end[conversion]))) {
      return wrong(conversion, 'a conversion is one of `!r`, `!s` and `!a`')
    }
    if (specifier !== 0) checkSpecifier(tree, specifier, start[close], report)
  }

  function checkSpecifier(tree: Tree, node: number, close: number, report: Report): void {
    const { text, start, end, parent, kind } = tree
    const wrong = (to: number, message: string, hint?: string): void => {
      report(
        SYNTAX_RULES.formatField,
        start[node],
        Math.max(start[node] + 1, Math.min(to, close)),
        { message, ...(hint === undefined ? {} : { hint }) },
      )
    }
    let owner = parent[node]
    let depth = 0
    for (; kind[owner] !== string; owner = parent[owner]) {
      if (kind[owner] === interpolation || kind[owner] === formatExpression) depth += 1
      // The outermost that is too deep was reported; it also ends the climb.
      if (depth > FIELD_DEPTH) return
    }
    let field = nextOfKind(tree, node, node + 1, formatExpression)
    if (depth === FIELD_DEPTH && field !== 0)
      return wrong(end[node], 'replacement fields are nested too deeply')
    const bits = readPrefix(text, start[owner])
    const quote = text.charCodeAt(start[owner] + (bits >> PREFIX_SHIFT))
    for (
      let at = start[node] + 1;
      ;
      at = end[field], field = nextOfKind(tree, node, tree.skip[field], formatExpression)
    ) {
      const found = reader.read(text, at, bits, quote, true)
      if (found === AT_PROBLEM) return wrong(reader.end, reader.problem, reader.hint ?? FORMAT_HINT)
      const expected =
        found === AT_FIELD
          ? field !== 0 && start[field] === reader.end
          : field === 0 && reader.end === close
      if (!expected) return wrong(reader.end, MISREAD, MISREAD_HINT)
      if (found === AT_END) return
    }
  }

  function isBytes({ text, start }: Tree, node: number): boolean {
    return (readPrefix(text, start[node]) & BYTES) !== 0
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
