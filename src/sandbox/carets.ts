/**
 * The carets under a source line of a traceback, as CPython 3.14 prints them: `~~^~~` for an operator, `~~~^^^` for a call's
 * or a subscript's brackets, `^^^^` otherwise, none where they would underline the whole line. CPython parses the line to
 * find the anchors; so do we, with the parser that is loaded anyway. What does not parse has no anchors.
 */
import { eastAsianWidth } from 'get-east-asian-width'
import type { Parser } from '../syntax/parse.js'
import { NAMED, type Tree } from '../syntax/tree.js'

/** What a frame was executing: offsets of UTF-16 units into the first and the last of its lines. */
export interface Segment {
  /** The lines it stands on, as written. */
  readonly lines: readonly string[]
  readonly start: number
  readonly end: number
}

/** Where the secondary carets stand: line and column in the segment. */
interface Anchors {
  readonly leftLine: number
  readonly left: number
  readonly rightLine: number
  readonly right: number
}

/** The lines of a frame's segment, dedented, each followed by its carets where there are any. */
export function withCarets(parser: Parser, { lines, start, end }: Segment): string[] {
  const indent = commonIndent(lines)
  const all = lines.map((line) => line.slice(indent))
  const last = all.length - 1
  start = Math.max(0, start - indent)
  end = Math.max(0, end - indent)
  const text = all.join('\n')
  const anchors = findAnchors(parser, text.slice(start, text.length - (all[last].length - end)))
  if (!shouldShow(parser, all, start, end, anchors))
    return significant(all, anchors).map((line) => line.text)

  const column = (line: number, offset: number): number =>
    width(all[line].slice(0, line === 0 ? offset + start : offset))
  const left = anchors && column(anchors.leftLine, anchors.left)
  const right = anchors && column(anchors.rightLine, anchors.right)
  const from = width(all[0].slice(0, start))
  const caretsOf = (line: number): string => {
    const spaces = all[line].length - all[line].trimStart().length
    const count = width(line === last ? all[line].slice(0, end) : all[line])
    let carets = ''
    for (let at = 0; at < count; at++) {
      if (at < spaces || (line === 0 && at < from)) carets += ' '
      else if (
        anchors &&
        (line > anchors.leftLine || (line === anchors.leftLine && at >= left!)) &&
        (line < anchors.rightLine || (line === anchors.rightLine && at < right!))
      )
        carets += '^'
      else carets += anchors ? '~' : '^'
    }
    return carets
  }
  return significant(all, anchors).flatMap(({ text, line }) =>
    line === undefined ? [text] : [text, caretsOf(line)],
  )
}

/** The first line, the last, and those around the anchors; the rest is counted. */
function significant(
  all: readonly string[],
  anchors: Anchors | undefined,
): { text: string; line?: number }[] {
  const wanted = new Set([0, all.length - 1])
  for (const line of anchors ? [anchors.leftLine, anchors.rightLine] : []) {
    for (const near of [line - 1, line, line + 1])
      if (near >= 0 && near < all.length) wanted.add(near)
  }
  const shown: { text: string; line?: number }[] = []
  let previous = -1
  for (const line of [...wanted].sort((a, b) => a - b)) {
    const skipped = line - previous - 1
    if (skipped === 1) shown.push({ text: all[line - 1], line: line - 1 })
    else if (skipped > 1) shown.push({ text: `...<${skipped} lines>...` })
    shown.push({ text: all[line], line })
    previous = line
  }
  return shown
}

/** Not where they would underline all of `return f(…)` or `x = f(…)`, nor, without anchors, all of the lines. */
function shouldShow(
  parser: Parser,
  all: readonly string[],
  start: number,
  end: number,
  anchors: Anchors | undefined,
): boolean {
  const text = all.join('\n')
  const tree = parser.parse(text)
  if (!tree.hasError) {
    const statement = firstNamed(tree, 0)
    if (statement < 0) return false
    const call = wholeCall(parser, tree, statement)
    if (
      call >= 0 &&
      tree.start[call] === start &&
      tree.end[call] === text.length - (all[all.length - 1].length - end)
    )
      return false
  }
  return (
    anchors !== undefined ||
    all[0].slice(0, start).trimStart() !== '' ||
    all[all.length - 1].slice(end).trimEnd() !== ''
  )
}

/** The call of a name in `return f(…)`, or any call in `name = …`; -1 for every other statement. */
function wholeCall(parser: Parser, tree: Tree, statement: number): number {
  const kindOf = (node: number): string => parser.kindName(tree.kind[node])
  const child = firstNamed(tree, statement)
  if (child < 0) return -1
  if (kindOf(statement) === 'return_statement') {
    return kindOf(child) === 'call' && kindOf(child + 1) === 'identifier' ? child : -1
  }
  if (
    kindOf(statement) !== 'expression_statement' ||
    kindOf(child) !== 'assignment' ||
    kindOf(child + 1) !== 'identifier'
  )
    return -1
  const right = childInField(parser, tree, child, 'right')
  return right >= 0 && kindOf(right) === 'call' && childInField(parser, tree, child, 'type') < 0
    ? right
    : -1
}

function findAnchors(parser: Parser, segment: string): Anchors | undefined {
  const opening = '(\n'
  const tree = parser.parse(`${opening}${segment}\n)`)
  if (tree.hasError || tree.kind[0] === undefined) return undefined
  const kindOf = (node: number): string => parser.kindName(tree.kind[node])
  let node = firstNamed(tree, 0)
  if (node < 0 || tree.skip[node] !== tree.count || kindOf(node) !== 'expression_statement')
    return undefined
  node = firstNamed(tree, node)
  while (node >= 0 && kindOf(node) === 'parenthesized_expression') node = firstNamed(tree, node)
  if (node < 0) return undefined
  const place = (offset: number): [number, number] => {
    const before = segment.slice(0, Math.max(0, offset - opening.length)).split('\n')
    return [before.length - 1, before[before.length - 1].length]
  }
  let from: number
  let to: number
  switch (kindOf(node)) {
    case 'binary_operator': {
      const operator = childInField(parser, tree, node, 'operator')
      ;[from, to] = [tree.start[operator], tree.end[operator]]
      break
    }
    case 'call':
      ;[from, to] = [tree.start[childInField(parser, tree, node, 'arguments')], tree.end[node]]
      break
    case 'subscript': {
      let bracket = node + 1
      while (bracket < tree.skip[node] && kindOf(bracket) !== '[') bracket = tree.skip[bracket]
      ;[from, to] = [tree.start[bracket], tree.end[node]]
      break
    }
    default:
      return undefined
  }
  const [[leftLine, left], [rightLine, right]] = [place(from), place(to)]
  return { leftLine, left, rightLine, right }
}

function firstNamed(tree: Tree, node: number): number {
  for (let child = node + 1; child < tree.skip[node]; child = tree.skip[child]) {
    if (tree.flags[child] & NAMED && !isComment(tree, child)) return child
  }
  return -1
}

function isComment(tree: Tree, node: number): boolean {
  return tree.text[tree.start[node]] === '#'
}

function childInField(parser: Parser, tree: Tree, node: number, field: string): number {
  const id = parser.fieldId(field)
  for (let child = node + 1; child < tree.skip[node]; child = tree.skip[child])
    if (tree.field[child] === id) return child
  return -1
}

/** Characters of white space that every line with text begins with. */
function commonIndent(lines: readonly string[]): number {
  let common: string | undefined
  for (const line of lines) {
    if (line.trim() === '') continue
    const indent = /^[ \t\f]*/.exec(line)![0]
    if (common === undefined) common = indent
    else while (!indent.startsWith(common)) common = common.slice(0, -1)
  }
  return common?.length ?? 0
}

/** Columns on a terminal: two for wide characters. */
function width(text: string): number {
  // eslint-disable-next-line no-control-regex -- plain ASCII
  if (/^[\u0000-\u007f]*$/.test(text)) return text.length
  let columns = 0
  for (const character of text) columns += eastAsianWidth(character.codePointAt(0)!)
  return columns
}
