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
import {
  BACKSLASH,
  columnsOf,
  endOfLine,
  endsWithBackslash,
  hidesIndentation,
  isBlank,
  lineEnd,
} from './line-texts.js'
import { kindSet, type KindSet } from './walk.js'

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
  const places = new Places(grammar)
  return (tree, report) => {
    const { text, flags, start, count } = tree
    const lines = new Lines(places, tree, report)
    let nextLine = 0
    for (let node = 1; node < count; node += 1) {
      if (start[node] < nextLine) continue
      const lineStart = text.lastIndexOf('\n', start[node] - 1) + 1
      const found = text.indexOf('\n', start[node])
      nextLine = found < 0 ? text.length + 1 : found + 1
      if ((flags[node] & EXTRA) !== 0 || !isBlank(text, lineStart, start[node])) continue
      // A block begins with its first statement, and an empty one where the next token does: those are looked at.
      if (places.isBlock(tree, node)) nextLine = start[node]
      else lines.judge(node, lineStart)
    }
    lines.judgeEnd()
  }
}

/** What the grammar says of the places in which a line may begin. */
class Places {
  private readonly blocks: KindSet
  /** Parts of a statement that begin a line of their own, as far in as the statement does. */
  private readonly clauses: KindSet
  private readonly decorated: number
  /** Inside these a line break is a space: they begin with a bracket, or are strings. */
  private readonly brackets: KindSet
  /** These have a bracket somewhere: before it they are as other nodes. */
  private readonly bracketed: KindSet
  private readonly openings: ReadonlySet<number>
  private readonly semicolon: number
  private readonly comment: number
  private readonly strings: KindSet

  constructor(grammar: Grammar) {
    this.blocks = kindSet(grammar, 'module block')
    this.clauses = kindSet(
      grammar,
      'elif_clause else_clause except_clause finally_clause decorator',
    )
    this.decorated = grammar.kindId('decorated_definition')
    this.brackets = kindSet(
      grammar,
      `
      parenthesized_expression parenthesized_list_splat tuple list set dictionary list_comprehension set_comprehension
      dictionary_comprehension generator_expression argument_list parameters tuple_pattern list_pattern dict_pattern
      type_parameter interpolation format_expression string
    `,
    )
    this.bracketed = kindSet(
      grammar,
      'subscript class_pattern import_from_statement future_import_statement with_clause',
    )
    this.openings = new Set(['(', '[', '{'].map((token) => grammar.kindId(token, false)))
    this.semicolon = grammar.kindId(';', false)
    this.comment = grammar.kindId('comment')
    this.strings = kindSet(grammar, 'string string_content')
  }

  isBlock({ kind }: Tree, node: number): boolean {
    return this.blocks[kind[node]] !== 0
  }

  /** The block a line belongs to when `node` begins it, -1 when a line cannot begin with it. */
  blockOf(tree: Tree, node: number): number {
    const { kind, parent } = tree
    const owner = parent[node]
    if (owner < 0) return -1
    if (this.isBlock(tree, owner)) return kind[node] === this.semicolon ? -1 : owner
    const isPart =
      this.clauses[kind[node]] !== 0 ||
      (kind[owner] === this.decorated && kind[node] !== this.comment)
    return isPart ? parent[owner] : -1
  }

  isWithinBrackets(tree: Tree, node: number): boolean {
    const { kind, parent, start } = tree
    for (let at = parent[node]; at > 0 && !this.isBlock(tree, at); at = parent[at]) {
      if (this.brackets[kind[at]] !== 0 && start[at] < start[node]) return true
      if (this.bracketed[kind[at]] !== 0 && this.isAfterBracket(tree, at, start[node])) return true
    }
    return false
  }

  private isAfterBracket({ kind, skip, start }: Tree, node: number, offset: number): boolean {
    let child = node + 1
    for (
      let looked = 0;
      looked < BEFORE_BRACKET && child < skip[node] && start[child] < offset;
      looked += 1
    ) {
      if (this.openings.has(kind[child])) return true
      child = skip[child]
    }
    return false
  }

  followsSemicolon({ kind, flags, parent }: Tree, node: number): boolean {
    let before = node - 1
    while (before > 0 && (flags[before] & EXTRA) !== 0) before -= 1
    return kind[before] === this.semicolon && parent[before] === parent[node]
  }

  /** Whether a backslash joins the line to the one before. The comment test is for `# ...\`, which joins nothing. */
  continuesLine(tree: Tree, lineStart: number): boolean {
    const { text, kind } = tree
    if (!endsWithBackslash(text, lineStart)) return false
    return kind[innermost(tree, endOfLine(text, lineStart) - 1)] !== this.comment
  }

  /** Whether a backslash at this offset is text, and joins nothing. */
  isText(tree: Tree, offset: number): boolean {
    const around = tree.kind[innermost(tree, offset)]
    return around === this.comment || this.strings[around] !== 0
  }
}

/** The lines of one tree, from the first to the last. */
class Lines {
  /** The open blocks, the innermost last. */
  private readonly levels: Level[] = [{ block: 0, column: 0, narrow: 0 }]

  constructor(
    private readonly places: Places,
    private readonly tree: Tree,
    private readonly report: Report,
  ) {}

  /** Judges the line that begins with `node`. */
  judge(node: number, lineStart: number): void {
    const { places, tree } = this
    const block = places.blockOf(tree, node)
    if (places.continuesLine(tree, lineStart)) this.judgeJoined(node, block, lineStart)
    else if (block >= 0) this.judgeIndentation(node, block, lineStart)
    else if (!places.isWithinBrackets(tree, node)) this.refuse(SYNTAX_RULES.brokenLine, node)
  }

  /** A line that a backslash joins to the one before: nothing begins there, unless a semicolon or a colon stands before. */
  private judgeJoined(node: number, block: number, lineStart: number): void {
    const { places, tree } = this
    const isHidden = hidesIndentation(tree.text, lineStart)
    if (block < 0) {
      if (isHidden && !places.isWithinBrackets(tree, node))
        this.refuse(SYNTAX_RULES.brokenLine, node)
    } else if (isHidden) this.refuse(SYNTAX_RULES.leadingBackslash, node)
    else if (!places.followsSemicolon(tree, node) && (node - 1 !== block || block === 0))
      this.refuse(SYNTAX_RULES.brokenLine, node)
  }

  /** A line of a block: as far in as the others of it, or the first, and further in than those around it. */
  private judgeIndentation(node: number, block: number, lineStart: number): void {
    const { levels } = this
    const { text, start, skip } = this.tree
    while (levels.length > 1 && skip[levels[levels.length - 1].block] <= node) levels.pop()
    const { column, narrow } = columnsOf(text, lineStart, start[node])
    const level = levels[levels.length - 1]
    if (level.block === block) {
      if (column !== level.column || narrow !== level.narrow)
        this.refuse(SYNTAX_RULES.inconsistentIndentation, node, unlike(level, column))
      return
    }
    const isFurtherIn = column > level.column && narrow > level.narrow
    if (!isFurtherIn || !this.opensBlock(block, node))
      this.refuse(
        SYNTAX_RULES.inconsistentIndentation,
        node,
        'this line must be indented more than the one that opens its block',
      )
    levels.push({ block, column, narrow })
  }

  private opensBlock(block: number, node: number): boolean {
    const { flags, skip, parent } = this.tree
    let first = block + 1
    while (first < node && (flags[first] & EXTRA) !== 0) first = skip[first]
    return first === node && parent[first] === block
  }

  /** Judges where the source ends: there is nothing that a backslash could join its line to. */
  judgeEnd(): void {
    const { text } = this.tree
    const last = text.length - (text.endsWith('\r\n') ? 2 : text.endsWith('\n') ? 1 : 0) - 1
    if (last < 0 || text.charCodeAt(last) !== BACKSLASH) return
    if (this.places.isText(this.tree, last)) return
    this.report(SYNTAX_RULES.brokenLine, last, last + 1, {
      message: 'a backslash at the end of the source joins its line to nothing',
      hint: 'remove it',
    })
  }

  private refuse(rule: SyntaxRule, node: number, message?: string): void {
    const { text, start, end } = this.tree
    this.report(
      rule,
      start[node],
      Math.min(end[node], lineEnd(text, start[node])),
      message === undefined ? {} : { message },
    )
  }
}

function unlike(level: Level, column: number): string | undefined {
  if (level.block === 0) return 'this line must not be indented'
  return column === level.column
    ? 'this line mixes tabs and spaces otherwise than the lines around it'
    : undefined
}
