/**
 * Code frames: the lines of a source around a span, with carets under it. Whatever the source holds, a frame keeps its
 * shape: one row per line shown, a bounded width, tabs expanded, nothing that a terminal would act on. Its cost is bounded
 * too: a source of one line of 10 MB with a finding on every name must not be scanned once per finding.
 */
import type { Position, Span } from '../diagnostic.js'
import { PLAIN, type Paint } from './paint.js'
import { columns, visiblePieces } from './visible.js'

/** A line wider than this is cut around what is marked: a minified source must not fill the screen. */
const MAX_UNITS = 160
const LEAD_UNITS = 60
/** How far a neighbouring line is looked for; one that begins or ends farther off is not shown. */
const FAR = 2_000
const TAB = 4
/** A span of more lines than this shows its first two and its last two. */
const MAX_LINES = 5

/** One line of the source: where it begins, and where it ends, without what ends it. */
interface Line {
  readonly number: number
  readonly start: number
  readonly end: number
}

/** The frame of `span` as rows without trailing newline: numbered source lines, each marked one followed by carets. */
export function codeFrame(
  source: string,
  span: Span,
  paint: Paint = PLAIN,
  mark = paint.error,
): readonly string[] {
  const lines = linesAround(source, span)
  const gutter = String(lines.at(-1)!.number).length
  const bar = paint.frame('|')
  const rows = [`${' '.repeat(gutter)} ${bar}`]
  for (const [index, line] of lines.entries()) {
    if (index > 0 && line.number > lines[index - 1]!.number + 1)
      rows.push(`${' '.repeat(gutter)} ${paint.frame(':')}`)
    const { text, from, to } = drawLine(source, line, span)
    rows.push(`${paint.frame(String(line.number).padStart(gutter))} ${bar} ${text}`.trimEnd())
    if (to > from)
      rows.push(`${' '.repeat(gutter)} ${bar} ${' '.repeat(from)}${mark('^'.repeat(to - from))}`)
  }
  return rows
}

/** The line before the span, the lines of the span (the middle of many left out), and the line after it. */
function linesAround(source: string, { start, end }: Span): readonly Line[] {
  const first = lineAt(source, start)
  const last = lineAt(source, end)
  const inside: (Line | undefined)[] = [first]
  if (last.number - first.number < MAX_LINES) {
    for (let line: Line | undefined = first; line !== undefined && line.number < last.number; ) {
      line = lineAfter(source, line)
      inside.push(line)
    }
  } else {
    inside.push(lineAfter(source, first), lineBefore(source, last), last)
  }
  return [lineBefore(source, first), ...inside, lineAfter(source, last)].filter(
    (line) => line !== undefined,
  )
}

/** Python's line ends, a lone carriage return among them. */
const LINE_END = /\r\n?|\n/

/** The line of a position. The end of a very long one is not looked for beyond what can be shown. */
function lineAt(source: string, { line, column, offset }: Position): Line {
  const length = source.slice(offset, offset + FAR).search(LINE_END)
  return {
    number: line,
    start: offset - (column - 1),
    end: length < 0 ? Math.min(source.length, offset + FAR) : offset + length,
  }
}

function lineAfter(source: string, { end, number }: Line): Line | undefined {
  const ending = LINE_END.exec(source.slice(end, end + 2))
  const start = end + (ending?.[0].length ?? 0)
  if (ending?.index !== 0 || start === source.length) return undefined
  const length = source.slice(start, start + FAR).search(LINE_END)
  if (length < 0 && start + FAR < source.length) return undefined
  return { number: number + 1, start, end: length < 0 ? source.length : start + length }
}

function lineBefore(source: string, { start, number }: Line): Line | undefined {
  if (start === 0) return undefined
  const end = start - (source.startsWith('\r\n', start - 2) ? 2 : 1)
  const near = source.slice(Math.max(0, end - FAR), end)
  const newline = Math.max(near.lastIndexOf('\n'), near.lastIndexOf('\r'))
  if (newline < 0 && end > FAR) return undefined
  return { number: number - 1, start: end - near.length + newline + 1, end }
}

/** A line as drawn, and the columns of it that the span covers; indentation is covered only where the span begins in it. */
function drawLine(
  source: string,
  line: Line,
  span: Span,
): { text: string; from: number; to: number } {
  const marked = line.number >= span.start.line && line.number <= span.end.line
  const begins = line.number === span.start.line
  const indentation = /^[ \t\f]*/.exec(
    source.slice(line.start, Math.min(line.end, line.start + MAX_UNITS)),
  )![0].length
  const from = begins ? Math.min(span.start.offset, line.end) : line.start + indentation
  const to = line.number === span.end.line ? Math.min(span.end.offset, line.end) : line.end
  const left =
    line.end - line.start <= MAX_UNITS
      ? line.start
      : Math.max(line.start, (marked ? from : line.start) - LEAD_UNITS)
  const right = Math.min(line.end, left + MAX_UNITS)
  const head = left > line.start ? '…' : ''
  const tail = right < line.end ? '…' : ''
  const drawn = draw(source.slice(left, right), from - left, Math.max(to, from) - left, head.length)
  // An empty span (something is missing here) still gets one caret.
  const width = marked ? Math.max(drawn.to - drawn.from, begins ? 1 : 0) : 0
  return { text: `${head}${drawn.text}${tail}`, from: drawn.from, to: drawn.from + width }
}

/**
 * A line as drawn from a column on, and the columns where two of its offsets are. Tabs become spaces up to the next stop.
 * The line is made visible as a whole: cut at the offsets first, what is unsafe could hide across the cut.
 */
function draw(
  line: string,
  fromOffset: number,
  toOffset: number,
  column: number,
): { text: string; from: number; to: number } {
  let text = ''
  let width = column
  let offset = 0
  let from: number | undefined
  let to: number | undefined
  for (const { raw, shown } of visiblePieces(line)) {
    const piece = raw === '\t' ? ' '.repeat(TAB - ((width - column) % TAB)) : shown
    const columnOf = (target: number) =>
      target >= offset + raw.length
        ? undefined
        : width + (raw === shown ? columns(raw.slice(0, Math.max(0, target - offset))) : 0)
    from ??= columnOf(fromOffset)
    to ??= columnOf(toOffset)
    text += piece
    width += columns(piece)
    offset += raw.length
  }
  return { text, from: from ?? width, to: to ?? width }
}
