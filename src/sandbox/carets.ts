/**
 * The carets under a source line of a traceback, as CPython 3.14 prints them: `~~^~~` for an operator, `~~~^^^` for a call's
 * or a subscript's brackets, `^^^^` otherwise, none where they would underline the whole line.
 */
import { eastAsianWidth } from 'get-east-asian-width'
import { anchorOf, isWholeStatement } from './anchors.js'

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
export function withCarets({ lines, start, end }: Segment): string[] {
  const indent = commonIndent(lines)
  const all = lines.map((line) => line.slice(indent))
  const last = all.length - 1
  start = Math.max(0, start - indent)
  end = Math.max(0, end - indent)
  const text = all.join('\n')
  const anchors = findAnchors(text.slice(start, text.length - (all[last].length - end)))
  if (!shouldShow(all, start, end, anchors))
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
  all: readonly string[],
  start: number,
  end: number,
  anchors: Anchors | undefined,
): boolean {
  const text = all.join('\n')
  if (isWholeStatement(text, start, text.length - (all[all.length - 1].length - end))) return false
  return (
    anchors !== undefined ||
    all[0].slice(0, start).trimStart() !== '' ||
    all[all.length - 1].slice(end).trimEnd() !== ''
  )
}

function findAnchors(segment: string): Anchors | undefined {
  const anchor = anchorOf(segment)
  if (anchor === undefined) return undefined
  const place = (offset: number): [number, number] => {
    const before = segment.slice(0, offset).split('\n')
    return [before.length - 1, before[before.length - 1].length]
  }
  const [[leftLine, left], [rightLine, right]] = [place(anchor.start), place(anchor.end)]
  return { leftLine, left, rightLine, right }
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
