/** Findings as annotations of a pull request: the workflow commands that GitHub Actions reads from a step's output. */
import type { Span } from '../diagnostic.js'
import { inOrder, more } from './text.js'
import type { CheckedFile, Formatter, Problem } from './report.js'
import { visible, visibleLines } from './visible.js'

/** One `::error` or `::warning` line per finding, and nothing else that a runner would obey. */
export class GithubFormatter implements Formatter {
  file({ file, cell, diagnostics, warnings, omitted }: CheckedFile): string {
    const rest = omitted > 0 ? command('error', { file, title: 'not listed' }, more(omitted)) : ''
    return (
      inOrder(diagnostics, warnings)
        .map(({ found: { code, rule, message, span, hint }, level }) =>
          command(
            level,
            { file, ...(cell === undefined ? region(span) : {}), title: `${code} ${rule}` },
            `${inCell(cell, span)}${hint === undefined ? message : `${message}\nHint: ${hint}`}`,
          ),
        )
        .join('') + rest
    )
  }

  problem({ file, message }: Problem): string {
    return command('error', { file, title: 'not checked' }, message)
  }

  end(): string {
    return ''
  }
}

/** A column range is only understood within one line. */
function region({ start, end }: Span): Readonly<Record<string, number>> {
  return {
    line: start.line,
    endLine: end.line,
    ...(start.line === end.line ? { col: start.column, endColumn: end.column } : {}),
  }
}

/** Where in a notebook a finding is: its file's lines are those of JSON, which nobody reads. */
export function inCell(cell: number | undefined, { start }: Span): string {
  return cell === undefined ? '' : `cell ${cell}, line ${start.line}, column ${start.column}: `
}

function command(
  level: 'error' | 'warning',
  properties: Readonly<Record<string, string | number>>,
  message: string,
): string {
  const list = Object.entries(properties)
    .map(([name, value]) => `${name}=${property(String(value))}`)
    .join(',')
  return `::${level} ${list}::${data(visibleLines(message))}\n`
}

/** The runner's own escapes: these, and in a property the characters that would end it. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(visible(text)).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
