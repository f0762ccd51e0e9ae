/** Findings as SARIF 2.1.0, for code scanning services and viewers. */
import { isAbsolute, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Diagnostic } from '../diagnostic.js'
import type { Rule } from '../rules/rule.js'
import { printJson } from './json.js'
import type { CheckedFile, Formatter, Problem } from './report.js'
import { inOrder, more } from './text.js'

/** A snippet is for reading; a span over a whole file is not quoted whole. */
const MAX_SNIPPET = 400

/** One run with a result per finding, the rules they broke, and what could not be checked as notifications. */
export class SarifFormatter implements Formatter {
  private readonly results: object[] = []
  private readonly problems: Problem[] = []
  private readonly omitted: Problem[] = []
  private readonly rules = new Map<string, object>()

  /** `explain` tells a rule by its code; a code it does not know is listed with its name alone. */
  constructor(
    private readonly version: string,
    private readonly explain: (code: string) => Rule | undefined,
  ) {}

  file({ file, source, diagnostics, warnings, omitted }: CheckedFile): string {
    if (omitted > 0) this.omitted.push({ file, message: more(omitted) })
    for (const { found, level } of inOrder(diagnostics, warnings))
      this.results.push(this.result(file, source, found, level))
    return ''
  }

  problem(problem: Problem): string {
    this.problems.push(problem)
    return ''
  }

  end(): string {
    const { results, problems, omitted, rules, version } = this
    const notification =
      (level: string) =>
      ({ file, message }: Problem) => ({
        level,
        message: { text: message },
        locations: [{ physicalLocation: { artifactLocation: { uri: uri(file) } } }],
      })
    return printJson({
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
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
              ],
            },
          ],
          results,
        },
      ],
    })
  }

  private result(
    file: string,
    source: string,
    { code, rule, message, span, hint }: Diagnostic,
    level: 'error' | 'warning',
  ): object {
    if (!this.rules.has(code))
      this.rules.set(code, describeRule(code, rule, level, this.explain(code)))
    return {
      ruleId: code,
      ruleIndex: [...this.rules.keys()].indexOf(code),
      level,
      message: { text: hint === undefined ? message : `${message}. Hint: ${hint}` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: uri(file) },
            region: {
              startLine: span.start.line,
              startColumn: span.start.column,
              endLine: span.end.line,
              endColumn: span.end.column,
              snippet: {
                text: source.slice(
                  span.start.offset,
                  Math.min(span.end.offset, span.start.offset + MAX_SNIPPET),
                ),
              },
            },
          },
        },
      ],
    }
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
