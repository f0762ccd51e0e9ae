/** How often each rule is broken and in which files, for looking at many findings at once. */
import { COLOURS, PLAIN, type Paint } from './paint.js'
import {
  count,
  findingsOf,
  Totals,
  type CheckedFile,
  type Formatter,
  type Problem,
} from './report.js'
import { summary } from './text.js'
import { visible } from './visible.js'

/** Files that are listed, those with the most findings. */
const MOST_FILES = 20

interface RuleCount {
  readonly name: string
  readonly level: 'error' | 'warning'
  findings: number
  readonly files: Set<string>
}

/** Two tables and a summary: rules, then files, the most frequent first. */
export class StatisticsFormatter implements Formatter {
  private readonly paint: Paint
  private readonly totals = new Totals()
  private readonly rules = new Map<string, RuleCount>()
  private readonly files = new Map<string, number>()
  private problems = 0

  constructor(
    colour: boolean,
    private readonly quiet: boolean,
  ) {
    this.paint = colour ? COLOURS : PLAIN
  }

  file(checked: CheckedFile): string {
    const { file, diagnostics, warnings } = checked
    this.totals.add(checked)
    const found = findingsOf(checked)
    if (found > 0) this.files.set(file, (this.files.get(file) ?? 0) + found)
    for (const level of ['error', 'warning'] as const) {
      for (const { code, rule } of level === 'error' ? diagnostics : warnings) {
        const counted = this.rules.get(code) ?? { name: rule, level, findings: 0, files: new Set() }
        counted.findings++
        counted.files.add(file)
        this.rules.set(code, counted)
      }
    }
    return ''
  }

  problem(_: Problem): string {
    this.problems++
    return ''
  }

  end(): string {
    const rules = [...this.rules].sort(([, a], [, b]) => b.findings - a.findings)
    const width = Math.max(0, ...rules.map(([, { name }]) => name.length))
    const files = [...this.files].sort(([, a], [, b]) => b - a)
    const digits = Math.max(
      1,
      ...[rules[0]?.[1].findings ?? 0, files[0]?.[1] ?? 0].map((most) => String(most).length),
    )
    const number = (value: number): string => this.paint.strong(String(value).padStart(digits))
    const ruleLines = rules.map(([code, { name, level, findings, files: where }]) => {
      const kind = level === 'warning' ? ', warnings' : ''
      return `${number(findings)}  ${this.paint[level](code)}  ${name.padEnd(width)}  in ${count(where.size, 'file')}${kind}\n`
    })
    const fileLines = files
      .slice(0, MOST_FILES)
      .map(([file, findings]) => `${number(findings)}  ${visible(file)}\n`)
    const rest = files.slice(MOST_FILES)
    const others = rest.reduce((sum, [, findings]) => sum + findings, 0)
    if (rest.length > 0)
      fileLines.push(`${number(others)}  in ${count(rest.length, 'other file')}\n`)
    return [
      ruleLines.join(''),
      fileLines.join(''),
      this.quiet ? '' : summary(this.totals, this.problems, this.paint),
    ]
      .filter((part) => part !== '')
      .join('\n')
  }
}
