/**
 * A source as given, and where its lines begin.
 *
 * Promises: the text is never changed, so that every offset is one of the caller's; lines are those of Python, which ends
 * one at `\n`, `\r\n` and a lone `\r`; the line table is made when a position is first asked for, in one pass, because a
 * source with nothing to report needs none.
 */
import type { Diagnostic, Position, Span } from '../diagnostic.js'
import { ArgumentError } from '../errors.js'
import type { SyntaxRule } from './syntax-rules.js'

/** What a diagnostic may say better than its rule does in general. */
export interface Wording {
  readonly message?: string
  readonly hint?: string
}

/** A text with positions. */
export class Source {
  readonly text: string
  private starts: Uint32Array | undefined

  /** Throws `ArgumentError` when `text` is no string. */
  constructor(text: string) {
    if (typeof text !== 'string')
      throw new ArgumentError(`the source must be a string, not ${typeof text}`)
    this.text = text
  }

  /** Offset at which each line begins; the first is 0. */
  get lineStarts(): Uint32Array {
    return (this.starts ??= lineStarts(this.text))
  }

  /** Line and column of an offset. Offsets beyond either end count as that end. */
  position(offset: number): Position {
    const starts = this.lineStarts
    const at = Math.min(Math.max(offset, 0), this.text.length)
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle] <= at) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: at - starts[low] + 1, offset: at }
  }

  /** The stretch from `start` up to `end`. */
  span(start: number, end: number): Span {
    return { start: this.position(start), end: this.position(Math.max(start, end)) }
  }

  /** A report of `rule` about a stretch, in the rule's own words unless better ones are given. */
  diagnostic(rule: SyntaxRule, start: number, end: number, wording: Wording = {}): Diagnostic {
    const hint = wording.hint ?? rule.hint
    return {
      code: rule.code,
      rule: rule.name,
      message: wording.message ?? rule.message,
      span: this.span(start, end),
      ...(hint === undefined ? {} : { hint }),
    }
  }
}

function lineStarts(text: string): Uint32Array {
  const starts = [0]
  if (!text.includes('\r')) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    return Uint32Array.from(starts)
  }
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === LINE_FEED || (unit === CARRIAGE_RETURN && text.charCodeAt(at + 1) !== LINE_FEED))
      starts.push(at + 1)
  }
  return Uint32Array.from(starts)
}

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
