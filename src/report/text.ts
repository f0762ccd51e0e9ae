/** Findings for people: a code frame each, and a summary. */
import type { Diagnostic } from '../diagnostic.js'
import { codeFrame } from './frame.js'
import { type Paint, PLAIN } from './paint.js'
import {
  count,
  placeOf,
  Totals,
  type CheckedFile,
  type Formatter,
  type Problem,
  type Severity,
} from './report.js'
import { visible, visibleName } from './visible.js'

/** One finding as a few lines: rule and message, place, frame, hint. Ends without newline. */
export function describe(
  file: string,
  source: string,
  found: Diagnostic,
  level: Severity,
  paint: Paint,
): string {
  const {
    code,
    message,
    span: { start },
    hint,
  } = found
  const rows = codeFrame(source, found.span, paint, paint[level])
  const indent = ' '.repeat(rows[0]!.indexOf(' ') < 0 ? 1 : margin(rows))
  return [
    `${paint[level](`${level}[${code}]`)}${paint.strong(`: ${visible(message)}`)}`,
    `${indent}${paint.frame('-->')} ${visible(file)}:${start.line}:${start.column}`,
    ...rows,
    ...(hint === undefined
      ? []
      : [`${indent} ${paint.frame('=')} ${paint.hint('hint')}: ${visible(hint)}`]),
  ].join('\n')
}

/** Width of the line numbers, which the other rows are indented by. */
function margin(rows: readonly string[]): number {
  return /^ */.exec(rows[0]!)![0].length - 1
}

/** Frames and a summary, as `check` prints them on a terminal; no summary when `quiet`. */
export class TextFormatter implements Formatter {
  private readonly totals = new Totals()
  private problems = 0

  constructor(
    private readonly paint: Paint = PLAIN,
    private readonly quiet = false,
  ) {}

  file(checked: CheckedFile): string {
    const { source, diagnostics, warnings, omitted } = checked
    this.totals.add(checked)
    const place = placeOf(checked)
    const frames = inOrder(diagnostics, warnings).map(
      ({ found, level }) => `${describe(place, source, found, level, this.paint)}\n\n`,
    )
    return (
      frames.join('') +
      (omitted > 0 ? `${this.paint.error(more(omitted))} in ${visible(place)}\n\n` : '')
    )
  }

  problem(_: Problem): string {
    this.problems++
    return ''
  }

  end(): string {
    return this.quiet ? '' : summary(this.totals, this.problems, this.paint)
  }
}

/** The last line of a report for people. */
export function summary(totals: Totals, problems: number, paint: Paint): string {
  const { files, findings, faulty, warnings, unselected } = totals
  const also = [
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(unselected > 0 ? [`${unselected} not selected`] : []),
    ...(problems > 0 ? [`${count(problems, 'file')} could not be checked`] : []),
  ]
    .map((text) => `, ${text}`)
    .join('')
  return findings > 0
    ? `${paint.error(`Found ${count(findings, 'problem')}`)} in ${faulty} of ${count(files, 'file')}${also}.\n`
    : `${paint.strong('No problems')} in ${count(files, 'file')}${also}.\n`
}

/** One line per finding: `file:line:column: PR203 message`. For editors, grep and models. */
export class ConciseFormatter implements Formatter {
  file(checked: CheckedFile): string {
    const { diagnostics, warnings, omitted } = checked
    const name = visibleName(placeOf(checked))
    const lines = inOrder(diagnostics, warnings).map(
      ({
        found: {
          code,
          message,
          span: { start },
          hint,
        },
        level,
      }) =>
        `${name}:${start.line}:${start.column}: ${level === 'warning' ? 'warning: ' : ''}${code} ${visible(message)}${
          hint === undefined ? '' : ` (hint: ${visible(hint)})`
        }\n`,
    )
    return lines.join('') + (omitted > 0 ? `${name}: ${more(omitted)}\n` : '')
  }

  problem(_: Problem): string {
    return ''
  }

  end(): string {
    return ''
  }
}

/** Findings and warnings together in the order of the source, findings first where both begin at one place. */
export function inOrder(
  diagnostics: readonly Diagnostic[],
  warnings: readonly Diagnostic[],
): readonly { readonly found: Diagnostic; readonly level: Severity }[] {
  return [
    ...diagnostics.map((found) => ({ found, level: 'error' as const })),
    ...warnings.map((found) => ({ found, level: 'warning' as const })),
  ].sort((a, b) => a.found.span.start.offset - b.found.span.start.offset)
}

/** What is said of findings that are counted and not listed. */
export function more(omitted: number): string {
  return `and ${omitted} more ${omitted === 1 ? 'problem' : 'problems'}`
}
