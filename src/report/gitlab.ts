/** Findings as GitLab's Code Quality report: a JSON array of issues, shown in merge requests. */
import type { Diagnostic } from '../diagnostic.js'
import { inCell } from './github.js'
import type { CheckedFile, Formatter, Problem, Severity } from './report.js'
import { inOrder, more } from './text.js'
import { visibleJson } from './visible.js'

/** GitLab's words for how bad an issue is. */
const SEVERITIES = { error: 'major', warning: 'minor', problem: 'critical' } as const

/** One issue per finding. Its fingerprint stays the same when the lines around it move. */
export class GitlabFormatter implements Formatter {
  private begun = false
  private readonly seen = new Map<string, number>()

  file(checked: CheckedFile): string {
    const { file, diagnostics, warnings, omitted } = checked
    const issues = inOrder(diagnostics, warnings).map(({ found, level }) =>
      this.issue(checked, found, level),
    )
    if (omitted > 0) issues.push(this.unplaced(file, more(omitted), 'not-listed', 'error'))
    return issues.map((issue) => this.next(issue)).join('')
  }

  problem({ file, message }: Problem): string {
    return this.next(this.unplaced(file, message, 'not-checked', 'problem'))
  }

  end(): string {
    return this.begun ? '\n]\n' : '[]\n'
  }

  private issue({ file, cell, source }: CheckedFile, found: Diagnostic, level: Severity): object {
    const { code, message, hint, span } = found
    const begin = source.lastIndexOf('\n', span.start.offset - 1) + 1
    const line = source.slice(begin, begin + 200).split(/[\r\n]/)[0]!
    const { start, end } = span
    return {
      description: `${inCell(cell, span)}${message}${hint === undefined ? '' : `. Hint: ${hint}`}`,
      check_name: code,
      fingerprint: this.fingerprint([file, String(cell), code, message, line]),
      severity: SEVERITIES[level],
      location: {
        path: file,
        ...(cell === undefined
          ? {
              positions: {
                begin: { line: start.line, column: start.column },
                end: { line: end.line, column: end.column },
              },
              lines: { begin: start.line, end: end.line },
            }
          : { lines: { begin: 1 } }),
      },
    }
  }

  private unplaced(
    path: string,
    description: string,
    name: string,
    level: keyof typeof SEVERITIES,
  ): object {
    return {
      description,
      check_name: name,
      fingerprint: this.fingerprint([path, name]),
      severity: SEVERITIES[level],
      location: { path, lines: { begin: 1 } },
    }
  }

  /** Of issues that are alike, the second has another one than the first. */
  private fingerprint(parts: readonly string[]): string {
    const { createHash } = process.getBuiltinModule('node:crypto')
    const key = createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32)
    const before = this.seen.get(key) ?? 0
    this.seen.set(key, before + 1)
    return before === 0 ? key : `${key}-${before}`
  }

  private next(issue: object): string {
    const before = this.begun ? ',' : '['
    this.begun = true
    return `${before}\n${visibleJson(JSON.stringify(issue))}`
  }
}
