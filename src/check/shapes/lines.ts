/**
 * Lines and indentation, by CPython's rules: every line of the source must begin where the tree says that a statement, or
 * a part of one, begins.
 *
 * tree-sitter counts a tab as eight columns wherever it stands, wraps at 65,536 columns, adds up the indentation of lines
 * that a backslash joins, and takes a line break for a space where no statement can end. So `x =⏎1` is an assignment to it,
 * and a block may hold more or fewer lines than Python's. Here the columns are CPython's own (`tok_get_normal_mode`), kept
 * in a stack as there, and compared with the blocks of the tree.
 *
 * One pass over the starts of nodes, which ascend; the outermost node that begins a line is looked at.
 */
import type { Grammar } from '../../syntax/language.js'
import { SYNTAX_RULES, type SyntaxRule } from '../../syntax/syntax-rules.js'
import { innermost } from '../../syntax/text.js'
import { EXTRA, type Tree } from '../../syntax/tree.js'
import type { Report } from '../kinds.js'
import { kindSet } from './walk.js'

const CARRIAGE_RETURN = 0x0d
const BACKSLASH = 0x5c
const TAB = 0x09
const FORM_FEED = 0x0c
const SPACE = 0x20

/** At most so many children stand before the bracket of a node that does not begin with it: `from a import (`. */
const BEFORE_BRACKET = 16

/** An open block: where its lines begin, counting tabs to the next multiple of eight, and counting them as one column. */
interface Level {
  readonly block: number
  readonly column: number
  readonly narrow: number
}

/** The check of a whole tree. */
export function createLineCheck(grammar: Grammar): (tree: Tree, report: Report) => void {
  const blocks = kindSet(grammar, 'module block')
  /** Parts of a statement that begin a line of their own, as far in as the statement does. */
  const clauses = kindSet(grammar, 'elif_clause else_clause except_clause finally_clause decorator')
  const decorated = grammar.kindId('decorated_definition')
  /** Inside these a line break is a space: they begin with a bracket, or are strings. */
  const brackets = kindSet(
    grammar,
    `
    parenthesized_expression parenthesized_list_splat tuple list set dictionary list_comprehension set_comprehension
    dictionary_comprehension generator_expression argument_list parameters tuple_pattern list_pattern dict_pattern
    type_parameter interpolation format_expression string
  `,
  )
  /** These have a bracket somewhere: before it they are as other nodes. */
  const bracketed = kindSet(
    grammar,
    'subscript class_pattern import_from_statement future_import_statement with_clause',
  )
  const openings = new Set(['(', '[', '{'].map((token) => grammar.kindId(token, false)))
  const semicolon = grammar.kindId(';', false)
  const comment = grammar.kindId('comment')
  const strings = kindSet(grammar, 'string string_content')

  /** The block a line belongs to when `node` begins it, -1 when a line cannot begin with it. */
  function blockOf({ kind, parent }: Tree, node: number): number {
    const owner = parent[node]
    if (owner < 0) return -1
    if (blocks[kind[owner]] !== 0) return kind[node] === semicolon ? -1 : owner
    const isPart =
      clauses[kind[node]] !== 0 || (kind[owner] === decorated && kind[node] !== comment)
    return isPart ? parent[owner] : -1
  }

  function isWithinBrackets(tree: Tree, node: number): boolean {
    const { kind, parent, start } = tree
    for (let at = parent[node]; at > 0 && blocks[kind[at]] === 0; at = parent[at]) {
      if (brackets[kind[at]] !== 0 && start[at] < start[node]) return true
      if (bracketed[kind[at]] !== 0 && isAfterBracket(tree, at, start[node])) return true
    }
    return false
  }

  function isAfterBracket({ kind, skip, start }: Tree, node: number, offset: number): boolean {
    let child = node + 1
    for (
      let looked = 0;
      looked < BEFORE_BRACKET && child < skip[node] && start[child] < offset;
      looked += 1
    ) {
      if (openings.has(kind[child])) return true
      child = skip[child]
    }
    return false
  }

  return (tree, report) => {
    const { text, kind, flags, start, end, skip, parent, count } = tree
    const levels: Level[] = [{ block: 0, column: 0, narrow: 0 }]
    let nextLine = 0
    const refuse = (rule: SyntaxRule, node: number, message?: string): void => {
      report(
        rule,
        start[node],
        Math.min(end[node], lineEnd(text, start[node])),
        message === undefined ? {} : { message },
      )
    }

    for (let node = 1; node < count; node += 1) {
      if (start[node] < nextLine) continue
      const lineStart = text.lastIndexOf('\n', start[node] - 1) + 1
      const found = text.indexOf('\n', start[node])
      nextLine = found < 0 ? text.length + 1 : found + 1
      if ((flags[node] & EXTRA) !== 0 || !isBlank(text, lineStart, start[node])) continue
      // A block begins with its first statement, and an empty one where the next token does: those are looked at.
      if (blocks[kind[node]] !== 0) {
        nextLine = start[node]
        continue
      }

      const block = blockOf(tree, node)
      if (continuesLine(tree, lineStart)) {
        const hidden = hidesIndentation(text, lineStart)
        if (block < 0) {
          if (hidden && !isWithinBrackets(tree, node)) refuse(SYNTAX_RULES.brokenLine, node)
        } else if (hidden) refuse(SYNTAX_RULES.leadingBackslash, node)
        else if (!followsSemicolon(tree, node) && (node - 1 !== block || block === 0))
          refuse(SYNTAX_RULES.brokenLine, node)
        continue
      }
      if (block < 0) {
        if (!isWithinBrackets(tree, node)) refuse(SYNTAX_RULES.brokenLine, node)
        continue
      }

      while (levels.length > 1 && skip[levels[levels.length - 1].block] <= node) levels.pop()
      const { column, narrow } = columnsOf(text, lineStart, start[node])
      const level = levels[levels.length - 1]
      if (level.block === block) {
        if (column !== level.column || narrow !== level.narrow)
          refuse(SYNTAX_RULES.inconsistentIndentation, node, unlike(level, column))
      } else if (column > level.column && narrow > level.narrow && opensBlock(block, node)) {
        levels.push({ block, column, narrow })
      } else {
        refuse(
          SYNTAX_RULES.inconsistentIndentation,
          node,
          'this line must be indented more than the one that opens its block',
        )
        levels.push({ block, column, narrow })
      }
    }
    checkEnd(tree, report)

    function opensBlock(block: number, node: number): boolean {
      let first = block + 1
      while (first < node && (flags[first] & EXTRA) !== 0) first = skip[first]
      return first === node && parent[first] === block
    }
  }

  /** Whether a backslash joins the line to the one before. The comment test is for `# ...\`, which joins nothing. */
  function continuesLine(tree: Tree, lineStart: number): boolean {
    const { text, kind } = tree
    if (!endsWithBackslash(text, lineStart)) return false
    return kind[innermost(tree, endOfLine(text, lineStart) - 1)] !== comment
  }

  function followsSemicolon({ kind, flags, parent }: Tree, node: number): boolean {
    let before = node - 1
    while (before > 0 && (flags[before] & EXTRA) !== 0) before -= 1
    return kind[before] === semicolon && parent[before] === parent[node]
  }

  function checkEnd(tree: Tree, report: Report): void {
    const { text } = tree
    const last = text.length - (text.endsWith('\r\n') ? 2 : text.endsWith('\n') ? 1 : 0) - 1
    if (last < 0 || text.charCodeAt(last) !== BACKSLASH) return
    const around = tree.kind[innermost(tree, last)]
    if (around === comment || strings[around] !== 0) return
    report(SYNTAX_RULES.brokenLine, last, last + 1, {
      message: 'a backslash at the end of the source joins its line to nothing',
      hint: 'remove it',
    })
  }
}

/** Columns of a line's first token, as CPython counts them: a tab reaches the next multiple of eight, or is one. */
function columnsOf(
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

function isBlank(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit !== SPACE && unit !== TAB && unit !== FORM_FEED) return false
  }
  return true
}

function endsWithBackslash(text: string, lineStart: number): boolean {
  return lineStart > 0 && text.charCodeAt(endOfLine(text, lineStart) - 1) === BACKSLASH
}

/** Offset after the last character of the line before `lineStart`, without its line break. */
function endOfLine(text: string, lineStart: number): number {
  return text.charCodeAt(lineStart - 2) === CARRIAGE_RETURN ? lineStart - 2 : lineStart - 1
}

/**
 * Whether the lines that backslashes join to the one at `lineStart` begin with a blank one: then that line's indentation
 * is the statement's, which nobody sees. Looks past blank lines only, so that long joined statements cost little.
 */
function hidesIndentation(text: string, lineStart: number): boolean {
  let first = lineStart
  do {
    const content = endOfLine(text, first) - 1
    first = text.lastIndexOf('\n', first - 2) + 1
    if (!isBlank(text, first, content)) return false
  } while (endsWithBackslash(text, first))
  return true
}

function lineEnd(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset)
  return feed < 0 ? text.length : feed
}

function unlike(level: Level, column: number): string | undefined {
  if (level.block === 0) return 'this line must not be indented'
  return column === level.column
    ? 'this line mixes tabs and spaces otherwise than the lines around it'
    : undefined
}
