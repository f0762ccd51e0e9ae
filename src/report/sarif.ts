/** Findings as SARIF 2.1.0, for code scanning services and viewers. */
import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Diagnostic, Span } from '../diagnostic.js'
import type { Rule } from '../rules/rule.js'
import { inCell } from './github.js'
import type { CheckedFile, Formatter, Problem, Remarks, Severity } from './report.js'
import { inOrder, more } from './text.js'
import { visibleJson } from './visible.js'

const HEAD =
  '{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"results":['

/** A snippet is for reading; a span over a whole file is not quoted whole. */
const MAX_SNIPPET = 400

/**
 * One run with a result per finding, the rules they broke, and what could not be checked or was left out as notifications.
 * Results are written as they come; what describes them follows.
 */
export class SarifFormatter implements Formatter {
  private begun = false
  private readonly problems: Problem[] = []
  private readonly omitted: Problem[] = []
  private readonly rules = new Map<string, object>()

  /** `explain` tells a rule by its code; a code it does not know is listed with its name alone. */
  constructor(
    private readonly version: string,
    private readonly explain: (code: string) => Rule | undefined,
  ) {}

  file(checked: CheckedFile): string {
    const { file, diagnostics, warnings, omitted } = checked
    if (omitted > 0) this.omitted.push({ file, message: more(omitted) })
    return inOrder(diagnostics, warnings)
      .map(({ found, level }) => this.next(this.result(checked, found, level)))
      .join('')
  }

  problem(problem: Problem): string {
    this.problems.push(problem)
    return ''
  }

  end({ leftOut }: Remarks = { leftOut: [] }): string {
    const { problems, omitted, rules, version } = this
    const notification =
      (level: string) =>
      ({ file, message }: Problem) => ({
        level,
        message: { text: message },
        locations: [{ physicalLocation: { artifactLocation: { uri: uri(file) } } }],
      })
    const rest = {
      tool: {
        driver: { name: 'pyrestrict', semanticVersion: version, rules: [...rules.values()] },
      },
      columnKind: 'utf16CodeUnits',
      invocations: [
        {
          executionSuccessful: problems.length === 0,
          toolExecutionNotifications: [
            ...problems.map(notification('error')),
            ...omitted.map(notification('warning')),
            ...leftOut.map(({ rule, from, folders, files, first }) =>
              notification('note')({
                file: first,
                message: `left out by ${rule} (${from}): ${folders} folders, ${files} files`,
              }),
            ),
          ],
        },
      ],
    }
    const head = this.begun ? '' : HEAD
    return `${head}\n],${visibleJson(JSON.stringify(rest)).slice(1)}]}\n`
  }

  private next(result: object): string {
    const before = this.begun ? ',' : HEAD
    this.begun = true
    return `${before}\n${visibleJson(JSON.stringify(result))}`
  }

  private result(
    { file, cell, source }: CheckedFile,
    { code, rule, message, span, hint }: Diagnostic,
    level: Severity,
  ): object {
    if (!this.rules.has(code))
      this.rules.set(code, describeRule(code, rule, level, this.explain(code)))
    return {
      ruleId: code,
      ruleIndex: [...this.rules.keys()].indexOf(code),
      level,
      message: {
        text: `${inCell(cell, span)}${hint === undefined ? message : `${message}. Hint: ${hint}`}`,
      },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: uri(file) },
            ...(cell === undefined ? { region: region(source, span) } : {}),
          },
        },
      ],
    }
  }
}

function region(source: string, { start, end }: Span): object {
  return {
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: end.column,
    snippet: {
      text: source.slice(start.offset, Math.min(end.offset, start.offset + MAX_SNIPPET)),
    },
  }
}

function describeRule(code: string, name: string, level: string, rule: Rule | undefined): object {
  const common = {
    id: code,
    name,
    defaultConfiguration: { level },
    properties: { tags: ['security', 'sandbox'] },
  }
  if (rule === undefined) return { ...common, shortDescription: { text: name } }
  const { title, denies, why, instead, example } = rule
  return {
    ...common,
    shortDescription: { text: title },
    fullDescription: { text: denies },
    help: {
      text: [
        denies,
        `Why: ${why}`,
        `Instead: ${instead}`,
        ...(example === undefined ? [] : [example]),
      ].join('\n\n'),
      markdown: [
        denies,
        `**Why:** ${why}`,
        `**Instead:** ${instead}`,
        ...(example === undefined ? [] : [`\`\`\`python\n${example}\n\`\`\``]),
      ].join('\n\n'),
    },
  }
}

/** A file's name as a URI reference: relative names stay relative to the repository, with `/` and percent escapes. */
function uri(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href
  const base = resolve('/')
  const href = pathToFileURL(resolve(base, file)).href
  // `../x.py` leaves the working directory, which a relative reference below it cannot say: resolved against the real one.
  if (file.split(/[\\/]/).includes('..')) return pathToFileURL(resolve(file)).href
  return href.slice(pathToFileURL(base).href.length)
}
