/** Findings as annotations of a pull request: the workflow commands that GitHub Actions reads from a step's output. */
import { inOrder, more } from './text.js'
import type { CheckedFile, Formatter, Problem } from './report.js'
import { visible, visibleLines } from './visible.js'

/** One `::error` or `::warning` line per finding, and nothing else that a runner would obey. */
export class GithubFormatter implements Formatter {
  file({ file, diagnostics, warnings, omitted }: CheckedFile): string {
    const rest = omitted > 0 ? command('error', { file, title: 'not listed' }, more(omitted)) : ''
    return (
      inOrder(diagnostics, warnings)
        .map(({ found: { code, rule, message, span, hint }, level }) =>
          command(
            level,
            {
              file,
              line: span.start.line,
              endLine: span.end.line,
              // A column range is only understood within one line.
              ...(span.start.line === span.end.line
                ? { col: span.start.column, endColumn: span.end.column }
                : {}),
              title: `${code} ${rule}`,
            },
            hint === undefined ? message : `${message}\nHint: ${hint}`,
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
