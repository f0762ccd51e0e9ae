/**
 * Repairs that are mechanical: what to write instead is exact, and the meaning stays. Each is found by a finding's rule and by
 * the text it marks; where either is not as expected, nothing is done.
 */
import type { Code, Diagnostic } from '../diagnostic.js'
import type { Checker } from '../pipeline.js'
import type { CheckOptions } from '../check/options.js'
import type { Parser } from '../syntax/parse.js'
import type { Tree } from '../syntax/tree.js'

/** A stretch of the source and what is to stand there instead. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A source with what could be repaired. */
export interface Fixed {
  readonly text: string
  /** How many findings were repaired. */
  readonly count: number
}

/** What one repair may uncover, the next repairs: `x.__class__` within a print statement. */
const MOST_ROUNDS = 10

/** What the marked text becomes, by rule; undefined where it is not one of the cases. */
const REPLACEMENTS: Readonly<Partial<Record<Code, (marked: string) => string | undefined>>> = {
  PR005: () => '',
  PR011: (marked) =>
    /^0[0-7]+$/.test(marked)
      ? `0o${marked.replace(/^0+(?=\d)/, '')}`
      : /^(?:0|[1-9]\d*)[lL]$/.test(marked)
        ? marked.slice(0, -1)
        : undefined,
  PR110: (marked) => {
    // `print >>f, x`, `print x,` and what goes on over lines mean more than a call with the same words.
    const words = /^print[ \t]+([^\r\n]*[^\r\n,\s])$/.exec(marked)?.[1]
    return words === undefined || /^[>(#*]|#/.test(words) ? undefined : `print(${words})`
  },
  PR112: (marked) => (marked === '<>' ? '!=' : undefined),
  PR113: (marked) => {
    const inside = /^`([^`\r\n]+)`$/.exec(marked)?.[1]
    return inside === undefined ? undefined : `repr(${inside})`
  },
}

/** Builtins that repairs write. Where a program gives the name another meaning, nothing is repaired with it. */
const WRITTEN: Readonly<Partial<Record<Code, string>>> = {
  PR203: 'type',
  PR113: 'repr',
  PR110: 'print',
}

/** Repairs a source. What is returned is checked: it has fewer findings, or nothing was changed. */
export function fixSource(
  text: string,
  checker: Checker,
  parser: Parser,
  options: CheckOptions,
): Fixed {
  let current = text
  let count = 0
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { diagnostics, omitted } = checker.check(current, options)
    const edits = withoutOverlaps(
      diagnostics.flatMap((found) => editsFor(current, found, parser.parse(current), parser)),
    )
    if (edits.length === 0) break
    const next = applied(current, edits.flat())
    const left = checker.check(next, options)
    const fewer = diagnostics.length + omitted - left.diagnostics.length - left.omitted
    if (fewer <= 0) break
    count += fewer
    current = next
  }
  return { text: current, count }
}

/** The edits that repair one finding together; none when it is not one of the cases. */
function editsFor(text: string, found: Diagnostic, tree: Tree, parser: Parser): [Edit[]] | [] {
  const { code, hint, span } = found
  const name = WRITTEN[code]
  if (name !== undefined && isRebound(text, name, code)) return []
  const [start, end] = [span.start.offset, span.end.offset]
  if (code === 'PR203' && hint === 'write `type(x)`')
    return classEdits(text, start, end, tree, parser)
  const replacement = REPLACEMENTS[code]?.(text.slice(start, end))
  return replacement === undefined ? [] : [[{ start, end, text: replacement }]]
}

/** `x.__class__` as `type(x)`, whatever `x` is. */
function classEdits(
  text: string,
  start: number,
  end: number,
  tree: Tree,
  parser: Parser,
): [Edit[]] | [] {
  const attribute = parser.kindId('attribute')
  for (let node = 0; node < tree.count; node++) {
    if (tree.start[node] !== start || tree.end[node] !== end) continue
    const parent = tree.parent[node]!
    if (parent < 0 || tree.kind[parent] !== attribute) continue
    const object = parent + 1
    const [from, to] = [tree.start[object]!, tree.end[object]!]
    if (!/^\s*\.\s*__class__$/.test(text.slice(to, end))) return []
    return [
      [
        { start: from, end: from, text: 'type(' },
        { start: to, end, text: ')' },
      ],
    ]
  }
  return []
}

/** Whether the name stands anywhere but in a call: it may be bound there. */
function isRebound(text: string, name: string, code: Code): boolean {
  const uses =
    code === 'PR110'
      ? `\\bprint\\s*=(?!=)|\\bdef\\s+print\\b`
      : `\\b${name}\\b(?!\\()|\\bdef\\s+${name}\\b`
  return new RegExp(uses).test(text)
}

/** Those repairs that touch no text of an earlier one. */
function withoutOverlaps(repairs: readonly (readonly Edit[])[]): readonly (readonly Edit[])[] {
  const extent = (edits: readonly Edit[]) => ({ start: edits[0]!.start, end: edits.at(-1)!.end })
  let reached = -1
  return [...repairs]
    .sort((a, b) => extent(a).start - extent(b).start || extent(b).end - extent(a).end)
    .filter((edits) => {
      const { start, end } = extent(edits)
      if (start < reached) return false
      reached = end
      return true
    })
}

function applied(text: string, edits: readonly Edit[]): string {
  let at = 0
  let result = ''
  for (const { start, end, text: replacement } of edits) {
    result += text.slice(at, start) + replacement
    at = end
  }
  return result + text.slice(at)
}
